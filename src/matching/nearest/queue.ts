import type { RoundState } from "./finder";

/** A binary heap with the least (key, turn) first. Keys lie in heap order, so that comparisons read neighbours. */
interface Queue {
  readonly unit: Int32Array;
  readonly key: Float64Array;
  readonly turn: Float64Array;
  size: number;
}

/**
 * One round in which the focal unit with the nearest (or farthest) best partner chooses next.
 *
 * A unit whose best partner has gone meanwhile looks for another and goes back into the queue: before its equals for
 * `closest`, after them for `farthest`; with `turns` it keeps its turn among its equals.
 */
export function takeInQueue(state: RoundState, sequence: "closest" | "farthest", turns: Int32Array | null): void {
  const { finder, dropped, isGone, assign } = state;
  const sign = sequence === "closest" ? 1 : -1;
  const m = dropped.length;
  const best = new Int32Array(m);
  const queue: Queue = { unit: new Int32Array(m), key: new Float64Array(m), turn: new Float64Array(m), size: 0 };
  /** Looks for t's best partner and puts it into that slot of the queue; false where there is none. */
  const enter = (slot: number, t: number, gone: number, turn: number): boolean => {
    const place = finder.search(t, gone);
    best[t] = place;
    if (place < 0) {
      dropped[t] = 1;
      return false;
    }
    queue.unit[slot] = t;
    queue.key[slot] = sign * finder.distance(t, place);
    queue.turn[slot] = turn;
    return true;
  };
  for (let t = 0; t < m; t++)
    if (dropped[t] === 0 && enter(queue.size, t, -1, turns === null ? t : turns[t])) queue.size++;
  for (let slot = (queue.size >> 1) - 1; slot >= 0; slot--) siftDown(queue, slot);
  let back = sequence === "closest" ? -1 : m;
  while (queue.size > 0) {
    const t = queue.unit[0];
    if (!isGone(best[t])) {
      assign(t, best[t]);
      removeHead(queue);
    } else if (enter(0, t, best[t], turns === null ? back : turns[t])) {
      back -= sign;
      siftDown(queue, 0);
    } else removeHead(queue);
  }
}

function removeHead(queue: Queue): void {
  const { unit, key, turn } = queue;
  const last = --queue.size;
  unit[0] = unit[last];
  key[0] = key[last];
  turn[0] = turn[last];
  siftDown(queue, 0);
}

function siftDown({ unit, key, turn, size }: Queue, from: number): void {
  if (from >= size) return;
  const thisUnit = unit[from];
  const thisKey = key[from];
  const thisTurn = turn[from];
  let slot = from;
  for (let child = 2 * slot + 1; child < size; child = 2 * slot + 1) {
    const right = child + 1;
    if (right < size && (key[right] < key[child] || (key[right] === key[child] && turn[right] < turn[child])))
      child = right;
    if (key[child] > thisKey || (key[child] === thisKey && turn[child] > thisTurn)) break;
    unit[slot] = unit[child];
    key[slot] = key[child];
    turn[slot] = turn[child];
    slot = child;
  }
  unit[slot] = thisUnit;
  key[slot] = thisKey;
  turn[slot] = thisTurn;
}

import type { Windows } from "./windows";

/** Several partners per taker, each partner once: taker i has the partners from `from[i]` to before `to[i]`. */
export interface Taken {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/**
 * As many pairs as possible: in order, each taker takes the lowest partners left in its window, up to `capacity`. That is
 * most because both ends of the windows only move forward.
 *
 * @see Glover (1967), Naval Research Logistics Quarterly 14:313-316; Lipski & Preparata (1981), Acta Informatica 15:329-346.
 */
export function takeLowest({ from, to }: Windows, capacity: number): Taken {
  const takenFrom = new Int32Array(from.length);
  const takenTo = new Int32Array(from.length);
  for (let i = 0, next = 0; i < from.length; i++) {
    if (next < from[i]) next = from[i];
    takenFrom[i] = next;
    next = Math.max(next, Math.min(to[i], next + capacity));
    takenTo[i] = next;
  }
  return { from: takenFrom, to: takenTo };
}

/** The taker of each of `n` partners, as a range of one or none. */
export function takersOf({ from, to }: Taken, n: number): Windows {
  const takerFrom = new Int32Array(n);
  const takerTo = new Int32Array(n);
  for (let i = 0; i < from.length; i++) {
    for (let c = from[i]; c < to[i]; c++) {
      takerFrom[c] = i;
      takerTo[c] = i + 1;
    }
  }
  return { from: takerFrom, to: takerTo };
}

/** 1 = met by the search, for the units it starts from and the units in their windows. */
export interface Reached {
  readonly sources: Uint8Array;
  readonly others: Uint8Array;
}

/**
 * Marks all that alternating paths from the marked units meet: from a unit to everything in its window, from there to
 * its mates. The rest of the problem is apart from it: Dulmage & Mendelsohn's decomposition.
 *
 * Each unit of the windows is visited once, by way of the next one not visited yet.
 *
 * @see Dulmage & Mendelsohn (1958), Canadian Journal of Mathematics 10:517-534.
 */
export function reachFrom(starts: Uint8Array, windows: Windows, mates: Windows): Reached {
  const sources = starts.slice();
  const others = new Uint8Array(mates.from.length);
  const next = new Int32Array(others.length + 1);
  for (let i = 0; i < next.length; i++) next[i] = i;
  const waiting = new Int32Array(sources.length);
  let size = 0;
  for (let i = 0; i < sources.length; i++) if (sources[i] === 1) waiting[size++] = i;
  while (size > 0) {
    const source = waiting[--size];
    const end = windows.to[source];
    for (let other = unvisited(next, windows.from[source]); other < end; other = unvisited(next, other)) {
      others[other] = 1;
      next[other] = other + 1;
      for (let mate = mates.from[other]; mate < mates.to[other]; mate++) {
        if (sources[mate] === 1) continue;
        sources[mate] = 1;
        waiting[size++] = mate;
      }
    }
  }
  return { sources, others };
}

/** The first unit from `start` on that was not visited; halves the path it walks. */
function unvisited(next: Int32Array, start: number): number {
  let other = start;
  while (next[other] !== other) {
    next[other] = next[next[other]];
    other = next[other];
  }
  return other;
}

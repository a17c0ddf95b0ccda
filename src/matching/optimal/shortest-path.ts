import type { AssignmentState } from "./assignment-state";
import { createLabelQueue } from "./label-queue";

/**
 * The search that finds a place for one more slot: by Dijkstra's algorithm on reduced distances, along slots that may
 * swap others for ones, to an other that is free or a slot that goes without at least cost.
 *
 * A label is a rank and a number, as reduced distances are. A slot whose list of others is not complete stands in the
 * queue with the least label that those not listed could have, and its list grows when its turn comes.
 */
export function createSearch(state: AssignmentState): (start: number) => void {
  const { candidates, slots, firm, partner, owner, slotRank, slotPrice, otherRank, otherPrice } = state;
  const { others, distances, radius, grow } = candidates;
  const size = owner.length;
  const queue = createLabelQueue();
  const labelRank = new Uint8Array(size);
  const label = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  /** The slot that each labelled other was reached from. */
  const before = new Int32Array(size);
  const labelled = new Int32Array(size);
  const isSettled = new Uint8Array(size);
  const settled = new Int32Array(size);
  /** How many of its list each slot has looked at in this search. */
  const looked = new Int32Array(partner.length);
  const slotLabelRank = new Uint8Array(partner.length);
  const slotLabel = new Float64Array(partner.length);
  /** The highest price of the others by rank. */
  const highest = new Float64Array(3);
  /** Whether a slot went without, so that there are ranks above 0. */
  let isShort = false;
  let labels = 0;
  let settles = 0;
  let bestRank = 0;
  let best = 0;
  /** Where the best path ends: at a free other, or a slot; −1 = not there. */
  let endOther = -1;
  let endSlot = -1;

  const isBelowBest = (rank: number, key: number): boolean => rank < bestRank || (rank === bestRank && key < best);

  /** What the slot's list leads to, from where it was left. */
  const look = (slot: number, rank: number, key: number): void => {
    const unit = Math.floor(slot / slots);
    const list = others[unit];
    const distance = distances[unit];
    const ownRank = slotRank[slot];
    const base = key - slotPrice[slot];
    let i = looked[slot];
    for (; i < list.length; i++) {
      const direct = base + distance[i];
      if (bestRank <= rank && !isBelowBest(rank, direct - highest[ownRank])) break;
      const other = list[i];
      const toRank = rank + otherRank[other] - ownRank;
      const to = direct - otherPrice[other];
      // Rounding must not make a label less than the one it comes from.
      const reached = toRank === rank && to < key ? key : to;
      if (isSettled[other] === 1 || !isBelowBest(toRank, reached)) continue;
      if (owner[other] < 0) {
        bestRank = toRank;
        best = reached;
        endOther = other;
        endSlot = -1;
        before[other] = slot;
        continue;
      }
      if (label[other] === Number.POSITIVE_INFINITY) labelled[labels++] = other;
      else if (labelRank[other] < toRank || (labelRank[other] === toRank && label[other] <= reached)) continue;
      labelRank[other] = toRank;
      label[other] = reached;
      before[other] = slot;
      queue.push(toRank, reached, other);
    }
    looked[slot] = i;
    if (i < list.length || radius[unit] === Number.POSITIVE_INFINITY) return;
    const unlisted = base + radius[unit];
    if (isBelowBest(rank, unlisted)) queue.push(rank, Math.max(key, unlisted), size + slot);
  };

  const visit = (slot: number, rank: number, key: number): void => {
    looked[slot] = 0;
    slotLabelRank[slot] = rank;
    slotLabel[slot] = key;
    const withoutRank = rank + (slot % slots < firm ? 2 : 1) - slotRank[slot];
    const without = key - slotPrice[slot];
    if (isBelowBest(withoutRank, without)) {
      bestRank = withoutRank;
      best = without;
      endSlot = slot;
      endOther = -1;
    }
    look(slot, rank, key);
  };

  const explore = (): void => {
    for (let node = queue.pop(); node >= 0 && isBelowBest(queue.rank, queue.key); node = queue.pop()) {
      if (node < size) {
        if (isSettled[node] === 1) continue;
        isSettled[node] = 1;
        settled[settles++] = node;
        visit(owner[node], queue.rank, queue.key);
        continue;
      }
      const slot = node - size;
      const unit = Math.floor(slot / slots);
      // Another slot of the unit may have made the list longer meanwhile.
      if (looked[slot] === others[unit].length) grow(unit);
      look(slot, slotLabelRank[slot], slotLabel[slot]);
    }
  };

  /** Raises the prices of all that is nearer than the end, so that the path there costs nothing. */
  const reprice = (start: number): void => {
    slotRank[start] += bestRank;
    slotPrice[start] += best;
    for (let i = 0; i < settles; i++) {
      const other = settled[i];
      const slot = owner[other];
      const ranks = bestRank - labelRank[other];
      const rise = best - label[other];
      slotRank[slot] += ranks;
      slotPrice[slot] += rise;
      otherRank[other] += ranks;
      otherPrice[other] -= rise;
    }
  };

  /** Moves every slot on the path to the other that it leads to. */
  const follow = (start: number): void => {
    let other = endOther;
    if (endSlot >= 0) {
      other = partner[endSlot];
      partner[endSlot] = -1;
      isShort = true;
      // What it is by now, but for rounding.
      slotPrice[endSlot] = 0;
      if (endSlot === start) return;
    }
    for (;;) {
      const slot = before[other];
      const given = partner[slot];
      partner[slot] = other;
      owner[other] = slot;
      if (slot === start) return;
      other = given;
    }
  };

  const findHighest = (): void => {
    highest.fill(Number.NEGATIVE_INFINITY);
    highest[0] = 0;
    for (let other = 0; other < size; other++) {
      if (otherRank[other] > 0 && otherPrice[other] > highest[otherRank[other]]) {
        highest[otherRank[other]] = otherPrice[other];
      }
    }
  };

  return (start) => {
    if (isShort) findHighest();
    slotRank[start] = 0;
    slotPrice[start] = 0;
    bestRank = UNREACHED;
    visit(start, 0, 0);
    explore();
    reprice(start);
    follow(start);
    for (let i = 0; i < labels; i++) label[labelled[i]] = Number.POSITIVE_INFINITY;
    for (let i = 0; i < settles; i++) isSettled[settled[i]] = 0;
    labels = 0;
    settles = 0;
    queue.clear();
  };
}

/** Above the rank of every label. */
const UNREACHED = 9;

import { createHeap, type Heap, popHeap, pushHeap } from "./heap";

/** Equal slots of one unit that were inserted together. Those on different sides of the cut drift apart. */
export interface Runs {
  /** Decides between equal slopes: the smaller is the lower one. */
  readonly tie: Int32Array;
  /** The place of the unit whose slots they are. */
  readonly unit: Int32Array;
  /** How many slots of the run are in a heap; a run enters one at most once, when it is inserted. */
  readonly waiting: Int32Array;
  size: number;
}

/**
 * The slopes on one side of the cut at imbalance 0, as a double-ended priority queue.
 *
 * `sign` 1 holds the slopes above the cut, −1 those below; key = sign × slope − position, so that moving along the line
 * changes no key, and on both sides the smallest key is nearest to the cut. Slopes cross the cut only from nearest to
 * nearest, so most stand in a stack that is sorted by itself; only slopes that are inserted behind the nearest wait in a heap.
 */
export interface Side {
  readonly sign: 1 | -1;
  /** The stack, farthest first, at places from `bottom` to before `top`. */
  readonly key: Float64Array;
  readonly run: Int32Array;
  readonly count: Int32Array;
  bottom: number;
  top: number;
  /** What waits, nearest first. */
  readonly near: Heap;
  /** The same, farthest first, where the domain is closed; it and `near` may hold runs that wait no more. */
  readonly far: Heap | null;
  /** Slots on this side. */
  total: number;
  readonly runs: Runs;
}

export function createRuns(capacity: number): Runs {
  return {
    tie: new Int32Array(capacity),
    unit: new Int32Array(capacity),
    waiting: new Int32Array(capacity),
    size: 0,
  };
}

/** @param splits - how often at most a part of a run moves: each adds an entry to the stacks. */
export function createSide(sign: 1 | -1, runs: Runs, splits: number, isClosed: boolean): Side {
  const capacity = runs.tie.length;
  return {
    sign,
    key: new Float64Array(capacity + splits),
    run: new Int32Array(capacity + splits),
    count: new Int32Array(capacity + splits),
    bottom: 0,
    top: 0,
    near: createHeap(capacity, runs.tie, sign),
    far: isClosed ? createHeap(capacity, runs.tie, sign === 1 ? -1 : 1) : null,
    total: 0,
    runs,
  };
}

/** Whether a new slope would stand behind the nearest one of this side. */
export function isBehind(side: Side, key: number, tie: number): boolean {
  const { sign, near, runs } = side;
  if (side.total === 0) return false;
  if (side.top > side.bottom) {
    const first = side.key[side.top - 1];
    if (key > first || (key === first && sign * tie > sign * runs.tie[side.run[side.top - 1]])) return true;
  }
  dropEmpty(near, side);
  if (near.size === 0) return false;
  return key > near.key[0] || (key === near.key[0] && sign * tie > sign * runs.tie[near.run[0]]);
}

/** Adds a new run behind the nearest. */
export function addBehind(side: Side, key: number, run: number, count: number): void {
  side.runs.waiting[run] = count;
  side.total += count;
  pushHeap(side.near, key, run);
  if (side.far !== null) pushHeap(side.far, -key, run);
}

/** Adds slots in front of all others of this side, to those of the same run and slope if they are nearest. */
export function addNearest(side: Side, key: number, run: number, count: number): void {
  side.total += count;
  const last = side.top - 1;
  if (last >= side.bottom && side.run[last] === run && side.key[last] === key) {
    side.count[last] += count;
    return;
  }
  if (last < side.bottom) {
    side.bottom = 0;
    side.top = 0;
  }
  side.key[side.top] = key;
  side.run[side.top] = run;
  side.count[side.top++] = count;
}

/** Moves up to `most` slots of the nearest run across the cut, at this position on the line; returns how many. */
export function moveNearest(from: Side, to: Side, most: number, position: number): number {
  const { near, runs } = from;
  let run: number;
  let key: number;
  let moved: number;
  if (isHeapNearest(from)) {
    run = near.run[0];
    key = near.key[0];
    moved = Math.min(most, runs.waiting[run]);
    runs.waiting[run] -= moved;
    if (runs.waiting[run] === 0) popHeap(near);
  } else {
    const last = from.top - 1;
    run = from.run[last];
    key = from.key[last];
    moved = Math.min(most, from.count[last]);
    from.count[last] -= moved;
    if (from.count[last] === 0) from.top = last;
  }
  from.total -= moved;
  // key = sign × slope − position here; the other side has the other sign.
  addNearest(to, -(key + position) - position, run, moved);
  return moved;
}

function isHeapNearest(side: Side): boolean {
  const { near, sign, runs } = side;
  dropEmpty(near, side);
  if (near.size === 0) return false;
  if (side.top === side.bottom) return true;
  const first = side.key[side.top - 1];
  if (near.key[0] !== first) return near.key[0] < first;
  return sign * runs.tie[near.run[0]] < sign * runs.tie[side.run[side.top - 1]];
}

/** Takes up to `most` slots of the farthest run away and adds them to `credit` of their unit where it counts there. */
export function removeFarthest(
  side: Side,
  most: number,
  credit: Int32Array,
  counts: (unit: number) => boolean,
): number {
  const { far, runs, bottom } = side;
  if (far === null) return 0;
  let run: number;
  let removed: number;
  if (isHeapFarthest(side, far)) {
    run = far.run[0];
    removed = Math.min(most, runs.waiting[run]);
    runs.waiting[run] -= removed;
    if (runs.waiting[run] === 0) popHeap(far);
  } else {
    run = side.run[bottom];
    removed = Math.min(most, side.count[bottom]);
    side.count[bottom] -= removed;
    if (side.count[bottom] === 0) side.bottom = bottom + 1;
  }
  side.total -= removed;
  if (counts(runs.unit[run])) credit[runs.unit[run]] += removed;
  return removed;
}

function isHeapFarthest(side: Side, far: Heap): boolean {
  const { sign, runs, bottom } = side;
  dropEmpty(far, side);
  if (far.size === 0) return false;
  if (side.top === bottom) return true;
  if (far.key[0] !== -side.key[bottom]) return far.key[0] < -side.key[bottom];
  return sign * runs.tie[far.run[0]] > sign * runs.tie[side.run[bottom]];
}

/** Runs that the other heap has emptied stay behind until they come first. */
function dropEmpty(heap: Heap, { far, runs }: Side): void {
  if (far === null) return;
  while (heap.size > 0 && runs.waiting[heap.run[0]] === 0) popHeap(heap);
}

/** Adds all slots of this side to `credit` of their units, where they count. */
export function creditAll(side: Side, credit: Int32Array, counts: (unit: number) => boolean): void {
  const { runs, near } = side;
  for (let i = side.bottom; i < side.top; i++) {
    const unit = runs.unit[side.run[i]];
    if (counts(unit)) credit[unit] += side.count[i];
  }
  for (let i = 0; i < near.size; i++) {
    const unit = runs.unit[near.run[i]];
    if (counts(unit)) credit[unit] += runs.waiting[near.run[i]];
  }
}

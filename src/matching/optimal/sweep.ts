import {
  addBehind,
  addNearest,
  createRuns,
  createSide,
  creditAll,
  isBehind,
  moveNearest,
  type Runs,
  removeFarthest,
  type Side,
} from "./side";

/** How many partners a unit of a group may have, and what they cost; the costs of a unit's slots must not fall. */
export interface SlotRule {
  /** Slots that every unit fills. */
  readonly forced: number;
  /** What one more slot costs, per place; null = there is none. */
  readonly first: Float64Array | null;
  /** Slots after that one. */
  readonly optional: number;
  /** What each of those costs. */
  readonly cost: number;
  /**
   * Per place, how many of the slots with a price (the first, or else the optional ones) win every tie; the others lose
   * every tie. Null: ties go by row.
   */
  readonly favoured: Int32Array | null;
}

export interface SweepProblem {
  /** Whole numbers in ascending order. */
  readonly position: Float64Array;
  /** Rows of the data, which settle ties. */
  readonly row: Int32Array;
  /** The group of each unit, 0 or 1. */
  readonly group: Uint8Array;
  /** The group whose slots raise the imbalance j; the other's lower it. */
  readonly raisingGroup: 0 | 1;
  readonly raising: SlotRule;
  readonly lowering: SlotRule;
  /** For a caliper where the raising group has forced slots only; read for lowering units. Null: no caliper. */
  readonly reach: Reach | null;
}

/** Per place, the units of the other group within the caliper. */
export interface Reach {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/** Slots with a fixed rule, the common case. */
export function slots(forced: number, optional: number): SlotRule {
  return { forced, first: null, optional, cost: 0, favoured: null };
}

/** Beyond every row, so that favoured slots come before all others in a tie. */
const APART = 2 ** 29;

/**
 * The state of the sweep. f(j) is the least cost so far with imbalance j (raising less lowering slots), convex on the
 * whole numbers from `least` to `least` + slopes; its slopes f(j+1) − f(j) in ascending order are those of `left`
 * (j < 0), then those of `right` (j ≥ 0). Each slope is tagged with the optional slot that put it there.
 */
interface State {
  least: number;
  readonly left: Side;
  readonly right: Side;
  readonly runs: Runs;
}

/**
 * The number of partners of each unit in a cheapest pairing of two groups on a line: the sum of distances and of the
 * costs of slots is least. Ties go to fewer optional slots, then to the smaller row.
 *
 * Pairing slots in order is optimal for given numbers, so that each gap between neighbours costs gap × |j|. That adds the
 * gap to the slopes at j ≥ 0, subtracts it from those at j < 0, and leaves their order as it is; a unit's optional slot
 * inserts its cost as a slope. In the end the used slots are the raising ones tagged at j < 0 and the lowering ones
 * tagged at j ≥ 0. Time O(n log n).
 *
 * @returns per place; null where no numbers balance.
 * @see Aggarwal, Bar-Noy, Khuller, Kravets & Schieber (1995), J. Algorithms 19:116-143, for matching on a line; the
 *   tagged slopes are our own.
 */
export function sweepDegrees(problem: SweepProblem): Int32Array | null {
  const { position, row, group, raisingGroup, raising, lowering, reach } = problem;
  const n = position.length;
  const degree = new Int32Array(n);
  const state = startState(problem);
  // Slots taken away or left over count as used by where they are.
  const usedLeft = (unit: number): boolean => group[unit] === raisingGroup;
  const usedRight = (unit: number): boolean => group[unit] !== raisingGroup;
  for (let i = 0; i < n; i++) {
    if (group[i] === raisingGroup) {
      state.least += raising.forced;
      degree[i] = raising.forced;
      insertSlots(state, raising, 1, i, row[i], position[i]);
      balance(state, position[i]);
      continue;
    }
    // A unit farther behind than the caliper is paired before this one, and what is paired so far lies within its reach.
    if (reach !== null && !closeAbove(state, raising.forced * reach.before[i], degree, usedRight)) return null;
    state.least -= lowering.forced;
    degree[i] += lowering.forced;
    insertSlots(state, lowering, -1, i, row[i], position[i]);
    balance(state, position[i]);
    if (reach !== null && !closeBelow(state, -raising.forced * reach.after[i], degree, usedLeft)) return null;
  }
  const { least, left, right } = state;
  if (least > 0 || least + left.total + right.total < 0) return null;
  creditAll(left, degree, usedLeft);
  creditAll(right, degree, usedRight);
  return degree;
}

/** Numbers that a proof says exist. A defect in that should be heard, not matched around. */
export function mustBalance(degree: Int32Array | null): Int32Array {
  if (degree === null) throw new Error("Defect in optimal matching: no numbers of partners balance where some must.");
  return degree;
}

function startState({ group, raisingGroup, raising, lowering, reach }: SweepProblem): State {
  let up = 0;
  for (let i = 0; i < group.length; i++) if (group[i] === raisingGroup) up++;
  const down = group.length - up;
  const runs = createRuns(up * runsPerUnit(raising) + down * runsPerUnit(lowering) + 2);
  const isClosed = reach !== null;
  const splits = group.length;
  return { least: 0, left: createSide(-1, runs, splits, isClosed), right: createSide(1, runs, splits, isClosed), runs };
}

function runsPerUnit({ first, optional }: SlotRule): number {
  return (first === null ? 0 : 1) + (optional > 0 ? 1 : 0);
}

/**
 * Inserts a unit's optional slots, sign 1 raising and −1 lowering. A raising slot of cost c makes f(j) the lesser of f(j)
 * and f(j − 1) + c, so c joins the slopes; a lowering one is its mirror image, and grows the domain at its lower end.
 */
function insertSlots(state: State, rule: SlotRule, sign: 1 | -1, unit: number, row: number, position: number): void {
  const { first, optional, cost, favoured } = rule;
  if (sign < 0) state.least -= (first === null ? 0 : 1) + optional;
  const tie = row + 1;
  if (favoured === null) {
    const isDifferent = first !== null && first[unit] !== cost;
    if (isDifferent) insert(state, sign * first[unit], position, unit, sign * tie, 1, sign);
    const rest = first !== null && !isDifferent ? optional + 1 : optional;
    if (rest > 0) insert(state, sign * cost, position, unit, sign * tie, rest, sign);
    return;
  }
  const priced = first === null ? optional : 1;
  const price = first === null ? cost : first[unit];
  const won = favoured[unit];
  if (won > 0) insert(state, sign * price, position, unit, sign * (tie - APART), won, sign);
  if (won < priced) insert(state, sign * price, position, unit, sign * (tie + APART), priced - won, sign);
  if (first !== null && optional > 0) insert(state, sign * cost, position, unit, sign * tie, optional, sign);
}

/** Puts a run of slopes where it belongs; between the sides, where it may well stay. */
function insert(
  state: State,
  slope: number,
  position: number,
  unit: number,
  tie: number,
  count: number,
  sign: 1 | -1,
): void {
  const { left, right, runs } = state;
  const run = runs.size++;
  runs.tie[run] = tie;
  runs.unit[run] = unit;
  if (isBehind(left, -slope - position, tie)) addBehind(left, -slope - position, run, count);
  else if (isBehind(right, slope - position, tie)) addBehind(right, slope - position, run, count);
  else addNearest(sign > 0 ? right : left, sign * slope - position, run, count);
}

/** Moves slopes across the cut until those at j < 0 are on the left. */
function balance(state: State, position: number): void {
  const { left, right } = state;
  const below = Math.min(Math.max(-state.least, 0), left.total + right.total);
  while (left.total > below) moveNearest(left, right, left.total - below, position);
  while (left.total < below) moveNearest(right, left, below - left.total, position);
}

/** Imposes j ≤ most, most ≥ 0; false where that leaves nothing. */
function closeAbove(state: State, most: number, degree: Int32Array, counts: (unit: number) => boolean): boolean {
  const { least, left, right } = state;
  if (least > most) return false;
  let excess = least + left.total + right.total - most;
  while (excess > 0) excess -= removeFarthest(right, excess, degree, counts);
  return true;
}

/** Imposes j ≥ fewest, fewest ≤ 0; false where that leaves nothing. */
function closeBelow(state: State, fewest: number, degree: Int32Array, counts: (unit: number) => boolean): boolean {
  const { left, right } = state;
  if (state.least + left.total + right.total < fewest) return false;
  for (let lack = fewest - state.least; lack > 0; ) {
    const removed = removeFarthest(left, lack, degree, counts);
    lack -= removed;
    state.least += removed;
  }
  return true;
}

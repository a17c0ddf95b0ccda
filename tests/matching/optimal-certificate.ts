import type { Units } from "./optimal-instances";

/** The slots of one unit: so many forced, then one cost per optional slot, not falling. */
interface UnitSlots {
  readonly forced: number;
  readonly costs: readonly number[];
}

export interface FlowProblem {
  /** Ascending. */
  readonly position: Float64Array;
  /** 1 raises the imbalance, −1 lowers it. */
  readonly side: Int8Array;
  readonly slotsAt: (place: number) => UnitSlots;
  /** Bounds of the imbalance, for lowering units: at most `above` before the unit, at least −`below` after it. */
  readonly bounds?: { readonly above: Float64Array; readonly below: Float64Array };
}

/**
 * Why numbers of partners are not optimal, or null where they are: the numbers are a flow on the path of units with one
 * hub, and optimal if and only if no residual cycle is negative. A cycle changes one unit's number at p and another's at
 * p' > p in opposite directions, so the imbalance between them by one; its cost is the change of slot costs and of gap ×
 * |imbalance| between. Linear, and apart from how the numbers were found.
 */
export function flowViolation(
  { position, side, slotsAt, bounds }: FlowProblem,
  degree: ArrayLike<number>,
): string | null {
  let imbalance = 0;
  let raised = 0;
  let lowered = 0;
  let bestRaise = Number.POSITIVE_INFINITY;
  let bestLower = Number.POSITIVE_INFINITY;
  for (let i = 0; i < position.length; i++) {
    const gap = i === 0 ? 0 : position[i] - position[i - 1];
    raised += gap * (imbalance >= 0 ? 1 : -1);
    lowered += gap * (imbalance > 0 ? -1 : 1);
    if (bounds !== undefined && side[i] < 0) {
      if (imbalance > bounds.above[i]) return `the imbalance is ${imbalance} before place ${i}, above its bound`;
      if (imbalance === bounds.above[i]) bestRaise = Number.POSITIVE_INFINITY;
    }
    const { forced, costs } = slotsAt(i);
    const used = degree[i] - forced;
    if (!(used >= 0 && used <= costs.length)) return `place ${i} has ${degree[i]} partners`;
    const add = used < costs.length ? costs[used] : Number.POSITIVE_INFINITY;
    const remove = used > 0 ? -costs[used - 1] : Number.POSITIVE_INFINITY;
    const [up, down] = side[i] > 0 ? [add, remove] : [remove, add];
    if (bestRaise + down + raised < 0) return `raising the imbalance up to place ${i} would be cheaper`;
    if (bestLower + up + lowered < 0) return `lowering the imbalance up to place ${i} would be cheaper`;
    bestRaise = Math.min(bestRaise, up - raised);
    bestLower = Math.min(bestLower, down - lowered);
    imbalance += side[i] * degree[i];
    if (bounds !== undefined && side[i] < 0) {
      if (imbalance < -bounds.below[i]) return `the imbalance is ${imbalance} after place ${i}, below its bound`;
      if (imbalance === -bounds.below[i]) bestLower = Number.POSITIVE_INFINITY;
    }
  }
  return imbalance === 0 ? null : `the totals differ by ${imbalance}`;
}

/** Units by score, then row. */
export interface SortedUnits {
  readonly rows: number[];
  readonly position: Float64Array;
  readonly isFocal: Uint8Array;
  /** Place of each row. */
  readonly place: Int32Array;
}

export function sortUnits({ score, focal, pool }: Units): SortedUnits {
  const rows = [...focal, ...pool].sort((a, b) => score[a] - score[b] || a - b);
  const focalRows = new Set(focal);
  const place = new Int32Array(score.length).fill(-1);
  for (const [at, row] of rows.entries()) place[row] = at;
  return {
    rows,
    position: Float64Array.from(rows, (row) => score[row]),
    isFocal: Uint8Array.from(rows, (row) => (focalRows.has(row) ? 1 : 0)),
    place,
  };
}

/** Fixed slots for each unit of one group, and the other's slots per place, within a caliper. */
export interface FixedPart {
  readonly isIn: (place: number) => boolean;
  readonly fixedGroup: 0 | 1;
  readonly each: number;
  readonly others: (place: number) => UnitSlots;
}

/** Why the numbers of a part's units are not optimal within a caliper, where one group's numbers are fixed. */
export function fixedPartViolation(
  { position, isFocal }: SortedUnits,
  caliper: number,
  { isIn, fixedGroup, each, others }: FixedPart,
  degree: Int32Array,
): string | null {
  const places = Int32Array.from(position.keys()).filter(isIn);
  const at = Float64Array.from(places, (place) => position[place]);
  const fixedBefore = new Int32Array(places.length + 1);
  for (const [i, place] of places.entries())
    fixedBefore[i + 1] = fixedBefore[i] + (isFocal[place] === fixedGroup ? 1 : 0);
  const bounds = { above: new Float64Array(places.length), below: new Float64Array(places.length) };
  for (const i of places.keys()) {
    bounds.above[i] = each * (fixedBefore[i] - fixedBefore[firstFrom(at, at[i] - caliper)]);
    bounds.below[i] = each * (fixedBefore[firstFrom(at, at[i] + caliper + 1)] - fixedBefore[i]);
  }
  return flowViolation(
    {
      position: at,
      side: Int8Array.from(places, (place) => (isFocal[place] === fixedGroup ? 1 : -1)),
      slotsAt: (i) => (isFocal[places[i]] === fixedGroup ? { forced: each, costs: [] } : others(places[i])),
      bounds,
    },
    Int32Array.from(places, (place) => degree[place]),
  );
}

/** The first position of an ascending list of whole numbers that is at least `least`. */
export function firstFrom(ascending: Float64Array, least: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 1 = met by alternating paths from some units of one group: to all of the other within the caliper, then to their mates. */
export function metFrom(
  { position, isFocal }: SortedUnits,
  caliper: number,
  starts: readonly number[],
  matesOf: (place: number) => readonly number[],
): Uint8Array {
  const met = new Uint8Array(position.length);
  const waiting = [...starts];
  for (const start of starts) met[start] = 1;
  const startGroup = starts.length === 0 ? 1 : isFocal[starts[0]];
  const others = Int32Array.from(position.keys()).filter((place) => isFocal[place] !== startGroup);
  const at = Float64Array.from(others, (place) => position[place]);
  // The next of them that is not met yet.
  const next = Int32Array.from({ length: others.length + 1 }, (_, i) => i);
  const unmet = (from: number): number => {
    let i = from;
    while (next[i] !== i) i = next[i] = next[next[i]];
    return i;
  };
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const end = firstFrom(at, position[place] + caliper + 1);
    for (let i = unmet(firstFrom(at, position[place] - caliper)); i < end; i = unmet(i)) {
      met[others[i]] = 1;
      next[i] = i + 1;
      for (const mate of matesOf(others[i])) {
        if (met[mate] === 1) continue;
        met[mate] = 1;
        waiting.push(mate);
      }
    }
  }
  return met;
}

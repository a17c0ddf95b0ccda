import { sortedOrder } from "../../linalg/sort";
import { mayPair, type PartnerProblem } from "../covariates/problem";
import type { DistanceSource } from "../covariates/source";
import type { DistanceRows } from "./candidates";

/** The distances between the units and the others of one stratum, with the rows of the data that they stand for. */
export interface StratumRows extends DistanceRows {
  readonly unitRows: Int32Array;
  readonly otherRows: Int32Array;
  /** Pairs that the first caliper leaves. */
  readonly pairs: number;
}

type Conditions = Pick<PartnerProblem, "limits" | "admissible">;

/**
 * Lays out a stratum: the others by the first column under a caliper, so that those within it stand side by side.
 *
 * @param isSwapped - the units are those to be chosen and the others the focal ones.
 */
export function stratumRows(
  conditions: Conditions,
  source: Pick<DistanceSource, "points" | "distance">,
  unitRows: Int32Array,
  others: Int32Array,
  isSwapped = false,
): StratumRows {
  const [first] = conditions.limits;
  const otherRows = first === undefined ? others : inOrder(others, first.values);
  const { from, to } = windows(first, unitRows, otherRows);
  let pairs = 0;
  for (let unit = 0; unit < unitRows.length; unit++) pairs += to[unit] - from[unit];
  const measure =
    source.points === null
      ? givenDistances(source.distance, unitRows, otherRows, isSwapped)
      : pointDistances(source.points, unitRows, otherRows);
  const isFree = conditions.limits.length === 0 && conditions.admissible === null;
  return {
    unitRows,
    otherRows,
    pairs,
    units: unitRows.length,
    others: otherRows.length,
    from,
    to,
    fill(unit, distance) {
      distance.fill(0, from[unit], to[unit]);
      if (!isFree) {
        for (let c = from[unit]; c < to[unit]; c++) {
          if (!mayPair(conditions, unitRows[unit], otherRows[c])) distance[c] = Number.POSITIVE_INFINITY;
        }
      }
      measure(unit, from[unit], to[unit], distance);
    },
  };
}

function inOrder(rows: Int32Array, values: Float64Array): Int32Array {
  const order = sortedOrder(Float64Array.from(rows, (row) => values[row]));
  return Int32Array.from(order, (i) => rows[i]);
}

/** The others within the first caliper of each unit. Rounded differences are monotone, so that they stand side by side. */
function windows(
  limit: PartnerProblem["limits"][number] | undefined,
  unitRows: Int32Array,
  otherRows: Int32Array,
): { from: Int32Array; to: Int32Array } {
  const from = new Int32Array(unitRows.length);
  const to = new Int32Array(unitRows.length).fill(otherRows.length);
  if (limit === undefined) return { from, to };
  const { values, width } = limit;
  for (let unit = 0; unit < unitRows.length; unit++) {
    const own = values[unitRows[unit]];
    from[unit] = firstWhere(otherRows.length, (c) => own - values[otherRows[c]] <= width);
    to[unit] = firstWhere(otherRows.length, (c) => values[otherRows[c]] - own > width);
  }
  return { from, to };
}

/** The first of n places from which on a condition holds, n if it never does. */
function firstWhere(n: number, holds: (place: number) => boolean): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Adds a unit's distances to what is there: 0, or `Infinity` where there is to be none. */
type Measure = (unit: number, from: number, to: number, distance: Float64Array) => void;

/** Euclidean distances, the squares summed from the first coordinate on. */
function pointDistances(z: readonly Float64Array[], unitRows: Int32Array, otherRows: Int32Array): Measure {
  const columns = z.map((column) => Float64Array.from(otherRows, (row) => column[row]));
  return (unit, from, to, distance) => {
    for (let j = 0; j < z.length; j++) {
      const own = z[j][unitRows[unit]];
      const column = columns[j];
      for (let c = from; c < to; c++) {
        const difference = own - column[c];
        distance[c] += difference * difference;
      }
    }
    for (let c = from; c < to; c++) distance[c] = Math.sqrt(distance[c]);
  };
}

function givenDistances(
  distanceOf: DistanceSource["distance"],
  unitRows: Int32Array,
  otherRows: Int32Array,
  isSwapped: boolean,
): Measure {
  return (unit, from, to, distance) => {
    const row = unitRows[unit];
    for (let c = from; c < to; c++) {
      if (distance[c] === Number.POSITIVE_INFINITY) continue;
      distance[c] += isSwapped ? distanceOf(otherRows[c], row) : distanceOf(row, otherRows[c]);
    }
  };
}

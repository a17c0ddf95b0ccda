import { type SlotTotals, slotTotals, type WeightClasses } from "./classes";
import { type EcdfDistance, ecdfDistances, type Workspace } from "./ecdf";
import { binaryMoments, numericMoments, type SlotMoments } from "./moments";

/** Rows that are compared with each other: all, or those of one subclass or cluster. */
export interface Setting {
  /** Null = all. */
  readonly rows: Int32Array | null;
  /** Of those rows. */
  readonly classes: WeightClasses;
  readonly totals: SlotTotals;
}

/** @param all - the class of every row. */
export function settingOf(all: WeightClasses, rows: Int32Array | null): Setting {
  const of = takeClasses(all.of, rows);
  return { rows, classes: { of, weights: all.weights }, totals: slotTotals(of, all.weights) };
}

/** A column compared between the groups of a setting. */
export interface ComparedColumn {
  readonly isBinary: boolean;
  /** Rows without a value, which are left out. */
  readonly missing: number;
  readonly totals: SlotTotals;
  readonly moments: SlotMoments;
  /** Null for binary columns. */
  readonly gaps: { readonly before: EcdfDistance; readonly after: EcdfDistance } | null;
  /** Whether a value is infinite. */
  readonly isInfinite: boolean;
}

/**
 * @param values - of all rows; `NaN` = missing.
 * @param isBinary - whether they are zeros and ones, where that is known already.
 */
export function compareColumn(
  values: Float64Array,
  { rows, classes, totals }: Setting,
  space: Workspace,
  isBinary?: boolean,
): ComparedColumn {
  const all = takeValues(values, rows);
  const { low, high, others, missing } = scan(all);
  const present = missing === 0 ? null : presentPlaces(all, missing);
  const own = { values: takeValues(all, present), of: takeClasses(classes.of, present) };
  const ownTotals = present === null ? totals : slotTotals(own.of, classes.weights);
  // Without any value the least is +∞ and the largest −∞: neither of these.
  const isInfinite = high === Number.POSITIVE_INFINITY || low === Number.NEGATIVE_INFINITY;
  const shared = { missing, totals: ownTotals, isInfinite };
  if (isBinary ?? others === 0) {
    return { ...shared, isBinary: true, moments: binaryMoments(own, classes.weights, ownTotals), gaps: null };
  }
  return {
    ...shared,
    isBinary: false,
    moments: numericMoments(own, classes.weights, ownTotals),
    gaps: isInfinite ? null : ecdfDistances({ ...own, low, high }, classes.weights, ownTotals, space),
  };
}

/** Least and largest value, how many are missing, and how many are neither that nor 0 nor 1. */
function scan(values: Float64Array): { low: number; high: number; others: number; missing: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let others = 0;
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (x < low) low = x;
    if (x > high) high = x;
    if (x === 0 || x === 1) continue;
    if (Number.isNaN(x)) missing++;
    else others++;
  }
  return { low, high, others, missing };
}

function presentPlaces(values: Float64Array, missing: number): Int32Array {
  const places = new Int32Array(values.length - missing);
  for (let i = 0, found = 0; i < values.length; i++) if (!Number.isNaN(values[i])) places[found++] = i;
  return places;
}

function takeValues(values: Float64Array, rows: Int32Array | null): Float64Array {
  if (rows === null) return values;
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]];
  return taken;
}

function takeClasses(of: Uint32Array, rows: Int32Array | null): Uint32Array {
  if (rows === null) return of;
  const taken = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = of[rows[i]];
  return taken;
}

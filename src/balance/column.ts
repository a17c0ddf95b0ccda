import { fail } from "../errors/error";
import { sortedOrder, sortedWith } from "../linalg/sort";
import {
  CONTROL_BEFORE,
  type SlotTotals,
  slotTotals,
  TREATED_AFTER,
  TREATED_BEFORE,
  type WeightClasses,
  weightClasses,
} from "./classes";
import type { CovariateColumn } from "./covariates";
import { type EcdfDistance, ecdfDistances } from "./ecdf";
import { binaryMoments, numericMoments, type SlotMoments } from "./moments";
import { meanPairDistance } from "./pairs";
import type { BalanceProblem } from "./subject";
import type { BalanceEstimand, BalanceMeasures, BalanceRow } from "./types";

/** What to say about columns in the end. */
export interface ColumnNotes {
  readonly pooled: string[];
  readonly missing: { readonly column: string; readonly count: number }[];
}

/** What all columns share: the problem, its weights by class, and the totals of a column without missing values. */
export interface Setting {
  readonly problem: BalanceProblem;
  readonly classes: WeightClasses;
  readonly totals: SlotTotals;
  /** Rows that take part, null = all. */
  readonly rows: Int32Array | null;
}

export function settingOf(problem: BalanceProblem): Setting {
  const classes = weightClasses(problem);
  // Rows that take no part have no weight in any slot.
  return { problem, classes, totals: slotTotals(classes.of, classes.weights), rows: rowsWith(problem.before, null) };
}

/** Compares one column between the groups, before and after. */
export function compareColumn(
  column: CovariateColumn,
  setting: Setting,
  notes: ColumnNotes,
  isScore: boolean,
): BalanceRow {
  const { problem, classes } = setting;
  const values = column.values();
  const { isBinary, missing } = inspect(values, problem.before, isScore);
  if (missing > 0) notes.missing.push({ column: column.name, count: missing });
  const rows = missing > 0 ? rowsWith(problem.before, values) : setting.rows;
  const totals = missing > 0 ? slotTotals(take(classes.of, rows), classes.weights) : setting.totals;
  requireValues(column.name, totals, problem.after !== null);
  const sorted = isBinary ? null : sortedWith(take(values, rows), take(classes.of, rows));
  const moments = sorted
    ? numericMoments(sorted, classes.weights, totals)
    : binaryMoments(values, classes.of, classes.weights, totals);
  const gaps = sorted && ecdfDistances(sorted, classes.weights, totals);
  const { sd, isPooled } = denominator(moments, totals, problem.estimand, isBinary);
  if (isPooled) notes.pooled.push(column.name);
  return {
    name: column.name,
    variable: column.variable,
    level: column.level,
    kind: isScore ? "distance" : isBinary ? "binary" : "numeric",
    before: measures(moments, TREATED_BEFORE, gaps?.before ?? null, sd, null),
    after:
      problem.after &&
      measures(moments, TREATED_AFTER, gaps?.after ?? null, sd, pairDistance(values, rows, problem, sd)),
  };
}

/** Whether all values are 0 or 1, and how many are missing, among the rows that take part. */
function inspect(
  values: Float64Array,
  weights: Float64Array,
  isScore: boolean,
): { isBinary: boolean; missing: number } {
  let isBinary = !isScore;
  let missing = 0;
  for (let row = 0; row < values.length; row++) {
    if (weights[row] === 0) continue;
    const x = values[row];
    if (Number.isNaN(x)) missing++;
    else if (x !== 0 && x !== 1) isBinary = false;
  }
  return { isBinary, missing };
}

/** Rows with a weight and, where values are given, a value; null when that is all rows. */
function rowsWith(weights: Float64Array, values: Float64Array | null): Int32Array | null {
  const rows = new Int32Array(weights.length);
  let found = 0;
  for (let row = 0; row < rows.length; row++) {
    if (weights[row] !== 0 && (values === null || !Number.isNaN(values[row]))) rows[found++] = row;
  }
  return found === rows.length ? null : rows.slice(0, found);
}

function take<T extends Float64Array | Uint32Array>(values: T, rows: Int32Array | null): T {
  if (rows === null) return values;
  const taken = values.slice(0, rows.length) as T;
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]];
  return taken;
}

function requireValues(name: string, { rows }: SlotTotals, isWeighted: boolean): void {
  const empty = rows.indexOf(0);
  if (empty < 0 || (empty >= TREATED_AFTER && !isWeighted)) return;
  const arm = empty === TREATED_BEFORE || empty === TREATED_AFTER ? "treated" : "control";
  const which = empty < TREATED_AFTER ? `${arm} units` : `${arm} units with a weight`;
  fail("missing-values", `The covariate "${name}" is missing in all ${which}. Leave it out of the comparison.`, {
    column: name,
    arm,
  });
}

/** The standard deviation that standardises a column, from the moments before matching. */
function denominator(
  { variance, squares }: SlotMoments,
  { rows }: SlotTotals,
  estimand: BalanceEstimand,
  isBinary: boolean,
): { sd: number; isPooled: boolean } {
  const [treated, control] = variance;
  const sd = Math.sqrt(estimand === "ATT" ? treated : estimand === "ATC" ? control : (treated + control) / 2);
  // One unit alone has no variance either (0/0).
  if (sd > 0) return { sd, isPooled: false };
  const freedom = rows[TREATED_BEFORE] + rows[CONTROL_BEFORE] - (isBinary ? 0 : 2);
  return { sd: Math.sqrt((squares[TREATED_BEFORE] + squares[CONTROL_BEFORE]) / freedom), isPooled: true };
}

function pairDistance(
  values: Float64Array,
  rows: Int32Array | null,
  problem: BalanceProblem,
  sd: number,
): number | null {
  const { pairs, treated } = problem;
  if (pairs === null) return null;
  const sortedRows = (): Uint32Array =>
    rows === null ? sortedOrder(values) : sortedWith(take(values, rows), Uint32Array.from(rows)).carried;
  return standardised(meanPairDistance(values, pairs, treated, sortedRows), sd);
}

/** No difference is none in any unit; otherwise a constant column differs by infinitely many standard deviations. */
function standardised(difference: number, sd: number): number {
  return difference === 0 ? 0 : difference / sd;
}

/** @param slot - the slot of the treated; that of the controls comes next. */
function measures(
  moments: SlotMoments,
  slot: number,
  gap: EcdfDistance | null,
  sd: number,
  pairs: number | null,
): BalanceMeasures {
  const { mean, variance } = moments;
  const difference = moments.difference[slot === TREATED_AFTER ? 1 : 0];
  return {
    meanTreated: mean[slot],
    meanControl: mean[slot + 1],
    difference,
    smd: standardised(difference, sd),
    varianceRatio: gap === null ? null : variance[slot] / variance[slot + 1],
    ecdfMean: gap === null ? Math.abs(difference) : gap.mean,
    ecdfMax: gap === null ? Math.abs(difference) : gap.max,
    pairDistance: pairs,
  };
}

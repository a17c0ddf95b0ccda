import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { count, listSome } from "../errors/words";
import type { Design } from "../formula/types";
import { columnScales } from "../linalg/gram";
import { semidefiniteFactor } from "../linalg/symmetric";
import { type BinaryProblem, informationAtStart } from "./irls";

/** A column counts as dependent where it adds less than this share of its own variance. */
const ALIAS_TOLERANCE = 1e-11;

/** With more rows than this, every twentieth answers what need not be exact. */
const SAMPLE_ABOVE = 50_000;
const SAMPLE_STRIDE = 20;

/** A design turned into numbers for the solver, with the names its columns keep. */
export interface StandardisedDesign {
  readonly problem: BinaryProblem;
  /** Every so many rows of a large problem, a small one as it is. */
  readonly sample: BinaryProblem;
  readonly names: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Standardises the columns and drops those that are constant or depend on earlier ones. */
export function standardise(
  design: Design,
  treated: Uint8Array,
  weights: Float64Array | null,
  intercept: boolean,
): StandardisedDesign {
  const isLarge = design.n > SAMPLE_ABOVE;
  const rows = isLarge ? Math.floor(design.n / SAMPLE_STRIDE) : design.n;
  const few = isLarge ? design.x.map((column) => everyNth(column, new Float64Array(rows))) : design.x;
  const { mean, scale } = columnScales(few, rows, intercept);
  if (isLarge) scaleByAllRows(design, mean, scale, intercept);
  if (intercept) {
    mean[0] = 0;
    scale[0] = 1;
  }
  const all: BinaryProblem = { x: design.x, mean, scale, treated, weights, n: design.n };
  const sampled: BinaryProblem = isLarge
    ? {
        ...all,
        x: few,
        treated: everyNth(treated, new Uint8Array(rows)),
        weights: weights && everyNth(weights, new Float64Array(rows)),
        n: rows,
      }
    : all;
  const varying = design.columns.flatMap((_, k) => (scale[k] > 0 ? [k] : []));
  const keep = independentColumns(pick(all, varying), pick(sampled, varying)).map((i) => varying[i]);
  const dropped = design.columns.filter((_, k) => !keep.includes(k));
  requireRows(design.n, keep.length);
  return {
    problem: pick(all, keep),
    sample: pick(sampled, keep),
    names: keep.map((k) => design.columns[k]),
    diagnostics: dropped.length === 0 ? [] : [aliased(dropped)],
  };
}

/** The problem with these columns alone. */
function pick(problem: BinaryProblem, keep: readonly number[]): BinaryProblem {
  return {
    ...problem,
    x: keep.map((k) => problem.x[k]),
    mean: Float64Array.from(keep, (k) => problem.mean[k]),
    scale: Float64Array.from(keep, (k) => problem.scale[k]),
  };
}

/** Scales serve the arithmetic alone, so a sample's do; columns that are constant there take those of all rows. */
function scaleByAllRows({ x, n }: Design, mean: Float64Array, scale: Float64Array, intercept: boolean): void {
  x.forEach((column, k) => {
    if (scale[k] > 0) return;
    const whole = columnScales([column], n, intercept);
    mean[k] = whole.mean[0];
    scale[k] = whole.scale[0];
  });
}

/** Every k-th value, as many as the target holds. */
function everyNth<T extends Float64Array | Uint8Array>(values: T, target: T): T {
  for (let i = 0; i < target.length; i++) target[i] = values[i * SAMPLE_STRIDE];
  return target;
}

function independentColumns(all: BinaryProblem, sample: BinaryProblem): number[] {
  const check = (rows: BinaryProblem): number[] =>
    semidefiniteFactor(informationAtStart(rows), all.x.length, ALIAS_TOLERANCE).independent;
  const inSample = check(sample);
  // Independent in some rows is independent in all; the converse needs all of them.
  return sample.n === all.n || inSample.length === all.x.length ? inSample : check(all);
}

function requireRows(n: number, p: number): void {
  if (n > p) return;
  fail(
    "too-few-rows",
    `${count(n, "complete row")} cannot estimate ${count(p, "coefficient")}: a propensity model needs more rows than coefficients. Use fewer covariates or more data.`,
    { rows: n, coefficients: p },
  );
}

function aliased(columns: readonly string[]): Diagnostic {
  return diagnostic(
    "aliased-columns",
    "warning",
    `Dropped ${count(columns.length, "column")} that earlier columns determine (or that are constant): ${listSome(columns)}.`,
    { columns },
  );
}

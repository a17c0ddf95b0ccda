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
  const { mean, scale } = scalesOf(design, intercept);
  if (intercept) {
    mean[0] = 0;
    scale[0] = 1;
  }
  const columns = (keep: readonly number[]): BinaryProblem => ({
    x: keep.map((k) => design.x[k]),
    mean: Float64Array.from(keep, (k) => mean[k]),
    scale: Float64Array.from(keep, (k) => scale[k]),
    treated,
    weights,
    n: design.n,
  });
  const varying = design.columns.flatMap((_, k) => (scale[k] > 0 ? [k] : []));
  const keep = independentColumns(columns(varying)).map((i) => varying[i]);
  const dropped = design.columns.filter((_, k) => !keep.includes(k));
  requireRows(design.n, keep.length);
  return {
    problem: columns(keep),
    names: keep.map((k) => design.columns[k]),
    diagnostics: dropped.length === 0 ? [] : [aliased(dropped)],
  };
}

/** Scales serve the arithmetic alone, so a sample's do; of columns that are constant there, those of all rows. */
function scalesOf({ x, n }: Design, intercept: boolean): { mean: Float64Array; scale: Float64Array } {
  if (n <= SAMPLE_ABOVE) return columnScales(x, n, intercept);
  const rows = Math.floor(n / SAMPLE_STRIDE);
  const scales = columnScales(
    x.map((column) => everyNth(column, new Float64Array(rows))),
    rows,
    intercept,
  );
  x.forEach((column, k) => {
    if (scales.scale[k] > 0) return;
    const whole = columnScales([column], n, intercept);
    scales.mean[k] = whole.mean[0];
    scales.scale[k] = whole.scale[0];
  });
  return scales;
}

/** Every k-th value, as many as the target holds. */
function everyNth<T extends Float64Array | Uint8Array>(values: T, target: T): T {
  for (let i = 0; i < target.length; i++) target[i] = values[i * SAMPLE_STRIDE];
  return target;
}

function independentColumns(problem: BinaryProblem): number[] {
  const check = (rows: BinaryProblem): number[] =>
    semidefiniteFactor(informationAtStart(rows), problem.x.length, ALIAS_TOLERANCE).independent;
  const sample = sampleOf(problem);
  const inSample = check(sample);
  // Independent in some rows is independent in all; the converse needs all of them.
  return sample === problem || inSample.length === problem.x.length ? inSample : check(problem);
}

/** Every k-th row of a large problem; a small one as it is. */
export function sampleOf(problem: BinaryProblem): BinaryProblem {
  if (problem.n <= SAMPLE_ABOVE) return problem;
  const n = Math.floor(problem.n / SAMPLE_STRIDE);
  return {
    ...problem,
    x: problem.x.map((column) => everyNth(column, new Float64Array(n))),
    treated: everyNth(problem.treated, new Uint8Array(n)),
    weights: problem.weights && everyNth(problem.weights, new Float64Array(n)),
    n,
  };
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

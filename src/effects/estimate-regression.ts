import { fail } from "../errors/error";
import { count, listSome } from "../errors/words";
import type { Design } from "../formula/types";
import { contradictions, fitLeastSquares, type LeastSquaresFit, onStandardised } from "../linalg/least-squares";
import { clusteredMeat, crossedCodes, hatValues, robustMeat } from "../linalg/sandwich";
import { bilinear, sandwich } from "../linalg/symmetric";
import type { Clusters } from "./estimate-clusters";
import type { StandardErrorType } from "./estimate-types";

/** A row whose hat value is this close to 1 is fitted without remainder: its error cannot be seen. */
const FULL_LEVERAGE = 1e-10;

/** The weighted regression of the outcome, with its rows named for messages. */
export interface OutcomeRegression {
  readonly fit: LeastSquaresFit;
  readonly weights: Float64Array;
  readonly intercept: boolean;
  /** Names of all columns, those dropped included. */
  readonly columns: readonly string[];
  /** The caller's rows. */
  readonly rows: Int32Array;
}

/** Fits the outcome on the design and refuses what leaves no error to judge by. */
export function regressOutcome(
  design: Design,
  y: Float64Array,
  weights: Float64Array,
  rows: Int32Array,
  { intercept, outcome }: { readonly intercept: boolean; readonly outcome: string },
): OutcomeRegression {
  const { x, n, columns } = design;
  if (y.every((value) => value === y[0])) {
    fail("constant", `The outcome "${outcome}" is ${y[0]} in every row used, so there is no effect to estimate.`, {
      column: outcome,
    });
  }
  const fit = fitLeastSquares({ x, y, weights, n, intercept });
  if (n <= fit.kept.length) {
    fail(
      "too-few-rows",
      `${count(n, "row")} cannot estimate ${count(fit.kept.length, "coefficient")} and their error. Use fewer covariates or more data.`,
      { rows: n, coefficients: fit.kept.length },
    );
  }
  if (!(fit.residualSum > 1e-24 * fit.totalSum)) {
    fail(
      "perfect-fit",
      `The columns of the formula explain "${outcome}" without remainder, so there is no error to judge the effect by. ` +
        "Check whether the outcome was computed from them.",
      { column: outcome },
    );
  }
  return { fit, weights, intercept, columns, rows };
}

/** The mean change of the design's columns as a contrast of the coefficients kept; refused where they do not tell it. */
export function effectContrast(regression: OutcomeRegression, change: Float64Array, treatment: string): Float64Array {
  const { fit, intercept, columns } = regression;
  const against = contradictions(fit, change, intercept);
  if (against.length > 0) {
    const names = against.map((column) => columns[column]);
    fail(
      "not-identified",
      `The effect of "${treatment}" cannot be told from other columns: ${listSome(names)} ${names.length === 1 ? "is" : "are"} ` +
        "determined by the columns before in the rows used, but would not change with them. Leave the column that copies the treatment out of the formula, " +
        "or a factor level that only one group has.",
      { columns: names, treatment },
    );
  }
  return onStandardised(fit, change, intercept);
}

/** V of the standardised coefficients, k × k. */
export function standardisedVcov(
  regression: OutcomeRegression,
  se: Exclude<StandardErrorType, "abadie-imbens">,
  clusters: readonly Clusters[],
): Float64Array {
  const { fit, weights } = regression;
  const { columns, inverse, residuals } = fit;
  const n = columns.n;
  const k = fit.kept.length;
  const scores = residuals.map((residual, r) => weights[r] * residual);
  if (se === "cluster" || se === "two-way") {
    const parts = clusters.map(({ codes, count }) => clusterPart(regression, scores, codes, count));
    if (clusters.length === 1) return parts[0];
    const [first, second] = clusters;
    const crossed = crossedCodes(first.codes, second.codes, second.count);
    const both = clusterPart(regression, scores, crossed.codes, crossed.size);
    return parts[0].map((value, i) => value + parts[1][i] - both[i]);
  }
  if (se === "HC2" || se === "HC3") {
    const hat = hatValues(columns, inverse, weights);
    refuseFullLeverage(hat, regression, se);
    for (let r = 0; r < n; r++) scores[r] /= se === "HC3" ? 1 - hat[r] : Math.sqrt(1 - hat[r]);
  }
  const vcov = sandwich(inverse, robustMeat(columns, scores), k, k);
  return se === "HC1" ? vcov.map((value) => (value * n) / (n - k)) : vcov;
}

/** CR1: CR0 · G/(G − 1) · (N − 1)/(N − k). */
function clusterPart({ fit }: OutcomeRegression, scores: Float64Array, codes: Int32Array, size: number): Float64Array {
  const n = fit.columns.n;
  const k = fit.kept.length;
  const factor = (size / (size - 1)) * ((n - 1) / (n - k));
  return sandwich(fit.inverse, clusteredMeat(fit.columns, scores, codes, size), k, k).map((value) => value * factor);
}

function refuseFullLeverage(hat: Float64Array, { rows }: OutcomeRegression, se: string): void {
  const full = hat.findIndex((value) => 1 - value < FULL_LEVERAGE);
  if (full < 0) return;
  fail(
    "not-identified",
    `Row ${rows[full] + 1} alone determines a coefficient (a group or a level with one row), so ${se} has no residual of it to judge by. ` +
      'Use fewer covariates, or se: "HC1".',
    { row: rows[full], hat: hat[full] },
  );
}

/** The standard error of a contrast; two-way covariance matrices need not be positive. */
export function contrastError(vcov: Float64Array, contrast: Float64Array): number {
  const variance = bilinear(contrast, vcov, contrast, contrast.length);
  if (variance > 0) return Math.sqrt(variance);
  return fail(
    "not-identified",
    "The estimated variance of the effect is not positive: there are too few clusters for this standard error. Cluster on one of the columns only.",
    { variance },
  );
}

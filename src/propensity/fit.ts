import { requireFinite, valueAt } from "../data/column";
import { frame } from "../data/frame";
import { resolveWeights } from "../data/select";
import { remember } from "../data/source";
import { readTreatment, type Treatment } from "../data/treatment";
import type { Column, DataLike, Frame, NumericColumn, Value } from "../data/types";
import { fail } from "../errors/error";
import { bindFormula } from "../formula/bind";
import { buildDesign } from "../formula/design";
import { namesIn } from "../formula/print";
import { requireTreatmentFormula } from "../formula/treatment-formula";
import type { BoundFormula, Design } from "../formula/types";
import { sandwich } from "../linalg/symmetric";
import { estimateBy } from "./adapter";
import { deviance } from "./irls";
import { LINKS, type Link } from "./links";
import { type Estimate, maximumLikelihood } from "./maximum-likelihood";
import { type StandardisedDesign, standardise } from "./problem";
import type { PropensityModel, ScoreEstimator } from "./types";

export interface PropensityOptions {
  /** The value of the response that counts as treated; needed unless it is 0/1 or logical. */
  readonly treated?: Value;
  readonly link?: Link;
  /** Prior (sampling) weights ≥ 0: a column's name or one number per row. */
  readonly weights?: string | ArrayLike<number>;
  /** `"firth"` adds the Jeffreys penalty: finite estimates under separation, less bias in small samples. */
  readonly penalty?: "none" | "firth";
  /** Another classifier in place of iteratively reweighted least squares. */
  readonly estimator?: ScoreEstimator;
  /** The reference level of a categorical covariate, by variable. */
  readonly reference?: Readonly<Record<string, string>>;
  readonly missing?: "drop" | "error";
  /** Stop when the next step can be expected to be shorter than this many standard errors in every direction. Default 1e-10. */
  readonly tolerance?: number;
  /** Default 50. */
  readonly maxIterations?: number;
}

/**
 * A propensity score model: the probability of being treated given covariates, by maximum likelihood.
 *
 * P(treated | x) = g⁻¹(x'β) with logit, probit or complementary log-log g. Coefficients, standard errors (from the
 * expected information), vcov, deviance and AIC agree with R's `glm(family = binomial(link))` at full convergence.
 * Columns that depend on earlier ones are dropped, as in R, with a diagnostic; a covariate that separates treated from
 * control is an error, for then no finite estimate exists.
 *
 * @param formula - R's grammar: `treated ~ age + race * sex + log(income)`.
 * @param data - a frame, rows or columns; rows with a missing value in a used column are dropped with a diagnostic.
 * @param options - see {@link PropensityOptions}.
 * @returns per-row arrays of n (the caller's rows, `NaN` where dropped), p coefficients, p × p vcov.
 * @throws `formula-syntax`, `unknown-column`, `wrong-type`, `not-binary`, `constant`, `too-few-rows`, `non-finite`,
 *   `separation`, `no-convergence`, `adapter`.
 * @example
 * ```ts
 * import { fitPropensity } from "likewise";
 * const schools = {
 *   catholic: [0, 1, 0, 1, 0, 1, 0, 1],
 *   size: [900, 600, 1200, 1000, 700, 500, 1500, 1100],
 * };
 * const model = fitPropensity("catholic ~ size", schools);
 * model.scores[1] > model.scores[0]; // true: smaller schools are likelier to be Catholic here
 * ```
 * @see McCullagh & Nelder (1989), Generalized Linear Models, ch. 4; Firth (1993), Biometrika 80:27-38.
 */
export function fitPropensity(formula: string, data: DataLike, options: PropensityOptions = {}): PropensityModel {
  const table = frame(data);
  const bound = bindFormula(formula, table, { reference: options.reference });
  requireFixedBinary(bound, options);
  const weightColumn = options.weights === undefined ? null : weightsColumn(table, options.weights);
  const design = buildDesign(bound, table, {
    missing: options.missing,
    alsoComplete: weightColumn ? [weightColumn] : [],
  });
  const treatment = treatmentOf(design.response as Column, options.treated);
  const weights = weightColumn && kept(weightColumn.values, design.rows);
  const standardised = standardise(design, treatment.treated, weights, bound.intercept);
  const estimate = options.estimator
    ? estimateBy(options.estimator, standardised.problem)
    : maximumLikelihood(standardised, bound.intercept, {
        link: LINKS[options.link ?? "logit"],
        firth: options.penalty === "firth",
        tolerance: options.tolerance ?? 1e-10,
        maxIterations: options.maxIterations ?? 50,
      });
  const model = assemble(table, bound, design, treatment, standardised, estimate, options);
  return remember(model, { data: table, options });
}

function requireFixedBinary(bound: BoundFormula, options: PropensityOptions): void {
  requireTreatmentFormula(bound, "A propensity model");
  if (options.link !== undefined && !(options.link in LINKS)) {
    fail("invalid-argument", `There is no link "${options.link}"; choose "logit", "probit" or "cloglog".`);
  }
  if (
    options.estimator &&
    (options.penalty === "firth" || options.weights !== undefined || (options.link ?? "logit") !== "logit")
  ) {
    fail(
      "invalid-argument",
      `The estimator ${options.estimator.name} takes neither weights, a penalty nor another link than logit; leave them out or use the default estimator.`,
    );
  }
}

function treatmentOf(column: Column, level: Value | undefined): Treatment {
  const treatment = readTreatment(column, level, { name: `The treatment "${column.name}"`, option: "treated" });
  const [first] = treatment.treated;
  if (treatment.treated.every((value) => value === first)) {
    fail(
      "constant",
      `The treatment "${column.name}" is ${valueAt(column, 0)} in every row, so there is no one to compare ` +
        `${first === 1 ? "the treated" : "the controls"} with. Check the data or the filter before.`,
      { column: column.name },
    );
  }
  return treatment;
}

function weightsColumn(table: Frame, weights: string | ArrayLike<number>): NumericColumn {
  const values = resolveWeights(table, weights, "the weights");
  const name = typeof weights === "string" ? weights : "weights";
  requireFinite(values, name);
  const negative = values.findIndex((value) => value < 0);
  if (negative >= 0) {
    fail("invalid-argument", `The weight in row ${negative + 1} is ${values[negative]}; weights must be 0 or more.`, {
      row: negative,
    });
  }
  return { kind: "numeric", name, values };
}

function kept(values: Float64Array, rows: Int32Array | null): Float64Array {
  return rows === null ? values : Float64Array.from(rows, (row) => values[row]);
}

/** From standardised columns back to the caller's, and from complete rows to all. */
function assemble(
  table: Frame,
  bound: BoundFormula,
  design: Design,
  treatment: Treatment,
  { problem, names, diagnostics }: StandardisedDesign,
  estimate: Estimate,
  options: PropensityOptions,
): PropensityModel {
  const p = names.length;
  const back = backTransform(problem.mean, problem.scale, bound.intercept);
  const coefficients = new Float64Array(p);
  for (let j = 0; j < p; j++) for (let k = 0; k < p; k++) coefficients[j] += back[j * p + k] * estimate.coefficients[k];
  const vcov = sandwich(back, estimate.covariance, p, p);
  const link = options.link ?? "logit";
  return {
    kind: "propensity-model",
    formula: bound.formula,
    bound,
    covariates: covariatesOf(bound),
    link,
    penalty: options.penalty ?? "none",
    estimator: options.estimator?.name ?? "irls",
    treatment: { name: (bound.response as { label: string }).label, level: treatment.level },
    terms: names,
    coefficients,
    standardErrors: Float64Array.from({ length: p }, (_, k) => Math.sqrt(vcov[k * p + k])),
    vcov,
    scores: spread(estimate.probabilities, design.rows, table.rows),
    linearPredictor: spread(estimate.linearPredictor, design.rows, table.rows),
    treated: spread(treatment.treated, design.rows, table.rows),
    nobs: design.n,
    deviance: estimate.deviance,
    nullDeviance: nullDeviance(problem, link, bound.intercept),
    aic: problem.weights === null ? estimate.deviance + 2 * p : Number.NaN,
    iterations: estimate.iterations,
    converged: estimate.converged,
    diagnostics: [...design.diagnostics, ...diagnostics, ...estimate.diagnostics],
  };
}

/** β = Tγ: slopes divide by the scale, the intercept gives back the means. Row-major p × p. */
function backTransform(mean: Float64Array, scale: Float64Array, intercept: boolean): Float64Array {
  const p = mean.length;
  const t = new Float64Array(p * p);
  for (let k = 0; k < p; k++) {
    t[k * p + k] = 1 / scale[k];
    if (intercept && k > 0) t[k] = -mean[k] / scale[k];
  }
  return t;
}

function spread<T extends Float64Array | Uint8Array>(values: T, rows: Int32Array | null, n: number): T {
  if (rows === null) return values;
  const all = (values instanceof Float64Array ? new Float64Array(n).fill(Number.NaN) : new Uint8Array(n)) as T;
  rows.forEach((row, i) => {
    all[row] = values[i];
  });
  return all;
}

/** The deviance of the mean alone, or of η = 0 where the formula has no intercept. */
function nullDeviance(problem: StandardisedDesign["problem"], link: Link, intercept: boolean): number {
  const { n, treated, weights } = problem;
  const total = new Float64Array(2);
  for (let r = 0; r < n; r++) total[treated[r]] += weights === null ? 1 : weights[r];
  const eta = intercept ? LINKS[link].linear(total[1] / (total[0] + total[1])) : 0;
  // One weighted row stands for all the treated, one for all the controls.
  const summed = { ...problem, treated: Uint8Array.of(0, 1), weights: total, n: 2 };
  return deviance(summed, LINKS[link], Float64Array.of(eta, eta));
}

function covariatesOf(bound: BoundFormula): string[] {
  const names = bound.variables.flatMap((variable) => namesIn(variable.expression).map((part) => part.name));
  return [...new Set(names)];
}

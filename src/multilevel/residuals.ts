import type { DataLike, NumericColumn } from "../data/types";
import { fail } from "../errors/error";
import { buildDesign } from "../formula/design";
import { refuseSamplingWeights, requireOneOf } from "./checks";
import { covarianceRoot, diagnosticVariances, groupEstimates, likelihoodCovariance, pullsOf } from "./group-estimates";
import { requireIntercept } from "./require-intercept";
import {
  aligned,
  atRows,
  centredPredictor,
  codesInModel,
  quadraticForms,
  type TermColumns,
  tableOf,
  termColumns,
  weightsOfRows,
} from "./rows";
import type { InterceptModel, MixedModel } from "./types";
import type { MixedWeights } from "./weights";

export interface ResidualOptions {
  /** Residuals of rows (default) or of groups. */
  readonly level?: "pupil" | "group";
  /**
   * `"raw"` (default); `"standardised"`, divided by its own standard deviation; of pupils also `"pearson"`, divided by the
   * standard deviation of the error it estimates, without the leverage.
   */
  readonly type?: "raw" | "standardised" | "pearson";
  /** Of pupils: from x'β̂ + û_j (`"include"`, the default: conditional) or from x'β̂ (`"exclude"`: marginal). */
  readonly randomEffects?: "include" | "exclude";
  /** The rows that the model was fitted to; it remembers them unless it was fitted to a summary or came through JSON. */
  readonly data?: DataLike;
  /** As in the fit, for a weighted model that does not remember its rows. */
  readonly weights?: MixedWeights;
}

/**
 * Residuals of a random-intercept model, of pupils or of schools, raw or standardised.
 *
 * Pupils, conditional: e = y − x'β̂ − û_j, with d = x − λ_jx̄_j: var(e) = σ²/w − σ_u²(1 − λ_j) − d'Cd.
 * Pupils, marginal: y − x'β̂, of variance σ_u² + σ²/w − x'Cx.
 * Groups: û_j, of variance λ_jσ_u² − λ_j²x̄_j'Cx̄_j, the diagnostic one; standardised it equals the standardised raw
 * residual ȳ_j − x̄_j'β̂.
 * All are exact given σ_u² and σ²: the subtracted parts are the row's leverage. `"pearson"` leaves them out: √w e/σ as
 * lme4's scaled residuals, and (y − x'β̂)/√(σ_u² + σ²/w). With frequency weights w is 1 here: a residual is one pupil's.
 * With school weights ω_j, d'(2ω_jσ²A⁻¹ − C)d takes the place of d'Cd, C being the sandwich.
 *
 * @returns n numbers in the order of the caller's rows, `NaN` where a row was left out of the fit or where the fit passes
 *   through it whatever its outcome (standardised); of groups J numbers in the order of the levels.
 * @throws `summary-mismatch` where `data` are not the model's rows; `invalid-argument` where the model remembers no rows
 *   or weights and none are given, and for other options.
 * @example
 * ```ts
 * import { fitMixed, residuals } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * residuals(model, { type: "standardised" }).length; // 6
 * residuals(model, { level: "group" }).length; // 3
 * ```
 * @see Nobre & Singer (2007), Biometrical Journal 49:863-875; Goldstein (2011), Multilevel Statistical Models, ch. 2;
 *   Snijders & Bosker (2012), Multilevel Analysis, ch. 10.
 */
export function residuals(subject: MixedModel, options: ResidualOptions = {}): Float64Array {
  const { level = "pupil", type = "raw", randomEffects = "include" } = options;
  requireOneOf("level", level, ["pupil", "group"]);
  requireOneOf("type", type, ["raw", "standardised", "pearson"]);
  requireOneOf("randomEffects", randomEffects, ["include", "exclude"]);
  const model = requireIntercept(subject, "Residuals");
  refuseSamplingWeights(model, "Residuals");
  return level === "group" ? groupResiduals(model, type) : pupilResiduals(model, type, randomEffects, options);
}

function groupResiduals(model: InterceptModel, type: "raw" | "standardised" | "pearson"): Float64Array {
  if (type === "pearson") {
    fail("invalid-argument", 'Pearson residuals are of pupils; residuals of groups are "raw" or "standardised".');
  }
  const estimates = groupEstimates(model);
  if (type === "raw") return estimates.estimate;
  const variances = diagnosticVariances(model, estimates);
  return estimates.estimate.map((estimate, j) =>
    variances[j] > 1e-12 * model.variances.group ? estimate / Math.sqrt(variances[j]) : Number.NaN,
  );
}

function pupilResiduals(
  model: InterceptModel,
  type: "raw" | "standardised" | "pearson",
  randomEffects: "include" | "exclude",
  options: ResidualOptions,
): Float64Array {
  const { summary, variances } = model;
  const table = tableOf(model, options.data);
  const columns = weightsOfRows(model, table, options.weights);
  const design = buildDesign(summary.bound, table, {
    alsoComplete: [columns.pupils, columns.schools].filter((column) => column !== null),
  });
  const { n, rows } = design;
  const codes = codesInModel(model, design.groups[0]);
  const response = (design.response as NumericColumn).values;
  const weights = columns.pupils && atRows(columns.pupils.values, rows);
  requireRowsOfFit(model, codes, response, weights);
  const terms = termColumns(model, design.x);
  const estimates = groupEstimates(model);
  const include = randomEffects === "include";
  const centre = summary.shift[summary.shift.length - 1];
  const residual = centredPredictor(model, terms, n);
  for (let r = 0; r < n; r++) {
    residual[r] = response[r] - centre - residual[r] - (include ? estimates.estimate[codes[r]] : 0);
  }
  if (type === "raw") return aligned(residual, rows, table.rows);
  const perRow = summary.pupilWeights === "precision" ? weights : null;
  const pulls = include ? { values: pullsOf(estimates), codes } : null;
  const explained = type === "standardised" ? explainedByFit(model, terms, codes, n, pulls) : null;
  for (let r = 0; r < n; r++) {
    const own = variances.residual / (perRow === null ? 1 : perRow[r]);
    let variance = include ? own : own + variances.group;
    if (explained !== null) variance -= explained[r] + (include ? estimates.conditional[codes[r]] : 0);
    residual[r] = variance > 1e-12 * own ? residual[r] / Math.sqrt(variance) : Number.NaN;
  }
  return aligned(residual, rows, table.rows);
}

/** d'Cd per row; under school weights d'(2ω_jσ²A⁻¹ − C)d. */
function explainedByFit(
  model: InterceptModel,
  terms: TermColumns,
  codes: Int32Array,
  n: number,
  pulls: { values: Float64Array; codes: Int32Array } | null,
): Float64Array {
  const p = model.terms.length;
  const own = quadraticForms(terms, covarianceRoot(model.centred.vcov, p), n, pulls);
  const { groupWeights } = model.summary;
  if (!groupWeights) return own;
  const shared = quadraticForms(terms, covarianceRoot(likelihoodCovariance(model), p), n, pulls);
  return shared.map((value, r) => 2 * groupWeights[codes[r]] * value - own[r]);
}

/** Rows are taken as the model's where every group has its weight and its mean outcome. */
function requireRowsOfFit(
  { summary, formula }: InterceptModel,
  codes: Int32Array,
  response: Float64Array,
  weights: Float64Array | null,
): void {
  const { levels, shift, means } = summary;
  const q = shift.length;
  const total = new Float64Array(levels.length);
  const sum = new Float64Array(levels.length);
  let unknown = 0;
  for (let r = 0; r < codes.length; r++) {
    const w = weights === null ? 1 : weights[r];
    if (codes[r] < 0) unknown++;
    else {
      total[codes[r]] += w;
      sum[codes[r]] += w * (response[r] - shift[q - 1]);
    }
  }
  const scale = Math.sqrt(summary.within[q * q - 1] / summary.nobs);
  const differs = levels.findIndex((_, j) => {
    const mean = means[j * q + q - 1];
    const gap = Math.abs(sum[j] / total[j] - mean);
    return !(Math.abs(total[j] - summary.weights[j]) <= 1e-9 * total[j] && gap <= 1e-8 * (scale + Math.abs(mean)));
  });
  if (differs < 0 && unknown === 0) return;
  fail(
    "summary-mismatch",
    `Residuals belong to the rows that "${formula}" was fitted to, and these differ from them` +
      `${differs < 0 ? ` in groups of ${summary.group} that the model does not know` : ` in the ${summary.group} "${levels[differs]}"`}. ` +
      "Give the same rows and weights; for other rows take predict.",
    { group: differs < 0 ? null : levels[differs] },
  );
}

import type { DataLike, NumericColumn } from "../data/types";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { buildDesign } from "../formula/design";
import { refuseSamplingWeights, requireOneOf } from "./checks";
import { covarianceRoot, diagnosticVariances, groupEstimates, likelihoodCovariance } from "./group-estimates";
import { type Places, randomParts, randomVariances } from "./places";
import { randomEffects as effectsOf } from "./random-effects";
import { placesOf, placesOfRows, randomColumns, randomCovariance, slopeVariables } from "./random-part";
import {
  aligned,
  atRows,
  centredPredictor,
  type Pulls,
  quadraticForms,
  summaryOfRows,
  type TermColumns,
  tableOf,
  termColumns,
  weightsOfRows,
} from "./rows";
import { requireRowsOfFit } from "./rows-of-fit";
import type { InterceptModel, MixedModel, RandomEffect } from "./types";
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
 * Residuals of a mixed model, of pupils or of schools, raw or standardised.
 *
 * Pupils, conditional: e = y − x'β̂ − û_j, with d = x − λ_jx̄_j: var(e) = σ²/w − σ_u²(1 − λ_j) − d'Cd.
 * Pupils, marginal: y − x'β̂, of variance σ_u² + σ²/w − x'Cx.
 * Groups: û_j, of variance λ_jσ_u² − λ_j²x̄_j'Cx̄_j, the diagnostic one; standardised it equals the standardised raw
 * residual ȳ_j − x̄_j'β̂.
 * All are exact given σ_u² and σ²: the subtracted parts are the row's leverage. `"pearson"` leaves them out: √w e/σ as
 * lme4's scaled residuals, and (y − x'β̂)/√(σ_u² + σ²/w). With frequency weights w is 1 here: a residual is one pupil's.
 * With school weights ω_j, d'(2ω_jσ²A⁻¹ − C)d takes the place of d'Cd, C being the sandwich. Nested intercepts take the sum of
 * a row's effects for û_j; with random slopes z'b̂_j stands for û_j and z'Σz for σ_u², as in {@link predict}.
 *
 * @returns n numbers in the order of the caller's rows, `NaN` where a row was left out of the fit or where the fit passes
 *   through it whatever its outcome (standardised); of groups J numbers in the order of the levels (of nested intercepts and slopes in that of `randomEffects`).
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
export function residuals(model: MixedModel, options: ResidualOptions = {}): Float64Array {
  requireKnownOptions(options, ["level", "type", "randomEffects", "data", "weights"], "residuals");
  const { level = "pupil", type = "raw", randomEffects = "include" } = options;
  requireOneOf("level", level, ["pupil", "group"]);
  requireOneOf("type", type, ["raw", "standardised", "pearson"]);
  requireOneOf("randomEffects", randomEffects, ["include", "exclude"]);
  refuseSamplingWeights(model, "Residuals");
  return level === "group" ? groupResiduals(model, type) : pupilResiduals(model, type, randomEffects, options);
}

function groupResiduals(model: MixedModel, type: "raw" | "standardised" | "pearson"): Float64Array {
  if (type === "pearson") {
    fail("invalid-argument", 'Pearson residuals are of pupils; residuals of groups are "raw" or "standardised".');
  }
  const { estimates, variances, scales } =
    model.structure === "intercept" ? groupVariances(model) : effectVariances(model);
  if (type === "raw") return estimates;
  return estimates.map((estimate, j) =>
    variances[j] > 1e-12 * scales[j] ? estimate / Math.sqrt(variances[j]) : Number.NaN,
  );
}

/** û, the variance of û itself and σ_u². */
interface GroupVariances {
  readonly estimates: Float64Array;
  readonly variances: Float64Array;
  readonly scales: Float64Array;
}

function groupVariances(model: InterceptModel): GroupVariances {
  const own = groupEstimates(model);
  const variances = diagnosticVariances(model, own);
  return { estimates: own.estimate, variances, scales: variances.map(() => model.variances.group) };
}

function effectVariances(model: MixedModel): GroupVariances {
  const effects = effectsOf(model);
  const of = (value: (effect: RandomEffect) => number): Float64Array => Float64Array.from(effects, value);
  return {
    estimates: of((effect) => effect.estimate),
    variances: of((effect) => effect.diagnosticSe ** 2),
    scales: of((effect) => effect.diagnosticSe ** 2 + effect.comparativeSe ** 2),
  };
}

function pupilResiduals(
  model: MixedModel,
  type: "raw" | "standardised" | "pearson",
  randomEffects: "include" | "exclude",
  options: ResidualOptions,
): Float64Array {
  const { bound, shift, pupilWeights } = summaryOfRows(model);
  const table = tableOf(model, options.data);
  const given = weightsOfRows(model, table, options.weights);
  const design = buildDesign(bound, table, {
    alsoComplete: [given.pupils, given.schools, ...slopeVariables(model, table)].filter((column) => column !== null),
  });
  const { n, rows } = design;
  const { codes } = placesOfRows(model, design);
  const columns = randomColumns(model, table, design);
  const response = (design.response as NumericColumn).values;
  const weights = given.pupils && atRows(given.pupils.values, rows);
  requireRowsOfFit(model, { codes, response, weights, columns });
  const terms = termColumns(model, design.x);
  const places = placesOf(model);
  const include = randomEffects === "include";
  const centre = shift[shift.length - 1];
  const effects = include ? randomParts(places.estimates, codes, columns) : null;
  const residual = centredPredictor(model, terms, n);
  for (let r = 0; r < n; r++) residual[r] = response[r] - centre - residual[r] - (effects?.[r] ?? 0);
  if (type === "raw") return aligned(residual, rows, table.rows);
  const perRow = pupilWeights === "precision" ? weights : null;
  const between = include ? null : randomVariances(randomCovariance(model), columns, n, null);
  const known = include ? { ...places, codes, columns } : null;
  const leverage = type === "standardised" ? leverages(model, terms, codes, n, known) : null;
  for (let r = 0; r < n; r++) {
    const own = model.variances.residual / (perRow?.[r] ?? 1);
    const variance = own + (between?.[r] ?? 0) - (leverage?.[r] ?? 0);
    residual[r] = variance > 1e-12 * own ? residual[r] / Math.sqrt(variance) : Number.NaN;
  }
  return aligned(residual, rows, table.rows);
}

/** What the fit takes of the variance of each row's error: that of the row's own prediction. */
function leverages(
  model: MixedModel,
  terms: TermColumns,
  codes: Int32Array,
  n: number,
  known: (Places & Pick<Pulls, "codes" | "columns">) | null,
): Float64Array {
  if (known === null) return explainedByFit(model, terms, codes, n, null);
  const explained = explainedByFit(model, terms, codes, n, { ...known, values: known.pulls });
  const open = randomVariances(randomCovariance(model), known.columns, n, known);
  return explained.map((value, r) => value + open[r]);
}

/** d'Cd per row; under school weights d'(2ω_jσ²A⁻¹ − C)d. */
function explainedByFit(
  model: MixedModel,
  terms: TermColumns,
  codes: Int32Array,
  n: number,
  pulls: Pulls | null,
): Float64Array {
  const p = model.terms.length;
  const own = quadraticForms(terms, covarianceRoot(model.centred.vcov, p), n, pulls);
  if (model.structure !== "intercept" || !model.summary.groupWeights) return own;
  const { groupWeights } = model.summary;
  const shared = quadraticForms(terms, covarianceRoot(likelihoodCovariance(model), p), n, pulls);
  return shared.map((value, r) => 2 * groupWeights[codes[r]] * value - own[r]);
}

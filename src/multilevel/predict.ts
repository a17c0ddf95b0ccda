import type { CategoricalColumn, DataLike } from "../data/types";
import { normalQuantileUpper } from "../distributions/normal";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { count, listSome } from "../errors/words";
import { buildDesign } from "../formula/design";
import { refuseSamplingWeights, requireLevel, requireOneOf } from "./checks";
import { covarianceRoot, groupEstimates, pullsOf } from "./group-estimates";
import { requireIntercept } from "./require-intercept";
import { aligned, centredPredictor, codesInModel, quadraticForms, tableOf, termColumns } from "./rows";
import type { InterceptModel, MixedModel } from "./types";

export interface PredictOptions {
  /** x'β̂ + û_j (`"include"`, the default: conditional on the group) or x'β̂ (`"exclude"`: marginal). */
  readonly randomEffects?: "include" | "exclude";
  /** Rows of groups that the model does not know: an error (default), or û = 0. */
  readonly newGroups?: "error" | "zero";
  /**
   * `"none"` (default); `"confidence"` for the expected outcome; `"prediction"` for the outcome of one new pupil. Limits
   * are the normal's.
   */
  readonly interval?: "none" | "confidence" | "prediction";
  /** Of the interval; default 0.95. */
  readonly level?: number;
}

/** Predicted outcomes, in the order of the caller's rows; `NaN` where a row is incomplete. */
export interface Predictions {
  readonly kind: "predictions";
  readonly randomEffects: "include" | "exclude";
  readonly interval: "none" | "confidence" | "prediction";
  readonly level: number;
  /** n */
  readonly values: Float64Array;
  /** n: of the expected outcome. */
  readonly standardErrors: Float64Array;
  /** n, or null without an interval. */
  readonly lower: Float64Array | null;
  readonly upper: Float64Array | null;
  /** Groups among the rows that the model does not know. */
  readonly newGroups: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Predicted outcomes of rows, marginal or conditional on their groups, with standard errors.
 *
 * Marginal: x'β̂, of variance x'Cx. Conditional: x'β̂ + û_j as a prediction of x'β + u_j; with d = x − λ_jx̄_j its error has
 * variance σ_u²(1 − λ_j) + d'Cd. For a group that the model does not know û = 0 and the variance is σ_u² + x'Cx. The
 * variances σ_u² and σ² are taken as known. A `"prediction"` interval, for one new pupil, adds σ² (a pupil of precision
 * weight 1), and where random effects are left out σ_u² as well: a pupil of a school drawn at random.
 *
 * @param data - rows to predict, with the formula's columns (the outcome is not read; the grouping column only where random
 *   effects are included). Default: the rows that the model was fitted to.
 * @returns n values with standard errors and, on request, limits; rows with missing values get `NaN` and a diagnostic.
 * @throws `unknown-level` for a group that the model does not know (with `newGroups: "error"`) or a level of a factor not
 *   seen at binding; `unknown-column`; `wrong-type`; `invalid-argument` where the model remembers no rows and none are given.
 * @example
 * ```ts
 * import { fitMixed, predict } from "likewise";
 * const model = fitMixed("score ~ ses + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], ses: [0, 1, 1, 3, 2, 2], score: [8, 10, 13, 15, 5, 6],
 * });
 * predict(model, { school: ["a", "z"], ses: [1, 1] }, { newGroups: "zero" }).newGroups; // ["z"]
 * ```
 * @see Skrondal & Rabe-Hesketh (2009), JRSS A 172:659-687; Henderson (1975), Biometrics 31:423-447.
 */
export function predict(subject: MixedModel, data?: DataLike, options: PredictOptions = {}): Predictions {
  const { randomEffects = "include", newGroups = "error", interval = "none", level = 0.95 } = options;
  requireOneOf("randomEffects", randomEffects, ["include", "exclude"]);
  requireOneOf("newGroups", newGroups, ["error", "zero"]);
  requireOneOf("interval", interval, ["none", "confidence", "prediction"]);
  requireLevel(level);
  const model = requireIntercept(subject, "Predictions");
  const include = randomEffects === "include";
  if (include) refuseSamplingWeights(model, "Predictions with random effects");
  const table = tableOf(model, data);
  const design = buildDesign(model.summary.bound, table, { response: false, groups: include, allowEmpty: true });
  const codes = include ? codesInModel(model, design.groups[0]) : null;
  const unknown = codes ? unknownGroups(codes, design.groups[0]) : [];
  if (unknown.length > 0 && newGroups === "error") refuseNewGroups(model, unknown);
  const { values, variances } = predictedMoments(model, design.x, codes, design.n);
  const halves = interval === "none" ? null : variances.slice();
  if (halves !== null) {
    const z = normalQuantileUpper((1 - level) / 2);
    const added = interval === "prediction" ? model.variances.residual + (include ? 0 : model.variances.group) : 0;
    for (let r = 0; r < halves.length; r++) halves[r] = z * Math.sqrt(halves[r] + added);
  }
  const back = (numbers: Float64Array): Float64Array => aligned(numbers, design.rows, table.rows);
  return {
    kind: "predictions",
    randomEffects,
    interval,
    level,
    values: back(values),
    standardErrors: back(variances.map(Math.sqrt)),
    lower: halves && back(values.map((value, r) => value - halves[r])),
    upper: halves && back(values.map((value, r) => value + halves[r])),
    newGroups: unknown,
    diagnostics: design.diagnostics.map(({ details }) => notPredicted(details)),
  };
}

/** Predictions and the variances of their errors; codes null leaves the random effects out. */
function predictedMoments(
  model: InterceptModel,
  x: readonly Float64Array[],
  codes: Int32Array | null,
  n: number,
): { values: Float64Array; variances: Float64Array } {
  const { summary } = model;
  const terms = termColumns(model, x);
  const values = centredPredictor(model, terms, n);
  const root = covarianceRoot(model.centred.vcov, model.terms.length);
  const centre = summary.shift[summary.shift.length - 1];
  for (let r = 0; r < n; r++) values[r] += centre;
  if (codes === null) return { values, variances: quadraticForms(terms, root, n, null) };
  const estimates = groupEstimates(model);
  const variances = quadraticForms(terms, root, n, { values: pullsOf(estimates), codes });
  for (let r = 0; r < n; r++) {
    const j = codes[r];
    if (j >= 0) values[r] += estimates.estimate[j];
    variances[r] += j >= 0 ? estimates.conditional[j] : model.variances.group;
  }
  return { values, variances };
}

function unknownGroups(codes: Int32Array, groups: CategoricalColumn): string[] {
  const seen = new Uint8Array(groups.levels.length);
  for (let r = 0; r < codes.length; r++) if (codes[r] < 0) seen[groups.codes[r]] = 1;
  return groups.levels.filter((_, code) => seen[code] === 1);
}

function refuseNewGroups({ summary, formula }: InterceptModel, unknown: readonly string[]): never {
  return fail(
    "unknown-level",
    `${count(unknown.length, `${summary.group} is`, `${summary.group} groups are`)} not among those that "${formula}" was fitted to: ${listSome(unknown)}. ` +
      'Predict them with newGroups: "zero", or leave the random effects out.',
    { column: summary.group, values: unknown },
  );
}

function notPredicted(details: Diagnostic["details"]): Diagnostic {
  const { dropped, byColumn } = details as { dropped: number; byColumn: Record<string, number> };
  const columns = Object.entries(byColumn).map(([name, missing]) => `${name} ${missing.toLocaleString("en-GB")}`);
  return diagnostic(
    "rows-dropped",
    "warning",
    `${count(dropped, "row has", "rows have")} no prediction (NaN) because of missing values: ${columns.join(", ")}.`,
    details,
  );
}

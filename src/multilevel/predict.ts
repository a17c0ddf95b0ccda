import type { DataLike } from "../data/types";
import { normalQuantileUpper } from "../distributions/normal";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { count, listSome } from "../errors/words";
import { buildDesign } from "../formula/design";
import type { Design } from "../formula/types";
import { refuseSamplingWeights, requireLevel, requireOneOf } from "./checks";
import { covarianceRoot } from "./group-estimates";
import { type PlacesOfRows, randomParts, randomVariances } from "./places";
import { placesOf, placesOfRows, randomColumns, randomCovariance, slopeVariables } from "./random-part";
import { aligned, centredPredictor, quadraticForms, summaryOfRows, tableOf, termColumns } from "./rows";
import type { MixedModel } from "./types";

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
  /** Groups among the rows that the model does not know; of nested ones the outermost, `North` for all its schools. */
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
 * Nested intercepts add the effects of all levels; of a new class in a known school û is the school's, and the variance has the
 * classes' variance more. With random slopes z'b̂_j takes the place of û_j and z'Σz that of σ_u², z the row's random columns.
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
export function predict(model: MixedModel, data?: DataLike, options: PredictOptions = {}): Predictions {
  requireKnownOptions(options, ["randomEffects", "newGroups", "interval", "level"], "predict");
  const { randomEffects = "include", newGroups = "error", interval = "none", level = 0.95 } = options;
  requireOneOf("randomEffects", randomEffects, ["include", "exclude"]);
  requireOneOf("newGroups", newGroups, ["error", "zero"]);
  requireOneOf("interval", interval, ["none", "confidence", "prediction"]);
  requireLevel(level);
  const include = randomEffects === "include";
  if (include) refuseSamplingWeights(model, "Predictions with random effects");
  const table = tableOf(model, data);
  const needsColumns = include || interval === "prediction";
  const design = buildDesign(summaryOfRows(model).bound, table, {
    response: false,
    groups: include,
    allowEmpty: true,
    alsoComplete: needsColumns ? slopeVariables(model, table) : [],
  });
  const places = include ? placesOfRows(model, design) : null;
  const unknown = places?.unknown ?? [];
  if (unknown.length > 0 && newGroups === "error") refuseNewGroups(model, unknown);
  const columns = needsColumns ? randomColumns(model, table, design) : null;
  const { values, variances } = predictedMoments(model, design, columns, places);
  const limits = interval === "none" ? null : variances.slice();
  if (limits !== null) {
    const added = interval === "prediction" ? addedVariances(model, design.n, columns, include) : null;
    const z = normalQuantileUpper((1 - level) / 2);
    for (let r = 0; r < limits.length; r++) limits[r] = z * Math.sqrt(limits[r] + (added?.[r] ?? 0));
  }
  const back = (numbers: Float64Array): Float64Array => aligned(numbers, design.rows, table.rows);
  return {
    kind: "predictions",
    randomEffects,
    interval,
    level,
    values: back(values),
    standardErrors: back(variances.map(Math.sqrt)),
    lower: limits && back(values.map((value, r) => value - limits[r])),
    upper: limits && back(values.map((value, r) => value + limits[r])),
    newGroups: unknown.map((each) => each.level),
    diagnostics: design.diagnostics.map(({ details }) => notPredicted(details)),
  };
}

/** Predictions and the variances of their errors; places null leaves the random effects out. */
function predictedMoments(
  model: MixedModel,
  { x, n }: Design,
  columns: readonly Float64Array[] | null,
  places: PlacesOfRows | null,
): { values: Float64Array; variances: Float64Array } {
  const { shift } = summaryOfRows(model);
  const terms = termColumns(model, x);
  const values = centredPredictor(model, terms, n);
  const root = covarianceRoot(model.centred.vcov, model.terms.length);
  const centre = shift[shift.length - 1];
  for (let r = 0; r < n; r++) values[r] += centre;
  if (places === null) return { values, variances: quadraticForms(terms, root, n, null) };
  const { codes } = places;
  const { estimates, conditional, pulls } = placesOf(model);
  const variances = quadraticForms(terms, root, n, { values: pulls, codes, columns });
  const effects = randomParts(estimates, codes, columns);
  const open = randomVariances(randomCovariance(model), columns, n, { conditional, codes });
  for (let r = 0; r < n; r++) {
    values[r] += effects[r];
    variances[r] += open[r];
  }
  return { values, variances };
}

/** What a new pupil's outcome varies by besides: σ², and where random effects are left out z'Σz. */
function addedVariances(
  model: MixedModel,
  n: number,
  columns: readonly Float64Array[] | null,
  include: boolean,
): Float64Array {
  const added = include ? new Float64Array(n) : randomVariances(randomCovariance(model), columns, n, null);
  return added.map((value) => value + model.variances.residual);
}

function refuseNewGroups({ formula }: MixedModel, unknown: PlacesOfRows["unknown"]): never {
  const [{ group }] = unknown;
  const levels = unknown.map(({ level }) => level);
  const what = unknown.every((each) => each.group === group) ? `${group} ` : "";
  return fail(
    "unknown-level",
    `${count(unknown.length, `${what}group is`, `${what}groups are`)} not among those that "${formula}" was fitted to: ${listSome(levels)}. ` +
      'Predict them with newGroups: "zero", or leave the random effects out.',
    { column: group, values: levels },
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

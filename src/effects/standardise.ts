import { fixed, type Table, text } from "../display/table";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { emptyModel, groupSummaryOf } from "../multilevel/empty-model";
import type { GroupSummary, MixedModel } from "../multilevel/types";

/** A coefficient in standard deviations of the outcome per standard deviation of its column. */
export interface StandardisedCoefficient {
  readonly term: string;
  /**
   * Where its column varies: `"pupils"` within groups, `"schools"` between them only; of nested groups the name of the largest
   * ones within which it is constant, as in `randomTerms`. Null for the intercept.
   */
  readonly level: string | null;
  /** `NaN` for the intercept. */
  readonly estimate: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
  /** The two standard deviations: the estimate is the coefficient × sdColumn/sdOutcome. */
  readonly sdColumn: number;
  readonly sdOutcome: number;
}

export interface StandardisedCoefficients {
  readonly kind: "standardised-coefficients";
  readonly by: "total" | "level";
  readonly coefficients: readonly StandardisedCoefficient[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A column that varies less than this share of its variation within groups varies by rounding. */
const ROUNDING = 1e-13;

/**
 * The coefficients of a mixed model in standard deviations, from its summary alone.
 *
 * `by: "total"` (default) multiplies each by sd(x)/sd(y) over all rows: the coefficients of the model fitted to columns and
 * outcome in standard deviations from their means. `by: "level"` takes the standard deviations of the column's own level:
 * of a column that varies within groups the pooled one, √(Σ(x − x̄_j)²/(n − J)), over σ_e of the empty model; of one that is
 * constant within groups the one over groups (divisor J − 1), each group counting once, over σ_u of the empty model. A
 * column that varies at both levels counts as one of pupils: split it first, with `within(x, school)` and
 * `between(x, school)`. The standard deviations are taken as known, so standard errors and intervals scale along. Dummies and
 * products are scaled as any column, which says little; read those in the outcome's units, or by `effectSizes`.
 *
 * Nested groups have a level each: columns constant within alliances are of those, others constant within schools of schools.
 * With random slopes the empty model has a random intercept alone. Weighted models take weighted standard deviations.
 *
 * @returns one entry per term of the model, the intercept's `NaN`.
 * @throws `invalid-argument` for another `by`, or a random part without an intercept.
 * @example
 * ```ts
 * import { fitMixed, standardiseCoefficients } from "likewise";
 * const model = fitMixed("score ~ ses + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], ses: [0, 1, 1, 3, 2, 2], score: [8, 10, 13, 15, 5, 6],
 * });
 * standardiseCoefficients(model).coefficients[1].term; // "ses"
 * ```
 * @see Hox, Moerbeek & van de Schoot (2018), Multilevel Analysis, ch. 2; by level ("pseudo-standardised"): Hoffman (2015),
 *   Longitudinal Analysis, p. 342.
 */
export function standardiseCoefficients(
  model: MixedModel,
  options: { readonly by?: "total" | "level" } = {},
): StandardisedCoefficients {
  requireKnownOptions(options, ["by"], "standardiseCoefficients");
  const { by = "total" } = options;
  if (by !== "total" && by !== "level") {
    fail("invalid-argument", `Coefficients are standardised by "total" or "level", not "${by}".`);
  }
  const what = "Standardised coefficients";
  const summary = groupSummaryOf(model, what);
  const levels = levelsOf(model, summary);
  const outcome = outcomeDeviations(model, summary, by, what);
  const coefficients = model.fixed.map((effect): StandardisedCoefficient => {
    const { term } = effect;
    const k = summary.columns.indexOf(term);
    const isConstant = summary.bound.intercept && k === 0;
    // 0 for pupils, then the levels from the innermost out.
    const at = levels.filter(({ codes }) => !variesWithin(summary, k, codes)).length;
    const level = at === 0 ? "pupils" : levels[at - 1].name;
    const sdColumn = isConstant ? 0 : by === "total" ? totalSd(summary, k) : levelSd(summary, k, levels[at - 1]?.codes);
    const sdOutcome = isConstant ? Number.NaN : outcome[at];
    const factor = sdOutcome > 0 ? sdColumn / sdOutcome : Number.NaN;
    const scaled = (value: number): number => value * factor;
    return {
      term,
      level: isConstant ? null : level,
      estimate: scaled(effect.estimate),
      standardError: scaled(effect.standardError),
      lower: scaled(effect.lower),
      upper: scaled(effect.upper),
      sdColumn,
      sdOutcome,
    };
  });
  return { kind: "standardised-coefficients", by, coefficients, diagnostics: notes(coefficients, summary.group) };
}

/** Groups of one level: for each innermost group of the summary the one it is in. */
interface Level {
  readonly name: string;
  readonly codes: Int32Array;
}

/** From the innermost out. */
function levelsOf(model: MixedModel, { levels }: GroupSummary): Level[] {
  let codes = Int32Array.from(levels, (_, j) => j);
  if (model.structure !== "nested") return [{ name: "schools", codes }];
  const { nesting } = model.summary;
  return nesting.map(({ group }, k) => {
    if (k > 0) codes = codes.map((a) => nesting[k - 1].parents[a]);
    return { name: group, codes };
  });
}

/** Of pupils, then of every level from the innermost out. */
function outcomeDeviations(model: MixedModel, summary: GroupSummary, by: "total" | "level", what: string): number[] {
  if (by === "total") {
    const sd = totalSd(summary, summary.shift.length - 1);
    return [sd, ...model.randomTerms.map(() => sd)];
  }
  const { variances, randomTerms } = emptyModel(model, what);
  return [variances.residual, ...randomTerms.map(({ covariance }) => covariance[0][0])].map(Math.sqrt);
}

/** Σ c_j and Σ c_j (x_j − x̄)², x̄ the mean by the weights c. */
function spreadOf(values: Float64Array, c: Float64Array): { weight: number; squares: number } {
  const weight = c.reduce((sum, own) => sum + own, 0);
  const mean = c.reduce((sum, own, j) => sum + own * values[j], 0) / weight;
  return { weight, squares: c.reduce((sum, own, j) => sum + own * (values[j] - mean) ** 2, 0) };
}

/** Σ_i w(x − x̄)² over Σ w, and its part within groups. */
function variation(summary: GroupSummary, k: number): { total: number; within: number } {
  const { weights, groupWeights, within: products, shift, means } = summary;
  const values = weights.map((_, j) => means[j * shift.length + k]);
  const rows = weights.map((weight, j) => weight * (groupWeights?.[j] ?? 1));
  const { weight, squares } = spreadOf(values, rows);
  const within = products[k * shift.length + k];
  return { total: (within + squares) / weight, within: within / weight };
}

/** Whether a column varies within the groups of a level. */
function variesWithin(summary: GroupSummary, k: number, codes: Int32Array): boolean {
  const { total, within } = variation(summary, k);
  const { weights, means, shift } = summary;
  const q = shift.length;
  const centres = groupValues(summary, k, codes);
  let squares = 0;
  let weight = 0;
  for (let j = 0; j < weights.length; j++) {
    squares += weights[j] * (means[j * q + k] - centres[codes[j]]) ** 2;
    weight += weights[j];
  }
  return within + squares / weight > ROUNDING * total;
}

/** The weighted mean of a column in each group of a level. */
function groupValues({ weights, means, shift }: GroupSummary, k: number, codes: Int32Array): Float64Array {
  const q = shift.length;
  const groups = codes.reduce((most, code) => Math.max(most, code + 1), 0);
  const totals = new Float64Array(groups);
  const sums = new Float64Array(groups);
  for (let j = 0; j < codes.length; j++) {
    totals[codes[j]] += weights[j];
    sums[codes[j]] += weights[j] * means[j * q + k];
  }
  return sums.map((sum, a) => sum / totals[a]);
}

function totalSd(summary: GroupSummary, k: number): number {
  return Math.sqrt(variation(summary, k).total * (summary.nobs / (summary.nobs - 1)));
}

/** Of pupils within the innermost groups, or between the groups of a level, each counting once (by its own weight). */
function levelSd(summary: GroupSummary, k: number, codes: Int32Array | undefined): number {
  const { groupWeights, levels, nobs } = summary;
  if (codes === undefined) return Math.sqrt(variation(summary, k).within * (nobs / (nobs - levels.length)));
  const values = groupValues(summary, k, codes);
  const { weight, squares } = spreadOf(values, groupWeights ?? new Float64Array(values.length).fill(1));
  return Math.sqrt((squares / weight) * (values.length / (values.length - 1)));
}

function notes(coefficients: readonly StandardisedCoefficient[], group: string): Diagnostic[] {
  const undefinedOnes = coefficients.filter(({ sdOutcome }) => sdOutcome === 0);
  if (undefinedOnes.length === 0) return [];
  const groups = new Set(undefinedOnes.map(({ level }) => (level === "schools" ? group : level)));
  return [
    diagnostic(
      "zero-variance",
      "warning",
      `The empty model finds no variance between groups of ${[...groups].join(" and ")}, so coefficients of their columns cannot be standardised by it.`,
      { terms: undefinedOnes.map(({ term }) => term) },
    ),
  ];
}

/** The standardised coefficients as a table, with the standard deviations behind them. */
export function standardisedTable({ by, coefficients, diagnostics }: StandardisedCoefficients): Table {
  const number = fixed(4);
  return {
    kind: "table",
    title: by === "total" ? "Standardised coefficients" : "Coefficients standardised by level",
    columns: [
      { name: "", format: text },
      { name: "Estimate", format: number },
      { name: "Std. Error", format: number },
      { name: "2.5 %", format: number },
      { name: "97.5 %", format: number },
      { name: "sd of column", format: number },
      { name: "sd of outcome", format: number },
    ],
    rows: coefficients.map((row) => [
      row.term,
      row.estimate,
      row.standardError,
      row.lower,
      row.upper,
      row.sdColumn,
      row.sdOutcome,
    ]),
    notes: diagnostics.map((entry) => entry.message),
  };
}

import { fixed, type Table, text } from "../display/table";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { requireIntercept } from "../multilevel/require-intercept";
import type { GroupSummary, InterceptModel, MixedModel } from "../multilevel/types";
import { emptyModel } from "../multilevel/variance-explained";

/** A coefficient in standard deviations of the outcome per standard deviation of its column. */
export interface StandardisedCoefficient {
  readonly term: string;
  /** Where its column varies: `"pupils"` within groups, `"schools"` between them only; null for the intercept. */
  readonly level: "pupils" | "schools" | null;
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
 * Weighted models take weighted standard deviations.
 *
 * @returns one entry per term of the model, the intercept's `NaN`.
 * @throws `invalid-argument` for another `by`, or a model with more than one random intercept.
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
  const { by = "total" } = options;
  if (by !== "total" && by !== "level") {
    fail("invalid-argument", `Coefficients are standardised by "total" or "level", not "${by}".`);
  }
  const fitted = requireIntercept(model, "Standardised coefficients");
  const { summary } = fitted;
  const outcome = outcomeDeviations(fitted, by);
  const coefficients = fitted.fixed.map((effect): StandardisedCoefficient => {
    const { term } = effect;
    const k = summary.columns.indexOf(term);
    const isConstant = summary.bound.intercept && k === 0;
    const level = isConstant ? null : variesWithin(summary, k) ? "pupils" : "schools";
    const sdColumn = level === null ? 0 : by === "total" ? totalSd(summary, k) : levelSd(summary, k, level);
    const sdOutcome = level === null ? Number.NaN : outcome[level];
    const factor = sdOutcome > 0 ? sdColumn / sdOutcome : Number.NaN;
    const scaled = (value: number): number => value * factor;
    return {
      term,
      level,
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

function outcomeDeviations(model: InterceptModel, by: "total" | "level"): { pupils: number; schools: number } {
  if (by === "total") {
    const sd = totalSd(model.summary, model.summary.shift.length - 1);
    return { pupils: sd, schools: sd };
  }
  const { group, residual } = emptyModel(model).variances;
  return { pupils: Math.sqrt(residual), schools: Math.sqrt(group) };
}

/** Σ c_j and Σ c_j (x̄_j − x̄)² of the groups' means, x̄ the mean by the weights c. */
function spreadOfMeans(
  { means, shift }: GroupSummary,
  k: number,
  c: Float64Array,
): { weight: number; squares: number } {
  const q = shift.length;
  const weight = c.reduce((sum, own) => sum + own, 0);
  const mean = c.reduce((sum, own, j) => sum + own * means[j * q + k], 0) / weight;
  return { weight, squares: c.reduce((sum, own, j) => sum + own * (means[j * q + k] - mean) ** 2, 0) };
}

/** Σ_i w(x − x̄)² over Σ w, and its part within groups. */
function variation(summary: GroupSummary, k: number): { total: number; within: number } {
  const { weights, groupWeights, within: products, shift } = summary;
  const rows = weights.map((weight, j) => weight * (groupWeights?.[j] ?? 1));
  const { weight, squares } = spreadOfMeans(summary, k, rows);
  const within = products[k * shift.length + k];
  return { total: (within + squares) / weight, within: within / weight };
}

function variesWithin(summary: GroupSummary, k: number): boolean {
  const { total, within } = variation(summary, k);
  return within > ROUNDING * total;
}

function totalSd(summary: GroupSummary, k: number): number {
  return Math.sqrt(variation(summary, k).total * (summary.nobs / (summary.nobs - 1)));
}

function levelSd(summary: GroupSummary, k: number, level: "pupils" | "schools"): number {
  const { groupWeights, levels, nobs } = summary;
  const groups = levels.length;
  if (level === "pupils") return Math.sqrt(variation(summary, k).within * (nobs / (nobs - groups)));
  const { weight, squares } = spreadOfMeans(summary, k, groupWeights ?? new Float64Array(groups).fill(1));
  return Math.sqrt((squares / weight) * (groups / (groups - 1)));
}

function notes(coefficients: readonly StandardisedCoefficient[], group: string): Diagnostic[] {
  const undefinedTerms = coefficients.filter(({ sdOutcome }) => sdOutcome === 0).map(({ term }) => term);
  if (undefinedTerms.length === 0) return [];
  return [
    diagnostic(
      "zero-variance",
      "warning",
      `The empty model finds no variance between groups of ${group}, so coefficients of their columns cannot be standardised by it.`,
      { terms: undefinedTerms },
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

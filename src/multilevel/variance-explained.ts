import { fail } from "../errors/error";
import { listSome } from "../errors/words";
import { fitMixed } from "./fit";
import { requireIntercept } from "./require-intercept";
import { requireSameRows } from "./same-rows";
import type { GroupSummary, InterceptModel, MixedModel } from "./types";

/** A variance at one level, and its share of the whole. */
export interface VariancePart {
  /** The grouping column, or `"residual"`. */
  readonly level: string;
  readonly variance: number;
  readonly sd: number;
  /** variance/(sum of all); of the groups it is the ICC. */
  readonly share: number;
}

/**
 * The variance that the fixed effects leave, by level: between groups (of nested ones level by level, as in `randomTerms`;
 * with random slopes the mean of z'Σz over rows) and within them.
 *
 * Of an empty model these are the parts of the outcome's own variance. Intervals: `confint(model, { type: "profile" })`,
 * whose `icc` is the first share's.
 *
 * @example
 * ```ts
 * import { fitMixed, variancePartition } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * variancePartition(model).map((part) => part.level); // ["school", "residual"]
 * ```
 * @see Snijders & Bosker (2012), Multilevel Analysis, section 3.3; Goldstein (2011), Multilevel Statistical Models, ch. 2.
 */
export function variancePartition(model: MixedModel): VariancePart[] {
  const { variances, randomTerms } = model;
  const total = variances.group + variances.residual;
  const part = (level: string, variance: number): VariancePart => ({
    level,
    variance,
    sd: Math.sqrt(variance),
    share: variance / total,
  });
  const groups =
    model.structure === "slopes"
      ? [part(model.summary.group, variances.group)]
      : randomTerms.map(({ group, covariance }) => part(group, covariance[0][0]));
  return [...groups, part("residual", variances.residual)];
}

/** The proportional reduction of prediction error at both levels. */
export interface LevelRSquared {
  readonly kind: "level-r-squared";
  /** R₁², of predicting a pupil's outcome. */
  readonly pupil: number;
  /** R₂², of predicting the mean outcome of a group of `groupSize`. */
  readonly group: number;
  readonly groupSize: number;
  /** Variances of the model and of the one it is held against. */
  readonly variances: { readonly group: number; readonly residual: number };
  readonly baseline: { readonly formula: string; readonly group: number; readonly residual: number };
}

/**
 * Snijders and Bosker's R² of a random-intercept model at the level of pupils and of groups.
 *
 * R₁² = 1 − (σ² + σ_u²)/(σ₀² + σ_u0²) and R₂² = 1 − (σ²/ñ + σ_u²)/(σ₀²/ñ + σ_u0²), against the empty model of the same rows
 * (fitted here, by the same method) or a given smaller one. ñ is a typical group size, by default the harmonic mean of the
 * sizes. A clearly negative value is a sign of a misspecified fixed part; it is shown as it is.
 *
 * @param options - `baseline`: a model of the same rows, in place of the empty one; `groupSize`: ñ, positive.
 * @throws `summary-mismatch` for a baseline of other rows or weights; `invalid-argument` for one fitted by another method,
 *   or another group size.
 * @example
 * ```ts
 * import { fitMixed, levelRSquared } from "likewise";
 * const model = fitMixed("score ~ ses + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], ses: [0, 1, 1, 3, 2, 2], score: [8, 10, 13, 15, 5, 6],
 * });
 * levelRSquared(model).groupSize; // 2
 * ```
 * @see Snijders & Bosker (2012), Multilevel Analysis, section 7.1; Snijders & Bosker (1994), Sociological Methods & Research
 *   22:342-363.
 */
export function levelRSquared(
  subject: MixedModel,
  options: { readonly baseline?: MixedModel; readonly groupSize?: number } = {},
): LevelRSquared {
  const model = requireIntercept(subject, "Snijders and Bosker's R\u00b2");
  const groupSize = options.groupSize ?? harmonicMean(model.summary.sizes);
  if (!(groupSize > 0 && Number.isFinite(groupSize))) {
    fail("invalid-argument", `groupSize must be a positive number, not ${groupSize}.`);
  }
  const baseline = options.baseline ? requireIntercept(options.baseline, "Baselines") : emptyModel(model);
  requireComparable(baseline, model);
  const { variances } = model;
  const of = baseline.variances;
  return {
    kind: "level-r-squared",
    pupil: 1 - (variances.residual + variances.group) / (of.residual + of.group),
    group: 1 - (variances.residual / groupSize + variances.group) / (of.residual / groupSize + of.group),
    groupSize,
    variances,
    baseline: { formula: baseline.formula, ...of },
  };
}

function harmonicMean(sizes: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < sizes.length; j++) sum += 1 / sizes[j];
  return sizes.length / sum;
}

/** The model with a constant alone, of the same rows and weights, fitted by the same method. */
export function emptyModel({ summary, method }: InterceptModel): InterceptModel {
  const { shift, means, within, blocks, levels, bound, group, response } = summary;
  const q = shift.length;
  const ofOutcome = (values: Float64Array, matrices: number): Float64Array => {
    const result = new Float64Array(matrices * 4);
    for (let j = 0; j < matrices; j++) result[j * 4 + 3] = values[(j + 1) * q * q - 1];
    return result;
  };
  const emptyMeans = new Float64Array(levels.length * 2).fill(1);
  for (let j = 0; j < levels.length; j++) emptyMeans[2 * j + 1] = means[(j + 1) * q - 1];
  const empty: GroupSummary = {
    ...summary,
    bound: {
      ...bound,
      formula: `${response} ~ 1 + (1 | ${group})`,
      intercept: true,
      variables: [],
      terms: [],
      columns: ["(Intercept)"],
      centres: [0, shift[q - 1]],
    },
    columns: ["(Intercept)"],
    shift: Float64Array.of(0, shift[q - 1]),
    means: emptyMeans,
    within: ofOutcome(within, 1),
    ...(blocks && { blocks: ofOutcome(blocks, levels.length) }),
  };
  return requireIntercept(fitMixed(empty, { method, df: "none" }), "Empty models");
}

/** One variance in two models. */
export interface Reduction {
  readonly smaller: number;
  readonly larger: number;
  /** smaller − larger, negative where the variance grew. */
  readonly reduction: number;
  /** reduction/smaller; `NaN` where the smaller model's variance is 0. */
  readonly share: number;
  /** reduction/(the smaller model's variance at all levels together). */
  readonly shareOfTotal: number;
}

/** How much of each level's variance the columns added to a model take up. */
export interface VarianceReduction {
  readonly kind: "variance-reduction";
  readonly smaller: string;
  readonly larger: string;
  /** Between groups. */
  readonly group: Reduction;
  /** Within groups. */
  readonly residual: Reduction;
  readonly total: Reduction;
}

/**
 * How the variance between and within groups falls from a model to a larger one of the same rows.
 *
 * Each variance's reduction as it is, as a share of itself, and as a share of the smaller model's total. A group variance
 * can grow when columns of pupils enter: the reduction is then negative, and shown so.
 *
 * @throws `summary-mismatch` for models of other rows or weights; `invalid-argument` where the larger lacks a term of the
 *   smaller, or the methods differ.
 * @example
 * ```ts
 * import { fitMixed, varianceReduction } from "likewise";
 * const pupils = { school: ["a", "a", "b", "b", "c", "c"], ses: [0, 1, 1, 3, 2, 2], score: [8, 10, 13, 15, 5, 6] };
 * const smaller = fitMixed("score ~ 1 + (1 | school)", pupils);
 * const larger = fitMixed("score ~ ses + (1 | school)", pupils);
 * varianceReduction(smaller, larger).residual.reduction > 0; // true
 * ```
 * @see Raudenbush & Bryk (2002), Hierarchical Linear Models, ch. 4; Snijders & Bosker (2012), Multilevel Analysis, ch. 7.
 */
export function varianceReduction(smaller: MixedModel, larger: MixedModel): VarianceReduction {
  const small = requireIntercept(smaller, "Reductions in variance");
  const large = requireIntercept(larger, "Reductions in variance");
  requireComparable(small, large);
  const missing = small.terms.filter((term) => !large.terms.includes(term));
  if (missing.length > 0) {
    fail("invalid-argument", `The models are not nested: the larger one lacks ${listSome(missing)}.`, { missing });
  }
  const total = small.variances.group + small.variances.residual;
  const reduction = (before: number, after: number): Reduction => ({
    smaller: before,
    larger: after,
    reduction: before - after,
    share: (before - after) / before,
    shareOfTotal: (before - after) / total,
  });
  return {
    kind: "variance-reduction",
    smaller: small.formula,
    larger: large.formula,
    group: reduction(small.variances.group, large.variances.group),
    residual: reduction(small.variances.residual, large.variances.residual),
    total: reduction(total, large.variances.group + large.variances.residual),
  };
}

/** Refuses variances that differ in more than the columns of their models. */
function requireComparable(a: InterceptModel, b: InterceptModel): void {
  requireSameRows(a.summary, b.summary);
  const same = (x: Float64Array | undefined, y: Float64Array | undefined): boolean =>
    x === y || (x !== undefined && y !== undefined && x.every((value, j) => Math.abs(value - y[j]) <= 1e-9 * value));
  if (!same(a.summary.weights, b.summary.weights) || !same(a.summary.groupWeights, b.summary.groupWeights)) {
    fail(
      "summary-mismatch",
      `"${a.formula}" and "${b.formula}" were fitted with different weights. Fit both with the same.`,
    );
  }
  if (a.method !== b.method) {
    fail(
      "invalid-argument",
      `"${a.formula}" was fitted by ${a.method} and "${b.formula}" by ${b.method}; their variances compare only when both are fitted by one method.`,
    );
  }
}

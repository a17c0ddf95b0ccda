import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { listSome } from "../errors/words";
import { requireComparable, requireSameRandomPart } from "./comparable";
import { emptyModel } from "./empty-model";
import { harmonicMean, levelSizes, meanGroupVariances } from "./mean-variances";
import type { MixedModel } from "./types";

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

/** The proportional reduction of prediction error at every level. */
export interface LevelRSquared {
  readonly kind: "level-r-squared";
  /** R₁², of predicting a pupil's outcome. */
  readonly pupil: number;
  /** R₂², of predicting the mean outcome of a group; of nested groups one of the outermost. */
  readonly group: number;
  /** The size of such a group: by default the harmonic mean. */
  readonly groupSize: number;
  /** Of nested groups every level, the innermost first; otherwise the one there is. */
  readonly levels: readonly { readonly group: string; readonly rSquared: number; readonly groupSize: number }[];
  /** Variances of the model and of the one it is held against. */
  readonly variances: { readonly group: number; readonly residual: number };
  readonly baseline: { readonly formula: string; readonly group: number; readonly residual: number };
}

/**
 * Snijders and Bosker's R² of a mixed model at the level of pupils and of groups.
 *
 * R₁² = 1 − (σ² + σ_u²)/(σ₀² + σ_u0²) and R₂² = 1 − (σ²/ñ + σ_u²)/(σ₀²/ñ + σ_u0²), against the empty model of the same rows
 * (fitted here, by the same method) or a given smaller one. ñ is a typical group size, by default the harmonic mean of the
 * sizes, with which σ²/ñ + σ_u² is the mean over groups of the variance of their mean outcome. A clearly negative value is a
 * sign of a misspecified fixed part; it is shown as it is.
 *
 * Deeper random parts put the same two quantities into R₁² and R₂²: the mean variance of a row given its columns, and the
 * mean over groups of the variance of their mean outcome. Nested groups: σ² + Σσ_k², and for level k
 * σ²/ñ_k + Σ_{l<k} c_kl σ_l² + Σ_{l≥k} σ_l² with c_kl the mean of Σ(n_b/n_a)² over groups a of level k, b those of level l in
 * a (1/m with m groups of one size in each). Random slopes: σ² + the mean of z'Σz over rows, and σ²/ñ + the mean of z̄_j'Σz̄_j
 * over groups; the empty model has a random intercept.
 *
 * @param options - `baseline`: a model of the same rows and groups, in place of the empty one; `groupSize`: ñ, positive, for
 *   a single random intercept.
 * @throws `summary-mismatch` for a baseline of other rows, groups or weights; `invalid-argument` for one fitted by another
 *   method, another group size, precision weights with random slopes, or a random part without an intercept and no baseline.
 * @example
 * ```ts
 * import { fitMixed, levelRSquared } from "likewise";
 * const model = fitMixed("score ~ ses + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], ses: [0, 1, 1, 3, 2, 2], score: [8, 10, 13, 15, 5, 6],
 * });
 * levelRSquared(model).groupSize; // 2
 * ```
 * @see Snijders & Bosker (2012), Multilevel Analysis, section 7.1; Snijders & Bosker (1994), Sociological Methods & Research
 *   22:342-363, also for random slopes.
 */
export function levelRSquared(
  model: MixedModel,
  options: { readonly baseline?: MixedModel; readonly groupSize?: number } = {},
): LevelRSquared {
  requireKnownOptions(options, ["baseline", "groupSize"], "levelRSquared");
  const what = "Snijders and Bosker's R\u00b2";
  const baseline = options.baseline ?? emptyModel(model, what);
  requireComparable(baseline, model);
  const sizes = groupSizes(model, baseline, options.groupSize);
  const [own, empty] = [model, baseline].map((each) => {
    const { group, residual } = each.variances;
    const levels = meanGroupVariances(each, what).map((variance, k) => residual / sizes[k] + variance);
    return { pupil: residual + group, levels };
  });
  const levels = levelSizes(model).map(({ group }, k) => ({
    group,
    rSquared: 1 - own.levels[k] / empty.levels[k],
    groupSize: sizes[k],
  }));
  const outermost = levels[levels.length - 1];
  return {
    kind: "level-r-squared",
    pupil: 1 - own.pupil / empty.pupil,
    group: outermost.rSquared,
    groupSize: outermost.groupSize,
    levels,
    variances: model.variances,
    baseline: { formula: baseline.formula, ...baseline.variances },
  };
}

/** By level a typical size: the one given, or the harmonic mean. */
function groupSizes(model: MixedModel, baseline: MixedModel, given: number | undefined): number[] {
  if (given === undefined) return levelSizes(model).map(({ sizes }) => harmonicMean(sizes));
  if (!(given > 0 && Number.isFinite(given))) {
    fail("invalid-argument", `groupSize must be a positive number, not ${given}.`);
  }
  if (model.structure !== "intercept" || baseline.structure !== "intercept") {
    fail(
      "invalid-argument",
      "groupSize is for single random intercepts: the variance of a group's mean outcome depends on more than its size with nested groups or random slopes. Leave it out, for the groups as they are.",
    );
  }
  return [given];
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
  /** Between groups: all random effects together, with slopes the mean of z'Σz over rows. */
  readonly group: Reduction;
  /** Each random effect's own variance, in the order of `randomTerms`. */
  readonly parts: readonly (Reduction & { readonly group: string; readonly column: string })[];
  /** Within groups. */
  readonly residual: Reduction;
  readonly total: Reduction;
}

/**
 * How the variance between and within groups falls from a model to a larger one of the same rows.
 *
 * Each variance's reduction as it is, as a share of itself, and as a share of the smaller model's total. A group variance
 * can grow when columns of pupils enter: the reduction is then negative, and shown so. Both models have the same random part;
 * nested groups and random slopes show every variance of it in `parts` (that of an intercept is at 0 of the random columns,
 * which may be far from the data).
 *
 * @throws `summary-mismatch` for models of other rows, groups or weights; `invalid-argument` where the larger lacks a term of
 *   the smaller, the random parts or the methods differ.
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
  requireComparable(smaller, larger);
  requireSameRandomPart(smaller, larger);
  const missing = smaller.terms.filter((term) => !larger.terms.includes(term));
  if (missing.length > 0) {
    fail("invalid-argument", `The models are not nested: the larger one lacks ${listSome(missing)}.`, { missing });
  }
  const total = smaller.variances.group + smaller.variances.residual;
  const reduction = (before: number, after: number): Reduction => ({
    smaller: before,
    larger: after,
    reduction: before - after,
    share: (before - after) / before,
    shareOfTotal: (before - after) / total,
  });
  const largerParts = partsOf(larger);
  return {
    kind: "variance-reduction",
    smaller: smaller.formula,
    larger: larger.formula,
    group: reduction(smaller.variances.group, larger.variances.group),
    parts: partsOf(smaller).map(({ group, column, variance }, k) => ({
      group,
      column,
      ...reduction(variance, largerParts[k].variance),
    })),
    residual: reduction(smaller.variances.residual, larger.variances.residual),
    total: reduction(total, larger.variances.group + larger.variances.residual),
  };
}

function partsOf({ randomTerms }: MixedModel): { group: string; column: string; variance: number }[] {
  return randomTerms.flatMap(({ group, columns, covariance }) =>
    columns.map((column, k) => ({ group, column, variance: covariance[k][k] })),
  );
}

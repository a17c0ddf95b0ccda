import { normalDensity, normalQuantileUpper, normalSurvival } from "../distributions/normal";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { suggest } from "../errors/words";
import { requireLevel } from "./checks";
import { chosenEffects, type EffectChoice } from "./effect-choice";
import { comparativeVariance, differenceVariance, type JointErrors } from "./joint-errors";
import type { MixedModel } from "./types";

export interface GroupComparisonOptions extends EffectChoice {
  /** Of the interval; default 0.95. */
  readonly level?: number;
}

/** The difference between two groups' effects. */
export interface GroupComparison {
  readonly kind: "group-comparison";
  /** The groups, by the name that they have in the model's `randomTerms`. */
  readonly group: string;
  /** The random column whose effects are compared. */
  readonly column: string;
  /** Whether the effects of the groups around are added. */
  readonly total: boolean;
  readonly first: string;
  readonly second: string;
  /** û_a − û_b */
  readonly difference: number;
  /** √var((û_a − u_a) − (û_b − u_b)) */
  readonly standardError: number;
  readonly z: number;
  readonly p: number;
  readonly level: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * How much two groups differ, given the columns of the model: û_a − û_b with its exact standard error.
 *
 * The errors of the two estimates share the uncertainty of the fixed effects, so the variance is σ_u²(2 − λ_a − λ_b) +
 * d'Cd with d = λ_a x̄_a − λ_b x̄_b. Interval and p-value are the normal's, for one pair chosen beforehand.
 * Of nested groups two of one level are compared (`group`; default the outermost), by their own effects or, with `total`,
 * with those of the groups around them; two within one group share its error. With random slopes `column` says which effect.
 *
 * @param first - a level of the grouping column, `second` another; of nested groups `Oak:North`, as in `randomTerms`.
 * @throws `unknown-level`, with the nearest name; `not-identified` where the variance is estimated as 0; `unknown-column` for
 *   a column without random effects; `invalid-argument` where both are the same, for groups that the model does not have
 *   or a level outside (0, 1).
 * @example
 * ```ts
 * import { compareGroups, fitMixed } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * compareGroups(model, "b", "c").difference > 0; // true
 * ```
 * @see Goldstein (2011), Multilevel Statistical Models, ch. 2; Goldstein & Healy (1995), JRSS A 158:175-177.
 */
export function compareGroups(
  model: MixedModel,
  first: string,
  second: string,
  options: GroupComparisonOptions = {},
): GroupComparison {
  requireKnownOptions(options, ["group", "column", "total", "level"], "compareGroups");
  const { level = 0.95 } = options;
  requireLevel(level);
  const { group, column, total, levels, errors } = chosenEffects(model, options, "Comparisons of groups", "compare");
  const [a, b] = [first, second].map((name) => {
    const j = levels.indexOf(name);
    if (j < 0) {
      fail("unknown-level", `The model has no ${group} "${name}".${suggest(name, levels, `groups of ${group}`)}`, {
        level: name,
      });
    }
    return j;
  });
  if (a === b) fail("invalid-argument", `"${first}" cannot be compared with itself; name two groups of ${group}.`);
  const difference = errors.estimate[a] - errors.estimate[b];
  const standardError = Math.sqrt(differenceVariance(errors, a, b));
  const z = difference / standardError;
  const half = normalQuantileUpper((1 - level) / 2) * standardError;
  return {
    kind: "group-comparison",
    group,
    column,
    total,
    first,
    second,
    difference,
    standardError,
    z,
    p: 2 * normalSurvival(Math.abs(z)),
    level,
    lower: difference - half,
    upper: difference + half,
  };
}

/** Intervals whose overlap tells whether two groups differ. */
export interface ComparisonIntervals {
  readonly kind: "comparison-intervals";
  /** The groups, by the name that they have in the model's `randomTerms`. */
  readonly group: string;
  /** The random column whose effects are compared. */
  readonly column: string;
  /** Whether the effects of the groups around are added. */
  readonly total: boolean;
  readonly level: number;
  /** Every interval is û_j ± factor × comparative standard error. */
  readonly factor: number;
  /** In the order of the model's levels. */
  readonly intervals: readonly {
    readonly level: string;
    readonly estimate: number;
    readonly comparativeSe: number;
    readonly lower: number;
    readonly upper: number;
  }[];
}

/**
 * Intervals for a caterpillar plot: two groups differ where theirs do not overlap.
 *
 * Two intervals û ± c s leave a gap by chance with probability γ_ab = 2(1 − Φ(c(s_a + s_b)/s_ab)), s_ab the standard error
 * of the difference (as {@link compareGroups}). c is chosen so that γ_ab is 1 − level on average over all pairs: 1.39 for
 * independent estimates of equal precision, less where all share what is unknown of the fixed effects. They suit one pair
 * looked up by a reader, not a search for the largest gaps.
 *
 * @param options - `level`: 1 − the average chance of a false difference; default 0.95. Which effects, as for
 *   {@link compareGroups}.
 * @throws `not-identified` where the variance is estimated as 0; `unknown-column`, `invalid-argument` as {@link compareGroups}.
 * @example
 * ```ts
 * import { comparisonIntervals, fitMixed } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * comparisonIntervals(model).intervals[0].level; // "a"
 * ```
 * @see Goldstein & Healy (1995), The graphical presentation of a collection of means, JRSS A 158:175-177.
 */
export function comparisonIntervals(model: MixedModel, options: GroupComparisonOptions = {}): ComparisonIntervals {
  const { level = 0.95 } = options;
  requireLevel(level);
  const { group, column, total, levels, errors } = chosenEffects(model, options, "Comparisons of groups", "compare");
  const { estimate } = errors;
  const comparative = estimate.map((_, j) => Math.sqrt(comparativeVariance(errors, j)));
  const factor = averageFactor(errors, comparative, 1 - level);
  return {
    kind: "comparison-intervals",
    group,
    column,
    total,
    level,
    factor,
    intervals: levels.map((name, j) => ({
      level: name,
      estimate: estimate[j],
      comparativeSe: comparative[j],
      lower: estimate[j] - factor * comparative[j],
      upper: estimate[j] + factor * comparative[j],
    })),
  };
}

/** The c at which 2(1 − Φ(c t)) averages to gamma over all pairs: Newton on a convex function. */
function averageFactor(errors: JointErrors, comparative: Float64Array, gamma: number): number {
  const { counts, means } = pairRatios(errors, comparative);
  const pairs = (comparative.length * (comparative.length - 1)) / 2;
  // Where all pairs are alike and independent this is the answer.
  let c = normalQuantileUpper(gamma / 2) / Math.SQRT2;
  for (let i = 0; i < 50; i++) {
    let value = 0;
    let slope = 0;
    for (let bin = 0; bin < counts.length; bin++) {
      if (counts[bin] === 0) continue;
      value += counts[bin] * 2 * normalSurvival(c * means[bin]);
      slope -= counts[bin] * 2 * means[bin] * normalDensity(c * means[bin]);
    }
    const step = (value - pairs * gamma) / slope;
    c -= step;
    if (Math.abs(step) <= 1e-9 * c) break;
  }
  return c;
}

/** Fine enough for errors of 1e-10 in γ where many pairs share a bin; a pair alone in its bin is exact. */
const BINS = 1 << 15;

/**
 * t = (s_a + s_b)/s_ab of all pairs, counted in narrow bins with their means: thousands of schools have millions of pairs,
 * and each would need Φ at every step.
 */
function pairRatios(errors: JointErrors, comparative: Float64Array): { counts: Float64Array; means: Float64Array } {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  eachRatio(errors, comparative, (t) => {
    if (t < lowest) lowest = t;
    if (t > highest) highest = t;
  });
  const counts = new Float64Array(BINS);
  const means = new Float64Array(BINS);
  const scale = highest > lowest ? (BINS - 1) / (highest - lowest) : 0;
  eachRatio(errors, comparative, (t) => {
    const bin = Math.floor((t - lowest) * scale);
    counts[bin]++;
    means[bin] += t;
  });
  for (let bin = 0; bin < BINS; bin++) if (counts[bin] > 0) means[bin] /= counts[bin];
  return { counts, means };
}

function eachRatio(errors: JointErrors, comparative: Float64Array, visit: (t: number) => void): void {
  for (let a = 0; a < comparative.length; a++) {
    for (let b = 0; b < a; b++) visit((comparative[a] + comparative[b]) / Math.sqrt(differenceVariance(errors, a, b)));
  }
}

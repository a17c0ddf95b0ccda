import { tidyBalance } from "./balance/balance-tidy";
import type { Frame } from "./data/types";
import {
  tidyEffect,
  tidyEffectSizes,
  tidyEValue,
  tidyHedges,
  tidyRosenbaum,
  tidyStandardised,
} from "./effects/effects-tidy";
import { fail } from "./errors/error";
import { methodFor, type ResultByKind } from "./kinds";
import { type MixedPart, tidyClusterRobust, tidyMixed, tidyRandomEffects } from "./multilevel/mixed-tidy";
import {
  tidyBootstrap,
  tidyComparison,
  tidyComparisonIntervals,
  tidyFTest,
  tidyGroupComparison,
  tidyGroupVarianceTest,
  tidyInfluence,
  tidyIntervals,
  tidyLevelRSquared,
  tidyPredictions,
  tidyRanks,
  tidyVarianceParts,
  tidyVarianceReduction,
} from "./multilevel/result-tidy";
import { tidyPropensity } from "./propensity/propensity-tidy";
import { tidyRecovery, tidyStudy } from "./study/study-tidy";

/** What to take for results without rows to tidy. */
const INSTEAD = {
  "match-result": "take glance(x) for its sizes, augment(x) for its rows, tidy(assessBalance(x)) for the balance",
  weights: "take glance(x) for what they amount to, augment(x) for the rows, tidy(assessBalance(x)) for the balance",
  "minimum-detectable-effect": "take glance(x)",
  "design-effect": "take glance(x)",
  "r-squared": "take glance(x)",
  "study-cell": "take tidy(x) of its results, such as x.analysis.models.M3 or x.design.balance",
  numbers: "put them beside your data with withColumn, or take augment(model)",
  frame: "it is a table already",
} as const;

type TidyKind = Exclude<keyof ResultByKind, keyof typeof INSTEAD>;

/** Results that {@link tidy} knows. */
export type Tidyable = ResultByKind[TidyKind];

export interface TidyOptions {
  /**
   * Of a mixed model: `"fixed"`, its coefficients; `"ran_pars"`, standard deviations and correlations of random effects;
   * `"ran_vals"`, the estimates of single groups. Default the first two.
   */
  readonly effects?: readonly MixedPart[];
}

const TIDIERS: { readonly [Kind in TidyKind]: (result: ResultByKind[Kind], options: TidyOptions) => Frame } = {
  "propensity-model": tidyPropensity,
  balance: tidyBalance,
  effect: tidyEffect,
  "effect-sizes": tidyEffectSizes,
  "hedges-g": tidyHedges,
  "standardised-coefficients": tidyStandardised,
  "rosenbaum-bounds": tidyRosenbaum,
  "e-value": tidyEValue,
  "mixed-model": (model, options) => tidyMixed(model, partsOf(options)),
  "cluster-robust": tidyClusterRobust,
  "f-test": tidyFTest,
  "model-comparison": tidyComparison,
  "group-variance-test": tidyGroupVarianceTest,
  "group-ranks": tidyRanks,
  "group-comparison": tidyGroupComparison,
  "comparison-intervals": tidyComparisonIntervals,
  influence: tidyInfluence,
  predictions: tidyPredictions,
  bootstrap: tidyBootstrap,
  "level-r-squared": tidyLevelRSquared,
  "variance-reduction": tidyVarianceReduction,
  study: tidyStudy,
  recovery: tidyRecovery,
  "random-effects": tidyRandomEffects,
  "confidence-intervals": tidyIntervals,
  "variance-parts": tidyVarianceParts,
};

const PARTS: readonly MixedPart[] = ["fixed", "ran_pars", "ran_vals"];

function partsOf({ effects = ["fixed", "ran_pars"] }: TidyOptions): readonly MixedPart[] {
  if (Array.isArray(effects) && effects.length > 0 && effects.every((part) => PARTS.includes(part))) return effects;
  return fail(
    "invalid-argument",
    `effects must list one or more of ${PARTS.map((part) => `"${part}"`).join(", ")}, not ${JSON.stringify(effects)}.`,
  );
}

/**
 * What a result estimates as a table of rows, in the columns of R's broom and broom.mixed: `term`, `estimate`, `std.error`,
 * `statistic`, `df`, `p.value`, `conf.low`, `conf.high`, as far as the result has them.
 *
 * A frame, so that it can be filtered, joined with that of another model, printed or written: `render(summary(tidy(x)))`,
 * `render(summary(tidy(x)), "csv")`. Missing numbers are `NaN`. Intervals are always there, at the result's own level (95 % for
 * coefficients, Wald's).
 *
 * - A mixed model has `effect` and `group` in front: coefficients (`fixed`), then `sd__(Intercept)`,
 *   `cor__(Intercept).days` … by group (`ran_pars`), and on request the groups' estimates with their `level` (`ran_vals`).
 * - A balance has a row per covariate and `sample`, `before` and `after`.
 * - Influence has a row per group left out and term.
 * - A study has a row per comparison of its grid, a recovery one per scenario and estimator, under their own names.
 *
 * @param result - anything that estimates something; of matches and weights see `glance` and `augment`.
 * @param options - `effects`: which parts of a mixed model.
 * @throws `invalid-argument` for what has no estimates (the message says what to take instead), or unknown effects.
 * @example
 * ```ts
 * import { columnNames, fitPropensity, tidy } from "likewise";
 * const model = fitPropensity("t ~ x", { t: [0, 1, 0, 1, 0, 1], x: [1, 2, 3, 3, 2, 4] });
 * columnNames(tidy(model)); // ["term", "estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high"]
 * ```
 * @see Robinson, Hayes & Couch, broom: Convert Statistical Objects into Tidy Tibbles; Bolker & Robinson, broom.mixed.
 */
export function tidy(result: Tidyable, options: TidyOptions = {}): Frame {
  const tidier = methodFor<(result: never, options: TidyOptions) => Frame>("tidy", TIDIERS, result, (kind) =>
    Object.hasOwn(INSTEAD, kind) ? INSTEAD[kind as keyof typeof INSTEAD] : undefined,
  );
  return tidier(result as never, options);
}

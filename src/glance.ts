import { glanceBalance } from "./balance/balance-tidy";
import type { Frame } from "./data/types";
import { glanceEffect, glanceMinimumDetectable, glanceRosenbaum } from "./effects/effects-tidy";
import { methodFor, type ResultByKind } from "./kinds";
import { glanceMatch } from "./matching/match-tidy";
import { glanceMixed } from "./multilevel/mixed-tidy";
import { glanceDesignEffect, glanceRSquared } from "./multilevel/result-tidy";
import { glancePropensity } from "./propensity/propensity-tidy";
import { glanceWeights } from "./weighting/weights-tidy";

type GlanceKind =
  | "propensity-model"
  | "mixed-model"
  | "match-result"
  | "weights"
  | "balance"
  | "effect"
  | "rosenbaum-bounds"
  | "minimum-detectable-effect"
  | "r-squared"
  | "design-effect";

/** Results that {@link glance} knows. */
export type Glanceable = ResultByKind[GlanceKind];

const GLANCES: { readonly [Kind in GlanceKind]: (result: ResultByKind[Kind]) => Frame } = {
  "propensity-model": glancePropensity,
  "mixed-model": glanceMixed,
  "match-result": glanceMatch,
  weights: glanceWeights,
  balance: glanceBalance,
  effect: glanceEffect,
  "rosenbaum-bounds": glanceRosenbaum,
  "minimum-detectable-effect": glanceMinimumDetectable,
  "r-squared": glanceRSquared,
  "design-effect": glanceDesignEffect,
};

/**
 * A whole result in one row, in the columns of R's broom and broom.mixed.
 *
 * - A mixed model: `nobs`, `sigma`, `logLik`, `AIC`, `BIC`, `REMLcrit` (`deviance` by maximum likelihood), `df.residual` (rows
 *   less coefficients and variance parameters).
 * - A propensity model: `null.deviance`, `df.null`, `logLik`, `AIC`, `BIC`, `deviance`, `df.residual`, `nobs`.
 * - Matches, weights, balances and effects: how they were made and their sizes by group.
 *
 * @throws `invalid-argument` for a result that has rows alone; take `tidy` then.
 * @example
 * ```ts
 * import { fitMixed, glance, toRows } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * toRows(glance(model))[0].nobs; // 6
 * ```
 */
export function glance(result: Glanceable): Frame {
  const method = methodFor<(result: never) => Frame>(
    "glance",
    GLANCES,
    result,
    () => "tidy(x) is for results of several rows",
  );
  return method(result as never);
}

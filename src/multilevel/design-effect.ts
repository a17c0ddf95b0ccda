import { fail } from "../errors/error";
import { requireIntercept } from "./require-intercept";
import type { MixedModel } from "./types";
import { refuseGroupWeights } from "./weights";

/** What clustering costs in precision. */
export interface DesignEffect {
  readonly kind: "design-effect";
  readonly icc: number;
  /** ñ = Σ n_j²/Σ n_j: the size of the group that a pupil drawn at random is in. */
  readonly groupSize: number;
  /** 1 + (ñ − 1) × ICC */
  readonly designEffect: number;
  readonly nobs: number;
  /** nobs/designEffect */
  readonly effectiveSampleSize: number;
}

/**
 * How much larger the variance of an overall mean is than that of as many independent pupils: 1 + (ñ − 1)ρ.
 *
 * With groups of unequal size ñ = Σn_j²/Σn_j, with which the formula is exact for the mean of all rows under the model.
 * ρ is the model's ICC: take the empty model for outcomes as they are, a model with covariates for what those leave.
 * It is the design effect of a mean and of columns of schools; a column that varies within schools loses less.
 *
 * @throws `invalid-argument` for models with school weights or precision weights, which have no common size.
 * @example
 * ```ts
 * import { designEffect, fitMixed } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * designEffect(model).groupSize; // 2
 * ```
 * @see Kish (1965), Survey Sampling, sections 5.4 and 8.2; Snijders & Bosker (2012), Multilevel Analysis, section 3.4.
 */
export function designEffect(subject: MixedModel): DesignEffect {
  const model = requireIntercept(subject, "Design effects");
  const { summary, icc, nobs } = model;
  refuseGroupWeights(summary, "Design effects");
  if (summary.pupilWeights === "precision") {
    fail("invalid-argument", "Design effects are of rows that count alike; fit the model without precision weights.");
  }
  let squares = 0;
  for (let j = 0; j < summary.sizes.length; j++) squares += summary.sizes[j] ** 2;
  const groupSize = squares / nobs;
  const effect = 1 + (groupSize - 1) * icc;
  return { kind: "design-effect", icc, groupSize, designEffect: effect, nobs, effectiveSampleSize: nobs / effect };
}

import { fail } from "../errors/error";
import { groupSumVariances, levelSizes } from "./mean-variances";
import type { MixedModel, SlopesModel } from "./types";
import { refuseGroupWeights } from "./weights";

/** What clustering costs in precision. */
export interface DesignEffect {
  readonly kind: "design-effect";
  /** The model's: the share of the variance of all random effects. */
  readonly icc: number;
  /**
   * ñ = Σ n_j²/Σ n_j: the size of the group that a pupil drawn at random is in. Of nested groups the mean of the levels'
   * sizes by their shares of variance; with random slopes the size that groups with an intercept alone would have.
   */
  readonly groupSize: number;
  /** Of nested groups every level, the innermost first; otherwise the one there is. */
  readonly levels: readonly { readonly group: string; readonly icc: number; readonly groupSize: number }[];
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
 * Nested groups: 1 + Σ(ñ_k − 1)ρ_k over levels k. Random slopes: with s_j = Σ_i z_ij and τ the mean of z'Σz over rows,
 * ñ = Σ s_j'Σs_j/(nτ), less than Σn_j²/Σn_j as slopes average out in schools whose pupils differ; so the effect is exact for
 * the overall mean there too, over the mean variance of a row.
 *
 * @throws `invalid-argument` for models with school weights or precision weights, which have no common size; for random
 *   slopes without a constant in the fixed or the random part.
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
export function designEffect(model: MixedModel): DesignEffect {
  const { icc, nobs } = model;
  if (model.structure === "intercept") refuseGroupWeights(model.summary, "Design effects");
  const { pupilWeights } = model.structure === "nested" ? model.summary.inner : model.summary;
  if (pupilWeights === "precision") {
    fail("invalid-argument", "Design effects are of rows that count alike; fit the model without precision weights.");
  }
  const levels = model.structure === "slopes" ? [ofSlopes(model)] : ofIntercepts(model);
  const shared = levels.reduce((sum, level) => sum + level.icc * level.groupSize, 0);
  const groupSize = icc > 0 ? shared / icc : levels[0].groupSize;
  const effect = 1 + (groupSize - 1) * icc;
  return {
    kind: "design-effect",
    icc,
    groupSize,
    levels,
    designEffect: effect,
    nobs,
    effectiveSampleSize: nobs / effect,
  };
}

function ofIntercepts(model: MixedModel): DesignEffect["levels"] {
  const { variances, nobs, randomTerms } = model;
  const total = variances.group + variances.residual;
  return levelSizes(model).map(({ group, sizes }, k) => ({
    group,
    icc: randomTerms[k].covariance[0][0] / total,
    groupSize: sizes.reduce((sum, size) => sum + size * size, 0) / nobs,
  }));
}

function ofSlopes(model: SlopesModel): DesignEffect["levels"][number] {
  const { icc, nobs, variances, summary } = model;
  const sum = groupSumVariances(model, "Design effects").reduce((total, value) => total + value, 0);
  return { group: summary.group, icc, groupSize: variances.group > 0 ? sum / (nobs * variances.group) : 1 };
}

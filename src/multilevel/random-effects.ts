import { interceptEffects } from "./group-estimates";
import { nestedRandomEffects } from "./nested/random-effects";
import { slopesRandomEffects } from "./slopes/random-effects";
import type { MixedModel, RandomEffect } from "./types";

/**
 * Every group's shrunken estimate û_j = λ_j(ȳ_j − x̄_j'β̂) with its standard errors, in the order of the levels.
 *
 * λ_j = φS_j/(1 + φS_j) is the reliability. `conditionalSd`² = σ_u²(1 − λ_j), as lme4's; `comparativeSe`² adds
 * λ_j² x̄_j'Cx̄_j for the estimated fixed effects and is the variance of û_j − u_j; `diagnosticSe`² is the variance of û_j
 * itself, σ_u² − comparativeSe² (with school weights ω_j it is λ_jσ_u² − λ_j² x̄_j'(2ω_jσ²A⁻¹ − C)x̄_j, C the sandwich).
 *
 * Nested intercepts give every level's groups in turn, in the order of `model.randomTerms`: û = φ_k Z_k'V⁻¹(y − Xβ̂). With random
 * slopes there is one entry per group and column.
 *
 * @example
 * ```ts
 * import { fitMixed, randomEffects } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * randomEffects(model)[0].level; // "a"
 * ```
 * @see Goldstein (2011), Multilevel Statistical Models, ch. 2; Goldstein & Healy (1995), JRSS A 158:175-177.
 */
export function randomEffects(model: MixedModel): RandomEffect[] {
  if (model.structure === "nested") return nestedRandomEffects(model);
  if (model.structure === "slopes") return slopesRandomEffects(model);
  return interceptEffects(model);
}

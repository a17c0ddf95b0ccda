import { bilinear } from "../linalg/symmetric";
import type { MixedModel, RandomEffect } from "./types";

/**
 * Every group's shrunken estimate û_j = λ_j(ȳ_j − x̄_j'β̂) with its standard errors, in the order of the levels.
 *
 * λ_j = φS_j/(1 + φS_j) is the reliability. `conditionalSd`² = σ_u²(1 − λ_j), as lme4's; `comparativeSe`² adds
 * λ_j² x̄_j'Cx̄_j for the estimated fixed effects; `diagnosticSe`² = σ_u² − comparativeSe² is the variance of û_j itself.
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
  const { summary, variances } = model;
  const q = summary.shift.length;
  const phi = variances.group / variances.residual;
  const positions = model.terms.map((term) => summary.columns.indexOf(term));
  return summary.levels.map((level, j) => {
    const x = positions.map((k) => summary.means[j * q + k]);
    const reliability = (phi * summary.weights[j]) / (1 + phi * summary.weights[j]);
    const residual =
      summary.means[j * q + q - 1] - x.reduce((sum, value, k) => sum + value * model.centred.coefficients[k], 0);
    const conditional = variances.group * (1 - reliability);
    const comparative = conditional + reliability ** 2 * bilinear(x, model.centred.vcov, x, x.length);
    return {
      level,
      estimate: reliability * residual,
      conditionalSd: Math.sqrt(conditional),
      comparativeSe: Math.sqrt(comparative),
      diagnosticSe: Math.sqrt(Math.max(0, variances.group - comparative)),
      reliability,
    };
  });
}

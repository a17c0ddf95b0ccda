import { bilinear } from "../../linalg/symmetric";
import type { NestedModel, RandomEffect } from "../types";
import { workingUnit } from "../working-columns";
import { nestedStateOf } from "./state";

/**
 * The shrunken estimates at every level, φ_k Z_k'V⁻¹(y − Xβ̂), term by term in lme4's order.
 *
 * conditionalSd² = σ_k²(1 − φ_k v_a); comparativeSe² adds φ_k² u_a'Cu_a/σ² for the estimated fixed effects, v_a and u_a the
 * group's entries of Z_k'V⁻¹Z_k and Z_k'V⁻¹X.
 */
export function nestedRandomEffects(model: NestedModel): RandomEffect[] {
  const { point, slopes, scaled, problem } = nestedStateOf(model);
  const p = problem.base.p;
  const q = p + 1;
  const unit = workingUnit(scaled);
  const inverse = point.factor.inverse();
  return model.randomTerms.flatMap(({ group, levels }, k) => {
    const phi = point.phi[k];
    const scores = slopes.scores[k];
    return levels.map((level, a): RandomEffect => {
      const own = scores.subarray(a * q, a * q + p);
      const reliability = phi * slopes.precisions[k][a];
      const conditional = phi * (1 - reliability);
      const fixed = phi * phi * bilinear(own, inverse, own, p);
      const sd = (variance: number): number => Math.sqrt(Math.max(0, variance) * point.sigma2) * unit;
      return {
        group,
        level,
        column: "(Intercept)",
        estimate: phi * scores[a * q + p] * unit,
        conditionalSd: sd(conditional),
        comparativeSe: sd(conditional + fixed),
        diagnosticSe: sd(phi * reliability - fixed),
        reliability,
      };
    });
  });
}

import { bilinear } from "../linalg/symmetric";
import type { ProfilePoint, ProfileProblem } from "./profile";

/**
 * Satterthwaite degrees of freedom of a contrast l'β: ν = 2(l'Cl)² / (g'Vg).
 *
 * C = σ²A⁻¹; g = ∂(l'Cl)/∂(φ, σ²) = (σ² l'A⁻¹MA⁻¹l, l'A⁻¹l); V = 2H⁻¹ with H the second derivatives of the criterion
 * D(φ, σ²). At φ = 0 only σ² is estimated, and ν = m (Giesbrecht & Burns 1985; Kuznetsova et al. 2017).
 */
export function satterthwaiteDf(problem: ProfileProblem, point: ProfilePoint, contrast: Float64Array): number {
  const { m, p } = problem;
  if (point.phi === 0) return m;
  const { factor, inverse, m2, g2rho2, r2Second, logDeterminantSecond } = point.parts;
  const s2 = point.sigma2;
  const solved = factor.solve(contrast);
  const variance = bilinear(contrast, inverse, contrast, p);
  const gradientPhi = s2 * bilinear(solved, m2, solved, p);
  const hPhi = logDeterminantSecond + r2Second / s2;
  const hMixed = g2rho2 / (s2 * s2);
  const hSigma = m / (s2 * s2);
  const determinant = hPhi * hSigma - hMixed * hMixed;
  const spread =
    (2 * (hSigma * gradientPhi ** 2 - 2 * hMixed * gradientPhi * variance + hPhi * variance ** 2)) / determinant;
  return (2 * (s2 * variance) ** 2) / spread;
}

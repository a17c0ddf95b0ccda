import { EVD, Matrix } from "ml-matrix";
import { bilinear } from "../../linalg/symmetric";
import type { SlopePoint } from "./deviance";

/** Curvatures below this share of the largest are flat directions of θ, in which the covariance does not change either. */
const FLAT = 1e-10;

/**
 * Satterthwaite degrees of freedom of contrasts l'β: ν = 2(l'Cl)² / (g'Vg), with C = σ²A⁻¹, g = ∂(l'Cl)/∂(θ, σ²) and
 * V = 2H⁻¹, H the second derivatives of the criterion D(θ, σ²) (Giesbrecht & Burns 1985; Kuznetsova et al. 2017).
 *
 * With the profiled criterion's Hessian H_θ as Schur complement: g'Vg = 2(σ⁴ g_σ²/m + u'H_θ⁻¹u), u = g_θ + r²' g_σ/m.
 */
export function satterthwaiteSlopes(point: SlopePoint, m: number): (contrast: Float64Array) => number {
  const { inverse, sigma2, informationGradient, r2Gradient, hessian } = point;
  const d = r2Gradient.length;
  const p = point.beta.length;
  const rows = Array.from({ length: d }, (_, a) => Array.from(hessian.subarray(a * d, (a + 1) * d)));
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EVD(new Matrix(rows), { assumeSymmetric: true });
  const floor = FLAT * Math.max(...values);
  return (contrast) => {
    const variance = bilinear(contrast, inverse, contrast, p);
    const solved = contrast.map((_, k) => contrast.reduce((sum, value, l) => sum + inverse[k * p + l] * value, 0));
    const u = informationGradient.map(
      (change, a) => -sigma2 * bilinear(solved, change, solved, p) + (r2Gradient[a] * variance) / m,
    );
    let spread = (sigma2 * variance) ** 2 / m;
    values.forEach((value, e) => {
      if (!(value > floor)) return;
      const along = u.reduce((sum, part, a) => sum + part * vectors.get(a, e), 0);
      spread += along ** 2 / value;
    });
    return (sigma2 * variance) ** 2 / spread;
  };
}

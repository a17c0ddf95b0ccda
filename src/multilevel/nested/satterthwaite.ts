import { bilinear, factorise } from "../../linalg/symmetric";
import { leading } from "./profile";
import type { NestedState } from "./state";

/**
 * Satterthwaite degrees of freedom of a contrast l'β: ν = 2(l'Cl)² / (g'Vg).
 *
 * C = σ²A⁻¹; g = ∂(l'Cl)/∂(φ, σ²) = (σ² l'A⁻¹B_kA⁻¹l, l'A⁻¹l); V = 2H⁻¹ with H the second derivatives of the criterion
 * D(φ, σ²), variances estimated as 0 left out (Giesbrecht & Burns 1985; Kuznetsova et al. 2017).
 */
export function nestedSatterthwaite(state: NestedState): (contrast: Float64Array) => number {
  const { point, slopes, curvature, problem } = state;
  const { p, m } = problem.base;
  const s2 = point.sigma2;
  const free = point.phi.flatMap((phi, k) => (phi > 0 ? [k] : []));
  const size = free.length + 1;
  const square = (p + 1) ** 2 - 1;
  const hessian = new Float64Array(size * size);
  free.forEach((k, i) => {
    free.forEach((l, j) => {
      hessian[i * size + j] = curvature.logDeterminants[k][l] + curvature.quadratics[k][l] / s2;
    });
    const mixed = slopes.products[k][square] / (s2 * s2);
    hessian[i * size + size - 1] = mixed;
    hessian[(size - 1) * size + i] = mixed;
  });
  hessian[size * size - 1] = m / (s2 * s2);
  const factor = factorise(hessian, size);
  const products = free.map((k) => leading(slopes.products[k], p));
  return (contrast) => {
    if (free.length === 0) return m;
    if (factor === null) return Number.NaN;
    const solved = point.factor.solve(contrast);
    const variance = contrast.reduce((sum, value, k) => sum + value * solved[k], 0);
    const gradient = Float64Array.from([...products.map((b) => s2 * bilinear(solved, b, solved, p)), variance]);
    const direction = factor.solve(gradient);
    const spread = 2 * gradient.reduce((sum, value, i) => sum + value * direction[i], 0);
    return (2 * (s2 * variance) ** 2) / spread;
  };
}

import type { FixedVariances } from "../variance-interval";
import { nestedCurvature } from "./curvature";
import { type NestedProblem, nestedAt, nestedSlopes } from "./profile";

/**
 * D(θ, σ²) of a nested problem by maximum likelihood, not minimised over σ²: Σ log1p(φT) − Σ log w + n log 2πσ² + r²/σ²,
 * φ_k = θ_k², with its derivatives by θ.
 */
export function nestedFixedVariances(
  problem: NestedProblem,
  theta: Float64Array,
  sigma2: number,
): FixedVariances | null {
  const point = nestedAt(
    problem,
    Array.from(theta, (value) => value * value),
  );
  if (point === null) return null;
  const { p, m } = problem.base;
  const d = theta.length;
  const slopes = nestedSlopes(problem, point);
  const curvature = nestedCurvature(problem, point, slopes);
  const squares = slopes.products.map((product) => product[(p + 1) ** 2 - 1]);
  // dD/dφ_k: the criterion's own gradient has r²/m for σ².
  const byPhi = slopes.gradient.map((slope, k) => slope + squares[k] / point.sigma2 - squares[k] / sigma2);
  const hessian = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    for (let l = 0; l < d; l++) {
      const second = curvature.logDeterminants[k][l] + curvature.quadratics[k][l] / sigma2;
      hessian[k * d + l] = 4 * theta[k] * theta[l] * second + (k === l ? 2 * byPhi[k] : 0);
    }
  }
  const r2 = m * point.sigma2;
  return {
    criterion:
      point.criterion -
      m * (1 + Math.log(2 * Math.PI * point.sigma2)) +
      m * Math.log(2 * Math.PI * sigma2) +
      r2 / sigma2,
    gradient: theta.map((value, k) => 2 * value * byPhi[k]),
    hessian,
    r2,
    r2Gradient: theta.map((value, k) => -2 * value * squares[k]),
  };
}

import { type Minimum, minimise, type Smooth } from "../minimise";
import { boundedInterval, type Interval } from "../profile-interval";
import { nestedCurvature } from "./curvature";
import { type NestedPoint, type NestedProblem, nestedAt, nestedSlopes } from "./profile";

/**
 * The interval of the intraclass correlation Σφ/(1 + Σφ): for each sum c of the ratios φ_k, the criterion minimised over how the
 * levels share it, φ_k = c w_k²/w'w.
 */
export function shareInterval(problem: NestedProblem, best: NestedPoint, rise: number): Interval {
  const sum = best.phi.reduce((total, phi) => total + phi, 0);
  const starts = [Float64Array.from(best.phi, (phi) => Math.sqrt(phi || 0.01 * (sum || 1))), best.phi.map(() => 1)];
  let last: Float64Array | null = null;
  const excess = (c: number): number => {
    if (c === 0)
      return (
        (nestedAt(
          problem,
          best.phi.map(() => 0),
        )?.criterion ?? Infinity) -
        best.criterion -
        rise
      );
    let least: Minimum | null = null;
    for (const start of last === null ? starts : [last, ...starts]) {
      const found = minimise((w) => sharedPoint(problem, c, w), Float64Array.from(start));
      if (found !== null && !(found.value >= (least?.value ?? Infinity))) least = found;
    }
    last = least?.at ?? last;
    return (least?.value ?? Infinity) - best.criterion - rise;
  };
  const heaviest = problem.base.weights.reduce((most, weight) => Math.max(most, weight), 0);
  const { lower, upper } = boundedInterval(excess, sum, 0.5 / heaviest);
  return { lower: lower / (1 + lower), upper: upper / (1 + upper) };
}

/** The criterion with its derivatives by w. */
function sharedPoint(problem: NestedProblem, c: number, w: Float64Array): Smooth | null {
  const d = w.length;
  const n = w.reduce((sum, value) => sum + value * value, 0);
  const point = nestedAt(
    problem,
    Array.from(w, (value) => (c * value * value) / n),
  );
  if (point === null) return null;
  const slopes = nestedSlopes(problem, point);
  const { hessian: byPhi } = nestedCurvature(problem, point, slopes);
  const g = slopes.gradient;
  // ∂φ_k/∂w_l and Σ g_k φ_k/c
  const jacobian = (k: number, l: number): number => (c * 2 * w[k] * ((k === l ? 1 : 0) - (w[k] * w[l]) / n)) / n;
  const mean = g.reduce((sum, value, k) => sum + (value * w[k] * w[k]) / n, 0);
  const gradient = w.map((_, l) => g.reduce((sum, value, k) => sum + value * jacobian(k, l), 0));
  const hessian = new Float64Array(d * d);
  for (let l = 0; l < d; l++) {
    for (let m = 0; m < d; m++) {
      const own = l === m ? g[l] - mean : 0;
      // The length of w does not matter; a curvature along it keeps steps from changing it.
      let value = (w[l] * w[m]) / (n * n);
      value += ((2 * c) / n) * (own - (2 * w[l] * w[m] * (g[l] + g[m] - 2 * mean)) / n);
      for (let k = 0; k < d; k++) for (let i = 0; i < d; i++) value += jacobian(k, l) * byPhi[k][i] * jacobian(i, m);
      hessian[l * d + m] = value;
    }
  }
  return { value: point.criterion, gradient, hessian };
}

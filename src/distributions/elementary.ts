export const SQRT_TWO_PI = 2.5066282746310007;
export const HALF_LOG_TWO_PI = 0.9189385332046728;

/**
 * w − log(1 + w), without the cancellation near w = 0.
 *
 * With r = w / (2 + w), log(1 + w) = 2 artanh r, so that w − log(1 + w) = r (w − 2 r² (1/3 + r²/5 + r⁴/7 + …)).
 */
function log1pDefect(w: number): number {
  const r = w / (2 + w);
  const square = r * r;
  let sum = 1 / 3;
  let power = square;
  for (let odd = 5; power > 1e-17; odd += 2) {
    sum += power / odd;
    power *= square;
  }
  return r * (w - 2 * square * sum);
}

/**
 * The deviance x log(x / mean) + mean − x ≥ 0 of Loader (2000), "Fast and accurate computation of binomial
 * probabilities". `excess` is mean − x, passed in because the caller knows it without cancellation.
 */
export function deviancePart(x: number, mean: number, excess: number): number {
  const w = excess / x;
  if (w < -0.6 || w > 1.5) return excess - x * Math.log(mean / x);
  return x * log1pDefect(w);
}

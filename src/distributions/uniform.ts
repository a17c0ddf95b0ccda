import { SQRT_TWO_PI } from "./elementary";
import { millsRatio } from "./normal";

const TERMS = 12;

/** From this size of the smaller parameter on, the expansion holds to the last digits where it is used. */
export const UNIFORM_FROM = 10_000;

/** ζ²/2 up to which the expansion is used, |ζ| ≤ 0.1; beyond, series and continued fractions are quick. */
const HALF_SQUARE_LIMIT = 0.005;

/** Whether the expansion below is the method of choice for these parameters at this deviance. */
export function isUniformRegion(a: number, deviance: number): boolean {
  return a >= UNIFORM_FROM && deviance < HALF_SQUARE_LIMIT * a;
}

/**
 * The factor of e^{−deviance} in a tail of the gamma or beta distribution near its mean, for large parameters.
 *
 * Temme's uniform expansion (1979, 1982; DLMF 8.12, 8.18(ii)), both distributions in one:
 * - a is the smaller parameter, q = a / (a + b) its share (0 for the gamma distribution), λ = x / mean, μ = λ − 1;
 * - ζ has the sign of μ and a ζ²/2 = deviance, so that μ μ' = ζ (1 + μ)(1 − q − qμ) gives μ = Σ mₖ ζᵏ;
 * - f = ζ √(1 − q) / μ = Σ dₖ ζᵏ, and the tail is Q(s) ± φ(s) S / √a at s = |ζ| √a, where ζS = S'/a + f/G − 1,
 *   hence S = Σ bₖ ζᵏ / G with bₖ₋₁ = dₖ + (k + 1) bₖ₊₁ / a from high k down, and G = 1 + b₁ / a
 *   (the recursion of Gil, Segura & Temme, 2007, section 8.3).
 */
export function uniformTailFactor(a: number, q: number, deviance: number, upper: boolean): number {
  const zeta = (upper ? 1 : -1) * Math.sqrt((2 * deviance) / a);
  const d = reciprocalSeries(inverseSeries(q), Math.sqrt(1 - q));
  let sum = 0;
  let later = 0; // b(k + 1)
  let current = 0; // b(k)
  for (let k = TERMS - 1; k >= 1; k--) {
    const earlier = d[k] + ((k + 1) * later) / a;
    later = current;
    current = earlier;
    sum = sum * zeta + current;
  }
  const correction = sum / (1 + later / a);
  const signed = (upper ? correction : -correction) / Math.sqrt(a);
  return (millsRatio(Math.sqrt(2 * deviance)) + signed) / SQRT_TWO_PI;
}

/** m₁ … of μ = Σ mₖ ζᵏ, by powers of ζ in (μ²)' / 2 = ζ ((1 − q) + (1 − 2q) μ − q μ²). */
function inverseSeries(q: number): Float64Array {
  const m = new Float64Array(TERMS + 1);
  const square = new Float64Array(TERMS + 2); // coefficients of μ²
  m[1] = Math.sqrt(1 - q);
  square[2] = 1 - q;
  for (let k = 2; k <= TERMS; k++) {
    square[k + 1] = (2 / (k + 1)) * ((1 - 2 * q) * m[k - 1] - q * square[k - 1]);
    let known = 0;
    for (let i = 2; i < k; i++) known += m[i] * m[k + 1 - i];
    m[k] = (square[k + 1] - known) / (2 * m[1]);
  }
  return m;
}

/** d₀ … of scale ζ / μ. */
function reciprocalSeries(m: Float64Array, scale: number): Float64Array {
  const d = new Float64Array(TERMS);
  d[0] = scale / m[1];
  for (let k = 1; k < TERMS; k++) {
    let sum = 0;
    for (let i = 1; i <= k; i++) sum += m[i + 1] * d[k - i];
    d[k] = -sum / m[1];
  }
  return d;
}

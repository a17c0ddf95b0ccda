import { requireProbability } from "./arguments";
import { HALF_LOG_TWO_PI, SQRT_TWO_PI } from "./elementary";

/** Chebyshev coefficients in (x − 4) / (x + 4) of (x + 4) Q(x) / φ(x), x ≥ 0, computed in 60-digit arithmetic. */
const MILLS_TERMS: readonly number[] = [
  2.4325604285150404, -1.8842545745794834, 0.5569566490963817, -0.12161597214420457, 0.017360708143727772,
  -0.0008036212007299657, -0.0002520349348054353, 0.000047383719270581175, 0.0000025325891365988257,
  -0.0000015404069839913, -8.474960630061696e-9, 5.1853386011046724e-8, -2.8281293276602497e-10, -1.9486566378891076e-9,
  -2.491945496827567e-11, 7.957248719448846e-11, 4.618414174155219e-12, -3.290856124224385e-12, -4.36538404380973e-13,
  1.2300711839232774e-13, 3.2414173582086784e-14, -3.0532395587325667e-15, -2.0183740275707353e-15,
  -7.170195501422588e-17, 1.0169552398038542e-16,
];

/**
 * Density of the standard normal distribution, φ(x) = e^{−x²/2} / √(2π).
 *
 * @returns the density, 0 where it is below the smallest number; `NaN` for `NaN`
 * @example
 * ```ts
 * import { normalDensity } from "likewise";
 * console.log(normalDensity(0)); // 0.39894228040143265
 * ```
 */
export function normalDensity(x: number): number {
  const size = Math.abs(x);
  if (size > 39) return 0;
  // e^{−x²/2} in two factors, the first with an exact square: rounding x² would cost digits in the tails (Cody, 1969).
  const head = Math.round(size * 16) / 16;
  return (Math.exp(-0.5 * head * head) * Math.exp(-0.5 * (size - head) * (size + head))) / SQRT_TWO_PI;
}

/**
 * Standard normal cumulative distribution function, Φ(x) = P(Z ≤ x).
 *
 * Relative error about 1e-15 in both tails, down to 1e-300.
 *
 * @param x any number, infinities included
 * @returns a probability; `NaN` for `NaN`
 * @example
 * ```ts
 * import { normalCdf } from "likewise";
 * console.log(normalCdf(-1.96)); // 0.024997895148220428
 * ```
 * @see Cody (1969), Rational Chebyshev approximations for the error function; Shepherd & Laframboise (1981),
 * Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞, for the form of the series.
 */
export function normalCdf(x: number): number {
  return normalSurvival(-x);
}

/**
 * Upper tail of the standard normal distribution, Q(x) = P(Z > x), without the cancellation of 1 − Φ(x).
 *
 * @param x any number, infinities included
 * @returns a probability; `NaN` for `NaN`
 * @example
 * ```ts
 * import { normalSurvival } from "likewise";
 * console.log(normalSurvival(10)); // 7.619853024160525e-24
 * ```
 */
export function normalSurvival(x: number): number {
  const near = normalDensity(x) * millsRatio(Math.abs(x));
  return x < 0 ? 1 - near : near;
}

/**
 * Natural logarithm of the upper tail of the standard normal distribution, finite far beyond where Q(x) underflows.
 *
 * @param x any number, infinities included
 * @returns a number ≤ 0; `NaN` for `NaN`
 * @example
 * ```ts
 * import { normalLogSurvival } from "likewise";
 * console.log(normalLogSurvival(40)); // -804.6084420137538
 * ```
 */
export function normalLogSurvival(x: number): number {
  if (x < 0) return Math.log1p(-normalSurvival(-x));
  return Math.log(millsRatio(x)) - 0.5 * x * x - HALF_LOG_TWO_PI;
}

/**
 * Quantile of the standard normal distribution: the x with Φ(x) = p.
 *
 * For a tail probability below 1e-16 at the upper end, see {@link normalQuantileUpper}.
 *
 * @param p probability of the lower tail, 0 to 1; 0 gives −Infinity and 1 gives Infinity
 * @returns the quantile; `NaN` for `NaN`
 * @throws `invalid-argument` when p is outside 0 to 1
 * @example
 * ```ts
 * import { normalQuantile } from "likewise";
 * console.log(normalQuantile(0.975)); // 1.9599639845400538
 * ```
 * @see Wichura (1988), Algorithm AS 241, for the start; one step of Halley's method takes it to full precision.
 */
export function normalQuantile(p: number): number {
  requireProbability("normalQuantile", p);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return centralQuantile(q);
  return p < 0.5 ? -tailQuantile(p) : tailQuantile(1 - p);
}

/**
 * Upper quantile of the standard normal distribution: the x with P(Z > x) = q, also for q too small for 1 − q.
 *
 * @param q probability of the upper tail, 0 to 1; 0 gives Infinity and 1 gives −Infinity
 * @returns the quantile; `NaN` for `NaN`
 * @throws `invalid-argument` when q is outside 0 to 1
 * @example
 * ```ts
 * import { normalQuantileUpper } from "likewise";
 * console.log(normalQuantileUpper(1e-20)); // 9.262340089798407
 * ```
 */
export function normalQuantileUpper(q: number): number {
  requireProbability("normalQuantileUpper", q);
  return 0 - normalQuantile(q);
}

/** Mills' ratio Q(x) / φ(x) for x ≥ 0, by one Chebyshev series for the half line. */
export function millsRatio(x: number): number {
  const t = 1 - 8 / (x + 4);
  let next = 0;
  let afterNext = 0;
  for (let k = MILLS_TERMS.length - 1; k >= 1; k--) {
    const term = 2 * t * next - afterNext + MILLS_TERMS[k];
    afterNext = next;
    next = term;
  }
  return (t * next - afterNext + MILLS_TERMS[0]) / (x + 4);
}

/** The x with Φ(x) − ½ = q, |q| ≤ 0.425. Halley's step is on Φ − ½ itself, so that x keeps its digits near 0. */
function centralQuantile(q: number): number {
  const r = 0.180625 - q * q;
  const x =
    (q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)) /
    (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1);
  const error = centralSeries(x) - q / normalDensity(x);
  return x - error / (1 + 0.5 * x * error);
}

/** (Φ(x) − ½) / φ(x) = x + x³/3 + x⁵/(3·5) + … (Abramowitz & Stegun 26.2.11). */
function centralSeries(x: number): number {
  const square = x * x;
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= square / odd;
    sum += term;
  }
  return sum;
}

/** The x > 0 with Q(x) = q ≤ 0.075. Halley's step is on log Q. */
function tailQuantile(q: number): number {
  if (q === 0) return Number.POSITIVE_INFINITY;
  const target = Math.log(q);
  const root = Math.sqrt(-target);
  const x = root <= 5 ? nearTailStart(root - 1.6) : farTailStart(root - 5);
  const mills = millsRatio(x);
  const g = normalLogSurvival(x) - target;
  return x + (2 * g * mills) / (2 + g * (1 - x * mills));
}

function nearTailStart(r: number): number {
  const top = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777;
  return top / ((0.12021132975 * r + 0.7370016425) * r + 1);
}

function farTailStart(r: number): number {
  const top = ((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115;
  return top / ((0.012258202635 * r + 0.24197894225) * r + 1);
}

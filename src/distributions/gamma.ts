import { fail } from "../errors/error";
import { deviancePart, HALF_LOG_TWO_PI, SQRT_TWO_PI } from "./elementary";
import { logGamma, stirlingError } from "./log-gamma";
import { roughLogMean, roughLogVariance, solveLogTail } from "./log-tail-root";
import { normalQuantile } from "./normal";
import { isUniformRegion, UNIFORM_FROM, uniformTailFactor } from "./uniform";

const MAX_TERMS = 10_000; // a few hundred are the most seen
const ROUNDING = 1e-12; // slack of a bound

/*
 * The regularised incomplete gamma function P(a, x) = 1 − Q(a, x), a > 0.
 *
 * x^a e^{−x} / Γ(a) = √(a / 2π) e^{−δ(a) − D(a, x)} with Stirling's error δ and the deviance D (Loader, 2000), so that
 * nothing large cancels. The tail on the near side of the mean is e^{−D} times a factor: a series below the mean
 * (DLMF 8.11.4), Legendre's continued fraction above it (DLMF 8.9.2), Temme's expansion where a is large and x near a.
 * The far tail is one minus the near one; with a below 1e-3 it can be so small that it keeps absolute rather than
 * relative accuracy.
 */

/** P(a, x). */
export function gammaLower(a: number, x: number): number {
  if (Number.isNaN(a + x)) return Number.NaN;
  if (x <= 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  const near = nearTail(a, x);
  return isBelow(a, x) ? near : 1 - near;
}

/** Q(a, x) = 1 − P(a, x). */
export function gammaUpper(a: number, x: number): number {
  if (Number.isNaN(a + x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const near = nearTail(a, x);
  return isBelow(a, x) ? 1 - near : near;
}

/** log P(a, x). */
export function logGammaLower(a: number, x: number): number {
  if (Number.isNaN(a + x)) return Number.NaN;
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return isBelow(a, x) ? logNearTail(a, x) : Math.log1p(-nearTail(a, x));
}

/** log Q(a, x). */
export function logGammaUpper(a: number, x: number): number {
  if (Number.isNaN(a + x)) return Number.NaN;
  if (x <= 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return isBelow(a, x) ? Math.log1p(-nearTail(a, x)) : logNearTail(a, x);
}

/** The x with P(a, x) = lower and Q(a, x) = upper; the smaller of the two decides. */
export function gammaQuantile(lower: number, upper: number, a: number): number {
  if (lower === 0) return 0;
  if (upper === 0) return Number.POSITIVE_INFINITY;
  // P ≤ x^a / Γ(a + 1), with equality as x → 0, bounds log x from below.
  const low = (Math.log(lower) + logGamma(a + 1)) / a;
  const atLow = Math.exp(low);
  if (atLow < 1e-17) return atLow;
  // P(X > a + √(2aL) + L) ≤ e^{−L} (Laurent & Massart, 2000) bounds it from above.
  const cost = upper < 0.5 ? -Math.log(upper) : -Math.log1p(-lower);
  const high = Math.log(a + Math.sqrt(2 * a * cost) + cost);
  const isLower = lower <= upper;
  const z = isLower ? normalQuantile(lower) : -normalQuantile(upper);
  const tail = {
    lower: isLower,
    logProbability: (u: number) => (isLower ? logGammaLower(a, Math.exp(u)) : logGammaUpper(a, Math.exp(u))),
    logDensity: (u: number) => logKernel(a, Math.exp(u)),
    drift: (u: number) => a - Math.exp(u),
  };
  const start = roughLogMean(a) + z * Math.sqrt(roughLogVariance(a));
  const target = Math.log(isLower ? lower : upper);
  return Math.exp(solveLogTail(tail, target, start, low - ROUNDING * Math.abs(low), high + ROUNDING));
}

/** log of x^a e^{−x} / Γ(a), the density of log X. */
function logKernel(a: number, x: number): number {
  return 0.5 * Math.log(a) - deviancePart(a, x, x - a) - stirlingError(a) - HALF_LOG_TWO_PI;
}

function isBelow(a: number, x: number): boolean {
  return x < (a < UNIFORM_FROM ? a + 1 : a);
}

function nearTail(a: number, x: number): number {
  const deviance = deviancePart(a, x, x - a);
  return Math.min(1, Math.exp(-deviance) * tailFactor(a, x, deviance)); // rounding may carry a 1 past 1
}

function logNearTail(a: number, x: number): number {
  const deviance = deviancePart(a, x, x - a);
  return Math.min(0, Math.log(tailFactor(a, x, deviance)) - deviance);
}

/** The near tail over e^{−deviance}. */
function tailFactor(a: number, x: number, deviance: number): number {
  const below = isBelow(a, x);
  if (isUniformRegion(a, deviance)) return uniformTailFactor(a, 0, deviance, !below);
  const kernel = Math.sqrt(a) * Math.exp(-stirlingError(a));
  return (kernel / SQRT_TWO_PI) * (below ? lowerSeries(a, x) / a : upperFraction(a, x));
}

/** 1 + x / (a + 1) + x² / ((a + 1)(a + 2)) + … */
function lowerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Γ(a, x) / (x^a e^{−x}) = 1 / (x + 1 − a − 1 (1 − a) / (x + 3 − a − 2 (2 − a) / (x + 5 − a − …))). */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let inverse = 1 / b; // of the last denominator
  let value = inverse;
  let previous = 0; // the convergent before, over the last denominator
  for (let n = 1; n < MAX_TERMS; n++) {
    const numerator = n * (a - n);
    b += 2;
    const denominator = 1 / (b + numerator * inverse);
    const next = (b * value + numerator * previous) * denominator;
    const change = Math.abs(next - value);
    previous = value * denominator;
    value = next;
    inverse = denominator;
    if (change <= 1e-16 * value) return value;
  }
  return fail("no-convergence", "An incomplete gamma function did not converge. Please report these arguments.", {
    a,
    x,
  });
}

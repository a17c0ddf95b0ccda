import { fail } from "../errors/error";
import { deviancePart, SQRT_TWO_PI } from "./elementary";
import { stirlingError } from "./log-gamma";
import { roughLogMean, roughLogVariance, solveLogTail } from "./log-tail-root";
import { normalQuantile } from "./normal";
import { isUniformRegion, UNIFORM_FROM, uniformTailFactor } from "./uniform";

const MAX_TERMS = 10_000; // a few hundred are the most seen
const ROUNDING = 1e-12; // slack of a bound

/*
 * The regularised incomplete beta function I_x(a, b), a, b > 0. Every function takes x and y = 1 − x, so that neither
 * loses digits near 1, and drop = a y − b x, which a caller may know better than rounded x and y tell. The upper tail
 * is the lower tail with (y, x, b, a).
 *
 * x^a y^b / B(a, b) = √(ab / 2π(a + b)) e^{δ(a + b) − δ(a) − δ(b) − D} with Stirling's errors δ and the binomial
 * deviance D (Loader, 2000), so that nothing large cancels. The tail on the near side of the mean is e^{−D} times a
 * factor: the continued fraction of DiDonato & Morris (1992, BFRAC), or Temme's expansion where both parameters are
 * large and x is near the mean. The far tail is one minus the near one; with a parameter below 1e-3 it can be so small
 * that it keeps absolute rather than relative accuracy.
 */

/** I_x(a, b). */
export function betaLower(x: number, y: number, a: number, b: number, drop = a * y - b * x): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  return isBelow(x, y, a, b, drop) ? nearTail(x, y, a, b, drop) : 1 - nearTail(y, x, b, a, -drop);
}

/** log I_x(a, b). */
export function logBetaLower(x: number, y: number, a: number, b: number, drop = a * y - b * x): number {
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  if (y <= 0) return 0;
  if (!isBelow(x, y, a, b, drop)) return Math.log1p(-nearTail(y, x, b, a, -drop));
  const deviance = binomialDeviance(x, y, a, b, drop);
  return Math.min(0, Math.log(tailFactor(x, y, a, b, drop, deviance)) - deviance);
}

/** log(x / y) where I_x(a, b) = lower and 1 − I_x(a, b) = upper; the smaller of the two decides. */
export function betaLogOddsQuantile(lower: number, upper: number, a: number, b: number): number {
  if (lower === 0) return Number.NEGATIVE_INFINITY;
  if (upper === 0) return Number.POSITIVE_INFINITY;
  // I_x ≤ (x / y)^a / (a B(a, b)), with equality as x → 0, bounds the log odds from below; so does 1 − I_x from above.
  const logLower = lower <= 0.5 ? Math.log(lower) : Math.log1p(-upper);
  const logUpper = upper <= 0.5 ? Math.log(upper) : Math.log1p(-lower);
  const low = (logLower - logPower(0, a, b)) / a;
  if ((b + 1) * Math.exp(low) < 1e-17) return low;
  const high = (logPower(0, b, a) - logUpper) / b;
  if ((a + 1) * Math.exp(-high) < 1e-17) return high;
  const isLower = lower <= upper;
  const z = isLower ? normalQuantile(lower) : -normalQuantile(upper);
  const start = roughLogMean(a) - roughLogMean(b) + z * Math.sqrt(roughLogVariance(a) + roughLogVariance(b));
  const tail = {
    lower: isLower,
    logProbability: (u: number) =>
      isLower ? logBetaLower(share(u), share(-u), a, b) : logBetaLower(share(-u), share(u), b, a),
    logDensity: (u: number) => logKernel(share(u), share(-u), a, b),
    drift: (u: number) => a * share(-u) - b * share(u),
  };
  const slack = ROUNDING * (1 + Math.abs(low) + Math.abs(high));
  return solveLogTail(tail, isLower ? logLower : logUpper, start, low - slack, high + slack);
}

/** x of its log odds. */
function share(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** log of x^a y^b / B(a, b), the density of log(X / (1 − X)). */
function logKernel(x: number, y: number, a: number, b: number): number {
  return Math.log(kernelFactor(a, b)) - binomialDeviance(x, y, a, b, a * y - b * x);
}

/** log I_x(a, b) where b x is below rounding, for x that underflow. */
export function logBetaTinyTail(logX: number, a: number, b: number): number {
  return Math.min(0, logPower(logX, a, b));
}

/** log of x^a / (a B(a, b)), which I_x(a, b) approaches as x → 0. */
function logPower(logX: number, a: number, b: number): number {
  const deviance = -a * Math.log1p(b / a) - b * Math.log1p(a / b);
  return a * logX + Math.log(kernelFactor(a, b) / a) - deviance;
}

function isBelow(x: number, y: number, a: number, b: number, drop: number): boolean {
  return a < UNIFORM_FROM || b < UNIFORM_FROM ? drop > x - y : drop > 0;
}

function nearTail(x: number, y: number, a: number, b: number, drop: number): number {
  const deviance = binomialDeviance(x, y, a, b, drop);
  return Math.min(1, Math.exp(-deviance) * tailFactor(x, y, a, b, drop, deviance)); // rounding may carry a 1 past 1
}

/** a log(a / nx) + b log(b / ny), n = a + b. */
function binomialDeviance(x: number, y: number, a: number, b: number, drop: number): number {
  const n = a + b;
  return deviancePart(a, n * x, -drop) + deviancePart(b, n * y, drop);
}

/** x^a y^b / B(a, b) over e^{−deviance}. */
function kernelFactor(a: number, b: number): number {
  const n = a + b;
  return (Math.sqrt(a * (b / n)) / SQRT_TWO_PI) * Math.exp(stirlingError(n) - stirlingError(a) - stirlingError(b));
}

/** The lower tail over e^{−deviance}, below the mean. */
function tailFactor(x: number, y: number, a: number, b: number, drop: number, deviance: number): number {
  if (!isUniformRegion(Math.min(a, b), deviance)) return kernelFactor(a, b) * lowerFraction(x, y, a, b, drop);
  // The expansion is written for the smaller parameter; the lower tail of X is the upper tail of 1 − X.
  return a <= b
    ? uniformTailFactor(a, a / (a + b), deviance, false)
    : uniformTailFactor(b, b / (a + b), deviance, true);
}

/**
 * I_x(a, b) B(a, b) / (x^a y^b) = 1 / (β₁ + α₂ / (β₂ + α₃ / (β₃ + …))), DiDonato & Morris (1992), equation (9):
 * αₙ₊₁ = (a + n − 1)(a + b + n − 1) n (b − n) x² / (a + 2n − 1)²,
 * βₙ₊₁ = n + n (b − n) x / (a + 2n − 1) + (a + n)(a y − b x + 1 + n (1 + y)) / (a + 2n + 1).
 */
function lowerFraction(x: number, y: number, a: number, b: number, drop: number): number {
  let over = 1 / (a + 1); // 1 / (a + 2n + 1)
  let inverse = 1 / (a * over * (drop + 1)); // of the last denominator
  let value = inverse;
  let previous = 0; // the convergent before, over the last denominator
  for (let n = 1; n < MAX_TERMS; n++) {
    const step = n * (b - n) * x * over;
    const numerator = step * ((a + (n - 1)) * over) * ((a + b + (n - 1)) * x);
    over = 1 / (a + 2 * n + 1);
    const plain = n + step + (a + n) * over * (drop + 1 + n * (1 + y));
    const denominator = 1 / (plain + numerator * inverse);
    const next = (plain * value + numerator * previous) * denominator;
    const change = Math.abs(next - value);
    previous = value * denominator;
    value = next;
    inverse = denominator;
    if (change <= 1e-16 * value) return value;
  }
  return fail("no-convergence", "An incomplete beta function did not converge. Please report these arguments.", {
    x,
    a,
    b,
  });
}

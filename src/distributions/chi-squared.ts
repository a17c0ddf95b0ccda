import { fail } from "../errors/error";
import { requireDegrees, requireProbability } from "./arguments";
import { gammaLower, gammaQuantile, gammaUpper, logGammaUpper } from "./gamma";

/**
 * Chi-squared cumulative distribution function, P(X ≤ x).
 *
 * @param x any number; 0 below 0
 * @param df degrees of freedom above 0, fractions included
 * @returns a probability; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when df ≤ 0 or df is infinite
 * @example
 * ```ts
 * import { chiSquaredCdf } from "likewise";
 * console.log(chiSquaredCdf(3.84, 1)); // 0.9499564787512949
 * ```
 * @see DiDonato & Morris (1986), Computation of the incomplete gamma function ratios, ACM TOMS 12; Temme (1979).
 */
export function chiSquaredCdf(x: number, df: number): number {
  requireFiniteDegrees("chiSquaredCdf", df);
  return gammaLower(df / 2, x / 2);
}

/**
 * Upper tail of the chi-squared distribution, P(X > x), without the cancellation of 1 − cdf.
 *
 * @param x any number; 1 below 0
 * @param df degrees of freedom above 0, fractions included
 * @returns a probability; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when df ≤ 0 or df is infinite
 * @example
 * ```ts
 * import { chiSquaredSurvival } from "likewise";
 * console.log(chiSquaredSurvival(3.84, 1)); // 0.05004352124870515
 * ```
 */
export function chiSquaredSurvival(x: number, df: number): number {
  requireFiniteDegrees("chiSquaredSurvival", df);
  return gammaUpper(df / 2, x / 2);
}

/**
 * Natural logarithm of the upper tail of the chi-squared distribution, finite far beyond where P(X > x) underflows.
 *
 * @param x any number; 0 below 0
 * @param df degrees of freedom above 0, fractions included
 * @returns a number ≤ 0; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when df ≤ 0 or df is infinite
 * @example
 * ```ts
 * import { chiSquaredLogSurvival } from "likewise";
 * console.log(chiSquaredLogSurvival(5000, 2)); // -2500
 * ```
 */
export function chiSquaredLogSurvival(x: number, df: number): number {
  requireFiniteDegrees("chiSquaredLogSurvival", df);
  return logGammaUpper(df / 2, x / 2);
}

/**
 * Quantile of the chi-squared distribution: the x with P(X ≤ x) = p.
 *
 * Solved by Halley's method on the logarithm of the smaller tail.
 *
 * @param p probability of the lower tail, 0 to 1; 0 gives 0 and 1 gives Infinity
 * @param df degrees of freedom above 0, fractions included
 * @returns the quantile, 0 where it underflows; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when p is outside 0 to 1, df ≤ 0 or df is infinite
 * @example
 * ```ts
 * import { chiSquaredQuantile } from "likewise";
 * console.log(chiSquaredQuantile(0.95, 1)); // 3.8414588206941214
 * ```
 * @see DiDonato & Morris (1986), ACM TOMS 12, for the tail.
 */
export function chiSquaredQuantile(p: number, df: number): number {
  requireProbability("chiSquaredQuantile", p);
  requireFiniteDegrees("chiSquaredQuantile", df);
  if (Number.isNaN(p) || Number.isNaN(df)) return Number.NaN;
  return 2 * gammaQuantile(p, 1 - p, df / 2);
}

/**
 * Upper quantile of the chi-squared distribution: the x with P(X > x) = q, also for q too small for 1 − q.
 *
 * @param q probability of the upper tail, 0 to 1; 0 gives Infinity and 1 gives 0
 * @param df degrees of freedom above 0, fractions included
 * @returns the quantile; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when q is outside 0 to 1, df ≤ 0 or df is infinite
 * @example
 * ```ts
 * import { chiSquaredQuantileUpper } from "likewise";
 * console.log(chiSquaredQuantileUpper(1e-20, 1)); // 87.16173342690982
 * ```
 */
export function chiSquaredQuantileUpper(q: number, df: number): number {
  requireProbability("chiSquaredQuantileUpper", q);
  requireFiniteDegrees("chiSquaredQuantileUpper", df);
  if (Number.isNaN(q) || Number.isNaN(df)) return Number.NaN;
  return 2 * gammaQuantile(1 - q, q, df / 2);
}

function requireFiniteDegrees(caller: string, df: number): void {
  requireDegrees(caller, "df", df);
  if (df === Number.POSITIVE_INFINITY) {
    fail(
      "invalid-argument",
      `${caller} needs finite degrees of freedom: a chi-squared variable with infinitely many has no finite values.`,
      { df },
    );
  }
}

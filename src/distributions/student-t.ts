import { requireDegrees, requireProbability } from "./arguments";
import { betaLogOddsQuantile, betaLower, logBetaLower, logBetaTinyTail } from "./beta";
import { normalLogSurvival, normalQuantile, normalSurvival } from "./normal";

/*
 * P(|T| > t) = I_x(df/2, ½) with x = df / (df + t²) (Abramowitz & Stegun 26.7.1). As t² / df overflows, the tail is its
 * leading power of x.
 */

const TINY_ODDS = 1e-290;

/**
 * Student's t cumulative distribution function, P(T ≤ t).
 *
 * @param t any number, infinities included
 * @param df degrees of freedom above 0, fractions and `Infinity` (the normal distribution) included
 * @returns a probability; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when df ≤ 0
 * @example
 * ```ts
 * import { tCdf } from "likewise";
 * console.log(tCdf(-2, 29.5)); // 0.027390806292084555
 * ```
 * @see DiDonato & Morris (1992), Algorithm 708, ACM TOMS 18; Loader (2000).
 */
export function tCdf(t: number, df: number): number {
  requireDegrees("tCdf", "df", df);
  return upperTail(-t, df);
}

/**
 * Upper tail of Student's t distribution, P(T > t), without the cancellation of 1 − cdf.
 *
 * A two-sided p-value is `2 * tSurvival(Math.abs(t), df)`.
 *
 * @param t any number, infinities included
 * @param df degrees of freedom above 0, fractions and `Infinity` (the normal distribution) included
 * @returns a probability; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when df ≤ 0
 * @example
 * ```ts
 * import { tSurvival } from "likewise";
 * console.log(2 * tSurvival(2.5, 12)); // 0.0279153995713253
 * ```
 */
export function tSurvival(t: number, df: number): number {
  requireDegrees("tSurvival", "df", df);
  return upperTail(t, df);
}

/**
 * Natural logarithm of the upper tail of Student's t distribution, finite far beyond where P(T > t) underflows.
 *
 * @param t any number, infinities included
 * @param df degrees of freedom above 0, fractions and `Infinity` (the normal distribution) included
 * @returns a number ≤ 0; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when df ≤ 0
 * @example
 * ```ts
 * import { tLogSurvival } from "likewise";
 * console.log(tLogSurvival(60, 2000)); // -1034.1182928762432
 * ```
 */
export function tLogSurvival(t: number, df: number): number {
  requireDegrees("tLogSurvival", "df", df);
  if (t < 0) return Math.log1p(-upperTail(-t, df));
  if (Number.isNaN(t) || Number.isNaN(df)) return Number.NaN;
  if (df === Number.POSITIVE_INFINITY) return normalLogSurvival(t);
  const odds = df / (t * t);
  if (odds < TINY_ODDS) return logPowerTail(t, df) - Math.LN2;
  return logBetaLower(odds / (1 + odds), 1 / (1 + odds), df / 2, 0.5) - Math.LN2;
}

/**
 * Quantile of Student's t distribution: the t with P(T ≤ t) = p.
 *
 * The half-width of a 95 % confidence interval is `tQuantile(0.975, df)` standard errors. Solved by Halley's method on
 * the logarithm of the smaller tail.
 *
 * @param p probability of the lower tail, 0 to 1; 0 gives −Infinity and 1 gives Infinity
 * @param df degrees of freedom above 0, fractions and `Infinity` (the normal distribution) included
 * @returns the quantile, infinite where it overflows; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when p is outside 0 to 1 or df ≤ 0
 * @example
 * ```ts
 * import { tQuantile } from "likewise";
 * console.log(tQuantile(0.975, 29)); // 2.045229642132704
 * ```
 * @see DiDonato & Morris (1992), Algorithm 708, ACM TOMS 18, for the tail.
 */
export function tQuantile(p: number, df: number): number {
  requireProbability("tQuantile", p);
  requireDegrees("tQuantile", "df", df);
  return quantile(p, df);
}

/**
 * Upper quantile of Student's t distribution: the t with P(T > t) = q, also for q too small for 1 − q.
 *
 * @param q probability of the upper tail, 0 to 1; 0 gives Infinity and 1 gives −Infinity
 * @param df degrees of freedom above 0, fractions and `Infinity` (the normal distribution) included
 * @returns the quantile, infinite where it overflows; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when q is outside 0 to 1 or df ≤ 0
 * @example
 * ```ts
 * import { tQuantileUpper } from "likewise";
 * console.log(tQuantileUpper(1e-20, 29)); // 23.49579821265759
 * ```
 */
export function tQuantileUpper(q: number, df: number): number {
  requireProbability("tQuantileUpper", q);
  requireDegrees("tQuantileUpper", "df", df);
  return 0 - quantile(q, df);
}

function upperTail(t: number, df: number): number {
  if (t < 0) return 1 - upperTail(-t, df);
  if (Number.isNaN(t) || Number.isNaN(df)) return Number.NaN;
  if (df === Number.POSITIVE_INFINITY) return normalSurvival(t);
  const odds = df / (t * t);
  if (odds < TINY_ODDS) return 0.5 * Math.exp(logPowerTail(t, df));
  return 0.5 * betaLower(odds / (1 + odds), 1 / (1 + odds), df / 2, 0.5);
}

/** log P(|T| > t) as df / t² → 0. */
function logPowerTail(t: number, df: number): number {
  return logBetaTinyTail(Math.log(df) - 2 * Math.log(t), df / 2, 0.5);
}

function quantile(p: number, df: number): number {
  if (Number.isNaN(p) || Number.isNaN(df)) return Number.NaN;
  if (df === Number.POSITIVE_INFINITY) return normalQuantile(p);
  // t² / df are the odds of a beta(½, df/2) variable, and both of its tails follow from p without rounding.
  const centre = 2 * Math.abs(p - 0.5);
  const tails = 2 * Math.min(p, 1 - p);
  const size = Math.sqrt(df) * Math.exp(0.5 * betaLogOddsQuantile(centre, tails, 0.5, df / 2));
  return p < 0.5 ? -size : size;
}

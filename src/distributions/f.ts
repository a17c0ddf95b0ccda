import { requireDegrees, requireProbability } from "./arguments";
import { betaLogOddsQuantile, betaLower, logBetaLower, logBetaTinyTail } from "./beta";
import { gammaLower, gammaQuantile, gammaUpper, logGammaLower, logGammaUpper } from "./gamma";

/*
 * F df1 / df2 are the odds of a beta(df1/2, df2/2) variable (Abramowitz & Stegun 26.6.2). With df2 = Infinity F is
 * chi-squared(df1) / df1, with df1 = Infinity it is df2 / chi-squared(df2), with both it is 1.
 */

const TINY_ODDS = 1e-290;

/**
 * F cumulative distribution function, P(F ≤ x).
 *
 * @param x any number; 0 below 0
 * @param df1 degrees of freedom of the numerator, above 0, fractions and `Infinity` included
 * @param df2 degrees of freedom of the denominator, above 0, fractions and `Infinity` included
 * @returns a probability; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when df1 ≤ 0 or df2 ≤ 0
 * @example
 * ```ts
 * import { fCdf } from "likewise";
 * console.log(fCdf(2.5, 3, 29.4)); // 0.921100776678538
 * ```
 * @see DiDonato & Morris (1992), Algorithm 708, ACM TOMS 18; Loader (2000); Temme (1982).
 */
export function fCdf(x: number, df1: number, df2: number): number {
  requireBothDegrees("fCdf", df1, df2);
  return lowerTail(Math.max(x, 0), df1, df2);
}

/**
 * Upper tail of the F distribution, P(F > x), without the cancellation of 1 − cdf: the p-value of an F test.
 *
 * @param x any number; 1 below 0
 * @param df1 degrees of freedom of the numerator, above 0, fractions and `Infinity` included
 * @param df2 degrees of freedom of the denominator, above 0, fractions and `Infinity` included
 * @returns a probability; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when df1 ≤ 0 or df2 ≤ 0
 * @example
 * ```ts
 * import { fSurvival } from "likewise";
 * console.log(fSurvival(2.5, 3, 29.4)); // 0.07889922332146193
 * ```
 */
export function fSurvival(x: number, df1: number, df2: number): number {
  requireBothDegrees("fSurvival", df1, df2);
  return upperTail(Math.max(x, 0), df1, df2);
}

/**
 * Natural logarithm of the upper tail of the F distribution, finite far beyond where P(F > x) underflows.
 *
 * @param x any number; 0 below 0
 * @param df1 degrees of freedom of the numerator, above 0, fractions and `Infinity` included
 * @param df2 degrees of freedom of the denominator, above 0, fractions and `Infinity` included
 * @returns a number ≤ 0; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when df1 ≤ 0 or df2 ≤ 0
 * @example
 * ```ts
 * import { fLogSurvival } from "likewise";
 * console.log(fLogSurvival(2000, 3, 4050)); // -1836.7630107656548
 * ```
 */
export function fLogSurvival(x: number, df1: number, df2: number): number {
  requireBothDegrees("fLogSurvival", df1, df2);
  return logUpperTail(Math.max(x, 0), df1, df2);
}

/**
 * Quantile of the F distribution: the x with P(F ≤ x) = p.
 *
 * Solved by Halley's method on the logarithm of the smaller tail.
 *
 * @param p probability of the lower tail, 0 to 1; 0 gives 0 and 1 gives Infinity
 * @param df1 degrees of freedom of the numerator, above 0, fractions and `Infinity` included
 * @param df2 degrees of freedom of the denominator, above 0, fractions and `Infinity` included
 * @returns the quantile, 0 or infinite where it under- or overflows; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when p is outside 0 to 1, df1 ≤ 0 or df2 ≤ 0
 * @example
 * ```ts
 * import { fQuantile } from "likewise";
 * console.log(fQuantile(0.95, 3, 29.4)); // 2.9292260089800344
 * ```
 * @see DiDonato & Morris (1992), Algorithm 708, ACM TOMS 18, for the tail.
 */
export function fQuantile(p: number, df1: number, df2: number): number {
  requireProbability("fQuantile", p);
  requireBothDegrees("fQuantile", df1, df2);
  return quantile(p, 1 - p, df1, df2);
}

/**
 * Upper quantile of the F distribution: the x with P(F > x) = q, also for q too small for 1 − q.
 *
 * @param q probability of the upper tail, 0 to 1; 0 gives Infinity and 1 gives 0
 * @param df1 degrees of freedom of the numerator, above 0, fractions and `Infinity` included
 * @param df2 degrees of freedom of the denominator, above 0, fractions and `Infinity` included
 * @returns the quantile, 0 or infinite where it under- or overflows; `NaN` when an argument is `NaN`
 * @throws `invalid-argument` when q is outside 0 to 1, df1 ≤ 0 or df2 ≤ 0
 * @example
 * ```ts
 * import { fQuantileUpper } from "likewise";
 * console.log(fQuantileUpper(1e-20, 3, 29.4)); // 238.64165413714804
 * ```
 */
export function fQuantileUpper(q: number, df1: number, df2: number): number {
  requireProbability("fQuantileUpper", q);
  requireBothDegrees("fQuantileUpper", df1, df2);
  return quantile(1 - q, q, df1, df2);
}

function requireBothDegrees(caller: string, df1: number, df2: number): void {
  requireDegrees(caller, "df1", df1);
  requireDegrees(caller, "df2", df2);
}

function lowerTail(x: number, df1: number, df2: number): number {
  if (Number.isNaN(x + df1 + df2)) return Number.NaN;
  if (!Number.isFinite(df1 + df2)) return limitTail(x, df1, df2, false);
  const odds = (df1 / df2) * x;
  return oddsTail(odds, df1 / 2, df2 / 2, drop(x, df1, odds), logOdds(x, df1, df2));
}

function upperTail(x: number, df1: number, df2: number): number {
  if (Number.isNaN(x + df1 + df2)) return Number.NaN;
  if (!Number.isFinite(df1 + df2)) return limitTail(x, df1, df2, true);
  const odds = (df1 / df2) * x;
  return oddsTail(1 / odds, df2 / 2, df1 / 2, -drop(x, df1, odds), -logOdds(x, df1, df2));
}

function logUpperTail(x: number, df1: number, df2: number): number {
  if (Number.isNaN(x + df1 + df2)) return Number.NaN;
  if (df2 === Number.POSITIVE_INFINITY && Number.isFinite(df1)) return logGammaUpper(df1 / 2, (df1 / 2) * x);
  if (df1 === Number.POSITIVE_INFINITY && Number.isFinite(df2)) return logGammaLower(df2 / 2, df2 / 2 / x);
  if (!Number.isFinite(df1 + df2)) return Math.log(limitTail(x, df1, df2, true));
  const odds = (df1 / df2) * x;
  return logOddsTail(1 / odds, df2 / 2, df1 / 2, -drop(x, df1, odds), -logOdds(x, df1, df2));
}

/** a y − b x of the beta variable. With millions of df the rounding of odds near F = 1 would count a thousandfold. */
function drop(x: number, df1: number, odds: number): number {
  return ((df1 / 2) * (1 - x)) / (1 + odds);
}

function logOdds(x: number, df1: number, df2: number): number {
  return Math.log(df1 / df2) + Math.log(x);
}

/** A tail with infinitely many degrees of freedom in the numerator, the denominator or both. */
function limitTail(x: number, df1: number, df2: number, upper: boolean): number {
  if (Number.isFinite(df1)) return (upper ? gammaUpper : gammaLower)(df1 / 2, (df1 / 2) * x);
  if (Number.isFinite(df2)) return (upper ? gammaLower : gammaUpper)(df2 / 2, df2 / 2 / x);
  return x >= 1 === upper ? 0 : 1;
}

/** P(X / (1 − X) ≤ odds) for a beta(a, b) variable X; their logarithm stands in where the odds under- or overflow. */
function oddsTail(odds: number, a: number, b: number, drop: number, logOdds: number): number {
  if (odds < TINY_ODDS && b * odds < 1e-17) return Math.exp(logBetaTinyTail(logOdds, a, b));
  if (1 / odds < TINY_ODDS && a / odds < 1e-17) return -Math.expm1(logBetaTinyTail(-logOdds, b, a));
  return betaLower(odds / (1 + odds), 1 / (1 + odds), a, b, drop);
}

function logOddsTail(odds: number, a: number, b: number, drop: number, logOdds: number): number {
  if (odds < TINY_ODDS && b * odds < 1e-17) return logBetaTinyTail(logOdds, a, b);
  if (1 / odds < TINY_ODDS && a / odds < 1e-17) return Math.log1p(-Math.exp(logBetaTinyTail(-logOdds, b, a)));
  return logBetaLower(odds / (1 + odds), 1 / (1 + odds), a, b, drop);
}

function quantile(lower: number, upper: number, df1: number, df2: number): number {
  if (Number.isNaN(lower + df1 + df2)) return Number.NaN;
  if (Number.isFinite(df1 + df2)) return (df2 / df1) * Math.exp(betaLogOddsQuantile(lower, upper, df1 / 2, df2 / 2));
  if (Number.isFinite(df1)) return gammaQuantile(lower, upper, df1 / 2) / (df1 / 2);
  if (Number.isFinite(df2)) return df2 / 2 / gammaQuantile(upper, lower, df2 / 2);
  return 1;
}

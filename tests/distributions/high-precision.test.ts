import { describe, expect, test } from "vitest";
import { logGamma } from "../../src/distributions/log-gamma";
import { type Checked, check, families, offenders, readHighPrecision, relativeError } from "./support";

/*
 * About 2,400 values in 50 and more digits (reference/scripts/distributions-high-precision.py): positive series of the incomplete beta and gamma
 * functions in mpmath, quantiles by bisection. Degrees of freedom from 0.01 to 1e7, tails down to 1e-300.
 */

const rows = readHighPrecision();

/**
 * A tail of 1e-300 is e^−690, and the rounding of an exponent near 690 alone is worth 1e-13; the normal density avoids it.
 * The largest errors seen are 1e-15 and 4e-13 (chi-squared with 3,885 degrees of freedom at 1e-242).
 */
const TAILS = { normal: 2e-15, t: 1e-12, chiSquared: 1e-12, f: 1e-12 };

/** The largest errors seen are 9e-16 and 8e-14, at t(1) = −3e299. */
const QUANTILES = { normal: 2e-15, t: 2e-13, chiSquared: 2e-13, f: 2e-13 };

describe.each(families)("%s against 50 digits", (family) => {
  const own = rows.filter((row) => row.kind === family);
  const compare = (suffix: string, result: number): Checked[] =>
    own.map((row) => check(family + suffix, row.values, row.results[result]));

  test("the fixture covers both tails", () => {
    expect(own.length).toBeGreaterThanOrEqual(100);
    expect(own.some((row) => row.results[0] < 1e-100)).toBe(true);
    expect(own.some((row) => row.results[1] < 1e-100)).toBe(true);
  });

  test("lower tail", () => expect(offenders(compare("Cdf", 0), TAILS[family])).toEqual([]));
  test("upper tail", () => expect(offenders(compare("Survival", 1), TAILS[family])).toEqual([]));
  test("logarithm of the upper tail", () => expect(offenders(compare("LogSurvival", 2), TAILS[family])).toEqual([]));

  test.each(["Quantile", "QuantileUpper"])("%s", (suffix) => {
    const quantiles = rows.filter((row) => row.kind === family + suffix);
    expect(quantiles.length).toBeGreaterThanOrEqual(60);
    const checked = quantiles.map((row) => check(row.kind, row.values, row.results[0]));
    expect(offenders(checked, QUANTILES[family])).toEqual([]);
  });
});

test("log-gamma against 50 digits", () => {
  const own = rows.filter((row) => row.kind === "logGamma");
  expect(own.length).toBe(18);
  // Near its zeros 1 and 2 too the error is relative.
  for (const row of own) expect(relativeError(logGamma(row.values[0]), row.results[0])).toBeLessThan(1e-15);
});

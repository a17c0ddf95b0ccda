import { describe, expect, test } from "vitest";
import { betaLower, logBetaLower } from "../../src/distributions/beta";
import {
  chiSquaredCdf,
  chiSquaredLogSurvival,
  chiSquaredQuantile,
  chiSquaredQuantileUpper,
  chiSquaredSurvival,
} from "../../src/distributions/chi-squared";
import { fCdf, fLogSurvival, fQuantile, fQuantileUpper, fSurvival } from "../../src/distributions/f";
import { gammaLower, gammaUpper, logGammaLower } from "../../src/distributions/gamma";
import { logGamma, stirlingError } from "../../src/distributions/log-gamma";
import {
  normalCdf,
  normalDensity,
  normalLogSurvival,
  normalQuantile,
  normalQuantileUpper,
  normalSurvival,
} from "../../src/distributions/normal";
import { tCdf, tLogSurvival, tQuantile, tQuantileUpper, tSurvival } from "../../src/distributions/student-t";
import { relativeError } from "./support";

/** Rounding of the closed form and of ours, unless said otherwise. */
const ROUNDING = 5e-15;

/** A tail of 1e-300 is e^−690, and the rounding of an exponent near 690 alone is worth 1e-13. */
const EXPONENT = 2e-13;

function close(got: number, want: number, tolerance = ROUNDING): void {
  expect(relativeError(got, want), `${got} instead of ${want}`).toBeLessThanOrEqual(tolerance);
}

describe("Student t", () => {
  const points = [1e-12, 0.003, 0.4, 1, 1.7, 6, 250, 1e9, 1e150, 1e200];

  test.each(points)("df 1 is Cauchy at %s", (x) => {
    close(tSurvival(x, 1), Math.atan(1 / x) / Math.PI, EXPONENT);
    close(tCdf(x, 1), 0.5 + Math.atan(x) / Math.PI);
  });

  test.each(points)("df 2 is 1 / (s (s + t)), s² = t² + 2, at %s", (x) => {
    const root = Math.hypot(x, Math.SQRT2);
    close(tSurvival(x, 2), 1 / root / (root + x), EXPONENT);
    close(tLogSurvival(x, 2), -Math.log(root) - Math.log(root + x));
  });

  test("a tail whose square of t overflows", () => {
    // P(T > t) → Γ((n + 1)/2) n^(n/2 − 1) / (√π Γ(n/2)) t^−n
    const limit = (t: number, n: number): number =>
      logGamma((n + 1) / 2) - logGamma(n / 2) - 0.5 * Math.log(Math.PI) + (n / 2 - 1) * Math.log(n) - n * Math.log(t);
    close(tSurvival(1e200, 0.5), Math.exp(limit(1e200, 0.5)), EXPONENT);
    close(tLogSurvival(1e200, 0.5), limit(1e200, 0.5));
    close(tLogSurvival(1e300, 30), limit(1e300, 30));
    expect(tSurvival(1e300, 30)).toBe(0);
    expect(tQuantile(1e-300, 0.5)).toBe(Number.NEGATIVE_INFINITY);
  });

  test("quantiles of df 1 and 2", () => {
    for (const p of [1e-300, 1e-100, 1e-16, 1e-3, 0.2]) {
      close(tQuantile(p, 1), -1 / Math.tan(Math.PI * p), 1e-13);
      close(tQuantileUpper(p, 1), 1 / Math.tan(Math.PI * p), 1e-13);
    }
    for (const p of [1e-300, 1e-100, 1e-16, 1e-3, 0.2, 0.4999999, 0.6, 0.99, 1 - 2 ** -53]) {
      close(tQuantile(p, 2), (2 * (p - 0.5)) / Math.sqrt(2 * p * (1 - p)), 1e-13);
    }
  });

  test("infinite degrees of freedom are the normal distribution, and huge ones come near it", () => {
    for (const x of [-9, -1.96, 0, 0.3, 5, 20]) {
      expect(tCdf(x, Number.POSITIVE_INFINITY)).toBe(normalCdf(x));
      expect(tSurvival(x, Number.POSITIVE_INFINITY)).toBe(normalSurvival(x));
      expect(tLogSurvival(x, Number.POSITIVE_INFINITY)).toBe(normalLogSurvival(x));
      // log P differs by about x⁴ / 4 df = 4e-16.
      close(tSurvival(x, 1e20), normalSurvival(x), 1e-13);
    }
    expect(tQuantile(0.975, Number.POSITIVE_INFINITY)).toBe(normalQuantile(0.975));
    close(tQuantile(1e-20, 1e300), normalQuantile(1e-20), 1e-13);
    for (const df of [4e11, 1e12, 1e15]) close(tQuantile(1e-120, df), normalQuantile(1e-120), 150 / df + 1e-13);
  });
});

describe("chi-squared", () => {
  test.each([1e-300, 1e-9, 0.2, 1.9, 2.1, 30, 700, 1400])("df 2 is exponential at %s", (x) => {
    close(chiSquaredSurvival(x, 2), Math.exp(-x / 2), EXPONENT);
    close(chiSquaredCdf(x, 2), -Math.expm1(-x / 2), EXPONENT);
    close(chiSquaredLogSurvival(x, 2), -x / 2, x < 1e-100 ? EXPONENT : ROUNDING); // near 0 it is minus the lower tail
  });

  test("quantiles of df 2", () => {
    for (const p of [1e-300, 1e-16, 0.01, 0.5, 0.99]) {
      close(chiSquaredQuantile(p, 2), -2 * Math.log1p(-p), 1e-13);
      close(chiSquaredQuantileUpper(p, 2), -2 * Math.log(p), 1e-13);
    }
  });

  test.each([0.3, 2, 17, 300])("df 4 is e^(−x/2) (1 + x/2) at %s", (x) => {
    close(chiSquaredSurvival(x, 4), Math.exp(-x / 2) * (1 + x / 2), 1e-13);
  });

  test.each([1e-8, 0.5, 1, 3.84, 60, 1200])("df 1 is a squared normal at %s", (x) => {
    close(chiSquaredSurvival(x, 1), 2 * normalSurvival(Math.sqrt(x)), 5e-13); // the root's rounding counts x/2 times
  });

  test("the median of a huge one", () => {
    // Q(a, a) = ½ − (1/3) / √(2πa) (1 + O(1/a)), DLMF 8.11.12.
    for (const a of [1e9, 1e12, 1e15]) close(gammaUpper(a, a), 0.5 - 1 / 3 / Math.sqrt(2 * Math.PI * a), 1e-14);
  });
});

describe("F", () => {
  const degrees = [0.7, 3, 29.4, 4050];

  test.each(degrees)("df1 2 and df2 %s", (d) => {
    for (const x of [1e-300, 1e-9, 0.02, 0.9, 1.3, 7, 80]) {
      const logUpper = (-d / 2) * Math.log1p((2 * x) / d);
      close(fLogSurvival(x, 2, d), logUpper, x < 1e-100 ? EXPONENT : 2e-14); // near 0 it is minus the lower tail
      close(fSurvival(x, 2, d), Math.exp(logUpper), EXPONENT);
      close(fCdf(x, 2, d), -Math.expm1(logUpper), EXPONENT);
    }
  });

  test.each(degrees)("quantiles with df1 2 and df2 %s", (d) => {
    for (const p of [1e-300, 1e-16, 0.01, 0.5]) {
      close(fQuantile(p, 2, d), (d / 2) * Math.expm1((-2 / d) * Math.log1p(-p)), 2e-13);
      const upper = (d / 2) * Math.expm1((-2 / d) * Math.log(p));
      close(fQuantileUpper(p, 2, d), upper, upper > 1e100 ? 1e-12 : 2e-13);
    }
  });

  test("infinite degrees of freedom", () => {
    const infinite = Number.POSITIVE_INFINITY;
    for (const x of [0.1, 0.9, 3, 11]) {
      close(fCdf(x, 3, infinite), chiSquaredCdf(3 * x, 3));
      close(fSurvival(x, 3, infinite), chiSquaredSurvival(3 * x, 3));
      close(fLogSurvival(x, 3, infinite), chiSquaredLogSurvival(3 * x, 3));
      close(fCdf(x, infinite, 5), chiSquaredSurvival(5 / x, 5));
      close(fSurvival(x, infinite, 5), chiSquaredCdf(5 / x, 5));
      close(fLogSurvival(x, infinite, 5), Math.log1p(-chiSquaredSurvival(5 / x, 5)));
      close(fSurvival(x, 3, 1e20), chiSquaredSurvival(3 * x, 3), 1e-13);
      close(fSurvival(x, 1e20, 5), chiSquaredCdf(5 / x, 5), 1e-13);
    }
    close(fQuantile(0.2, 3, infinite), chiSquaredQuantile(0.2, 3) / 3);
    close(fQuantile(0.2, infinite, 5), 5 / chiSquaredQuantileUpper(0.2, 5));
    expect([0.99, 1, 1.01].map((x) => fCdf(x, infinite, infinite))).toEqual([0, 1, 1]);
    expect([0.99, 1, 1.01].map((x) => fSurvival(x, infinite, infinite))).toEqual([1, 0, 0]);
    expect([0.99, 1].map((x) => fLogSurvival(x, infinite, infinite))).toEqual([0, Number.NEGATIVE_INFINITY]);
    expect(fQuantile(0.3, infinite, infinite)).toBe(1);
  });

  test.each([0.001, 0.5, 1, 40, 1e4, 1e9, 1e14])("equal degrees of freedom %s have median 1", (d) => {
    close(fCdf(1, d, d), 0.5, 1e-13);
    close(fQuantile(0.5, d, d), 1, 1e-12);
  });

  test("odds that under- or overflow", () => {
    // With df 0.001 each, F is a ratio of powers: half of the mass lies below 1, and 1e300 leaves 2^-1 (1e300)^-0.0005.
    const tail = 0.5 * 1e300 ** -0.0005;
    close(fSurvival(1e300, 0.001, 0.001), tail, 1e-5);
    close(fCdf(1e300, 0.001, 0.001) + fSurvival(1e300, 0.001, 0.001), 1);
    close(fLogSurvival(1e-300, 0.001, 0.001), Math.log(fSurvival(1e-300, 0.001, 0.001)), 1e-12);
    close(fLogSurvival(1e300, 0.001, 0.001), Math.log(fSurvival(1e300, 0.001, 0.001)), 1e-12);
    close(fCdf(1e-300, 0.001, 0.001), tail, 1e-5);
    // Odds of 1e-353 and 1e353, in the limits where F is chi-squared or its reciprocal.
    const limit = chiSquaredCdf(1e-203, 1e-3);
    close(fCdf(1e-200, 1e-3, 1e150), limit, EXPONENT);
    close(fSurvival(1e-200, 1e-3, 1e150), 1 - limit, EXPONENT);
    close(fLogSurvival(1e-200, 1e-3, 1e150), Math.log1p(-limit), EXPONENT);
    close(fSurvival(1e200, 1e150, 1e-3), limit, EXPONENT);
    close(fCdf(1e200, 1e150, 1e-3), 1 - limit, EXPONENT);
    close(fLogSurvival(1e200, 1e150, 1e-3), Math.log(limit), EXPONENT);
  });
});

describe("normal", () => {
  test("the density", () => {
    close(normalDensity(0), 1 / Math.sqrt(2 * Math.PI));
    close(normalDensity(-2), Math.exp(-2) / Math.sqrt(2 * Math.PI));
    expect(normalDensity(40)).toBe(0);
  });

  test.each([30, 37, 200, 1e4, 1e100])("the far tail is the asymptotic series at %s", (x) => {
    const v = 1 / (x * x); // Abramowitz & Stegun 26.2.12; the next term is 10395 v⁶ < 2e-14
    const mills = (1 - v * (1 - v * (3 - v * (15 - v * (105 - 945 * v))))) / x;
    close(normalLogSurvival(x), Math.log(mills) - 0.5 * x * x - 0.5 * Math.log(2 * Math.PI), 1e-15);
    if (x < 38) close(normalSurvival(x), mills * normalDensity(x), 3e-14);
  });

  test("near 0 the quantile is √(2π) (p − ½)", () => {
    for (const step of [2 ** -50, 2 ** -40, 2 ** -30]) close(normalQuantile(0.5 + step), Math.sqrt(2 * Math.PI) * step);
  });

  test("the smallest number and the largest below 1", () => {
    close(normalLogSurvival(-normalQuantile(Number.MIN_VALUE)), Math.log(Number.MIN_VALUE));
    close(normalLogSurvival(normalQuantile(1 - 2 ** -53)), -53 * Math.LN2);
    expect(normalQuantileUpper(1e-20)).toBe(-normalQuantile(1e-20));
  });
});

describe("kernels", () => {
  test("log-gamma of whole and half numbers", () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      expect(Math.abs(logGamma(n) - Math.log(factorial))).toBeLessThan(2e-15 * Math.max(1, Math.log(factorial)));
      factorial *= n;
    }
    close(logGamma(0.5), 0.5 * Math.log(Math.PI));
    close(stirlingError(0.5), logGamma(1.5) - Math.log(0.5) + 0.5 - 0.5 * Math.log(2 * Math.PI), 1e-14);
  });

  test.each([1e-6, 1e-9, 1e-12])("a parameter of %s next to 0", (a) => {
    // (1 − I_x(a, ½)) / a → ∫ t^(−½) / (1 − t) dt over 0 … 1 − x = 2 artanh √(1 − x), with an error of order a.
    for (const x of [0.05, 0.3, 0.5, 0.95]) {
      const upper = 2 * a * Math.atanh(Math.sqrt(1 - x));
      expect(Math.abs(betaLower(x, 1 - x, a, 0.5) - (1 - upper))).toBeLessThan(5e-15 + 20 * a * a); // log a rounds
      expect(Math.abs(betaLower(1 - x, x, 0.5, a) - upper)).toBeLessThan(5e-15 + 20 * a * a);
      if (x >= 0.5) expect(Math.abs(betaLower(1 - x, x, 0.5, a) / upper - 1)).toBeLessThan(1e-13 + 20 * a); // the near tail
    }
  });

  // P(a, x) − P(a + 1, x) = x^a e^−x / Γ(a + 1) across the border between the methods.
  test.each([
    [3, 4.5],
    [9999.5, 9999.9],
    [9999.5, 9400],
    [9999.5, 10600],
    [20000, 18050],
    [20000, 18100],
    [20000, 22050],
    [20000, 22100],
  ])("the recurrence of the incomplete gamma function at %s, %s", (a, x) => {
    const step = Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a);
    const [lower, upper] = [gammaLower(a, x), gammaUpper(a, x)];
    if (lower < upper) close(lower, gammaLower(a + 1, x) + step, 2e-12);
    else close(upper, gammaUpper(a + 1, x) - step, 2e-12);
    close(Math.exp(logGammaLower(a, x)), lower, 1e-12);
  });

  // I_x(a, b) − I_x(a + 1, b) = x^a (1 − x)^b / (a B(a, b)).
  test.each([
    [2, 3, 0.3],
    [9999.5, 1e6, 0.0099],
    [9999.5, 12000, 0.45],
    [20000, 30000, 0.37],
    [20000, 30000, 0.38],
    [30000, 20000, 0.57],
    [30000, 20000, 0.59],
  ])("the recurrence of the incomplete beta function at %s, %s, %s", (a, b, x) => {
    const y = 1 - x;
    const n = a + b;
    const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
    const step = Math.sqrt(b / (2 * Math.PI * a * n)) * Math.exp(exponent);
    const lower = betaLower(x, y, a, b);
    close(lower, betaLower(x, y, a + 1, b) + step, 2e-11); // n x is rounded here, and counts up to n times
    close(Math.exp(logBetaLower(x, y, a, b)), lower, 1e-12);
  });

  function deviance(x: number, mean: number): number {
    return x * Math.log(x / mean) + mean - x;
  }
});

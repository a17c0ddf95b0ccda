import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chiSquaredCdf,
  chiSquaredLogSurvival,
  chiSquaredQuantile,
  chiSquaredQuantileUpper,
  chiSquaredSurvival,
} from "../../src/distributions/chi-squared";
import { fCdf, fLogSurvival, fQuantile, fQuantileUpper, fSurvival } from "../../src/distributions/f";
import {
  normalCdf,
  normalLogSurvival,
  normalQuantile,
  normalQuantileUpper,
  normalSurvival,
} from "../../src/distributions/normal";
import { tCdf, tLogSurvival, tQuantile, tQuantileUpper, tSurvival } from "../../src/distributions/student-t";

const logUniform = (low: number, high: number): fc.Arbitrary<number> =>
  fc.double({ min: low, max: high, noNaN: true }).map((exponent) => 10 ** exponent);
const signed = (size: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.tuple(size, fc.boolean()).map(([value, negative]) => (negative ? -value : value));

const degrees = logUniform(-2, 7);
const positive = logUniform(-8, 4);
const point = signed(logUniform(-8, 1.6));
const probability = fc.oneof(logUniform(-290, -0.001), fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }));

/** One distribution with its degrees of freedom drawn, x and p still open. */
interface Drawn {
  readonly name: string;
  readonly x: number;
  readonly cdf: (x: number) => number;
  readonly survival: (x: number) => number;
  readonly logSurvival: (x: number) => number;
  readonly quantile: (p: number) => number;
  readonly quantileUpper: (q: number) => number;
}

const drawn: fc.Arbitrary<Drawn> = fc.oneof(
  point.map((x) => ({
    name: "normal",
    x,
    cdf: normalCdf,
    survival: normalSurvival,
    logSurvival: normalLogSurvival,
    quantile: normalQuantile,
    quantileUpper: normalQuantileUpper,
  })),
  fc.tuple(point, degrees).map(([x, df]) => ({
    name: `t(${df})`,
    x,
    cdf: (v: number) => tCdf(v, df),
    survival: (v: number) => tSurvival(v, df),
    logSurvival: (v: number) => tLogSurvival(v, df),
    quantile: (p: number) => tQuantile(p, df),
    quantileUpper: (q: number) => tQuantileUpper(q, df),
  })),
  fc.tuple(positive, degrees, fc.boolean()).map(([x, df, nearMean]) => ({
    name: `chiSquared(${df})`,
    x: nearMean ? df * (1 + 1e-3 * Math.log(x)) : x,
    cdf: (v: number) => chiSquaredCdf(v, df),
    survival: (v: number) => chiSquaredSurvival(v, df),
    logSurvival: (v: number) => chiSquaredLogSurvival(v, df),
    quantile: (p: number) => chiSquaredQuantile(p, df),
    quantileUpper: (q: number) => chiSquaredQuantileUpper(q, df),
  })),
  fc.tuple(positive, degrees, degrees, fc.boolean()).map(([x, df1, df2, nearMean]) => ({
    name: `F(${df1}, ${df2})`,
    x: nearMean ? 1 + 1e-3 * Math.log(x) : x,
    cdf: (v: number) => fCdf(v, df1, df2),
    survival: (v: number) => fSurvival(v, df1, df2),
    logSurvival: (v: number) => fLogSurvival(v, df1, df2),
    quantile: (p: number) => fQuantile(p, df1, df2),
    quantileUpper: (q: number) => fQuantileUpper(q, df1, df2),
  })),
);

function holds<Values>(property: fc.IProperty<Values>): void {
  fc.assert(property, { numRuns: 2000, seed: 20160131 });
}

describe("every distribution", () => {
  test("cdf + survival = 1, both within 0 and 1", () => {
    holds(
      fc.property(drawn, ({ x, cdf, survival }) => {
        const [lower, upper] = [cdf(x), survival(x)];
        expect(Math.min(lower, upper)).toBeGreaterThanOrEqual(0);
        expect(Math.max(lower, upper)).toBeLessThanOrEqual(1);
        expect(Math.abs(lower + upper - 1)).toBeLessThan(2e-14);
      }),
    );
  });

  test("the logarithm of the survival is its logarithm", () => {
    holds(
      fc.property(drawn, ({ x, survival, logSurvival }) => {
        const upper = survival(x);
        if (upper > 1e-300) expect(Math.abs(logSurvival(x) - Math.log(upper))).toBeLessThan(1e-12);
        else expect(logSurvival(x)).toBeLessThan(-690);
      }),
    );
  });

  test("monotone: a larger x never has a smaller cdf, beyond rounding", () => {
    holds(
      fc.property(drawn, logUniform(-12, 1), ({ x, cdf, survival }, step) => {
        const larger = x + Math.abs(x) * step;
        expect(cdf(larger)).toBeGreaterThanOrEqual(cdf(x) * (1 - 1e-12));
        expect(survival(larger)).toBeLessThanOrEqual(survival(x) * (1 + 1e-12));
      }),
    );
  });

  test("cdf(quantile(p)) = p in either tail", () => {
    holds(
      fc.property(drawn, probability, ({ cdf, survival, quantile, quantileUpper }, p) => {
        expectInverse(quantile(p), p, cdf, survival);
        expectInverse(quantileUpper(p), p, survival, cdf);
      }),
    );
  });

  test("quantile(cdf(x)) = x where the cdf tells one x from the next", () => {
    holds(
      fc.property(drawn, ({ x, cdf, survival, quantile, quantileUpper }) => {
        const lower = cdf(x);
        const upper = survival(x);
        const [back, tail] = lower < upper ? [quantile(lower), cdf] : [quantileUpper(upper), survival];
        if (Math.min(lower, upper) < 1e-290) return;
        // Near x = 0 of a symmetric distribution the tail is ½ and has absolute accuracy only.
        const slope = Math.abs(tail(x * (1 + 1e-6)) / tail(x) - 1) / 1e-6;
        if (slope > 1e-6) expect(Math.abs(back / x - 1)).toBeLessThan(1e-12 + 1e-12 / slope);
      }),
    );
  });

  test("the two quantiles meet", () => {
    holds(
      fc.property(drawn, fc.integer({ min: 1, max: 2 ** 20 - 1 }), ({ quantile, quantileUpper }, numerator) => {
        const p = numerator / 2 ** 20; // 1 − p is exact
        expect(quantile(p)).toBe(quantileUpper(1 - p));
      }),
    );
  });
});

/** The tail at x is p, to within what the rounding of x does to it. */
function expectInverse(x: number, p: number, tail: (x: number) => number, other: (x: number) => number): void {
  if (!(Math.abs(x) > 1e-290 && Math.abs(x) < 1e290)) return; // not a full double
  const near = p < 0.5 ? tail(x) / p : other(x) / (1 - p);
  const slope = Math.abs(p < 0.5 ? tail(x * (1 + 1e-9)) / tail(x) - 1 : other(x * (1 + 1e-9)) / other(x) - 1) / 1e-9;
  expect(Math.abs(near - 1)).toBeLessThan(1e-12 + 1e-14 * slope);
}

describe("relations", () => {
  test("the normal and t distributions are symmetric", () => {
    holds(
      fc.property(point, degrees, probability, (x, df, p) => {
        expect(normalCdf(-x)).toBe(normalSurvival(x));
        expect(tCdf(-x, df)).toBe(tSurvival(x, df));
        expect(tQuantile(p, df)).toBe(0 - tQuantileUpper(p, df));
        expect(normalQuantile(p)).toBe(0 - normalQuantileUpper(p));
      }),
    );
  });

  test("t² is F(1, df)", () => {
    holds(
      fc.property(positive, degrees, (x, df) => {
        const root = Number.parseFloat(x.toExponential(5)); // six digits, so that the square is nearly exact
        const both = 2 * tSurvival(root, df);
        if (both > 1e-290) expect(Math.abs(fSurvival(root * root, 1, df) / both - 1)).toBeLessThan(1e-12);
        expect(Math.abs(fLogSurvival(root * root, 1, df) - Math.LN2 - tLogSurvival(root, df))).toBeLessThan(
          1e-12 * Math.max(1, -tLogSurvival(root, df)),
        );
      }),
    );
  });

  test("F(d1, d2) at x is 1 − F(d2, d1) at 1/x", () => {
    holds(
      fc.property(fc.integer({ min: -12, max: 12 }), degrees, degrees, (power, df1, df2) => {
        const x = 2 ** power; // 1/x is exact
        const [one, other] = [fCdf(x, df1, df2), fSurvival(1 / x, df2, df1)];
        if (Math.max(one, other) > 1e-290) expect(Math.abs(one / other - 1)).toBeLessThan(1e-12);
      }),
    );
  });

  test("the chi-squared recurrence P(a, x) − P(a + 1, x) = x^a e^−x / Γ(a + 1)", () => {
    holds(
      fc.property(logUniform(-1, 1.5), logUniform(-2, 1.5), (a, x) => {
        // P(a, x) = Σ x^(a + k) e^−x / Γ(a + k + 1), and one step of the recurrence removes the first term's share.
        let term = 1;
        let sum = 1;
        for (let k = 1; k < 400; k++) {
          term *= x / (a + k);
          sum += term;
        }
        const [before, after] = [chiSquaredCdf(2 * x, 2 * a), chiSquaredCdf(2 * x, 2 * a + 2)];
        expect(Math.abs(after - before * (1 - 1 / sum))).toBeLessThan(1e-14 + 1e-13 * before);
      }),
    );
  });
});

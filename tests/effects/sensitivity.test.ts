import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { render } from "../../src/display/render";
import { normalSurvival } from "../../src/distributions/normal";
import { tCdf } from "../../src/distributions/student-t";
import { eValue } from "../../src/effects/e-value";
import { minimumDetectableEffect } from "../../src/effects/minimum-detectable-effect";
import { rosenbaumBounds } from "../../src/effects/rosenbaum-bounds";
import { summary } from "../../src/summary";

/** Lead in the blood of children of exposed workers and of their controls, µg/dl (Morton et al. 1982). */
const exposed = [
  38, 23, 41, 18, 37, 36, 23, 62, 31, 34, 24, 14, 21, 17, 16, 20, 15, 10, 45, 39, 22, 35, 49, 48, 44, 35, 43, 39, 34,
  13, 73, 25, 27,
];
const studied = { treatedSchools: 20, controlSchools: 20, pupilsPerSchool: 25, icc: 0.2 };
const control = [
  16, 18, 18, 24, 19, 11, 10, 15, 16, 18, 18, 13, 19, 10, 16, 16, 24, 13, 9, 14, 21, 19, 7, 18, 19, 12, 11, 22, 25, 16,
  13, 11, 13,
];

describe("rosenbaumBounds", () => {
  it("gives the published bounds for the lead data", () => {
    const result = rosenbaumBounds({ treated: exposed, control }, { gamma: [1, 2, 3, 4, 5, 6] });
    expect(result.pairs).toBe(32);
    expect(result.zeroDifferences).toBe(1);
    expect(result.statistic).toBe(499);
    // The published values have five decimals (the first two significant digits).
    const published = [5.5e-6, 0.00177, 0.01306, 0.03666, 0.06937, 0.10734];
    result.bounds.forEach(({ upper }, i) => {
      expect(Math.abs(upper - published[i])).toBeLessThan(i === 0 ? 5e-8 : 5e-6);
    });
  });

  it("has its critical gamma where the upper bound is the level", () => {
    const { criticalGamma } = rosenbaumBounds({ treated: exposed, control });
    const [{ upper }] = rosenbaumBounds({ treated: exposed, control }, { gamma: [criticalGamma] }).bounds;
    // Bisection ends within rounding of log Γ.
    expect(upper).toBeCloseTo(0.05, 12);
    expect(rosenbaumBounds([1, -2, 3, -4]).criticalGamma).toBe(1);
  });

  it("without hidden bias is the signed-rank test by hand", () => {
    // |d| 1, 2, 2, 4, 5 have ranks 1, 2.5, 2.5, 4, 5; positive: 1, 2.5, 4, 5.
    const [bound] = rosenbaumBounds([1, 2, -2, 4, 5, 0], { gamma: [1] }).bounds;
    const squares = 1 + 2 * 2.5 ** 2 + 16 + 25;
    expect(bound.upper).toBeCloseTo(normalSurvival((12.5 - 7.5) / Math.sqrt(squares / 4)), 14);
    expect(bound.lower).toBe(bound.upper);
  });

  it("ranges the estimate over the Walsh averages", () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.integer({ min: -30, max: 30 }), { minLength: 3, maxLength: 25 })
          .filter((d) => d.filter(Boolean).length > 1),
        fc.constantFrom(1, 1.5, 2, 3.7),
        (differences, gamma) => {
          const walsh = differences
            .flatMap((a, i) => differences.slice(i).map((b) => (a + b) / 2))
            .sort((a, b) => a - b);
          const share = (tau: number) =>
            walsh.filter((value) => value > tau).length + walsh.filter((value) => value === tau).length / 2;
          const target = gamma * walsh.length;
          // Inside the sample every shift between infimum and supremum has W⁺ = E; a Walsh average is one of the two.
          const sup = walsh.findLast((tau) => share(tau - 1e-9) * (1 + gamma) > target) ?? walsh[0];
          const inf = walsh.find((tau) => share(tau + 1e-9) * (1 + gamma) < target)!;
          const [{ estimate }] = rosenbaumBounds(differences, { gamma: [gamma] }).bounds;
          expect(estimate.lower).toBeCloseTo((sup + inf) / 2, 12);
          expect(estimate.upper).toBeGreaterThanOrEqual(estimate.lower);
        },
      ),
    );
  });

  it("mirrors for the other alternative", () => {
    const less = rosenbaumBounds({ treated: control, control: exposed }, { alternative: "less", gamma: [2] });
    const greater = rosenbaumBounds({ treated: exposed, control }, { gamma: [2] });
    expect(less.bounds[0].upper).toBe(greater.bounds[0].upper);
    expect(less.bounds[0].estimate).toEqual({
      lower: -greater.bounds[0].estimate.upper,
      upper: -greater.bounds[0].estimate.lower,
    });
  });

  it("refuses what has no bounds", () => {
    expect(() => rosenbaumBounds([0, 0, 3])).toThrow(
      "at least two pairs whose outcomes differ; there is 1 among 3 pairs",
    );
    expect(() => rosenbaumBounds([1, Number.NaN])).toThrow("Position 1 of pairs");
    expect(() => rosenbaumBounds([1, 2], { gamma: [1, 0.5] })).toThrow("the number 0.5 at position 1");
    expect(() => rosenbaumBounds({ treated: [1], control: [1, 2] })).toThrow("1 of treated and 2 of control");
  });
});

describe("eValue", () => {
  it("gives the published example", () => {
    // Breastfeeding and respiratory deaths: 3.9 [1.8, 8.7] gives 7.26 and 3.0 (VanderWeele & Ding 2017).
    const result = eValue({ estimate: 3.9, lower: 1.8, upper: 8.7 }, { scale: "risk-ratio" });
    expect(result.estimate).toBeCloseTo(7.26, 2);
    expect(result.interval).toBeCloseTo(3, 12);
  });

  it("is the same for a ratio and its inverse, on every scale", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 3, noNaN: true }), (d) => {
        expect(eValue(d).estimate).toBeCloseTo(eValue(-d).estimate, 10);
        expect(eValue(Math.exp(2 * d), { scale: "odds-ratio" }).estimate).toBeCloseTo(
          eValue(Math.exp(d), { scale: "risk-ratio" }).estimate,
          8,
        );
      }),
    );
    const below = eValue({ estimate: -0.4, lower: -0.6, upper: -0.2 });
    expect(below.interval).toBeCloseTo(eValue(0.2).estimate, 12);
  });

  it("is 1 where the interval holds no effect, and unknown without an interval", () => {
    expect(eValue({ estimate: 0.2, lower: -0.1, upper: 0.5 }).interval).toBe(1);
    expect(eValue(0.2).interval).toBeNaN();
    expect(eValue(0).estimate).toBe(1);
  });

  it("refuses ratios that are none", () => {
    expect(() => eValue(-1, { scale: "risk-ratio" })).toThrow("a ratio above 0, not the number -1");
    expect(() => eValue({ estimate: 1, lower: 2 })).toThrow("does not hold the estimate");
  });
});

describe("minimumDetectableEffect", () => {
  it("is the multiple of the standard error of a difference in school means", () => {
    const { effect, standardError, df, multiplier } = minimumDetectableEffect(studied);
    expect(standardError).toBeCloseTo(Math.sqrt((0.2 + 0.8 / 25) / 10), 14);
    expect(df).toBe(38);
    // R: qt(.975, 38) + qt(.8, 38)
    expect(multiplier).toBeCloseTo(2.875577, 6);
    expect(effect).toBe(multiplier * standardError);
  });

  it("would be found with the power asked for", () => {
    const { multiplier, df } = minimumDetectableEffect({ ...studied, power: 0.9, sides: 1, alpha: 0.1 });
    // One-sided .10 and power .90 share one quantile, so that half of the multiplier is it.
    expect(tCdf(multiplier / 2, df)).toBeCloseTo(0.9, 12);
  });

  it("falls with schools, pupils and covariates that explain, and rises with the intraclass correlation", () => {
    const effect = (change: object) => minimumDetectableEffect({ ...studied, ...change }).effect;
    expect(effect({ treatedSchools: 40 })).toBeLessThan(effect({}));
    expect(effect({ pupilsPerSchool: 50 })).toBeLessThan(effect({}));
    expect(effect({ rSquaredSchools: 0.4 })).toBeLessThan(effect({}));
    expect(effect({ icc: 0.3 })).toBeGreaterThan(effect({}));
  });

  it("names the number that is out of range", () => {
    expect(() => minimumDetectableEffect({ ...studied, icc: 1 })).toThrow(
      "icc is a number from 0 to below 1, not the number 1",
    );
    expect(() => minimumDetectableEffect({ ...studied, schoolCovariates: 40 })).toThrow("no degree of freedom");
  });
});

describe("summary", () => {
  it("reads as a sentence and a table", () => {
    const bounds = render(summary(rosenbaumBounds({ treated: exposed, control }, { gamma: [1, 4] })), "text");
    expect(bounds).toContain("32 pairs (1 more without a difference)");
    expect(bounds).toContain("a factor of 4.43 to lift the p-value to 0.05");
    expect(render(summary(eValue({ estimate: 3.9, lower: 1.8, upper: 8.7 }, { scale: "risk-ratio" })), "text")).toMatch(
      /nearer limit +1\.80 +3\.00/,
    );
    expect(render(summary(minimumDetectableEffect(studied)), "text")).toMatch(/minimum detectable effect +0\.\d{3}/);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromJson, toJson } from "../../src/json";
import { type FitMixedOptions, fitMixed } from "../../src/multilevel/fit";
import { slopeModes } from "../../src/multilevel/slopes/modes";
import type { SummariseOptions } from "../../src/multilevel/summarise";
import type { SlopesModel } from "../../src/multilevel/types";
import { createRng } from "../../src/random/rng";
import { worst } from "../helpers/reference";
import { schoolsWithSlopes } from "./slopes-data";

type Columns = Record<string, string[] | number[] | Float64Array>;

function slopes(formula: string, data: Columns, options: FitMixedOptions & SummariseOptions = {}): SlopesModel {
  const model = fitMixed(formula, data, options);
  if (model.structure !== "slopes") throw new Error("expected random slopes");
  return model;
}

const data = schoolsWithSlopes([12, 5, 30, 8, 1, 17, 9, 22, 2, 14, 6], "properties");
const n = data.y.length;
const covariance = (model: SlopesModel, term = 0): number[] => model.randomTerms[term].covariance.flat();
const errors = (model: SlopesModel): number[] => model.fixed.map((effect) => effect.standardError);
const df = (model: SlopesModel): number[] => model.fixed.map((effect) => effect.df);

describe("units", () => {
  it.each(["(1 + x + w | school)", "(1 + x + w || school)", "(0 + x + w | school)"])(
    "do not matter to %s",
    (random) => {
      const formula = `y ~ x + w + z + ${random}`;
      const model = slopes(formula, data);
      const constant = model.randomTerms[0].columns.length - 2;
      fc.assert(
        fc.property(
          fc.integer({ min: -6, max: 6 }),
          fc.integer({ min: -6, max: 6 }),
          fc.integer({ min: -6, max: 6 }),
          (a, b, c) => {
            const [byX, byW, byY] = [10 ** a, 10 ** b, 10 ** c];
            const scaled = slopes(formula, {
              ...data,
              x: data.x.map((value) => value * byX),
              w: data.w.map((value) => value * byW),
              y: data.y.map((value) => value * byY),
            });
            // Rounding of the rescaled columns, times the condition of the problem.
            const unit = [byY, byY / byX, byY / byW, byY];
            expect(
              worst(
                scaled.coefficients,
                model.coefficients.map((value, k) => value * unit[k]),
              ),
            ).toBeLessThan(1e-11);
            expect(
              worst(
                errors(scaled),
                errors(model).map((value, k) => value * unit[k]),
              ),
            ).toBeLessThan(1e-11);
            expect(worst(df(scaled), df(model))).toBeLessThan(1e-9);
            const random = constant === 1 ? unit : unit.slice(1);
            const expected = model.randomTerms[0].covariance.flatMap((row, k) =>
              row.map((value, l) => value * random[k] * random[l]),
            );
            expect(worst(covariance(scaled), expected, 1e-300)).toBeLessThan(1e-10);
            expect(worst([scaled.icc], [model.icc])).toBeLessThan(1e-11);
            expect(scaled.optimum.evaluations).toBeLessThan(model.optimum.evaluations + 10);
          },
        ),
        { numRuns: 12, seed: 1 },
      );
    },
  );

  it("an offset of a slope's column only moves where the intercept is", () => {
    const whole = { ...data, x: data.x.map((value) => Math.round(64 * value) / 64) };
    const formula = "y ~ x + z + (1 + x | school)";
    const model = slopes(formula, whole);
    // Multiples of 1/64 up to 2^40: the shifted column is exact.
    for (const offset of [-3, 2010, 2 ** 30]) {
      const moved = slopes(formula, { ...whole, x: whole.x.map((value) => value + offset) });
      const [[s00, s01], [, s11]] = model.randomTerms[0].covariance;
      const expected = [s00 - 2 * offset * s01 + offset ** 2 * s11, s01 - offset * s11, s01 - offset * s11, s11];
      expect(Math.abs(moved.criterion - model.criterion)).toBeLessThan(1e-9);
      expect(worst(moved.coefficients.slice(1), model.coefficients.slice(1))).toBeLessThan(1e-11);
      expect(worst(covariance(moved), expected)).toBeLessThan(1e-9);
      expect(worst(df(moved).slice(1), df(model).slice(1))).toBeLessThan(1e-9);
    }
  });

  it("the order of rows and the names of groups do not matter", () => {
    const rng = createRng("shuffle");
    const order = Array.from({ length: n }, (_, i) => ({ i, key: rng.uniform() })).sort((a, b) => a.key - b.key);
    const take = <T>(values: ArrayLike<T>): T[] => order.map(({ i }) => values[i]);
    const shuffled = {
      x: take(data.x),
      z: take(data.z),
      y: take(data.y),
      school: take(data.school).map((name) => `${name} other`),
    };
    const formula = "y ~ x + z + (1 + x | school)";
    const [a, b] = [slopes(formula, data), slopes(formula, shuffled)];
    expect(Math.abs(a.criterion - b.criterion)).toBeLessThan(1e-9);
    expect(worst(b.coefficients, a.coefficients)).toBeLessThan(1e-11);
    expect(worst(covariance(b), covariance(a))).toBeLessThan(1e-10);
    expect(b.randomTerms[0].levels.slice(0, 3)).toEqual(["s0 other", "s1 other", "s2 other"]);
    expect(worst(slopeModes(b).estimates, slopeModes(a).estimates, 1e-3)).toBeLessThan(1e-9);
  });
});

describe("ways to write the same model", () => {
  it("|| is one term per column", () => {
    const together = slopes("y ~ x + (1 + x || school)", data);
    const apart = slopes("y ~ x + (1 | school) + (0 + x | school)", data);
    expect(apart.randomTerms).toHaveLength(2);
    expect(Math.abs(together.criterion - apart.criterion)).toBeLessThan(1e-9);
    expect(worst(together.theta, apart.theta)).toBeLessThan(1e-9);
    expect([together.aic - together.criterion, apart.aic - apart.criterion].map((value) => value.toFixed(6))).toEqual([
      "10.000000",
      "10.000000",
    ]);
  });

  it("a factor's slope with or without a constant", () => {
    const treatment = slopes("y ~ x + (1 + sex | school)", data);
    const cells = slopes("y ~ x + (0 + sex | school)", data);
    expect([treatment.randomTerms[0].columns, cells.randomTerms[0].columns]).toEqual([
      ["(Intercept)", "sexM"],
      ["sexF", "sexM"],
    ]);
    const [[a, b], [, d]] = treatment.randomTerms[0].covariance;
    expect(Math.abs(treatment.criterion - cells.criterion)).toBeLessThan(1e-9);
    expect(worst(covariance(cells), [a, a + b, a + b, a + 2 * b + d])).toBeLessThan(1e-7);
  });

  it("a factor keeps the reference it has in the fixed part", () => {
    const model = slopes("y ~ x + sex + (1 + sex | school)", data, { reference: { sex: "M" } });
    expect(model.terms).toEqual(["(Intercept)", "x", "sexF"]);
    expect(model.randomTerms[0].columns).toEqual(["(Intercept)", "sexF"]);
  });

  it("expressions in random terms are those of formulas", () => {
    const squared = { ...data, x2: data.x.map((value) => value * value) };
    const [a, b] = [slopes("y ~ x + (1 + I(x^2) | school)", data), slopes("y ~ x + (1 + x2 | school)", squared)];
    expect(a.randomTerms[0].columns).toEqual(["(Intercept)", "I(x^2)"]);
    expect(a.criterion).toBe(b.criterion);
  });
});

describe("weights and missing values", () => {
  const formula = "y ~ x + z + (1 + x | school)";

  it("frequencies equal replicated rows", () => {
    const times = data.school.map((_, i) => 1 + (i % 3));
    const rows = times.flatMap((count, i) => Array(count).fill(i) as number[]);
    const replicated = {
      school: rows.map((i) => data.school[i]),
      x: rows.map((i) => data.x[i]),
      z: rows.map((i) => data.z[i]),
      y: rows.map((i) => data.y[i]),
    };
    for (const options of [{}, { df: "kenward-roger" }] as const) {
      const a = slopes(formula, data, { ...options, weights: { pupils: times, kind: "frequency" } });
      const b = slopes(formula, replicated, options);
      expect(a.nobs).toBe(b.nobs);
      expect(Math.abs(a.criterion - b.criterion)).toBeLessThan(1e-9);
      expect(worst([...a.coefficients, ...errors(a), a.icc], [...b.coefficients, ...errors(b), b.icc])).toBeLessThan(
        1e-10,
      );
      expect(worst(df(a), df(b))).toBeLessThan(1e-8);
    }
  });

  it("precision weights times c make σ² c times as large and change nothing else", () => {
    const weights = Float64Array.from(data.y, (_, i) => 0.5 + (i % 4) / 2);
    const [a, b] = [1, 8].map((c) => slopes(formula, data, { weights: { pupils: weights.map((w) => w * c) } }));
    expect(Math.abs(a.criterion - b.criterion)).toBeLessThan(1e-9);
    expect(worst(b.coefficients, a.coefficients)).toBeLessThan(1e-11);
    expect(worst(covariance(b), covariance(a))).toBeLessThan(1e-10);
    expect(worst([b.variances.residual], [8 * a.variances.residual])).toBeLessThan(1e-11);
  });

  it("rows without the slope's column are left out, although it is not among the fixed", () => {
    const holes = { ...data, w: data.w.map((value, i) => (i % 9 === 0 ? Number.NaN : value)) };
    const kept = Array.from({ length: n }, (_, i) => i).filter((i) => i % 9 !== 0);
    const complete = {
      school: kept.map((i) => data.school[i]),
      x: kept.map((i) => data.x[i]),
      w: kept.map((i) => data.w[i]),
      y: kept.map((i) => data.y[i]),
    };
    const model = slopes("y ~ x + (1 + w | school)", holes);
    expect(model.nobs).toBe(kept.length);
    expect(model.diagnostics.map(({ code }) => code)).toContain("rows-dropped");
    expect(worst(model.coefficients, slopes("y ~ x + (1 + w | school)", complete).coefficients)).toBeLessThan(1e-12);
  });
});

describe("as data", () => {
  const model = slopes("y ~ x + z + (1 + x | school)", data);

  it("a model survives JSON", () => {
    const back = fromJson(toJson(model)) as SlopesModel;
    expect(back).toEqual(model);
    expect(slopeModes(back)).toEqual(slopeModes(model));
  });

  it("its summary fits again, by another method or the same", () => {
    expect(fitMixed(model.summary).criterion).toBe(model.criterion);
    const ml = slopes("y ~ x + z + (1 + x | school)", data, { method: "ML" });
    expect(fitMixed(model.summary, { method: "ML" }).criterion).toBe(ml.criterion);
  });
});

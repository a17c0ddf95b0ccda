import { describe, expect, it } from "vitest";
import { chiSquaredQuantile } from "../../src/distributions/chi-squared";
import { confint } from "../../src/multilevel/confint";
import { fitMixed } from "../../src/multilevel/fit";
import { nestedFixedVariances } from "../../src/multilevel/nested/fixed-variances";
import { scaleNested } from "../../src/multilevel/nested/state";
import { devianceAt } from "../../src/multilevel/slopes/deviance";
import { slopesProblem } from "../../src/multilevel/slopes/scale";
import type { MixedModel } from "../../src/multilevel/types";
import type { FixedVariances } from "../../src/multilevel/variance-interval";
import { referenceFrame, referenceJson, worst } from "../helpers/reference";
import { denseFit, nestedRows } from "./nested-dense";
import { schoolsWithSlopes } from "./slopes-data";

interface Limits {
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
}

interface Case {
  readonly name: string;
  readonly csv: string;
  readonly formula: string;
  readonly names: readonly string[];
  readonly estimates: readonly number[];
  readonly exact: Limits;
  readonly lme4: Limits | null;
}

const cases = referenceJson<Case[]>("profile-structures.json");

/** Variance parameters first, as lme4 lists them, without the ICC, which it does not have. */
const inOrder = (model: MixedModel) => {
  const all = confint(model, { type: "profile" }).filter(({ name }) => name !== "icc");
  return [...all.slice(model.terms.length), ...all.slice(0, model.terms.length)];
};

const rise = chiSquaredQuantile(0.95, 1);

describe("profile intervals of nested intercepts and slopes", () => {
  it.each(cases.map((each) => [each.name, each] as const))("%s: lme4's deviance, solved for the limits", (_, each) => {
    const intervals = inOrder(fitMixed(each.formula, referenceFrame(each.csv)));
    expect(intervals.length).toBe(each.names.length);
    const scale = Math.max(...each.estimates.map(Math.abs));
    for (const end of ["lower", "upper"] as const) {
      // The reference minimises lme4's deviance without derivatives and solves to 1e-10.
      const expected = each.exact[end].map(Number);
      expect(
        worst(
          intervals.map((interval) => interval[end]),
          expected,
          1e-2 * scale,
        ),
      ).toBeLessThan(2e-8);
      // lme4 itself interpolates its profiles by splines: four digits.
      if (each.lme4) {
        const splines = each.lme4[end].map(Number);
        expect(
          worst(
            intervals.map((interval) => interval[end]),
            splines,
            1e-2 * scale,
          ),
        ).toBeLessThan(2e-4);
      }
    }
  });

  it("names its parameters in lme4's order", () => {
    const names = (csv: string): string[] => {
      const { formula } = cases.find((each) => each.csv === csv)!;
      return confint(fitMixed(formula, referenceFrame(csv)), { type: "profile" }).map(({ name }) => name);
    };
    expect(names("pastes.csv")).toEqual(["(Intercept)", "sd(cask:batch)", "sd(batch)", "sd(residual)", "icc"]);
    expect(names("sleepstudy.csv")).toEqual([
      "(Intercept)",
      "days",
      "sd((Intercept) | subject)",
      "cor((Intercept), days | subject)",
      "sd(days | subject)",
      "sd(residual)",
    ]);
  });

  it("of the ICC of nested levels: the least deviance over all shares of them, from dense matrices", () => {
    const rows = nestedRows("icc", [7, 4], 5, [0.8, 0.6]);
    const [a, b] = rows.groups;
    const model = fitMixed("y ~ x + z + (1 | a/b)", { a, b, x: rows.x, z: rows.z, y: rows.y }, { method: "ML" });
    const interval = confint(model, { type: "profile" }).find(({ name }) => name === "icc")!;
    expect(worst([interval.estimate], [model.icc])).toBeLessThan(1e-9);
    for (const icc of [interval.lower, interval.upper]) {
      const ratio = icc / (1 - icc);
      const deviance = (share: number): number => denseFit(rows, [ratio * share, ratio * (1 - share)], false).criterion;
      let [low, high] = [0, 1];
      for (let i = 0; i < 40; i++) {
        const [left, right] = [low + 0.4 * (high - low), high - 0.4 * (high - low)];
        if (deviance(left) < deviance(right)) high = right;
        else low = left;
      }
      expect(Math.abs(deviance((low + high) / 2) - model.criterion - rise)).toBeLessThan(1e-8);
    }
  });

  it("ends where a variance may be 0 and a correlation 1", () => {
    const slopes = referenceFrame("slopes.csv");
    const flat = confint(fitMixed("flat ~ x + (1 + x || school)", slopes), { type: "profile" });
    expect(flat.find(({ name }) => name === "sd(x | school)")).toMatchObject({ estimate: 0, lower: 0 });
    const one = confint(fitMixed("flat ~ x + (1 + x | school)", slopes), { type: "profile" });
    expect(one.find(({ name }) => name.startsWith("cor"))).toMatchObject({ upper: 1 });
  });

  it.each([["nested", "strength ~ temperature + (1 | batch/cask)", "(1 | batch/cask)", "temperature"]])(
    "%s: refitting rows with the limit's share taken off loses the quantile",
    (_, formula, random, term) => {
      const pastes = referenceFrame("pastes.csv");
      const column = (name: string) => pastes.columns.find((each) => each.name === name)!;
      const strength = column("strength");
      const y = "values" in strength ? Float64Array.from(strength.values as Float64Array) : new Float64Array(0);
      const text = (name: string): string[] => {
        const own = column(name);
        return "codes" in own ? Array.from(own.codes, (code) => own.levels[code]) : [];
      };
      const temperature = y.map((_, i) => Math.sin(i) + i / 60);
      const data = { batch: text("batch"), cask: text("cask"), temperature };
      const model = fitMixed(formula, { ...data, strength: y }, { method: "ML" });
      const { lower, upper } = confint(model, { type: "profile" }).find(({ name }) => name === term)!;
      for (const b of [lower, upper]) {
        const rest = y.map((value, i) => value - b * temperature[i]);
        const without = fitMixed(`rest ~ 1 + ${random}`, { ...data, rest }, { method: "ML" });
        expect(Math.abs(without.criterion - model.criterion - rise)).toBeLessThan(1e-8);
      }
    },
  );

  it("slopes: refitting rows with the limit's share taken off loses the quantile", () => {
    const rows = schoolsWithSlopes([5, 9, 12, 4, 8, 15, 6, 10, 7, 11], "profile");
    const model = fitMixed("y ~ x + z + (1 + x | school)", rows, { method: "ML" });
    for (const term of ["x", "z"]) {
      const { lower, upper } = confint(model, { type: "profile" }).find(({ name }) => name === term)!;
      const other = term === "x" ? "z" : "x";
      for (const b of [lower, upper]) {
        const rest = rows.y.map((value, i) => value - b * rows[term as "x" | "z"][i]);
        const without = fitMixed(`rest ~ ${other} + (1 + x | school)`, { ...rows, rest }, { method: "ML" });
        expect(Math.abs(without.criterion - model.criterion - rise)).toBeLessThan(1e-8);
      }
    }
  });

  it("follows a change of units, and of origin where the parameter does not depend on it", () => {
    const sleep = schoolsWithSlopes([6, 9, 12, 4, 8, 15, 6, 10, 7, 11], "units");
    const plain = inOrder(fitMixed("y ~ x + (1 + x | school)", sleep));
    const moved = inOrder(fitMixed("y ~ x + (1 + x | school)", { ...sleep, x: sleep.x.map((v) => 60 * v + 1e4) }));
    const scaled = inOrder(fitMixed("y ~ x + (1 + x | school)", { ...sleep, x: sleep.x.map((v) => 60 * v) }));
    const ends = (list: typeof plain, k: number, unit: number): number[] => [
      list[k].lower * unit,
      list[k].upper * unit,
    ];
    [0, 1, 2, 3].forEach((k) => {
      expect(worst(ends(scaled, k, k === 2 ? 60 : 1), ends(plain, k, 1), 1e-3)).toBeLessThan(1e-8);
    });
    [2, 3].forEach((k) => {
      expect(worst(ends(moved, k, k === 2 ? 60 : 1), ends(plain, k, 1), 1e-3)).toBeLessThan(1e-8);
    });
  });
});

describe("derivatives at given variances", () => {
  /** Central differences: the error of the second derivatives is about 1e-9 of their size. */
  function check(at: (theta: Float64Array) => FixedVariances, theta: Float64Array): void {
    const { gradient, hessian, r2Gradient } = at(theta);
    const d = theta.length;
    theta.forEach((_, k) => {
      const moved = (by: number): FixedVariances => at(theta.map((value, l) => (l === k ? value + by : value)));
      const [up, down] = [moved(1e-5), moved(-1e-5)];
      const slope = (of: (point: FixedVariances) => number): number => (of(up) - of(down)) / 2e-5;
      expect(worst([gradient[k]], [slope((point) => point.criterion)], 1)).toBeLessThan(1e-6);
      expect(worst([r2Gradient[k]], [slope((point) => point.r2)], 1)).toBeLessThan(1e-6);
      for (let l = 0; l < d; l++) {
        expect(worst([hessian[k * d + l]], [slope((point) => point.gradient[l])], 1)).toBeLessThan(1e-6);
      }
    });
  }

  it("of nested intercepts", () => {
    const { groups, ...rows } = nestedRows("fixed", [6, 4], 5, [0.8, 0.6]);
    const model = fitMixed("y ~ x + z + (1 | a/b)", { a: groups[0], b: groups[1], ...rows }, { method: "ML" });
    if (model.structure !== "nested") throw new Error("expected nested intercepts");
    const { problem } = scaleNested(model.summary, false);
    check((theta) => nestedFixedVariances(problem, theta, 0.4)!, Float64Array.of(0.5, 0.3));
  });

  it("of slopes", () => {
    const model = fitMixed("y ~ x + z + (1 + x + w | school)", schoolsWithSlopes([5, 9, 12, 4, 8, 15], "fixed"));
    if (model.structure !== "slopes") throw new Error("expected slopes");
    const { problem } = slopesProblem(model.summary, false);
    check(
      (theta) => {
        const point = devianceAt(problem, theta, 0.4)!;
        return { ...point, r2: problem.m * point.sigma2 };
      },
      Float64Array.of(0.5, 0.2, -0.1, 0.6, 0.3, 0.4),
    );
  });
});

import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import type { CategoricalColumn, NumericColumn } from "../../src/data/types";
import { fitMixed } from "../../src/multilevel/fit";
import { influence } from "../../src/multilevel/influence";
import { summariseGroups } from "../../src/multilevel/summarise";
import type { MixedModel } from "../../src/multilevel/types";
import { createRng } from "../../src/random/rng";
import { errorOf, referenceFrame, worst } from "../helpers/reference";
import { asMatrix, formula, pupils } from "./dense";

type Columns = Record<string, Float64Array | number[] | string[]>;

/** The table without one school's rows. */
function withoutSchool(data: Columns & { school: string[] }, school: string): Columns {
  const rows = [...data.school.keys()].filter((i) => data.school[i] !== school);
  return Object.fromEntries(
    Object.entries(data).map(([name, values]) => [name, rows.map((i) => values[i])]),
  ) as Columns;
}

const kinds = [
  ["plain", undefined],
  ["precision weights", { pupils: "precision" }],
  ["frequency weights", { pupils: "copies", kind: "frequency" }],
  ["school weights", { schools: "omega" }],
  ["both", { pupils: "precision", schools: "omega" }],
] as const;

// A fit repeats to 2e-13; the differences of coefficients that distances square have lost some of that.
describe.each(["REML", "ML"] as const)("%s", (method) => {
  it.each(kinds)("%s: equals the fit to the other rows, for every school", (_, weights) => {
    const model = fitMixed(formula, pupils, { method, weights });
    const result = influence(model);
    expect(result.groups.map((entry) => entry.level)).toEqual(["s1", "s2", "s3", "s4", "s5", "s6", "s7"]);
    for (const own of result.groups) {
      const refit = fitMixed(formula, withoutSchool(pupils, own.level), { method, weights });
      expect(worst(own.coefficients, refit.coefficients)).toBeLessThan(1e-10);
      const scale = model.variances.group;
      expect(worst([own.variances.group], [refit.variances.group], 1e-3 * scale)).toBeLessThan(1e-10);
      expect(worst([own.variances.residual], [refit.variances.residual])).toBeLessThan(1e-10);
      const change = own.coefficients.map((value, k) => model.coefficients[k] - value);
      expect(own.change).toEqual(change);
      expect(own.varianceChange.residual).toBe(model.variances.residual - own.variances.residual);
      const { cooks, dfbetas, ratio } = byHand(model, refit);
      expect(worst([own.cooksDistance, own.covarianceRatio], [cooks, ratio], 1e-3)).toBeLessThan(1e-8);
      expect(worst(own.dfbetas, dfbetas, 1e-2)).toBeLessThan(1e-8);
    }
  });
});

function byHand(model: MixedModel, refit: MixedModel): { cooks: number; dfbetas: number[]; ratio: number } {
  const p = model.terms.length;
  const [full, without] = [asMatrix(model.vcov, p), asMatrix(refit.vcov, p)];
  const gap = Matrix.columnVector(Array.from(model.coefficients, (value, k) => value - refit.coefficients[k]));
  return {
    cooks: gap.transpose().mmul(inverse(full)).mmul(gap).get(0, 0) / p,
    dfbetas: gap.to1DArray().map((value, k) => value / Math.sqrt(without.get(k, k))),
    ratio: determinant(without) / determinant(full),
  };
}

/** Of a 3 × 3 matrix. */
function determinant(m: Matrix): number {
  const at = (i: number, j: number): number => m.get(i % 3, j % 3);
  return [0, 1, 2].reduce((sum, k) => sum + at(0, k) * (at(1, k + 1) * at(2, k + 2) - at(1, k + 2) * at(2, k + 1)), 0);
}

describe("closed forms", () => {
  it("balanced, one school fewer: REML σ² = MSW of the others", () => {
    const data = referenceFrame("dyestuff.csv");
    const column = (name: string) => data.columns.find((entry) => entry.name === name)!;
    const y = (column("yield") as NumericColumn).values;
    const { codes, levels } = column("batch") as CategoricalColumn;
    const result = influence(fitMixed("yield ~ 1 + (1 | batch)", data));
    for (const { level, coefficients, variances } of result.groups) {
      const others = levels.map((_, j) => j).filter((j) => levels[j] !== level);
      const means = others.map((j) => y.filter((_, i) => codes[i] === j).reduce((a, b) => a + b, 0) / 5);
      const grand = means.reduce((a, b) => a + b, 0) / 5;
      const within = others.reduce(
        (sum, j, at) => sum + y.filter((_, i) => codes[i] === j).reduce((s, v) => s + (v - means[at]) ** 2, 0),
        0,
      );
      const [msw, msb] = [within / 20, (5 * means.reduce((s, m) => s + (m - grand) ** 2, 0)) / 4];
      expect(worst(coefficients, [grand])).toBeLessThan(1e-12);
      expect(worst([variances.residual], [msw])).toBeLessThan(1e-10);
      expect(worst([variances.group], [(msb - msw) / 5])).toBeLessThan(1e-10);
    }
  });

  it("a school that brings the variance to the boundary by leaving", () => {
    const school = ["a", "a", "b", "b", "c", "c", "d", "d"];
    const result = influence(fitMixed("y ~ 1 + (1 | school)", { school, y: [0, 2, 2, 0, 1, 2, 20, 22] }));
    expect(result.groups[3].variances.group).toBe(0);
    expect(result.groups[3].cooksDistance).toBeGreaterThan(result.groups[0].cooksDistance);
  });
});

describe("small unbalanced data, some with two optima without a group", () => {
  /**
   * In the data of seed 37 the better optimum without s5 is far from the full fit's. Of the data of 6, 8 and 29 some groups leave
   * no residual variance.
   */
  const seeds = [37, ...Array.from({ length: 30 }, (_, i) => i).filter((seed) => ![6, 8, 29].includes(seed))];

  it.each(seeds)("seed %d: the refit is the better optimum, as of any fit", (seed) => {
    const rng = createRng(seed);
    const sizes = Array.from({ length: 4 + rng.integer(3) }, () => 1 + rng.integer(rng.uniform() < 0.3 ? 20 : 3));
    const school = sizes.flatMap((size, j) => Array(size).fill(`s${j}`) as string[]);
    const sd = rng.uniform() < 0.5 ? 0.3 : 1.5;
    const u = sizes.map(() => sd * rng.normal());
    const y = school.map((name) => u[Number(name.slice(1))] + rng.normal());
    const x = school.map(() => rng.normal());
    const fitted = (data: Columns): MixedModel => fitMixed("y ~ x + (1 | school)", data, { df: "none" });
    const result = influence(fitted({ school, x, y }));
    for (const own of result.groups) {
      const refit = fitted(withoutSchool({ school, x, y }, own.level));
      const scale = refit.variances.residual;
      expect(worst([own.variances.group, own.variances.residual], [refit.variances.group, scale], scale)).toBeLessThan(
        1e-8,
      );
      expect(worst(own.coefficients, refit.coefficients, Math.sqrt(scale))).toBeLessThan(1e-8);
    }
  });
});

it("a group without which no residual is left is named", () => {
  const data = { school: ["a", "a", "a", "b", "b", "c", "c"], x: [1, 2, 4, 1, 2, 3, 5], y: [3, 1, 2, 4, 5, 1, 3] };
  const error = errorOf(() => influence(fitMixed("y ~ x + (1 | school)", data)));
  expect([error.code, error.message.includes('Without the school "a"')]).toEqual(["not-identified", true]);
  expect(errorOf(() => fitMixed("y ~ x + (1 | school)", withoutSchool(data, "a"))).code).toBe("perfect-fit");
});

describe("a column that a single school carries", () => {
  it("has no coefficient without it; the others are those of the fit without the column", () => {
    const special = pupils.school.map((name) => (name === "s5" ? 1 : 0));
    const result = influence(fitMixed("y ~ x + special + z + (1 | school)", { ...pupils, special }));
    const own = result.groups[4];
    expect(own.coefficients[2]).toBeNaN();
    expect([own.cooksDistance, own.covarianceRatio, own.dfbetas[2]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    const refit = fitMixed(formula, withoutSchool(pupils, "s5"));
    expect(
      worst(
        [0, 1, 3].map((k) => own.coefficients[k]),
        refit.coefficients,
      ),
    ).toBeLessThan(1e-10);
    expect(worst([own.variances.residual], [refit.variances.residual])).toBeLessThan(1e-10);
    expect(result.groups[0].cooksDistance).toBeGreaterThan(0);
  });

  it("all but: the digits that its school's leaving uncovers are kept", () => {
    // Outside s3 the column varies a ten-thousandth of what it does inside.
    const narrow = pupils.x.map((value, i) => (pupils.school[i] === "s3" ? value : 1e-4 * value));
    const data = { ...pupils, narrow };
    const model = fitMixed("y ~ narrow + (1 | school)", data);
    const own = influence(model).groups[2];
    const refit = fitMixed("y ~ narrow + (1 | school)", withoutSchool(data, "s3"));
    const gap = Matrix.columnVector(Array.from(model.coefficients, (value, k) => value - refit.coefficients[k]));
    const cooks =
      gap
        .transpose()
        .mmul(inverse(asMatrix(model.vcov, 2)))
        .mmul(gap)
        .get(0, 0) / 2;
    expect(worst([own.cooksDistance], [cooks])).toBeLessThan(1e-7);
    expect(worst(own.coefficients, refit.coefficients)).toBeLessThan(1e-8);
    expect(worst([own.variances.residual], [refit.variances.residual])).toBeLessThan(1e-10);
  });
});

it("keeps its digits at an offset of 1e9", () => {
  const grid = (values: Float64Array): Float64Array => values.map((value) => Math.round(value * 65536) / 65536);
  const near = { ...pupils, x: grid(pupils.x), y: grid(pupils.y) };
  const far = { ...near, x: near.x.map((value) => value + 1e9), y: near.y.map((value) => value + 1e9) };
  const [a, b] = [near, far].map((data) => influence(fitMixed(formula, data)).groups);
  expect(
    worst(
      b.map((entry) => entry.cooksDistance),
      a.map((entry) => entry.cooksDistance),
    ),
  ).toBeLessThan(1e-7);
  expect(
    worst(
      b.flatMap((entry) => entry.coefficients.slice(1)),
      a.flatMap((entry) => entry.coefficients.slice(1)),
      1e-2,
    ),
  ).toBeLessThan(1e-9);
});

describe("what it needs", () => {
  it("blocks, from the summary or from the rows", () => {
    const blocks = influence(fitMixed(summariseGroups(formula, pupils, { blocks: true })));
    const rows = influence(fitMixed(formula, pupils));
    expect(
      worst(
        blocks.groups.map((entry) => entry.cooksDistance),
        rows.groups.map((entry) => entry.cooksDistance),
      ),
    ).toBeLessThan(1e-10);
    const error = errorOf(() => influence(fitMixed(summariseGroups(formula, pupils))));
    expect(error.message).toContain("blocks: true");
  });

  it("three groups, and others that can be fitted", () => {
    const two = { school: ["a", "a", "b", "b"], y: [1, 2, 4, 3] };
    expect(errorOf(() => influence(fitMixed("y ~ 1 + (1 | school)", two))).code).toBe("too-few-groups");
    const exact = { school: ["a", "a", "b", "b", "c", "c", "d", "d"], y: [1, 2, 4, 4, 3, 3, 7, 7] };
    expect(errorOf(() => influence(fitMixed("y ~ 1 + (1 | school)", exact))).code).toBe("not-identified");
    const single = { school: ["a", "a", "b", "c", "d"], y: [1, 2, 4, 3, 7] };
    const error = errorOf(() => influence(fitMixed("y ~ 1 + (1 | school)", single)));
    expect([error.code, error.message.includes('"a"')]).toEqual(["not-identified", true]);
  });
});

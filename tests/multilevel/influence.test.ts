import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import type { CategoricalColumn, NumericColumn } from "../../src/data/types";
import { fitMixed } from "../../src/multilevel/fit";
import { type GroupInfluence, influence } from "../../src/multilevel/influence";
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

describe("groups without which the model cannot be fitted", () => {
  const isUndetermined = ({
    coefficients,
    cooksDistance,
    covarianceRatio,
    variances,
    dfbetas,
  }: GroupInfluence): boolean =>
    [...coefficients, ...dfbetas, cooksDistance, covarianceRatio, variances.group, variances.residual].every(
      Number.isNaN,
    );

  it("have NaN and are named; the others have theirs", () => {
    const data = { school: ["a", "a", "a", "b", "b", "c", "c"], x: [1, 2, 4, 1, 2, 3, 5], y: [3, 1, 2, 4, 5, 1, 3] };
    const { groups, diagnostics } = influence(fitMixed("y ~ x + (1 | school)", data));
    expect(groups.map(isUndetermined)).toEqual([true, false, false]);
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      [
        "refit-failed",
        'Without the school "a" the model cannot be fitted: the others leave no residual variance, no way to tell the ' +
          "variances apart, or too few groups, or the search for the variances does not settle. What it would change is NaN.",
      ],
    ]);
    expect(errorOf(() => fitMixed("y ~ x + (1 | school)", withoutSchool(data, "a"))).code).toBe("perfect-fit");
    for (const { level, coefficients } of groups.slice(1)) {
      const refit = fitMixed("y ~ x + (1 | school)", withoutSchool(data, level));
      expect(worst(coefficients, refit.coefficients)).toBeLessThan(1e-10);
    }
  });

  it("are those that alone have a residual, or more than one pupil", () => {
    const exact = { school: ["a", "a", "b", "b", "c", "c", "d", "d"], y: [1, 2, 4, 4, 3, 3, 7, 7] };
    const single = { school: ["a", "a", "b", "c", "d"], y: [1, 2, 4, 3, 7] };
    for (const data of [exact, single]) {
      expect(influence(fitMixed("y ~ 1 + (1 | school)", data)).groups.map(isUndetermined)).toEqual([
        true,
        false,
        false,
        false,
      ]);
    }
  });

  it("can be all of them: a sandwich from as many groups as coefficients", () => {
    const { levels } = fitMixed(formula, pupils).randomTerms[0];
    const rows = [...pupils.school.keys()].filter((i) => levels.slice(0, 5).includes(pupils.school[i]));
    const data = Object.fromEntries(Object.entries(pupils).map(([name, values]) => [name, rows.map((i) => values[i])]));
    const model = fitMixed("y ~ x + z + I(x^2) + (1 | school)", data, { weights: { schools: "omega" } });
    const { groups, diagnostics } = influence(model);
    expect(groups.every(isUndetermined)).toBe(true);
    expect(diagnostics[0].message).toContain("any one of 5 groups of school (s1, s2, s3, s4, s5)");
  });
});

describe("many groups of few sizes", () => {
  const rng = createRng("many");
  const sizes = Array.from({ length: 240 }, () => 2 + rng.integer(5));
  const school = sizes.flatMap((size, j) => Array(size).fill(`s${j}`) as string[]);
  const w = sizes.flatMap((size) => Array(size).fill(rng.normal()) as number[]);
  const x = school.map((_, i) => 0.5 * w[i] + rng.normal());
  const effects = new Map(school.map((name) => [name, 0.8 * rng.normal()]));
  const y = school.map((name, i) => 1e4 + 0.5 * x[i] + (effects.get(name) as number) + rng.normal());
  const data = { school, w, x, y };

  // A mean outcome of 1e4 beside deviations of order one: the summary's shift keeps the digits.
  it.each(["REML", "ML"] as const)("%s: sums by size class give the fit to the other rows", (method) => {
    const { groups } = influence(fitMixed("y ~ x + w + (1 | school)", data, { method }));
    for (const own of groups.filter((_, j) => j % 40 === 7)) {
      const refit = fitMixed("y ~ x + w + (1 | school)", withoutSchool(data, own.level), { method });
      expect(worst(own.coefficients, refit.coefficients)).toBeLessThan(1e-10);
      const variances = [own.variances.group, own.variances.residual];
      expect(worst(variances, [refit.variances.group, refit.variances.residual])).toBeLessThan(1e-10);
    }
  });
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

  it("three groups", () => {
    const two = { school: ["a", "a", "b", "b"], y: [1, 2, 4, 3] };
    expect(errorOf(() => influence(fitMixed("y ~ 1 + (1 | school)", two))).code).toBe("too-few-groups");
  });
});

import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { getColumn, valueAt } from "../../src/data/column";
import { render } from "../../src/display/render";
import { bindFormula } from "../../src/formula/bind";
import { fromJson, toJson } from "../../src/json";
import { compareModels } from "../../src/multilevel/compare";
import { confint } from "../../src/multilevel/confint";
import { testTerms } from "../../src/multilevel/f-test";
import { fitMixed } from "../../src/multilevel/fit";
import type { FitMixedOptions } from "../../src/multilevel/fit-options";
import { influence } from "../../src/multilevel/influence";
import { mergeSummaries } from "../../src/multilevel/merge";
import { nestedCurvature } from "../../src/multilevel/nested/curvature";
import { nestedAt, nestedSlopes } from "../../src/multilevel/nested/profile";
import { scaleNested } from "../../src/multilevel/nested/state";
import { summariseNested } from "../../src/multilevel/nested/summarise";
import { rSquared } from "../../src/multilevel/r-squared";
import { randomEffects } from "../../src/multilevel/random-effects";
import { summariseGroups } from "../../src/multilevel/summarise";
import { modelTable } from "../../src/multilevel/tables";
import type { NestedModel, NestedSummary } from "../../src/multilevel/types";
import { inCallersUnits } from "../../src/multilevel/units";
import { createRng } from "../../src/random/rng";
import { summary } from "../../src/summary";
import { tidy } from "../../src/tidy";
import { errorOf, referenceFrame, single, worst } from "../helpers/reference";
import { denseFit, denseKenwardRoger, levelNames, type NestedRows, nestedRows } from "./nested-dense";

const COLUMNS = ["region", "alliance", "school"];

/** Rows as a table with the outermost groups first, and its formula. */
function tableOf({ groups, x, z, y }: NestedRows): { data: Record<string, ArrayLike<unknown>>; formula: string } {
  const names = COLUMNS.slice(COLUMNS.length - groups.length);
  const data = { ...Object.fromEntries(names.map((name, k) => [name, groups[k]])), x, z, y };
  return { data, formula: `y ~ x + z + (1 | ${names.join("/")})` };
}

const fitRows = (rows: NestedRows, options: FitMixedOptions = {}): NestedModel => {
  const { data, formula } = tableOf(rows);
  const model = fitMixed(formula, data as Record<string, number[]>, options);
  if (model.structure !== "nested") throw new Error("expected a nested model");
  return model;
};

const summaryOf = (rows: NestedRows, options = {}): NestedSummary => {
  const { data, formula } = tableOf(rows);
  return summariseNested(formula, data as Record<string, number[]>, options);
};

const two = nestedRows("two", [7, 4], 5, [0.8, 0.6]);
const three = nestedRows("three", [5, 3, 3], 4, [0.7, 0.5, 0.6]);

describe.each([
  ["two levels", two, [0.4, 0.7]],
  ["two levels, a zero", two, [0, 0.7]],
  ["two levels, far out", two, [40, 300]],
  ["three levels", three, [0.3, 0.2, 0.9]],
  ["three levels, zeros", three, [0.3, 0, 0.9]],
] as const)("%s against the dense likelihood", (_, rows, phi) => {
  const weights = Float64Array.from(rows.y, (__, i) => 0.5 + (i % 4) / 3);

  describe.each([
    ["REML", undefined],
    ["ML", undefined],
    ["REML", weights],
    ["ML", weights],
  ] as const)("%s (weights: %o)", (method, w) => {
    const reml = method === "REML";
    const scaled = scaleNested(summaryOf(rows, { weights: { pupils: w } }), reml);
    const dense = denseFit(rows, phi, reml, w);
    const point = nestedAt(scaled.problem, phi)!;
    const slopes = nestedSlopes(scaled.problem, point);

    it("has its criterion and gradient", () => {
      expect(worst([inCallersUnits(point.criterion, scaled.scaled, method)], [dense.criterion])).toBeLessThan(1e-11);
      const scale = Math.max(...dense.gradient.map(Math.abs));
      expect(worst(slopes.gradient, dense.gradient, scale)).toBeLessThan(1e-9);
      expect(worst([point.sigma2 * scaled.scaled.scale[3] ** 2], [dense.r2 / dense.m])).toBeLessThan(1e-10);
    });

    // Central differences of the exact gradient: h² and rounding/h leave about 1e-8.
    it("has the second derivatives that its gradient's differences show", () => {
      const { hessian } = nestedCurvature(scaled.problem, point, slopes);
      const gradientAt = (at: readonly number[]): readonly number[] =>
        nestedSlopes(scaled.problem, nestedAt(scaled.problem, at)!).gradient;
      phi.forEach((value, l) => {
        const h = 1e-4 * Math.max(value, 0.1);
        const moved = (by: number): readonly number[] => gradientAt(phi.map((v, k) => (k === l ? v + by : v)));
        // The formulas hold for φ a little below 0 too.
        const differences = moved(h).map((v, k) => (v - moved(-h)[k]) / (2 * h));
        const column = hessian.map((row) => row[l]);
        expect(worst(column, differences, Math.max(...column.map(Math.abs)))).toBeLessThan(1e-6);
      });
    });
  });
});

describe("the optimum", () => {
  it.each([
    ["two", two],
    ["three", three],
    ["small", nestedRows("small", [4, 3], 3, [1, 1])],
  ] as const)("%s: no point of a fine grid is better", (_, rows) => {
    for (const method of ["REML", "ML"] as const) {
      const model = fitRows(rows, { method });
      const { problem } = scaleNested(model.summary, method === "REML");
      const best = nestedAt(
        problem,
        model.theta.map((theta) => theta ** 2),
      )!.criterion;
      const values = [0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 4, 20];
      const search = (phi: readonly number[]): number =>
        phi.length === problem.counts.length
          ? nestedAt(problem, phi)!.criterion
          : Math.min(...values.map((value) => search([...phi, value])));
      expect(best).toBeLessThanOrEqual(search([]) + 1e-10);
    }
  });

  it("100 small data sets: stationary where positive, certified where 0, better than the grid", () => {
    let boundaries = 0;
    let fitted = 0;
    for (let seed = 0; seed < 100; seed++) {
      const rows = nestedRows(`case ${seed}`, [3 + (seed % 5), 3], 4, [
        seed % 3 === 0 ? 0 : 0.7,
        seed % 4 === 0 ? 0 : 0.6,
      ]);
      const schools = new Set(levelNames(rows, 0)).size;
      if (schools === new Set(levelNames(rows, 1)).size || schools === rows.y.length) continue;
      fitted++;
      const model = fitRows(rows);
      const { problem } = scaleNested(model.summary, true);
      const phi = model.theta.map((theta) => theta ** 2);
      model.optimum.gradient.forEach((slope, k) => {
        if (phi[k] === 0) expect(slope).toBeGreaterThanOrEqual(0);
        else expect(Math.abs(slope * phi[k])).toBeLessThan(1e-9);
      });
      if (model.optimum.boundary) boundaries++;
      const best = nestedAt(problem, phi)!.criterion;
      for (const a of [0, 0.01, 0.05, 0.2, 0.7, 2, 10]) {
        for (const b of [0, 0.01, 0.05, 0.2, 0.7, 2, 10]) {
          expect(best).toBeLessThanOrEqual(nestedAt(problem, [a, b])!.criterion + 1e-10);
        }
      }
    }
    expect(fitted).toBeGreaterThan(80);
    expect(boundaries).toBeGreaterThan(20);
  });

  it("a level without variance is said, and leaves the model of the other level", () => {
    const rows = nestedRows("flat outer", [12, 4], 6, [0, 0.9]);
    const means = new Map<string, { sum: number; n: number }>();
    rows.groups[0].forEach((name, i) => {
      const own = means.get(name) ?? { sum: 0, n: 0 };
      means.set(name, { sum: own.sum + rows.y[i], n: own.n + 1 });
    });
    const y = rows.y.map((value, i) => value - means.get(rows.groups[0][i])!.sum / means.get(rows.groups[0][i])!.n);
    const model = fitRows({ ...rows, y });
    expect(model.theta[1]).toBe(0);
    expect(model.optimum.gradient[1]).toBeGreaterThan(0);
    const codes = model.diagnostics.filter((entry) => entry.code === "boundary-fit");
    expect(codes.map((entry) => entry.details.group)).toEqual(["alliance"]);
    const alone = fitMixed("y ~ x + z + (1 | id)", { id: levelNames(rows, 0), x: rows.x, z: rows.z, y });
    expect(worst([model.criterion], [alone.criterion])).toBeLessThan(1e-12);
    expect(worst(model.coefficients, alone.coefficients, 0.1)).toBeLessThan(1e-9);
    expect(
      worst(
        model.fixed.map((effect) => effect.df),
        alone.fixed.map((effect) => effect.df),
      ),
    ).toBeLessThan(1e-8);
  });
});

describe("one level", () => {
  const exam = referenceFrame("exam.csv");
  const formula = "normexam ~ standlrt + sex + schavg + (1 | school)";

  it.each(["REML", "ML"] as const)("is the model with a single intercept, by %s", (method) => {
    const inner = summariseGroups(formula, exam);
    const level = {
      kind: "nested-level",
      group: "school",
      levels: inner.levels,
      parents: new Int32Array(inner.levels.length),
    } as const;
    const summary: NestedSummary = { kind: "nested-summary", version: 1, inner, nesting: [level] };
    const dfs =
      method === "REML" ? (["satterthwaite", "kenward-roger", "between-within"] as const) : ["satterthwaite" as const];
    for (const df of dfs) {
      const nested = fitMixed(summary, { method, df });
      const reference = fitMixed(inner, { method, df });
      expect(worst(nested.coefficients, reference.coefficients)).toBeLessThan(1e-10);
      expect(worst(nested.theta, [reference.theta])).toBeLessThan(1e-10);
      expect(worst(nested.vcov, reference.vcov, 1e-6)).toBeLessThan(1e-10);
      expect(worst([nested.criterion], [reference.criterion])).toBeLessThan(1e-12);
      const numbers = (model: typeof nested | typeof reference): number[] =>
        model.fixed.flatMap((effect) => [effect.standardError, effect.df, effect.lower]);
      expect(worst(numbers(nested), numbers(reference), 0.1)).toBeLessThan(1e-9);
      const effects = (model: typeof nested | typeof reference): number[] =>
        randomEffects(model).flatMap((e) => [
          e.estimate,
          e.conditionalSd,
          e.comparativeSe,
          e.diagnosticSe,
          e.reliability,
        ]);
      expect(worst(effects(nested), effects(reference), 0.01)).toBeLessThan(1e-9);
    }
  });

  it("and by observed information", () => {
    const inner = summariseGroups(formula, exam);
    const level = { kind: "nested-level", group: "school", levels: inner.levels, parents: new Int32Array(65) } as const;
    const options = { df: "kenward-roger", information: "observed" } as const;
    const nested = fitMixed({ kind: "nested-summary", version: 1, inner, nesting: [level] }, options);
    const reference = fitMixed(inner, options);
    const numbers = (model: { fixed: typeof nested.fixed }): number[] =>
      model.fixed.flatMap((effect) => [effect.standardError, effect.df]);
    expect(worst(numbers(nested), numbers(reference))).toBeLessThan(1e-9);
  });
});

describe.each([
  ["two levels", two],
  ["three levels", three],
  ["no inner variance", nestedRows("zero 3", [6, 4], 5, [0, 0.6])],
  ["no outer variance", nestedRows("zero 5", [6, 4], 5, [0, 0.6])],
] as const)("inference with %s", (_, rows) => {
  const model = fitRows(rows);
  const phi = model.theta.map((theta) => theta ** 2);
  const dense = denseFit(rows, phi, true);
  const s2 = dense.r2 / dense.m;

  it("Kenward-Roger is the dense computation's", () => {
    const expected = denseKenwardRoger(dense);
    const kr = fitRows(rows, { df: "kenward-roger" });
    expect(
      worst(
        kr.fixed.map((effect) => effect.standardError),
        expected.se,
      ),
    ).toBeLessThan(1e-8);
    expect(
      worst(
        kr.fixed.map((effect) => effect.df),
        expected.df,
      ),
    ).toBeLessThan(1e-8);
  });

  // Satterthwaite from differences of the dense criterion in (φ, σ²).
  it("Satterthwaite is what the dense likelihood's curvature gives", () => {
    const at = (values: readonly number[]): { d: number; c: Matrix } => {
      const sigma2 = values[values.length - 1];
      const own = denseFit(rows, values.slice(0, -1), true);
      const d = own.criterion - own.m * (1 + Math.log(own.r2 / own.m)) + own.m * Math.log(sigma2) + own.r2 / sigma2;
      return { d, c: Matrix.mul(own.a, sigma2) };
    };
    const centre = [...phi, s2];
    const free = centre.flatMap((value, k) => (value > 0 ? [k] : []));
    const h = centre.map((value) => 2e-3 * value);
    const moved = (steps: Record<number, number>): readonly number[] =>
      centre.map((value, k) => value + (steps[k] ?? 0) * h[k]);
    const hessian = new Matrix(
      free.map((k) =>
        free.map((l) => {
          const corner = (a: number, b: number): number => at(moved(k === l ? { [k]: a + b } : { [k]: a, [l]: b })).d;
          return (corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / (4 * h[k] * h[l]);
        }),
      ),
    );
    const v = inverse(hessian).mul(2);
    model.fixed.forEach((effect, j) => {
      const gradient = Matrix.columnVector(
        free.map((k) => (at(moved({ [k]: 1 })).c.get(j, j) - at(moved({ [k]: -1 })).c.get(j, j)) / (2 * h[k])),
      );
      const spread = gradient.transpose().mmul(v).mmul(gradient).get(0, 0);
      // Second differences with steps of 2e-3 are good to some 1e-5.
      expect(worst([effect.df], [(2 * (s2 * dense.a.get(j, j)) ** 2) / spread])).toBeLessThan(1e-4);
    });
  });

  it("random effects are the dense predictions with their variances", () => {
    const effects = randomEffects(model);
    dense.members.forEach(({ levels, z }, k) => {
      const u = z.transpose().mmul(dense.py).mul(phi[k]).to1DArray();
      const known = z.transpose().mmul(dense.vi).mmul(z);
      const estimated = z.transpose().mmul(dense.p).mmul(z);
      const own = effects.filter((effect) => effect.group === model.randomTerms[k].group);
      expect(own).toHaveLength(levels.length);
      levels.forEach((level, a) => {
        const effect = own.find((each) => each.level === level)!;
        const variance = (matrix: Matrix): number => s2 * (phi[k] - phi[k] ** 2 * matrix.get(a, a));
        expect(worst([effect.estimate], [u[a]], 0.1)).toBeLessThan(1e-9);
        expect(worst([effect.conditionalSd ** 2], [variance(known)])).toBeLessThan(1e-9);
        expect(worst([effect.comparativeSe ** 2], [variance(estimated)])).toBeLessThan(1e-9);
        expect(worst([effect.diagnosticSe ** 2], [s2 * phi[k] ** 2 * estimated.get(a, a)], 1e-6)).toBeLessThan(1e-8);
      });
    });
  });

  it("a term's F test is the square of its t, by both methods", () => {
    for (const df of ["satterthwaite", "kenward-roger"] as const) {
      const fitted = fitRows(rows, { df });
      const { t, df: own, p } = fitted.fixed[1];
      const test = testTerms(fitted, { terms: ["x"] });
      expect(worst([test.f, test.denominatorDf, test.p], [t * t, own, p])).toBeLessThan(1e-9);
    }
  });

  it("shares: the groups' variance is the sum of the levels', R² and the ICC follow", () => {
    const sum = model.randomTerms.reduce((total, term) => total + term.covariance[0][0], 0);
    expect(worst([model.variances.group], [sum])).toBeLessThan(1e-14);
    expect(worst([model.icc], [sum / (sum + model.variances.residual)])).toBeLessThan(1e-14);
    const fitted = dense.x.mmul(dense.beta).to1DArray();
    const mean = fitted.reduce((total, value) => total + value, 0) / fitted.length;
    const fixed = fitted.reduce((total, value) => total + (value - mean) ** 2, 0) / (fitted.length - 1);
    const { marginal, conditional } = rSquared(model);
    const all = fixed + sum + model.variances.residual;
    expect(worst([marginal, conditional], [fixed / all, (fixed + sum) / all])).toBeLessThan(1e-9);
  });

  it("Wald intervals are those of its tests", () => {
    expect(confint(model).map(({ lower, upper }) => [lower, upper])).toEqual(
      model.fixed.map(({ lower, upper }) => [lower, upper]),
    );
  });
});

it("between-within counts units level by level", () => {
  const model = fitRows(two, { df: "between-within" });
  const inner = model.randomTerms[0].levels.length;
  // x varies within schools, z between the schools of an alliance, the constant nowhere.
  expect(model.fixed.map((effect) => effect.df)).toEqual([7 - 1, model.nobs - inner - 1, inner - 7 - 1]);
});

describe("the summary", () => {
  const data = tableOf(three);
  const n = three.y.length;
  const bound = bindFormula(data.formula, data.data as Record<string, number[]>);
  const part = (rows: readonly number[]): Record<string, number[]> =>
    Object.fromEntries(Object.entries(data.data).map(([name, values]) => [name, rows.map((i) => values[i] as number)]));
  const whole = fitRows(three);
  const same = (model: NestedModel): number =>
    Math.max(
      worst([model.criterion], [whole.criterion]),
      worst(model.coefficients, whole.coefficients),
      worst(model.theta, whole.theta),
    );

  it("of rows in any order, cut anywhere and merged, gives one fit to 1e-11", () => {
    const rng = createRng("cuts");
    for (let trial = 0; trial < 10; trial++) {
      const order = Array.from({ length: n }, (_, i) => ({ i, at: rng.uniform() })).sort((a, b) => a.at - b.at);
      const cut = 1 + Math.floor(rng.uniform() * (n - 2));
      const parts = [order.slice(0, cut), order.slice(cut)].map((rows) =>
        summariseNested(bound, part(rows.map(({ i }) => i))),
      );
      const merged = mergeSummaries(...parts);
      expect(merged.nesting).toEqual(whole.summary.nesting);
      expect(same(fitMixed(merged))).toBeLessThan(1e-11);
    }
  });

  it("comes through JSON, and so does its model", () => {
    expect(fitMixed(fromJson(toJson(whole.summary)) as NestedSummary)).toEqual(whole);
    const back = fromJson(toJson(whole)) as NestedModel;
    expect(back).toEqual(whole);
    expect(randomEffects(back)).toEqual(randomEffects(whole));
    expect(errorOf(() => toJson(whole, { minimumGroupSize: 3 })).code).toBe("small-groups");
  });

  it("does not merge with another structure or nesting", () => {
    const single = summariseGroups("y ~ x + z + (1 | school)", part([0, 1, 2, 3]));
    const mixed = [whole.summary, single] as unknown as NestedSummary[];
    expect(errorOf(() => mergeSummaries(...mixed)).code).toBe("summary-mismatch");
    expect(errorOf(() => mergeSummaries(whole.summary, summaryOf(two))).code).toBe("summary-mismatch");
  });

  it("refuses parts whose labels would run into each other", () => {
    const at = bindFormula("y ~ 1 + (1 | alliance/school)", { y: [1, 2], alliance: ["a", "b"], school: ["p", "q"] });
    const one = summariseNested(at, { y: [1, 2], alliance: ["c", "c"], school: ["a:b", "d"] });
    const other = summariseNested(at, { y: [1, 2], alliance: ["b:c", "b:c"], school: ["a", "d"] });
    expect(errorOf(() => mergeSummaries(one, other)).message).toContain('"a:b:c"');
  });

  it("frequency weights stand for rows", () => {
    const times = Float64Array.from(two.y, (_, i) => 1 + (i % 3));
    const { data: table, formula } = tableOf(two);
    const weighted = fitMixed(formula, table as Record<string, number[]>, {
      weights: { pupils: times, kind: "frequency" },
    });
    const rows = Array.from(times).flatMap((count, i) => Array<number>(count).fill(i));
    const repeated = Object.fromEntries(
      Object.entries(table).map(([name, values]) => [name, rows.map((i) => values[i] as number)]),
    );
    const plain = fitMixed(formula, repeated);
    expect(weighted.nobs).toBe(plain.nobs);
    expect(worst([weighted.criterion], [plain.criterion])).toBeLessThan(1e-12);
    expect(
      worst(
        weighted.fixed.map((effect) => effect.df),
        plain.fixed.map((effect) => effect.df),
      ),
    ).toBeLessThan(1e-9);
  });
});

describe("beside other models", () => {
  const rows = referenceFrame("nested-schools.csv");
  const nested = fitMixed("y ~ x + (1 | alliance/school)", rows);
  const larger = fitMixed("y ~ x + w + (1 | alliance/school)", rows);
  const outer = fitMixed("y ~ x + (1 | alliance)", rows);

  it("compares fixed effects, and one level with two", () => {
    const fixed = compareModels(nested, larger);
    expect([fixed.df, fixed.refitted, fixed.conservative]).toEqual([1, true, false]);
    const levels = compareModels(outer, nested);
    expect([levels.df, levels.conservative]).toEqual([1, true]);
    const ml = (formula: string): number => fitMixed(formula, rows, { method: "ML" }).criterion;
    expect(
      worst([levels.chiSquared], [ml("y ~ x + (1 | alliance)") - ml("y ~ x + (1 | alliance/school)")]),
    ).toBeLessThan(1e-9);
  });

  it("takes unique school labels for those within alliances, and refuses what is not nested", () => {
    const pairs = referenceFrame("nested-pairs.csv");
    const school = fitMixed("score ~ prior + (1 | school)", pairs);
    const both = fitMixed("score ~ prior + (1 | pair/school)", pairs);
    expect(compareModels(school, both).df).toBe(1);
    expect(errorOf(() => compareModels(larger, nested)).message).toContain("not nested");
    expect(errorOf(() => compareModels(nested, fitMixed("y ~ x + w + (1 | alliance)", rows))).message).toContain(
      "(Intercept) by school:alliance",
    );
    const fewer = fitMixed("score ~ prior + (1 | pair/school)", {
      score: [1, 2, 3, 4, 6, 9, 7, 3],
      prior: [1, 2, 0, 1, 3, 2, 2, 1],
      pair: [1, 1, 1, 1, 2, 2, 2, 2],
      school: [1, 1, 2, 2, 3, 3, 4, 4],
    });
    expect(errorOf(() => compareModels(fewer, both)).code).toBe("summary-mismatch");
  });

  it("prints a row per random term in lme4's order", () => {
    const random = summary(nested).before!.find(({ title }) => title === "Random effects:")!;
    expect(random.rows.map(([group]) => group)).toEqual(["school:alliance", "alliance", "Residual"]);
    expect(random.notes![0]).toMatch(/groups: school:alliance, \d+; alliance, 16$/);
    expect(single(outer).structure).toBe("intercept");
  });

  it("stands beside a single intercept in one table, blank where a model has no such term", () => {
    const { rows: lines } = modelTable({ outer, nested });
    const line = (label: string) => lines.find(([name]) => name === label)!;
    expect(line("school:alliance variance")[1]).toBeNull();
    expect(line("school:alliance variance")[3]).toMatchObject({ value: nested.randomTerms[0].covariance[0][0] });
    expect(line("alliance variance")[1]).toMatchObject({ value: outer.variances.group });
    expect(line("groups (alliance)")[3]).toMatchObject({ value: 16 });
  });
});

it("levels have the names that lme4 prints, brackets and all", () => {
  const rows = nestedRows("names", [4, 3, 3, 3], 3, [1, 1, 1, 1]);
  const [region, alliance, school, room] = rows.groups;
  const data = { region, alliance, school, room, y: rows.y };
  const groupsOf = (random: string): string[] =>
    fitMixed(`y ~ 1 + ${random}`, data).randomTerms.map(({ group }) => group);
  // VarCorr of lme4 1.1; row names of ranef have no brackets there either.
  expect(groupsOf("(1 | region/alliance)")).toEqual(["alliance:region", "region"]);
  expect(groupsOf("(1 | region/alliance/school)")).toEqual(["school:(alliance:region)", "alliance:region", "region"]);
  const model = fitMixed("y ~ 1 + (1 | region/alliance/school/room)", data);
  const names = ["room:(school:(alliance:region))", "school:(alliance:region)", "alliance:region", "region"];
  expect(model.randomTerms.map(({ group }) => group)).toEqual(names);
  expect(model.randomTerms[0].levels[0]).toMatch(/^g\d+:g\d+:g\d+:g\d+$/);
  const groups = getColumn(tidy(model, { effects: ["ran_pars"] }), "group");
  expect([0, 1, 2, 3, 4].map((row) => valueAt(groups, row))).toEqual([...names, "Residual"]);
  expect(render(summary(model), "text")).toContain("room:(school:(alliance:region))");
  expect(influence(model, { group: "school:(alliance:region)" }).group).toBe("school:(alliance:region)");
});

it("an offset of 1e8 in a covariate costs no digit that the data kept", () => {
  const sixteenths = two.x.map((x) => Math.round(x * 16));
  const near = fitRows({ ...two, x: sixteenths });
  const far = fitRows({ ...two, x: sixteenths.map((x) => x + 1e8) });
  expect(worst(far.coefficients.slice(1), near.coefficients.slice(1))).toBeLessThan(1e-12);
  expect(worst([far.criterion, ...far.theta], [near.criterion, ...near.theta])).toBeLessThan(1e-12);
});

describe("bad input", () => {
  const base = {
    alliance: ["A", "A", "A", "A", "B", "B", "B", "B", "C", "C", "C", "C"],
    school: ["p", "p", "q", "q", "p", "p", "q", "q", "p", "p", "q", "q"],
    y: [1, 3, 2, 5, 4, 4, 8, 5, 6, 2, 9, 7],
  };
  const formula = "y ~ 1 + (1 | alliance/school)";

  it("labels count within their alliance", () => {
    const model = fitMixed(formula, base);
    expect(model.randomTerms[0].levels).toEqual(["p:A", "p:B", "p:C", "q:A", "q:B", "q:C"]);
    expect(model.ngroups).toBe(3);
  });

  it("rows without a group are dropped and counted", () => {
    const model = fitMixed(formula, { ...base, school: base.school.map((name, i) => (i === 3 ? null : name)) });
    expect(model.nobs).toBe(11);
    const dropped = model.diagnostics.find((entry) => entry.code === "rows-dropped")!;
    expect(dropped.message).toContain("school");
  });

  const ids = base.y.map((_, i) => `r${i}`);
  it.each([
    ["a row per school", () => fitMixed(formula, { ...base, school: ids }), "not-identified", "one row"],
    [
      "a school per alliance",
      () => fitMixed(formula, { ...base, school: base.alliance }),
      "not-identified",
      "Every alliance holds one school:alliance",
    ],
    [
      "an alliance for all",
      () => fitMixed(formula, { ...base, alliance: base.y.map(() => "A") }),
      "too-few-groups",
      'one alliance ("A")',
    ],
    ["a missing column", () => fitMixed("y ~ 1 + (1 | trust/school)", base), "unknown-column", "trust"],
    ["crossed groups", () => fitMixed("y ~ 1 + (1 | alliance) + (1 | school)", base), "invalid-argument", "Crossed"],
    [
      "slopes of nested groups",
      () => fitMixed("y ~ x + (1 + x | alliance/school)", { ...base, x: base.y }),
      "invalid-argument",
      "(1 | alliance/school)",
    ],
    [
      "a perfect fit",
      () => fitMixed(formula, { ...base, y: [1, 1, 2, 2, 3, 3, 5, 5, 7, 7, 8, 8] }),
      "perfect-fit",
      "without remainder",
    ],
    [
      "school weights",
      () => fitMixed(formula, base, { weights: { schools: base.y.map(() => 1) } }),
      "invalid-argument",
      "School weights",
    ],
    [
      "labels with colons",
      () =>
        fitMixed(formula, {
          ...base,
          alliance: base.alliance.map((a) => (a === "A" ? "x:y" : a === "B" ? "y" : "z")),
          school: base.school.map((s, i) => (i < 4 ? s : `${s}:x`)),
        }),
      "invalid-argument",
      "colons",
    ],
    ["a group summary", () => summariseGroups(formula, base), "invalid-argument", "(1 | alliance/school)"],
    [
      "a nested summary of one level",
      () => summariseNested("y ~ 1 + (1 | school)", base),
      "invalid-argument",
      "no nested groups",
    ],
  ] as const)("%s", (_, call, code, words) => {
    const error = errorOf(call);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it("schools of one row among others are kept", () => {
    const school = base.school.map((name, i) => (i === 0 ? "alone" : name));
    const model = fitMixed(formula, { ...base, school });
    expect(model.randomTerms[0].levels).toHaveLength(7);
  });
});

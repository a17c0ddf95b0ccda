import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { normalCdf } from "../../src/distributions/normal";
import { compareGroups, comparisonIntervals, type GroupComparisonOptions } from "../../src/multilevel/compare-groups";
import { chosenEffects } from "../../src/multilevel/effect-choice";
import { fitMixed } from "../../src/multilevel/fit";
import { effectDraws } from "../../src/multilevel/joint-errors";
import { randomEffects } from "../../src/multilevel/random-effects";
import { rankGroups } from "../../src/multilevel/ranks";
import type { MixedModel } from "../../src/multilevel/types";
import type { Rng } from "../../src/random/rng";
import { summary } from "../../src/summary";
import { errorOf, worst } from "../helpers/reference";
import { denseFit, levelNames, type NestedRows, nestedRows } from "./nested-dense";
import { schoolsWithSlopes } from "./slopes-data";

const COLUMNS = ["region", "alliance", "school"];

function fitted({ groups, x, z, y }: NestedRows): MixedModel {
  const names = COLUMNS.slice(COLUMNS.length - groups.length);
  const data: Record<string, string[] | Float64Array> = { x, z, y };
  names.forEach((name, k) => {
    data[name] = groups[k];
  });
  return fitMixed(`y ~ x + z + (1 | ${names.join("/")})`, data);
}

/** Effects with the covariance of their errors, from dense matrices. */
interface DenseEffects {
  readonly levels: readonly string[];
  readonly estimate: readonly number[];
  readonly covariance: Matrix;
}

/** D − TPT' with D the covariance of the effects and T theirs with y. */
function posterior(d: Matrix, t: Matrix, p: Matrix, y: Matrix, levels: readonly string[]): DenseEffects {
  return {
    levels,
    estimate: t.mmul(p).mmul(y).to1DArray(),
    covariance: Matrix.sub(d, t.mmul(p).mmul(t.transpose())),
  };
}

/** The effects of one nested level, or their sums with those of the groups around. */
function denseNested(rows: NestedRows, model: MixedModel, level: number, total: boolean): DenseEffects {
  if (model.structure !== "nested") throw new Error("expected a nested model");
  const phi = model.theta.map((theta) => theta ** 2);
  const dense = denseFit(rows, phi, true);
  const s2 = model.variances.residual;
  const { levels, z } = dense.members[level];
  let d = Matrix.zeros(levels.length, levels.length);
  let t = Matrix.zeros(levels.length, rows.y.length);
  for (let k = level; k < (total ? phi.length : level + 1); k++) {
    const outer = dense.members[k];
    const names = levelNames(rows, k);
    const inner = levelNames(rows, level);
    const member = new Matrix(
      levels.map((name) => outer.levels.map((other) => (names[inner.indexOf(name)] === other ? 1 : 0))),
    );
    d = Matrix.add(d, member.mmul(member.transpose()).mul(phi[k] * s2));
    t = Matrix.add(t, member.mmul(outer.z.transpose()).mul(phi[k] * s2));
  }
  expect(z.columns).toBe(levels.length);
  return posterior(d, t, Matrix.div(dense.p, s2), Matrix.columnVector(Array.from(rows.y)), levels);
}

/** Every pair's difference and its standard error; the estimates and comparative standard errors of all. */
function requireDense(model: MixedModel, choice: GroupComparisonOptions, dense: DenseEffects): void {
  const { intervals } = comparisonIntervals(model, choice);
  const scale = Math.sqrt(dense.covariance.get(0, 0));
  dense.levels.forEach((a, i) => {
    const own = intervals.find(({ level }) => level === a)!;
    expect(worst([own.estimate], [dense.estimate[i]], scale)).toBeLessThan(1e-9);
    expect(worst([own.comparativeSe ** 2], [dense.covariance.get(i, i)])).toBeLessThan(1e-9);
    dense.levels.forEach((b, k) => {
      if (k <= i) return;
      const { difference, standardError } = compareGroups(model, a, b, choice);
      const c = dense.covariance;
      expect(worst([difference], [dense.estimate[i] - dense.estimate[k]], scale)).toBeLessThan(1e-9);
      expect(worst([standardError ** 2], [c.get(i, i) + c.get(k, k) - 2 * c.get(i, k)])).toBeLessThan(1e-9);
    });
  });
}

const two = nestedRows("b", [7, 4], 5, [1.2, 1]);
const three = nestedRows("b", [5, 3, 3], 4, [1.2, 1, 1]);

// The dense matrices have up to 100 rows; inverting them leaves about 1e-11.
describe("nested intercepts against n × n matrices", () => {
  it.each([
    ["alliances", two, 1, { group: "alliance" }],
    ["schools", two, 0, { group: "school" }],
    ["schools with their alliances", two, 0, { group: "school:alliance", total: true }],
    ["regions, the default", three, 2, {}],
    ["alliances in regions", three, 1, { group: "alliance" }],
    ["alliances with their regions", three, 1, { group: "alliance", total: true }],
    ["schools in alliances in regions", three, 0, { group: "school" }],
    ["schools with alliances and regions", three, 0, { group: "school", total: true }],
  ] as const)("%s", (_, rows, level, choice) => {
    const model = fitted(rows);
    const own: GroupComparisonOptions = choice;
    requireDense(model, choice, denseNested(rows, model, level, own.total ?? false));
  });

  it("own effects and comparative errors are those of randomEffects", () => {
    const model = fitted(three);
    for (const { group } of model.randomTerms) {
      const effects = randomEffects(model).filter((effect) => effect.group === group);
      const { intervals } = comparisonIntervals(model, { group });
      expect(intervals.map(({ level }) => level)).toEqual(effects.map(({ level }) => level));
      const numbers = (all: readonly { estimate: number; comparativeSe: number }[]): number[] =>
        all.flatMap(({ estimate, comparativeSe }) => [estimate, comparativeSe]);
      expect(worst(numbers(intervals), numbers(effects), 1e-2)).toBeLessThan(1e-12);
    }
  });
});

describe("random slopes against n × n matrices", () => {
  const data = schoolsWithSlopes([9, 12, 3, 7, 14, 1, 10], "joint");

  /** Σ of all random columns, the terms in turn, and the columns by name. */
  function denseSlopes(model: MixedModel, column: string): DenseEffects {
    const names = model.randomTerms.flatMap(({ columns }) => columns);
    const q = names.length;
    const sigma = Matrix.zeros(q, q);
    let start = 0;
    for (const { covariance, columns } of model.randomTerms) {
      sigma.setSubMatrix(covariance as number[][], start, start);
      start += columns.length;
    }
    const { levels } = model.randomTerms[0];
    const value = (name: string, i: number): number => (name === "(Intercept)" ? 1 : (data[name][i] as number));
    const z = new Matrix(
      data.school.map((school, i) =>
        levels.flatMap((level) => names.map((name) => (level === school ? value(name, i) : 0))),
      ),
    );
    const d = Matrix.eye(levels.length).kroneckerProduct(sigma);
    const n = data.y.length;
    const v = Matrix.add(z.mmul(d).mmul(z.transpose()), Matrix.eye(n).mul(model.variances.residual));
    const x = new Matrix(data.school.map((_, i) => [1, data.x[i], data.w[i]]));
    const vi = inverse(v);
    const a = inverse(x.transpose().mmul(vi).mmul(x));
    const p = Matrix.sub(vi, vi.mmul(x).mmul(a).mmul(x.transpose()).mmul(vi));
    const all = posterior(d, d.mmul(z.transpose()), p, Matrix.columnVector(Array.from(data.y)), levels);
    const rows = levels.map((_, j) => j * q + names.indexOf(column));
    return { levels, estimate: rows.map((r) => all.estimate[r]), covariance: all.covariance.selection(rows, rows) };
  }

  it.each([
    ["(1 + x | school)", undefined, "(Intercept)"],
    ["(1 + x | school)", "x", "x"],
    ["(1 + x || school)", "x", "x"],
    ["(0 + x | school)", undefined, "x"],
    ["(1 + x | school) + (0 + w | school)", "w", "w"],
  ] as const)("%s, column %s", (random, choice, column) => {
    const model = fitMixed(`y ~ x + w + ${random}`, data);
    requireDense(model, { column: choice }, denseSlopes(model, column));
    expect(rankGroups(model, { column: choice, draws: 100 }).column).toBe(column);
  });
});

describe("ranks", () => {
  it.each([
    ["own effects of schools", { group: "school" }],
    ["schools with their alliances", { group: "school", total: true }],
  ] as const)("%s: expected ranks from pairs, chances from joint draws", (_, choice) => {
    const rows = nestedRows("b", [4, 4], 6, [1, 1]);
    const model = fitted(rows);
    const { ranks } = rankGroups(model, { ...choice, draws: 40_000 });
    for (const own of ranks) {
      let expected = 1;
      for (const other of ranks) {
        if (other !== own) expected += normalCdf(compareGroups(model, other.level, own.level, choice).z);
      }
      expect(own.expectedRank).toBeCloseTo(expected, 12);
      // The mean of simulated ranks lies between the interval's ends, and the shares of being best add to 1.
      expect(own.lower).toBeLessThanOrEqual(own.expectedRank);
      expect(own.upper).toBeGreaterThanOrEqual(own.expectedRank);
    }
    expect(ranks.reduce((sum, { probabilityBest }) => sum + probabilityBest, 0)).toBeCloseTo(1, 12);
  });
});

// Draws are linear in their normal numbers: one unit at a time, they show the factor of the covariance that they draw from.
describe.each([0, 1, 2] as const)("draws of level %d", (level) => {
  it.each([false, true])("have the joint covariance of the errors (total: %s)", (total) => {
    const model = fitted(three);
    const dense = denseNested(three, model, level, total);
    const { errors, levels } = chosenEffects(model, { group: model.randomTerms[level].group, total }, "Ranks", "rank");
    const effects = new Float64Array(levels.length);
    let [calls, unit] = [0, -1];
    const rng = { normal: () => (calls++ === unit ? 1 : 0) } as Rng;
    const next = effectDraws(errors, rng, effects);
    next();
    expect(Array.from(effects)).toEqual(Array.from(errors.estimate));
    const normals = calls;
    const factor = Matrix.zeros(levels.length, normals);
    for (unit = 0; unit < normals; unit++) {
      calls = 0;
      next();
      for (let j = 0; j < effects.length; j++) factor.set(j, unit, effects[j] - errors.estimate[j]);
    }
    const drawn = factor.mmul(factor.transpose());
    const order = levels.map((name) => dense.levels.indexOf(name));
    const expected = dense.covariance.selection(order, order);
    expect(worst(drawn.to1DArray(), expected.to1DArray(), expected.get(0, 0))).toBeLessThan(1e-9);
  });
});

describe("bad input", () => {
  const nested = fitted(two);
  const slopes = fitMixed("y ~ x + (1 + x | school)", schoolsWithSlopes([9, 12, 8, 7, 14, 10], "input"));

  it("groups and columns that the model does not have", () => {
    expect(errorOf(() => rankGroups(nested, { group: "schol" })).message).toContain('Did you mean "school"?');
    expect(errorOf(() => rankGroups(slopes, { group: "class" })).code).toBe("invalid-argument");
    expect(errorOf(() => rankGroups(slopes, { column: "ses" })).code).toBe("unknown-column");
    expect(errorOf(() => comparisonIntervals(nested, { column: "x" })).message).toContain("alliance");
    expect(errorOf(() => rankGroups(slopes, { total: true })).message).toContain("groups within groups");
    expect(errorOf(() => compareGroups(nested, "g0", "g9")).code).toBe("unknown-level");
  });

  it("a level without variance", () => {
    const flat = fitted(nestedRows("a", [4, 4], 6, [1, 1]));
    expect(errorOf(() => rankGroups(flat)).message).toContain("alliance variance is estimated as 0");
  });
});

it("tables say what is compared", () => {
  const nested = fitted(two);
  expect(summary(rankGroups(nested, { group: "school", total: true, draws: 100 })).title).toContain(
    "of school:alliance, with the groups around",
  );
  const slopes = fitMixed("y ~ x + (1 + x | school)", schoolsWithSlopes([9, 12, 8, 7, 14, 10], "input"));
  expect(summary(comparisonIntervals(slopes, { column: "x" })).title).toContain("of school, slopes of x");
});

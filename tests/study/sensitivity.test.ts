import { beforeAll, describe, expect, test } from "vitest";
import { numericColumn } from "../../src/data/column";
import { frame } from "../../src/data/frame";
import { filterRows } from "../../src/data/select";
import { sourceOf } from "../../src/data/source";
import { eValue } from "../../src/effects/e-value";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { fitMixed } from "../../src/multilevel/fit";
import type { InterceptModel } from "../../src/multilevel/types";
import { createRng } from "../../src/random/rng";
import { estimatesWithout } from "../../src/study/leave-one-out";
import { runCell } from "../../src/study/run-study";
import { schoolResiduals } from "../../src/study/sensitivity";
import { setDifferences } from "../../src/study/sets";
import type { CellAnalysis, CellSensitivity, StudyCell } from "../../src/study/types";
import { COHORT, COVARIATES, world } from "./world";

const key = { role: "teaching", keyStage: "KS2", cohort: 3, year: 2014 } as const;
const options = { data: world(), schoolCovariates: COVARIATES, cohorts: [COHORT], years: [2014] } as const;
let cell: StudyCell;
let analysis: CellAnalysis;
let sensitivity: CellSensitivity;

beforeAll(() => {
  cell = runCell(options, key);
  analysis = cell.analysis!;
  sensitivity = cell.sensitivity!;
});

describe("hidden bias", () => {
  test("Rosenbaum bounds rest on the pair differences of M2's raw residuals", () => {
    const residual = schoolResiduals(analysis.models.M2);
    const rows = sourceOf(analysis.models.M2)!.data!;
    // The mean residual of a school's pupils, from the rows.
    const { terms, coefficients, summary } = analysis.models.M2;
    expect(terms).toHaveLength(coefficients.length);
    const [level] = summary.levels;
    const own = filterRows(rows, "school", (school) => school === level);
    const empty = fitMixed("outcome ~ 1 + (1 | school)", rows) as InterceptModel;
    const mean = numericColumn(own, "outcome").reduce((sum, value) => sum + value, 0) / own.rows;
    expect(schoolResiduals(empty).get(level)).toBeCloseTo(mean - empty.coefficients[0], 12);
    const { differences } = setDifferences(cell.design!, (row) => residual.get(nameAt(row)));
    expect(differences).toHaveLength(33);
    expect(sensitivity.rosenbaum!.pairs).toBe(33);
    const positive = differences.filter((value) => value > 0).length;
    expect(positive).toBeGreaterThan(25);
    expect(sensitivity.rosenbaum!.criticalGamma).toBeGreaterThan(1.5);
    expect(sensitivity.rosenbaum!.alternative).toBe("greater");
  });

  test("the E-value is of the standardised effect with its interval", () => {
    const { estimate, lower, upper } = analysis.effect;
    expect(sensitivity.eValue).toEqual(eValue({ estimate, lower, upper }));
  });
});

function nameAt(row: number): string {
  const column = cell.design!.schools.columns.find(({ name }) => name === "school") as {
    codes: Int32Array;
    levels: readonly string[];
  };
  return column.levels[column.codes[row]];
}

function indexOfLeast(values: readonly number[], sign: 1 | -1): number {
  return values.reduce((best, value, i) => (sign * value < sign * values[best] ? i : best), 0);
}

describe("leaving schools out", () => {
  test("the range and the schools at its ends are near those of the exact refits", () => {
    const { M3 } = analysis.models;
    const at = M3.terms.indexOf("treated");
    const error = M3.fixed[at].standardError;
    const estimates = estimatesWithout(M3, at);
    const rows = sourceOf(M3)!.data!;
    const ends = [indexOfLeast(estimates, 1), indexOfLeast(estimates, -1)];
    for (const j of [...ends, 0]) {
      const rest = filterRows(rows, "school", (school) => school !== M3.summary.levels[j]);
      const without = fitMixed(M3.formula, rest);
      const refitted = without.coefficients[without.terms.indexOf("treated")];
      expect(Math.abs(estimates[j] - refitted)).toBeLessThan(0.03 * error);
      expect(Math.abs(refitted - M3.coefficients[at])).toBeGreaterThan(0.001 * error);
    }
    const { lower, upper } = sensitivity.leaveOneOut!;
    expect(lower).toEqual({ estimate: Math.min(...estimates), school: M3.summary.levels[ends[0]] });
    expect(upper).toEqual({ estimate: Math.max(...estimates), school: M3.summary.levels[ends[1]] });
  });

  test("with the ratio held at 0 it is the regression without the school, exactly", () => {
    // No variation between groups: θ is 0 with and without any of them.
    const rng = createRng(3);
    const school = Array.from({ length: 120 }, (_, i) => `s${Math.floor(i / 10)}`);
    const x = school.map(() => rng.normal());
    const noise = school.map((_, i) => (i % 2 === 0 ? 1 : -1) * (1 + Math.floor((i % 10) / 2)));
    const data = { school, x, treated: school.map((_, i) => (i < 60 ? 1 : 0)), y: x.map((v, i) => v + noise[i]) };
    const model = fitMixed("y ~ x + treated + (1 | school)", data) as InterceptModel;
    expect(model.theta).toBe(0);
    const at = model.terms.indexOf("treated");
    const rest = filterRows(frame(data), "school", (name) => name !== model.summary.levels[0]);
    const without = fitMixed("y ~ x + treated + (1 | school)", rest);
    expect(without.theta).toBe(0);
    expect(estimatesWithout(model, at)[0]).toBeCloseTo(without.coefficients[at], 12);
  });
});

describe("the specification curve", () => {
  test("names eight choices, each estimated or with a reason", () => {
    expect(sensitivity.specifications.map(({ name }) => name)).toEqual([
      "recommended",
      "Mahalanobis distance",
      "2:1",
      "full matching",
      "no caliper",
      "(1 | school)",
      "difference-in-differences",
      "hidden confounder",
    ]);
    expect(sensitivity.specifications.map(({ recommended }) => recommended)).toEqual([true, ...Array(7).fill(false)]);
    for (const { reason, estimate, lower, upper, schools } of sensitivity.specifications) {
      expect(reason).toBeNull();
      expect(lower).toBeLessThan(estimate);
      expect(upper).toBeGreaterThan(estimate);
      expect(schools!.treated).toBeGreaterThan(25);
    }
  });

  const named = (name: string) => sensitivity.specifications.find((entry) => entry.name === name)!;

  test("the study's own is its effect; (1 | school) is M3's", () => {
    expect(named("recommended").estimate).toBe(analysis.effect.estimate);
    const { estimate, lower } = analysis.models.M3.fixed.find(({ term }) => term === "treated")!;
    expect(named("(1 | school)")).toMatchObject({ estimate, lower });
  });

  test("2:1 and full matching take more comparators, weighted", () => {
    expect(named("2:1").schools!.control).toBeGreaterThan(33);
    expect(named("full matching").schools!.control).toBeGreaterThan(named("2:1").schools!.control);
  });

  test("no caliper leaves no school out", () => {
    expect(named("no caliper").schools!.treated).toBe(cell.design!.pool.treated);
  });

  test("a hidden confounder takes γδ off", () => {
    const { estimate, lower } = analysis.effect;
    expect(named("hidden confounder").estimate).toBe(estimate - 0.5 * 0.2);
    expect(named("hidden confounder").lower).toBe(lower - 0.5 * 0.2);
    expect(named("hidden confounder").model).toBe(
      "β − 0.5 × 0.2: arms 0.5 sd apart in something worth 0.2 sd of outcome",
    );
  });

  test("difference-in-differences is the t test of the pairs' changes", () => {
    const { estimate, lower, upper } = named("difference-in-differences");
    expect((lower + upper) / 2).toBeCloseTo(estimate, 12);
    expect(estimate).toBeGreaterThan(0.25);
    expect(estimate).toBeLessThan(0.65);
  });
});

test("two comparators a school: errors are clustered by set, weights are shared, and 1:1 is among the other choices", () => {
  const run = runCell({ ...options, ratio: 2, hidden: { difference: 1, outcome: 0.45 } }, key);
  const two = run.analysis!;
  expect(two.effectFrom).toBe("clustered by pair");
  expect(two.models.paired).toBeNull();
  expect(two.hedges).toBeNull();
  expect(two.schools.control).toBeGreaterThan(two.schools.treated);
  const weights = two.models.M3.summary.groupWeights!;
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(2 * two.schools.treated, 10);
  expect(two.effect.estimate).toBe(two.models.M3.fixed.find(({ term }) => term === "treated")!.estimate);
  const clustered = clusterRobust(two.models.M3, { type: "CR2", clusters: "pair" });
  expect(two.effect).toEqual(clustered.fixed.find(({ term }) => term === "treated"));
  expect(two.effect.df).toBeLessThan(two.schools.treated);
  const { specifications } = run.sensitivity!;
  expect(specifications.map(({ name }) => name)).toContain("1:1");
  expect(specifications.map(({ name }) => name)).not.toContain("2:1");
  expect(specifications.at(-1)!.estimate).toBe(two.effect.estimate - 0.45);
});

import { describe, expect, it } from "vitest";
import { toJson } from "../src/json";
import { fitMixed } from "../src/multilevel/fit";
import { summariseNested } from "../src/multilevel/nested/summarise";
import { summariseSlopes } from "../src/multilevel/slopes/summarise";
import { summariseGroups } from "../src/multilevel/summarise";
import { runStudy } from "../src/study/run-study";
import { simulateSchools } from "../src/synthetic/simulate";
import { errorOf } from "./helpers/reference";

/** Schools of 5, 4, 3, 6, 7 and 8 pupils in two alliances, class of 2 in the last school. */
const sizes = [5, 4, 3, 6, 7, 8];
const rows = sizes.flatMap((size, j) => Array(size).fill(j) as number[]);
const data = {
  alliance: rows.map((j) => (j < 3 ? "north" : "south")),
  school: rows.map((j) => `s${j}`),
  class: rows.map((_, i) => (i >= rows.length - 2 ? "k2" : "k1")),
  x: rows.map((j, i) => Math.sin(7 * i + j)),
  y: rows.map((j, i) => Math.cos(5 * i) + (j % 3)),
  copies: rows.map(() => 12),
};
const refused = (result: object, minimumGroupSize: number): string =>
  errorOf(() => toJson(result, { minimumGroupSize })).message;

describe("minimumGroupSize", () => {
  it("counts the rows of a summary's groups, and names at most five of the small ones", () => {
    const summary = summariseGroups("y ~ x + (1 | school)", data);
    expect(toJson(summary, { minimumGroupSize: 3 })).toContain("group-summary");
    expect(refused(summary, 4)).toBe(
      "1 group of school with fewer than 4 rows: s2. Their means say too much about single rows; leave them out or merge them before.",
    );
    expect(refused(summary, 9)).toContain("6 groups of school with fewer than 9 rows: s0, s1, s2, s3, s4 and 1 more");
    expect(refused(fitMixed(summary), 4)).toContain("s2");
  });

  it("looks at the innermost of nested groups, which are the smallest", () => {
    const summary = summariseNested("y ~ x + (1 | alliance/school/class)", data);
    expect(refused(summary, 3)).toContain("1 group of class:(school:alliance) with fewer than 3 rows: k2:s5:south");
    expect(refused(fitMixed(summary), 3)).toContain("k2:s5:south");
    expect(toJson(summariseNested("y ~ x + (1 | alliance/school)", data), { minimumGroupSize: 3 })).toContain("nested");
  });

  it("looks at the groups of slopes", () => {
    const summary = summariseSlopes("y ~ x + (1 + x | school)", data);
    expect(toJson(summary, { minimumGroupSize: 3 })).toContain("slopes-summary");
    expect(refused(summary, 4)).toContain("s2");
    expect(refused(fitMixed(summary), 4)).toContain("s2");
  });

  it("counts a row with a frequency weight as one row", () => {
    const weights = { pupils: "copies", kind: "frequency" } as const;
    for (const formula of ["y ~ x + (1 | school)", "y ~ x + (1 + x | school)", "y ~ x + (1 | alliance/school)"]) {
      const model = fitMixed(formula, data, { weights });
      expect(model.nobs).toBe(12 * rows.length);
      expect(refused(model, 4)).toMatch(/1 group .* with fewer than 4 rows: s2/);
      expect(toJson(model, { minimumGroupSize: 3 })).toContain("mixed-model");
    }
  });

  it("counts the rows of sampling weights, whatever they are scaled to", () => {
    const weights = { pupils: data.x.map((x) => 1.5 + x), kind: "sampling", scaling: "effective" } as const;
    const model = fitMixed("y ~ x + (1 | school)", data, { weights });
    expect(toJson(model, { minimumGroupSize: 3 })).toContain("mixed-model");
    expect(refused(model, 4)).toContain("s2");
  });

  it("looks at the means that a formula carries, of whatever group", () => {
    const formula = "y ~ within(x, class) + between(x, class) + (1 | school)";
    expect(refused(summariseGroups(formula, data), 3)).toContain("1 group of class with fewer than 3 rows: k2");
    expect(refused(fitMixed(formula, data), 4)).toContain(
      "1 group of school with fewer than 4 rows: s2; 1 group of class",
    );
    const random = "y ~ x + (1 + within(x, class) | school)";
    expect(refused(summariseSlopes(random, data), 3)).toContain("1 group of class with fewer than 3 rows: k2");
  });

  it("looks into a study, at every model in it", () => {
    const study = runStudy({
      data: simulateSchools({ seed: 1, scale: 0.5 }),
      roles: ["teaching"],
      keyStages: ["KS2"],
      years: [2014],
      cohorts: [{ cohort: 1, year: 2011, month: 9 }],
      sensitivity: "none",
    });
    const analysis = study.cells[0].analysis!;
    const smallest = Math.min(...analysis.models.M0.summary.sizes);
    const of = (size: number): string[] => {
      const { levels, sizes } = analysis.models.M0.summary;
      return levels.filter((_, j) => sizes[j] === size);
    };
    expect(toJson(study, { minimumGroupSize: smallest })).toContain('"kind":"study"');
    const error = refused(study, smallest + 1);
    for (const name of of(smallest).slice(0, 5)) expect(error).toContain(name);
    expect(error).toContain("of school with fewer");
    expect(error).toContain("of school:pair with fewer");
    expect(refused(study.cells[0], smallest + 1)).toBe(error);
  });

  it.each([0, 2.5, Number.NaN, "5"])("of %s is none", (minimum) => {
    const summary = summariseGroups("y ~ x + (1 | school)", data);
    expect(refused(summary, minimum as number)).toContain("minimumGroupSize must be a whole number from 1");
  });
});

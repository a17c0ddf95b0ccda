import { describe, expect, it } from "vitest";
import { chiSquaredSurvival } from "../../src/distributions/chi-squared";
import { fitMixed } from "../../src/multilevel/fit";
import { testGroupVariance } from "../../src/multilevel/variance-test";
import { createRng } from "../../src/random/rng";
import { summary } from "../../src/summary";
import { tidy } from "../../src/tidy";
import { errorOf, referenceFrame, worst } from "../helpers/reference";
import { levelNames, nestedRows } from "./nested-dense";
import { schoolsWithSlopes } from "./slopes-data";

const rows = nestedRows("variances", [7, 4, 3], 5, [0.8, 0.7, 0.6]);
const [a, b, c] = rows.groups;
const nested = { a, b, c, x: rows.x, y: rows.y, bc: levelNames(rows, 0), ab: levelNames(rows, 1) };
const slopes = schoolsWithSlopes([5, 9, 12, 1, 8, 15, 2, 10, 7, 11], "variances");

describe.each(["REML", "ML"] as const)("tests of variances, %s", (method) => {
  // The models without the variance come from other code: other structures, other summaries.
  it.each([
    ["a", "y ~ x + (1 | ab/bc)"],
    ["b:a", "y ~ x + (1 | a/bc)"],
    ["c:(b:a)", "y ~ x + (1 | a/b)"],
  ] as const)("nested: %s against the model without that level", (group, smaller) => {
    const model = fitMixed("y ~ x + (1 | a/b/c)", nested, { method });
    const test = testGroupVariance(model, { group });
    const chiSquared = fitMixed(smaller, nested, { method }).criterion - model.criterion;
    expect(worst([test.chiSquared], [chiSquared], 1)).toBeLessThan(1e-9);
    expect(test).toMatchObject({ group, column: "(Intercept)", mixture: [0, 1] });
    expect(worst([test.p], [chiSquaredSurvival(chiSquared, 1) / 2])).toBeLessThan(1e-8);
  });

  it.each([
    ["y ~ x + z + (1 + x | school)", undefined, "x", "y ~ x + z + (1 | school)", 1],
    ["y ~ x + z + (1 + x || school)", undefined, "x", "y ~ x + z + (1 | school)", 0],
    ["y ~ x + z + (1 + x | school)", "(Intercept)", "(Intercept)", "y ~ x + z + (0 + x | school)", 1],
    ["y ~ x + w + (1 + x + w | school)", "w", "w", "y ~ x + w + (1 + x | school)", 2],
    ["y ~ x + w + (1 + x + w | school)", "x", "x", "y ~ x + w + (1 + w | school)", 2],
    ["y ~ x + (1 | school) + (0 + x + w | school)", "x", "x", "y ~ x + (1 | school) + (0 + w | school)", 1],
  ] as const)("slopes: %s, column %s", (formula, column, tested, smaller, correlations) => {
    const model = fitMixed(formula, slopes, { method });
    const test = testGroupVariance(model, column === undefined ? {} : { column });
    const chiSquared = fitMixed(smaller, slopes, { method }).criterion - model.criterion;
    expect(worst([test.chiSquared], [chiSquared], 1)).toBeLessThan(1e-8);
    expect(test).toMatchObject({ group: "school", column: tested, mixture: [correlations, correlations + 1] });
    const lower = correlations === 0 ? 0 : chiSquaredSurvival(test.chiSquared, correlations);
    expect(worst([test.p], [(lower + chiSquaredSurvival(test.chiSquared, correlations + 1)) / 2])).toBeLessThan(1e-12);
  });

  it("a slope alone is tested against no random term at all", () => {
    const model = fitMixed("y ~ x + (0 + x | school)", slopes, { method });
    const { chiSquared, mixture } = testGroupVariance(model);
    // Against a random intercept whose variance is left out.
    const single = fitMixed("y ~ x + (1 | school)", slopes, { method });
    const none = single.criterion + testGroupVariance(single).chiSquared;
    expect(worst([chiSquared], [none - model.criterion], 1)).toBeLessThan(1e-9);
    expect(mixture).toEqual([0, 1]);
  });
});

describe("the verb", () => {
  const model = fitMixed("y ~ x + (1 | a/b/c)", nested);
  it("takes a level by its column's name, the outermost by default", () => {
    expect(testGroupVariance(model, { group: "b" })).toEqual(testGroupVariance(model, { group: "b:a" }));
    expect(testGroupVariance(model).group).toBe("a");
  });

  it("is 0 with p = 1 on the boundary", () => {
    const flat = fitMixed("flat ~ x + (1 + x || school)", referenceFrame("slopes.csv"));
    expect(testGroupVariance(flat)).toMatchObject({ chiSquared: 0, p: 1 });
  });

  it("says which variances there are", () => {
    const two = fitMixed("y ~ x + w + (1 + x + w | school)", slopes);
    expect(errorOf(() => testGroupVariance(two)).message).toContain('column: "x"');
    expect(errorOf(() => testGroupVariance(two, { column: "ww" })).message).toContain('"w"');
    expect(errorOf(() => testGroupVariance(model, { column: "x" })).code).toBe("unknown-column");
    expect(errorOf(() => testGroupVariance(model, { group: "d" })).code).toBe("invalid-argument");
  });

  it("is shown with its mixture", () => {
    const test = testGroupVariance(fitMixed("y ~ x + (1 + x | school)", slopes));
    expect(summary(test).notes![0]).toContain("half χ² with 1 and half with 2");
    expect(tidy(test).columns.map(({ name }) => name)).toEqual(["group", "term", "statistic", "p.value"]);
  });

  it("rejects a true hypothesis about as often as it says (simulated: 200 data sets, 3.5 Monte Carlo errors)", () => {
    const rng = createRng("level");
    const schools = Array.from({ length: 400 }, (_, i) => `s${Math.floor(i / 10)}`);
    const x = schools.map(() => rng.normal());
    let rejected = 0;
    for (let i = 0; i < 200; i++) {
      const u = Array.from({ length: 40 }, () => rng.normal());
      const y = schools.map((_, r) => u[Math.floor(r / 10)] + 0.3 * x[r] + rng.normal());
      const model = fitMixed("y ~ x + (1 + x | school)", { school: schools, x, y }, { df: "none" });
      if (testGroupVariance(model).p < 0.1) rejected++;
    }
    expect(Math.abs(rejected / 200 - 0.1)).toBeLessThan(3.5 * Math.sqrt((0.1 * 0.9) / 200));
  });
});

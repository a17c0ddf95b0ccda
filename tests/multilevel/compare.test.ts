import { describe, expect, it } from "vitest";
import { compareModels } from "../../src/multilevel/compare";
import { confint } from "../../src/multilevel/confint";
import { fitMixed } from "../../src/multilevel/fit";
import { testGroupVariance } from "../../src/multilevel/variance-test";
import { errorOf, referenceFrame, referenceJson, single, worst } from "../helpers/reference";

const exam = referenceFrame("exam.csv");
const empty = fitMixed("normexam ~ 1 + (1 | school)", exam);
const lrt = fitMixed("normexam ~ standlrt + (1 | school)", exam);
const exact = new Map(
  referenceJson<{ name: string; ML: { exact: { deviance: number } } }[]>("mixed.json").map((entry) => [
    entry.name,
    entry.ML.exact.deviance,
  ]),
);

describe("compareModels", () => {
  it("is the difference of ML deviances, REML fits refitted", () => {
    const comparison = compareModels(empty, lrt);
    const expected = exact.get("exam-null")! - exact.get("exam-lrt")!;
    expect(worst([comparison.chiSquared], [expected])).toBeLessThan(1e-11);
    expect(comparison).toMatchObject({ df: 1, refitted: true });
    expect(comparison.p).toBeLessThan(1e-300);
    const ml = compareModels(
      fitMixed("normexam ~ 1 + (1 | school)", exam, { method: "ML" }),
      fitMixed("normexam ~ standlrt + (1 | school)", exam, { method: "ML" }),
    );
    expect(ml.refitted).toBe(false);
    expect(worst([ml.chiSquared], [comparison.chiSquared])).toBeLessThan(1e-11);
  });

  it("refuses other rows, models the wrong way round, and models that are not nested", () => {
    const fewer = fitMixed("normexam ~ standlrt + (1 | school)", { ...columns(exam, 3000) });
    expect(errorOf(() => compareModels(empty, fewer)).code).toBe("summary-mismatch");
    expect(errorOf(() => compareModels(lrt, empty)).message).toContain("not nested");
    expect(errorOf(() => compareModels(empty, empty)).message).toContain("nothing to compare");
  });
});

function columns(frame: typeof exam, rows: number): Record<string, ArrayLike<number> & { at(i: number): unknown }> {
  return Object.fromEntries(
    frame.columns.flatMap((column) => ("values" in column ? [[column.name, column.values.slice(0, rows)]] : [])),
  );
}

describe("testGroupVariance", () => {
  it("is half the χ²₁ tail of the loss against no random term", () => {
    const dyestuff = referenceFrame("dyestuff.csv");
    const model = fitMixed("yield ~ 1 + (1 | batch)", dyestuff, { method: "ML" });
    // Without batches: n(1 + log 2π RSS/n), RSS about the mean.
    const y = dyestuff.columns[1];
    const values = "values" in y ? y.values : new Float64Array(0);
    const mean = values.reduce((a, b) => a + b, 0) / 30;
    const rss = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const without = 30 * (1 + Math.log((2 * Math.PI * rss) / 30));
    const test = testGroupVariance(model);
    expect(worst([test.chiSquared], [without - model.criterion])).toBeLessThan(1e-10);
    expect(test.p).toBeGreaterThan(0);
    expect(test.p).toBeLessThan(0.05);
  });

  it("is 0 with p = 1 on the boundary", () => {
    const model = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff2.csv"));
    expect(testGroupVariance(model)).toMatchObject({ chiSquared: 0, p: 1 });
  });
});

describe("confint", () => {
  it("Wald intervals at 95 % are the model's own", () => {
    confint(lrt).forEach((interval, k) => {
      expect(interval).toEqual({
        name: lrt.terms[k],
        estimate: lrt.fixed[k].estimate,
        lower: lrt.fixed[k].lower,
        upper: lrt.fixed[k].upper,
      });
    });
    expect(confint(lrt, { level: 0.5 })[0].lower).toBeGreaterThan(confint(lrt)[0].lower);
  });

  it("a profile interval's ends lie a χ²₁ quantile above the minimum", () => {
    const sd = confint(empty, { type: "profile", level: 0.9 }).find((interval) => interval.name === "icc")!;
    expect(sd.lower).toBeLessThan(sd.estimate);
    expect(sd.upper).toBeGreaterThan(sd.estimate);
  });

  it("profile intervals follow a change of units", () => {
    const scaled = fitMixed("I(normexam * 8 + 1000) ~ I(standlrt / 4 - 7) + (1 | school)", exam);
    const [a0, a1, aSd] = confint(lrt, { type: "profile" });
    const [b0, b1, bSd] = confint(scaled, { type: "profile" });
    expect(worst([b1.lower / 32, b1.upper / 32], [a1.lower, a1.upper])).toBeLessThan(1e-8);
    expect(worst([bSd.lower / 8, bSd.upper / 8], [aSd.lower, aSd.upper])).toBeLessThan(1e-8);
    expect(Number.isFinite(b0.lower) && b0.lower < b0.upper && a0.lower < a0.upper).toBe(true);
  });

  it("refuses what it cannot do", () => {
    expect(errorOf(() => confint(lrt, { level: 95 })).message).toContain("0.95");
    expect(errorOf(() => confint(lrt, { type: "exact" as "wald" })).message).toContain("exact");
    const none = fitMixed(single(lrt).summary, { df: "none" });
    expect(errorOf(() => confint(none)).message).toContain('df: "none"');
  });
});

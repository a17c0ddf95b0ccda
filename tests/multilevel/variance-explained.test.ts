import { describe, expect, it } from "vitest";
import { confint } from "../../src/multilevel/confint";
import { designEffect } from "../../src/multilevel/design-effect";
import { fitMixed } from "../../src/multilevel/fit";
import { profileAt } from "../../src/multilevel/profile";
import { scaleSummary } from "../../src/multilevel/scale";
import { summariseGroups } from "../../src/multilevel/summarise";
import { levelRSquared, variancePartition, varianceReduction } from "../../src/multilevel/variance-explained";
import { errorOf, referenceFrame, single, worst } from "../helpers/reference";
import { dense, formula, pupils } from "./dense";

const weightings = [
  ["plain", undefined],
  ["precision weights", { pupils: "precision" }],
  ["frequency weights", { pupils: "copies", kind: "frequency" }],
  ["school weights", { schools: "omega" }],
] as const;

describe("levelRSquared", () => {
  describe.each(["REML", "ML"] as const)("%s", (method) => {
    it.each(weightings)("%s: against the empty model fitted to the rows", (_, weights) => {
      const model = single(fitMixed(formula, pupils, { method, weights }));
      const empty = fitMixed("y ~ 1 + (1 | school)", pupils, { method, weights });
      const ours = levelRSquared(model);
      expect(
        worst([ours.baseline.group, ours.baseline.residual], [empty.variances.group, empty.variances.residual]),
      ).toBeLessThan(1e-11);
      const { sizes } = model.summary;
      const n = sizes.length / sizes.reduce((sum, size) => sum + 1 / size, 0);
      expect(ours.groupSize).toBeCloseTo(n, 12);
      const [a, b] = [model.variances, empty.variances];
      const expected = [
        1 - (a.group + a.residual) / (b.group + b.residual),
        1 - (a.group + a.residual / n) / (b.group + b.residual / n),
      ];
      expect(worst([ours.pupil, ours.group], expected, 1e-2)).toBeLessThan(1e-10);
      expect(worst([levelRSquared(model, { baseline: empty }).group], [ours.group], 1e-2)).toBeLessThan(1e-10);
    });
  });

  it("is 0 for an empty model, and of the pupil's level as the group's with groups of one", () => {
    const exam = referenceFrame("exam.csv");
    const empty = levelRSquared(fitMixed("normexam ~ 1 + (1 | school)", exam));
    expect([empty.pupil, empty.group]).toEqual([0, 0]);
    const { pupil, group } = levelRSquared(fitMixed("normexam ~ standlrt + (1 | school)", exam), { groupSize: 1 });
    expect(group).toBe(pupil);
  });

  it("has a baseline without an intercept's shift where the formula has no intercept", () => {
    const model = fitMixed("y ~ 0 + x + (1 | school)", pupils);
    const empty = fitMixed("y ~ 1 + (1 | school)", pupils);
    expect(worst([levelRSquared(model).baseline.residual], [empty.variances.residual])).toBeLessThan(1e-9);
  });

  it("shows negative values", () => {
    // The column's differences between schools hide those of the outcome: σ_u² grows when it enters.
    const school = Array.from({ length: 24 }, (_, i) => `s${Math.floor(i / 4)}`);
    const x = school.map((_, i) => (i % 4) + 2 * Math.floor(i / 4));
    const y = school.map((_, i) => (i % 4) + ((i * 7) % 5) / 10 + (Math.floor(i / 4) % 2));
    const empty = fitMixed("y ~ 1 + (1 | school)", { school, y });
    const larger = fitMixed("y ~ x + (1 | school)", { school, x, y });
    const reduction = varianceReduction(empty, larger);
    expect(reduction.group.reduction).toBeLessThan(0);
    expect(reduction.residual.reduction).toBeGreaterThan(0);
    expect(levelRSquared(larger).group).toBeLessThan(0);
  });

  it("refuses baselines of other rows, weights or methods, and sizes that are none", () => {
    const model = fitMixed(formula, pupils);
    const other = fitMixed("y ~ 1 + (1 | school)", { ...pupils, y: pupils.y.map((value, i) => value + (i % 2)) });
    expect(errorOf(() => levelRSquared(model, { baseline: other })).code).toBe("summary-mismatch");
    const weighted = fitMixed("y ~ 1 + (1 | school)", pupils, { weights: { schools: "omega" } });
    expect(errorOf(() => levelRSquared(model, { baseline: weighted })).message).toContain("weights");
    const ml = fitMixed("y ~ 1 + (1 | school)", pupils, { method: "ML" });
    expect(errorOf(() => levelRSquared(model, { baseline: ml })).message).toContain("one method");
    expect(errorOf(() => levelRSquared(model, { groupSize: 0 })).code).toBe("invalid-argument");
  });
});

describe("varianceReduction", () => {
  const exam = referenceFrame("exam.csv");
  const empty = fitMixed("normexam ~ 1 + (1 | school)", exam);
  const larger = fitMixed("normexam ~ standlrt + sex + (1 | school)", exam);

  it("of each level: absolute, of itself, and of the total, which adds up", () => {
    const { group, residual, total } = varianceReduction(empty, larger);
    expect(group.reduction).toBe(empty.variances.group - larger.variances.group);
    expect(residual.share).toBeCloseTo(1 - larger.variances.residual / empty.variances.residual, 14);
    expect(group.shareOfTotal + residual.shareOfTotal).toBeCloseTo(total.share, 14);
    expect(total.share).toBeCloseTo(levelRSquared(larger).pupil, 14);
  });

  it("refuses models that are not nested", () => {
    const sex = fitMixed("normexam ~ sex + (1 | school)", exam);
    const score = fitMixed("normexam ~ standlrt + (1 | school)", exam);
    expect(errorOf(() => varianceReduction(sex, score)).message).toContain("sex");
    expect(errorOf(() => varianceReduction(larger, empty)).code).toBe("invalid-argument");
  });

  it("has no share of a variance that was 0", () => {
    const flat = referenceFrame("dyestuff2.csv");
    const model = fitMixed("yield ~ 1 + (1 | batch)", flat);
    expect(varianceReduction(model, model).group.share).toBeNaN();
    expect(varianceReduction(model, model).group.reduction).toBe(0);
  });
});

it("variancePartition: the parts and their shares, of which the first is the ICC", () => {
  const model = fitMixed(formula, pupils);
  const [group, residual] = variancePartition(model);
  expect([group.level, residual.level]).toEqual(["school", "residual"]);
  expect(group.share).toBe(model.icc);
  expect(group.share + residual.share).toBeCloseTo(1, 15);
  expect(residual.sd ** 2).toBeCloseTo(residual.variance, 14);
});

describe("designEffect", () => {
  it("is the variance of the overall mean over that of independent rows, n × n", () => {
    const model = single(fitMixed("y ~ 1 + (1 | school)", pupils));
    const { v } = dense(model);
    const n = pupils.y.length;
    const { group, residual } = model.variances;
    const effect = designEffect(model);
    expect(effect.designEffect).toBeCloseTo(v.sum() / n ** 2 / ((group + residual) / n), 12);
    expect(effect.effectiveSampleSize).toBeCloseTo(n / effect.designEffect, 12);
  });

  it("of equal groups is 1 + (n − 1)ρ, of a boundary fit 1", () => {
    const model = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff.csv"));
    expect(designEffect(model).designEffect).toBeCloseTo(1 + 4 * model.icc, 14);
    expect(designEffect(fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff2.csv"))).designEffect).toBe(1);
  });

  it("counts frequency weights as pupils, and refuses weights without a common size", () => {
    const copies = fitMixed(formula, pupils, { weights: { pupils: "copies", kind: "frequency" } });
    expect(designEffect(copies).nobs).toBe(pupils.copies.reduce((sum, value) => sum + value, 0));
    const refuse = (weights: { pupils: string } | { schools: string }): string =>
      errorOf(() => designEffect(fitMixed(summariseGroups(formula, pupils, { weights })))).code;
    expect(refuse({ pupils: "precision" })).toBe("invalid-argument");
    expect(refuse({ schools: "omega" })).toBe("invalid-argument");
  });
});

describe("the ICC's interval", () => {
  const model = single(fitMixed("normexam ~ standlrt + (1 | school)", referenceFrame("exam.csv"), { method: "ML" }));

  it("by profiling: the deviance rises by the quantile of χ²₁ at both ends", () => {
    const icc = confint(model, { type: "profile", level: 0.95 }).find((interval) => interval.name === "icc")!;
    expect(icc.estimate).toBeCloseTo(model.icc, 12);
    const { problem } = scaleSummary(model.summary, false);
    const rise = (share: number): number =>
      profileAt(problem, share / (1 - share))!.criterion - profileAt(problem, model.icc / (1 - model.icc))!.criterion;
    expect(rise(icc.lower)).toBeCloseTo(3.841458820694124, 8);
    expect(rise(icc.upper)).toBeCloseTo(3.841458820694124, 8);
  });

  it("by bootstrap: holds the estimate, and is near the profile's", () => {
    const find = (type: "profile" | "bootstrap") =>
      confint(model, { type, seed: 4, replicates: 2000 }).find((interval) => interval.name === "icc")!;
    const [profile, bootstrap] = [find("profile"), find("bootstrap")];
    expect(bootstrap.lower).toBeLessThan(model.icc);
    expect(bootstrap.upper).toBeGreaterThan(model.icc);
    // Percentiles of a statistic biased downwards lie below the profile's ends, by less than half the interval.
    const width = profile.upper - profile.lower;
    expect(Math.abs(bootstrap.lower - profile.lower)).toBeLessThan(width / 2);
    expect(Math.abs(bootstrap.upper - profile.upper)).toBeLessThan(width / 2);
  });
});

import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { designEffect } from "../../src/multilevel/design-effect";
import { fitMixed } from "../../src/multilevel/fit";
import type { MixedModel } from "../../src/multilevel/types";
import { levelRSquared, varianceReduction } from "../../src/multilevel/variance-explained";
import { summary } from "../../src/summary";
import { tidy } from "../../src/tidy";
import { errorOf, referenceFrame, worst } from "../helpers/reference";
import { levelNames, nestedRows } from "./nested-dense";
import { schoolsWithSlopes } from "./slopes-data";

const rows = nestedRows("b", [5, 3, 3], 4, [1.2, 1, 1]);
const nestedData = {
  region: rows.groups[0],
  alliance: rows.groups[1],
  school: rows.groups[2],
  x: rows.x,
  z: rows.z,
  y: rows.y,
};
const nested = "(1 | region/alliance/school)";
const slopesData = schoolsWithSlopes([9, 12, 3, 7, 14, 1, 10, 6, 8], "describe");

/** V of the outcomes at the model's own variances, n × n. */
function covarianceOfRows(model: MixedModel): Matrix {
  const n = model.nobs;
  let v = Matrix.eye(n).mul(model.variances.residual);
  if (model.structure === "nested") {
    model.randomTerms.forEach(({ covariance }, k) => {
      const names = levelNames(rows, k);
      v = Matrix.add(v, new Matrix(names.map((a) => names.map((b) => (a === b ? covariance[0][0] : 0)))));
    });
    return v;
  }
  const value = (name: string, i: number): number => (name === "(Intercept)" ? 1 : (slopesData[name][i] as number));
  for (const { columns, covariance } of model.randomTerms) {
    const z = new Matrix(slopesData.school.map((_, i) => columns.map((name) => value(name, i))));
    const all = z.mmul(new Matrix(covariance as number[][])).mmul(z.transpose());
    const { school } = slopesData;
    v = Matrix.add(v, new Matrix(school.map((a, i) => school.map((b, k) => (a === b ? all.get(i, k) : 0)))));
  }
  return v;
}

/** The mean over groups of the variance of the mean of their rows. */
function meanVariance(v: Matrix, names: readonly string[]): number {
  const levels = [...new Set(names)];
  const each = levels.map((level) => {
    const own = [...names.keys()].filter((i) => names[i] === level);
    return v.selection(own, own).sum() / own.length ** 2;
  });
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

const slopeParts = [
  "(1 + x | school)",
  "(x || school)",
  "(1 + x | school) + (0 + w | school)",
  "(0 + x | school)",
] as const;

// Sums over at most 100 rows.
describe("designEffect: the variance of the overall mean over that of independent rows", () => {
  it.each([nested, ...slopeParts])("%s", (random) => {
    const model = fitMixed(`y ~ x + ${random}`, random === nested ? nestedData : slopesData);
    const v = covarianceOfRows(model);
    const n = model.nobs;
    const effect = designEffect(model);
    expect(worst([effect.designEffect], [v.sum() / n / (v.trace() / n)])).toBeLessThan(1e-10);
    expect(worst([1 + (effect.groupSize - 1) * effect.icc], [effect.designEffect])).toBeLessThan(1e-14);
    expect(effect.levels.length).toBe(model.structure === "nested" ? 3 : 1);
    expect(effect.levels.reduce((sum, { icc }) => sum + icc, 0)).toBeCloseTo(model.icc, 14);
  });

  it("balanced nesting: 1 + (m n − 1)ρ₂ + (n − 1)ρ₁", () => {
    // 10 batches of 3 casks of 2.
    const pastes = referenceFrame("pastes.csv");
    const model = fitMixed("strength ~ 1 + (1 | batch/cask)", pastes);
    const [cask, batch] = designEffect(model).levels;
    expect([cask.groupSize, batch.groupSize]).toEqual([2, 6]);
    expect(designEffect(model).designEffect).toBeCloseTo(1 + 5 * batch.icc + cask.icc, 12);
  });

  it("frequency weights are replicated rows", () => {
    const copies = slopesData.y.map((_, i) => 1 + (i % 3));
    const take = (values: ArrayLike<unknown>): unknown[] =>
      Array.from(copies).flatMap((n, i) => Array(n).fill(values[i]) as unknown[]);
    const repeated = { school: take(slopesData.school), x: take(slopesData.x), y: take(slopesData.y) };
    const weighted = fitMixed("y ~ x + (1 + x | school)", { ...slopesData, copies } as never, {
      weights: { pupils: "copies", kind: "frequency" },
    });
    const model = fitMixed("y ~ x + (1 + x | school)", repeated as never);
    const numbers = (each: MixedModel): number[] => [
      designEffect(each).designEffect,
      levelRSquared(each).pupil,
      levelRSquared(each).group,
    ];
    expect(worst(numbers(weighted), numbers(model), 1e-2)).toBeLessThan(1e-8);
  });

  it("refuses precision weights, and slopes without any constant", () => {
    const weights = slopesData.y.map((_, i) => 1 + (i % 2));
    const weighted = fitMixed(
      "y ~ x + (1 + x | school)",
      { ...slopesData, weights },
      { weights: { pupils: "weights" } },
    );
    expect(errorOf(() => designEffect(weighted)).message).toContain("precision weights");
    expect(errorOf(() => levelRSquared(weighted)).message).toContain("precision weights");
    const bare = fitMixed("y ~ 0 + x + (0 + x | school)", slopesData);
    expect(errorOf(() => designEffect(bare)).message).toContain("no constant");
  });
});

describe("levelRSquared", () => {
  it.each(["REML", "ML"] as const)("nested, %s: mean variances of rows and of groups' means, n × n", (method) => {
    const model = fitMixed(`y ~ x + z + ${nested}`, nestedData, { method });
    const empty = fitMixed(`y ~ 1 + ${nested}`, nestedData, { method });
    const [own, other] = [covarianceOfRows(model), covarianceOfRows(empty)];
    const result = levelRSquared(model);
    expect(worst([result.pupil], [1 - own.trace() / other.trace()], 0.1)).toBeLessThan(1e-9);
    result.levels.forEach(({ rSquared, group }, k) => {
      expect(group).toBe(model.randomTerms[k].group);
      const names = levelNames(rows, k);
      expect(worst([rSquared], [1 - meanVariance(own, names) / meanVariance(other, names)], 0.1)).toBeLessThan(1e-9);
    });
    expect(result.group).toBe(result.levels[2].rSquared);
    expect(worst([levelRSquared(model, { baseline: empty }).group], [result.group])).toBeLessThan(1e-9);
  });

  it.each(slopeParts.slice(0, 3))("%s: the same, against the empty random intercept", (random) => {
    const model = fitMixed(`y ~ x + z + ${random}`, slopesData);
    const empty = fitMixed("y ~ 1 + (1 | school)", slopesData);
    const [own, other] = [covarianceOfRows(model), covarianceOfRows(empty)];
    const result = levelRSquared(model);
    const { school } = slopesData;
    expect(worst([result.pupil], [1 - own.trace() / other.trace()], 0.1)).toBeLessThan(1e-8);
    const expected = 1 - meanVariance(own, school) / meanVariance(other, school);
    expect(worst([result.group], [expected], 0.1)).toBeLessThan(1e-8);
    expect(result.baseline.formula).toBe("y ~ 1 + (1 | school)");
    expect(worst([levelRSquared(model, { baseline: empty }).group], [result.group], 0.1)).toBeLessThan(1e-8);
  });

  it("takes a baseline with slopes, and one for a random part without an intercept", () => {
    const model = fitMixed("y ~ x + z + (1 + x | school)", slopesData);
    const baseline = fitMixed("y ~ x + (1 + x | school)", slopesData);
    const [own, other] = [covarianceOfRows(model), covarianceOfRows(baseline)];
    expect(worst([levelRSquared(model, { baseline }).pupil], [1 - own.trace() / other.trace()], 0.1)).toBeLessThan(
      1e-9,
    );
    const bare = fitMixed("y ~ x + z + (0 + x | school)", slopesData);
    expect(errorOf(() => levelRSquared(bare)).message).toContain("Let the intercept vary too");
    const v = covarianceOfRows(bare);
    expect(worst([levelRSquared(bare, { baseline }).pupil], [1 - v.trace() / other.trace()], 0.1)).toBeLessThan(1e-9);
  });

  it("refuses other groups, rows and sizes", () => {
    const model = fitMixed(`y ~ x + ${nested}`, nestedData);
    const other = fitMixed("y ~ 1 + (1 | region/alliance)", nestedData);
    expect(errorOf(() => levelRSquared(model, { baseline: other })).message).toContain("same grouping columns");
    const moved = fitMixed(`y ~ 1 + ${nested}`, { ...nestedData, y: rows.y.map((value, i) => value + (i % 2)) });
    expect(errorOf(() => levelRSquared(model, { baseline: moved })).code).toBe("summary-mismatch");
    const slopes = fitMixed("y ~ x + (1 + x | school)", slopesData);
    expect(errorOf(() => levelRSquared(slopes, { groupSize: 10 })).message).toContain("Leave it out");
    const shorter = fitMixed("y ~ 1 + (1 | school)", {
      school: slopesData.school.slice(1),
      y: slopesData.y.slice(1),
    });
    expect(errorOf(() => levelRSquared(slopes, { baseline: shorter })).code).toBe("summary-mismatch");
  });
});

describe("varianceReduction", () => {
  it("nested: level by level, which add up to the whole", () => {
    const smaller = fitMixed(`y ~ 1 + ${nested}`, nestedData);
    const larger = fitMixed(`y ~ x + z + ${nested}`, nestedData);
    const { parts, group, residual, total } = varianceReduction(smaller, larger);
    expect(parts.map((part) => part.group)).toEqual(larger.randomTerms.map((term) => term.group));
    parts.forEach((part, k) => {
      const [before, after] = [smaller, larger].map(({ randomTerms }) => randomTerms[k].covariance[0][0]);
      expect([part.smaller, part.larger, part.reduction]).toEqual([before, after, before - after]);
    });
    expect(parts.reduce((sum, part) => sum + part.reduction, 0)).toBeCloseTo(group.reduction, 12);
    expect(group.shareOfTotal + residual.shareOfTotal).toBeCloseTo(total.share, 12);
    const names = ["group", "school:(alliance:region)", "alliance:region", "region", "residual", "total"];
    expect(summary(varianceReduction(smaller, larger)).rows.map((row) => row[0])).toEqual(names);
    expect(tidy(varianceReduction(smaller, larger)).rows).toBe(6);
    expect(tidy(levelRSquared(larger)).rows).toBe(4);
    expect(summary(levelRSquared(larger)).rows.length).toBe(4);
  });

  it("slopes: each random column's variance and the mean over rows", () => {
    const smaller = fitMixed("y ~ x + (1 + x | school)", slopesData);
    const larger = fitMixed("y ~ x * z + (1 + x | school)", slopesData);
    const { parts, group } = varianceReduction(smaller, larger);
    expect(parts.map(({ column }) => column)).toEqual(["(Intercept)", "x"]);
    expect(parts[1].larger).toBe(larger.randomTerms[0].covariance[1][1]);
    expect(group.reduction).toBe(smaller.variances.group - larger.variances.group);
  });

  it("refuses models with other random parts", () => {
    const smaller = fitMixed("y ~ x + (1 | school)", slopesData);
    const larger = fitMixed("y ~ x + z + (1 + x | school)", slopesData);
    expect(errorOf(() => varianceReduction(smaller, larger)).message).toContain("same random terms");
  });
});

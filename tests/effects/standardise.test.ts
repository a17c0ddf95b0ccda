import { describe, expect, it } from "vitest";
import { numericColumn } from "../../src/data/column";
import { render } from "../../src/display/render";
import { standardiseCoefficients, standardisedTable } from "../../src/effects/standardise";
import { fitMixed } from "../../src/multilevel/fit";
import type { MixedModel } from "../../src/multilevel/types";
import { errorOf, referenceFrame, worst } from "../helpers/reference";

const pupils = referenceFrame("hsb-joined.csv");
const column = (name: string): Float64Array => numericColumn(pupils, name);
const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
const sd = (x: ArrayLike<number>): number => {
  const middle = mean(x);
  return Math.sqrt(Array.from(x).reduce((sum, value) => sum + (value - middle) ** 2, 0) / (x.length - 1));
};
const scaled = (x: Float64Array): Float64Array => {
  const [middle, spread] = [mean(x), sd(x)];
  return x.map((value) => (value - middle) / spread);
};
const fields = (rows: readonly { estimate: number; standardError: number; lower: number; upper: number }[]): number[] =>
  rows.flatMap((row) => [row.estimate, row.standardError, row.lower, row.upper]);

describe("by total", () => {
  it.each(["satterthwaite", "kenward-roger"] as const)("equals the fit to scaled columns, with its %s tests", (df) => {
    const model = fitMixed("mathach ~ ses + female + meanses + (1 | school)", pupils, { df });
    const refit = fitMixed(
      "y ~ ses + female + meanses + (1 | school)",
      {
        school: column("school"),
        y: scaled(column("mathach")),
        ses: scaled(column("ses")),
        female: scaled(column("female")),
        meanses: scaled(column("meanses")),
      },
      { df },
    );
    const { coefficients } = standardiseCoefficients(model);
    expect(worst(fields(coefficients.slice(1)), fields(refit.fixed.slice(1)))).toBeLessThan(1e-9);
    const [intercept] = coefficients;
    expect([intercept.level, intercept.estimate, intercept.standardError]).toEqual([null, Number.NaN, Number.NaN]);
    expect(coefficients.map((row) => row.level)).toEqual([null, "pupils", "pupils", "schools"]);
    expect(
      worst([coefficients[1].sdColumn, coefficients[1].sdOutcome], [sd(column("ses")), sd(column("mathach"))]),
    ).toBeLessThan(1e-12);
  });

  it("equals a refit with scale() in the formula, and does not see units", () => {
    const plain = standardiseCoefficients(fitMixed("mathach ~ ses + (1 | school)", pupils)).coefficients[1];
    const refit = fitMixed("scale(mathach) ~ scale(ses) + (1 | school)", pupils).fixed[1];
    expect(worst(fields([plain]), fields([refit]))).toBeLessThan(1e-9);
    const units = { school: column("school"), y: column("mathach"), ses: column("ses").map((x) => 1e6 + 250 * x) };
    const other = standardiseCoefficients(fitMixed("y ~ ses + (1 | school)", units)).coefficients[1];
    expect(worst(fields([other]), fields([plain]))).toBeLessThan(1e-8);
  });

  it("frequency weights are replicated rows", () => {
    const data = {
      school: ["a", "a", "a", "b", "b", "b", "c", "c", "c"],
      x: [1, 2, 4, 3, 1, 7, 2, 2, 5],
      y: [3, 4, 9, 5, 2, 9, 1, 3, 4],
      copies: [1, 2, 1, 3, 1, 1, 2, 1, 2],
    };
    const rows = data.copies.flatMap((n, i) => Array(n).fill(i) as number[]);
    const repeated = {
      school: rows.map((i) => data.school[i]),
      x: rows.map((i) => data.x[i]),
      y: rows.map((i) => data.y[i]),
    };
    const of = (model: MixedModel): number[] => fields(standardiseCoefficients(model).coefficients.slice(1));
    const weighted = fitMixed("y ~ x + (1 | school)", data, { weights: { pupils: "copies", kind: "frequency" } });
    expect(worst(of(weighted), of(fitMixed("y ~ x + (1 | school)", repeated)))).toBeLessThan(1e-9);
  });
});

describe("by level", () => {
  const model = fitMixed("mathach ~ within(ses, school) + between(ses, school) + catholic + (1 | school)", pupils);
  const { coefficients } = standardiseCoefficients(model, { by: "level" });

  it("takes the standard deviations of the column's level, the outcome's from the empty model", () => {
    const school = column("school");
    const ses = column("ses");
    const own = new Map<number, number[]>();
    ses.forEach((value, i) => {
      own.set(school[i], [...(own.get(school[i]) ?? []), value]);
    });
    const means = [...own.values()].map(mean);
    const squares = [...own.values()].reduce(
      (sum, values, j) => sum + values.reduce((s, v) => s + (v - means[j]) ** 2, 0),
      0,
    );
    const empty = fitMixed("mathach ~ 1 + (1 | school)", pupils);
    const [, within, between] = model.coefficients;
    const expected = [
      (within * Math.sqrt(squares / (ses.length - own.size))) / Math.sqrt(empty.variances.residual),
      (between * sd(means)) / Math.sqrt(empty.variances.group),
    ];
    expect(worst([coefficients[1].estimate, coefficients[2].estimate], expected)).toBeLessThan(1e-8);
    expect(coefficients.map((row) => row.level)).toEqual([null, "pupils", "schools", "schools"]);
  });

  it("without variance between schools those of schools are NaN, and a note says so", () => {
    const x = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
    const data = {
      school: ["a", "a", "a", "a", "b", "b", "b", "b", "c", "c", "c", "c"],
      x,
      z: [1, 2, 3, 4, 4, 2, 3, 1, 2, 4, 1, 3],
      y: [1, 4, 2, 3, 2, 4, 1, 3, 3, 1, 4, 2],
    };
    const flat = standardiseCoefficients(fitMixed("y ~ x + z + (1 | school)", data), { by: "level" });
    expect(flat.coefficients[1].estimate).toBeNaN();
    expect(Number.isFinite(flat.coefficients[2].estimate)).toBe(true);
    expect(flat.diagnostics.map((entry) => [entry.code, entry.details.terms])).toEqual([["zero-variance", ["x"]]]);
    expect(render(standardisedTable(flat), "text")).toContain("no variance between groups of school");
  });
});

it("another way is refused", () => {
  const model = fitMixed("mathach ~ ses + (1 | school)", pupils);
  expect(errorOf(() => standardiseCoefficients(model, { by: "both" as never })).message).toContain(
    '"total" or "level"',
  );
});

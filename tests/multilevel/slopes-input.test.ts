import { describe, expect, it } from "vitest";
import { type FitMixedOptions, fitMixed } from "../../src/multilevel/fit";
import type { SummariseOptions } from "../../src/multilevel/summarise";
import { errorOf, referenceFrame, worst } from "../helpers/reference";
import { schoolsWithSlopes } from "./slopes-data";

const data = schoolsWithSlopes([6, 5, 7, 8, 4], "input");
const refusal = (formula: string, options: FitMixedOptions & SummariseOptions = {}, changed: object = {}) =>
  errorOf(() => fitMixed(formula, { ...data, ...changed }, options));

describe("what cannot be fitted", () => {
  it("too many random effects for the rows, by lme4's rule", () => {
    const few = schoolsWithSlopes([2, 2, 1, 2], "few");
    const error = errorOf(() => fitMixed("y ~ 1 + (1 + x | school)", few));
    expect(error.code).toBe("too-rich");
    expect(error.message).toMatch(
      /\(1 \+ x \| school\) gives each of 4 groups of school 2 random effects \(\(Intercept\), x\): 8 effects from 7 rows/,
    );
    expect(error.message).toMatch(/Leave out slopes/);
    expect(fitMixed("y ~ 1 + (1 + x || school)", few).nobs).toBe(7);
  });

  it("groups with fewer rows than random columns are no obstacle", () => {
    const uneven = schoolsWithSlopes([1, 1, 2, 14, 12, 1, 9], "uneven");
    expect(fitMixed("y ~ x + (1 + x + w | school)", uneven).ngroups).toBe(7);
  });

  it.each([
    ["y ~ x + (1 | school) + (1 + x | school)", "not-identified", /two random effects of \(Intercept\).*Write 0 \+/],
    ["y ~ x + (1 + x + I(2 * x) | school)", "not-identified", /the random column I\(2 \* x\) follow/],
    ["y ~ x + (1 + one | school)", "not-identified", /the random column one follow/],
    ["y ~ x + (0 + nought | school)", "not-identified", /0 in every row/],
    ["y ~ x + (1 + q | school)", "unknown-column", /Unknown column "q"/],
    ["y ~ x + (1 + x | school/class)", "invalid-argument", /Nested groups have random intercepts only/],
    ["y ~ x + (1 + x | school) + (1 | class)", "invalid-argument", /Crossed random effects are not there yet/],
    ["x2 ~ x + (1 + x | school)", "perfect-fit", /explain "x2" without remainder/],
    ["one ~ x + (1 + x | school)", "constant", /same in every row/],
    ["y ~ x + (1 + x | all)", "too-few-groups", /belong to one all/],
  ] as const)("%s: %s", (formula, code, message) => {
    const n = data.y.length;
    const error = refusal(
      formula,
      {},
      {
        one: new Float64Array(n).fill(1),
        nought: new Float64Array(n),
        x2: data.x.map((value) => 2 * value + 3),
        class: data.school,
        all: data.school.map(() => "all"),
      },
    );
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.each([
    [{ df: "kenward-roger", method: "ML" }, /belong to REML/],
    [
      { weights: { schools: data.school.map(() => 1) } },
      /School weights and sampling weights are for models with one random intercept/,
    ],
    [
      { weights: { pupils: data.school.map(() => 1), kind: "sampling" } },
      /School weights and sampling weights are for models with one random intercept/,
    ],
  ] as const)("options %o", (options, message) => {
    const error = refusal("y ~ x + (1 + x | school)", options);
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toMatch(message);
  });
});

describe("what is confessed", () => {
  const codes = (formula: string, changed: object = {}): string[] =>
    fitMixed(formula, { ...data, ...changed }).diagnostics.map(({ code }) => code);

  it("aliased fixed columns, few groups", () => {
    expect(codes("y ~ x + x3 + (1 + x | school)", { x3: data.x.map((value) => 3 * value) })).toEqual(
      expect.arrayContaining(["aliased-columns", "few-groups"]),
    );
  });

  it("|| with a factor is not lme4's model", () => {
    const { diagnostics } = fitMixed("y ~ x + (1 + x + sex || school)", data);
    const found = diagnostics.find(({ code }) => code === "uncorrelated-factor");
    expect(found?.message).toContain(
      "no covariances, those of sex included. lme4 lets the columns of one such variable covary",
    );
    for (const formula of ["y ~ x + (1 + x || school)", "y ~ x + (1 + sex | school)"]) {
      expect(codes(formula)).not.toContain("uncorrelated-factor");
    }
  });

  it("terms that say the same thing twice: their variances are one choice of many", () => {
    const table = referenceFrame("slopes.csv");
    const twice = fitMixed("v ~ x + sex + (1 | school) + (0 + sex | school)", table);
    const once = fitMixed("v ~ x + sex + (1 + sex | school)", table);
    expect(worst([twice.criterion], [once.criterion])).toBeLessThan(1e-10);
    expect(twice.optimum.otherOptimum).toBeUndefined();
    const found = twice.diagnostics.find(({ code }) => code === "two-optima");
    expect(found?.message).toContain("one choice of many");
  });

  it("a level that no row has leaves its dummy out", () => {
    const sex = {
      kind: "factor",
      name: "sex",
      codes: Int32Array.from(data.sex, (value) => (value === "F" ? 0 : 2)),
      levels: ["F", "D", "M"],
    };
    const columns = Object.entries(data).flatMap(([name, values]) =>
      ArrayBuffer.isView(values) ? [{ kind: "numeric" as const, name, values: values as Float64Array }] : [],
    );
    const codesOf = (values: readonly string[]) => {
      const levels = [...new Set(values)];
      return { codes: Int32Array.from(values, (value) => levels.indexOf(value)), levels };
    };
    const model = fitMixed("y ~ x + (1 + sex | school)", {
      kind: "frame",
      rows: data.y.length,
      columns: [...columns, sex as never, { kind: "text", name: "school", ...codesOf(data.school) }],
    });
    expect(model.randomTerms[0].columns).toEqual(["(Intercept)", "sexM"]);
  });
});

import { describe, expect, it } from "vitest";
import { columnNames, numericColumn } from "../../src/data/column";
import { toRows } from "../../src/data/select";
import type { Value } from "../../src/data/types";
import { bindFormula } from "../../src/formula/bind";
import { buildDesign } from "../../src/formula/design";
import type { BoundFormula } from "../../src/formula/types";
import { fromJson, toJson } from "../../src/json";
import { fitMixed } from "../../src/multilevel/fit";
import { mergeSummaries } from "../../src/multilevel/merge";
import { groupSummariser, summariseGroups } from "../../src/multilevel/summarise";
import { fitPropensity } from "../../src/propensity/fit";
import { errorOf, referenceFrame, referenceJson, worst } from "../helpers/reference";

const hsb = referenceFrame("hsb-joined.csv");
const rowsOfHsb = toRows(hsb);
const table: Record<string, Value[]> = Object.fromEntries(
  columnNames(hsb).map((name) => [name, rowsOfHsb.map((row) => row[name])]),
);
const contextual = "mathach ~ within(ses, school) + between(ses, school) + (1 | school)";

/** Group means over the rows where `used` holds, by hand. */
function meansByHand(x: ArrayLike<number>, group: ArrayLike<unknown>, used: (row: number) => boolean): number[] {
  const sums = new Map<unknown, { sum: number; n: number }>();
  for (let row = 0; row < x.length; row++) {
    if (!used(row)) continue;
    const own = sums.get(group[row]) ?? { sum: 0, n: 0 };
    sums.set(group[row], { sum: own.sum + x[row], n: own.n + 1 });
  }
  return Array.from({ length: x.length }, (_, row) => {
    const own = sums.get(group[row]);
    return own ? own.sum / own.n : Number.NaN;
  });
}

interface LmerFit {
  coefficients: number[];
  standardErrors: number[];
  group: number;
  residual: number;
  criterion: number;
}
const lmer = referenceJson<{ all: LmerFit; incomplete: LmerFit; crossLevel: LmerFit }>("contextual.json");
// A tenth of the outcomes missing.
const incomplete = {
  ...table,
  mathach: table.mathach.map((value, row) => ((row + 1) % 10 === 0 ? null : value)),
};

// lme4 stops up to 2e-7 off in θ.
describe.each([
  ["all rows", contextual, table, lmer.all],
  ["a tenth of the outcomes missing: means over the rows used", contextual, incomplete, lmer.incomplete],
  [
    "a comparison, and an interaction across levels",
    "mathach ~ within(ses, school) * between(minority == 1, school) + between(ses, school) + (1 | school)",
    table,
    lmer.crossLevel,
  ],
])("lme4's contextual model: %s", (_, formula, data, fit) => {
  it("has its estimates, standard errors, variances and criterion", () => {
    const model = fitMixed(formula, data);
    expect(worst(model.coefficients, fit.coefficients)).toBeLessThan(1e-7);
    expect(
      worst(
        model.fixed.map((effect) => effect.standardError),
        fit.standardErrors,
      ),
    ).toBeLessThan(1e-6);
    expect(worst([model.variances.group, model.variances.residual], [fit.group, fit.residual])).toBeLessThan(1e-6);
    expect(worst([model.criterion], [fit.criterion])).toBeLessThan(1e-10);
  });
});

describe("the contextual model", () => {
  const model = fitMixed(contextual, hsb);

  it("is the model with plain ses and its school mean, reparameterised", () => {
    const plain = fitMixed("mathach ~ ses + between(ses, school) + (1 | school)", hsb);
    const [, within, between] = model.coefficients;
    expect(worst([plain.coefficients[1], plain.coefficients[2]], [within, between - within])).toBeLessThan(1e-10);
    expect(worst([plain.criterion], [model.criterion])).toBeLessThan(1e-12);
    const variance = model.vcov[4] + model.vcov[8] - 2 * model.vcov[5];
    expect(worst([plain.fixed[2].standardError], [Math.sqrt(variance)])).toBeLessThan(1e-10);
  });

  it("is the model of columns computed by hand", () => {
    const ses = numericColumn(hsb, "ses");
    const mean = meansByHand(ses, table.school, () => true);
    const columns = { ...table, mean, gap: Array.from(ses, (value, row) => value - mean[row]) };
    const hand = fitMixed("mathach ~ gap + mean + (1 | school)", columns);
    expect(worst(model.coefficients, hand.coefficients)).toBeLessThan(1e-10);
    expect(worst([model.criterion, model.theta as number], [hand.criterion, hand.theta as number])).toBeLessThan(1e-10);
  });

  it("has the fixed-effects coefficient within: the rows of the means are the rows of the model", () => {
    const withHoles = fitMixed(contextual, incomplete);
    const y = incomplete.mathach as (number | null)[];
    const used = (row: number): boolean => y[row] !== null;
    const x = numericColumn(hsb, "ses");
    const meanX = meansByHand(x, table.school, used);
    let [xy, xx] = [0, 0];
    x.forEach((value, row) => {
      if (!used(row)) return;
      xy += (value - meanX[row]) * y[row]!;
      xx += (value - meanX[row]) ** 2;
    });
    expect(worst([withHoles.coefficients[1]], [xy / xx])).toBeLessThan(1e-10);
  });

  it("with random slopes of the same column: those rows' means too", () => {
    const x = numericColumn(hsb, "ses");
    const y = incomplete.mathach as (number | null)[];
    const mean = meansByHand(x, table.school, (row) => y[row] !== null);
    const columns = { ...incomplete, gap: Array.from(x, (value, row) => value - mean[row]) };
    const direct = fitMixed("mathach ~ within(ses, school) + (1 + within(ses, school) | school)", incomplete);
    const alone = fitMixed("mathach ~ gap + (1 + within(ses, school) | school)", columns);
    const hand = fitMixed("mathach ~ gap + (1 + gap | school)", columns);
    expect(worst([direct.criterion, alone.criterion], [hand.criterion, hand.criterion])).toBeLessThan(1e-12);
    expect(worst(direct.coefficients, hand.coefficients)).toBeLessThan(1e-9);
  });

  it("in chunks, and through JSON, is centred by the means fixed at binding", () => {
    const bound = fromJsonBound(bindFormula(contextual, hsb));
    const summariser = groupSummariser(bound);
    const half = (odd: number) =>
      Object.fromEntries(
        Object.entries(table).map(([name, values]) => [name, Array.from(values).filter((_, i) => i % 2 === odd)]),
      );
    summariser.add(half(0));
    summariser.add(half(1));
    const chunked = fitMixed(summariser.finish());
    expect(worst(chunked.coefficients, model.coefficients)).toBeLessThan(1e-11);
    const back = fromJson(toJson(model)) as typeof model;
    expect(back.structure === "intercept" && back.summary.bound).toEqual(
      model.structure === "intercept" && model.summary.bound,
    );
  });
});

describe("parts bound to data of their own", () => {
  const part = (odd: number): Record<string, Value[]> =>
    Object.fromEntries(Object.entries(table).map(([name, values]) => [name, values.filter((_, i) => i % 2 === odd)]));
  it("have other means and cannot be merged", () => {
    const summarised = [part(0), part(1)].map((own) => summariseGroups(bindFormula(contextual, own), own));
    const error = errorOf(() => mergeSummaries(...summarised));
    expect(error.code).toBe("summary-mismatch");
    expect(error.message).toContain("different bases or centres cannot be merged: within(ses, school) of one part");
    expect(error.message.length).toBeLessThan(300);
  });
});

function fromJsonBound(bound: BoundFormula): BoundFormula {
  return JSON.parse(JSON.stringify(bound)) as BoundFormula;
}

describe("columns", () => {
  const data = {
    y: [1, 2, 3, 4, 5, 6],
    x: [1, 3, 5, 7, null, 100],
    size: [0.1, 0.1, 0.3, 0.3, 0.3, 0.7],
    flag: [true, false, true, true, true, false],
    sex: ["f", "m", "f", "f", "m", "f"],
    school: ["a", "a", "b", "b", "b", null],
  };
  const of = (formula: string): number[][] => buildDesign(bindFormula(formula, data), data).x.map((c) => Array.from(c));

  it("within and between, rows without x or school left out", () => {
    expect(of("y ~ within(x, school) + between(x, school)").slice(1)).toEqual([
      [-1, 1, -1, 1],
      [2, 2, 6, 6],
    ]);
    const { rows, diagnostics } = buildDesign(bindFormula("y ~ within(x, school)", data), data);
    expect(Array.from(rows!)).toEqual([0, 1, 2, 3]);
    expect(diagnostics[0].details).toMatchObject({ byColumn: { x: 1, school: 1 } });
  });

  it("of expressions, logicals and comparisons with text", () => {
    expect(of("~ 0 + within(log(x), school)")[0][0]).toBeCloseTo(-Math.log(3) / 2, 15);
    expect(of("~ 0 + between(flag, school)")[0]).toEqual([0.5, 0.5, 1, 1, 1]);
    expect(of('~ 0 + between(sex == "f", school)')[0].map((v) => v * 6)).toEqual([3, 3, 4, 4, 4]);
  });

  it("a column that is constant within groups leaves exact zeros within", () => {
    expect(of("~ 0 + within(size, school) + between(size, school)")).toEqual([
      [0, 0, 0, 0, 0],
      [0.1, 0.1, 0.3, 0.3, 0.3],
    ]);
    const model = fitMixed("y ~ within(size, group) + (1 | group)", {
      ...data,
      group: [1, 1, 2, 2, 3, 3],
      size: [4, 4, 2, 2, 5, 5],
    });
    expect(model.terms).toEqual(["(Intercept)"]);
    expect(model.diagnostics.map((entry) => entry.code)).toContain("aliased-columns");
  });

  it("groups that are numbers, and an offset of 1e9 in x", () => {
    const far = { x: [1e9 + 1, 1e9 + 2, 1e9 + 4], g: [12, 7, 12] };
    expect(Array.from(buildDesign(bindFormula("~ 0 + within(x, g)", far), far).x[0])).toEqual([-1.5, 0, 1.5]);
  });

  it("later data take the means of binding", () => {
    const bound = bindFormula("~ 0 + within(x, school) + between(x, school)", data);
    const { x } = buildDesign(bound, { x: [10, 10], school: ["b", "a"] });
    expect(x.map((column) => Array.from(column))).toEqual([
      [4, 8],
      [6, 2],
    ]);
  });

  it("centre(x) is scale(x, scale = FALSE): the mean over all rows with x", () => {
    const mean = 116 / 5;
    const expected = [1, 3, 5, 7, 100].map((value) => value - mean);
    for (const call of ["centre(x)", "scale(x, scale = FALSE)"]) {
      const bound = bindFormula(`~ 0 + ${call}`, data);
      expect(bound.columns).toEqual([call]);
      expect(worst(buildDesign(bound, data).x[0], expected)).toBeLessThan(1e-15);
    }
    expect(of("~ 0 + scale(x, scale = TRUE)")).toEqual(of("~ 0 + scale(x)"));
  });

  it("a scaled or centred response is what it says", () => {
    const bound = bindFormula("scale(y) ~ flag", data);
    const { response } = buildDesign(bound, data);
    const values = (response as { values: Float64Array }).values;
    expect(
      worst(
        values,
        [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].map((v) => v / Math.sqrt(3.5)),
      ),
    ).toBeLessThan(1e-15);
    expect(bound.centres!.at(-1)).toBeCloseTo(0, 15);
    const centred = fitMixed("centre(mathach) ~ ses + (1 | school)", hsb);
    const plain = fitMixed("mathach ~ ses + (1 | school)", hsb);
    const mean = numericColumn(hsb, "mathach").reduce((sum, value) => sum + value, 0) / 7185;
    expect(worst([centred.coefficients[0] + mean, centred.coefficients[1]], plain.coefficients)).toBeLessThan(1e-11);
  });

  it("in a propensity model too", () => {
    const rows = { ...table, treated: table.catholic };
    const model = fitPropensity("treated ~ between(ses, school) + female", rows);
    const mean = meansByHand(numericColumn(hsb, "ses"), table.school, () => true);
    const hand = fitPropensity("treated ~ mean + female", { ...rows, mean });
    expect(worst(model.coefficients, hand.coefficients)).toBeLessThan(1e-9);
  });
});

describe("bad input", () => {
  const data = { y: [1, 2, 3], x: [1, 2, 4], sex: ["f", "m", "f"], school: ["a", "a", "b"] };
  const bound = bindFormula("y ~ within(x, school)", data);

  it("a group not seen at binding", () => {
    const error = errorOf(() => buildDesign(bound, { y: [1, 2, 3], x: [1, 2, 3], school: ["b", "c", "d"] }));
    expect(error.code).toBe("unknown-level");
    expect(error.message).toBe(
      'within(x, school) needs the mean of x in "c" (school, row 2) (2 rows in all with c, d), but no row of it was used when ' +
        "the formula was bound. Bind the formula to data that have all groups.\n  y ~ within(x, school)\n      ^^^^^^^^^^^^^^^^^",
    );
    expect(errorOf(() => buildDesign(bound, { y: [1], x: [1], school: ["c"] })).message).toContain("row 1), but");
  });

  it("a new group in a row that is left out does no harm", () => {
    expect(buildDesign(bound, { y: [1, 2], x: [1, null], school: ["b", "c"] }).n).toBe(1);
  });

  it.each([
    [
      "y ~ within(sex, school)",
      "wrong-type",
      'within() needs numbers, not column "sex", which holds text. Centre its levels one by one: within(sex == "...", ...).',
    ],
    [
      "y ~ within(x)",
      "formula-syntax",
      "within() takes a column or expression of numbers and a grouping column, as in within(ses, school).",
    ],
    ["y ~ between(x, log(x))", "formula-syntax", "between() takes a column or expression of numbers"],
    ["y ~ between(x, school, 2)", "formula-syntax", "between() takes"],
    ["y ~ within(x, schol)", "unknown-column", 'Did you mean "school"?'],
    ["y ~ I(within(x, school)^2)", "formula-syntax", "within() makes a variable of its own"],
    ["within(y, school) ~ x", "formula-syntax", "within() cannot be a response."],
    ["y ~ scale(x, center = FALSE)", "formula-syntax", "scale() takes one argument. Besides it only scale = FALSE"],
    ["y ~ centre(x, scale = FALSE)", "formula-syntax", "centre() takes one argument."],
    ["y ~ centre(sex)", "wrong-type", "centre() needs numbers"],
  ])("%s", (formula, code, words) => {
    const error = errorOf(() => bindFormula(formula, data));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it("a schema has no means", () => {
    const schema = { columns: { x: "number", school: "text" } } as const;
    expect(errorOf(() => bindFormula("~ within(x, school)", schema)).message).toContain(
      "Data are needed to make within(x, school)",
    );
  });
});

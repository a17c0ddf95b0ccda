import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { frame } from "../../src/data/frame";
import { toRows } from "../../src/data/select";
import { bindFormula } from "../../src/formula/bind";
import { buildDesign } from "../../src/formula/design";
import { termsOf } from "../../src/formula/terms";
import { referenceFrame } from "../helpers/reference";

interface Case {
  formula: string;
  terms: string[];
  columns: string[];
  rows: number[];
  x: number[][];
}

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const reference: {
  levels: string[];
  data: Record<string, (number | string | boolean)[]>;
  holed: Record<string, (number | string | boolean | null)[]>;
  whole: Case[];
  incomplete: Case[];
} = read("../reference/model-matrix.json");

// R's numbers are recorded to 15 significant digits; a few operations round differently in the last place.
const TOLERANCE = 1e-13;

function expectAsInR(data: Record<string, (number | string | boolean | null)[]>, expected: Case): void {
  const table = frame(data, { levels: { h: reference.levels } });
  const bound = bindFormula(expected.formula, table);
  expect(bound.columns).toEqual(expected.columns);
  expect(termsOf(bound).map((term) => term.label)).toEqual(expected.terms);
  const design = buildDesign(bound, table);
  expect(design.rows ? [...design.rows] : [...Array(table.rows).keys()]).toEqual(expected.rows);
  design.x.forEach((column, j) => {
    column.forEach((value, i) => {
      const error = Math.abs(value - expected.x[j][i]) / Math.max(1, Math.abs(expected.x[j][i]));
      expect(error, `${expected.columns[j]}, row ${i}`).toBeLessThan(TOLERANCE);
    });
  });
}

describe("R's model.matrix (tests/reference/scripts/model-matrix.R)", () => {
  it.each(reference.whole)("$formula", (expected) => expectAsInR(reference.data, expected));
  it.each(reference.incomplete)("$formula, with missing values", (expected) => expectAsInR(reference.holed, expected));
});

describe("the terms of R's glm fits", () => {
  const fits: { name: string; csv: string; formula: string; terms: string[] }[] = read("../reference/logistic.json");
  it.each(fits)("$name", ({ csv, formula, terms }) => {
    expect(bindFormula(formula, referenceFrame(csv)).columns).toEqual(terms);
  });

  it("numbers of lalonde-interactions are the columns they are named after", () => {
    const table = referenceFrame("lalonde.csv");
    const { columns, x, n } = buildDesign(bindFormula(fits[3].formula, table), table);
    expect(n).toBe(614);
    const raw = toRows(table);
    const firstEarner = x[columns.indexOf("I(re74 > 0)TRUE")].indexOf(1);
    const firstWhite = raw.findIndex((row) => row.race === "white");
    for (const row of [0, firstEarner, firstWhite]) {
      const number = (name: string): number => x[columns.indexOf(name)][row];
      expect(number("age:racewhite")).toBe(raw[row].race === "white" ? raw[row].age : 0);
      expect(number("age:educ")).toBe(Number(raw[row].age) * Number(raw[row].educ));
      expect(number("log(re75 + 1)")).toBe(Math.log(Number(raw[row].re75) + 1));
      expect(number("I(re74 > 0)TRUE")).toBe(Number(raw[row].re74) > 0 ? 1 : 0);
    }
  });
});

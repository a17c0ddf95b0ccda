import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  compareText,
  findColumn,
  getColumn,
  isMissingAt,
  numericColumn,
  requireFinite,
  takeColumn,
  toCategorical,
  valueAt,
} from "../../src/data/column";
import { frame } from "../../src/data/frame";
import type { NumericColumn } from "../../src/data/types";
import { errorOf } from "../helpers/reference";

const schools = frame(
  {
    school: ["1288", "1224", "1288"],
    size: [842, null, 1855],
    boarding: [true, null, false],
    sector: ["public", null, "catholic"],
    code: [10, 9, null],
  },
  { levels: { sector: ["public", "catholic"] } },
);

describe("getColumn", () => {
  it("finds a column, or names the nearest and the role", () => {
    expect(getColumn(schools, "size").name).toBe("size");
    expect(findColumn(schools, "sise")).toBeUndefined();
    const error = errorOf(() => getColumn(schools, "sise", "the treatment"));
    expect(error.code).toBe("unknown-column");
    expect(error.message).toBe('There is no column "sise" for the treatment. Did you mean "size"?');
    expect(errorOf(() => getColumn(schools, "outcome")).message).toMatch(/The columns are: school, size/);
  });
});

describe("numericColumn", () => {
  it("gives numbers and logicals without a copy", () => {
    expect(numericColumn(schools, "size")).toBe((getColumn(schools, "size") as NumericColumn).values);
    expect(Array.from(numericColumn(schools, "boarding"))).toEqual([1, Number.NaN, 0]);
  });

  it("tells numbers written as text, stray words and categories apart, and says what to do", () => {
    const table = frame({
      number: ["12", "13", null, "14"],
      score: ["1.5", "n/a", ".", "n/a"],
      sector: ["public", "catholic", "public", null],
    });
    const written = errorOf(() => numericColumn(table, "number", "the weights"));
    expect(written.code).toBe("wrong-type");
    expect(written.message).toMatch(
      /"number" for the weights holds numbers written as text.*types: \{ "number": "number" \}/,
    );

    const stray = errorOf(() => numericColumn(table, "score"));
    expect(stray.code).toBe("wrong-type");
    expect(stray.message).toMatch(
      /"score" holds text.*2 of its 3 values are no numbers: "n\/a", "\."\..*missing: \["n\/a", "\."\]/,
    );

    const category = errorOf(() => numericColumn(table, "sector"));
    expect(category.code).toBe("wrong-type");
    expect(category.message).toMatch(/"sector" holds text \(such as "public"\) where numbers are needed/);
    expect(errorOf(() => numericColumn(schools, "sector")).message).toMatch(/holds a factor \(such as "public"\)/);
  });
});

describe("toCategorical", () => {
  it("keeps a factor's levels and sorts everything else", () => {
    expect(toCategorical(getColumn(schools, "sector"))).toBe(getColumn(schools, "sector"));
    expect(toCategorical(getColumn(schools, "school"))).toMatchObject({
      kind: "factor",
      codes: Int32Array.of(1, 0, 1),
      levels: ["1224", "1288"],
    });
    expect(toCategorical(getColumn(schools, "code"))).toMatchObject({
      codes: Int32Array.of(1, 0, -1),
      levels: ["9", "10"],
    });
    expect(toCategorical(getColumn(schools, "boarding"))).toMatchObject({
      codes: Int32Array.of(1, -1, 0),
      levels: ["FALSE", "TRUE"],
    });
  });

  it("sorts numbers as numbers, with one level for both zeros", () => {
    const column = toCategorical(getColumn(frame({ x: [-1, 0, -0, 1e21, 0.1, -10] }), "x"));
    expect(column.levels).toEqual(["-10", "-1", "0", "0.1", "1e+21"]);
    expect(Array.from(column.codes)).toEqual([1, 2, 2, 4, 3, 0]);
  });

  it("sorts text by code units, the same in every language setting", () => {
    const levels = toCategorical(getColumn(frame({ x: ["é", "z", "Z", "a", "10", "9"] }), "x")).levels;
    expect(levels).toEqual(["10", "9", "Z", "a", "z", "é"]);
    expect([compareText("a", "b"), compareText("b", "a"), compareText("a", "a")]).toEqual([-1, 1, 0]);
  });
});

describe("single values", () => {
  it("are read as people write them", () => {
    const row = (index: number): unknown[] => schools.columns.map((column) => valueAt(column, index));
    expect(row(0)).toEqual(["1288", 842, true, "public", 10]);
    expect(row(1)).toEqual(["1224", null, null, null, 9]);
    expect(schools.columns.map((column) => isMissingAt(column, 1))).toEqual([false, true, true, true, false]);
  });
});

describe("takeColumn", () => {
  it("takes rows in order, −1 as missing, for every kind", () => {
    for (const column of schools.columns) {
      const taken = takeColumn(column, [2, -1, 0, 0]);
      expect(taken.kind).toBe(column.kind);
      expect([0, 1, 2, 3].map((row) => valueAt(taken, row))).toEqual([
        valueAt(column, 2),
        null,
        valueAt(column, 0),
        valueAt(column, 0),
      ]);
    }
  });

  it("keeps the decimals of numbers that come from another realm", () => {
    const values = runInNewContext("Float64Array.of(0.25, 0.75)") as Float64Array;
    expect(takeColumn({ kind: "numeric", name: "x", values }, [1, 0])).toEqual({
      kind: "numeric",
      name: "x",
      values: Float64Array.of(0.75, 0.25),
    });
  });
});

describe("requireFinite", () => {
  it("lets numbers and missing values pass, and names the first infinite one", () => {
    requireFinite(Float64Array.of(1, Number.NaN, -1e308), "x");
    const error = errorOf(() => requireFinite(Float64Array.of(1, -Infinity, Infinity), "ses"));
    expect(error.code).toBe("non-finite");
    expect(error.message).toMatch(/"ses" has 2 infinite values \(first in row 2\)/);
  });
});

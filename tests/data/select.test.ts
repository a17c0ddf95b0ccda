import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnNames, getColumn } from "../../src/data/column";
import { frame } from "../../src/data/frame";
import {
  completeRows,
  dropIncomplete,
  filterRows,
  renameColumns,
  resolveWeights,
  selectColumns,
  takeRows,
  toRows,
  withColumn,
} from "../../src/data/select";
import { errorOf, referenceFrame } from "../helpers/reference";
import { arrowLike, valuesOf } from "./helpers";

const rows = [
  { school: "a", size: 300, boarding: true },
  { school: "b", size: null, boarding: null },
  { school: null, size: 900, boarding: false },
];
const schools = frame(rows);

describe("selectColumns", () => {
  it("takes the named columns in the order named, without a copy", () => {
    const two = selectColumns(schools, ["size", "school"]);
    expect(columnNames(two)).toEqual(["size", "school"]);
    expect(two.columns[0]).toBe(getColumn(schools, "size"));
    expect(two.rows).toBe(3);
    expect(columnNames(selectColumns(rows, ["size"]))).toEqual(["size"]);
  });

  it("refuses unknown and repeated names", () => {
    expect(errorOf(() => selectColumns(schools, ["schol"])).message).toMatch(/Did you mean "school"\?/);
    const twice = errorOf(() => selectColumns(schools, ["size", "school", "size"]));
    expect(twice.code).toBe("invalid-argument");
    expect(twice.message).toMatch(/"size" is named twice/);
  });
});

describe("renameColumns", () => {
  it("renames in place, also by exchange", () => {
    const renamed = renameColumns(schools, { school: "urn", size: "boarding", boarding: "size" });
    expect(columnNames(renamed)).toEqual(["urn", "boarding", "size"]);
    expect(valuesOf(renamed, "boarding")).toEqual([300, null, 900]);
    expect(columnNames(schools)).toEqual(["school", "size", "boarding"]);
  });

  it("refuses an unknown name and a name that exists", () => {
    expect(errorOf(() => renameColumns(schools, { sise: "x" })).code).toBe("unknown-column");
    const error = errorOf(() => renameColumns(schools, { school: "size" }));
    expect(error.code).toBe("column-conflict");
    expect(error.message).toMatch(/two columns named "size"/);
  });
});

describe("takeRows", () => {
  it("takes rows in the order given, also more than once, and none", () => {
    expect(toRows(takeRows(schools, [2, 0, 2]))).toEqual([rows[2], rows[0], rows[2]]);
    expect(toRows(takeRows(rows, Int32Array.of(1)))).toEqual([rows[1]]);
    expect(takeRows(schools, [])).toMatchObject({ rows: 0 });
  });

  it("refuses positions outside the table and what is no position", () => {
    for (const position of [3, -1, 0.5, Number.NaN]) {
      const error = errorOf(() => takeRows(schools, [0, position]));
      expect(error.code).toBe("invalid-argument");
      expect(error.message).toContain(`There is no row ${position}`);
      expect(error.message).toMatch(/rows 0 to 2/);
    }
    expect(errorOf(() => takeRows(takeRows(schools, []), [0])).message).toMatch(/no rows/);
  });
});

describe("filterRows", () => {
  it("keeps the rows whose value passes, for every kind, missing values given as null", () => {
    expect(
      valuesOf(
        filterRows(schools, "size", (size) => Number(size) >= 300),
        "school",
      ),
    ).toEqual(["a", null]);
    expect(
      valuesOf(
        filterRows(schools, "size", (size) => size === null),
        "school",
      ),
    ).toEqual(["b"]);
    expect(
      valuesOf(
        filterRows(schools, "boarding", (boarding) => boarding === true),
        "school",
      ),
    ).toEqual(["a"]);
    expect(
      valuesOf(
        filterRows(schools, "school", (school) => school !== "a"),
        "size",
      ),
    ).toEqual([null, 900]);
    expect(
      valuesOf(
        filterRows(rows, "school", (school) => school === "a"),
        "size",
      ),
    ).toEqual([300]);
    expect(filterRows(schools, "size", () => false).rows).toBe(0);
    expect(errorOf(() => filterRows(schools, "sise", () => true)).code).toBe("unknown-column");
  });

  it("does what a filter over row objects does (property)", () => {
    const values = fc.array(fc.option(fc.constantFrom("a", "b", "c")), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.func(fc.boolean()), (x, keep) => {
        const table = frame({ x, row: x.map((_, i) => i) }, { types: { x: "text" } });
        const kept = x.flatMap((value, i) => (keep(value) ? [i] : []));
        expect(valuesOf(filterRows(table, "x", keep), "row")).toEqual(kept);
      }),
    );
  });
});

describe("withColumn", () => {
  it("adds at the end or replaces in place", () => {
    expect(columnNames(withColumn(schools, "ses", [1, 2, 3]))).toEqual(["school", "size", "boarding", "ses"]);
    const replaced = withColumn(schools, "size", ["s", "m", "l"]);
    expect(columnNames(replaced)).toEqual(["school", "size", "boarding"]);
    expect(valuesOf(replaced, "size")).toEqual(["s", "m", "l"]);
    expect(valuesOf(schools, "size")).toEqual([300, null, 900]);
    expect(columnNames(withColumn(rows, "__proto__", [1, 2, 3]))).toContain("__proto__");
  });

  it("takes Float64Arrays without a copy, vectors, and options", () => {
    const values = Float64Array.of(1, 2, 3);
    expect(getColumn(withColumn(schools, "x", values), "x")).toMatchObject({ values });
    expect((getColumn(withColumn(schools, "x", values), "x") as { values: unknown }).values).toBe(values);
    expect(valuesOf(withColumn(schools, "x", arrowLike(["p", null, "q"])), "x")).toEqual(["p", null, "q"]);
    const factor = withColumn(schools, "x", ["p", "q", "p"], { levels: { x: ["q", "p"] } });
    expect(getColumn(factor, "x")).toMatchObject({ kind: "factor", levels: ["q", "p"] });
  });

  it("gives a column of another table its new name", () => {
    const column = getColumn(schools, "school") as never;
    expect(valuesOf(withColumn(schools, "copy", column), "copy")).toEqual(["a", "b", null]);
    expect(columnNames(frame({ only: column }))).toEqual(["only"]);
  });

  it("refuses another length, and what is no column", () => {
    const error = errorOf(() => withColumn(schools, "x", [1, 2]));
    expect(error.code).toBe("length-mismatch");
    expect(error.message).toMatch(/"x" has 2 values.*3 rows/);
    expect(errorOf(() => withColumn(schools, "x", 5 as never)).code).toBe("wrong-type");
    expect(errorOf(() => withColumn(schools, "x", undefined as never)).code).toBe("wrong-type");
    expect(errorOf(() => withColumn(schools, "x", [1, "a", 2])).code).toBe("wrong-type");
  });
});

describe("toRows", () => {
  it("gives row objects with null for missing", () => {
    expect(toRows(schools)).toEqual(rows);
    expect(toRows({ a: [1, Number.NaN] })).toEqual([{ a: 1 }, { a: null }]);
  });
});

describe("completeRows", () => {
  it("is null where nothing is missing", () => {
    const hsb = referenceFrame("hsb-pupils.csv");
    expect(completeRows(hsb.columns, hsb.rows)).toBeNull();
    expect(completeRows([], 3)).toBeNull();
  });

  it("gives the complete rows and how many each column lost", () => {
    expect(completeRows(schools.columns, 3)).toEqual({ kept: Int32Array.of(0), missing: [1, 1, 1] });
    expect(completeRows([getColumn(schools, "size")], 3)).toEqual({ kept: Int32Array.of(0, 2), missing: [1] });
    const none = frame({ a: [1, null], b: [null, "x"] });
    expect(completeRows(none.columns, 2)).toEqual({ kept: new Int32Array(0), missing: [1, 1] });
  });
});

describe("dropIncomplete", () => {
  it("keeps the rows that are complete in the named columns", () => {
    expect(toRows(dropIncomplete(schools, ["school"]))).toEqual([rows[0], rows[1]]);
    expect(toRows(dropIncomplete(rows, ["school", "size"]))).toEqual([rows[0]]);
    expect(dropIncomplete(schools, [])).toBe(schools);
  });

  it("refuses an unknown column, and to drop every row, naming the column that lost most", () => {
    expect(errorOf(() => dropIncomplete(schools, ["sise"])).code).toBe("unknown-column");
    const error = errorOf(() => dropIncomplete({ a: [1, 2, null], b: [null, null, 3] }, ["a", "b"]));
    expect(error.code).toBe("empty-data");
    expect(error.message).toMatch(/"b" alone is missing in 2 of 3 rows/);
  });
});

describe("resolveWeights", () => {
  it("reads a column by name, or one number per row", () => {
    expect(resolveWeights(schools, "size", "the weights")).toEqual(Float64Array.of(300, Number.NaN, 900));
    const values = Float64Array.of(1, 2, 3);
    expect(resolveWeights(schools, values, "the weights")).toBe(values);
    expect(resolveWeights(schools, Int32Array.of(1, 2, 3), "the weights")).toEqual(values);
    expect(resolveWeights(schools, [1, 2, 3], "the weights")).toEqual(values);
  });

  it("keeps a missing weight missing: null is not 0", () => {
    expect(resolveWeights(schools, [1, null, undefined] as never, "the weights")).toEqual(
      Float64Array.of(1, Number.NaN, Number.NaN),
    );
  });

  it("refuses another length, text, and unknown columns, in whole sentences", () => {
    const short = errorOf(() => resolveWeights(schools, [1, 2], "the weights"));
    expect(short.code).toBe("length-mismatch");
    expect(short.message).toMatch(/^The weights have 2 values, the table 3 rows/);
    expect(errorOf(() => resolveWeights(schools, ["a", "b", "c"] as never, "the weights")).code).toBe("wrong-type");
    expect(errorOf(() => resolveWeights(schools, 5 as never, "the weights")).code).toBe("wrong-type");
    const unknown = errorOf(() => resolveWeights(schools, "sise", "the weights"));
    expect(unknown.message).toMatch(/"sise" for the weights. Did you mean "size"/);
  });
});

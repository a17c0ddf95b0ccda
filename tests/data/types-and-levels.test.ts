import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { getColumn } from "../../src/data/column";
import { frame } from "../../src/data/frame";
import type { ColumnType } from "../../src/data/types";
import { errorOf } from "../helpers/reference";
import { valuesOf } from "./helpers";

const retyped = (values: unknown[], ...types: ColumnType[]): unknown[] =>
  valuesOf(
    types.reduce((table, type) => frame(table, { types: { x: type } }), frame({ x: values })),
    "x",
  );

describe("types", () => {
  it("turns text into numbers, in the file's spellings only", () => {
    expect(retyped([" 12 ", "1e5", "-.5", "+3.", "0012", "", "  ", null, "Inf", "-Infinity"], "number")).toEqual([
      12,
      1e5,
      -0.5,
      3,
      12,
      null,
      null,
      null,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    for (const text of ["0x1F", "0b11", "0o7", "1,5", "1 000", "12a", "NA", "--1", ".", "e5", "1e", "∞"]) {
      const error = errorOf(() => frame({ x: ["1", text] }, { types: { x: "number" } }));
      expect(error.code).toBe("wrong-type");
      expect(error.message).toContain(`row 2 has the text "${text}"`);
    }
  });

  it("turns text and 0/1 into logicals", () => {
    expect(retyped(["TRUE", "False", "T", "f", "1", "0", "", null], "logical")).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      null,
      null,
    ]);
    expect(retyped([1, 0, null], "logical")).toEqual([true, false, null]);
    expect(errorOf(() => retyped(["yes"], "logical")).message).toMatch(/"x".*row 1 has the text "yes"/);
    expect(errorOf(() => retyped([1, 2], "logical")).message).toMatch(/"x".*row 2 has the number 2/);
  });

  it("turns numbers and logicals into text as people write them", () => {
    expect(retyped([1224, 0.1, -0, 1e21, null], "text")).toEqual(["1224", "0.1", "0", "1e+21", null]);
    expect(retyped([true, false, null], "text")).toEqual(["TRUE", "FALSE", null]);
    expect(retyped([true, false, null], "number")).toEqual([1, 0, null]);
  });

  it("takes a factor's labels, not its codes, when it becomes numeric or logical", () => {
    expect(retyped(["30", "10", null, "20"], "factor", "number")).toEqual([30, 10, null, 20]);
    expect(retyped([30, 10, null, 20], "factor", "number")).toEqual([30, 10, null, 20]);
    expect(retyped(["TRUE", "FALSE", null], "factor", "logical")).toEqual([true, false, null]);
    const error = errorOf(() => retyped(["30", "low"], "factor", "number"));
    expect(error.message).toMatch(/"x" should hold numbers, but row 2 has the text "low"/);
  });

  it("is undone by the opposite change (property)", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ noNaN: true })), { minLength: 1 }), (values) => {
        const expected = values.map((value) => (value === 0 ? 0 : value)); // text has no negative zero
        expect(retyped(values, "number", "text", "number")).toEqual(expected);
        expect(retyped(values, "number", "factor", "number")).toEqual(expected);
      }),
    );
  });

  it("sorts a factor's levels, so that the reference level does not hang on the order of the rows", () => {
    const text = getColumn(frame({ x: ["public", null, "catholic"] }, { types: { x: "factor" } }), "x");
    expect(text).toEqual({ kind: "factor", name: "x", codes: Int32Array.of(1, -1, 0), levels: ["catholic", "public"] });
    const numbers = getColumn(frame({ x: [10, 9, 10] }, { types: { x: "factor" } }), "x");
    expect(numbers).toMatchObject({ codes: Int32Array.of(1, 0, 1), levels: ["9", "10"] });
    const truth = getColumn(frame({ x: [true, null, false] }, { types: { x: "factor" } }), "x");
    expect(truth).toMatchObject({ codes: Int32Array.of(1, -1, 0), levels: ["FALSE", "TRUE"] });
  });

  it("leaves a column alone that has the type already", () => {
    const table = frame({ x: [1, 2], f: ["b", "a"] }, { levels: { f: ["b", "a"] } });
    const again = frame(table, { types: { x: "number", f: "factor" } });
    expect(getColumn(again, "x")).toBe(getColumn(table, "x"));
    expect(getColumn(again, "f")).toBe(getColumn(table, "f"));
  });

  it("mixes numbers and text where text is asked for", () => {
    expect(retyped(["a"], "text")).toEqual(["a"]);
    expect(valuesOf(frame({ x: [1, "a", true, 2n, null] }, { types: { x: "text" } }), "x")).toEqual([
      "1",
      "a",
      "TRUE",
      "2",
      null,
    ]);
    expect(valuesOf(frame({ x: [1, "2", true, 3n, ""] }, { types: { x: "number" } }), "x")).toEqual([1, 2, 1, 3, null]);
  });

  it("refuses an unknown column, with the nearest name, and an unknown type", () => {
    const unknown = errorOf(() => frame({ school: ["a"] }, { types: { schol: "text" } }));
    expect(unknown.code).toBe("unknown-column");
    expect(unknown.message).toMatch(/"schol".*Did you mean "school"\?/);
    for (const type of ["numeric", "string", "constructor", ""]) {
      const error = errorOf(() => frame({ size: [1] }, { types: { size: type as never } }));
      expect(error.code).toBe("invalid-argument");
      expect(error.message).toMatch(/"size".*number, text, factor, logical/);
    }
    expect(errorOf(() => frame({ size: [1] }, { types: { size: "nunber" as never } })).message).toMatch(/"number"\?/);
  });
});

describe("levels", () => {
  it("makes a factor with the levels in the order given, unused ones kept", () => {
    const table = frame({ sector: ["b", null, "a"] }, { levels: { sector: ["c", "b", "a"] } });
    expect(getColumn(table, "sector")).toEqual({
      kind: "factor",
      name: "sector",
      codes: Int32Array.of(1, -1, 2),
      levels: ["c", "b", "a"],
    });
  });

  it("takes numbers and logicals as they are written", () => {
    const table = frame(
      { year: [2011, 2010], in: [true, false] },
      { levels: { year: [2010, 2011], in: ["TRUE", "FALSE"] } },
    );
    expect(getColumn(table, "year")).toMatchObject({ codes: Int32Array.of(1, 0), levels: ["2010", "2011"] });
    expect(getColumn(table, "in")).toMatchObject({ codes: Int32Array.of(0, 1), levels: ["TRUE", "FALSE"] });
  });

  it("reorders the levels of a factor", () => {
    const table = frame({ f: ["a", "b"] }, { levels: { f: ["a", "b"] } });
    expect(getColumn(frame(table, { levels: { f: ["b", "a"] } }), "f")).toMatchObject({
      codes: Int32Array.of(1, 0),
      levels: ["b", "a"],
    });
  });

  it("refuses unknown columns, unseen values, repeated levels and what is no list", () => {
    const unknown = errorOf(() => frame({ sector: ["a"] }, { levels: { sektor: ["a"] } }));
    expect(unknown.code).toBe("unknown-column");
    expect(unknown.message).toMatch(/Did you mean "sector"\?/);

    const unseen = errorOf(() => frame({ x: ["a", "b", "c", "d", "e", "f", "g"] }, { levels: { x: ["a"] } }));
    expect(unseen.code).toBe("unknown-level");
    expect(unseen.message).toMatch(/"x" has 6 values.*b, c, d, e, f and 1 more.*The levels are a\./);

    const twice = errorOf(() => frame({ x: ["a", "b"] }, { levels: { x: ["a", "b", "a"] } }));
    expect(twice.code).toBe("invalid-argument");
    expect(twice.message).toMatch(/"x".*"a" twice/);

    expect(errorOf(() => frame({ x: ["a"] }, { levels: { x: "a" as never } })).code).toBe("invalid-argument");
  });
});

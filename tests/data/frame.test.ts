import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnNames, getColumn } from "../../src/data/column";
import { frame, frameOfColumns, isFrame } from "../../src/data/frame";
import { toRows } from "../../src/data/select";
import { errorOf, referenceFrame } from "../helpers/reference";
import { arrowLike, valuesOf } from "./helpers";

describe("frame from columns", () => {
  it("types numbers, text and logicals", () => {
    const table = frame({ size: [842, 1855], sector: ["public", "catholic"], boarding: [false, true] });
    expect(table).toEqual({
      kind: "frame",
      rows: 2,
      columns: [
        { kind: "numeric", name: "size", values: Float64Array.of(842, 1855) },
        { kind: "text", name: "sector", codes: Int32Array.of(0, 1), levels: ["public", "catholic"] },
        { kind: "logical", name: "boarding", values: Float64Array.of(0, 1) },
      ],
    });
  });

  it("lists text by first appearance", () => {
    expect(getColumn(frame({ x: ["b", null, "a", "b"] }), "x")).toMatchObject({
      codes: Int32Array.of(0, -1, 1, 0),
      levels: ["b", "a"],
    });
  });

  it("uses a Float64Array as it is and copies every other array", () => {
    const doubles = Float64Array.of(1.5, Number.NaN, -0);
    const table = frame({
      doubles,
      floats: Float32Array.of(1.5, 2, 3),
      ints: Int32Array.of(-1, 2, 3),
      bytes: Uint8Array.of(1, 2, 255),
      clamped: Uint8ClampedArray.of(300, 2, 3),
      big: BigInt64Array.of(-1n, 2n, 9007199254740991n),
    });
    expect(getColumn(table, "doubles")).toMatchObject({ values: doubles });
    expect((getColumn(table, "doubles") as { values: Float64Array }).values).toBe(doubles);
    expect(valuesOf(table, "floats")).toEqual([1.5, 2, 3]);
    expect(valuesOf(table, "ints")).toEqual([-1, 2, 3]);
    expect(valuesOf(table, "bytes")).toEqual([1, 2, 255]);
    expect(valuesOf(table, "clamped")).toEqual([255, 2, 3]);
    expect(valuesOf(table, "big")).toEqual([-1, 2, 9007199254740991]);
  });

  it("reads vectors as Arrow has them", () => {
    const table = frame({ ses: arrowLike([0.1, null, 3n]), sector: arrowLike(["a", undefined, "b"]) });
    expect(toRows(table)).toEqual([
      { ses: 0.1, sector: "a" },
      { ses: null, sector: null },
      { ses: 3, sector: "b" },
    ]);
  });

  it("takes arrays and typed arrays of another realm", () => {
    const foreign = runInNewContext(
      `({ a: Float64Array.of(1.5, 2.5), b: ["x", "y"], c: BigInt64Array.of(1n, 2n) })`,
    ) as Record<string, never>;
    const table = frame(foreign);
    expect(toRows(table)).toEqual([
      { a: 1.5, b: "x", c: 1 },
      { a: 2.5, b: "y", c: 2 },
    ]);
    expect((getColumn(table, "a") as { values: Float64Array }).values).toBe(foreign.a);
    expect(toRows(frame(runInNewContext(`[{ a: 1 }, { a: 2 }]`) as { a: number }[]))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("takes null, undefined and NaN as missing, in columns of every type", () => {
    const table = frame({
      number: [null, undefined, Number.NaN, 1],
      word: [null, undefined, Number.NaN, "a"],
      truth: [null, undefined, Number.NaN, true],
      nothing: [null, undefined, Number.NaN, null],
    });
    expect(valuesOf(table, "number")).toEqual([null, null, null, 1]);
    expect(valuesOf(table, "word")).toEqual([null, null, null, "a"]);
    expect(valuesOf(table, "truth")).toEqual([null, null, null, true]);
    expect(getColumn(table, "nothing")).toEqual({
      kind: "numeric",
      name: "nothing",
      values: new Float64Array(4).fill(Number.NaN),
    });
  });

  it("keeps the empty text, which is not missing, and infinite numbers", () => {
    const table = frame({ word: ["", "a"], number: [Number.POSITIVE_INFINITY, -1e308] });
    expect(toRows(table)).toEqual([
      { word: "", number: Number.POSITIVE_INFINITY },
      { word: "a", number: -1e308 },
    ]);
  });

  it("returns a frame as it is", () => {
    const table = frame({ x: [1] });
    expect(frame(table)).toBe(table);
  });

  it("gives back what it was given (property)", () => {
    const column = (n: number): fc.Arbitrary<unknown[]> =>
      fc.oneof(
        ...[fc.double({ noNaN: true }), fc.string(), fc.boolean()].map((value) =>
          fc.array(fc.option(value as fc.Arbitrary<unknown>), { minLength: n, maxLength: n }),
        ),
      );
    const table = fc
      .integer({ min: 1, max: 8 })
      .chain((n) => fc.dictionary(fc.string(), column(n), { minKeys: 1, maxKeys: 6 }));
    fc.assert(
      fc.property(table, (columns) => {
        const made = frame(columns);
        expect(columnNames(made)).toEqual(Object.keys(columns));
        for (const name of Object.keys(columns)) expect(valuesOf(made, name)).toEqual(columns[name]);
        expect(frame(toRows(made))).toEqual(made);
      }),
    );
  });
});

describe("frame from rows", () => {
  it("reads row objects, missing keys as missing values, columns by first appearance", () => {
    const table = frame([{ a: 1 }, { b: "x", a: 2 }, { c: true }]);
    expect(columnNames(table)).toEqual(["a", "b", "c"]);
    expect(toRows(table)).toEqual([
      { a: 1, b: null, c: null },
      { a: 2, b: "x", c: null },
      { a: null, b: null, c: true },
    ]);
  });

  it("takes rows whose type is an interface", () => {
    interface Pupil {
      school: string;
      score?: number;
    }
    const pupils: readonly Pupil[] = [{ school: "a", score: 1 }, { school: "b" }];
    expect(frame(pupils).rows).toBe(2);
  });

  it("says which row is no object", () => {
    const cases: [unknown[], RegExp][] = [
      [[{ a: 1 }, null], /Row 2 is null/],
      [[{ a: 1 }, undefined], /Row 2 is undefined/],
      [[1, 2], /Row 1 is the number 1/],
      [[{ a: 1 }, [1, 2]], /Row 2 is an Array/],
      [["school"], /Row 1 is the text "school"/],
    ];
    for (const [rows, message] of cases) {
      const error = errorOf(() => frame(rows as object[]));
      expect(error.code).toBe("wrong-type");
      expect(error.message).toMatch(message);
    }
  });
});

describe("names that trap", () => {
  it("takes columns named length, kind, columns, rows, codes, values and at", () => {
    const data = {
      length: [1, 2],
      kind: ["frame", "x"],
      columns: [3, 4],
      rows: [5, 6],
      codes: [7, 8],
      values: [9, 10],
    };
    const table = frame(data);
    expect(columnNames(table)).toEqual(Object.keys(data));
    expect(valuesOf(table, "kind")).toEqual(["frame", "x"]);
    expect(toRows(frame(toRows(table)))).toEqual(toRows(table));
  });

  it("is not fooled by an object that only claims to be a frame", () => {
    expect(isFrame({ kind: "frame", columns: { length: 1 } })).toBe(false);
    expect(isFrame({ kind: "frame" })).toBe(false);
    expect(isFrame(null)).toBe(false);
    expect(isFrame(frame({ a: [1] }))).toBe(true);
    expect(isFrame(structuredClone(frame({ a: [1] })))).toBe(true);
    const error = errorOf(() => frame({ kind: "frame", columns: [1] } as never));
    expect(error.code).toBe("wrong-type");
    expect(error.message).toMatch(/"kind"/);
  });

  it("takes columns named __proto__, constructor and toString, from columns, rows and with options", () => {
    const columns = JSON.parse('{"__proto__": [1, 2], "constructor": ["a", "b"], "toString": [3, null]}');
    const rows = JSON.parse(
      '[{"__proto__": 1, "constructor": "a", "toString": 3}, {"__proto__": 2, "constructor": "b"}]',
    );
    for (const data of [columns, rows]) {
      const table = frame(data, { types: {}, levels: {} });
      expect(columnNames(table)).toEqual(["__proto__", "constructor", "toString"]);
      expect(valuesOf(table, "__proto__")).toEqual([1, 2]);
      expect(valuesOf(table, "constructor")).toEqual(["a", "b"]);
      expect(valuesOf(table, "toString")).toEqual([3, null]);
      expect(Object.keys(toRows(table)[0])).toEqual(["__proto__", "constructor", "toString"]);
    }
    expect(Object.prototype).not.toHaveProperty("1");
  });

  it("keeps the order of columns named by years where names and values come as a list", () => {
    // Objects put whole-number names first; the reader of files does not go through one.
    expect(columnNames(frame({ school: ["a"], 2012: [1], 2011: [2] }))).toEqual(["2011", "2012", "school"]);
    const table = frameOfColumns([
      ["school", ["a"]],
      ["2012", [1]],
      ["2011", [2]],
    ]);
    expect(columnNames(table)).toEqual(["school", "2012", "2011"]);
    expect(columnNames(frame(table, { types: { 2012: "text" } }))).toEqual(["school", "2012", "2011"]);
  });

  it("refuses one name twice", () => {
    const error = errorOf(() =>
      frameOfColumns([
        ["a", [1]],
        ["a", [2]],
      ]),
    );
    expect(error.code).toBe("column-conflict");
    expect(error.message).toMatch(/"a"/);
  });
});

describe("bad data", () => {
  it("refuses no columns and no rows, saying which", () => {
    const cases: [unknown, RegExp][] = [
      [{}, /no columns/],
      [[], /no rows/],
      [[{}], /no columns/],
      [{ a: [], b: [] }, /no rows \(columns: a, b\)/],
      [{ a: new Float64Array(0) }, /no rows/],
    ];
    for (const [data, message] of cases) {
      const error = errorOf(() => frame(data as never));
      expect(error.code).toBe("empty-data");
      expect(error.message).toMatch(message);
    }
  });

  it("refuses columns of unequal length, naming both", () => {
    const error = errorOf(() => frame({ a: [1, 2, 3], b: [1, 2] }));
    expect(error.code).toBe("length-mismatch");
    expect(error.message).toMatch(/"b" has 2 rows.*"a" has 3/);
  });

  it("refuses what is no data, and says so for the usual slips", () => {
    const cases: [unknown, RegExp][] = [
      [undefined, /not undefined/],
      [null, /not null/],
      ["schools.csv", /not the text "schools.csv"/],
      [5, /not the number 5/],
      [Promise.resolve({ a: [1] }), /promise.*await/i],
      [() => 1, /not a Function/],
      [Symbol("x"), /not a Symbol/],
      [Float64Array.of(1, 2), /a record of columns, not a Float64Array/],
      [new Map([["a", [1]]]), /not a Map/],
    ];
    for (const [data, message] of cases) {
      const error = errorOf(() => frame(data as never));
      expect(error.code).toBe("wrong-type");
      expect(error.message).toMatch(message);
    }
  });

  it("refuses a column that is no list of values", () => {
    for (const column of ["public", 5, null, undefined, () => 1, { a: 1 }, { length: 2 }, new Date(0)]) {
      const error = errorOf(() => frame({ ok: [1, 2], sector: column } as never));
      expect(error.code).toBe("wrong-type");
      expect(error.message).toMatch(/^Column "sector" must be an array/);
    }
  });

  it("refuses dates, objects and symbols, in any row, whatever type is asked", () => {
    const values: [unknown, RegExp][] = [
      [new Date(0), /a Date.*convert/i],
      [{ a: 1 }, /an Object/],
      [[1], /an Array/],
      [Symbol("x"), /a Symbol/],
      [() => 1, /a Function/],
    ];
    for (const [value, message] of values) {
      for (const data of [{ born: [value, null] }, { born: [1, value] }, { born: ["a", value] }]) {
        for (const type of [undefined, "text", "factor", "number", "logical"] as const) {
          const error = errorOf(() => frame({ other: [1, 2], ...data }, type ? { types: { born: type } } : {}));
          expect(error.code).toBe("wrong-type");
          if (data.born[0] === value) expect(error.message).toMatch(message);
          expect(error.message).toMatch(/"born"/);
        }
      }
    }
  });

  it("refuses mixed types, naming both rows and the way out", () => {
    const error = errorOf(() => frame({ size: [null, 842, 1855, "n/a"] }));
    expect(error.code).toBe("wrong-type");
    expect(error.message).toMatch(/"size" mixes.*row 2 holds the number 842.*row 4 the text "n\/a".*types: \{ "size"/);
    expect(errorOf(() => frame({ x: [true, 1] })).code).toBe("wrong-type");
    expect(errorOf(() => frame({ x: ["a", false] })).code).toBe("wrong-type");
  });

  it("refuses a bigint that a number cannot hold", () => {
    for (const x of [[2n ** 53n + 1n], BigInt64Array.of(2n ** 53n + 1n)]) {
      const error = errorOf(() => frame({ x }));
      expect(error.code).toBe("wrong-type");
      expect(error.message).toMatch(/"x", row 1: 9007199254740993.*types: \{ "x": "text" \}/);
      expect(valuesOf(frame({ x }, { types: { x: "text" } }), "x")).toEqual(["9007199254740993"]);
    }
  });
});

it("reads the reference tables", () => {
  expect(referenceFrame("hsb-pupils.csv").rows).toBe(7185);
  expect(columnNames(referenceFrame("hsb-schools.csv"))).toEqual(
    "school,size,catholic,pracad,disclim,himinty,meanses".split(","),
  );
});

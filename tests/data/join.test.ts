import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnNames } from "../../src/data/column";
import { frame } from "../../src/data/frame";
import { join } from "../../src/data/join";
import { selectColumns, takeRows, toRows, withColumn } from "../../src/data/select";
import { errorOf, referenceFrame } from "../helpers/reference";
import { valuesOf } from "./helpers";

const pupils = frame({ school: ["b", "a", "b"], score: [1, 2, 3] });
const schools = frame({ school: ["a", "b", "c"], size: [300, 900, 500] });

describe("join", () => {
  it("adds the right table's columns by key and keeps the left order", () => {
    expect(toRows(join(pupils, schools, { on: "school" }))).toEqual([
      { school: "b", score: 1, size: 900 },
      { school: "a", score: 2, size: 300 },
      { school: "b", score: 3, size: 900 },
    ]);
  });

  it("takes rows and records as well as frames", () => {
    const joined = join([{ k: 1 }, { k: 2 }], { k: [2, 1], x: ["two", "one"] }, { on: ["k"] });
    expect(valuesOf(joined, "x")).toEqual(["one", "two"]);
  });

  it("joins the High School & Beyond tables, whose meanses are equal twins", () => {
    const [left, right] = [referenceFrame("hsb-pupils.csv"), referenceFrame("hsb-schools.csv")];
    const joined = join(left, right, { on: "school" });
    expect(columnNames(joined)).toEqual(
      "school,minority,female,ses,mathach,meanses,size,catholic,pracad,disclim,himinty".split(","),
    );
    const expected = referenceFrame("hsb-joined.csv");
    expect(toRows(selectColumns(joined, columnNames(expected)))).toEqual(toRows(expected));
  });

  it("carries missing values, factors and logicals of the right table over", () => {
    const right = frame(
      { school: ["a", "b"], sector: ["x", null], boarding: [null, true], size: [null, 5] },
      { levels: { sector: ["y", "x"] } },
    );
    const joined = join(pupils, right, { on: "school" });
    expect(valuesOf(joined, "sector")).toEqual([null, "x", null]);
    expect(valuesOf(joined, "boarding")).toEqual([true, null, true]);
    expect(valuesOf(joined, "size")).toEqual([5, null, 5]);
    expect(joined.columns.find((column) => column.name === "sector")).toMatchObject({
      kind: "factor",
      levels: ["y", "x"],
    });
  });

  it("joins on several keys", () => {
    const left = frame({ school: ["a", "a", "b"], year: [2, 1, 1] });
    const right = frame({ year: [1, 2, 1], school: ["a", "a", "b"], size: [10, 20, 30] });
    expect(valuesOf(join(left, right, { on: ["school", "year"] }), "size")).toEqual([20, 10, 30]);
    // No separator in a value can make two pairs of keys one.
    const trap = frame({ p: ["a,", "a"], q: ["b", ",b"], x: [1, 2] });
    expect(valuesOf(join(trap, trap, { on: ["p", "q"] }), "x")).toEqual([1, 2]);
  });

  it("joins keys of different kinds that mean the same: factors with text, both zeros", () => {
    const factor = frame({ school: ["b", "a", "b"] }, { levels: { school: ["z", "b", "a"] } });
    expect(valuesOf(join(factor, schools, { on: "school" }), "size")).toEqual([900, 300, 900]);
    expect(valuesOf(join({ k: [0, -0] }, { k: [-0], x: [7] }, { on: "k" }), "x")).toEqual([7, 7]);
  });
});

describe("twin columns", () => {
  const left = frame({ school: ["a", "b", "a"], ses: [0.5, null, 0.5], kind: ["x", "y", "x"] });

  it("merge where they are equal, missing values included", () => {
    const right = frame({ school: ["a", "b"], ses: [0.5, null], kind: ["x", "y"] });
    expect(join(left, right, { on: "school" })).toEqual(left);
    expect(join(left, right, { on: "school", suffix: "_school" })).toEqual(left);
  });

  it("are an error where they differ, naming the row and both values", () => {
    const right = frame({ school: ["a", "b"], ses: [0.5, 0.25] });
    const error = errorOf(() => join(left, right, { on: "school" }));
    expect(error.code).toBe("column-conflict");
    expect(error.message).toMatch(/"ses".*1 of 3 rows.*first in row 2: missing and 0\.25.*suffix/);
    const words = frame({ school: ["a", "b"], kind: ["x", "z"] });
    expect(errorOf(() => join(left, words, { on: "school" })).message).toMatch(/first in row 2: "y" and "z"/);
  });

  it("say so where they differ in type only", () => {
    const right = frame({ school: ["a", "b"], ses: ["0.5", null] });
    const error = errorOf(() => join(left, right, { on: "school" }));
    expect(error.code).toBe("column-conflict");
    expect(error.message).toMatch(/"ses".*numbers in the left table and text in the right/);
  });

  it("stand side by side with a suffix", () => {
    const right = frame({ school: ["a", "b"], ses: [0.5, 0.25] });
    const joined = join(left, right, { on: "school", suffix: "_school" });
    expect(columnNames(joined)).toEqual(["school", "ses", "kind", "ses_school"]);
    expect(valuesOf(joined, "ses_school")).toEqual([0.5, 0.25, 0.5]);
  });

  it("are an error where the suffix makes a name that exists, left or right, before or after", () => {
    const inLeft = withColumn(left, "ses_school", [1, 2, 3]);
    const right = frame({ school: ["a", "b"], ses: [1, 2] });
    const before = frame({ school: ["a", "b"], ses_school: [8, 9], ses: [1, 2] });
    const after = frame({ school: ["a", "b"], ses: [1, 2], ses_school: [8, 9] });
    for (const [a, b] of [
      [inLeft, right],
      [left, before],
      [left, after],
    ]) {
      const error = errorOf(() => join(a, b, { on: "school", suffix: "_school" }));
      expect(error.code).toBe("column-conflict");
      expect(error.message).toMatch(/"ses_school", which exists already/);
    }
    expect(errorOf(() => join(left, right, { on: "school", suffix: "" })).code).toBe("column-conflict");
  });

  it("are compared on the kept rows only", () => {
    const right = frame({ school: ["a"], ses: [0.5] });
    expect(join(left, right, { on: "school", unmatched: "drop" }).rows).toBe(2);
  });
});

describe("keys that do not fit", () => {
  const many = Array.from({ length: 12 }, (_, i) => `s${i + 10}`);

  it("refuses a right key that stands twice, and names at most five", () => {
    const error = errorOf(() => join(pupils, { school: ["a", "b", "a"], size: [1, 2, 3] }, { on: "school" }));
    expect(error.code).toBe("duplicate-key");
    expect(error.message).toMatch(/right table has 1 key of "school" more than once: "a"/);
    const long = errorOf(() => join(pupils, { school: [...many, ...many, ...many] }, { on: "school" }));
    expect(long.message).toMatch(/12 keys.*: "s10", "s11", "s12", "s13", "s14" and 7 more\./);
    expect(long).toMatchObject({ details: { keys: many } });
  });

  it("refuses a left key without partner, names at most five, and counts keys and rows", () => {
    const error = errorOf(() => join({ school: ["a", "d", "a", "d"] }, schools, { on: "school" }));
    expect(error.code).toBe("missing-key");
    expect(error.message).toMatch(/no row for 1 key of "school": "d" \(2 of 4 rows\).*unmatched: "drop"/);
    const long = errorOf(() => join({ school: [...many, ...many] }, schools, { on: "school" }));
    expect(long.message).toMatch(/12 keys.*: "s10", "s11", "s12", "s13", "s14" and 7 more \(24 of 24 rows\)/);
    expect(long).toMatchObject({ details: { keys: many, rows: 24 } });
  });

  it("shows keys so that stray spaces are seen, and pairs as pairs", () => {
    expect(errorOf(() => join({ school: ["a "] }, schools, { on: "school" })).message).toContain('"a "');
    expect(errorOf(() => join({ k: [7] }, { k: [8] }, { on: "k" })).message).toMatch(/: 7 \(/);
    const left = { school: ["a", "b"], year: [1, 2] };
    const error = errorOf(() => join(left, { school: ["a"], year: [2] }, { on: ["school", "year"] }));
    expect(error.message).toMatch(/2 keys of "school, year": \("a", 1\), \("b", 2\)/);
  });

  it('leaves left rows without partner out with unmatched: "drop", missing keys too', () => {
    const left = frame({ school: ["d", "a", null, "b", "d"], score: [1, 2, 3, 4, 5] });
    const joined = join(left, schools, { on: "school", unmatched: "drop" });
    expect(toRows(joined)).toEqual([
      { school: "a", score: 2, size: 300 },
      { school: "b", score: 4, size: 900 },
    ]);
  });

  it("refuses to drop every row", () => {
    const error = errorOf(() => join({ school: ["1", "2"] }, schools, { on: "school", unmatched: "drop" }));
    expect(error.code).toBe("missing-key");
    expect(error.message).toMatch(/No row of the left table.*left: "1", "2".*right: "a", "b", "c"/);
  });

  it("refuses missing keys, naming table, rows and column", () => {
    const left = errorOf(() => join({ school: ["a", null, null] }, schools, { on: "school" }));
    expect(left.code).toBe("missing-values");
    expect(left.message).toMatch(
      /"school" of the left table is missing in 2 rows \(first in row 2\).*unmatched: "drop"/,
    );
    const right = errorOf(() => join(pupils, { school: ["a", "b", null] }, { on: "school", unmatched: "drop" }));
    expect(right.code).toBe("missing-values");
    expect(right.message).toMatch(/"school" of the right table is missing in 1 row \(row 3\)/);
    const second = errorOf(() => join({ k: [1], y: [null] }, { k: [1], y: [1] }, { on: ["k", "y"] }));
    expect(second.message).toMatch(/"y" of the left table/);
  });

  it("refuses text against numbers, and numbers against logicals", () => {
    const error = errorOf(() => join({ school: ["0012"] }, { school: [12] }, { on: "school" }));
    expect(error.code).toBe("wrong-type");
    expect(error.message).toMatch(
      /"school" holds text in the left table and numbers in the right.*types: \{ "school": "text" \}/,
    );
    expect(errorOf(() => join({ k: [12] }, { k: ["12"] }, { on: "k" })).message).toMatch(
      /numbers in the left.*text in the/,
    );
    expect(errorOf(() => join({ k: [1] }, { k: [true] }, { on: "k" })).code).toBe("wrong-type");
  });

  it("refuses unknown keys and no key", () => {
    expect(errorOf(() => join(pupils, schools, { on: "schol" })).message).toMatch(
      /left table\. Did you mean "school"\?/,
    );
    expect(errorOf(() => join(pupils, { urn: ["a"] }, { on: "school" })).message).toMatch(
      /right table\. The columns are: urn\..*renameColumns/,
    );
    expect(errorOf(() => join(pupils, schools, { on: [] })).code).toBe("invalid-argument");
    expect(errorOf(() => join(pupils, schools, "school" as never)).message).toMatch(/\{ on: "school" \}/);
    expect(errorOf(() => join(pupils, schools, { on: "school", unmatched: "keep" as never })).code).toBe(
      "invalid-argument",
    );
  });
});

describe("join, properties", () => {
  const key = fc.oneof(
    fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 30 }),
    fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 }),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  ) as fc.Arbitrary<(string | number | boolean)[]>;

  it("is a lookup, and keeps the order of rows", () => {
    fc.assert(
      fc.property(key, fc.infiniteStream(fc.nat()), fc.integer(), (k, stream, seed) => {
        const distinct = [...new Set(k)];
        const right = distinct
          .map((value, i) => ({ value, x: i * 10 }))
          .sort((a, b) => ((a.x * 7 + seed) % 11) - (b.x % 11));
        const lookup = new Map(right.map((row) => [row.value, row.x]));
        const y = k.map(() => stream.next().value as number);
        const joined = join({ k, y }, { k: right.map((row) => row.value), x: right.map((row) => row.x) }, { on: "k" });
        expect(valuesOf(joined, "k")).toEqual(k);
        expect(valuesOf(joined, "y")).toEqual(y);
        expect(valuesOf(joined, "x")).toEqual(k.map((value) => lookup.get(value)));
      }),
    );
  });

  it("is a lookup by two keys, dropping what has no partner", () => {
    const pair = fc.tuple(fc.constantFrom("a", "b", 'a"'), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(
        fc.array(pair, { minLength: 1, maxLength: 20 }),
        fc.uniqueArray(pair, { minLength: 1, selector: String }),
        (left, right) => {
          const table = (pairs: [string, number][]) => ({ p: pairs.map(([p]) => p), q: pairs.map(([, q]) => q) });
          const lookup = new Map(right.map((value, i) => [String(value), i]));
          const kept = left.flatMap((value, row) => (lookup.has(String(value)) ? [row] : []));
          const run = () =>
            join(
              { ...table(left), row: left.map((_, i) => i) },
              { ...table(right), x: right.map((_, i) => i) },
              { on: ["p", "q"], unmatched: "drop" },
            );
          if (kept.length === 0) {
            expect(errorOf(run).code).toBe("missing-key");
            return;
          }
          expect(valuesOf(run(), "row")).toEqual(kept);
          expect(valuesOf(run(), "x")).toEqual(kept.map((row) => lookup.get(String(left[row]))));
        },
      ),
    );
  });

  it("does not depend on the order of the right table", () => {
    const hsb = referenceFrame("hsb-schools.csv");
    const reversed = takeRows(
      hsb,
      Array.from({ length: hsb.rows }, (_, i) => hsb.rows - 1 - i),
    );
    const left = referenceFrame("hsb-pupils.csv");
    expect(join(left, reversed, { on: "school" })).toEqual(join(left, hsb, { on: "school" }));
  });
});

import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnNames } from "../../src/data/column";
import { numberOf } from "../../src/data/number-text";
import { toRows } from "../../src/data/select";
import type { Frame } from "../../src/data/types";
import { isLikewiseError, type LikewiseError } from "../../src/errors/error";
import { guessedNumber } from "../../src/node/csv-columns";
import { csvTable, type ParseCsvOptions } from "../../src/node/csv-table";
import { parseCsv } from "../../src/node/read-csv";
import { valuesOf } from "../data/helpers";
import { errorOf } from "../helpers/reference";

const TEXT: ParseCsvOptions = { types: { a: "text", b: "text" }, missing: [], delimiter: "," };

/** The table of a text that comes in pieces of these lengths, over and over. */
function inPieces(text: string, lengths: readonly number[], options: ParseCsvOptions = TEXT): Frame {
  const table = csvTable(options, "x.csv");
  do {
    for (let start = 0, k = 0; start < text.length; start += lengths[k++ % lengths.length]) {
      table.add(text.slice(start, start + lengths[k % lengths.length]));
    }
  } while (table.end());
  return table.frame();
}

function outcomeOf<T>(make: () => T): T | LikewiseError {
  try {
    return make();
  } catch (error) {
    if (isLikewiseError(error)) return error;
    throw error;
  }
}

/** csv-parse alone, on the whole text. */
function recordsOf(text: string): string[][] | null {
  try {
    return parse(text, { record_delimiter: ["\r\n", "\n", "\r"], skip_empty_lines: true });
  } catch {
    return null;
  }
}

describe("a text in pieces", () => {
  const unit = fc.constantFrom('"', '""', ",", "\n", "\r\n", "\r", "\n\n", "a", "é", " ", "1", '"a"', '"b\n"', "c,d\n");
  const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });

  it("is what csv-parse reads in one, and refused where csv-parse refuses it (property)", () => {
    let [good, bad] = [0, 0];
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 25 }), lengths, (body, cuts) => {
        const text = `a,b\n${body}`;
        const found = outcomeOf(() => inPieces(text, cuts));
        const whole = outcomeOf(() => inPieces(text, [text.length]));
        if (isLikewiseError(found)) {
          expect(found.message).toBe((whole as LikewiseError).message);
          expect(found.details).toEqual((whole as LikewiseError).details);
        } else expect(found).toEqual(whole);
        const [, ...rows] = recordsOf(text) ?? [];
        if (recordsOf(text) === null) expect(found).toMatchObject({ code: "file" });
        else if (rows.length === 0) expect(found).toMatchObject({ code: "empty-data" });
        else {
          const cell = (value: string): string | null => (value.trim() === "" ? null : value);
          expect(toRows(found as Frame)).toEqual(rows.map(([a, b]) => ({ a: cell(a), b: cell(b) })));
        }
        if (isLikewiseError(found)) bad++;
        else good++;
      }),
      { numRuns: 1000 },
    );
    // Both sides of the property are met.
    expect(Math.min(good, bad)).toBeGreaterThan(30);
  });

  it("of whole rows, quoted here and there, is what csv-parse reads (property)", () => {
    const cell = fc.oneof(
      fc.constantFrom("", "x", "1.5", " y "),
      fc.string({ unit: fc.constantFrom('"', ",", "\r\n", "\n", "z"), maxLength: 4 }),
    );
    const row = fc.tuple(cell, cell, fc.constantFrom("\n", "\r\n", "\r", "\n\r\n"));
    const quoted = (text: string): string =>
      /[",\r\n]/.test(text) || text === "x" ? `"${text.replaceAll('"', '""')}"` : text;
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), lengths, (rows, cuts) => {
        const text = `a,b\r\n${rows.map(([a, b, end]) => `${quoted(a)},${quoted(b)}${end}`).join("")}`;
        const found = inPieces(text, cuts);
        expect(found.rows).toBe(rows.length);
        const [, ...records] = recordsOf(text) as string[][];
        expect(valuesOf(found, "a")).toEqual(records.map(([a]) => (a.trim() === "" ? null : a)));
        expect(valuesOf(found, "b")).toEqual(records.map(([, b]) => (b.trim() === "" ? null : b)));
      }),
    );
  });

  it("names the line of a ragged row beyond the first piece, plain or quoted", () => {
    const lines = Array.from({ length: 40 }, (_, i) => (i % 7 === 3 ? `"${i}\r\n",1` : `${i},1`));
    for (const broken of ["lonely", "1,2,3", '"1",2,3', '5" pipe,1']) {
      const text = `a,b\r\n${[...lines, broken, ...lines].join("\r\n")}`;
      const line = text.slice(0, text.indexOf(`\r\n${broken}\r\n`)).split("\n").length + 1;
      for (const piece of [7, 64, 300, 5000]) {
        expect(errorOf(() => inPieces(text, [piece]))).toMatchObject({
          code: "file",
          details: { path: "x.csv", line },
        });
      }
    }
  });

  it("does not gather the rest of a file for the end of a row", () => {
    const table = csvTable(TEXT, "x.csv");
    const rest = "0123456789,".repeat(100_000);
    const addAll = (first: string) => () => {
      table.add(first);
      for (let i = 0; i < 5; i++) table.add(rest);
    };
    expect(errorOf(addAll('a,b\n1,2\n3,"4')).message).toMatch(/^"x\.csv", line 3: the row.*quote that is not closed/);
    const binary = csvTable(TEXT, "x.csv");
    expect(
      errorOf(() => {
        for (let i = 0; i < 5; i++) binary.add(rest);
      }).message,
    ).toMatch(/line 1: the row that begins here does not end\. Is it a CSV file\?/);
  });
});

describe("types", () => {
  it("of a column whose later cells are no numbers: text as it stands in the file, in a second reading", () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `${i}.50,TRUE,${i % 2 ? "" : "0"},7`);
    const text = `a,b,c,d\n,,,\n${rows.join("\n")}\n1,True,01,8\nx,no,2,9\n`;
    const found = inPieces(text, [997], { delimiter: "," });
    expect(found.columns.map(({ kind }) => kind)).toEqual(["text", "text", "text", "numeric"]);
    expect(columnNames(found)).toEqual(["a", "b", "c", "d"]);
    expect(valuesOf(found, "a").slice(0, 3)).toEqual([null, "0.50", "1.50"]);
    expect(valuesOf(found, "b").slice(-3)).toEqual(["TRUE", "True", "no"]);
    expect(valuesOf(found, "c").slice(-2)).toEqual(["01", "2"]);
    expect(valuesOf(found, "d").slice(-2)).toEqual([8, 9]);
    expect(found).toEqual(parseCsv(text));
  });

  it("by the short way and by the rules are the same (property)", () => {
    const byTheRules = (cell: string): number | undefined => {
      const number = numberOf(cell);
      const isTooLong = Math.abs(number) > Number.MAX_SAFE_INTEGER && /^\s*[+-]?\d+\s*$/.test(cell);
      return Number.isNaN(number) || isTooLong || /^\s*[+-]?0\d/.test(cell) ? undefined : number;
    };
    const unit = fc.constantFrom(..."00112379..-+eE x_bIn\u00a0\u2028".split(""), "9007199254740993", "1e308");
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit, maxLength: 6 }), fc.double().map(String)), (cell) => {
        expect(guessedNumber(cell)).toBe(byTheRules(cell));
      }),
      { numRuns: 5000 },
    );
  });
});

describe("columns", () => {
  const text = 'school,year,score,note\n0012,2013,1.5,"a, b"\n0013,2014,2.5,c\n';

  it("are read by name, in the order asked for, or as a function chooses", () => {
    const some = parseCsv(text, { columns: ["score", "school"] });
    expect(columnNames(some)).toEqual(["score", "school"]);
    expect(valuesOf(some, "school")).toEqual(["0012", "0013"]);
    const chosen = parseCsv(text, { columns: (names) => names.filter((name) => name.startsWith("s")) });
    expect(columnNames(chosen)).toEqual(["school", "score"]);
    // Types of columns that are not read are of no use, but of no harm.
    expect(columnNames(parseCsv(text, { columns: ["year"], types: { score: "text" } }))).toEqual(["year"]);
  });

  it("that are not there are refused by the file's name, with the nearest; other rows are still checked", () => {
    const error = errorOf(() => parseCsv(text, { columns: ["scores"] }, "pupils.csv"));
    expect([error.code, error.message]).toEqual([
      "unknown-column",
      '"pupils.csv" has no column "scores". Did you mean "score"?',
    ]);
    expect(errorOf(() => parseCsv(`${text}1,2\n`, { columns: ["year"] })).message).toMatch(/line 4 has 2 cells/);
    expect(errorOf(() => parseCsv(text, { columns: ["year"], types: { scroe: "text" } })).code).toBe("unknown-column");
  });
});

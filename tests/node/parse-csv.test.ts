import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnNames, getColumn } from "../../src/data/column";
import { toRows } from "../../src/data/select";
import { parseCsv } from "../../src/node/read-csv";
import { valuesOf } from "../data/helpers";
import { errorOf } from "../helpers/reference";

const kindOf = (...cells: string[]): string => getColumn(parseCsv(["x", ...cells].join("\n")), "x").kind;
const kindsByName = (header: string): string[] =>
  parseCsv(`${header}\n${header.split(",").fill("12").join(",")}`).columns.map((column) => column.kind);

describe("shape", () => {
  it("reads quoted separators, line breaks and doubled quotes", () => {
    const table = parseCsv('name,note\n"Smith, ""Jo""","a\nb\r\nc"\nLee,""\n');
    expect(toRows(table)).toEqual([
      { name: 'Smith, "Jo"', note: "a\nb\r\nc" },
      { name: "Lee", note: null },
    ]);
  });

  it("reads LF, CRLF, CR and a mix of them, with and without a last line end", () => {
    const expected = [
      { a: 1, b: "x" },
      { a: 2, b: "y" },
    ];
    for (const [first, second, last] of [
      ["\n", "\n", "\n"],
      ["\r\n", "\r\n", "\r\n"],
      ["\r", "\r", "\r"],
      ["\n", "\r\n", ""],
      ["\r\n", "\n", ""],
      ["\n", "\r\n", "\r\n\r\n\n"],
    ]) {
      expect(toRows(parseCsv(`a,b${first}1,x${second}2,y${last}`))).toEqual(expected);
    }
  });

  it("skips a byte order mark, also before a quoted name, and blank lines anywhere", () => {
    expect(columnNames(parseCsv('\ufeff"a;1";b\n1;2'))).toEqual(["a;1", "b"]);
    expect(toRows(parseCsv("\ufeff\n\na;b\n\n1;2\n\n\n3;4\n\n"))).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    expect(columnNames(parseCsv("\ufeffa\n1"))).toEqual(["a"]);
  });

  it("finds the separator in the header, outside quotes", () => {
    for (const text of [
      "a,b\n1,2;3",
      "a;b\n1;2,3",
      "a\tb\n1\t2,3;4",
      '"a,x,y";b\n1;2',
      '"a\n,,,";b\n1;2',
      '"a "";"" ,,,"\tb\n1\t2',
    ]) {
      expect(columnNames(parseCsv(text))).toHaveLength(2);
    }
    expect(parseCsv("a|b\n1|2", { delimiter: "|" }).columns).toHaveLength(2);
    expect(parseCsv("a,b;c\n1,2;3", { delimiter: ";" }).columns.map((column) => column.name)).toEqual(["a,b", "c"]);
    for (const delimiter of ["", '"', "\n", 5]) {
      const error = errorOf(() => parseCsv("a\n1", { delimiter: delimiter as never }));
      expect(error.code).toBe("invalid-argument");
      expect(error.message).toMatch(/delimiter/);
    }
  });

  it("keeps the columns in the file's order, also those named by years, and takes any name", () => {
    expect(columnNames(parseCsv("school,2012,2011\na,1,2"))).toEqual(["school", "2012", "2011"]);
    const names = ["__proto__", "constructor", "length", "kind", "a b", "é"];
    const table = parseCsv(`${names.join(",")}\n1,2,3,4,5,6`, { levels: { length: ["3"] } });
    expect(columnNames(table)).toEqual(names);
    expect(getColumn(table, "constructor").kind).toBe("numeric");
  });

  it("drops spaces around names, keeps those of text cells", () => {
    const table = parseCsv("name , n\n a ,1\n");
    expect(columnNames(table)).toEqual(["name", "n"]);
    expect(valuesOf(table, "name")).toEqual([" a "]);
  });
});

describe("types", () => {
  it("are numeric where every cell is a number", () => {
    expect(kindOf("1", "-2.5", "+3", ".5", "4.", "1e5", "1E-3", " 7 ", "0", "0.5", "-0.25", "", "NA", "NaN")).toBe(
      "numeric",
    );
    expect(valuesOf(parseCsv("x,y\n1e5,a\n .5 ,a\nNA,a\n,a\nNaN,a\n   ,a\nInf,a\n-Inf,a"), "x")).toEqual([
      1e5,
      0.5,
      null,
      null,
      null,
      null,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(kindOf("NA", "NA")).toBe("numeric");
  });

  it("are text where one cell is no number", () => {
    for (const cell of ["0x1F", "0b1", "1,5", "1 000", "12a", "e5", ".", "-", "1e", "£5", "n/a", "−5", "1_000"]) {
      expect(kindOf("1", `"${cell}"`)).toBe("text");
    }
    expect(valuesOf(parseCsv("x\n0x1F"), "x")).toEqual(["0x1F"]);
  });

  it("are logical where every cell is TRUE or FALSE, as R and Python write them", () => {
    expect(valuesOf(parseCsv("x\nTRUE\nFALSE\nNA"), "x")).toEqual([true, false, null]);
    expect(kindOf("True", "False")).toBe("logical");
    expect(kindOf("true", " false ")).toBe("logical");
    expect(kindOf("TRUE", "1")).toBe("text");
    expect(kindOf("T", "F")).toBe("text");
  });

  it("keep keys as text: leading zeros, long whole numbers, and names of keys", () => {
    expect(valuesOf(parseCsv("x\n0012\n7"), "x")).toEqual(["0012", "7"]);
    expect(kindOf("00")).toBe("text");
    expect(kindOf("9007199254740993")).toBe("text");
    expect(valuesOf(parseCsv("x\n9007199254740993"), "x")).toEqual(["9007199254740993"]);
    expect(kindOf("9007199254740991", "0", "-0")).toBe("numeric");
    const keys =
      "id,ID,Id,key,URN,urn,school_id,SCHOOL_ID,School ID,school.key,schoolId,schoolID,postCode,la-code,pupilURN";
    expect(kindsByName(keys)).toEqual(keys.split(",").map(() => "text"));
    const numbers = "paid,grid,turn,monkey,hybrid,PAID,idle,identity,decode,keys,covid,school,size";
    expect(kindsByName(numbers)).toEqual(numbers.split(",").map(() => "numeric"));
  });

  it("are overridden by types, both ways, and by levels", () => {
    const text = "school_id,size,sector,year\n0012,842,1,2012\n13,1855,0,2011\n";
    const table = parseCsv(text, {
      types: { school_id: "number", size: "text", sector: "logical", year: "factor" },
    });
    expect(toRows(table)).toEqual([
      { school_id: 12, size: "842", sector: true, year: "2012" },
      { school_id: 13, size: "1855", sector: false, year: "2011" },
    ]);
    expect(getColumn(table, "year")).toMatchObject({ kind: "factor", levels: ["2011", "2012"] });
    expect(getColumn(parseCsv(text, { levels: { sector: ["1", "0"] } }), "sector")).toMatchObject({
      kind: "factor",
      codes: Int32Array.of(0, 1),
    });
    expect(valuesOf(parseCsv("x\n1.50\n2", { types: { x: "text" } }), "x")).toEqual(["1.50", "2"]);
    expect(valuesOf(parseCsv("x\nInf\n-Infinity", { types: { x: "number" } }), "x")).toEqual([Infinity, -Infinity]);
  });

  it("name the row where a cell is not of the type asked for", () => {
    const error = errorOf(() => parseCsv("size\n1\n\nlarge\n", { types: { size: "number" } }));
    expect(error.code).toBe("wrong-type");
    expect(error.message).toMatch(/"size" should hold numbers, but row 2 has the text "large"/);
    expect(errorOf(() => parseCsv("x\n0x1F", { types: { x: "number" } })).code).toBe("wrong-type");
    expect(errorOf(() => parseCsv("x\nyes", { types: { x: "logical" } })).message).toMatch(/row 1 has the text "yes"/);
  });

  it("refuse unknown columns and types", () => {
    expect(errorOf(() => parseCsv("size\n1", { types: { sise: "text" } })).message).toMatch(/Did you mean "size"\?/);
    expect(errorOf(() => parseCsv("size\n1", { levels: { sise: ["1"] } })).code).toBe("unknown-column");
    expect(errorOf(() => parseCsv("size\n1", { types: { size: "numeric" as never } })).code).toBe("invalid-argument");
  });

  it("take the caller's words for missing, instead of NA and NaN", () => {
    expect(valuesOf(parseCsv("x\n1\n.\n-99\n", { missing: [".", "-99"] }), "x")).toEqual([1, null, null]);
    expect(valuesOf(parseCsv("x\na\nNA\n", { missing: [] }), "x")).toEqual(["a", "NA"]);
    expect(valuesOf(parseCsv("x,y\na, NA \nna,1\n"), "x")).toEqual(["a", "na"]);
    expect(valuesOf(parseCsv("x,y\na, NA \nna,1\n"), "y")).toEqual([null, 1]);
  });
});

describe("bad files", () => {
  const failure = (text: string): { code: string; message: string; details: { line?: number } } =>
    errorOf(() => parseCsv(text, {}, "schools.csv")) as never;

  it("name the line of a ragged row, which is where the row begins", () => {
    const cases: [string, number, RegExp][] = [
      ["a,b\n1,2\n3\n", 3, /1 cell where the header has 2/],
      ["a,b\n1,2\n3,4,5\n", 3, /3 cells where the header has 2/],
      ["a,b\r\n1,2\r\n3\r\n", 3, /1 cell/],
      ["a,b\n\n\n1,2\n\n3\n", 6, /1 cell/],
      ['a,b\n"x\ny\nz",2\n3\n', 5, /1 cell/],
      ['a,b\r\n"x\r\ny\r\nz",2\r\n\r\n3\r\n', 6, /1 cell/],
      ['a,b\n1,2\n"x\ny",3,4\n', 3, /3 cells/],
      ['"a\nb",c\n1\n', 3, /1 cell/],
      ["\n\na,b\n1,2,3\n", 4, /3 cells/],
      ['a,b\n"é ""x""\n\n",2\n1', 5, /1 cell/],
      ["a,b\n1", 2, /1 cell/],
    ];
    for (const [text, line, message] of cases) {
      const error = failure(text);
      expect(error.code).toBe("file");
      expect(error.message).toMatch(new RegExp(`^"schools\\.csv", line ${line} has`));
      expect(error.message).toMatch(message);
      expect(error.details.line).toBe(line);
    }
  });

  it("name the line where a row with a stray quote begins", () => {
    const cases: [string, number, RegExp][] = [
      ['a,b\n1,2\n3,"4\n5,6\n7,8\n', 3, /quote that is not closed/],
      ['a,b\n1,2\n3,5" pipe\n5,6\n', 3, /cell 2.*quote in the middle/],
      ['a,b\n1,2\n3,"4" x\n5,6\n', 3, /cell 2.*after its closing quote/],
      ['a, "b"\n1,2\n', 1, /cell 2.*quote in the middle/],
      ['a,b\n"x\ny",2\n3,4"\n', 4, /cell 2.*quote in the middle/],
    ];
    for (const [text, line, message] of cases) {
      const error = failure(text);
      expect(error.code).toBe("file");
      expect(error.message).toMatch(new RegExp(`^"schools\\.csv", line ${line}`));
      expect(error.message).toMatch(message);
    }
  });

  it("finds the line of a ragged row after any rows before it (property)", () => {
    const unit = fc.constantFrom('"', ",", "\n", "\r\n", "a", "é");
    const cell = fc.string({ unit, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 6 }), fc.nat(3), (rows, blanks) => {
        const good = `a,b\r\n${rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("")}${"\r\n".repeat(blanks)}`;
        expect(failure(`${good}lonely\r\n1,2\r\n`).details.line).toBe(good.split("\n").length);
      }),
    );
  });

  it("are told from what is no text, such as the bytes of a file", () => {
    for (const other of [Buffer.from("a,b\n1,2"), null, undefined, ["a,b"]]) {
      const error = errorOf(() => parseCsv(other as never));
      expect(error.code).toBe("invalid-argument");
      expect(error.message).toMatch(/readCsv/);
    }
  });

  it("refuse an empty file, one with a header only, and names that are missing or doubled", () => {
    for (const text of ["", "\n\n", "\ufeff", "  \n"]) {
      const error = failure(text);
      expect([error.code, text]).toEqual(["empty-data", text]);
      expect(error.message).toMatch(/"schools\.csv" is empty/);
    }
    for (const text of ["a,b", "a,b\n\n\n"]) {
      const error = failure(text);
      expect(error.code).toBe("empty-data");
      expect(error.message).toMatch(/"schools\.csv" has a header line but no rows \(columns: a, b\)/);
    }
    expect(failure("a,,c\n1,2,3").message).toMatch(/column 2 has no name/);
    expect(failure("a,  ,c\n1,2,3").message).toMatch(/column 2 has no name/);
    expect(failure('"",a\n"1",2').message).toMatch(/column 1 has no name.*row\.names = FALSE/);
    expect(failure("a,b,a\n1,2,3").message).toMatch(/names the column "a" twice/);
    expect(failure("a,b, a\n1,2,3").message).toMatch(/names the column "a" twice/);
  });
});

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

describe("round trip (property)", () => {
  const anyText = fc.string({
    unit: fc.constantFrom('"', ",", ";", "\t", "\n", "\r\n", "\r", "a", "é", " ", "0", ".", "東"),
  });
  const separator = fc.constantFrom(",", ";", "\t");
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");

  it("gives back every text", () => {
    const names = fc.uniqueArray(
      anyText.filter((name) => name.trim() !== ""),
      {
        minLength: 1,
        maxLength: 4,
        selector: (name) => name.trim(),
      },
    );
    const file = names.chain((header) =>
      fc.tuple(
        fc.constant(header),
        fc.array(fc.array(anyText, { minLength: header.length, maxLength: header.length }), {
          minLength: 1,
          maxLength: 6,
        }),
      ),
    );
    fc.assert(
      fc.property(file, separator, lineEnd, fc.boolean(), ([header, rows], delimiter, end, bom) => {
        const text = (bom ? "\ufeff" : "") + [header, ...rows].map((row) => row.map(quoted).join(delimiter)).join(end);
        const types = Object.fromEntries(header.map((name) => [name.trim(), "text" as const]));
        const table = parseCsv(text, { types, missing: [], ...(header.length === 1 ? { delimiter } : {}) });
        expect(columnNames(table)).toEqual(header.map((name) => name.trim()));
        header.forEach((name, k) => {
          expect(valuesOf(table, name.trim())).toEqual(rows.map((row) => (row[k].trim() === "" ? null : row[k])));
        });
      }),
    );
  });

  it("gives back every number to the last digit, unquoted", () => {
    const number = fc.option(fc.double({ noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { minLength: 1 }), separator, lineEnd, (rows, delimiter, end) => {
        const text = [["x", "y"], ...rows.map((row) => row.map((value) => value ?? "NA"))]
          .map((row) => row.join(delimiter))
          .join(end);
        const table = parseCsv(text, { types: { x: "number", y: "number" } });
        // JSON and CSV have no negative zero.
        expect(valuesOf(table, "x")).toEqual(rows.map(([x]) => (x === 0 ? 0 : x)));
        expect(valuesOf(table, "y")).toEqual(rows.map(([, y]) => (y === 0 ? 0 : y)));
      }),
    );
  });
});

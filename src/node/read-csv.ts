import type { RawColumn } from "../data/convert";
import { type FrameOptions, frameOfColumns } from "../data/frame";
import { numberOf } from "../data/number-text";
import type { ColumnType, Frame } from "../data/types";
import { fail } from "../errors/error";
import { describeValue, listSome } from "../errors/words";
import { csvRecords, guessDelimiter } from "./csv-records";
import { readText } from "./read-text";

export interface ReadCsvOptions extends FrameOptions {
  /** The separator; found among `,`, `;` and tab in the header where not given. */
  readonly delimiter?: string;
  /** Cells that mean "missing", besides blank ones; spaces around a cell do not count. Default `["NA", "NaN"]`. */
  readonly missing?: readonly string[];
  /** The file's encoding, such as `"windows-1252"`. Default `"utf-8"`; a byte order mark of UTF-16 is heeded. */
  readonly encoding?: string;
}

/**
 * A CSV file as a {@link Frame}: RFC 4180 with a header line, quoted fields, any line ends, with or without a byte order
 * mark. Blank lines are skipped.
 *
 * A column becomes numeric where every cell is a number (`12`, `-.5`, `1e5`, `Inf`), logical where every cell is TRUE or
 * FALSE, and text otherwise. Keys stay text, for `0012` is not 12: columns with a leading zero or a whole number beyond
 * 2⁵³ in any cell, and columns whose name is or ends in the word `id`, `key`, `code` or `urn` (`school_id`, `schoolId`,
 * `URN`). `types` and `levels` override all of this by column.
 *
 * @param path - the file, as a path or a `file:` URL.
 * @param options - `types`, `levels`, `missing`, `delimiter`, `encoding`.
 * @throws `file` where it cannot be read, decoded or parsed (ragged rows and stray quotes with their line number, a
 *   missing or doubled column name), `empty-data` without rows, `invalid-argument` for an unknown encoding, and what
 *   {@link frame} throws for `types` and `levels`.
 * @example
 * ```ts
 * import { readCsv } from "likewise/node";
 * const schools = await readCsv("examples/data/hsb-schools.csv", { types: { school: "text" } });
 * schools.rows; // 160
 * ```
 */
export async function readCsv(path: string | URL, options: ReadCsvOptions = {}): Promise<Frame> {
  const { text, name } = await readText(path, options.encoding);
  return parseCsv(text, options, name);
}

/**
 * The frame in a CSV text, read as {@link readCsv} reads a file.
 *
 * @param text - header line and rows.
 * @param options - as for {@link readCsv}; `encoding` has no use here.
 * @param name - what errors call the text, such as its path.
 * @throws what {@link readCsv} throws for the content of a file.
 * @example
 * ```ts
 * import { parseCsv } from "likewise/node";
 * parseCsv("school,size\n0012,842\n0013,NA\n").rows; // 2
 * ```
 */
export function parseCsv(text: string, options: ReadCsvOptions = {}, name = "the CSV text"): Frame {
  if (typeof text !== "string") {
    fail("invalid-argument", `parseCsv takes the text of a file, not ${describeValue(text)}. For a path use readCsv.`);
  }
  const content = text.startsWith("\ufeff") ? text.slice(1) : text;
  const [header = [], ...rows] = csvRecords(content, delimiterOf(content, options), name);
  const names = header.map((column) => column.trim());
  checkHeader(names, rows.length, name);
  const missing = new Set(["", ...(options.missing ?? ["NA", "NaN"]).map((word) => word.trim())]);
  const guessed: [string, ColumnType][] = [];
  const columns = names.map((column, k): [string, RawColumn] => {
    const cells = rows.map((row) => (missing.has(row[k].trim()) ? null : row[k]));
    if (chosen(options.types, column) || chosen(options.levels, column)) return [column, cells];
    const { type, values } = guess(column, cells);
    guessed.push([column, type]);
    return [column, values];
  });
  const types = Object.fromEntries([...guessed, ...Object.entries(options.types ?? {})]);
  return frameOfColumns(columns, { types, levels: options.levels });
}

function chosen(record: Readonly<Record<string, unknown>> | undefined, column: string): boolean {
  return record !== undefined && Object.hasOwn(record, column);
}

function delimiterOf(text: string, { delimiter }: ReadCsvOptions): string {
  if (delimiter === undefined) return guessDelimiter(text);
  if (typeof delimiter === "string" && /^[^"\r\n]+$/.test(delimiter)) return delimiter;
  return fail("invalid-argument", `The delimiter must be a sign such as "," or ";", not ${describeValue(delimiter)}.`);
}

function checkHeader(names: readonly string[], rows: number, name: string): void {
  if (rows === 0 && names.every((column) => column === "")) {
    fail("empty-data", `"${name}" is empty: not even a header line.`, { path: name });
  }
  names.forEach((column, k) => {
    if (column === "") {
      const rowNames = k === 0 ? " Row names from R's write.csv? Write it with row.names = FALSE." : " Give it one.";
      fail("file", `"${name}": column ${k + 1} has no name in the header line.${rowNames}`, { path: name, column: k });
    }
    if (names.indexOf(column) !== k) {
      fail("file", `"${name}" names the column "${column}" twice. Rename one of them.`, { path: name, column });
    }
  });
  if (rows === 0) {
    fail("empty-data", `"${name}" has a header line but no rows (columns: ${listSome(names, 8)}).`, { path: name });
  }
}

const KEY_NAME = /(^|[^\p{L}\p{N}])(id|key|code|urn)$/iu;
const KEY_NAME_CAMEL = /\p{Ll}(Id|ID|Key|Code|URN)$/u;
const LEADING_ZERO = /^\s*[+-]?0\d/;
const WHOLE_NUMBER = /^\s*[+-]?\d+\s*$/;
const LOGICAL = /^\s*(TRUE|FALSE|True|False|true|false)\s*$/;

/** The type of a column that the caller left open, with its values as far as they are converted. */
function guess(name: string, cells: readonly (string | null)[]): { type: ColumnType; values: RawColumn } {
  if (KEY_NAME.test(name) || KEY_NAME_CAMEL.test(name)) return { type: "text", values: cells };
  const numbers = numbersIn(cells);
  if (numbers !== null) return { type: "number", values: numbers };
  return { type: cells.every((cell) => cell === null || LOGICAL.test(cell)) ? "logical" : "text", values: cells };
}

/** The numbers of a column, null where a cell is none, or is a key whose digits a number would not keep. */
function numbersIn(cells: readonly (string | null)[]): Float64Array | null {
  const numbers = new Float64Array(cells.length).fill(Number.NaN);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    if (cell === null) continue;
    const number = numberOf(cell);
    const isTooLong = Math.abs(number) > Number.MAX_SAFE_INTEGER && WHOLE_NUMBER.test(cell);
    if (Number.isNaN(number) || isTooLong || LEADING_ZERO.test(cell)) return null;
    numbers[row] = number;
  }
  return numbers;
}

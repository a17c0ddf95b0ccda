import { fail } from "../errors/error";
import { count, describeValue, listSome, suggest } from "../errors/words";
import { isColumn, type RawColumn, typedColumn } from "./convert";
import type { ColumnLike, ColumnType, DataLike, Frame } from "./types";

export interface FrameOptions {
  /**
   * The type of a column, where it should not be taken from its values. `"factor"` sorts the levels (numbers by size);
   * a blank text is missing where numbers or logicals are asked for.
   */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** The levels of a factor in order, the reference level first. A column named here becomes a factor. */
  readonly levels?: Readonly<Record<string, readonly (string | number)[]>>;
}

/**
 * A table of typed columns, from rows, columns or typed arrays.
 *
 * Numbers become numeric columns, booleans logical ones, strings text; `null`, `undefined` and `NaN` are missing, and so
 * are keys that a row object lacks. A `Float64Array` is used as it is, without a copy; do not change it afterwards. A
 * frame comes back as it is unless options change it. Columns keep the order of the object's keys, where JavaScript puts
 * whole-number names (`2012`) first.
 *
 * @param data - an array of row objects, a record of columns of one length (arrays, typed arrays, vectors with `length`
 *   and `at`), or a frame.
 * @param options - `types` and `levels` per column.
 * @throws `empty-data` without columns or rows; `length-mismatch`; `wrong-type` where one column mixes numbers and text,
 *   holds something else (dates, objects), or a value is not of the type asked for; `unknown-column` where options name
 *   none; `invalid-argument` for an unknown type; `unknown-level` where a value is not in `levels`.
 * @example
 * ```ts
 * import { frame } from "likewise";
 * const schools = frame(
 *   { school: ["1224", "1288"], size: [842, 1855], sector: ["public", "catholic"] },
 *   { levels: { sector: ["public", "catholic"] } },
 * );
 * schools.rows; // 2
 * ```
 */
export function frame(data: DataLike, options: FrameOptions = {}): Frame {
  if (isFrame(data) && !options.types && !options.levels) return data;
  return frameOfColumns(rawColumns(data), options);
}

/** A frame from names and values in order (an object would sort columns named by numbers). */
export function frameOfColumns(raw: readonly (readonly [string, RawColumn])[], options: FrameOptions = {}): Frame {
  const names = raw.map(([name]) => name);
  checkNames(names);
  checkOptions(names, options);
  for (const [name, values] of raw) checkColumn(name, values);
  const rows = columnLength(raw[0][1]);
  if (rows === 0) fail("empty-data", `The data have no rows (columns: ${listSome(names, 8)}).`);
  const columns = raw.map(([name, values]) => {
    const length = columnLength(values);
    if (length !== rows) {
      fail(
        "length-mismatch",
        `Column "${name}" has ${count(length, "row")}, column "${names[0]}" has ${rows}. All columns need the same length.`,
        { column: name },
      );
    }
    return typedColumn(name, values, own(options.types, name), own(options.levels, name));
  });
  return { kind: "frame", rows, columns };
}

/** Whether a value is a {@link Frame}. */
export function isFrame(data: unknown): data is Frame {
  const candidate = data as Partial<Frame> | null | undefined;
  return candidate?.kind === "frame" && typeof candidate.rows === "number" && Array.isArray(candidate.columns);
}

/** An option's entry for a column, also for one named `constructor`. */
function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function rawColumns(data: DataLike): readonly (readonly [string, RawColumn])[] {
  if (isFrame(data)) return data.columns.map((column) => [column.name, column]);
  if (Array.isArray(data)) return columnsOfRows(data);
  if (typeof (data as { then?: unknown } | undefined | null)?.then === "function") {
    fail("wrong-type", "The data are a promise: await it first, as in frame(await readCsv(path)).");
  }
  if (Object.prototype.toString.call(data) !== "[object Object]") {
    fail(
      "wrong-type",
      `Data must be a frame, an array of row objects or a record of columns, not ${describeValue(data)}.`,
    );
  }
  return Object.entries(data as Readonly<Record<string, ColumnLike>>);
}

function columnsOfRows(rows: readonly unknown[]): [string, ColumnLike][] {
  if (rows.length === 0) fail("empty-data", "The data have no rows.");
  const names = new Set<string>();
  rows.forEach((row, index) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      fail("wrong-type", `Row ${index + 1} is ${describeValue(row)} where an object is needed.`, { row: index });
    }
    for (const name of Object.keys(row)) names.add(name);
  });
  const objects = rows as readonly Readonly<Record<string, unknown>>[];
  return Array.from(names, (name) => [
    name,
    objects.map(name in Object.prototype ? (row) => own(row, name) : (row) => row[name]),
  ]);
}

function checkNames(names: readonly string[]): void {
  if (names.length === 0) fail("empty-data", "The data have no columns.");
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice === undefined) return;
  fail("column-conflict", `The data have two columns named "${twice}". Rename one of them.`, { column: twice });
}

const TYPES: readonly string[] = ["number", "text", "factor", "logical"] satisfies ColumnType[];

function checkOptions(names: readonly string[], { types = {}, levels = {} }: FrameOptions): void {
  for (const name of [...Object.keys(types), ...Object.keys(levels)]) {
    if (names.includes(name)) continue;
    fail("unknown-column", `The options name a column "${name}" that the data do not have.${suggest(name, names)}`, {
      column: name,
    });
  }
  for (const [name, type] of Object.entries(types)) {
    if (type === undefined || TYPES.includes(type)) continue;
    fail(
      "invalid-argument",
      `There is no type "${type}" for column "${name}".${suggest(String(type), TYPES, "types")}`,
      {
        column: name,
      },
    );
  }
  for (const [name, list] of Object.entries(levels)) {
    if (list === undefined || Array.isArray(list)) continue;
    fail("invalid-argument", `The levels of "${name}" must be an array, not ${describeValue(list)}.`, { column: name });
  }
}

function checkColumn(name: string, values: RawColumn): void {
  if (typeof values === "object" && values !== null) {
    if (isColumn(values)) return;
    if (typeof values.length === "number" && typeof values.at === "function") return;
  }
  fail(
    "wrong-type",
    `Column "${name}" must be an array, a typed array or a vector with length and at, not ${describeValue(values)}.`,
    { column: name },
  );
}

function columnLength(values: RawColumn): number {
  if (!isColumn(values)) return values.length;
  return "codes" in values ? values.codes.length : values.values.length;
}

import { fail } from "../errors/error";
import { count, describeValue, listSome, suggest } from "../errors/words";
import { columnNames, findColumn, isMissingAt, takeColumn, valueAt } from "./column";
import { frame } from "./frame";
import { codesOfKey, combineCodes } from "./key-codes";
import { mergeTwins, wordFor } from "./twins";
import type { Column, DataLike, Frame } from "./types";

export interface JoinOptions {
  /** The key: one column's name or several, the same in both tables. */
  readonly on: string | readonly string[];
  /** Added to the right table's columns whose names the left has too with other values. */
  readonly suffix?: string;
  /** Left rows without a partner, their key missing or not in the right table: an error that names them (default), or left out. */
  readonly unmatched?: "error" | "drop";
}

/**
 * The left table with the columns of the right one added by key: pupils with the columns of their schools.
 *
 * Every left row finds exactly one right row, in left order; right rows that no left row names are not used. Columns
 * that both tables hold are merged when their joined values are equal in every row (missing equals missing); where they
 * differ, `suffix` names the right one.
 *
 * @param left - the table whose rows are kept, such as pupils: frame, rows or columns.
 * @param right - the table that is looked up, such as schools, with one row per key.
 * @throws `unknown-column` for a key; `missing-values` in a key (a left one: unless `unmatched: "drop"`);
 *   `duplicate-key` where the right table has a key twice; `missing-key` where a left key is not in the right table
 *   (unless `unmatched: "drop"`), or none is; `wrong-type` where one key is text and the other numbers;
 *   `column-conflict` for twins that differ without a suffix, or a suffix that makes a name that exists.
 * @example
 * ```ts
 * import { frame, join } from "likewise";
 * const pupils = frame({ school: ["a", "a", "b"], score: [1, 2, 3] });
 * const schools = frame({ school: ["a", "b"], size: [300, 900] });
 * join(pupils, schools, { on: "school" }).rows; // 3
 * ```
 */
export function join(left: DataLike, right: DataLike, options: JoinOptions): Frame {
  const { on, drop } = readOptions(options);
  const [leftTable, rightTable] = [frame(left), frame(right)];
  const keys = keysOf(leftTable, rightTable, on);
  requireKeys(keys.right, rightTable.rows, "right");
  if (!drop) requireKeys(keys.left, leftTable.rows, "left");

  const { kept, matches } = partners(keys, drop);
  const rightOnly = rightTable.columns.filter((column) => !on.includes(column.name));
  return {
    kind: "frame",
    rows: matches.length,
    columns: mergeTwins(
      kept === null ? leftTable.columns : leftTable.columns.map((column) => takeColumn(column, kept)),
      rightOnly.map((column) => takeColumn(column, matches)),
      options.suffix,
    ),
  };
}

function readOptions(options: JoinOptions): { on: readonly string[]; drop: boolean } {
  const on = typeof options?.on === "string" ? [options.on] : options?.on;
  if (!Array.isArray(on) || on.length === 0) {
    fail("invalid-argument", 'join needs the key that both tables share, as in { on: "school" }.');
  }
  const unmatched: unknown = options.unmatched ?? "error";
  if (unmatched !== "error" && unmatched !== "drop") {
    fail("invalid-argument", `unmatched must be "error" or "drop", not ${describeValue(unmatched)}.`);
  }
  return { on, drop: unmatched === "drop" };
}

/** The key columns of both tables, in the order of their names. */
interface Keys {
  readonly names: string;
  readonly left: readonly Column[];
  readonly right: readonly Column[];
}

function keysOf(left: Frame, right: Frame, on: readonly string[]): Keys {
  const keys = {
    names: on.join(", "),
    left: on.map((name) => keyColumn(left, name, "left")),
    right: on.map((name) => keyColumn(right, name, "right")),
  };
  on.forEach((name, k) => {
    const [a, b] = [wordFor(keys.left[k]), wordFor(keys.right[k])];
    if (a === b) return;
    const trap = a === "text" || b === "text" ? ', and "0012" is not 12' : "";
    fail(
      "wrong-type",
      `The key "${name}" holds ${a} in the left table and ${b} in the right${trap}. ` +
        `Give both one type, for instance types: { ${JSON.stringify(name)}: "text" }.`,
      { column: name },
    );
  });
  return keys;
}

function keyColumn(data: Frame, name: string, side: string): Column {
  const known = columnNames(data);
  return (
    findColumn(data, name) ??
    fail(
      "unknown-column",
      `There is no column "${name}" for the key of the ${side} table.${suggest(name, known)} ` +
        "The key needs one name in both tables; renameColumns gives it.",
      { column: name, columns: known },
    )
  );
}

function requireKeys(columns: readonly Column[], rows: number, side: "left" | "right"): void {
  for (const column of columns) {
    let missing = 0;
    let first = -1;
    for (let row = 0; row < rows; row++) {
      if (isMissingAt(column, row) && missing++ === 0) first = row;
    }
    if (missing === 0) continue;
    const where = missing === 1 ? `row ${first + 1}` : `first in row ${first + 1}`;
    const remedy = side === "left" ? 'leave those rows out with unmatched: "drop"' : "take those rows out";
    fail(
      "missing-values",
      `The key "${column.name}" of the ${side} table is missing in ${count(missing, "row")} (${where}). ` +
        `Complete it, or ${remedy}.`,
      { column: column.name, row: first, count: missing },
    );
  }
}

/** The right row of every left row that has one; `kept` are those left rows, null where it is all of them. */
function partners(keys: Keys, drop: boolean): { kept: Int32Array | null; matches: Int32Array } {
  const codes = keys.left.map((column, k) => codesOfKey(column, keys.right[k])).reduce(combineCodes);
  const rowOf = uniqueRows(codes.right, codes.size, keys);
  const matches = codes.left.map((code) => (code < 0 ? -1 : rowOf[code]));
  const partnered = matches.reduce((sum, row) => (row < 0 ? sum : sum + 1), 0);
  if (partnered === matches.length) return { kept: null, matches };
  if (partnered === 0 && drop) failNoPartner(keys);
  if (!drop) failUnmatched(keys, matches, matches.length - partnered);
  return {
    kept: Int32Array.from(matches.keys()).filter((row) => matches[row] >= 0),
    matches: matches.filter((row) => row >= 0),
  };
}

/** The row of each key of the right table, −1 for codes that no row has; refuses a key that stands twice. */
function uniqueRows(codes: Int32Array, size: number, keys: Keys): Int32Array {
  const rowOf = new Int32Array(size).fill(-1);
  const twice: number[] = [];
  codes.forEach((code, row) => {
    if (rowOf[code] >= 0) twice.push(row);
    else rowOf[code] = row;
  });
  if (twice.length === 0) return rowOf;
  const repeated = distinctKeys(keys.right, twice);
  return fail(
    "duplicate-key",
    `The right table has ${count(repeated.shown.length, "key")} of "${keys.names}" more than once: ` +
      `${listSome(repeated.shown)}. Each key may stand in one row only.`,
    { keys: repeated.values },
  );
}

function failUnmatched(keys: Keys, matches: Int32Array, rows: number): never {
  const lost = distinctKeys(
    keys.left,
    Array.from(matches.keys()).filter((row) => matches[row] < 0),
  );
  return fail(
    "missing-key",
    `The right table has no row for ${count(lost.shown.length, "key")} of "${keys.names}": ${listSome(lost.shown)} ` +
      `(${rows} of ${count(matches.length, "row")}). Add them, or leave those rows out with unmatched: "drop".`,
    { keys: lost.values, rows },
  );
}

function failNoPartner(keys: Keys): never {
  const examples = (columns: readonly Column[]): string => {
    const rows = "codes" in columns[0] ? columns[0].codes.length : columns[0].values.length;
    return listSome(distinctKeys(columns, Array(rows).keys()).shown, 3);
  };
  return fail(
    "missing-key",
    `No row of the left table has a partner in the right one by "${keys.names}" ` +
      `(left: ${examples(keys.left)}; right: ${examples(keys.right)}). Are the keys written alike in both?`,
  );
}

/** The distinct keys in the given rows: as values, and as a message shows them (quoted, so that spaces are seen). */
function distinctKeys(columns: readonly Column[], rows: Iterable<number>): { values: unknown[]; shown: string[] } {
  const distinct = new Map<string, unknown>();
  for (const row of rows) {
    const parts = columns.map((column) => valueAt(column, row));
    const shown = parts.map((part) => JSON.stringify(part)).join(", ");
    distinct.set(columns.length === 1 ? shown : `(${shown})`, columns.length === 1 ? parts[0] : parts);
  }
  return { values: [...distinct.values()], shown: [...distinct.keys()] };
}

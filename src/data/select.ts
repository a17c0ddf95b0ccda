import { fail } from "../errors/error";
import { count } from "../errors/words";
import { columnNames, getColumn, isMissingAt, numericColumn, takeColumn, valueAt } from "./column";
import { type FrameOptions, frame, frameOfColumns } from "./frame";
import type { Column, ColumnLike, DataLike, Frame, Value } from "./types";

/**
 * The named columns, in the order named.
 *
 * @throws `unknown-column` with the nearest name; `invalid-argument` for a name given twice.
 * @example
 * ```ts
 * import { frame, selectColumns } from "likewise";
 * selectColumns(frame({ a: [1], b: [2], c: [3] }), ["c", "a"]).columns.map((column) => column.name); // ["c", "a"]
 * ```
 */
export function selectColumns(data: DataLike, names: readonly string[]): Frame {
  const table = frame(data);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) fail("invalid-argument", `Column "${twice}" is named twice in the selection.`);
  return { ...table, columns: names.map((name) => getColumn(table, name)) };
}

/**
 * The table with columns renamed, from old name to new.
 *
 * @throws `unknown-column` with the nearest name; `column-conflict` where a name would stand twice.
 * @example
 * ```ts
 * import { frame, renameColumns } from "likewise";
 * renameColumns(frame({ URN: ["100000"], size: [842] }), { URN: "school" }).columns[0].name; // "school"
 * ```
 */
export function renameColumns(data: DataLike, names: Readonly<Record<string, string>>): Frame {
  const table = frame(data);
  for (const name of Object.keys(names)) getColumn(table, name);
  const columns = table.columns.map((column) =>
    Object.hasOwn(names, column.name) ? { ...column, name: names[column.name] } : column,
  );
  const renamed = columns.map((column) => column.name);
  const twice = renamed.find((name, k) => renamed.indexOf(name) !== k);
  if (twice !== undefined) {
    fail("column-conflict", `After renaming there would be two columns named "${twice}".`, { column: twice });
  }
  return { ...table, columns };
}

/**
 * The rows at the given positions (0-based), in their order; a row may be taken more than once.
 *
 * @throws `invalid-argument` for a position outside the table.
 * @example
 * ```ts
 * import { frame, takeRows } from "likewise";
 * takeRows(frame({ a: [10, 20, 30] }), [2, 0]).rows; // 2
 * ```
 */
export function takeRows(data: DataLike, positions: ArrayLike<number>): Frame {
  const table = frame(data);
  for (let i = 0; i < positions.length; i++) {
    const row = positions[i];
    if (Number.isInteger(row) && row >= 0 && row < table.rows) continue;
    const range = table.rows === 0 ? "has no rows" : `has rows 0 to ${table.rows - 1}`;
    fail("invalid-argument", `There is no row ${row}: the table ${range}.`, { position: i });
  }
  return {
    kind: "frame",
    rows: positions.length,
    columns: table.columns.map((column) => takeColumn(column, positions)),
  };
}

/**
 * The rows whose value in one column passes a test; missing values are given as `null`.
 *
 * @throws `unknown-column` with the nearest name.
 * @example
 * ```ts
 * import { filterRows, frame } from "likewise";
 * const schools = frame({ school: ["a", "b"], size: [300, 900] });
 * filterRows(schools, "size", (size) => Number(size) > 500).rows; // 1
 * ```
 */
export function filterRows(data: DataLike, name: string, keep: (value: Value) => boolean): Frame {
  const table = frame(data);
  const column = getColumn(table, name);
  const rows: number[] = [];
  if ("codes" in column) {
    // One decision per distinct value, not per row.
    const kept = column.levels.map((level) => keep(level));
    const missing = keep(null);
    for (let row = 0; row < table.rows; row++)
      if (column.codes[row] < 0 ? missing : kept[column.codes[row]]) rows.push(row);
  } else {
    for (let row = 0; row < table.rows; row++) if (keep(valueAt(column, row))) rows.push(row);
  }
  return takeRows(table, rows);
}

/**
 * The table with one more column, or one replaced.
 *
 * @throws `length-mismatch`, and what {@link frame} throws for a column.
 * @example
 * ```ts
 * import { frame, withColumn } from "likewise";
 * withColumn(frame({ a: [1, 2] }), "b", [true, false]).columns.length; // 2
 * ```
 */
export function withColumn(data: DataLike, name: string, values: ColumnLike, options: FrameOptions = {}): Frame {
  const table = frame(data);
  const { columns, rows } = frameOfColumns([[name, values]], options);
  if (rows !== table.rows) {
    fail("length-mismatch", `Column "${name}" has ${count(rows, "value")}, the table ${count(table.rows, "row")}.`, {
      column: name,
    });
  }
  const replaces = columnNames(table).includes(name);
  return {
    ...table,
    columns: replaces
      ? table.columns.map((column) => (column.name === name ? columns[0] : column))
      : [...table.columns, columns[0]],
  };
}

/**
 * The table as an array of row objects, missing values as `null`: for looking at, not for computing on.
 *
 * @example
 * ```ts
 * import { frame, toRows } from "likewise";
 * toRows(frame({ a: [1, 2], b: ["x", null] })); // [{ a: 1, b: "x" }, { a: 2, b: null }]
 * ```
 */
export function toRows(data: DataLike): Record<string, number | string | boolean | null>[] {
  const table = frame(data);
  return Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(table.columns.map((column) => [column.name, valueAt(column, row)])),
  );
}

/** Rows in which no one of the named columns is missing, with how many each lost; null when all rows are complete. */
export function completeRows(columns: readonly Column[], rows: number): { kept: Int32Array; missing: number[] } | null {
  const missing = new Array<number>(columns.length).fill(0);
  const incomplete = new Uint8Array(rows);
  let dropped = 0;
  columns.forEach((column, index) => {
    for (let row = 0; row < rows; row++) {
      if (!isMissingAt(column, row)) continue;
      missing[index]++;
      if (incomplete[row] === 0) dropped++;
      incomplete[row] = 1;
    }
  });
  if (dropped === 0) return null;
  const kept = new Int32Array(rows - dropped);
  for (let row = 0, i = 0; row < rows; row++) if (incomplete[row] === 0) kept[i++] = row;
  return { kept, missing };
}

/**
 * The rows in which none of the named columns is missing, such as those that the largest of several models will use.
 *
 * @throws `unknown-column`; `empty-data` where no row is complete.
 * @example
 * ```ts
 * import { dropIncomplete, frame } from "likewise";
 * dropIncomplete(frame({ a: [1, null, 3], b: [1, 2, null] }), ["a"]).rows; // 2
 * ```
 */
export function dropIncomplete(data: DataLike, names: readonly string[]): Frame {
  const table = frame(data);
  const columns = names.map((name) => getColumn(table, name));
  const complete = completeRows(columns, table.rows);
  if (complete === null) return table;
  if (complete.kept.length === 0) {
    const most = Math.max(...complete.missing);
    const worst = names[complete.missing.indexOf(most)];
    fail("empty-data", `No row is complete: "${worst}" alone is missing in ${most} of ${count(table.rows, "row")}.`, {
      column: worst,
    });
  }
  return takeRows(table, complete.kept);
}

/**
 * Weights given as a column's name or as an array with one number per row; missing ones stay `NaN`.
 *
 * @param role - what they are, for errors: `the weights`.
 */
export function resolveWeights(data: Frame, weights: string | ArrayLike<number>, role: string): Float64Array {
  if (typeof weights === "string") return numericColumn(data, weights, role);
  const name = role.replace(/^the /, "");
  const table = frameOfColumns([[name, weights as unknown as ColumnLike]], { types: { [name]: "number" } });
  if (table.rows !== data.rows) {
    fail(
      "length-mismatch",
      `The ${name} have ${count(table.rows, "value")}, the table ${count(data.rows, "row")}. Give one per row.`,
    );
  }
  return numericColumn(table, name);
}

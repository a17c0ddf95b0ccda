import { fail } from "../errors/error";
import { count, listSome, suggest } from "../errors/words";
import { numberOf } from "./number-text";
import type { CategoricalColumn, Column, Frame } from "./types";

/** The names of a frame's columns, in order. */
export function columnNames(data: Frame): string[] {
  return data.columns.map((column) => column.name);
}

/** The column of that name, or undefined. */
export function findColumn(data: Frame, name: string): Column | undefined {
  return data.columns.find((column) => column.name === name);
}

/**
 * The column of that name.
 *
 * @param role - what the column is for, to say so in the error: `the treatment`.
 * @throws `unknown-column` with the nearest name.
 */
export function getColumn(data: Frame, name: string, role?: string): Column {
  const column = findColumn(data, name);
  if (column) return column;
  const forWhat = role ? ` for ${role}` : "";
  return fail("unknown-column", `There is no column "${name}"${forWhat}.${suggest(name, columnNames(data))}`, {
    column: name,
    columns: columnNames(data),
  });
}

/**
 * The numbers of a column, as they stand in the frame (not a copy): `NaN` where missing, 0 and 1 for a logical column.
 *
 * @throws `unknown-column`, `wrong-type` where the column holds text.
 * @example
 * ```ts
 * import { frame, numericColumn } from "likewise";
 * numericColumn(frame({ size: [842, 1855] }), "size"); // Float64Array [842, 1855]
 * ```
 */
export function numericColumn(data: Frame, name: string, role?: string): Float64Array {
  const column = getColumn(data, name, role);
  if (column.kind === "numeric" || column.kind === "logical") return column.values;
  return fail("wrong-type", `Column "${name}"${role ? ` for ${role}` : ""} ${whyNotNumbers(column)}`, { column: name });
}

/** Numbers written as text, a stray word among numbers, or a category: each has another remedy. */
function whyNotNumbers(column: CategoricalColumn): string {
  const words = column.levels.filter((level) => Number.isNaN(numberOf(level)));
  if (words.length === 0 && column.levels.length > 0) {
    return (
      `holds numbers written as ${column.kind === "factor" ? "a factor" : "text"} (such as "${column.levels[0]}"). ` +
      `Convert them with types: { ${JSON.stringify(column.name)}: "number" }.`
    );
  }
  if (words.length < column.levels.length) {
    const quoted = words.map((word) => JSON.stringify(word));
    return (
      `holds text where numbers are needed: ${words.length} of its ${count(column.levels.length, "value")} ${words.length === 1 ? "is no number" : "are no numbers"}: ` +
      `${listSome(quoted)}. Correct them, or read the file with missing: [${listSome(quoted)}].`
    );
  }
  const example = column.levels.length > 0 ? ` (such as "${column.levels[0]}")` : "";
  return `holds ${column.kind === "factor" ? "a factor" : "text"}${example} where numbers are needed.`;
}

/**
 * A column as codes into its distinct values: a factor as it is, text with sorted levels, numbers as text
 * (`1224` → `"1224"`) with levels by size, logicals as `FALSE`, `TRUE`.
 */
export function toCategorical(column: Column): CategoricalColumn {
  if ("codes" in column) return column.kind === "factor" ? column : sortLevels(column, compareText);
  if (column.kind === "logical") {
    const codes = Int32Array.from(column.values, (value) => (Number.isNaN(value) ? -1 : value));
    return { kind: "factor", name: column.name, codes, levels: ["FALSE", "TRUE"] };
  }
  const { codes, distinct } = wholeNumberCodes(column.values) ?? numberCodes(column.values);
  return { kind: "factor", name: column.name, codes, levels: Array.from(distinct, String) };
}

interface NumberCodes {
  readonly codes: Int32Array;
  /** Ascending. */
  readonly distinct: ArrayLike<number>;
}

function numberCodes(values: Float64Array): NumberCodes {
  const codeOf = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) codeOf.set(value, 0);
  const distinct = Float64Array.from(codeOf.keys()).sort();
  distinct.forEach((value, code) => {
    codeOf.set(value, code);
  });
  const codes = new Int32Array(values.length);
  for (let row = 0; row < codes.length; row++) codes[row] = codeOf.get(values[row]) ?? -1;
  return { codes, distinct };
}

/** The same by a table instead of a map, for whole numbers in a range that is not wide: school numbers, years. */
function wholeNumberCodes(values: Float64Array): NumberCodes | null {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return null;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  // No value at all: no level either.
  const width = Math.max(0, highest - lowest + 1);
  if (!(width <= Math.max(1 << 16, 4 * values.length))) return null;
  const code = new Int32Array(width);
  for (let row = 0; row < values.length; row++) if (!Number.isNaN(values[row])) code[values[row] - lowest] = 1;
  const distinct: number[] = [];
  for (let i = 0; i < width; i++) {
    if (code[i] === 0) continue;
    code[i] = distinct.length;
    distinct.push(i + lowest);
  }
  const codes = new Int32Array(values.length);
  for (let row = 0; row < codes.length; row++) codes[row] = Number.isNaN(values[row]) ? -1 : code[values[row] - lowest];
  return { codes, distinct };
}

/** The factor whose levels stand in the order of a comparison. */
export function sortLevels(column: CategoricalColumn, compare: (a: string, b: string) => number): CategoricalColumn {
  const order = column.levels.map((_, code) => code).sort((a, b) => compare(column.levels[a], column.levels[b]));
  const rank = new Int32Array(order.length);
  order.forEach((code, position) => {
    rank[code] = position;
  });
  const codes = new Int32Array(column.codes.length);
  for (let row = 0; row < codes.length; row++) codes[row] = column.codes[row] < 0 ? -1 : rank[column.codes[row]];
  return { kind: "factor", name: column.name, codes, levels: order.map((code) => column.levels[code]) };
}

/** Order by code units, the same on every machine and in every language setting. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether the value in that row is missing. */
export function isMissingAt(column: Column, row: number): boolean {
  return column.kind === "numeric" || column.kind === "logical"
    ? Number.isNaN(column.values[row])
    : column.codes[row] < 0;
}

/** The value in that row as people write it; null where missing. */
export function valueAt(column: Column, row: number): number | string | boolean | null {
  if (isMissingAt(column, row)) return null;
  if (column.kind === "numeric") return column.values[row];
  if (column.kind === "logical") return column.values[row] === 1;
  return column.levels[column.codes[row]];
}

/** The column restricted to the given rows, in their order; −1 gives a missing value. */
export function takeColumn(column: Column, rows: ArrayLike<number>): Column {
  if (column.kind === "numeric" || column.kind === "logical") {
    const values = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) values[i] = rows[i] < 0 ? Number.NaN : column.values[rows[i]];
    return { ...column, values };
  }
  const codes = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) codes[i] = rows[i] < 0 ? -1 : column.codes[rows[i]];
  return { ...column, codes };
}

/** Refuses infinite values in a column of numbers, naming the first row. */
export function requireFinite(values: Float64Array, name: string): void {
  let firstRow = -1;
  let bad = 0;
  for (let row = 0; row < values.length; row++) {
    if (values[row] === Number.POSITIVE_INFINITY || values[row] === Number.NEGATIVE_INFINITY) {
      if (bad++ === 0) firstRow = row;
    }
  }
  if (bad === 0) return;
  fail(
    "non-finite",
    `Column "${name}" has ${count(bad, "infinite value")} (first in row ${firstRow + 1}). Set them to missing or correct them.`,
    { column: name, row: firstRow, count: bad },
  );
}

import { fail } from "../errors/error";
import { count, describeValue, listSome } from "../errors/words";
import { compareText, sortLevels } from "./column";
import { numberOf } from "./number-text";
import type { CategoricalColumn, Column, ColumnLike, ColumnType } from "./types";

/** What a column can be made of: values as they come, or a column of another frame. */
export type RawColumn = ColumnLike | Column;

export function isColumn(values: RawColumn): values is Column {
  const kind = (values as Partial<Column>).kind;
  return kind === "numeric" || kind === "logical" || kind === "factor" || kind === "text";
}

function isFloat64Array(values: unknown): values is Float64Array {
  return Object.prototype.toString.call(values) === "[object Float64Array]";
}

/** A column of the type asked for, or else of the type its values have; a factor where levels are given. */
export function typedColumn(
  name: string,
  values: RawColumn,
  type?: ColumnType,
  levels?: readonly (string | number)[],
): Column {
  const unlevelled = levels ? (type ?? "text") : type;
  const column = isColumn(values) ? retype(renamed(values, name), unlevelled) : fromValues(name, values, unlevelled);
  return levels ? withLevels(asText(column), levels.map(String)) : column;
}

function renamed(column: Column, name: string): Column {
  return column.name === name ? column : { ...column, name };
}

function retype(column: Column, type: ColumnType | undefined): Column {
  switch (type) {
    case undefined:
      return column;
    case "text":
      return column.kind === "text" ? column : { ...asText(column), kind: "text" };
    case "factor":
      return asFactor(column);
    case "number":
      if (column.kind === "numeric") return column;
      break;
    case "logical":
      if (column.kind === "logical") return column;
      break;
  }
  // Labels, not codes: the factor "30", "10" becomes 30, 10.
  const values = "values" in column ? column.values : Array.from(column.codes, (code) => column.levels[code] ?? null);
  return fromValues(column.name, values as ColumnLike, type);
}

function asText(column: Column): CategoricalColumn {
  if ("codes" in column) return column;
  const isLogical = column.kind === "logical";
  return textColumn(column.name, isLogical ? Array.from(column.values, truthOf) : column.values);
}

function truthOf(value: number): boolean | null {
  return Number.isNaN(value) ? null : value === 1;
}

/** Levels in ascending order, as numbers where all are numbers, so that they do not hang on the order of the rows. */
function asFactor(column: Column): CategoricalColumn {
  if (column.kind === "factor") return column;
  const text = asText(column);
  const numbers = new Map(text.levels.map((level) => [level, numberOf(level)]));
  const areNumbers = [...numbers.values()].every((value) => !Number.isNaN(value));
  return sortLevels(text, areNumbers ? (a, b) => numbers.get(a)! - numbers.get(b)! || compareText(a, b) : compareText);
}

function fromValues(name: string, values: ColumnLike, type: ColumnType | undefined): Column {
  switch (type ?? guessType(name, values)) {
    case "number":
      return { kind: "numeric", name, values: isFloat64Array(values) ? values : numbers(name, values) };
    case "logical":
      return { kind: "logical", name, values: logicals(name, values) };
    case "factor":
      return asFactor(textColumn(name, values));
    case "text":
      return textColumn(name, values);
  }
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined || Number.isNaN(value);
}

const TYPE_OF: Readonly<Record<string, ColumnType | undefined>> = {
  number: "number",
  bigint: "number",
  string: "text",
  boolean: "logical",
};

/** The type that all values have; an error where they differ. */
function guessType(name: string, values: ColumnLike): ColumnType {
  if (ArrayBuffer.isView(values)) return "number";
  let firstRow = 0;
  let type: ColumnType | undefined;
  for (let row = 0; row < values.length; row++) {
    const value = values.at(row);
    if (isMissing(value)) continue;
    const found = TYPE_OF[typeof value] ?? failUnsupported(name, value, row);
    if (type === undefined) {
      type = found;
      firstRow = row;
    } else if (found !== type) {
      fail(
        "wrong-type",
        `Column "${name}" mixes types: row ${firstRow + 1} holds ${describeValue(values.at(firstRow))}, ` +
          `row ${row + 1} ${describeValue(value)}. Make them one type, or choose it, ` +
          `for instance types: { ${JSON.stringify(name)}: "text" }.`,
        { column: name, row },
      );
    }
  }
  return type ?? "number";
}

function failUnsupported(name: string, value: unknown, row: number): never {
  const how = describeValue(value) === "a Date" ? " with toISOString() or getFullYear()" : "";
  return fail(
    "wrong-type",
    `Column "${name}" holds ${describeValue(value)} in row ${row + 1}. ` +
      `Columns take numbers, text and true or false: convert it first${how}.`,
    { column: name, row },
  );
}

function numbers(name: string, values: ColumnLike): Float64Array {
  if (ArrayBuffer.isView(values) && typeof values.at(0) === "number") {
    return new Float64Array(values as unknown as ArrayLike<number>);
  }
  const result = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values.at(row);
    result[row] = typeof value === "number" ? value : numberFrom(name, value, row);
  }
  return result;
}

/** The number that a value says; `NaN` where missing. */
export function numberFrom(name: string, value: unknown, row: number): number {
  if (isMissing(value)) return Number.NaN;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint") return numberOfBigint(name, value, row);
  if (typeof value !== "string") return failUnsupported(name, value, row);
  const parsed = numberOf(value);
  if (Number.isNaN(parsed) && value.trim() !== "") {
    fail("wrong-type", `Column "${name}" should hold numbers, but row ${row + 1} has ${describeValue(value)}.`, {
      column: name,
      row,
    });
  }
  return parsed;
}

function numberOfBigint(name: string, value: bigint, row: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) || BigInt(number) === value) return number;
  return fail(
    "wrong-type",
    `Column "${name}", row ${row + 1}: ${value} has more digits than a number keeps. ` +
      `Keep it as text with types: { ${JSON.stringify(name)}: "text" }.`,
    { column: name, row },
  );
}

const TRUE_WORDS = new Set<unknown>([true, 1, 1n, "true", "t", "1"]);
const FALSE_WORDS = new Set<unknown>([false, 0, 0n, "false", "f", "0"]);

function logicals(name: string, values: ColumnLike): Float64Array {
  const result = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) result[row] = logicalFrom(name, values.at(row), row);
  return result;
}

/** 1 or 0, as a value says true or false; `NaN` where missing. */
export function logicalFrom(name: string, value: unknown, row: number): number {
  const word = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (isMissing(word) || word === "") return Number.NaN;
  if (TRUE_WORDS.has(word)) return 1;
  if (FALSE_WORDS.has(word)) return 0;
  if (TYPE_OF[typeof value] === undefined) failUnsupported(name, value, row);
  return fail(
    "wrong-type",
    `Column "${name}" should hold true or false, but row ${row + 1} has ${describeValue(value)}.`,
    { column: name, row },
  );
}

function textColumn(name: string, values: ColumnLike): CategoricalColumn {
  const codes = new Int32Array(values.length);
  const codeOf = new Map<string, number>();
  for (let row = 0; row < values.length; row++) {
    const value = values.at(row);
    if (isMissing(value)) {
      codes[row] = -1;
      continue;
    }
    const text = typeof value === "string" ? value : textFrom(name, value, row);
    let code = codeOf.get(text);
    if (code === undefined) {
      code = codeOf.size;
      codeOf.set(text, code);
    }
    codes[row] = code;
  }
  return { kind: "text", name, codes, levels: [...codeOf.keys()] };
}

function textFrom(name: string, value: unknown, row: number): string {
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return failUnsupported(name, value, row);
}

function withLevels(column: CategoricalColumn, levels: readonly string[]): CategoricalColumn {
  const position = new Map(levels.map((level, index) => [level, index]));
  if (position.size !== levels.length) {
    const twice = levels.find((level, index) => position.get(level) !== index);
    fail("invalid-argument", `The levels of "${column.name}" name "${twice}" twice: ${listSome(levels, 8)}.`, {
      column: column.name,
    });
  }
  const unseen = column.levels.filter((level) => !position.has(level));
  if (unseen.length > 0) {
    fail(
      "unknown-level",
      `Column "${column.name}" has ${count(unseen.length, "value")} that its levels do not name: ${listSome(unseen)}. ` +
        `The levels are ${listSome(levels, 8)}.`,
      { column: column.name, values: unseen },
    );
  }
  const codes = column.codes.map((code) => (code < 0 ? -1 : position.get(column.levels[code])!));
  return { kind: "factor", name: column.name, codes, levels };
}

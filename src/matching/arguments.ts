import { getColumn, numericColumn, requireFinite } from "../data/column";
import { frame } from "../data/frame";
import { readTreatment } from "../data/treatment";
import type { Column, ColumnLike, DataLike, Frame, Value } from "../data/types";
import { fail } from "../errors/error";
import { count, describeValue, nearestName } from "../errors/words";
import type { FocalEstimand, MatchEstimand } from "./types/subject";

/** One of a few words, or the default where it is undefined. */
export function oneOf<T extends string>(name: string, value: T | undefined, words: readonly T[], otherwise: T): T {
  if (value === undefined) return otherwise;
  if (words.includes(value)) return value;
  const nearest = typeof value === "string" ? nearestName(value, words) : undefined;
  return fail(
    "invalid-argument",
    `The option "${name}" must be ${words.map((word) => JSON.stringify(word)).join(" or ")}, not ` +
      `${typeof value === "string" ? JSON.stringify(value) : describeValue(value)}.` +
      `${nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`}`,
    { option: name },
  );
}

/** The estimand of pairs, which are built around one of the groups. */
export function focalEstimand(value: FocalEstimand | undefined): FocalEstimand {
  if ((value as MatchEstimand | undefined) === "ATE") {
    fail(
      "invalid-argument",
      'The option "estimand" must be "ATT" or "ATC" for pairs. For the ATE use method: "full", "subclass", "cem" or "exact".',
      { option: "estimand" },
    );
  }
  return oneOf<FocalEstimand>("estimand", value, ["ATT", "ATC"], "ATT");
}

/** A whole number of at least `least`, or the default where it is undefined. */
export function wholeNumber(name: string, value: number | undefined, least: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (Number.isInteger(value) && value >= least) return value;
  return fail("invalid-argument", `The option "${name}" must be a whole number from ${least}, not ${value}.`, {
    option: name,
  });
}

/** A list of column names; a single string is a likely slip and is refused in words. */
export function nameList(name: string, value: readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return [...new Set<string>(value)];
  const example = typeof value === "string" ? JSON.stringify(value) : '"school"';
  return fail("invalid-argument", `The option "${name}" must be a list of column names, such as [${example}].`, {
    option: name,
  });
}

/** The table an option's columns come from; refused where there is none. */
export function requireData(data: Frame | undefined, what: string): Frame {
  if (data) return data;
  return fail("invalid-argument", `${what} needs a table: give the subject "data".`);
}

/** A table of the caller's, checked for its number of rows where that is known. */
export function tableOf(data: DataLike | undefined, rows?: number): Frame | undefined {
  if (data === undefined) return undefined;
  const table = frame(data);
  if (rows !== undefined && table.rows !== rows) {
    fail("length-mismatch", `The data have ${count(table.rows, "row")} where there are ${count(rows, "unit")}.`, {
      rows: table.rows,
      expected: rows,
    });
  }
  return table;
}

/** A column given by name or as values. */
export function columnOf(given: string | ColumnLike, data: Frame | undefined, role: string): Column {
  if (typeof given === "string") return getColumn(requireData(data, `A column name for ${role}`), given, role);
  if (typeof given !== "object" || given === null || typeof given.length !== "number") {
    return fail("wrong-type", `The values of ${role} must be an array or the name of a column, not ${typeof given}.`);
  }
  if (given.length === 0) return fail("empty-data", `There are no units: ${role} has no values.`);
  const column = frame({ [role]: given }).columns[0];
  if (data && given.length !== data.rows) {
    fail(
      "length-mismatch",
      `${count(given.length, "value")} of ${role} for ${count(data.rows, "row")} of data: give one for each.`,
      {
        length: given.length,
        rows: data.rows,
      },
    );
  }
  return column;
}

/** A typed array of numbers converted at once, not value by value; anything else as it is. */
function asDoubles(given: string | ColumnLike): string | ColumnLike {
  const isNumbers = ArrayBuffer.isView(given) && typeof given.at(0) === "number";
  return isNumbers ? new Float64Array(given as unknown as ArrayLike<number>) : given;
}

/** Finite or missing numbers given by column name or as values, one for each of n units. */
export function numbersOf(given: string | ColumnLike, data: Frame | undefined, role: string, n: number): Float64Array {
  const column = columnOf(given, data, role);
  const values = numericColumn({ kind: "frame", rows: 0, columns: [column] }, column.name);
  if (values.length !== n) {
    fail("length-mismatch", `${count(values.length, "value")} of ${role} for ${count(n, "unit")}: give one for each.`, {
      length: values.length,
      rows: n,
    });
  }
  requireFinite(values, column.name);
  return values;
}

/** Who is treated, given by column name or as values, with how to speak of it. */
export function treatmentOf(
  given: string | ColumnLike,
  level: Value | undefined,
  data: Frame | undefined,
): { readonly treated: Uint8Array; readonly name: string } {
  const column = columnOf(asDoubles(given), data, "the treatment");
  const isNamed = typeof given === "string";
  const { treated } = readTreatment(column, level, {
    name: isNamed ? `The treatment "${given}"` : "The treatment",
    option: "treatedLevel",
  });
  return { treated, name: isNamed ? `"${given}"` : "the treatment" };
}

/** Refuses a missing value among the units that take part. */
export function requireComplete(column: Column, present: (row: number) => boolean, n: number, role: string): void {
  let missing = 0;
  let first = -1;
  for (let row = 0; row < n; row++) {
    const gone = "codes" in column ? column.codes[row] < 0 : Number.isNaN(column.values[row]);
    if (!gone || !present(row)) continue;
    if (missing++ === 0) first = row;
  }
  if (missing === 0) return;
  fail(
    "missing-values",
    `Column "${column.name}" for ${role} is missing in ${count(missing, "row")} (first in row ${first + 1}). ` +
      "Fill them in, remove those rows or leave the column out.",
    { column: column.name, row: first, count: missing },
  );
}

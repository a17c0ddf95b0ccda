import { fail } from "../errors/error";
import { count } from "../errors/words";
import { columnNames } from "./column";
import { frame } from "./frame";
import { sourceOf } from "./source";
import type { DataLike, Frame } from "./types";

/** The caller's rows, or those a result remembers; they must be as many as the result's. */
export function rowsOfResult(result: object, data: DataLike | undefined, rows: number): Frame {
  const table = data === undefined ? sourceOf(result)?.data : frame(data);
  if (table === undefined) {
    return fail(
      "invalid-argument",
      "augment needs the data: the result came through JSON or was made without a table, and remembers none. Give them as the second argument.",
    );
  }
  if (table.rows === rows) return table;
  return fail(
    "length-mismatch",
    `The data have ${count(table.rows, "row")}, the result ${rows}. Give the rows it was made from.`,
    { data: table.rows, result: rows },
  );
}

/** The table with columns added; those of the same name are not written over. */
export function withAdded(table: Frame, added: readonly (readonly [string, Float64Array])[]): Frame {
  const names = columnNames(table);
  const taken = added.map(([name]) => name).filter((name) => names.includes(name));
  if (taken.length > 0) {
    fail(
      "column-conflict",
      `The data have a column "${taken[0]}" already. Rename it first: renameColumns(data, { "${taken[0]}": "earlier${taken[0]}" }).`,
      { columns: taken },
    );
  }
  return {
    ...table,
    columns: [...table.columns, ...added.map(([name, values]) => ({ kind: "numeric" as const, name, values }))],
  };
}

import { valueAt } from "./data/column";
import type { Column, Frame } from "./data/types";
import { type Cell, fixed, type Table, type TableColumn, text, wholeNumber } from "./display/table";

/** All rows of a frame as a table: whole numbers as they are, others with four decimals; CSV keeps every digit. */
export function frameTable({ columns, rows }: Frame): Table {
  return {
    kind: "table",
    columns: columns.map((column): TableColumn => ({ name: column.name, format: formatOf(column) })),
    rows: Array.from({ length: rows }, (_, row) => columns.map((column) => cellAt(column, row))),
  };
}

function cellAt(column: Column, row: number): Cell {
  const value = valueAt(column, row);
  return typeof value === "boolean" ? String(value) : value;
}

function formatOf(column: Column): TableColumn["format"] {
  if (column.kind !== "numeric") return text;
  return column.values.every((value) => Number.isNaN(value) || Number.isInteger(value)) ? wholeNumber : fixed(4);
}

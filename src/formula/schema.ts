import type { DataLike } from "../data/types";
import { fail } from "../errors/error";
import type { ColumnFacts, Scope } from "./check";

/**
 * What a column of a schema holds: numbers, true and false, or one of the levels listed (the reference first). `"text"`
 * is enough for grouping columns, responses and columns that are only compared with a text. A column of numbers that a
 * formula uses as `factor(year)` lists its levels too.
 */
export type SchemaColumn = "number" | "logical" | "text" | { readonly levels: readonly string[] };

/** The columns of a table that is not at hand: `{ columns: { age: "number", race: { levels: ["black", "white"] } } }`. */
export interface FormulaSchema {
  readonly columns: Readonly<Record<string, SchemaColumn>>;
}

/** Tells a schema from a table that has a column called `columns`. */
export function isSchema(data: DataLike | FormulaSchema): data is FormulaSchema {
  if (typeof data !== "object" || data === null || Array.isArray(data) || !("columns" in data)) return false;
  const { columns } = data as { columns: unknown };
  return typeof columns === "object" && columns !== null && !("length" in columns) && !("kind" in data);
}

/** The columns of a schema as a scope. */
export function scopeOfSchema(formula: string, schema: FormulaSchema): Scope {
  const columns = Object.entries(schema.columns).map(([name, column]): [string, ColumnFacts] => [
    name,
    { kind: kindOf(name, column), levels: typeof column === "object" ? column.levels : null },
  ]);
  return { formula, columns: new Map(columns) };
}

function kindOf(name: string, column: SchemaColumn): ColumnFacts["kind"] {
  if (column === "number") return "numeric";
  if (column === "logical" || column === "text") return column;
  if (typeof column === "object" && column !== null && Array.isArray(column.levels)) {
    if (new Set(column.levels).size === column.levels.length) return "text";
    return fail("invalid-argument", `The schema names a level of "${name}" twice.`, { column: name });
  }
  const types = '"number", "logical", "text" or { levels: [...] }';
  return fail("invalid-argument", `The schema must say of column "${name}" that it holds ${types}.`, { column: name });
}

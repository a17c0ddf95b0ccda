import { getColumn, valueAt } from "../../src/data/column";
import type { ColumnLike, Frame } from "../../src/data/types";

/** The values of one column as people write them. */
export function valuesOf(data: Frame, name: string): unknown[] {
  const column = getColumn(data, name);
  return Array.from({ length: data.rows }, (_, row) => valueAt(column, row));
}

/** A vector as Arrow has them: `length` and `at`, no indices. */
export function arrowLike(values: readonly unknown[]): ColumnLike {
  return { length: values.length, at: (index) => values[index] };
}

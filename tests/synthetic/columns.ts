import { getColumn, numericColumn } from "../../src/data/column";
import type { CategoricalColumn, Frame } from "../../src/data/types";

export const numbers = (data: Frame, name: string): Float64Array => numericColumn(data, name);

/** A column of categories as words. */
export function words(data: Frame, name: string): string[] {
  const { codes, levels } = getColumn(data, name) as CategoricalColumn;
  return Array.from(codes, (code) => levels[code]);
}

/** Names of the schools for which a condition holds, given their row. */
export function schoolsWhere(data: Frame, holds: (row: number) => boolean): string[] {
  return words(data, "school").filter((_, row) => holds(row));
}

export const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

import { getColumn, toCategorical } from "../data/column";
import type { Column, Frame } from "../data/types";

/** A covariate as numbers: a column, or the indicator of one level of a factor. */
export interface CovariateColumn {
  /** R's name: `age`, `racewhite`. */
  readonly name: string;
  readonly variable: string;
  readonly level: string | null;
  /** Makes the numbers when they are needed; `NaN` = missing. */
  readonly values: () => Float64Array;
}

/**
 * The named columns as numbers, factors and text with one indicator per level that occurs.
 *
 * All levels are kept, unlike in a design matrix: each is a share that should agree between the groups.
 */
export function covariateColumns(data: Frame, names: readonly string[]): CovariateColumn[] {
  return names.flatMap((name) => expand(getColumn(data, name, "a covariate")));
}

function expand(column: Column): CovariateColumn[] {
  const variable = column.name;
  if (column.kind === "numeric" || column.kind === "logical") {
    return [{ name: variable, variable, level: null, values: () => column.values }];
  }
  const { codes, levels } = toCategorical(column);
  const occurs = new Uint8Array(levels.length);
  for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) occurs[codes[row]] = 1;
  return levels.flatMap((level, code) =>
    occurs[code] === 0 ? [] : [{ name: `${variable}${level}`, variable, level, values: () => indicator(codes, code) }],
  );
}

function indicator(codes: Int32Array, code: number): Float64Array {
  const values = new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row++) values[row] = codes[row] < 0 ? Number.NaN : codes[row] === code ? 1 : 0;
  return values;
}

import { getColumn, isMissingAt, requireFinite, toCategorical } from "../../data/column";
import type { Column, Frame } from "../../data/types";

/** Covariates as the numbers that distances are made of. */
export interface DistanceColumns {
  /** n values each; `NaN` in all of them where a covariate is missing. */
  readonly columns: readonly Float64Array[];
  /** The covariate that each column belongs to. */
  readonly names: readonly string[];
  /** Covariates with a column for each of their levels. */
  readonly factors: ReadonlySet<string>;
  /** 1 = no covariate is missing (n). */
  readonly complete: Uint8Array;
  /** Missing values of the covariates that have any. */
  readonly missing: Readonly<Record<string, number>>;
}

/**
 * Reads covariates: numbers and logicals as they are, text and factors as an indicator of each level that occurs, times
 * 1/√2, so that the distance of two levels is 1.
 *
 * @throws `unknown-column`, `non-finite`.
 */
export function distanceColumns(data: Frame, covariates: readonly string[]): DistanceColumns {
  const given = covariates.map((name) => getColumn(data, name, "the distance"));
  const complete = new Uint8Array(data.rows).fill(1);
  const missing: Record<string, number> = {};
  for (const column of given) {
    let gone = 0;
    for (let row = 0; row < data.rows; row++) {
      if (!isMissingAt(column, row)) continue;
      complete[row] = 0;
      gone++;
    }
    if (gone > 0) missing[column.name] = gone;
  }
  const columns: Float64Array[] = [];
  const names: string[] = [];
  for (const column of given) {
    for (const values of numbersOfColumn(column)) {
      columns.push(values.map((value, row) => (complete[row] === 1 ? value : Number.NaN)));
      names.push(column.name);
    }
  }
  const factors = new Set(given.filter((column) => "codes" in column).map(({ name }) => name));
  return { columns, names, factors, complete, missing };
}

function numbersOfColumn(column: Column): Float64Array[] {
  if (!("codes" in column)) {
    requireFinite(column.values, column.name);
    return [column.values];
  }
  const { codes, levels } = toCategorical(column);
  const occurs = new Uint8Array(levels.length);
  for (const code of codes) if (code >= 0) occurs[code] = 1;
  return levels.flatMap((_, level) =>
    occurs[level] === 1 ? [Float64Array.from(codes, (code) => (code === level ? Math.SQRT1_2 : 0))] : [],
  );
}

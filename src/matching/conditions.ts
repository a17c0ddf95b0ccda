import { getColumn, toCategorical } from "../data/column";
import type { Frame } from "../data/types";
import { requireComplete, requireData } from "./arguments";
import type { CaliperSet } from "./calipers";

/** Rows numbered by the combination of their values on the exact columns, −1 for rows that do not take part. */
export interface Strata {
  readonly stratum: Int32Array;
  readonly strata: number;
}

/** A column as numbers of its values. */
export interface Codes {
  readonly codes: Int32Array;
  readonly levels: number;
}

/** Rows by their values on the named columns; null where none is named. */
export function exactStrata(data: Frame | undefined, names: readonly string[], kept: Uint8Array): Strata | null {
  return names.length === 0 ? null : strataOf(exactCodes(data, names, kept), kept);
}

/** The columns on which partners must be equal, as numbers of their values. */
export function exactCodes(data: Frame | undefined, names: readonly string[], kept: Uint8Array): Codes[] {
  return names.map((name) => codesOf(requireData(data, `exact: ["${name}"]`), name, kept, "exact matching"));
}

/** Numbers the combinations of values by first appearance among the rows kept. */
export function strataOf(columns: readonly Codes[], kept: Uint8Array): Strata {
  let stratum = new Int32Array(kept.length);
  let strata = 1;
  for (const { codes, levels } of columns) {
    const seen = new Map<number, number>();
    stratum = stratum.map((before, row) => {
      if (kept[row] === 0) return -1;
      const key = before * levels + codes[row];
      const known = seen.get(key);
      if (known !== undefined) return known;
      seen.set(key, seen.size);
      return seen.size - 1;
    });
    strata = seen.size;
  }
  return { stratum, strata };
}

/** The columns on which partners must differ, as numbers of their values. */
export function antiexactCodes(data: Frame | undefined, names: readonly string[], kept: Uint8Array): Int32Array[] {
  return names.map(
    (name) => codesOf(requireData(data, `antiexact: ["${name}"]`), name, kept, "antiexact matching").codes,
  );
}

/** What pairs must satisfy besides score and stratum, as one test; null where nothing is asked. */
export function pairConditions(
  differing: readonly Int32Array[],
  columns: CaliperSet["columns"],
): ((a: number, b: number) => boolean) | null {
  if (differing.length === 0 && columns.length === 0) return null;
  return (a, b) => {
    for (let i = 0; i < differing.length; i++) if (differing[i][a] === differing[i][b]) return false;
    for (let i = 0; i < columns.length; i++) {
      const { values, width } = columns[i];
      const difference = Math.abs(values[a] - values[b]);
      if (width < 0 ? difference <= -width : difference > width) return false;
    }
    return true;
  };
}

/** The distinct values of a column that no row kept lacks. */
export function codesOf(table: Frame, name: string, kept: Uint8Array, role: string): Codes {
  const column = getColumn(table, name, role);
  requireComplete(column, (row) => kept[row] === 1, kept.length, role);
  const { codes, levels } = toCategorical(column);
  return { codes, levels: levels.length };
}

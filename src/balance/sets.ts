/** Sets of units, `codes` from 0 by row, −1 = in none. */
export interface UnitSets {
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

/** The rows of each set, ascending; set s has `rows[starts[s]]` up to `rows[starts[s + 1]]`. */
export interface RowsBySet {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
}

/** @param present - rows that count; null = all. */
export function rowsBySet(codes: Int32Array, sets: number, present: Uint8Array | null): RowsBySet {
  const counts = (row: number): boolean => codes[row] >= 0 && (present === null || present[row] === 1);
  const starts = new Int32Array(sets + 1);
  for (let row = 0; row < codes.length; row++) if (counts(row)) starts[codes[row] + 1]++;
  for (let set = 0; set < sets; set++) starts[set + 1] += starts[set];
  const rows = new Int32Array(starts[sets]);
  const at = starts.slice();
  for (let row = 0; row < codes.length; row++) if (counts(row)) rows[at[codes[row]]++] = row;
  return { rows, starts };
}

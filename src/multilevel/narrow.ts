import type { BoundFormula } from "../formula/types";
import { principal } from "../linalg/symmetric";
import { needsLowParts, withoutLowParts } from "./low-parts";
import type { GroupSummary } from "./types";

/**
 * The summary of the same rows for a formula with fewer columns, without another look at the rows.
 *
 * @param bound - a formula whose columns are all among the summary's, bound to the same rows.
 */
export function narrowed(whole: GroupSummary, bound: BoundFormula): GroupSummary {
  const q = whole.shift.length;
  const kept = [...bound.columns.map((name) => whole.columns.indexOf(name)), q - 1];
  const within = principal(whole.within, q, kept);
  const rows = (whole.rows ?? whole.sizes).reduce((sum, size) => sum + size, 0);
  const { lowParts, blocks } = whole;
  return {
    ...withoutLowParts(whole),
    bound,
    columns: bound.columns,
    shift: picked(whole.shift, q, kept),
    means: picked(whole.means, q, kept),
    within,
    ...(lowParts &&
      needsLowParts(within, kept.length, rows, whole.levels.length) && {
        lowParts: { means: picked(lowParts.means, q, kept), within: principal(lowParts.within, q, kept) },
      }),
    ...(blocks && { blocks: principals(blocks, q, kept) }),
  };
}

/** Chosen entries of every row of q numbers. */
function picked(rows: Float64Array, q: number, kept: readonly number[]): Float64Array {
  const result = new Float64Array((rows.length / q) * kept.length);
  for (let row = 0, to = 0; row < rows.length; row += q) {
    for (let k = 0; k < kept.length; k++) result[to++] = rows[row + kept[k]];
  }
  return result;
}

/** The principal submatrix of each of many q × q matrices. */
function principals(matrices: Float64Array, q: number, kept: readonly number[]): Float64Array {
  const size = kept.length ** 2;
  const result = new Float64Array((matrices.length / q ** 2) * size);
  for (let from = 0, to = 0; from < matrices.length; from += q ** 2, to += size) {
    result.set(principal(matrices.subarray(from, from + q ** 2), q, kept), to);
  }
  return result;
}

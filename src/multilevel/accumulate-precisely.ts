import { add, divide, exactProduct, exactSum, type PreciseArray, preciseZeros, setAt } from "../linalg/double-double";
import { BLOCK } from "../linalg/gram";
import { addPreciseGram, mirrorPrecise } from "../linalg/precise-gram";

/** Group means and within-group cross-products in twice the digits of a double. */
export interface PreciseMoments {
  /** J × q, relative to the shift. */
  readonly means: PreciseArray;
  /** q × q */
  readonly within: PreciseArray;
}

/**
 * What {@link accumulate} gives, in about 32 digits, for columns that are nearly dependent within groups: cross-products have
 * the square of the columns' condition number, and with twice the digits they keep what a QR decomposition of the rows would,
 * and more, while parts still merge by addition.
 *
 * Two passes: means first, then products of the differences from them. The rounded root of a weight does no harm, for it
 * weighs all of its row's columns alike.
 */
export function accumulatePrecisely(
  columns: readonly Float64Array[],
  codes: Int32Array,
  groups: number,
  weights: Float64Array | null,
  shift: ArrayLike<number>,
): PreciseMoments {
  const q = columns.length;
  const firstRow = new Int32Array(groups).fill(-1);
  for (let r = codes.length - 1; r >= 0; r--) firstRow[codes[r]] = r;
  const first = columns.map((column) => Float64Array.from(firstRow, (row) => column[row]));
  const about = columns.map((column, k) => meansAboutFirst(column, codes, weights, first[k], groups));
  const means = preciseZeros(groups * q);
  for (let j = 0; j < groups; j++) {
    for (let k = 0; k < q; k++) {
      setAt(means, j * q + k, add(exactSum(first[k][j], -shift[k]), [about[k].high[j], about[k].low[j]]));
    }
  }
  const within = preciseZeros(q * q);
  const block = preciseZeros(q * BLOCK);
  for (let from = 0; from < codes.length; from += BLOCK) {
    const rows = Math.min(BLOCK, codes.length - from);
    for (let k = 0; k < q; k++)
      deviations(columns[k], codes, weights, first[k], about[k], from, rows, block, k * BLOCK);
    addPreciseGram(block, rows, q, within);
  }
  mirrorPrecise(within, q);
  return { means, within };
}

/** Weighted means of a column by group, less the group's first value. */
function meansAboutFirst(
  column: Float64Array,
  codes: Int32Array,
  weights: Float64Array | null,
  first: Float64Array,
  groups: number,
): PreciseArray {
  const { high, low } = preciseZeros(groups);
  const total = new Float64Array(groups);
  for (let r = 0; r < codes.length; r++) {
    const j = codes[r];
    const [d, e] = exactSum(column[r], -first[j]);
    const w = weights === null ? 1 : weights[r];
    const [wd, we] = exactProduct(w, d);
    const [sum, lost] = exactSum(high[j], wd);
    high[j] = sum;
    low[j] += lost + (we + w * e);
    total[j] += w;
  }
  const means = preciseZeros(groups);
  for (let j = 0; j < groups; j++) setAt(means, j, divide(exactSum(high[j], low[j]), [total[j], 0]));
  return means;
}

/** √w (z − z̄) of a block of rows. */
function deviations(
  column: Float64Array,
  codes: Int32Array,
  weights: Float64Array | null,
  first: Float64Array,
  mean: PreciseArray,
  from: number,
  rows: number,
  block: PreciseArray,
  start: number,
): void {
  for (let r = 0; r < rows; r++) {
    const j = codes[from + r];
    const [d, e] = exactSum(column[from + r], -first[j]);
    const [about, lost] = exactSum(d, -mean.high[j]);
    const rest = lost + (e - mean.low[j]);
    const root = weights === null ? 1 : Math.sqrt(weights[from + r]);
    const [high, low] = exactProduct(about, root);
    const [sum, left] = exactSum(high, low + rest * root);
    block.high[start + r] = sum;
    block.low[start + r] = left;
  }
}

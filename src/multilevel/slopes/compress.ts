import { preciseZeros } from "../../linalg/double-double";
import { addGram, BLOCK } from "../../linalg/gram";
import { addPreciseGram, mirrorPrecise } from "../../linalg/precise-gram";
import { rowsByGroup } from "../accumulate";

/** Columns with what is taken from them first: value = (column − shift) / scale. */
export interface ScaledColumns {
  readonly columns: readonly Float64Array[];
  readonly shift: Float64Array;
  readonly scale: Float64Array;
}

/** What one pass over rows leaves of them; no later cost depends on the number of rows. */
export interface CompressedGroups {
  /** J numbers of rows. */
  readonly sizes: Float64Array;
  /** J × q × q, row-major: the upper triangular R_j of Z_j = Q_j R_j. */
  readonly factors: Float64Array;
  /** J × q × r, row-major: B_j = Q_j'[X_j y_j]. */
  readonly projections: Float64Array;
  /** r × r, row-major: W = Σ_j [X_j y_j]'(I − Q_j Q_j')[X_j y_j]. */
  readonly within: Float64Array;
  /** r × r: what `within` lost to rounding, where asked for. */
  readonly withinLow?: Float64Array;
  /** J × r × r: each group's own part of `within`, where asked for. */
  readonly blocks?: Float64Array;
}

/** Below this share of a column's length in its group, what the columns before leave of it is rounding. */
const RANK_TOLERANCE = 1e-13;

/** Below this share of a column's sum of squares, its part outside the random columns' span is rounding. */
const WITHIN_TOLERANCE = 1e-24;

/**
 * Compresses each group's rows by a QR decomposition of its random columns: everything a random-slopes model needs of them.
 *
 * Gram-Schmidt in its modified form on [Z_j X_j y_j], which keeps the digits that cross-products Z'Z would square away. A
 * random column that depends on those before it within a group (there may be fewer rows than columns) has a zero row in
 * R_j and B_j; nothing else changes for the group.
 *
 * @param random - q columns Z.
 * @param fixed - r columns: p of X and, last, y.
 * @param codes - n group numbers from 0 to groups − 1, every one of them used.
 * @param weights - n positive weights, or null; rows are multiplied by their roots.
 * @param keep - `blocks`: each group's own part of W; `precise`: W in twice the digits, for columns nearly dependent there.
 * @see Pinheiro & Bates (2000), Mixed-Effects Models in S and S-PLUS, section 2.2; Björck (1967), BIT 7:1-21.
 */
export function compressGroups(
  random: ScaledColumns,
  fixed: ScaledColumns,
  codes: Int32Array,
  groups: number,
  weights: Float64Array | null,
  keep: { readonly blocks?: boolean; readonly precise?: boolean } = {},
): CompressedGroups {
  const q = random.columns.length;
  const r = fixed.columns.length;
  const { order, starts } = rowsByGroup(codes, groups);
  const sizes = Float64Array.from({ length: groups }, (_, j) => starts[j + 1] - starts[j]);
  const work = new Float64Array(sizes.reduce((most, size) => Math.max(most, size), 0) * (q + r));
  const factors = new Float64Array(groups * q * q);
  const projections = new Float64Array(groups * q * r);
  const within = preciseZeros(r * r);
  const squares = new Float64Array(r);
  const blocks = keep.blocks ? new Float64Array(groups * r * r) : undefined;
  const block = new Float64Array(r * BLOCK);
  const low = new Float64Array(keep.precise ? block.length : 0);
  let filled = 0;
  const flush = (): void => {
    if (keep.precise) addPreciseGram({ high: block, low }, filled, r, within);
    else addGram(block, filled, r, within.high);
    filled = 0;
  };
  for (let j = 0; j < groups; j++) {
    const n = sizes[j];
    const rows = order.subarray(starts[j], starts[j + 1]);
    for (let k = 0; k < q; k++) gather(random, k, rows, weights, work, k * n);
    for (let k = 0; k < r; k++) squares[k] += gather(fixed, k, rows, weights, work, (q + k) * n);
    for (let k = 0; k < q; k++) project(work, n, k, q, r, factors, j * q * q, projections, j * q * r);
    for (let from = 0; from < n; ) {
      const taken = Math.min(BLOCK - filled, n - from);
      for (let k = 0; k < r; k++) {
        const start = (q + k) * n + from;
        block.set(work.subarray(start, start + taken), k * BLOCK + filled);
      }
      filled += taken;
      from += taken;
      if (filled === BLOCK) flush();
    }
    if (blocks) blocks.set(ownProducts(work, n, q, r), j * r * r);
  }
  flush();
  mirrorPrecise(within, r);
  clearRounding(within.high, squares);
  return {
    sizes,
    factors,
    projections,
    within: within.high,
    ...(keep.precise && { withinLow: within.low.map((value, i) => (within.high[i] === 0 ? 0 : value)) }),
    ...(blocks && { blocks }),
  };
}

/** Cross-products of the r columns after the first q. */
function ownProducts(work: Float64Array, n: number, q: number, r: number): Float64Array {
  const products = new Float64Array(r * r);
  for (let k = 0; k < r; k++) {
    for (let l = 0; l < r; l++) {
      for (let i = 0; i < n; i++) products[k * r + l] += work[(q + k) * n + i] * work[(q + l) * n + i];
    }
  }
  return products;
}

/** Copies a column's rows of one group, shifted, scaled and weighted; returns their sum of squares. */
function gather(
  { columns, shift, scale }: ScaledColumns,
  k: number,
  rows: Int32Array,
  weights: Float64Array | null,
  work: Float64Array,
  start: number,
): number {
  const column = columns[k];
  const from = shift[k];
  const by = 1 / scale[k];
  let squares = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = (column[rows[i]] - from) * by * (weights === null ? 1 : Math.sqrt(weights[rows[i]]));
    work[start + i] = value;
    squares += value * value;
  }
  return squares;
}

/**
 * Makes random column k a unit vector and takes its direction out of all columns after it.
 *
 * @param work - q + r columns of n numbers, changed.
 * @param least - a squared length against which a column counts as rounding whatever its own.
 */
function project(
  work: Float64Array,
  n: number,
  k: number,
  q: number,
  r: number,
  factors: Float64Array,
  factorStart: number,
  projections: Float64Array,
  projectionStart: number,
  least = 0,
): void {
  let left = 0;
  for (let i = k * n; i < (k + 1) * n; i++) left += work[i] * work[i];
  let whole = left + least;
  for (let l = 0; l < k; l++) whole += factors[factorStart + l * q + k] ** 2;
  if (!(left > RANK_TOLERANCE ** 2 * whole)) return;
  const length = Math.sqrt(left);
  factors[factorStart + k * q + k] = length;
  for (let i = k * n; i < (k + 1) * n; i++) work[i] /= length;
  for (let c = k + 1; c < q + r; c++) {
    let dot = 0;
    for (let i = 0; i < n; i++) dot += work[k * n + i] * work[c * n + i];
    for (let i = 0; i < n; i++) work[c * n + i] -= dot * work[k * n + i];
    if (c < q) factors[factorStart + k * q + c] = dot;
    else projections[projectionStart + k * r + c - q] = dot;
  }
}

/** Where a compressed group stands: J × q × q and J × q × r numbers, and its place among the J. */
interface GroupPlace {
  readonly factors: Float64Array;
  readonly projections: Float64Array;
  readonly group: number;
}

/**
 * Compresses two parts of a group, each [R B], into one: QR of the two, one upon the other.
 *
 * @param first - becomes that of both.
 * @returns r × r: the cross-products of what Q leaves of the two B.
 */
export function stackGroups(first: GroupPlace, second: GroupPlace, q: number, r: number): Float64Array {
  const n = 2 * q;
  const work = new Float64Array(n * (q + r));
  [first, second].forEach(({ factors, projections, group }, part) => {
    for (let i = 0; i < q; i++) {
      for (let k = 0; k < q; k++) work[k * n + part * q + i] = factors[(group * q + i) * q + k];
      for (let k = 0; k < r; k++) work[(q + k) * n + part * q + i] = projections[(group * q + i) * r + k];
    }
  });
  let longest = 0;
  for (let k = 0; k < q; k++) {
    let squares = 0;
    for (let i = k * n; i < (k + 1) * n; i++) squares += work[i] * work[i];
    longest = Math.max(longest, squares);
  }
  const { factors, projections, group } = first;
  factors.fill(0, group * q * q, (group + 1) * q * q);
  projections.fill(0, group * q * r, (group + 1) * q * r);
  // A column that is constant in the group, near its mean over all, differs between the parts by rounding alone.
  for (let k = 0; k < q; k++) project(work, n, k, q, r, factors, group * q * q, projections, group * q * r, longest);
  return ownProducts(work, n, q, r);
}

/** Sets columns of W to exactly 0 of which the random columns' span leaves rounding alone. */
export function clearRounding(within: Float64Array, squares: ArrayLike<number>): Float64Array {
  const r = squares.length;
  for (let k = 0; k < r; k++) {
    if (within[k * r + k] > WITHIN_TOLERANCE * squares[k]) continue;
    for (let l = 0; l < r; l++) within[k * r + l] = within[l * r + k] = 0;
  }
  return within;
}

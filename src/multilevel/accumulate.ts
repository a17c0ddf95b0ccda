import { type BlockKernel, withBlockKernel } from "../linalg/block-kernel";
import { BLOCK, mirror } from "../linalg/gram";

/** What one pass over rows leaves of them; the layout is that of a group summary. */
export interface Moments {
  /** J */
  readonly sizes: Float64Array;
  /** J */
  readonly weights: Float64Array;
  /** J × q, row-major, relative to the shift. */
  readonly means: Float64Array;
  /** q × q */
  readonly within: Float64Array;
  /** J × q × q: each group's own part of `within`, where asked for. */
  readonly blocks?: Float64Array;
}

/**
 * Group means and pooled within-group cross-products of q columns, in one pass over n rows.
 *
 * Everything is measured from the group's first row, so a large offset costs no digits and a column that is constant
 * within groups leaves exactly 0: W = Σ dd' − Σ_j S_j d̄_j d̄_j' with d = z − z_first(j). The subtraction loses little, for
 * Σ d² is at most n_j + 1 times the group's variation (twice it, on average).
 *
 * @param columns - q columns of n numbers.
 * @param codes - n group numbers from 0 to groups − 1, every one of them used.
 * @param weights - n positive weights, or null.
 * @param shift - q numbers that the means are given relative to.
 * @see Chan, Golub & LeVeque (1983), The American Statistician 37:242-247.
 */
export function accumulate(
  columns: readonly Float64Array[],
  codes: Int32Array,
  groups: number,
  weights: Float64Array | null,
  shift: ArrayLike<number>,
): Moments {
  const q = columns.length;
  const { sizes, total, firstRow } = countRows(codes, groups, weights);
  const table = new Float64Array(2 * q * groups);
  for (let j = 0; j < groups; j++) for (let k = 0; k < q; k++) table[2 * (j * q + k)] = columns[k][firstRow[j]];
  const within = crossProducts(columns, codes, weights, table);
  const means = new Float64Array(groups * q);
  const about = new Float64Array(q);
  for (let j = 0; j < groups; j++) {
    putMean(means, j * q, table, 2 * j * q, total[j], shift, about);
    centre(within, about, total[j]);
  }
  return { sizes, weights: total, means, within: mirror(within, q) };
}

/** One group's mean, relative to the shift, from its part of the table, and in `about` relative to its first row. */
function putMean(
  means: Float64Array,
  to: number,
  table: Float64Array,
  from: number,
  total: number,
  shift: ArrayLike<number>,
  about: Float64Array,
): void {
  for (let k = 0; k < about.length; k++) {
    about[k] = table[from + 2 * k + 1] / total;
    means[to + k] = table[from + 2 * k] - shift[k] + about[k];
  }
}

/** A group's cross-products (upper triangle) about its mean instead of its first row. */
function centre(products: Float64Array, about: Float64Array, total: number): void {
  const q = about.length;
  for (let k = 0; k < q; k++) {
    const scaled = total * about[k];
    for (let l = k; l < q; l++) products[k * q + l] -= scaled * about[l];
  }
}

function countRows(
  codes: Int32Array,
  groups: number,
  weights: Float64Array | null,
): { sizes: Float64Array; total: Float64Array; firstRow: Int32Array } {
  const firstRow = new Int32Array(groups);
  const sizes = new Float64Array(groups);
  const total = weights === null ? sizes : new Float64Array(groups);
  for (let r = 0; r < codes.length; r++) {
    const j = codes[r];
    if (sizes[j] === 0) firstRow[j] = r;
    sizes[j]++;
    if (weights !== null) total[j] += weights[r];
  }
  return { sizes, total, firstRow };
}

/**
 * The upper triangle of Σ w dd' with d the difference from the group's first row.
 *
 * @param table - groups × q × 2: the first row's value and, added to here, Σ w d. Rows come from any group, so what they need
 *   of it stands together: with thousands of groups each look into the table leaves the first-level cache.
 */
function crossProducts(
  columns: readonly Float64Array[],
  codes: Int32Array,
  weights: Float64Array | null,
  table: Float64Array,
): Float64Array {
  const n = codes.length;
  const q = columns.length;
  const gram = new Float64Array(q * q);
  const places = new Int32Array(BLOCK);
  withBlockKernel(q, (kernel) => {
    for (let from = 0; from < n; from += BLOCK) {
      const rows = Math.min(BLOCK, n - from);
      for (let r = 0; r < rows; r++) places[r] = 2 * q * codes[from + r];
      addRows(kernel, columns, weights, table, places, from, rows, gram);
    }
  });
  return gram;
}

/** Adds a block of rows, whose groups' parts of the table are at `places`. */
function addRows(
  { block, addGram }: BlockKernel,
  columns: readonly Float64Array[],
  weights: Float64Array | null,
  table: Float64Array,
  places: Int32Array,
  from: number,
  rows: number,
  gram: Float64Array,
): void {
  const q = columns.length;
  for (let k = 0; k < q; ) {
    if (weights !== null) weighted(columns[k], weights, table, places, k++, from, rows, block);
    else if (k + 4 <= q) k = four(columns, table, places, k, from, rows, block);
    else single(columns[k], table, places, k++, from, rows, block);
  }
  addGram(rows, gram);
}

/** Differences of columns k to k + 3, in one look at each row's group; returns k + 4. */
function four(
  columns: readonly Float64Array[],
  table: Float64Array,
  places: Int32Array,
  k: number,
  from: number,
  rows: number,
  block: Float64Array,
): number {
  const [x0, x1, x2, x3] = [columns[k], columns[k + 1], columns[k + 2], columns[k + 3]];
  const start = k * BLOCK;
  for (let r = 0; r < rows; r++) {
    const at = places[r] + 2 * k;
    const d0 = x0[from + r] - table[at];
    const d1 = x1[from + r] - table[at + 2];
    const d2 = x2[from + r] - table[at + 4];
    const d3 = x3[from + r] - table[at + 6];
    table[at + 1] += d0;
    table[at + 3] += d1;
    table[at + 5] += d2;
    table[at + 7] += d3;
    block[start + r] = d0;
    block[start + BLOCK + r] = d1;
    block[start + 2 * BLOCK + r] = d2;
    block[start + 3 * BLOCK + r] = d3;
  }
  return k + 4;
}

function single(
  column: Float64Array,
  table: Float64Array,
  places: Int32Array,
  k: number,
  from: number,
  rows: number,
  block: Float64Array,
): void {
  for (let r = 0; r < rows; r++) {
    const at = places[r] + 2 * k;
    const d = column[from + r] - table[at];
    table[at + 1] += d;
    block[k * BLOCK + r] = d;
  }
}

function weighted(
  column: Float64Array,
  weights: Float64Array,
  table: Float64Array,
  places: Int32Array,
  k: number,
  from: number,
  rows: number,
  block: Float64Array,
): void {
  for (let r = 0; r < rows; r++) {
    const at = places[r] + 2 * k;
    const d = column[from + r] - table[at];
    const w = weights[from + r];
    table[at + 1] += w * d;
    block[k * BLOCK + r] = Math.sqrt(w) * d;
  }
}

/**
 * The same with each group's own within-group cross-products, for what needs to take groups apart: cluster-robust
 * standard errors, leaving a group out. Rows are taken group by group.
 */
export function accumulateBlocks(
  columns: readonly Float64Array[],
  codes: Int32Array,
  groups: number,
  weights: Float64Array | null,
  shift: ArrayLike<number>,
): Moments & { readonly blocks: Float64Array } {
  const { order, starts } = rowsByGroup(codes, groups);
  const inOrder = (values: Float64Array): Float64Array => {
    const result = new Float64Array(values.length);
    for (let i = 0; i < order.length; i++) result[i] = values[order[i]];
    return result;
  };
  const q = columns.length;
  // Most tables have the rows of a group together: no copies in another order then.
  const isTogether = standTogether(order, starts);
  const sorted = isTogether ? columns : columns.map(inOrder);
  const sortedWeights = weights && (isTogether ? weights : inOrder(weights));
  const blocks = new Float64Array(groups * q * q);
  const within = new Float64Array(q * q);
  const sizes = new Float64Array(groups);
  const total = new Float64Array(groups);
  const means = new Float64Array(groups * q);
  const table = new Float64Array(2 * q);
  const about = new Float64Array(q);
  // The table is of one group at a time.
  const places = new Int32Array(BLOCK);
  withBlockKernel(q, (kernel) => {
    for (let j = 0; j < groups; j++) {
      const start = isTogether ? order[starts[j]] : starts[j];
      const end = start + starts[j + 1] - starts[j];
      const own = blocks.subarray(j * q * q, (j + 1) * q * q);
      for (let k = 0; k < q; k++) {
        table[2 * k] = sorted[k][start];
        table[2 * k + 1] = 0;
      }
      for (let from = start; from < end; from += BLOCK) {
        addRows(kernel, sorted, sortedWeights, table, places, from, Math.min(BLOCK, end - from), own);
      }
      sizes[j] = end - start;
      total[j] = sizes[j];
      if (sortedWeights !== null)
        total[j] = sortedWeights.subarray(start, end).reduce((sum, weight) => sum + weight, 0);
      putMean(means, j * q, table, 0, total[j], shift, about);
      centre(own, about, total[j]);
      mirror(own, q);
      for (let i = 0; i < within.length; i++) within[i] += own[i];
    }
  });
  return { sizes, weights: total, means, within, blocks };
}

/** Whether no other group's row stands between a group's first and last. */
function standTogether(order: Int32Array, starts: Int32Array): boolean {
  for (let j = 0; j + 1 < starts.length; j++) {
    const [first, last] = [starts[j], starts[j + 1] - 1];
    if (order[last] - order[first] !== last - first) return false;
  }
  return true;
}

/** Rows in the order of their groups (a counting sort), and where each group starts. */
export function rowsByGroup(codes: Int32Array, groups: number): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(groups + 1);
  for (let r = 0; r < codes.length; r++) starts[codes[r] + 1]++;
  for (let j = 0; j < groups; j++) starts[j + 1] += starts[j];
  const next = starts.slice(0, groups);
  const order = new Int32Array(codes.length);
  for (let r = 0; r < codes.length; r++) order[next[codes[r]]++] = r;
  return { order, starts };
}

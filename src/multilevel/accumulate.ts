import { addGram, BLOCK, mirror } from "../linalg/gram";

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
  const first = columns.map((column) => gather(column, firstRow));
  const sums = columns.map(() => new Float64Array(groups));
  const within = crossProducts(columns, codes, weights, first, sums);
  const means = new Float64Array(groups * q);
  for (let j = 0; j < groups; j++) {
    for (let k = 0; k < q; k++) sums[k][j] /= total[j];
    for (let k = 0; k < q; k++) {
      means[j * q + k] = first[k][j] - shift[k] + sums[k][j];
      const scaled = total[j] * sums[k][j];
      for (let l = k; l < q; l++) within[k * q + l] -= scaled * sums[l][j];
    }
  }
  return { sizes, weights: total, means, within: mirror(within, q) };
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

/** The upper triangle of Σ w dd' with d the difference from the group's first row; adds Σ w d of every group to `sums`. */
function crossProducts(
  columns: readonly Float64Array[],
  codes: Int32Array,
  weights: Float64Array | null,
  first: readonly Float64Array[],
  sums: readonly Float64Array[],
): Float64Array {
  const n = codes.length;
  const q = columns.length;
  const block = new Float64Array(q * BLOCK);
  const gram = new Float64Array(q * q);
  for (let from = 0; from < n; from += BLOCK) {
    const rows = Math.min(BLOCK, n - from);
    for (let k = 0; k < q; k++) {
      if (weights === null && k + 1 < q) differencesOfPair(columns, codes, first, sums, k++, from, rows, block);
      else differences(columns[k], codes, weights, first[k], sums[k], from, rows, block, k * BLOCK);
    }
    addGram(block, rows, q, gram);
  }
  return gram;
}

/** Differences of columns k and k + 1 without weights: one look at a row's group serves both. */
function differencesOfPair(
  columns: readonly Float64Array[],
  codes: Int32Array,
  first: readonly Float64Array[],
  sums: readonly Float64Array[],
  k: number,
  from: number,
  rows: number,
  block: Float64Array,
): void {
  const [x0, x1] = [columns[k], columns[k + 1]];
  const [first0, first1] = [first[k], first[k + 1]];
  const [sum0, sum1] = [sums[k], sums[k + 1]];
  const start0 = k * BLOCK;
  const start1 = start0 + BLOCK;
  for (let r = 0; r < rows; r++) {
    const j = codes[from + r];
    const d0 = x0[from + r] - first0[j];
    const d1 = x1[from + r] - first1[j];
    sum0[j] += d0;
    sum1[j] += d1;
    block[start0 + r] = d0;
    block[start1 + r] = d1;
  }
}

function gather(column: Float64Array, rows: Int32Array): Float64Array {
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = column[rows[i]];
  return values;
}

function differences(
  column: Float64Array,
  codes: Int32Array,
  weights: Float64Array | null,
  first: Float64Array,
  sum: Float64Array,
  from: number,
  rows: number,
  block: Float64Array,
  start: number,
): void {
  if (weights === null) {
    for (let r = 0; r < rows; r++) {
      const j = codes[from + r];
      const d = column[from + r] - first[j];
      sum[j] += d;
      block[start + r] = d;
    }
    return;
  }
  for (let r = 0; r < rows; r++) {
    const j = codes[from + r];
    const d = column[from + r] - first[j];
    const w = weights[from + r];
    sum[j] += w * d;
    block[start + r] = Math.sqrt(w) * d;
  }
}

/**
 * The same with each group's own within-group cross-products, for what needs to take groups apart: cluster-robust
 * standard errors, leaving a group out. Rows are first put in order of their groups.
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
  const sorted = columns.map(inOrder);
  const sortedWeights = weights && inOrder(weights);
  const blocks = new Float64Array(groups * q * q);
  const within = new Float64Array(q * q);
  const sizes = new Float64Array(groups);
  const total = new Float64Array(groups);
  const means = new Float64Array(groups * q);
  for (let j = 0; j < groups; j++) {
    const part = (values: Float64Array): Float64Array => values.subarray(starts[j], starts[j + 1]);
    const own = accumulate(
      sorted.map(part),
      new Int32Array(starts[j + 1] - starts[j]),
      1,
      sortedWeights && part(sortedWeights),
      shift,
    );
    sizes[j] = own.sizes[0];
    total[j] = own.weights[0];
    means.set(own.means, j * q);
    blocks.set(own.within, j * q * q);
    for (let i = 0; i < within.length; i++) within[i] += own.within[i];
  }
  return { sizes, weights: total, means, within, blocks };
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

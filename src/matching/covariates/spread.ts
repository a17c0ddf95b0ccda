import { addGram, BLOCK, mirror } from "../../linalg/gram";
import { sortedOrder } from "../../linalg/sort";

/** Which rows count, and in which of two groups each stands; with `group` null all stand together. */
export interface Grouped {
  readonly group: Uint8Array | null;
  readonly kept: Uint8Array;
}

/** Numbers of rows in the two groups; all in the first where there are no groups. */
export function groupSizes({ group, kept }: Grouped): [number, number] {
  const sizes: [number, number] = [0, 0];
  for (let row = 0; row < kept.length; row++) if (kept[row] === 1) sizes[group === null ? 0 : group[row]]++;
  return sizes;
}

/**
 * Σ (x_j − mean of its group)(x_k − mean of its group) over the rows kept, for all pairs of columns.
 *
 * @returns p × p.
 */
export function crossProductsWithin(columns: readonly Float64Array[], rows: Grouped): Float64Array {
  const p = columns.length;
  const means = columns.map((column) => groupMeans(column, rows));
  const gram = new Float64Array(p * p);
  const block = new Float64Array(p * BLOCK);
  const { group, kept } = rows;
  let filled = 0;
  for (let row = 0; row < kept.length; row++) {
    if (kept[row] === 0) continue;
    const arm = group === null ? 0 : group[row];
    for (let j = 0; j < p; j++) block[j * BLOCK + filled] = columns[j][row] - means[j][arm];
    if (++filled < BLOCK) continue;
    addGram(block, filled, p, gram);
    filled = 0;
  }
  addGram(block, filled, p, gram);
  return mirror(gram, p);
}

/** The mean of each group, refined once so that an offset costs no digits. */
function groupMeans(values: Float64Array, { group, kept }: Grouped): [number, number] {
  const sizes = groupSizes({ group, kept });
  const means: [number, number] = [0, 0];
  for (let pass = 0; pass < 2; pass++) {
    const rest = [0, 0];
    for (let row = 0; row < values.length; row++) {
      if (kept[row] === 0) continue;
      const arm = group === null ? 0 : group[row];
      rest[arm] += values[row] - means[arm];
    }
    for (const arm of [0, 1]) if (sizes[arm] > 0) means[arm] += rest[arm] / sizes[arm];
  }
  return means;
}

/** Whether a column takes one value only within each group; told by the values, as sums may leave a trace of rounding. */
export function isConstantWithin(values: Float64Array, { group, kept }: Grouped): boolean {
  const first = [Number.NaN, Number.NaN];
  for (let row = 0; row < values.length; row++) {
    if (kept[row] === 0) continue;
    const arm = group === null ? 0 : group[row];
    if (Number.isNaN(first[arm])) first[arm] = values[row];
    else if (values[row] !== first[arm]) return false;
  }
  return true;
}

/**
 * Pooled within-group standard deviation of each column: divisor n − 2, but n for columns of two values, whose variance
 * is p(1 − p) times the squared distance of the values.
 */
export function pooledDeviations(columns: readonly Float64Array[], rows: Grouped): Float64Array {
  const sizes = groupSizes(rows);
  const n = sizes[0] + sizes[1];
  return Float64Array.from(columns, (column) => {
    const squares = crossProductsWithin([column], rows)[0];
    return Math.sqrt(squares / (isTwoValued(column, rows.kept) ? n : n - 2));
  });
}

function isTwoValued(values: Float64Array, kept: Uint8Array): boolean {
  let first = Number.NaN;
  let second = Number.NaN;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (kept[row] === 0 || value === first || value === second) continue;
    if (Number.isNaN(first)) first = value;
    else if (Number.isNaN(second)) second = value;
    else return false;
  }
  return true;
}

/**
 * The rank of each value among the kept ones, equal values sharing the mean of theirs; a value that is not kept gets
 * the rank it would share.
 *
 * Σ over kept values of [smaller] + ½ [equal] + ½.
 */
export function midranks(values: Float64Array, kept: Uint8Array): Float64Array {
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  const present = presentRows(values);
  const order = sortedOrder(Float64Array.from(present, (row) => values[row]));
  let below = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    const value = values[present[order[start]]];
    let equal = 0;
    for (end = start; end < order.length && values[present[order[end]]] === value; end++) {
      equal += kept[present[order[end]]];
    }
    for (let i = start; i < end; i++) ranks[present[order[i]]] = below + (equal + 1) / 2;
    below += equal;
  }
  return ranks;
}

/** Rows whose value is not missing. */
export function presentRows(values: Float64Array): Int32Array {
  const rows = new Int32Array(values.length);
  let present = 0;
  for (let row = 0; row < values.length; row++) if (!Number.isNaN(values[row])) rows[present++] = row;
  return rows.subarray(0, present);
}

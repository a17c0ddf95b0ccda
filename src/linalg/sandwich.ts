import { addGram, BLOCK, mirror } from "./gram";
import type { StandardisedColumns } from "./least-squares";

/** Hat values h = w z'(Z'WZ)⁻¹z of a weighted regression, by row. */
export function hatValues(columns: StandardisedColumns, inverse: Float64Array, weights: Float64Array): Float64Array {
  const { x, mean, scale, n } = columns;
  const k = x.length;
  const hat = new Float64Array(n);
  const z = new Float64Array(k);
  for (let r = 0; r < n; r++) {
    for (let j = 0; j < k; j++) z[j] = (x[j][r] - mean[j]) / scale[j];
    let sum = 0;
    for (let j = 0; j < k; j++) {
      let inner = 0.5 * inverse[j * k + j] * z[j];
      for (let i = 0; i < j; i++) inner += inverse[j * k + i] * z[i];
      sum += 2 * z[j] * inner;
    }
    hat[r] = weights[r] * sum;
  }
  return hat;
}

/** Σ u² zz' over the rows, k × k: the middle of White's sandwich where u is the weighted residual. */
export function robustMeat(columns: StandardisedColumns, u: Float64Array): Float64Array {
  const { x, mean, scale, n } = columns;
  const k = x.length;
  const meat = new Float64Array(k * k);
  const block = new Float64Array(k * BLOCK);
  for (let from = 0; from < n; from += BLOCK) {
    const rows = Math.min(BLOCK, n - from);
    for (let j = 0; j < k; j++) {
      for (let r = 0; r < rows; r++) block[j * BLOCK + r] = (u[from + r] * (x[j][from + r] - mean[j])) / scale[j];
    }
    addGram(block, rows, k, meat);
  }
  return mirror(meat, k);
}

/** Σ ss' over the clusters, s = Σ u z over a cluster's rows, k × k; `cluster` holds 0 to clusters − 1. */
export function clusteredMeat(
  columns: StandardisedColumns,
  u: Float64Array,
  cluster: Int32Array,
  clusters: number,
): Float64Array {
  const { x, mean, scale, n } = columns;
  const k = x.length;
  const sums = x.map((column, j) => {
    const sum = new Float64Array(clusters);
    for (let r = 0; r < n; r++) sum[cluster[r]] += (u[r] * (column[r] - mean[j])) / scale[j];
    return sum;
  });
  const meat = new Float64Array(k * k);
  for (let j = 0; j < k; j++) {
    for (let i = j; i < k; i++) for (let g = 0; g < clusters; g++) meat[j * k + i] += sums[j][g] * sums[i][g];
  }
  return mirror(meat, k);
}

/** Codes from 0 of the distinct pairs of two codes, by first appearance. */
export function crossedCodes(
  a: Int32Array,
  b: Int32Array,
  sizeOfB: number,
): { readonly codes: Int32Array; readonly size: number } {
  const codeOf = new Map<number, number>();
  const codes = new Int32Array(a.length);
  for (let r = 0; r < a.length; r++) {
    const pair = a[r] * sizeOfB + b[r];
    let code = codeOf.get(pair);
    if (code === undefined) {
      code = codeOf.size;
      codeOf.set(pair, code);
    }
    codes[r] = code;
  }
  return { codes, size: codeOf.size };
}

/** Rows worked on at a time: a block of a dozen columns stays in the first-level cache. */
export const BLOCK = 512;

/**
 * Adds the cross-products of q columns to the upper triangle of a q × q row-major matrix.
 *
 * Column k of the block is `block[k * BLOCK .. k * BLOCK + rows)`. Columns go in twos, so that every number loaded takes part
 * in two products. Even and odd rows are added up apart, as the two lanes of `withBlockKernel` do, which is two to
 * three times as fast where many blocks follow one another.
 */
export function addGram(block: Float64Array, rows: number, q: number, gram: Float64Array): void {
  for (let j = 0; j < q; j += 2) for (let k = j; k < q; k += 2) addTile(block, rows, q, j, k, gram);
}

/** The products of columns j and j + 1 with k and k + 1; of an odd number the last column stands twice. */
function addTile(block: Float64Array, rows: number, q: number, j: number, k: number, gram: Float64Array): void {
  const last = q - 1;
  const [a0, a1] = [j * BLOCK, Math.min(j + 1, last) * BLOCK];
  const [b0, b1] = [k * BLOCK, Math.min(k + 1, last) * BLOCK];
  let [e00, e01, e10, e11, o00, o01, o10, o11] = [0, 0, 0, 0, 0, 0, 0, 0];
  const pairs = rows - (rows % 2);
  for (let r = 0; r < pairs; r += 2) {
    const x0 = block[a0 + r];
    const x1 = block[a1 + r];
    const y0 = block[b0 + r];
    const y1 = block[b1 + r];
    e00 += x0 * y0;
    e01 += x0 * y1;
    e10 += x1 * y0;
    e11 += x1 * y1;
    const u0 = block[a0 + r + 1];
    const u1 = block[a1 + r + 1];
    const v0 = block[b0 + r + 1];
    const v1 = block[b1 + r + 1];
    o00 += u0 * v0;
    o01 += u0 * v1;
    o10 += u1 * v0;
    o11 += u1 * v1;
  }
  if (pairs < rows) {
    e00 += block[a0 + pairs] * block[b0 + pairs];
    e01 += block[a0 + pairs] * block[b1 + pairs];
    e10 += block[a1 + pairs] * block[b0 + pairs];
    e11 += block[a1 + pairs] * block[b1 + pairs];
  }
  gram[j * q + k] += e00 + o00;
  if (k < last) gram[j * q + k + 1] += e01 + o01;
  if (j < last && k > j) gram[(j + 1) * q + k] += e10 + o10;
  if (j < last && k < last) gram[(j + 1) * q + k + 1] += e11 + o11;
}

/** Copies the upper triangle of a row-major q × q matrix below the diagonal. */
export function mirror(gram: Float64Array, q: number): Float64Array {
  for (let j = 1; j < q; j++) for (let k = 0; k < j; k++) gram[j * q + k] = gram[k * q + j];
  return gram;
}

/** Mean and root-mean-square deviation of each column; with `centre` false the mean is 0 and the scale the root mean square. */
export function columnScales(
  x: readonly Float64Array[],
  n: number,
  centre: boolean,
): { mean: Float64Array; scale: Float64Array } {
  const mean = new Float64Array(x.length);
  const scale = new Float64Array(x.length);
  x.forEach((column, k) => {
    // Two passes about the first value: an offset of 1e12 costs no digits.
    const first = centre ? column[0] : 0;
    let sum = 0;
    for (let r = 0; r < n; r++) sum += column[r] - first;
    const shift = centre ? first + sum / n : 0;
    let squares = 0;
    for (let r = 0; r < n; r++) {
      const d = column[r] - shift;
      squares += d * d;
    }
    mean[k] = shift;
    scale[k] = Math.sqrt(squares / n);
  });
  return { mean, scale };
}

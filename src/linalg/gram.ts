/** Rows worked on at a time: a block of a dozen columns stays in the first-level cache. */
export const BLOCK = 512;

/**
 * Adds the cross-products of q columns to the upper triangle of a q × q row-major matrix.
 *
 * Column k of the block is `block[k * BLOCK .. k * BLOCK + rows)`. Tiles of 2 × 2 columns share their loads.
 */
export function addGram(block: Float64Array, rows: number, q: number, gram: Float64Array): void {
  for (let j = 0; j < q; j += 2) {
    const a0 = j * BLOCK;
    const twoJ = j + 1 < q;
    const a1 = twoJ ? a0 + BLOCK : a0;
    for (let k = j; k < q; k += 2) {
      const b0 = k * BLOCK;
      const twoK = k + 1 < q;
      const b1 = twoK ? b0 + BLOCK : b0;
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      for (let r = 0; r < rows; r++) {
        const x0 = block[a0 + r];
        const x1 = block[a1 + r];
        const y0 = block[b0 + r];
        const y1 = block[b1 + r];
        s00 += x0 * y0;
        s01 += x0 * y1;
        s10 += x1 * y0;
        s11 += x1 * y1;
      }
      gram[j * q + k] += s00;
      if (twoK) gram[j * q + k + 1] += s01;
      if (twoJ && k > j) gram[(j + 1) * q + k] += s10;
      if (twoJ && twoK) gram[(j + 1) * q + k + 1] += s11;
    }
  }
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

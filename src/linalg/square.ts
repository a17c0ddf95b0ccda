/** The product of two row-major p × p matrices. */
export function product(a: Float64Array, b: Float64Array, p: number): Float64Array {
  const result = new Float64Array(p * p);
  for (let j = 0; j < p; j++) {
    for (let k = 0; k < p; k++) {
      let sum = 0;
      for (let l = 0; l < p; l++) sum += a[j * p + l] * b[l * p + k];
      result[j * p + k] = sum;
    }
  }
  return result;
}

/** The transpose of a row-major p × p matrix. */
export function transposed(a: Float64Array, p: number): Float64Array {
  return a.map((_, i) => a[(i % p) * p + Math.floor(i / p)]);
}

/** A row-major p × p matrix times a vector. */
export function timesVector(a: Float64Array, x: ArrayLike<number>, p: number): Float64Array {
  const result = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    let sum = 0;
    for (let k = 0; k < p; k++) sum += a[j * p + k] * x[k];
    result[j] = sum;
  }
  return result;
}

/** tr(AB) of two row-major p × p matrices. */
export function traceOfTwo(a: Float64Array, b: Float64Array, p: number): number {
  let sum = 0;
  for (let j = 0; j < p; j++) for (let k = 0; k < p; k++) sum += a[j * p + k] * b[k * p + j];
  return sum;
}

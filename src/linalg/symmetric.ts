/** A factorised symmetric positive definite p × p matrix (row-major). */
export interface Factor {
  solve(b: Float64Array): Float64Array;
  inverse(): Float64Array;
  logDeterminant(): number;
}

/**
 * The Cholesky factor of a symmetric matrix, or null where it is not positive definite.
 *
 * Written here on flat arrays: the criterion of a mixed model factorises at every step, and ml-matrix's decomposition with its
 * matrices of rows took half of a small fit. Only the upper triangle is read: rounding may leave the two a bit apart.
 */
export function factorise(a: Float64Array, p: number): Factor | null {
  const lower = choleskyFactor(a, p);
  if (lower === null) return null;
  return {
    solve: (b) => solveWith(lower, p, b),
    inverse: () => inverseFrom(lower, p),
    logDeterminant() {
      let sum = 0;
      for (let k = 0; k < p; k++) sum += 2 * Math.log(lower[k * p + k]);
      return sum;
    },
  };
}

/** L with LL' = A, row-major with zeros above the diagonal; null where a pivot is not a positive number. */
function choleskyFactor(a: Float64Array, p: number): Float64Array | null {
  const lower = new Float64Array(p * p);
  for (let j = 0; j < p; j++) {
    const row = j * p;
    let pivot = a[row + j];
    for (let k = 0; k < j; k++) {
      const other = k * p;
      let value = a[other + j];
      for (let i = 0; i < k; i++) value -= lower[row + i] * lower[other + i];
      value /= lower[other + k];
      lower[row + k] = value;
      pivot -= value * value;
    }
    if (!(pivot > 0 && pivot < Number.POSITIVE_INFINITY)) return null;
    lower[row + j] = Math.sqrt(pivot);
  }
  return lower;
}

/** x of LL'x = b: forwards, then backwards. */
function solveWith(lower: Float64Array, p: number, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let j = 0; j < p; j++) {
    let value = x[j];
    for (let i = 0; i < j; i++) value -= lower[j * p + i] * x[i];
    x[j] = value / lower[j * p + j];
  }
  for (let j = p - 1; j >= 0; j--) {
    const value = x[j] / lower[j * p + j];
    x[j] = value;
    for (let i = 0; i < j; i++) x[i] -= lower[j * p + i] * value;
  }
  return x;
}

/** (LL')⁻¹ = L⁻¹'L⁻¹ */
function inverseFrom(lower: Float64Array, p: number): Float64Array {
  const inverse = new Float64Array(p * p);
  const own = new Float64Array(p * p);
  for (let j = 0; j < p; j++) {
    // Row j of L⁻¹, from the rows before it.
    const row = j * p;
    for (let i = 0; i < j; i++) {
      const factor = lower[row + i];
      for (let k = 0; k <= i; k++) own[row + k] -= factor * own[i * p + k];
    }
    for (let k = 0; k < j; k++) own[row + k] /= lower[row + j];
    own[row + j] = 1 / lower[row + j];
    for (let i = 0; i <= j; i++) {
      const value = own[row + i];
      for (let k = 0; k <= i; k++) inverse[i * p + k] += value * own[row + k];
    }
  }
  for (let j = 0; j < p; j++) for (let k = 0; k < j; k++) inverse[k * p + j] = inverse[j * p + k];
  return inverse;
}

/** The product T A T' of row-major matrices: T is m × p, A p × p symmetric. */
export function sandwich(t: Float64Array, a: Float64Array, m: number, p: number): Float64Array {
  const left = new Float64Array(p);
  const result = new Float64Array(m * m);
  for (let j = 0; j < m; j++) {
    left.fill(0);
    for (let i = 0; i < p; i++) {
      const value = t[j * p + i];
      for (let k = 0; k < p; k++) left[k] += value * a[i * p + k];
    }
    for (let l = 0; l <= j; l++) {
      let sum = 0;
      for (let k = 0; k < p; k++) sum += left[k] * t[l * p + k];
      result[j * m + l] = sum;
      result[l * m + j] = sum;
    }
  }
  return result;
}

/** x'Ay for row-major A of size p. */
export function bilinear(x: ArrayLike<number>, a: Float64Array, y: ArrayLike<number>, p: number): number {
  let sum = 0;
  for (let j = 0; j < p; j++) {
    let row = 0;
    for (let k = 0; k < p; k++) row += a[j * p + k] * y[k];
    sum += x[j] * row;
  }
  return sum;
}

/** trace(AB) of two symmetric row-major matrices of one size. */
export function traceOfProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The principal submatrix of the given rows and columns. */
export function principal(a: Float64Array, p: number, keep: readonly number[]): Float64Array {
  const m = keep.length;
  const result = new Float64Array(m * m);
  for (let j = 0; j < m; j++) for (let k = 0; k < m; k++) result[j * m + k] = a[keep[j] * p + keep[k]];
  return result;
}

/**
 * An upper factor R with R'R = A for a positive semi-definite A, taking columns in order: a column whose remaining
 * pivot is below `tolerance` × its diagonal depends on the earlier ones and gets a zero row.
 */
export function semidefiniteFactor(
  a: Float64Array,
  p: number,
  tolerance: number,
): { r: Float64Array; independent: number[] } {
  const r = new Float64Array(p * p);
  const independent: number[] = [];
  for (let k = 0; k < p; k++) {
    let pivot = a[k * p + k];
    for (const i of independent) pivot -= r[i * p + k] ** 2;
    if (!(pivot > tolerance * a[k * p + k]) || pivot <= 0) continue;
    const root = Math.sqrt(pivot);
    r[k * p + k] = root;
    for (let j = k + 1; j < p; j++) {
      let value = a[k * p + j];
      for (const i of independent) value -= r[i * p + k] * r[i * p + j];
      r[k * p + j] = value / root;
    }
    independent.push(k);
  }
  return { r, independent };
}

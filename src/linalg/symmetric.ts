import { CholeskyDecomposition, Matrix } from "ml-matrix";

/** A factorised symmetric positive definite p × p matrix (row-major). */
export interface Factor {
  solve(b: Float64Array): Float64Array;
  inverse(): Float64Array;
  logDeterminant(): number;
}

/** The Cholesky factor of a symmetric matrix, or null where it is not positive definite. */
export function factorise(a: Float64Array, p: number): Factor | null {
  if (p === 0) return { solve: (b) => b, inverse: () => new Float64Array(0), logDeterminant: () => 0 };
  if (!a.every(Number.isFinite)) return null;
  // The upper triangle alone: rounding may leave the two a bit apart, and the decomposition asks for equality.
  const rows = Array.from({ length: p }, (_, j) =>
    Array.from({ length: p }, (__, k) => a[Math.min(j, k) * p + Math.max(j, k)]),
  );
  const decomposition = new CholeskyDecomposition(new Matrix(rows));
  if (!decomposition.isPositiveDefinite()) return null;
  const lower = decomposition.lowerTriangularMatrix;
  const solve = (b: Float64Array): Float64Array =>
    Float64Array.from(decomposition.solve(Matrix.columnVector(b)).to1DArray());
  return {
    solve,
    inverse: () => symmetrise(Float64Array.from(decomposition.solve(Matrix.eye(p, p)).to1DArray()), p),
    logDeterminant() {
      let sum = 0;
      for (let k = 0; k < p; k++) sum += 2 * Math.log(lower.get(k, k));
      return sum;
    },
  };
}

function toRows(a: Float64Array, p: number): number[][] {
  return Array.from({ length: p }, (_, j) => Array.from(a.subarray(j * p, (j + 1) * p)));
}

function symmetrise(a: Float64Array, p: number): Float64Array {
  for (let j = 0; j < p; j++) {
    for (let k = 0; k < j; k++) {
      const middle = (a[j * p + k] + a[k * p + j]) / 2;
      a[j * p + k] = middle;
      a[k * p + j] = middle;
    }
  }
  return a;
}

/** The product T A T' of row-major matrices: T is m × p, A p × p symmetric. */
export function sandwich(t: Float64Array, a: Float64Array, m: number, p: number): Float64Array {
  const left = new Matrix(Array.from({ length: m }, (_, j) => Array.from(t.subarray(j * p, (j + 1) * p))));
  const product = left.mmul(new Matrix(toRows(a, p))).mmul(left.transpose());
  return symmetrise(Float64Array.from(product.to1DArray()), m);
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

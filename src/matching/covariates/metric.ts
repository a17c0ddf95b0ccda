import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Eigenvalues of a covariance below this share of the largest count as zero. */
const CUTOFF = 1e-9;

/** A metric A as R'R, so that the Euclidean distance of the points Rx is √((x − y)'A(x − y)). */
export interface Metric {
  /** rank × p, row-major. */
  readonly factor: Float64Array;
  readonly rank: number;
}

/**
 * The metric that a covariance matrix gives: A its Moore–Penrose inverse, R by Cholesky with pivoting, the columns put
 * back in order.
 *
 * @param s - p × p, symmetric, row-major.
 */
export function inverseMetric(s: Float64Array, p: number): Metric {
  const { inverse, rank } = generalisedInverse(s, p);
  return { factor: pivotedFactor(inverse, p, rank), rank };
}

/** The Moore–Penrose inverse of a symmetric positive semi-definite matrix. */
export function generalisedInverse(s: Float64Array, p: number): { inverse: Float64Array; rank: number } {
  const rows = Array.from({ length: p }, (_, j) => Array.from(s.subarray(j * p, (j + 1) * p)));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(rows), {
    assumeSymmetric: true,
  });
  const largest = Math.max(...realEigenvalues);
  const inverse = new Float64Array(p * p);
  let rank = 0;
  for (let k = 0; k < p; k++) {
    if (!(realEigenvalues[k] > CUTOFF * largest)) continue;
    rank++;
    const vector = eigenvectorMatrix.getColumn(k);
    for (let i = 0; i < p; i++) {
      for (let j = 0; j <= i; j++) inverse[i * p + j] += (vector[i] * vector[j]) / realEigenvalues[k];
    }
  }
  for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) inverse[j * p + i] = inverse[i * p + j];
  return { inverse, rank };
}

/**
 * The first `rank` rows of R with R'R = A, by Cholesky with the largest remaining diagonal as pivot (the first of equal
 * ones), columns in the order of A.
 */
export function pivotedFactor(a: Float64Array, p: number, rank: number): Float64Array {
  const factor = new Float64Array(rank * p);
  const rest = Float64Array.from({ length: p }, (_, j) => a[j * p + j]);
  const done = new Uint8Array(p);
  for (let k = 0; k < rank; k++) {
    let pivot = -1;
    for (let j = 0; j < p; j++) if (done[j] === 0 && (pivot < 0 || rest[j] > rest[pivot])) pivot = j;
    const root = Math.sqrt(rest[pivot]);
    done[pivot] = 1;
    factor[k * p + pivot] = root;
    for (let j = 0; j < p; j++) {
      if (done[j] === 1) continue;
      let value = a[pivot * p + j];
      for (let i = 0; i < k; i++) value -= factor[i * p + pivot] * factor[i * p + j];
      factor[k * p + j] = value / root;
      rest[j] -= factor[k * p + j] ** 2;
    }
  }
  return factor;
}

import { EVD, Matrix } from "ml-matrix";
import { semidefiniteFactor } from "../linalg/symmetric";

/**
 * A cluster in an orthonormal basis of all of it that matters to the coefficients, in which its covariance is diagonal: outside
 * the basis X = 0 and the covariance is σ²I.
 */
export interface ClusterBasis {
  /** r × p, row-major. */
  readonly x: Float64Array;
  /** y − Xβ̂, r numbers. */
  readonly e: Float64Array;
  /** The covariance's diagonal, r numbers. */
  readonly phi: Float64Array;
  /** School weights, r numbers. */
  readonly omega: Float64Array;
}

/** Rows of (X, y): what of a cluster lies along vectors of a basis. */
export interface BasisRows {
  readonly count: number;
  /** count × (p + 1), row-major. */
  readonly values: Float64Array;
}

/** Columns x̃ = U'x, UU' = A⁻¹, p × p row-major, and β̂: where columns are nearly dependent their own products would cancel. */
export interface ClusterColumns {
  readonly root: Float64Array;
  readonly beta: Float64Array;
}

/** Below this share of its own a column's pivot in a cluster is rounding. What lies above may count much in x̃. */
const ROUNDING = 1e-15;

/**
 * The basis of a cluster from its rows along the random effects' span, with their covariance over σ², and its cross-products
 * outside that span. X of the result is in the columns x̃.
 *
 * @param covariance - count × count.
 * @param block - (p + 1) × (p + 1).
 * @param weight - the cluster's school weight.
 */
export function clusterBasis(
  { count, values }: BasisRows,
  covariance: Float64Array,
  block: Float64Array,
  { root, beta }: ClusterColumns,
  sigma2: number,
  weight = 1,
): ClusterBasis {
  const p = beta.length;
  const q = p + 1;
  const { rotation, eigenvalues } = eigen(covariance, count);
  const { r: factor, independent } = semidefiniteFactor(block, q, ROUNDING);
  const rows = independent.filter((k) => k < p);
  const size = count + rows.length;
  const x = new Float64Array(size * p);
  const e = new Float64Array(size);
  const put = (to: number, row: Float64Array): void => {
    for (let l = 0; l < p; l++) {
      const value = row[l];
      // Columns of whole groups do not vary in them.
      if (value === 0) continue;
      for (let k = 0; k < p; k++) x[to * p + k] += root[l * p + k] * value;
      e[to] -= beta[l] * value;
    }
    e[to] += row[p];
  };
  for (let i = 0; i < count; i++) {
    const rotated = new Float64Array(q);
    for (let a = 0; a < count; a++) {
      const share = rotation(a, i);
      for (let k = 0; k < q; k++) rotated[k] += share * values[a * q + k];
    }
    put(i, rotated);
  }
  rows.forEach((from, i) => {
    put(count + i, factor.subarray(from * q, (from + 1) * q));
  });
  const phi = Float64Array.from({ length: size }, (_, i) => sigma2 * (i < count ? eigenvalues[i] : 1));
  return { x, e, phi, omega: new Float64Array(size).fill(weight) };
}

/**
 * Clusters as one. Rows with one variance and one weight are as good as their combinations that X reaches, p at most, so that a
 * large cluster costs little more than its random effects.
 */
export function joined(parts: readonly ClusterBasis[], p: number): ClusterBasis {
  if (parts.length === 1) return parts[0];
  const q = p + 1;
  const alike = new Map<string, { phi: number; omega: number; rows: Float64Array[] }>();
  for (const { x, e, phi, omega } of parts) {
    for (let i = 0; i < e.length; i++) {
      const key = `${phi[i]} ${omega[i]}`;
      const row = new Float64Array(q);
      row.set(x.subarray(i * p, (i + 1) * p));
      row[p] = e[i];
      const known = alike.get(key);
      if (known === undefined) alike.set(key, { phi: phi[i], omega: omega[i], rows: [row] });
      else known.rows.push(row);
    }
  }
  const kept = [...alike.values()].flatMap(({ phi, omega, rows }) =>
    reduced(rows, q).map((row) => ({ phi, omega, row })),
  );
  const x = new Float64Array(kept.length * p);
  kept.forEach(({ row }, i) => {
    x.set(row.subarray(0, p), i * p);
  });
  return {
    x,
    e: Float64Array.from(kept, ({ row }) => row[p]),
    phi: Float64Array.from(kept, ({ phi }) => phi),
    omega: Float64Array.from(kept, ({ omega }) => omega),
  };
}

/** Rows of (X, e) in a basis of the span of X, or as they are where that has as many. */
function reduced(rows: readonly Float64Array[], q: number): readonly Float64Array[] {
  if (rows.length === 1) return rows;
  const products = new Float64Array(q * q);
  for (const row of rows) {
    for (let k = 0; k < q; k++) {
      const factor = row[k];
      for (let l = k; l < q; l++) products[k * q + l] += factor * row[l];
    }
  }
  // Of the products the factor reads the upper triangle.
  const { r: factor, independent } = semidefiniteFactor(products, q, 1e-12);
  const basis = independent.filter((k) => k < q - 1);
  return basis.length < rows.length ? basis.map((k) => factor.slice(k * q, (k + 1) * q)) : rows;
}

function eigen(
  covariance: Float64Array,
  count: number,
): { rotation: (row: number, column: number) => number; eigenvalues: readonly number[] } {
  if (count === 0) return { rotation: () => 0, eigenvalues: [] };
  if (count === 1) return { rotation: () => 1, eigenvalues: [covariance[0]] };
  const rows = Array.from({ length: count }, (_, i) => Array.from(covariance.subarray(i * count, (i + 1) * count)));
  const { realEigenvalues, eigenvectorMatrix } = new EVD(new Matrix(rows), { assumeSymmetric: true });
  return { rotation: (row, column) => eigenvectorMatrix.get(row, column), eigenvalues: realEigenvalues };
}

import { inverse, Matrix } from "ml-matrix";
import type { InterceptModel } from "../../src/multilevel/types";
import { createRng } from "../../src/random/rng";

const rng = createRng("post-estimation");
const sizes = [6, 2, 9, 1, 14, 5, 8];
const codes = sizes.flatMap((size, j) => Array(size).fill(j) as number[]);
const u = sizes.map(() => 1.5 * rng.normal());
const z = sizes.map(() => rng.normal());

/** Seven schools of 1 to 14 pupils, a column of pupils and one of schools, weights of both. */
export const pupils = {
  school: codes.map((j) => `s${j + 1}`),
  x: Float64Array.from(codes, () => 50 + 3 * rng.normal()),
  z: Float64Array.from(codes, (j) => z[j]),
  y: Float64Array.from(codes, (j) => 100 + u[j] + 0.4 * z[j] + 1.2 * rng.normal()),
  precision: Float64Array.from(codes, () => 0.5 + 2 * rng.uniform()),
  copies: Float64Array.from(codes, () => 1 + rng.integer(3)),
  omega: Float64Array.from(codes, (j) => 1 + (j % 3) / 2),
};

export const formula = "y ~ x + z + (1 | school)";

/** The matrices of the model at its own variances, n × n and larger: what the library never forms. */
export interface Dense {
  readonly x: Matrix;
  /** n × J */
  readonly z: Matrix;
  /** Residual and total covariances of the outcome. */
  readonly r: Matrix;
  readonly v: Matrix;
  readonly y: Matrix;
  /** β̂ = Ly */
  readonly l: Matrix;
  readonly groupVariance: number;
}

/** @param weights - precision weights of the rows; `omega` weights of the rows' schools. */
export function dense(
  model: InterceptModel,
  weights: ArrayLike<number> | null = null,
  omega: ArrayLike<number> | null = null,
): Dense {
  const n = codes.length;
  const { group, residual } = model.variances;
  const x = new Matrix(codes.map((_, i) => [1, pupils.x[i], pupils.z[i]]));
  const zeta = new Matrix(codes.map((j) => sizes.map((_, k) => (k === j ? 1 : 0))));
  const r = Matrix.diag(Array.from({ length: n }, (_, i) => residual / (weights?.[i] ?? 1)));
  const v = Matrix.add(zeta.mmul(zeta.transpose()).mul(group), r);
  const y = Matrix.columnVector(Array.from(pupils.y));
  const weighted = Matrix.diag(Array.from({ length: n }, (_, i) => omega?.[i] ?? 1)).mmul(inverse(v));
  const l = inverse(x.transpose().mmul(weighted).mmul(x)).mmul(x.transpose()).mmul(weighted);
  return { x, z: zeta, r, v, y, l, groupVariance: group };
}

/** The joint covariance of (β̂ − β, û − u): the inverse of Henderson's mixed model equations. */
export function henderson({ x, z, r, groupVariance }: Dense): Matrix {
  const rInverse = inverse(r);
  const xr = x.transpose().mmul(rInverse);
  const zr = z.transpose().mmul(rInverse);
  const p = x.columns;
  const full = Matrix.zeros(p + z.columns, p + z.columns);
  full.setSubMatrix(xr.mmul(x), 0, 0);
  full.setSubMatrix(xr.mmul(z), 0, p);
  full.setSubMatrix(zr.mmul(x), p, 0);
  full.setSubMatrix(Matrix.add(zr.mmul(z), Matrix.eye(z.columns).mul(1 / groupVariance)), p, p);
  return inverse(full);
}

/** A symmetric p × p array, row-major, as a matrix. */
export function asMatrix(values: Float64Array, p: number): Matrix {
  return new Matrix(Array.from({ length: p }, (_, j) => Array.from(values.subarray(j * p, (j + 1) * p))));
}

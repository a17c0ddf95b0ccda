import { CholeskyDecomposition, inverse, Matrix } from "ml-matrix";
import { createRng } from "../../src/random/rng";

/** A random-intercept problem with all its rows: what the n × n formulas of the papers need. */
export interface DenseProblem {
  /** n × p. */
  readonly x: Matrix;
  /** n × 1. */
  readonly y: Matrix;
  /** ZZ' of the group's intercept, and the residual's diag(1/w): V = σ_u² G₁ + σ² G₂. */
  readonly g: readonly [Matrix, Matrix];
}

export function denseProblem(
  rows: readonly (readonly number[])[],
  y: ArrayLike<number>,
  group: readonly unknown[],
  weights: ArrayLike<number> | null,
): DenseProblem {
  const n = y.length;
  const same = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) if (group[i] === group[k]) same.set(i, k, 1);
  const residual = Matrix.diag(Array.from({ length: n }, (_, i) => 1 / (weights === null ? 1 : weights[i])));
  return { x: new Matrix(rows as number[][]), y: Matrix.columnVector(Array.from(y)), g: [same, residual] };
}

export const multiplyAll = (...factors: Matrix[]): Matrix => factors.reduce((left, right) => left.mmul(right));

/** Everything at one pair of variances. */
export function denseAt({ x, y, g }: DenseProblem, variances: readonly [number, number]) {
  const v = Matrix.add(Matrix.mul(g[0], variances[0]), Matrix.mul(g[1], variances[1]));
  const cholesky = new CholeskyDecomposition(v);
  const vi = cholesky.solve(Matrix.eye(v.rows, v.rows));
  const information = multiplyAll(x.transpose(), vi, x);
  const phi = inverse(information);
  const projection = Matrix.sub(vi, multiplyAll(vi, x, phi, x.transpose(), vi));
  const logDet = (factor: CholeskyDecomposition): number =>
    2 * factor.lowerTriangularMatrix.diagonal().reduce((sum, value) => sum + Math.log(value), 0);
  const symmetric = Matrix.mul(Matrix.add(information, information.transpose()), 0.5);
  const logDeterminants = [logDet(cholesky), logDet(new CholeskyDecomposition(symmetric))];
  const quadratic = multiplyAll(y.transpose(), projection, y).get(0, 0);
  return { vi, information, phi, projection, logDeterminants, quadratic };
}

/** −2 × the log-likelihood less its constant. */
export function denseCriterion(problem: DenseProblem, variances: readonly [number, number], reml: boolean): number {
  const { logDeterminants, quadratic } = denseAt(problem, variances);
  return logDeterminants[0] + quadratic + (reml ? logDeterminants[1] : 0);
}

// Central differences of order eight, offsets 1 to 4 (and for the second derivative 0).
const FIRST = [4 / 5, -1 / 5, 4 / 105, -1 / 280];
const SECOND = [8 / 5, -1 / 5, 8 / 315, -1 / 560];
const SECOND_MIDDLE = -205 / 72;

/** The first derivative of f at 0. */
export function firstDerivative(f: (step: number) => number, h: number): number {
  return FIRST.reduce((sum, weight, k) => sum + weight * (f((k + 1) * h) - f(-(k + 1) * h)), 0) / h;
}

/** The second derivative of f at 0. */
function secondDerivative(f: (step: number) => number, h: number): number {
  const start = SECOND_MIDDLE * f(0);
  return SECOND.reduce((sum, weight, k) => sum + weight * (f((k + 1) * h) + f(-(k + 1) * h)), start) / h ** 2;
}

/** The 2 × 2 second derivatives and the first derivatives of f over two variances, in steps of 1.5 % of each. */
export function derivatives(
  f: (variances: readonly [number, number]) => number,
  at: readonly [number, number],
): { gradient: [number, number]; hessian: [number, number, number] } {
  const [h0, h1] = [0.015 * at[0], 0.015 * at[1]];
  const along0 = (step: number): number => f([at[0] + step, at[1]]);
  const along1 = (step: number): number => f([at[0], at[1] + step]);
  const mixed = (step: number): number => firstDerivative((other) => f([at[0] + step, at[1] + other]), h1);
  return {
    gradient: [firstDerivative(along0, h0), firstDerivative(along1, h1)],
    hessian: [secondDerivative(along0, h0), firstDerivative(mixed, h0), secondDerivative(along1, h1)],
  };
}

/** Unbalanced schools with a pupil covariate x, a school covariate z and weights w. */
export function fewPupils(seed: string, sizes: readonly number[], sd = 0.8) {
  const rng = createRng(seed);
  const codes = sizes.flatMap((size, j) => Array(size).fill(j) as number[]);
  const u = sizes.map(() => sd * rng.normal());
  const level = sizes.map(() => rng.normal());
  const x = codes.map((j) => 0.5 * level[j] + rng.normal());
  const z = codes.map((j) => level[j] + 0.1 * j);
  const w = codes.map(() => 0.5 + 2 * rng.uniform());
  const y = codes.map((j, i) => 1 + 0.5 * x[i] - 0.3 * z[i] + u[j] + rng.normal() / Math.sqrt(w[i]));
  return { school: codes.map((j) => `s${j}`), x, z, w, y };
}

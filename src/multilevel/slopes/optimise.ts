import { EVD, Matrix } from "ml-matrix";
import { semidefiniteFactor } from "../../linalg/symmetric";
import { createRng } from "../../random/rng";
import { conditioned } from "./conditioned";
import { devianceAt, type SlopePoint } from "./deviance";
import type { LambdaEntry, SlopeProblem } from "./problem";

export interface SlopeOptimum {
  readonly best: SlopePoint;
  /** A second local optimum, worse than the best, where one of the starts led to it. */
  readonly other: SlopePoint | null;
  /** Whether other Λ about the best one fit equally well: not all variances are identified. */
  readonly flat: boolean;
  readonly evaluations: number;
  /** Whether Λ is singular at the best optimum. */
  readonly boundary: boolean;
  /**
   * On the boundary the least eigenvalue of N over directions in which Ψ = ΛΛ' could grow: not negative, up to rounding,
   * where the criterion rises in all of them. `Infinity` inside.
   */
  readonly certificate: number;
  /** What another Newton step promises to take off the criterion: rounding, where the search has converged. */
  readonly decrement: number;
}

type Evaluate = (theta: Float64Array) => SlopePoint | null;

/** Sizes of Λ's diagonal to start from, in units of the residual sd and of each column's root mean square. */
const STARTS = [0.3, 3, 0.01];

/** With fewer groups than this the criterion can have several optima, and more starts are tried, some of them drawn. */
const MANY_GROUPS = 200;
const DRAWN_STARTS = 8;

/** Below this share of the largest, a curvature is rounding. */
const FLAT = 1e-10;

/** Below this share of its column's relative variance (or of 1), a pivot of Ψ is 0. */
const RANK_TOLERANCE = 1e-12;

/**
 * The optimum of the profiled criterion over Λ, from several starts.
 *
 * D is a smooth function of θ on the whole space (a column of Λ may change its sign), so no bounds are needed: Newton steps
 * with the Hessian's eigenvalues made positive, halved until D falls. Singular Λ are stationary in some directions whatever
 * D does there, hence the certificate in Ψ = ΛΛ': at a minimum N = dD/dΨ is 0 on the range of Λ and has no negative
 * eigenvalue on its complement. Where it has one, the search goes on in that direction.
 * Null where the criterion cannot be evaluated, or falls without end (no residual variance).
 */
export function optimiseSlopes(problem: SlopeProblem): SlopeOptimum | null {
  const better = conditioned(problem);
  if (better === null) return bestOf(problem, startsOf(problem));
  return inGivenColumns(problem, bestOf(better.problem, startsOf(better.problem)), better.outward);
}

/**
 * The optimum near a good guess, for refits of data like those the guess came from. Of few groups, where there may be several
 * optima, even starts are tried besides.
 */
export function optimiseSlopesNear(problem: SlopeProblem, guess: Float64Array): SlopeOptimum | null {
  const better = conditioned(problem);
  if (better === null) return bestNear(problem, guess);
  return inGivenColumns(problem, bestNear(better.problem, better.inward(guess)), better.outward);
}

function bestNear(problem: SlopeProblem, guess: Float64Array): SlopeOptimum | null {
  // Where a variance is 0 the criterion is flat in it: let go a little.
  const start = guess.map((value, a) => value || (isDiagonal(problem.entries[a]) ? 0.1 : 0));
  return bestOf(problem, problem.groups < MANY_GROUPS ? [start, ...evenStarts(problem)] : [start]);
}

/** An optimum found in other random columns. */
function inGivenColumns(
  problem: SlopeProblem,
  optimum: SlopeOptimum | null,
  outward: (theta: Float64Array) => Float64Array,
): SlopeOptimum | null {
  const best = optimum && devianceAt(problem, outward(optimum.best.theta));
  if (optimum === null || best === null) return null;
  return { ...optimum, best, other: optimum.other && devianceAt(problem, outward(optimum.other.theta)) };
}

const isDiagonal = ({ row, column }: LambdaEntry): boolean => row === column;

function bestOf(problem: SlopeProblem, starts: readonly Float64Array[]): SlopeOptimum | null {
  let evaluations = 0;
  const at: Evaluate = (theta) => {
    evaluations++;
    return devianceAt(problem, theta);
  };
  const optima: SlopePoint[] = [];
  for (const start of starts) {
    const found = localOptimum(problem, at, start, optima);
    if (found !== null && !optima.some((known) => isSame(known, found))) optima.push(found);
  }
  if (optima.length === 0) return null;
  const [best, ...others] = optima.toSorted((a, b) => a.criterion - b.criterion);
  const level = best.criterion + 1e-8 * Math.max(1, Math.abs(best.criterion));
  const boundary = isSingular(best, problem.q);
  return {
    best,
    other: others.find(({ criterion }) => criterion > level) ?? null,
    flat: !boundary && isFlat(best),
    evaluations,
    boundary,
    certificate: boundary ? leastGrowth(problem, best).value : Number.POSITIVE_INFINITY,
    decrement: newtonStep(best).decrement,
  };
}

/** Whether the criterion is flat in some direction of θ: inside, every direction changes Λ. */
function isFlat({ hessian, gradient }: SlopePoint): boolean {
  const values = eigen(hessian, gradient.length).values.map(Math.abs);
  return Math.min(...values) < FLAT * Math.max(...values);
}

function evenStarts({ entries }: SlopeProblem): Float64Array[] {
  return STARTS.map((size) => Float64Array.from(entries, (entry) => (isDiagonal(entry) ? size : 0)));
}

function startsOf(problem: SlopeProblem): Float64Array[] {
  const { q, groups, entries } = problem;
  const diagonal = (size: (column: number) => number): Float64Array =>
    Float64Array.from(entries, (entry) => (isDiagonal(entry) ? size(entry.column) : 0));
  const even = evenStarts(problem);
  if (q === 1 || groups >= MANY_GROUPS) return even;
  const uneven = Array.from({ length: q }, (_, k) => diagonal((column) => (column === k ? 1 : 0.01)));
  const rng = createRng("starts of random slopes");
  const drawn = Array.from({ length: DRAWN_STARTS }, () => {
    const size = 10 ** (2 * rng.uniform() - 1);
    return Float64Array.from(entries, () => size * rng.normal());
  });
  return [...even, ...uneven, ...drawn];
}

/** A certified local optimum, or null where the search led to one of those known or to none. */
function localOptimum(
  problem: SlopeProblem,
  at: Evaluate,
  start: Float64Array,
  known: readonly SlopePoint[],
): SlopePoint | null {
  let point = at(start);
  for (let round = 0; point !== null && round < 20; round++) {
    point = newton(problem, at, point, known);
    if (point === null) return null;
    const settled = settle(problem, at, point);
    const growth = leastGrowth(problem, settled);
    if (!(growth.value < -1e-10 * problem.m)) return settled;
    const grown = grow(problem, at, settled, growth.direction);
    if (grown === null) return settled;
    point = grown;
  }
  return null;
}

/** Newton steps with positive curvature, halved until the criterion falls; null on reaching a known optimum. */
function newton(
  problem: SlopeProblem,
  at: Evaluate,
  start: SlopePoint,
  known: readonly SlopePoint[],
): SlopePoint | null {
  let point = start;
  for (let i = 0; i < 200; i++) {
    const { step, decrement } = newtonStep(point);
    if (known.some((optimum) => leadsTo(problem, point, step, optimum))) return null;
    const last = decrement <= 1e-20 * Math.max(1, Math.abs(point.criterion));
    const moved = lineSearch(at, point, step, decrement);
    if (moved === null) return point;
    point = moved;
    if (last) return point;
    if (point.theta.some((value) => Math.abs(value) > 1e8)) return null;
  }
  return point;
}

/** −|H|⁻¹g, no longer than twice the size of θ and 1, and g'|H|⁻¹g. */
function newtonStep({ gradient, hessian, theta }: SlopePoint): { step: Float64Array; decrement: number } {
  const d = gradient.length;
  const { values, vectors } = eigen(hessian, d);
  const floor = 1e-10 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const step = new Float64Array(d);
  let decrement = 0;
  for (let e = 0; e < d; e++) {
    let along = 0;
    for (let i = 0; i < d; i++) along += vectors.get(i, e) * gradient[i];
    const size = along / Math.max(Math.abs(values[e]), floor, Number.MIN_VALUE);
    decrement += along * size;
    for (let i = 0; i < d; i++) step[i] -= size * vectors.get(i, e);
  }
  const length = Math.hypot(...step);
  const limit = 2 * Math.max(1, Math.hypot(...theta));
  return { step: length > limit ? step.map((value) => (value * limit) / length) : step, decrement };
}

function lineSearch(at: Evaluate, point: SlopePoint, step: Float64Array, decrement: number): SlopePoint | null {
  const rounding = 1e-14 * Math.abs(point.criterion);
  for (let t = 1; t > 1e-12; t /= 2) {
    const moved = at(point.theta.map((value, i) => value + t * step[i]));
    if (moved !== null && moved.criterion <= point.criterion - 1e-4 * t * decrement + rounding) return moved;
  }
  return null;
}

/**
 * The point in its normal form: diagonal not negative, and where Λ is singular to rounding, exactly so. A triangular matrix is
 * singular where its diagonal has a 0.
 */
function settle(problem: SlopeProblem, at: Evaluate, point: SlopePoint): SlopePoint {
  const { q, entries } = problem;
  const psi = psiOf(point.lambda, q);
  for (let k = 0; k < q; k++) {
    if (psi[k * q + k] > RANK_TOLERANCE) continue;
    for (let l = 0; l < q; l++) psi[k * q + l] = psi[l * q + k] = 0;
  }
  const { r, independent } = semidefiniteFactor(psi, q, RANK_TOLERANCE);
  const singular = independent.length < q;
  const theta = singular
    ? Float64Array.from(entries, ({ row, column }) => r[column * q + row])
    : withPositiveDiagonal(problem, point.theta);
  return theta.every((value, a) => value === point.theta[a]) ? point : (at(theta) ?? point);
}

/**
 * Where Ψ could grow from a singular Λ: the direction of the least eigenvalue of N over the null space of Ψ, within a
 * block of correlated columns.
 */
function leastGrowth({ q, entries }: SlopeProblem, point: SlopePoint): { value: number; direction: Float64Array } {
  const psi = psiOf(point.lambda, q);
  let least = { value: Number.POSITIVE_INFINITY, direction: new Float64Array(q) };
  for (let start = 0; start < q; ) {
    const size = entries.filter(({ column }) => column === start).length;
    const block = Float64Array.from(
      { length: size * size },
      (_, i) => psi[(start + Math.floor(i / size)) * q + start + (i % size)],
    );
    const { values, vectors } = eigen(block, size);
    const largest = Math.max(1, ...values);
    const free = values.flatMap((value, e) => (value <= RANK_TOLERANCE * largest ? [e] : []));
    const component = (i: number, e: number): number => vectors.get(i, free[e]);
    const restricted = new Float64Array(free.length ** 2);
    for (let e = 0; e < free.length; e++) {
      for (let f = 0; f < free.length; f++) {
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            restricted[e * free.length + f] +=
              component(i, e) * point.psiGradient[(start + i) * q + start + j] * component(j, f);
          }
        }
      }
    }
    const reduced = eigen(restricted, free.length);
    reduced.values.forEach((value, e) => {
      if (!(value < least.value)) return;
      const direction = new Float64Array(q);
      for (let i = 0; i < size; i++) {
        for (let f = 0; f < free.length; f++) direction[start + i] += component(i, f) * reduced.vectors.get(f, e);
      }
      least = { value, direction };
    });
    start += size;
  }
  return least;
}

/** Ψ + t uu' with the t of a coarse scale at which the criterion is least; null where it never falls. */
function grow({ q, entries }: SlopeProblem, at: Evaluate, point: SlopePoint, u: Float64Array): SlopePoint | null {
  const psi = psiOf(point.lambda, q);
  let best: SlopePoint | null = null;
  for (let t = 10; t > 1e-9; t /= 10) {
    const grown = psi.map((value, i) => value + t * u[Math.floor(i / q)] * u[i % q]);
    const { r } = semidefiniteFactor(grown, q, 0);
    const moved = at(Float64Array.from(entries, ({ row, column }) => r[column * q + row]));
    if (moved !== null && moved.criterion < (best ?? point).criterion) best = moved;
    else if (best !== null) break;
  }
  return best;
}

function isSingular({ lambda }: SlopePoint, q: number): boolean {
  for (let k = 0; k < q; k++) if (lambda[k * q + k] === 0) return true;
  return false;
}

/** Whether a point is near a known optimum and its full Newton step leads close to it: the search would end there. */
function leadsTo(problem: SlopeProblem, { theta }: SlopePoint, step: Float64Array, optimum: SlopePoint): boolean {
  if (apart(withPositiveDiagonal(problem, theta), optimum.theta) > 0.3) return false;
  const next = theta.map((value, a) => value + step[a]);
  return apart(withPositiveDiagonal(problem, next), optimum.theta) <= 0.05;
}

/** The same Λ up to the signs of its columns, which do not matter. */
function withPositiveDiagonal({ entries }: SlopeProblem, theta: Float64Array): Float64Array {
  let sign = 1;
  return theta.map((value, a) => {
    // A column's diagonal entry comes first.
    if (entries[a].row === entries[a].column) sign = value < 0 ? -1 : 1;
    return sign * value;
  });
}

/** The same optimum reached twice: in Ψ, since θ is not unique where Λ is singular. */
function isSame(a: SlopePoint, b: SlopePoint): boolean {
  const q = Math.sqrt(a.lambda.length);
  return Math.abs(a.criterion - b.criterion) <= 1e-6 && apart(psiOf(a.lambda, q), psiOf(b.lambda, q)) <= 1e-3;
}

/** ‖a − b‖ / ‖b‖ */
function apart(a: Float64Array, b: Float64Array): number {
  const difference = Math.hypot(...a.map((value, i) => value - b[i]));
  return difference === 0 ? 0 : difference / Math.hypot(...b);
}

/** Ψ = ΛΛ' */
export function psiOf(lambda: Float64Array, q: number): Float64Array {
  const psi = new Float64Array(q * q);
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) {
      for (let k = 0; k <= Math.min(i, j); k++) psi[i * q + j] += lambda[i * q + k] * lambda[j * q + k];
    }
  }
  return psi;
}

function eigen(a: Float64Array, size: number): { values: number[]; vectors: Matrix } {
  if (size === 0) return { values: [], vectors: Matrix.zeros(0, 0) };
  const rows = Array.from({ length: size }, (_, i) => Array.from(a.subarray(i * size, (i + 1) * size)));
  const { realEigenvalues, eigenvectorMatrix } = new EVD(new Matrix(rows), { assumeSymmetric: true });
  return { values: realEigenvalues, vectors: eigenvectorMatrix };
}

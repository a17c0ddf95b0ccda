import { EVD, Matrix } from "ml-matrix";
import { nestedCurvature } from "./curvature";
import { type NestedPoint, type NestedProblem, type NestedSlopes, nestedAt, nestedSlopes } from "./profile";

export interface NestedOptimum {
  readonly best: NestedPoint;
  readonly slopes: NestedSlopes;
  /** A worse local optimum that another start led to. */
  readonly other: NestedPoint | null;
  readonly evaluations: number;
}

/** A point with its derivatives. */
interface Place {
  readonly point: NestedPoint;
  readonly slopes: NestedSlopes;
}

type At = (phi: readonly number[]) => NestedPoint | null;

/** Optima of one criterion within this are one. */
const SAME = 1e-7;

/** With more innermost groups than this a coarser grid will do. */
const MANY_GROUPS = 300;

/**
 * The best optimum of the profiled criterion over φ ≥ 0.
 *
 * The criterion can have several optima, so it is looked at on a grid that holds every combination of zeros; from each of
 * the grid's own minima Newton steps in log φ run to a local optimum (variances of 0 stay there while their derivative is
 * not negative), and the best is taken. Null where the criterion cannot be evaluated or falls without end.
 */
export function optimiseNested(problem: NestedProblem): NestedOptimum | null {
  return bestOf(problem, (at) => gridMinima(problem, at));
}

/**
 * The optimum near a good guess, for refits of data like those the guess came from. Of few groups, where there may be several
 * optima, the whole search.
 */
export function optimiseNestedNear(problem: NestedProblem, guess: readonly number[]): NestedOptimum | null {
  if (problem.counts[0] <= MANY_GROUPS) return optimiseNested(problem);
  // A variance of 0 is a place to stay: let go a little.
  const start = guess.map((phi) => phi || 0.01);
  return bestOf(problem, (at) => [at(start)].filter((point) => point !== null)) ?? optimiseNested(problem);
}

function bestOf(problem: NestedProblem, startsOf: (at: At) => NestedPoint[]): NestedOptimum | null {
  let evaluations = 0;
  const at: At = (phi) => {
    evaluations++;
    return nestedAt(problem, phi);
  };
  const optima: Place[] = [];
  for (const start of startsOf(at)) {
    const found = descend(problem, at, start);
    if (found !== null) optima.push(found);
  }
  if (optima.length === 0) return null;
  const [best, ...others] = optima.toSorted((a, b) => a.point.criterion - b.point.criterion);
  const other = others.find(({ point }) => isElsewhere(point, best.point)) ?? null;
  return { best: best.point, slopes: best.slopes, other: other?.point ?? null, evaluations };
}

function isElsewhere(a: NestedPoint, b: NestedPoint): boolean {
  const apart = a.phi.some((value, k) => Math.abs(value - b.phi[k]) > 1e-3 * (value + b.phi[k]));
  return apart && a.criterion - b.criterion > SAME;
}

/** Variance ratios of the grid; the finer one for data small enough to have several optima and cheap enough to look. */
function gridValues(problem: NestedProblem): readonly number[] {
  const depth = problem.counts.length;
  if (depth > 3) return [0, 0.3];
  const isLarge = problem.counts[0] > MANY_GROUPS;
  if (depth === 3) return isLarge ? [0, 0.03, 1] : [0, 0.02, 0.3, 5];
  return isLarge ? [0, 0.01, 0.2, 4] : [0, 0.003, 0.03, 0.3, 3, 30];
}

/** Points of the grid that no neighbour along an axis undercuts. */
function gridMinima(problem: NestedProblem, at: At): NestedPoint[] {
  const values = gridValues(problem);
  const depth = problem.counts.length;
  const size = values.length ** depth;
  const digit = (i: number, k: number): number => Math.floor(i / values.length ** k) % values.length;
  const points = Array.from({ length: size }, (_, i) => at(problem.counts.map((__, k) => values[digit(i, k)])));
  const criterion = (i: number): number => points[i]?.criterion ?? Number.POSITIVE_INFINITY;
  return points.filter((point, i): point is NestedPoint => {
    if (point === null) return false;
    for (let k = 0; k < depth; k++) {
      const step = values.length ** k;
      if (digit(i, k) > 0 && criterion(i - step) < criterion(i)) return false;
      if (digit(i, k) < values.length - 1 && criterion(i + step) < criterion(i)) return false;
    }
    return true;
  });
}

/** From a start to a local optimum: Newton over the positive φ, then zeros whose derivative is negative are let go. */
function descend(problem: NestedProblem, at: At, start: NestedPoint): Place | null {
  let place: Place | null = { point: start, slopes: nestedSlopes(problem, start) };
  for (let round = 0; round < 20; round++) {
    place = newton(problem, at, place);
    if (place === null) return null;
    const released = release(problem, at, place);
    if (released === null) return place;
    place = released;
  }
  return place;
}

/** Lets a variance of 0 grow where the criterion falls in it; null where none does. */
function release(problem: NestedProblem, at: At, { point, slopes }: Place): Place | null {
  const k = slopes.gradient.findIndex((slope, i) => point.phi[i] === 0 && slope < 0);
  if (k < 0) return null;
  const curvature = nestedCurvature(problem, point, slopes).hessian[k][k];
  let phi = curvature > 0 ? -slopes.gradient[k] / curvature : 1;
  for (let i = 0; i < 60; i++, phi /= 4) {
    const next = at(point.phi.map((value, l) => (l === k ? phi : value)));
    if (next !== null && next.criterion < point.criterion) return { point: next, slopes: nestedSlopes(problem, next) };
  }
  // The fall is below the criterion's rounding.
  return null;
}

/** Newton in log φ over the positive components, with halving; null where the criterion falls without end. */
function newton(problem: NestedProblem, at: At, start: Place): Place | null {
  let place = start;
  for (let i = 0; i < 200; i++) {
    const { point, slopes } = place;
    const free = point.phi.flatMap((value, k) => (value > 0 ? [k] : []));
    if (free.length === 0) return place;
    if (point.phi.some((value) => value > 1e20)) return null;
    const { hessian } = nestedCurvature(problem, point, slopes);
    const { step, decrement } = logStep(point.phi, slopes.gradient, hessian, free);
    const small = decrement <= 1e-20 * Math.max(1, Math.abs(point.criterion));
    const next = advance(at, point, step, decrement);
    const zeroed = tryZero(problem, at, next ?? point, step);
    if (zeroed !== null) {
      place = zeroed;
      continue;
    }
    if (next === null) return place;
    place = { point: next, slopes: nestedSlopes(problem, next) };
    if (small) return place;
  }
  return place;
}

/** The step in log φ, −|H|⁻¹g with H's eigenvalues made positive, and the fall it promises. */
function logStep(
  phi: readonly number[],
  gradient: readonly number[],
  hessian: readonly (readonly number[])[],
  free: readonly number[],
): { step: number[]; decrement: number } {
  const slope = free.map((k) => phi[k] * gradient[k]);
  const curvature = new Matrix(
    free.map((k, i) => free.map((l, j) => phi[k] * phi[l] * hessian[k][l] + (i === j ? slope[i] : 0))),
  );
  const { realEigenvalues, eigenvectorMatrix: vectors } = new EVD(curvature, { assumeSymmetric: true });
  const least = 1e-10 * Math.max(...realEigenvalues.map(Math.abs));
  const step = phi.map(() => 0);
  let decrement = 0;
  realEigenvalues.forEach((value, m) => {
    const along = slope.reduce((sum, each, i) => sum + each * vectors.get(i, m), 0);
    const length = along === 0 ? 0 : along / Math.max(Math.abs(value), least);
    decrement += along * length;
    free.forEach((k, i) => {
      step[k] -= length * vectors.get(i, m);
    });
  });
  const longest = Math.max(...step.map(Math.abs));
  const share = longest > 3 ? 3 / longest : 1;
  return { step: step.map((value) => value * share), decrement };
}

/**
 * Where a step halves a variance, 0 itself: taken where the criterion is no higher there than after the step, and rises from
 * there.
 */
function tryZero(problem: NestedProblem, at: At, after: NestedPoint, step: readonly number[]): Place | null {
  for (let k = 0; k < step.length; k++) {
    if (step[k] > -0.7) continue;
    const zero = at(after.phi.map((value, l) => (l === k ? 0 : value)));
    if (zero === null || zero.criterion > after.criterion) continue;
    const slopes = nestedSlopes(problem, zero);
    if (slopes.gradient[k] >= 0) return { point: zero, slopes };
  }
  return null;
}

/** The point after the step, halved until the criterion falls; near the optimum, below rounding, the whole step. */
function advance(at: At, point: NestedPoint, step: readonly number[], decrement: number): NestedPoint | null {
  const sure = decrement <= 1e-11 * Math.max(1, Math.abs(point.criterion));
  for (let share = 1; share > 1e-6; share /= 2) {
    const next = at(point.phi.map((value, k) => value * Math.exp(share * step[k])));
    if (next !== null && (sure || next.criterion < point.criterion)) return next;
  }
  return null;
}

import { classesAreFew, type ProfilePoint, type ProfileProblem, profileAt } from "./profile";

export interface ProfileOptimum {
  readonly best: ProfilePoint;
  /** A second local optimum, worse than the best. */
  readonly other: ProfilePoint | null;
  readonly boundary: boolean;
  readonly evaluations: number;
}

/** The criterion with its derivatives at φ, or null where it cannot be evaluated. */
export type Evaluate = (phi: number) => ProfilePoint | null;

/** Distance of the grid's points in log φ. */
const STEP = 1.5;

/** How far the grid goes on, in points, where the criterion still falls at its end. */
const BEYOND = 30;

/**
 * The global optimum of the profiled criterion over φ ≥ 0.
 *
 * φ = 0 is a local optimum exactly when D'(0) ≥ 0. Every change of sign of D' on a coarse grid in log φ brackets an
 * interior one, found by safeguarded Newton steps in log φ; where D' turns back towards 0 between two points, a shallow one
 * may hide there and is looked for. All are compared: the profile can have two.
 * Where groups share few sizes, the search goes over the sizes and only its last steps over the groups.
 * Null where the criterion cannot be evaluated, or falls without end (no residual variance).
 *
 * @param evaluate - a faster way to the same criterion, where there is one.
 */
export function optimiseProfile(problem: ProfileProblem, evaluate?: Evaluate): ProfileOptimum | null {
  let evaluations = 0;
  const counted =
    (own: Evaluate): Evaluate =>
    (phi) => {
      evaluations++;
      return own(phi);
    };
  const at = counted(evaluate ?? ((phi) => profileAt(problem, phi)));
  const zero = at(0);
  if (zero === null) return null;
  const bySize = { ...problem, residualsByClass: true };
  const quick = evaluate === undefined && classesAreFew(problem) && !problem.residualsByClass;
  const coarse = quick
    ? polishedOptima(
        at,
        counted((phi) => profileAt(bySize, phi)),
        zero,
        problem.weights,
      )
    : null;
  const interior = coarse ?? interiorOptima(at, zero, problem.weights);
  const optima = zero.slope >= 0 ? [zero, ...interior] : interior;
  if (optima.length === 0) return null;
  const sorted = optima.toSorted((a, b) => a.criterion - b.criterion || a.phi - b.phi);
  return { best: sorted[0], other: sorted[1] ?? null, boundary: sorted[0].phi === 0, evaluations };
}

/** The local optima with φ > 0. */
function interiorOptima(at: Evaluate, zero: ProfilePoint, weights: Float64Array): ProfilePoint[] {
  const optima: ProfilePoint[] = [];
  const { lowest, highest } = range(weights);
  const points = Math.ceil(Math.log(highest / lowest) / STEP);
  let left = zero;
  for (let i = 0; i <= points + BEYOND; i++) {
    const right = at(lowest * Math.exp(i * STEP));
    if (right === null) break;
    const found = left.slope < 0 && right.slope >= 0 ? newton(at, left, right) : hiddenOptimum(at, left, right);
    if (found !== null) optima.push(found);
    left = right;
    if (i >= points && right.slope >= 0) break;
  }
  return optima;
}

/** The same found by `coarse`, the last steps by `at`; null where the two disagree by more than rounding. */
function polishedOptima(
  at: Evaluate,
  coarse: Evaluate,
  zero: ProfilePoint,
  weights: Float64Array,
): ProfilePoint[] | null {
  const found = interiorOptima(coarse, zero, weights).map((near) => polished(at, near.phi));
  if (found.length === 0 && zero.slope < 0) return null;
  return found.every((point) => point !== null) ? found : null;
}

/** Newton steps from next to an optimum; null where it is not one. */
function polished(at: Evaluate, near: number): ProfilePoint | null {
  let point = at(near);
  for (let i = 0; i < 5 && point !== null; i++) {
    const { next, isMinimum, isSettled } = newtonStep(point);
    if (!isMinimum || Math.abs(next / near - 1) > 1e-3) return null;
    point = at(next);
    if (isSettled) return point;
  }
  return null;
}

/** One Newton step in log φ: where it leads, and whether what is left to gain is rounding. */
function newtonStep({ phi, criterion, slope, curvature }: ProfilePoint): {
  next: number;
  isMinimum: boolean;
  isSettled: boolean;
} {
  const first = slope * phi;
  const second = curvature * phi * phi + first;
  const isMinimum = second > 0;
  return {
    next: isMinimum ? phi * Math.exp(-first / second) : 0,
    isMinimum,
    isSettled: isMinimum && (first * first) / second <= 1e-20 * Math.max(1, Math.abs(criterion)),
  };
}

/**
 * The optimum near a good guess, for refits of data like those the guess came from: Newton between φ = 0 and a rising
 * point. Where φ = 0 is a local optimum too, the whole search is run.
 */
export function optimiseNear(problem: ProfileProblem, guess: number, evaluate?: Evaluate): ProfileOptimum | null {
  let evaluations = 0;
  const own = evaluate ?? ((phi: number) => profileAt(problem, phi));
  const at: Evaluate = (phi) => {
    evaluations++;
    return own(phi);
  };
  const zero = at(0);
  if (zero === null || zero.slope >= 0) return optimiseProfile(problem, evaluate);
  let falling = zero;
  let rising = at(guess > 0 ? guess : range(problem.weights).lowest);
  for (let i = 0; rising !== null && rising.slope < 0; i++) {
    if (i > 60) return null;
    falling = rising;
    rising = at(rising.phi * 4);
  }
  if (rising === null) return null;
  return { best: newton(at, falling, rising), other: null, boundary: false, evaluations };
}

/** Halvings of an interval in which D' comes near 0, to see whether it crosses. */
const HALVINGS = 8;

/**
 * A minimum between two points with slopes of one sign: there is one where the slope in log φ, running towards 0 at the left
 * point and away from it at the right one, has crossed 0 twice in between.
 */
function hiddenOptimum(at: Evaluate, left: ProfilePoint, right: ProfilePoint): ProfilePoint | null {
  const sign = left.slope < 0 ? -1 : 1;
  if (left.phi === 0 || sign * right.slope < 0) return null;
  const leaves = ({ slope, curvature, phi }: ProfilePoint): boolean => sign * (curvature * phi + slope) > 0;
  if (leaves(left) || !leaves(right)) return null;
  let low = left.phi;
  let high = right.phi;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = at(Math.sqrt(low * high));
    if (middle === null) return null;
    if (sign * middle.slope < 0) return sign > 0 ? newton(at, middle, right) : newton(at, left, middle);
    if (leaves(middle)) high = middle.phi;
    else low = middle.phi;
  }
  return null;
}

/** From where no group's mean is kept to where none is shrunken, but for a thousandth: what lies beyond is as good as linear. */
function range(weights: Float64Array): { lowest: number; highest: number } {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const weight of weights) {
    smallest = Math.min(smallest, weight);
    largest = Math.max(largest, weight);
  }
  return { lowest: 1e-3 / largest, highest: 1e3 / smallest };
}

/** The minimum between a falling and a rising point: Newton in log φ, halving the bracket where a step leaves it. */
function newton(at: Evaluate, falling: ProfilePoint, rising: ProfilePoint): ProfilePoint {
  let low = falling.phi;
  let high = rising.phi;
  let point = falling.phi > 0 && -falling.slope < rising.slope ? falling : rising;
  for (let i = 0; i < 200; i++) {
    if (point.slope < 0) low = point.phi;
    else high = point.phi;
    const step = newtonStep(point);
    let { next } = step;
    // In the first bracket, open at 0, halving goes by decades.
    if (!step.isSettled && !(next > low && next < high)) next = low > 0 ? Math.sqrt(low * high) : high / 100;
    const moved = at(next);
    if (moved === null) return point;
    point = moved;
    if (step.isSettled || high - low <= 1e-15 * high) return point;
  }
  return point;
}

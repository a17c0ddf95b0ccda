import { type ProfilePoint, type ProfileProblem, profileAt } from "./profile";

export interface ProfileOptimum {
  readonly best: ProfilePoint;
  /** A second local optimum, worse than the best. */
  readonly other: ProfilePoint | null;
  readonly boundary: boolean;
  readonly evaluations: number;
}

const GRID_POINTS = 24;

/**
 * The global optimum of the profiled criterion over φ ≥ 0.
 *
 * φ = 0 is a local optimum exactly when D'(0) ≥ 0. Every change of sign of D' on a coarse grid in log φ brackets an
 * interior one, found by safeguarded Newton steps in log φ; where D' turns back towards 0 between two points, a shallow one
 * may hide there and is looked for. All are compared: the profile can have two.
 * Null where the criterion cannot be evaluated, or falls without end (no residual variance).
 */
export function optimiseProfile(problem: ProfileProblem): ProfileOptimum | null {
  let evaluations = 0;
  const at = (phi: number): ProfilePoint | null => {
    evaluations++;
    return profileAt(problem, phi);
  };
  const zero = at(0);
  if (zero === null) return null;
  const optima: ProfilePoint[] = zero.slope >= 0 ? [zero] : [];
  const { lowest, highest } = range(problem.weights);
  const ratio = (highest / lowest) ** (1 / (GRID_POINTS - 1));
  let left = zero;
  let phi = lowest;
  for (let i = 0; i < 2 * GRID_POINTS; i++, phi *= ratio) {
    const right = at(phi);
    if (right === null) break;
    const found = left.slope < 0 && right.slope >= 0 ? newton(at, left, right) : hiddenOptimum(at, left, right);
    if (found !== null) optima.push(found);
    left = right;
    if (i >= GRID_POINTS - 1 && right.slope >= 0) break;
  }
  if (optima.length === 0) return null;
  const sorted = optima.toSorted((a, b) => a.criterion - b.criterion || a.phi - b.phi);
  return { best: sorted[0], other: sorted[1] ?? null, boundary: sorted[0].phi === 0, evaluations };
}

/**
 * The optimum near a good guess, for refits of data like those the guess came from: Newton between φ = 0 and a rising
 * point. Where φ = 0 is a local optimum too, the whole search is run.
 */
export function optimiseNear(problem: ProfileProblem, guess: number): ProfileOptimum | null {
  let evaluations = 0;
  const at = (phi: number): ProfilePoint | null => {
    evaluations++;
    return profileAt(problem, phi);
  };
  const zero = at(0);
  if (zero === null || zero.slope >= 0) return optimiseProfile(problem);
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
function hiddenOptimum(
  at: (phi: number) => ProfilePoint | null,
  left: ProfilePoint,
  right: ProfilePoint,
): ProfilePoint | null {
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

/** From where no group's mean is shrunken to where all are kept. */
function range(weights: Float64Array): { lowest: number; highest: number } {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const weight of weights) {
    smallest = Math.min(smallest, weight);
    largest = Math.max(largest, weight);
  }
  return { lowest: 1e-4 / largest, highest: 1e5 / smallest };
}

/** The minimum between a falling and a rising point: Newton in log φ, halving the bracket where a step leaves it. */
function newton(at: (phi: number) => ProfilePoint | null, falling: ProfilePoint, rising: ProfilePoint): ProfilePoint {
  let low = falling.phi;
  let high = rising.phi;
  let point = falling.phi > 0 && -falling.slope < rising.slope ? falling : rising;
  for (let i = 0; i < 200; i++) {
    if (point.slope < 0) low = point.phi;
    else high = point.phi;
    const first = point.slope * point.phi;
    const second = point.curvature * point.phi * point.phi + first;
    let next = second > 0 ? point.phi * Math.exp(-first / second) : 0;
    const small = second > 0 && (first * first) / second <= 1e-20 * Math.max(1, Math.abs(point.criterion));
    // In the first bracket, open at 0, halving goes by decades.
    if (!small && !(next > low && next < high)) next = low > 0 ? Math.sqrt(low * high) : high / 100;
    const moved = at(next);
    if (moved === null) return point;
    point = moved;
    if (small || high - low <= 1e-15 * high) return point;
  }
  return point;
}

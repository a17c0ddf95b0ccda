import type { ConfidenceInterval } from "./profile-interval";
import { crossing } from "./roots";

/** A maximum likelihood fit as profiles of coefficients see it. */
export interface CoefficientFit {
  readonly criterion: number;
  readonly beta: Float64Array;
  readonly sigma2: number;
  /** A⁻¹, p × p. */
  readonly inverse: Float64Array;
}

/** A problem of any structure, and how its variables are changed. */
export interface CoefficientProblem<P> {
  readonly problem: P;
  optimum(problem: P): CoefficientFit | null;
  /** The problem without column k, with y − b x_k in place of y. */
  withoutColumn(problem: P, k: number, b: number): P;
  /** The problem with every column's shift given back. */
  unshifted(problem: P): P;
}

/** The way from a scaled problem's coefficients to the caller's. */
export interface CoefficientUnits {
  readonly terms: readonly string[];
  readonly hasIntercept: boolean;
  /** Scales of the p columns and, last, of the outcome. */
  readonly scale: Float64Array;
  /** What was taken from the outcome. */
  readonly outcomeShift: number;
}

/**
 * Profile likelihood intervals of coefficients: for each value b the deviance with the column dropped and y − b x in place of y.
 * The intercept is profiled in the caller's coordinates, since it is another one about shifted columns.
 */
export function coefficientIntervals<P>(
  { problem, optimum, withoutColumn, unshifted }: CoefficientProblem<P>,
  best: CoefficientFit,
  { terms, hasIntercept, scale, outcomeShift }: CoefficientUnits,
  rise: number,
): ConfidenceInterval[] {
  const p = terms.length;
  return terms.map((name, k) => {
    const isIntercept = hasIntercept && k === 0;
    const own = isIntercept ? unshifted(problem) : problem;
    const point = isIntercept ? (optimum(own) ?? best) : best;
    const excess = (b: number): number => {
      const found = optimum(withoutColumn(own, k, b));
      return found === null ? Number.POSITIVE_INFINITY : found.criterion - point.criterion - rise;
    };
    const back = (value: number): number => (value * scale[p]) / scale[k] + (isIntercept ? outcomeShift : 0);
    const at = point.beta[k];
    const step = Math.sqrt(point.inverse[k * p + k] * point.sigma2);
    return {
      name,
      estimate: back(at),
      lower: back(crossing(excess, at, -step)),
      upper: back(crossing(excess, at, step)),
    };
  });
}

import { type ProfilePoint, type ProfileProblem, profileAt } from "./profile";
import { crossing, minimum } from "./roots";

/**
 * Profile likelihood intervals from the group summary, with no pass over rows: for each quantity, the values at which the
 * deviance, minimised over everything else, exceeds its minimum by a quantile of χ²₁ (Venzon & Moolgavkar 1988; lme4's
 * `confint(method = "profile")` interpolates the same curve).
 */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** An interval of one quantity of a model. */
export interface ConfidenceInterval extends Interval {
  /**
   * A coefficient's term, `sd(residual)`, and of the random part `sd(group)` and `icc` of a single intercept, `sd(school:alliance)`
   * of nested ones, `sd(days | subject)` and `cor((Intercept), days | subject)` of slopes.
   */
  readonly name: string;
  readonly estimate: number;
}

/** The interval of the ratio φ = σ_u²/σ², from which those of θ and the intraclass correlation follow. */
export function ratioInterval(problem: ProfileProblem, best: ProfilePoint, rise: number): Interval {
  const excess = (phi: number): number => (profileAt(problem, phi)?.criterion ?? Infinity) - best.criterion - rise;
  return boundedInterval(excess, best.phi, 0.5 / largest(problem.weights));
}

/** The interval of σ_u²: for each value, D(φ, σ²) minimised over σ² with φ = σ_u²/σ². */
export function groupVarianceInterval(problem: ProfileProblem, best: ProfilePoint, rise: number): Interval {
  const excess = (variance: number): number => {
    if (variance === 0) return (profileAt(problem, 0)?.criterion ?? Infinity) - best.criterion - rise;
    return fixedGroupVariance(problem, variance, best.sigma2) - best.criterion - rise;
  };
  return boundedInterval(excess, best.phi * best.sigma2, (0.5 * best.sigma2) / largest(problem.weights));
}

/** The interval of σ²: for each value, D(φ, σ²) minimised over φ. */
export function residualVarianceInterval(problem: ProfileProblem, best: ProfilePoint, rise: number): Interval {
  const excess = (logVariance: number): number =>
    fixedResidualVariance(problem, Math.exp(logVariance), best.phi) - best.criterion - rise;
  const at = Math.log(best.sigma2);
  const step = Math.sqrt(2 / problem.m);
  return { lower: Math.exp(crossing(excess, at, -step)), upper: Math.exp(crossing(excess, at, step)) };
}

/** D(φ, σ²) = Σ log1p(φS) − Σ log w + n log 2πσ² + r²(φ)/σ² */
function devianceAt(problem: ProfileProblem, point: ProfilePoint, sigma2: number): number {
  const { m } = problem;
  const logs = point.criterion - m * (1 + Math.log(2 * Math.PI * point.sigma2));
  return logs + m * Math.log(2 * Math.PI * sigma2) + (m * point.sigma2) / sigma2;
}

function fixedGroupVariance(problem: ProfileProblem, variance: number, start: number): number {
  // dD/d log σ² = n − r²/σ² − φ(Σg + r²'/σ²), which rises through 0 at the minimum.
  const slope = (logSigma2: number): { value: number; deviance: number } => {
    const sigma2 = Math.exp(logSigma2);
    const point = profileAt(problem, variance / sigma2);
    if (point === null) return { value: Number.NaN, deviance: Number.POSITIVE_INFINITY };
    const { sumG, g2rho2 } = point.parts;
    const value = problem.m - (problem.m * point.sigma2) / sigma2 - point.phi * (sumG - g2rho2 / sigma2);
    return { value, deviance: devianceAt(problem, point, sigma2) };
  };
  return minimum(slope, Math.log(start));
}

function fixedResidualVariance(problem: ProfileProblem, sigma2: number, start: number): number {
  const zero = profileAt(problem, 0);
  // dD/dφ = Σg − Σg²ρ²/σ²
  const slope = (logPhi: number): { value: number; deviance: number } => {
    const point = profileAt(problem, Math.exp(logPhi));
    if (point === null) return { value: Number.NaN, deviance: Number.POSITIVE_INFINITY };
    return {
      value: point.parts.sumG - point.parts.g2rho2 / sigma2,
      deviance: devianceAt(problem, point, sigma2),
    };
  };
  const atZero = zero === null ? Number.POSITIVE_INFINITY : devianceAt(problem, zero, sigma2);
  const smallest = Math.log(1e-6 / largest(problem.weights));
  if (slope(smallest).value >= 0) return atZero;
  return Math.min(atZero, minimum(slope, Math.max(smallest, Math.log(start || 1e-3))));
}

/** An interval of a quantity ≥ 0, whose lower end is 0 where the deviance there is not high enough. */
export function boundedInterval(excess: (value: number) => number, at: number, least: number): Interval {
  const logExcess = (t: number): number => excess(Math.exp(t));
  const atZero = excess(0);
  const start = Math.log(Math.max(at, least));
  const upper = Math.exp(crossing(logExcess, start, 0.5));
  if (atZero <= 0 || at === 0) return { lower: 0, upper };
  return { lower: Math.exp(crossing(logExcess, start, -0.5)), upper };
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0);

/** A quantity with its interval in other units. */
export function inUnits(name: string, estimate: number, { lower, upper }: Interval, unit: number): ConfidenceInterval {
  return { name, estimate: estimate * unit, lower: lower * unit, upper: upper * unit };
}

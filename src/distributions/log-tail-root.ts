import { fail } from "../errors/error";

const MAX_STEPS = 100;

/** A tail probability as a function of u, the logarithm of the variable or of its odds. */
interface LogTail {
  /** Whether it is the lower tail, which rises in u. */
  readonly lower: boolean;
  readonly logProbability: (u: number) => number;
  /** Logarithm of the density of u. */
  readonly logDensity: (u: number) => number;
  /** Derivative of `logDensity`. */
  readonly drift: (u: number) => number;
}

/**
 * The u between `low` and `high` at which the tail has the logarithm `target`.
 *
 * Halley's method on g(u) = log tail(u) − target, with g″ = g′ (drift − g′). The densities of the logarithm of a gamma
 * variable and of the log odds of a beta variable are log-concave, hence so are their tails, and the tangents of a
 * concave g lead to its root from anywhere; the bracket that the signs of g leave guards against rounding. Two or three
 * steps are usual, thirty the most seen (0.01 against 1e11 degrees of freedom).
 */
export function solveLogTail(tail: LogTail, target: number, start: number, low: number, high: number): number {
  let u = Math.min(Math.max(start, low), high);
  let lowEnd = low;
  let highEnd = high;
  for (let step = 0; step < MAX_STEPS; step++) {
    const logProbability = tail.logProbability(u);
    const g = logProbability - target;
    if (g > 0 === tail.lower) highEnd = u;
    else lowEnd = u;
    const slope = (tail.lower ? 1 : -1) * Math.exp(tail.logDensity(u) - logProbability);
    // Far out with huge parameters rounding swamps the second derivative: it may change a step by a factor of 4 at most.
    const bend = Math.min(Math.max((g * (tail.drift(u) - slope)) / (2 * slope), -3), 0.75);
    let next = u - g / slope / (1 - bend);
    if (!(next >= lowEnd && next <= highEnd)) next = (lowEnd + highEnd) / 2;
    // The error is cubed by each step: after one from |g| < 1e-6 it is below rounding.
    if (Math.abs(g) < 1e-6 || next === u) return next;
    u = next;
  }
  return fail("no-convergence", `A quantile was not reached in ${MAX_STEPS} steps. Please report these arguments.`, {
    target,
    low: lowEnd,
    high: highEnd,
  });
}

/** Mean of the logarithm of a gamma(a) variable, the digamma function of a: roughly, to start from. */
export function roughLogMean(a: number): number {
  return a < 0.5 ? -1 / a : Math.log(a - 0.5 + 1 / (24 * a));
}

/** Variance of the logarithm of a gamma(a) variable, the trigamma function of a: roughly, to start from. */
export function roughLogVariance(a: number): number {
  return a < 1 ? 1 / (a * a) + 1 / (a + 1) : 1 / a + 0.5 / (a * a) + 0.15 / (a * a * a);
}

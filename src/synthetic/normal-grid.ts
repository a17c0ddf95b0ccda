import { normalDensity } from "../distributions/normal";

/**
 * A grid for expectations over a standard normal: the trapezoid rule, which for the normal errs by about e^{−2π²/h²},
 * 1e-8 at h = 1, where the function is smooth on that scale.
 */
export const NODES: readonly number[] = Array.from({ length: 13 }, (_, i) => i - 6);
export const WEIGHTS: readonly number[] = NODES.map(normalDensity);

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** E f(Z) for Z standard normal. */
export function expectation(f: (z: number) => number): number {
  let sum = 0;
  for (let i = 0; i < NODES.length; i++) sum += WEIGHTS[i] * f(NODES[i]);
  return sum;
}

/** The x at which an increasing function has the value asked for, between −15 and 15, by bisection. */
export function solveIncreasing(f: (x: number) => number, value: number): number {
  let low = -15;
  let high = 15;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The a with E logistic(a + sd Z) = rate. */
export function interceptFor(rate: number, sd: number): number {
  return solveIncreasing((a) => expectation((z) => logistic(a + sd * z)), rate);
}

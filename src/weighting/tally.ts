import { effectiveSizes } from "../linalg/effective-size";
import type { ArmValues } from "./types";

export const byArm = (of: (arm: 0 | 1) => number): ArmValues => ({ treated: of(1), control: of(0) });

/** Rows of each group for which a flag is set. */
export function countByArm(treated: Uint8Array, flags: Uint8Array): ArmValues {
  const counts = [0, 0];
  for (let row = 0; row < flags.length; row++) if (flags[row] === 1) counts[treated[row]]++;
  return byArm((arm) => counts[arm]);
}

/** What the weights of the two groups amount to. */
export interface Tally {
  readonly weighted: ArmValues;
  /** (Σw)²/Σw² (Kish 1965, Survey Sampling, section 8.2). */
  readonly effective: ArmValues;
  readonly largestShare: ArmValues;
  readonly topPercentShare: ArmValues;
}

export function tallyWeights(weights: Float64Array, treated: Uint8Array): Tally {
  const arms = [tallyArm(weights, treated, 0), tallyArm(weights, treated, 1)];
  const effective = effectiveSizes(weights, treated);
  return {
    weighted: byArm((arm) => arms[arm].weighted),
    effective: byArm((arm) => effective[arm]),
    largestShare: byArm((arm) => arms[arm].largestShare),
    topPercentShare: byArm((arm) => arms[arm].topPercentShare),
  };
}

function tallyArm(
  weights: Float64Array,
  treated: Uint8Array,
  arm: number,
): Record<Exclude<keyof Tally, "effective">, number> {
  const positive = positiveOf(weights, treated, arm).sort();
  const n = positive.length;
  if (n === 0) return { weighted: 0, largestShare: Number.NaN, topPercentShare: Number.NaN };
  // Relative to the largest, so that no sum leaves the range of doubles.
  const largest = positive[n - 1];
  let sum = 0;
  for (let i = 0; i < n; i++) sum += positive[i] / largest;
  let top = 0;
  for (let i = n - topUnits(n); i < n; i++) top += positive[i] / largest;
  return { weighted: n, largestShare: 1 / sum, topPercentShare: top / sum };
}

function positiveOf(weights: Float64Array, treated: Uint8Array, arm: number): Float64Array {
  const positive = new Float64Array(weights.length);
  let n = 0;
  for (let row = 0; row < weights.length; row++) {
    if (weights[row] > 0 && treated[row] === arm) positive[n++] = weights[row];
  }
  return positive.slice(0, n);
}

/** How many units one per cent of n are: at least one. */
export function topUnits(n: number): number {
  return Math.ceil(n / 100);
}

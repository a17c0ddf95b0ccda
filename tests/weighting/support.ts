import { createRng } from "../../src/random/rng";
import type { Weights } from "../../src/weighting/types";

/** Treatment, two numeric covariates, a binary one and a factor of a sample with overlap. */
export type Sample = {
  readonly treated: number[];
  readonly age: number[];
  readonly prior: number[];
  readonly urban: number[];
  readonly region: string[];
};

export function sample(seed: number, n: number, strength = 0.7): Sample {
  const rng = createRng(seed);
  const rows = Array.from({ length: n }, () => {
    const age = 40 + 10 * rng.normal();
    const prior = rng.normal();
    const urban = rng.uniform() < 0.4 ? 1 : 0;
    const region = ["north", "south", "west"][rng.integer(3)];
    const linear = strength * ((age - 40) / 10 + prior - urban + (region === "west" ? 0.5 : 0)) - 0.3;
    return { age, prior, urban, region, treated: rng.uniform() < 1 / (1 + Math.exp(-linear)) ? 1 : 0 };
  });
  return {
    treated: rows.map((row) => row.treated),
    age: rows.map((row) => row.age),
    prior: rows.map((row) => row.prior),
    urban: rows.map((row) => row.urban),
    region: rows.map((row) => row.region),
  };
}

/** Weighted mean of a column among the treated (1) or the controls (0). */
export function meanOf(
  x: ArrayLike<number>,
  weights: ArrayLike<number>,
  treated: ArrayLike<number>,
  arm: number,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < x.length; i++) {
    if (treated[i] !== arm) continue;
    sum += weights[i] * x[i];
    total += weights[i];
  }
  return sum / total;
}

/** Everything that must hold of weights whatever the method, as sentences about what does not. */
export function weightViolations(result: Weights): string[] {
  const { weights, treated, complete, counts } = result;
  const found: string[] = [];
  const tally = { treated: { n: 0, sum: 0, squares: 0 }, control: { n: 0, sum: 0, squares: 0 } };
  weights.forEach((weight, row) => {
    if (!(weight >= 0) || !Number.isFinite(weight)) found.push(`row ${row} weighs ${weight}`);
    if (complete[row] === 0 && weight !== 0) found.push(`row ${row} is incomplete and weighs ${weight}`);
    if (weight === 0) return;
    const arm = tally[treated[row] === 1 ? "treated" : "control"];
    arm.n++;
    arm.sum += weight;
    arm.squares += weight * weight;
  });
  for (const arm of ["treated", "control"] as const) {
    const { n, sum, squares } = tally[arm];
    if (n !== counts.weighted[arm]) found.push(`${n} ${arm} units have a weight, not ${counts.weighted[arm]}`);
    const effective = (sum * sum) / squares;
    if (Math.abs(effective - counts.effective[arm]) > 1e-9 * effective) found.push(`${arm}: effective ${effective}`);
    if (counts.effective[arm] > n * (1 + 1e-12)) found.push(`${arm}: worth more than they are`);
  }
  return found;
}

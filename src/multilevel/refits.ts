import { semidefiniteFactor } from "../linalg/symmetric";
import type { Rng } from "../random/rng";
import { WITHIN_TOLERANCE } from "./scale";

/** A refit of simulated data. */
interface Refit {
  /** p coefficients of the scaled problem. */
  readonly beta: Float64Array;
  /** The random part's parameters, in the caller's units. */
  readonly random: ArrayLike<number>;
  readonly groupSd: number;
  readonly residualSd: number;
  /** Whether a variance was estimated as 0, or a covariance matrix as singular. */
  readonly boundary: boolean;
}

/** Refits of data simulated from a model, one after the other. */
export interface Refits {
  /** T of β = Tγ from scaled to the caller's coefficients, p × p, and what the intercept has besides. */
  readonly back: Float64Array;
  readonly intercept: number;
  /** Names of the random part's parameters. */
  readonly parameters: readonly string[];
  /** Null where the data drawn cannot be fitted. */
  next(): Refit | null;
}

/** What varies within groups of a scaled problem: p columns, the outcome last. */
interface WithinProducts {
  readonly within: Float64Array;
  /** R with R'R = W. */
  readonly withinFactor: Float64Array;
}

/** The rank of W_xx. */
export function withinRank(within: Float64Array, p: number): number {
  return semidefiniteFactor(within, p + 1, WITHIN_TOLERANCE).independent.filter((k) => k < p).length;
}

/**
 * Draws of W: W_xy = W_xxβ + σRz, W_yy = β'W_xxβ + 2σβ'Rz + σ²(z'z + χ²_df), RR' = W_xx, z standard normal. Each draw overwrites
 * the one before.
 *
 * @param df - rows less what groups and columns take of them.
 */
export function withinDraws(
  within: Float64Array,
  beta: Float64Array,
  sigma2: number,
  df: number,
  rng: Rng,
): () => WithinProducts {
  const p = beta.length;
  const q = p + 1;
  const sigma = Math.sqrt(sigma2);
  const { r: factor, independent } = semidefiniteFactor(within, q, WITHIN_TOLERANCE);
  const rows = independent.filter((k) => k < p);
  const drawn = { within: within.slice(), withinFactor: factor.slice() };
  const mean = Float64Array.from(rows, (row) => beta.reduce((sum, value, k) => sum + factor[row * q + k] * value, 0));
  return () => {
    const last = rows.map((_, i) => mean[i] + sigma * rng.normal());
    const chi = df > 0 ? rng.chiSquared(df) : 0;
    for (let k = 0; k < p; k++) {
      let sum = 0;
      rows.forEach((row, i) => {
        sum += factor[row * q + k] * last[i];
      });
      drawn.within[k * q + p] = drawn.within[p * q + k] = sum;
    }
    drawn.within[q * q - 1] = last.reduce((sum, value) => sum + value * value, 0) + sigma2 * chi;
    rows.forEach((row, i) => {
      drawn.withinFactor[row * q + p] = last[i];
    });
    drawn.withinFactor[q * q - 1] = sigma * Math.sqrt(chi);
    return drawn;
  };
}

import { sortedOrder } from "../linalg/sort";
import { type MatchMatrix, partnersOf } from "../matching/weights";

/** What the matching estimator of Abadie & Imbens needs, all by row of the data. */
export interface MatchingProblem {
  readonly matrix: MatchMatrix;
  /** `NaN` where it is not known and not needed. */
  readonly outcome: Float64Array;
  /** What units are close on; read where `varianceMatches` > 0. */
  readonly score: Float64Array;
  /** Rows of the partners' group with outcome and score. */
  readonly pool: Int32Array;
  /** J: neighbours that a partner's outcome variance is estimated from; 0 = one variance for all. */
  readonly varianceMatches: number;
}

/**
 * Mean difference between focal units and their partners, with its variance.
 *
 * Legend (Abadie & Imbens 2006, Econometrica 74:235-267): τ = Σ (Y_i − Ŷ_i)/N, Ŷ_i the mean over J_M(i), the partners of i;
 * V = [Σ (Y_i − Ŷ_i − τ)² + Σ (K_j² − K'_j) σ²_j]/N², where K_j = Σ 1/#J_M(i) and K'_j = Σ 1/#J_M(i)² over the i that have j
 * as a partner. σ²_j = J/(J + 1) (Y_j − mean of its J nearest of the same group)², all that tie for the J-th included; or,
 * the same for all, Σ mean over J_M(i) of (Y_i − Y_l − τ)² / 2N (Abadie, Drukker, Herr & Imbens 2004).
 */
export function matchingVariance(problem: MatchingProblem): { readonly effect: number; readonly variance: number } {
  const { matrix, outcome } = problem;
  const { focal, width, matches } = matrix;
  const uses = new Float64Array(outcome.length);
  const squaredUses = new Float64Array(outcome.length);
  const differences: number[] = [];
  for (let t = 0; t < focal.length; t++) {
    const partners = partnersOf(matrix, t);
    if (partners === 0) continue;
    let difference = 0;
    for (let r = 0; r < width; r++) {
      const row = matches[t * width + r];
      if (row < 0) continue;
      difference += (outcome[focal[t]] - outcome[row]) / partners;
      uses[row] += 1 / partners;
      squaredUses[row] += 1 / partners ** 2;
    }
    differences.push(difference);
  }
  const n = differences.length;
  const effect = differences.reduce((sum, value) => sum + value, 0) / n;
  const spread = differences.reduce((sum, value) => sum + (value - effect) ** 2, 0);
  const variances = problem.varianceMatches === 0 ? null : neighbourVariances(problem);
  const common = variances ? 0 : commonVariance(problem, effect, n);
  let reuse = 0;
  for (let row = 0; row < uses.length; row++) {
    const excess = uses[row] ** 2 - squaredUses[row];
    // A unit used once adds nothing; rounding must not give it a share.
    if (excess > 1e-12 * uses[row]) reuse += excess * (variances ? variances[row] : common);
  }
  return { effect, variance: (spread + reuse) / n ** 2 };
}

/** Half the mean squared difference in pairs, less the effect. */
function commonVariance({ matrix, outcome }: MatchingProblem, effect: number, n: number): number {
  const { focal, width, matches } = matrix;
  let sum = 0;
  for (let t = 0; t < focal.length; t++) {
    const partners = partnersOf(matrix, t);
    for (let r = 0; r < width; r++) {
      const row = matches[t * width + r];
      if (row >= 0) sum += (outcome[focal[t]] - outcome[row] - effect) ** 2 / partners;
    }
  }
  return sum / (2 * n);
}

/** σ² of every row of the pool from its nearest neighbours there. */
function neighbourVariances({ outcome, score, pool, varianceMatches }: MatchingProblem): Float64Array {
  const order = sortedOrder(Float64Array.from(pool, (row) => score[row]));
  const rows = Int32Array.from(order, (place) => pool[place]);
  const variances = new Float64Array(outcome.length);
  for (let i = 0; i < rows.length; i++) {
    const here = score[rows[i]];
    const distance = (place: number): number =>
      place < 0 || place >= rows.length ? Number.POSITIVE_INFINITY : Math.abs(score[rows[place]] - here);
    let [left, right, found, sum, last] = [i - 1, i + 1, 0, 0, 0];
    // Outwards in both directions, until the next is farther than the J-th.
    for (;;) {
      const nearer = Math.min(distance(left), distance(right));
      if (nearer === Number.POSITIVE_INFINITY || (found >= varianceMatches && nearer > last)) break;
      sum += outcome[rows[distance(left) <= distance(right) ? left-- : right++]];
      last = nearer;
      found++;
    }
    variances[rows[i]] = (found / (found + 1)) * (outcome[rows[i]] - sum / found) ** 2;
  }
  return variances;
}

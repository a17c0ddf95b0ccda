import { sortedOrder } from "../linalg/sort";
import { type MatchMatrix, partnersOf } from "../matching/weights";

/** Focal units of one group with their partners in the other. */
export interface MatchingSide {
  readonly matrix: MatchMatrix;
  /** 1 where the focal units are the treated, −1 where they are the controls. */
  readonly sign: 1 | -1;
  /** By row, what units are close on; read where `varianceMatches` > 0. */
  readonly score: Float64Array;
  /** Rows of the partners' group with outcome and score. */
  readonly pool: Int32Array;
  /** By row, the outcome that covariates predict in the partners' group; null without bias adjustment. */
  readonly predicted: Float64Array | null;
}

/** What the matching estimator of Abadie & Imbens needs, all by row of the data. */
export interface MatchingProblem {
  /** One for the ATT or ATC, both for the ATE. */
  readonly sides: readonly MatchingSide[];
  /** `NaN` where it is not known and not needed. */
  readonly outcome: Float64Array;
  /** J: neighbours that a unit's outcome variance is estimated from; 0 = one variance for all. */
  readonly varianceMatches: number;
}

/**
 * Mean difference between focal units and their partners, with its variance.
 *
 * Legend (Abadie & Imbens 2006, Econometrica 74:235-267): τ = Σ τ_i/N over the N focal units with partners, τ_i = Y_i − Ŷ_i
 * (with the sign turned for controls), Ŷ_i the mean over J_M(i), the partners of i; V = [Σ (τ_i − τ)² + Σ (K_j² + 2F_jK_j −
 * K'_j) σ²_j]/N², where K_j = Σ 1/#J_M(i) and K'_j = Σ 1/#J_M(i)² over the i that have j as a partner, and F_j = 1 for focal
 * units with partners (which are never partners themselves but for the ATE). σ²_j = J/(J + 1) (Y_j − mean of its J nearest of
 * the same group)², all that tie for the J-th included; or, the same for all, Σ mean over J_M(i) of (±(Y_i − Y_l) − τ)² / 2N
 * (Abadie, Drukker, Herr & Imbens 2004). Adjusted for bias, Y_l in Ŷ_i becomes Y_l + μ(X_i) − μ(X_l), with μ the regression
 * on covariates among partners (Abadie & Imbens 2011, JBES 29:1-11), which leaves the asymptotic variance as it is.
 */
export function matchingEstimate(problem: MatchingProblem): { readonly effect: number; readonly variance: number } {
  const { sides, outcome, varianceMatches } = problem;
  const uses = new Float64Array(outcome.length);
  const squaredUses = new Float64Array(outcome.length);
  const isFocal = new Uint8Array(outcome.length);
  const differences: number[] = [];
  for (const side of sides) {
    const { focal, width, matches } = side.matrix;
    for (let t = 0; t < focal.length; t++) {
      const partners = partnersOf(side.matrix, t);
      if (partners === 0) continue;
      isFocal[focal[t]] = 1;
      let difference = 0;
      for (let r = 0; r < width; r++) {
        const row = matches[t * width + r];
        if (row < 0) continue;
        difference += differenceOf(side, outcome, focal[t], row) / partners;
        uses[row] += 1 / partners;
        squaredUses[row] += 1 / partners ** 2;
      }
      differences.push(difference);
    }
  }
  const n = differences.length;
  const effect = differences.reduce((sum, value) => sum + value, 0) / n;
  const spread = differences.reduce((sum, value) => sum + (value - effect) ** 2, 0);
  const variances = new Float64Array(outcome.length);
  if (varianceMatches === 0) variances.fill(commonVariance(problem, effect, n));
  else for (const side of sides) setNeighbourVariances(side, outcome, varianceMatches, variances);
  let reuse = 0;
  for (let row = 0; row < uses.length; row++) {
    const excess = uses[row] ** 2 + 2 * isFocal[row] * uses[row] - squaredUses[row];
    // A unit used once adds nothing; rounding must not give it a share.
    if (excess > 1e-12 * uses[row]) reuse += excess * variances[row];
  }
  return { effect, variance: (spread + reuse) / n ** 2 };
}

/** Treated − control of a focal unit and one partner, the partner's outcome moved to the focal unit's covariates. */
function differenceOf({ sign, predicted }: MatchingSide, outcome: Float64Array, focal: number, row: number): number {
  const moved = predicted === null ? 0 : predicted[focal] - predicted[row];
  return sign * (outcome[focal] - outcome[row] - moved);
}

/** Half the mean squared difference in pairs, less the effect. */
function commonVariance({ sides, outcome }: MatchingProblem, effect: number, n: number): number {
  let sum = 0;
  for (const side of sides) {
    const { focal, width, matches } = side.matrix;
    for (let t = 0; t < focal.length; t++) {
      const partners = partnersOf(side.matrix, t);
      for (let r = 0; r < width; r++) {
        const row = matches[t * width + r];
        if (row >= 0) sum += (differenceOf(side, outcome, focal[t], row) - effect) ** 2 / partners;
      }
    }
  }
  return sum / (2 * n);
}

/** σ² of every row of the pool from its nearest neighbours there. */
function setNeighbourVariances(
  { score, pool }: MatchingSide,
  outcome: Float64Array,
  varianceMatches: number,
  variances: Float64Array,
): void {
  const order = sortedOrder(Float64Array.from(pool, (row) => score[row]));
  const rows = Int32Array.from(order, (place) => pool[place]);
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
}

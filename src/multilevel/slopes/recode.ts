import { sandwich, semidefiniteFactor } from "../../linalg/symmetric";
import { lambdaEntries, type SlopeProblem } from "./problem";
import { WITHIN_TOLERANCE } from "./scale";

/** Below this share of a column's length in its group, what the columns before leave of it is rounding. */
const RANK_TOLERANCE = 1e-13;

/**
 * The problem with random columns ZS in place of Z: other coordinates, another order, or fewer of them.
 *
 * Each group's R_j S is brought back to triangular form, R_j S = Q R'; what Q does not span of B_j joins W.
 *
 * @param s - q × width, row-major.
 * @param blocks - sizes of the new blocks of correlated columns.
 */
export function withRandomColumns(
  problem: SlopeProblem,
  s: Float64Array,
  width: number,
  blocks: readonly number[],
): SlopeProblem {
  const { q, p, groups } = problem;
  const r = p + 1;
  const factors = new Float64Array(groups * width * width);
  const projections = new Float64Array(groups * width * r);
  const within = problem.within.slice();
  // Columns of R_j S and then of B_j, each q long.
  const work = Array.from({ length: width + r }, () => new Float64Array(q));
  for (let j = 0; j < groups; j++) {
    for (let c = 0; c < width; c++) {
      for (let i = 0; i < q; i++) {
        let sum = 0;
        for (let l = i; l < q; l++) sum += problem.factors[(j * q + i) * q + l] * s[l * width + c];
        work[c][i] = sum;
      }
    }
    for (let c = 0; c < r; c++)
      for (let i = 0; i < q; i++) work[width + c][i] = problem.projections[(j * q + i) * r + c];
    let rank = 0;
    for (let k = 0; k < width; k++) {
      const own = work[k];
      let whole = 0;
      for (let l = 0; l < k; l++) whole += factors[(j * width + l) * width + k] ** 2;
      const length = Math.hypot(...own);
      if (!(length > RANK_TOLERANCE * Math.hypot(length, Math.sqrt(whole)))) continue;
      rank++;
      for (let i = 0; i < q; i++) own[i] /= length;
      factors[(j * width + k) * width + k] = length;
      for (let c = k + 1; c < width + r; c++) {
        const other = work[c];
        let dot = 0;
        for (let i = 0; i < q; i++) dot += own[i] * other[i];
        for (let i = 0; i < q; i++) other[i] -= dot * own[i];
        if (c < width) factors[(j * width + k) * width + c] = dot;
        else projections[(j * width + k) * r + c - width] = dot;
      }
    }
    // Where the new columns span what the old ones did, what is left of B_j is rounding.
    if (rank < rankOf(problem.factors, j, q)) addProducts(work.slice(width), within);
  }
  return {
    ...problem,
    q: width,
    entries: lambdaEntries(blocks),
    factors,
    projections,
    within,
    withinFactor: semidefiniteFactor(within, r, WITHIN_TOLERANCE).r,
  };
}

/** The number of group j's rows of R_j that are not 0. */
export function rankOf(factors: Float64Array, j: number, q: number): number {
  let rank = 0;
  for (let k = 0; k < q; k++) if (factors[(j * q + k) * q + k] > 0) rank++;
  return rank;
}

function addProducts(columns: readonly Float64Array[], sum: Float64Array): void {
  const r = columns.length;
  for (let k = 0; k < r; k++) {
    for (let l = 0; l < r; l++) {
      for (let i = 0; i < columns[k].length; i++) sum[k * r + l] += columns[k][i] * columns[l][i];
    }
  }
}

/** The problem in other fixed variables: T[X y], T r' × r. */
function withFixedVariables(problem: SlopeProblem, t: Float64Array, width: number): SlopeProblem {
  const r = problem.p + 1;
  const rows = problem.groups * problem.q;
  const projections = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < width; c++) {
      let sum = 0;
      for (let k = 0; k < r; k++) sum += t[c * r + k] * problem.projections[row * r + k];
      projections[row * width + c] = sum;
    }
  }
  const within = sandwich(t, problem.within, width, r);
  return {
    ...problem,
    p: width - 1,
    projections,
    within,
    withinFactor: semidefiniteFactor(within, width, WITHIN_TOLERANCE).r,
  };
}

/** The problem without fixed column k, with y − b x_k in place of y. */
export function withoutFixedColumn(problem: SlopeProblem, k: number, b: number): SlopeProblem {
  const r = problem.p + 1;
  const others = Array.from({ length: r }, (_, i) => i).filter((i) => i !== k);
  const t = new Float64Array((r - 1) * r);
  others.forEach((from, i) => {
    t[i * r + from] = 1;
  });
  t[(r - 2) * r + k] = -b;
  return withFixedVariables(problem, t, r - 1);
}

/** The problem with every fixed column's shift given back; the constant comes first. */
export function withoutShifts(problem: SlopeProblem, shift: ArrayLike<number>): SlopeProblem {
  const r = problem.p + 1;
  const t = new Float64Array(r * r);
  for (let k = 0; k < r; k++) {
    t[k * r + k] = 1;
    if (k > 0 && k < problem.p) t[k * r] = shift[k];
  }
  return withFixedVariables(problem, t, r);
}

import { preciseFactor } from "../linalg/double-double";
import { nearlyDependent } from "../linalg/near-dependence";
import { sandwich, semidefiniteFactor } from "../linalg/symmetric";
import { type OrthogonalColumns, orthogonalColumns, type PreciseProducts } from "./orthogonal";
import type { ProfileProblem } from "./profile-design";
import { scaledClasses, sizeClasses, totalProducts } from "./size-classes";
import type { GroupSummary } from "./types";

/** A summary turned into the numbers of a fit, with the way back to the caller's units. */
export interface ScaledProblem {
  readonly problem: ProfileProblem;
  /** Indices of the columns kept. */
  readonly keep: readonly number[];
  /** Scales of the kept columns and, last, of the outcome. */
  readonly scale: Float64Array;
  /** Weighted variation of the outcome about its mean, in all and within groups, in units of scale². */
  readonly outcome: { readonly total: number; readonly within: number };
  /** Of nearly dependent variables the same problem in columns that are not, which the criterion is evaluated in. */
  readonly orthogonal: OrthogonalColumns | null;
}

/** A column counts as dependent where it adds less than this share of its own variation. */
const ALIAS_TOLERANCE = 1e-11;

/** Below this share of a variable's variation its within-group part is rounding. */
export const WITHIN_TOLERANCE = 1e-13;

/**
 * Scales every variable to a root mean square near one (in the shift's coordinates) by powers of two, which cost no digit, and
 * drops dependent columns.
 *
 * @param phi - where the criterion will be evaluated: nearly dependent variables are made orthogonal there.
 */
export function scaleSummary(summary: GroupSummary, reml: boolean, phi = 0): ScaledProblem {
  const q = summary.shift.length;
  const groupWeights = summary.groupWeights ?? null;
  const classes = sizeClasses(summary.weights, groupWeights, summary.means, q);
  const total = totalProducts(summary.within, classes, q);
  const scale = Float64Array.from({ length: q }, (_, k) => powerOfTwo(Math.sqrt(total[k * q + k] / summary.nobs)));
  const scaled = (matrix: Float64Array, columns: readonly number[]): Float64Array =>
    scaledProducts(
      matrix,
      q,
      columns,
      columns.map((k) => scale[k]),
    );
  const keep = semidefiniteFactor(scaled(total, all(q - 1)), q - 1, ALIAS_TOLERANCE).independent;
  const kept = [...keep, q - 1];
  const p = keep.length;
  const within = scaled(summary.within, kept);
  const isNear = nearlyDependent(scaled(total, kept), p + 1) || nearlyDependent(within, p + 1);
  const lowWithin = summary.lowParts ? scaled(summary.lowParts.within, kept) : new Float64Array((p + 1) ** 2);
  const problem: ProfileProblem = {
    p,
    weights: summary.weights,
    groupWeights,
    means: scaledMeans(summary.means, q, kept, scale),
    within,
    withinFactor: isNear
      ? preciseFactor({ high: within, low: lowWithin }, p + 1, WITHIN_TOLERANCE).r.high
      : semidefiniteFactor(within, p + 1, WITHIN_TOLERANCE).r,
    ...scaledClasses(classes, q, kept, scale),
    m: effectiveRows(summary) - (reml ? p : 0),
    reml,
    sumLogWeights: summary.sumLogWeights,
  };
  const withLowParts = (): PreciseProducts => ({
    means: {
      high: problem.means,
      low: summary.lowParts
        ? scaledMeans(summary.lowParts.means, q, kept, scale)
        : new Float64Array(problem.means.length),
    },
    within: { high: within, low: lowWithin },
  });
  return {
    problem,
    keep,
    scale: Float64Array.from(kept, (k) => scale[k]),
    outcome: outcomeVariation(problem),
    orthogonal: isNear ? orthogonalColumns(problem, withLowParts(), phi) : null,
  };
}

/** The power of two nearest to a positive number; 1 for 0. */
function powerOfTwo(value: number): number {
  return value > 0 ? 2 ** Math.round(Math.log2(value)) : 1;
}

/** A group's own within-group cross-products in the scaled problem's columns. */
export function scaledBlock(summary: GroupSummary, { keep, scale }: ScaledProblem, group: number): Float64Array {
  const q = summary.shift.length;
  const kept = [...keep, q - 1];
  const start = group * q * q;
  const block = (summary.blocks as Float64Array).subarray(start, start + q * q);
  return scaledProducts(block, q, kept, scale);
}

/** Products of the kept variables, each divided by its scale. */
function scaledProducts(
  products: Float64Array,
  q: number,
  kept: readonly number[],
  scale: ArrayLike<number>,
): Float64Array {
  const width = kept.length;
  const result = new Float64Array(width * width);
  for (let k = 0, at = 0; k < width; k++) {
    const row = kept[k] * q;
    for (let l = 0; l < width; l++) result[at++] = products[row + kept[l]] / (scale[k] * scale[l]);
  }
  return result;
}

/** The means of the kept variables, scaled. */
function scaledMeans(means: Float64Array, q: number, kept: readonly number[], scale: Float64Array): Float64Array {
  const width = kept.length;
  const from = Int32Array.from(kept);
  const result = new Float64Array((means.length / q) * width);
  for (let row = 0, at = 0; row < means.length; row += q) {
    for (let k = 0; k < width; k++) result[at++] = means[row + from[k]] / scale[from[k]];
  }
  return result;
}

/** Σ ω_j n_j */
function effectiveRows({ sizes, groupWeights, nobs }: GroupSummary): number {
  return groupWeights === undefined ? nobs : sizes.reduce((sum, size, j) => sum + groupWeights[j] * size, 0);
}

function outcomeVariation(problem: ProfileProblem): { total: number; within: number } {
  const q = problem.p + 1;
  let sum = 0;
  let weight = 0;
  const omega = (j: number): number => problem.groupWeights?.[j] ?? 1;
  problem.weights.forEach((own, j) => {
    const s = omega(j) * own;
    sum += s * problem.means[j * q + problem.p];
    weight += s;
  });
  const mean = sum / weight;
  const within = problem.within[q * q - 1];
  let between = 0;
  problem.weights.forEach((own, j) => {
    between += omega(j) * own * (problem.means[j * q + problem.p] - mean) ** 2;
  });
  return { total: within + between, within };
}

/** The problem without column k, with y − b x_k in place of y. */
export function withoutColumn(problem: ProfileProblem, k: number, b: number): ProfileProblem {
  const q = problem.p + 1;
  const others = Array.from({ length: problem.p }, (_, i) => i).filter((i) => i !== k);
  const r = q - 1;
  // The new variables as combinations of the old: one row each.
  const t = new Float64Array(r * q);
  others.forEach((from, i) => {
    t[i * q + from] = 1;
  });
  t[r * q - 1] = 1;
  t[(r - 1) * q + k] = -b;
  return transformed(problem, t, r);
}

/** The problem with every column's shift given back, so that the constant's coefficient is that of raw columns. */
export function unshifted(problem: ProfileProblem, shift: ArrayLike<number>): ProfileProblem {
  const q = problem.p + 1;
  const t = new Float64Array(q * q);
  for (let k = 0; k < q; k++) {
    t[k * q + k] = 1;
    if (k > 0 && k < problem.p) t[k * q] = shift[k];
  }
  return transformed(problem, t, q);
}

const all = (size: number): number[] => Array.from({ length: size }, (_, k) => k);

function transformed(problem: ProfileProblem, t: Float64Array, r: number): ProfileProblem {
  const q = problem.p + 1;
  const groups = problem.weights.length;
  const means = new Float64Array(groups * r);
  for (let j = 0; j < groups; j++) {
    for (let i = 0; i < r; i++) {
      let sum = 0;
      for (let k = 0; k < q; k++) sum += t[i * q + k] * problem.means[j * q + k];
      means[j * r + i] = sum;
    }
  }
  const within = sandwich(t, problem.within, r, q);
  return {
    ...problem,
    p: r - 1,
    means,
    within,
    withinFactor: semidefiniteFactor(within, r, WITHIN_TOLERANCE).r,
    ...scaledClasses(
      sizeClasses(problem.weights, problem.groupWeights, means, r),
      r,
      all(r),
      new Float64Array(r).fill(1),
    ),
  };
}

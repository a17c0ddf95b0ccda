import { principal, sandwich, semidefiniteFactor } from "../linalg/symmetric";
import type { ProfileProblem } from "./profile";
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
}

/** A column counts as dependent where it adds less than this share of its own variation. */
const ALIAS_TOLERANCE = 1e-11;

/** Below this share of a variable's variation its within-group part is rounding. */
export const WITHIN_TOLERANCE = 1e-13;

/** Scales every variable to a root mean square of one (in the shift's coordinates) and drops dependent columns. */
export function scaleSummary(summary: GroupSummary, reml: boolean): ScaledProblem {
  const q = summary.shift.length;
  const total = totalProducts(summary);
  const scale = Float64Array.from({ length: q }, (_, k) => Math.sqrt(total[k * q + k] / summary.nobs) || 1);
  const scaled = (matrix: Float64Array): Float64Array =>
    matrix.map((value, i) => value / (scale[Math.floor(i / q)] * scale[i % q]));
  const columns = Array.from({ length: q - 1 }, (_, k) => k);
  const totalX = principal(scaled(total), q, columns);
  const keep = semidefiniteFactor(totalX, q - 1, ALIAS_TOLERANCE).independent;
  const kept = [...keep, q - 1];
  const p = keep.length;
  const within = principal(scaled(summary.within), q, kept);
  const means = new Float64Array(summary.levels.length * (p + 1));
  for (let j = 0; j < summary.levels.length; j++) {
    kept.forEach((from, to) => {
      means[j * (p + 1) + to] = summary.means[j * q + from] / scale[from];
    });
  }
  const problem: ProfileProblem = {
    p,
    weights: summary.weights,
    groupWeights: summary.groupWeights ?? null,
    means,
    within,
    withinFactor: semidefiniteFactor(within, p + 1, WITHIN_TOLERANCE).r,
    ...sizeClasses(summary.weights, summary.groupWeights ?? null, means, p + 1),
    m: effectiveRows(summary) - (reml ? p : 0),
    reml,
    sumLogWeights: summary.sumLogWeights,
  };
  return { problem, keep, scale: Float64Array.from(kept, (k) => scale[k]), outcome: outcomeVariation(problem) };
}

/** A group's own within-group cross-products in the scaled problem's columns. */
export function scaledBlock(summary: GroupSummary, { keep, scale }: ScaledProblem, group: number): Float64Array {
  const q = summary.shift.length;
  const kept = [...keep, q - 1];
  const start = group * q * q;
  const block = (summary.blocks as Float64Array).subarray(start, start + q * q);
  return principal(block, q, kept).map(
    (value, i) => value / (scale[Math.floor(i / kept.length)] * scale[i % kept.length]),
  );
}

/** W + Σ S z̄z̄' */
function totalProducts(summary: GroupSummary): Float64Array {
  const q = summary.shift.length;
  const total = summary.within.slice();
  for (let j = 0; j < summary.levels.length; j++) {
    const row = j * q;
    const weight = summary.weights[j] * (summary.groupWeights?.[j] ?? 1);
    for (let k = 0; k < q; k++) {
      const weighted = weight * summary.means[row + k];
      for (let l = 0; l < q; l++) total[k * q + l] += weighted * summary.means[row + l];
    }
  }
  return total;
}

/** Σ ω_j n_j */
function effectiveRows({ sizes, groupWeights, nobs }: GroupSummary): number {
  return groupWeights === undefined ? nobs : sizes.reduce((sum, size, j) => sum + groupWeights[j] * size, 0);
}

function sizeClasses(
  weights: Float64Array,
  groupWeights: Float64Array | null,
  means: Float64Array,
  q: number,
): Pick<ProfileProblem, "classWeights" | "classCounts" | "classProducts"> {
  const classOf = new Map<number, number>();
  const classCounts: number[] = [];
  const classProducts: Float64Array[] = [];
  for (let j = 0; j < weights.length; j++) {
    let c = classOf.get(weights[j]);
    if (c === undefined) {
      c = classOf.size;
      classOf.set(weights[j], c);
      classCounts.push(0);
      classProducts.push(new Float64Array(q * q));
    }
    const omega = groupWeights === null ? 1 : groupWeights[j];
    classCounts[c] += omega;
    const products = classProducts[c];
    const row = j * q;
    for (let k = 0; k < q; k++) {
      const value = means[row + k];
      for (let l = 0; l < q; l++) products[k * q + l] += omega * (value * means[row + l]);
    }
  }
  return {
    classWeights: Float64Array.from(classOf.keys()),
    classCounts: Float64Array.from(classCounts),
    classProducts,
  };
}

/** Each group's size class. */
export function classNumbers({ weights, classWeights }: Pick<ProfileProblem, "weights" | "classWeights">): Int32Array {
  const number = new Map(Array.from(classWeights, (weight, c) => [weight, c]));
  return Int32Array.from(weights, (weight) => number.get(weight) as number);
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
    ...sizeClasses(problem.weights, problem.groupWeights, means, r),
  };
}

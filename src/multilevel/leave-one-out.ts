import { semidefiniteFactor } from "../linalg/symmetric";
import type { BlockSummary } from "./blocks";
import { withoutLowParts } from "./low-parts";
import { optimiseNear, optimiseProfile, type ProfileOptimum } from "./optimise";
import { classesAreFew, type ProfilePoint, type ProfileProblem } from "./profile";
import { type ScaledProblem, scaledBlock, scaleSummary, WITHIN_TOLERANCE } from "./scale";
import { classNumbers } from "./size-classes";

/** A refit without one group. */
export interface RefitWithout {
  /** The summary without the group, or with weight 0 for it. */
  readonly summary: BlockSummary;
  readonly scaled: ScaledProblem;
  readonly optimum: ProfileOptimum;
}

/** Where a variable keeps less than this share of its variation, the refit starts from the summary without the group. */
const RANK_TOLERANCE = 1e-9;

/** With this many groups or fewer there may be two optima, and all are looked for. */
export const FULL_SEARCH_GROUPS = 100;

/**
 * Refits of a problem without each of its groups in turn, from where the full fit stands.
 *
 * The group's block and mean are taken out of the scaled problem: weight 0 instead of a copy of the J means. Where that
 * leaves columns (nearly) without variation, the summary itself is taken apart and scaled anew, so that no digit is lost.
 *
 * @returns for a group's position its refit, or null where the other groups cannot be fitted.
 */
export function refitsWithout(
  summary: BlockSummary,
  scaled: ScaledProblem,
  point: ProfilePoint,
): (group: number) => RefitWithout | null {
  const problem = {
    ...scaled.problem,
    residualsByClass: servesByClass(scaled.problem, point),
    classProducts: scaled.problem.classProducts.slice(),
    classCross: scaled.problem.classCross.slice(),
  };
  const total = totalOf(problem);
  const omega = problem.groupWeights?.slice() ?? new Float64Array(problem.weights.length).fill(1);
  const classOf = classNumbers(problem);
  const largerGroups = summary.sizes.reduce((count, size) => count + (size > 1 ? 1 : 0), 0);
  return (group) => {
    // Groups of one leave the two variances confounded.
    if (largerGroups === 1 && summary.sizes[group] > 1) return null;
    const own = omega[group];
    const block = scaledBlock(summary, scaled, group);
    if (losesRank(problem, total, block, group, own)) return refitFromSummary(summary, group, problem.reml);
    omega[group] = 0;
    takeOut(problem, group, own, classOf[group]);
    const rest = problemWithout(problem, block, own, omega, classOf[group], summary.sizes[group]);
    const optimum = losesResidual(problem, rest) ? null : optimiseFrom(rest, point.phi);
    putBack(problem, scaled.problem, classOf[group]);
    if (optimum === null) {
      omega[group] = own;
      return refitFromSummary(summary, group, problem.reml);
    }
    const without = summary.groupWeights ? { ...summary, groupWeights: omega.slice() } : summary;
    omega[group] = own;
    return { summary: without, scaled, optimum };
  };
}

/**
 * Whether sums by size class give a refit at less cost than the groups: where groups share sizes, and their mean residuals
 * are not so small beside their means that the digits of the difference are gone.
 */
function servesByClass(problem: ProfileProblem, { phi, parts }: ProfilePoint): boolean {
  if (!classesAreFew(problem)) return false;
  const { p, weights, means } = problem;
  const q = p + 1;
  const whole = weights.reduce((sum, weight, j) => sum + (weight / (1 + phi * weight)) ** 2 * means[j * q + p] ** 2, 0);
  return parts.g2rho2 > 1e-4 * whole;
}

/** Few groups can have two optima, so all are looked for; with many the one near the full fit's is taken. */
function optimiseFrom(problem: ProfileProblem, phi: number): ProfileOptimum | null {
  return problem.weights.length <= FULL_SEARCH_GROUPS ? optimiseProfile(problem) : optimiseNear(problem, phi);
}

/** The refit by the way of any fit; null where the other groups leave too few rows or no residual (as a fit refuses). */
function refitFromSummary(summary: BlockSummary, group: number, reml: boolean): RefitWithout | null {
  const rest = summaryWithout(summary, group);
  const scaled = scaleSummary(rest, reml);
  const { p, withinFactor } = scaled.problem;
  const residual = withinFactor[(p + 1) ** 2 - 1] ** 2;
  if (rest.nobs < p + 2 || !(residual > 1e-24 * scaled.outcome.total)) return null;
  const optimum = optimiseProfile(scaled.problem);
  return optimum && { summary: rest, scaled, optimum };
}

/** The summary of the rows of all groups but one. */
function summaryWithout(summary: BlockSummary, group: number): BlockSummary {
  const { levels, sizes, weights, means, blocks, groupWeights, shift } = summary;
  const q = shift.length;
  const others = (values: Float64Array, width: number): Float64Array =>
    values.filter((_, i) => Math.floor(i / width) !== group);
  const rest = others(blocks, q * q);
  const restWeights = groupWeights && others(groupWeights, 1);
  const within = new Float64Array(q * q);
  rest.forEach((value, i) => {
    within[i % (q * q)] += (restWeights?.[Math.floor(i / (q * q))] ?? 1) * value;
  });
  return {
    ...(withoutLowParts(summary) as BlockSummary),
    levels: levels.filter((_, j) => j !== group),
    sizes: others(sizes, 1),
    weights: others(weights, 1),
    ...(summary.bound.intercept ? recentred(others(means, q), shift) : { means: others(means, q) }),
    within,
    blocks: rest,
    nobs: summary.nobs - sizes[group],
    // The share of one group is not known; it moves the criterion by a constant and no estimate.
    sumLogWeights: Number.NaN,
    ...(restWeights && { groupWeights: restWeights }),
  };
}

/** Means about a shift in their own middle: the group left out may have pulled the old one far from the others. */
function recentred(means: Float64Array, shift: Float64Array): Pick<BlockSummary, "means" | "shift"> {
  const q = shift.length;
  const middle = new Float64Array(q);
  for (let i = 0; i < means.length; i++) middle[i % q] += (means[i] * q) / means.length;
  middle[0] = 0;
  return { means: means.map((mean, i) => mean - middle[i % q]), shift: shift.map((value, k) => value + middle[k]) };
}

function problemWithout(
  problem: ProfileProblem,
  block: Float64Array,
  omega: number,
  groupWeights: Float64Array,
  ownClass: number,
  size: number,
): ProfileProblem {
  const q = problem.p + 1;
  const within = problem.within.map((value, i) => value - omega * block[i]);
  // What is left of a column that varied within this group alone is rounding.
  for (let k = 0; k < q; k++) {
    if (within[k * q + k] > WITHIN_TOLERANCE * problem.within[k * q + k]) continue;
    for (let l = 0; l < q; l++) {
      within[k * q + l] = 0;
      within[l * q + k] = 0;
    }
  }
  return {
    ...problem,
    groupWeights,
    within,
    withinFactor: semidefiniteFactor(within, q, WITHIN_TOLERANCE).r,
    classCounts: problem.classCounts.map((count, c) => (c === ownClass ? count - omega : count)),
    m: problem.m - omega * size,
  };
}

/** Takes one group's ω z̄z̄' out of its size class, in place: a copy of all classes for every group would cost more than the refit. */
function takeOut(problem: ProfileProblem, group: number, omega: number, ownClass: number): void {
  const { p, means, classCounts, classProducts, classCross } = problem;
  const classes = classCounts.length;
  const isLast = classCounts[ownClass] === omega;
  const mean = means.subarray(group * (p + 1), (group + 1) * (p + 1));
  const without = (values: Float64Array, at: number, product: number): void => {
    values[at] = isLast ? 0 : values[at] - omega * product;
  };
  let at = ownClass;
  for (let k = 0; k < p; k++) for (let l = k; l < p; l++, at += classes) without(classProducts, at, mean[k] * mean[l]);
  for (let k = 0; k <= p; k++) without(classCross, k * classes + ownClass, mean[k] * mean[p]);
}

/** The class as it was, to the bit. */
function putBack({ classCounts, classProducts, classCross }: ProfileProblem, whole: ProfileProblem, own: number): void {
  const classes = classCounts.length;
  for (let at = own; at < classProducts.length; at += classes) classProducts[at] = whole.classProducts[at];
  for (let at = own; at < classCross.length; at += classes) classCross[at] = whole.classCross[at];
}

/** Whether any column is left with next to nothing of what it adds to the earlier ones. */
function losesRank(
  problem: ProfileProblem,
  total: Float64Array,
  block: Float64Array,
  group: number,
  omega: number,
): boolean {
  const { p, means, weights } = problem;
  const q = p + 1;
  const left = new Float64Array(p * p);
  for (let k = 0; k < p; k++) {
    for (let l = 0; l < p; l++) {
      const mean = weights[group] * means[group * q + k] * means[group * q + l];
      left[k * p + l] = total[k * p + l] - omega * (block[k * q + l] + mean);
    }
    if (!(left[k * p + k] > RANK_TOLERANCE * total[k * p + k])) return true;
  }
  return semidefiniteFactor(left, p, RANK_TOLERANCE).independent.length < p;
}

/** Whether next to nothing of the outcome is left within groups beside the columns. */
function losesResidual(full: ProfileProblem, rest: ProfileProblem): boolean {
  const last = full.within.length - 1;
  return !(rest.withinFactor[last] ** 2 > RANK_TOLERANCE * full.within[last]);
}

/** W_xx + Σ ω S x̄x̄', p × p. */
function totalOf({ p, within, means, weights, groupWeights }: ProfileProblem): Float64Array {
  const q = p + 1;
  const total = new Float64Array(p * p);
  for (let k = 0; k < p; k++) for (let l = 0; l < p; l++) total[k * p + l] = within[k * q + l];
  for (let j = 0; j < weights.length; j++) {
    const weight = weights[j] * (groupWeights?.[j] ?? 1);
    for (let k = 0; k < p; k++) {
      for (let l = 0; l < p; l++) total[k * p + l] += weight * means[j * q + k] * means[j * q + l];
    }
  }
  return total;
}

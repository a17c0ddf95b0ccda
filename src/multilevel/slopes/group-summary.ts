import { fail } from "../../errors/error";
import type { GroupSummary } from "../types";
import { hasConstant } from "./coordinates";
import { totalProducts } from "./scale";
import type { SlopesSummary } from "./types";

/** Below this share of a column's variation what is left of it within groups is the rounding of a difference. */
const ROUNDING = 1e-12;

/**
 * What the same rows come to for a random intercept alone: 1 = Q_jR_je for the constant among the random columns, so that
 * the weighted group means are B_j'R_je/‖R_je‖². Null where the random part has no constant.
 */
export function interceptSummary(summary: SlopesSummary): GroupSummary | null {
  const { bound, group, columns, response, shift, scale, levels, sizes, nobs } = summary;
  const constants = constantFactors(summary);
  if (constants === null) return null;
  const r = shift.length;
  const q = summary.randomShift.length;
  const weights = new Float64Array(levels.length);
  const means = new Float64Array(levels.length * r);
  const within = totalProducts(summary);
  const variation = Float64Array.from({ length: r }, (_, k) => within[k * r + k]);
  for (let j = 0; j < levels.length; j++) {
    for (let i = 0; i < q; i++) {
      const own = constants[j * q + i];
      weights[j] += own * own;
      for (let k = 0; k < r; k++) means[j * r + k] += own * summary.projections[(j * q + i) * r + k];
    }
    const row = means.subarray(j * r, (j + 1) * r);
    for (let k = 0; k < r; k++) {
      for (let l = 0; l < r; l++) within[k * r + l] -= (row[k] * row[l]) / weights[j];
    }
    for (let k = 0; k < r; k++) row[k] *= scale[k] / weights[j];
  }
  const varies = variation.map((whole, k) => (within[k * r + k] > ROUNDING * whole ? 1 : 0));
  return {
    kind: "group-summary",
    version: 1,
    bound: {
      ...bound,
      randomTerms: [{ effects: "1", groups: [group], uncorrelated: false, label: `(1 | ${group})` }],
    },
    group,
    columns,
    response,
    shift,
    levels,
    sizes,
    weights,
    means,
    within: within.map((value, i) => {
      const [k, l] = [Math.floor(i / r), i % r];
      return value * varies[k] * varies[l] * scale[k] * scale[l];
    }),
    nobs,
    sumLogWeights: summary.sumLogWeights,
    pupilWeights: summary.pupilWeights,
    diagnostics: [],
  };
}

/** Sums over each group's rows of the shifted and scaled random columns, J × q: Z_j'1, with Q_j'1 known of a constant. */
export function randomColumnSums(summary: SlopesSummary, what: string): Float64Array {
  const { bound, factors, projections, randomShift, shift, levels } = summary;
  const q = randomShift.length;
  const r = shift.length;
  const ones = bound.intercept
    ? Float64Array.from({ length: levels.length * q }, (_, i) => projections[i * r])
    : constantFactors(summary);
  if (ones === null) {
    return fail(
      "invalid-argument",
      `${what} need the groups' means of the random columns, and "${bound.formula}" has no constant in its fixed or its random part that tells them.`,
    );
  }
  const sums = new Float64Array(levels.length * q);
  for (let j = 0; j < levels.length; j++) {
    for (let k = 0; k < q; k++) {
      for (let i = 0; i < q; i++) sums[j * q + k] += factors[(j * q + i) * q + k] * ones[j * q + i];
    }
  }
  return sums;
}

/** R_je of each group, J × q, e the constant among the random columns; null where there is none. */
function constantFactors({ random, factors, randomShift, levels }: SlopesSummary): Float64Array | null {
  const term = random.findIndex(hasConstant);
  if (term < 0) return null;
  const q = randomShift.length;
  const at = random.slice(0, term).reduce((sum, { columns }) => sum + columns.length, 0);
  return Float64Array.from({ length: levels.length * q }, (_, i) => factors[i * q + at]);
}

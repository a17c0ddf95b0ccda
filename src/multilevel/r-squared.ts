import { fail } from "../errors/error";
import { summaryOfRows } from "./rows";
import { hasConstant } from "./slopes/coordinates";
import { totalProducts } from "./slopes/scale";
import type { SlopesSummary } from "./slopes/types";
import type { GroupSummary, MixedModel } from "./types";
import { refuseGroupWeights } from "./weights";

/** How much of the outcome's variance a mixed model accounts for. */
export interface RSquared {
  readonly kind: "r-squared";
  /** By the fixed effects. */
  readonly marginal: number;
  /** By fixed and random effects together. */
  readonly conditional: number;
  /** The three parts, in the outcome's units squared. */
  readonly variances: { readonly fixed: number; readonly group: number; readonly residual: number };
  /** group / (fixed + group + residual): the ICC of outcomes before the fixed effects took their part. */
  readonly iccUnadjusted: number;
}

/**
 * Nakagawa and Schielzeth's R² of a mixed model; of nested intercepts `group` is the sum of their variances, with random
 * slopes the mean of z'Σz over rows (Johnson 2014).
 *
 * With var_f the variance of x'β̂ over rows (divisor n − 1): marginal = var_f/(var_f + σ_u² + σ²), conditional =
 * (var_f + σ_u²)/(the same). Agrees with R's performance.
 *
 * @throws `invalid-argument` for models with school weights, or with slopes where neither part has a constant.
 * @example
 * ```ts
 * import { fitMixed, rSquared } from "likewise";
 * const model = fitMixed("score ~ ses + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], ses: [0, 1, 1, 3, 2, 2], score: [8, 10, 13, 15, 5, 6],
 * });
 * rSquared(model).marginal < rSquared(model).conditional; // true
 * ```
 * @see Nakagawa & Schielzeth (2013), Methods in Ecology and Evolution 4:133-142; Johnson (2014), the same 5:944-946.
 */
export function rSquared(model: MixedModel): RSquared {
  const summary = summaryOfRows(model);
  if (summary.kind === "group-summary") refuseGroupWeights(summary, "R\u00b2");
  const { group, residual } = model.variances;
  const fixed =
    summary.kind === "group-summary" ? fixedVariance(model, summary) : fixedVarianceOfSlopes(model, summary);
  const total = fixed + group + residual;
  return {
    kind: "r-squared",
    marginal: fixed / total,
    conditional: (fixed + group) / total,
    variances: { fixed, group, residual },
    iccUnadjusted: group / total,
  };
}

/** The variance of x'β̂ over the rows, from group means and within-group products. */
function fixedVariance({ terms, centred }: MixedModel, summary: GroupSummary): number {
  const { shift, means, within, weights, levels, columns, nobs } = summary;
  const q = shift.length;
  const positions = terms.map((term) => columns.indexOf(term));
  const beta = centred.coefficients;
  let squares = 0;
  positions.forEach((row, i) => {
    positions.forEach((column, k) => {
      squares += beta[i] * beta[k] * within[row * q + column];
    });
  });
  const fitted = levels.map((_, j) => positions.reduce((sum, at, k) => sum + beta[k] * means[j * q + at], 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = fitted.reduce((sum, value, j) => sum + weights[j] * value, 0) / total;
  fitted.forEach((value, j) => {
    squares += weights[j] * (value - mean) ** 2;
  });
  // Precision weights stand for themselves: only their spread over rows is known, not the rows.
  return (squares / total) * (nobs / (nobs - 1));
}

/** The same from the cross-products of a summary of slopes: (Σ f² − (Σ f)²/n)/(n − 1), f = x'β̂ in its units. */
function fixedVarianceOfSlopes({ terms, centred }: MixedModel, summary: SlopesSummary): number {
  const { columns, scale, nobs } = summary;
  const r = scale.length;
  const products = totalProducts(summary);
  const { sums, total } = columnSums(summary, products);
  const positions = terms.map((term) => columns.indexOf(term));
  const beta = positions.map((at, k) => centred.coefficients[k] * scale[at]);
  const constant = summary.bound.intercept ? 0 : -1;
  let squares = 0;
  // About the columns' means, so that an intercept far from 0 costs no digits.
  positions.forEach((row, i) => {
    positions.forEach((column, k) => {
      if (row === constant || column === constant) return;
      squares += beta[i] * beta[k] * (products[row * r + column] - (sums[row] * sums[column]) / total);
    });
  });
  return (squares / total) * (nobs / (nobs - 1));
}

/** Σ wx of the scaled columns and Σ w, by way of the constant among the fixed or the random columns. */
function columnSums(summary: SlopesSummary, products: Float64Array): { sums: Float64Array; total: number } {
  const { bound, random, factors, projections, randomShift, shift, levels } = summary;
  const r = shift.length;
  const q = randomShift.length;
  if (bound.intercept) return { sums: products.slice(0, r), total: products[0] };
  const term = random.findIndex(hasConstant);
  if (term < 0) {
    fail(
      "invalid-argument",
      `"${bound.formula}" has no constant in its fixed or its random part, and its summary cannot tell the variance of x'β without one.`,
    );
  }
  const at = random.slice(0, term).reduce((sum, { columns }) => sum + columns.length, 0);
  const sums = new Float64Array(r);
  let total = 0;
  // 1 = Q_jR_je, so X_j'1 = B_j'R_je and 1'1 = e'R_j'R_je.
  for (let j = 0; j < levels.length; j++) {
    for (let i = 0; i < q; i++) {
      const own = factors[(j * q + i) * q + at];
      total += own * own;
      for (let k = 0; k < r; k++) sums[k] += projections[(j * q + i) * r + k] * own;
    }
  }
  return { sums, total };
}

import { requireIntercept } from "./require-intercept";
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
 * Nakagawa and Schielzeth's R² of a random-intercept model; of nested intercepts `group` is the sum of their variances.
 *
 * With var_f the variance of x'β̂ over rows (divisor n − 1): marginal = var_f/(var_f + σ_u² + σ²), conditional =
 * (var_f + σ_u²)/(the same). Agrees with R's performance.
 *
 * @throws `invalid-argument` for models with school weights.
 * @example
 * ```ts
 * import { fitMixed, rSquared } from "likewise";
 * const model = fitMixed("score ~ ses + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], ses: [0, 1, 1, 3, 2, 2], score: [8, 10, 13, 15, 5, 6],
 * });
 * rSquared(model).marginal < rSquared(model).conditional; // true
 * ```
 * @see Nakagawa & Schielzeth (2013), Methods in Ecology and Evolution 4:133-142.
 */
export function rSquared(model: MixedModel): RSquared {
  const summary =
    model.structure === "nested" ? model.summary.inner : requireIntercept(model, "Nakagawa's R\u00b2").summary;
  refuseGroupWeights(summary, "R\u00b2");
  const { group, residual } = model.variances;
  const fixed = fixedVariance(model, summary);
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

import { bilinear, factorise, sandwich } from "../linalg/symmetric";
import { withBlocks } from "./blocks";
import type { GroupInfluence } from "./influence-types";
import { FULL_SEARCH_GROUPS, type RefitWithout, refitsWithout } from "./leave-one-out";
import { type NearRefit, type NearRefits, nearRefits } from "./near-refits";
import type { ScaledProblem } from "./scale";
import { stateOf } from "./state";
import type { GroupSummary, InterceptModel } from "./types";
import { backTransform, centredFit } from "./units";
import { groupWeightedCovariance } from "./weights";

/**
 * What each group of a single random intercept does to the model, from refits by summaries alone.
 *
 * @returns for a group's position what it does, or null where the other groups cannot be fitted.
 */
export function interceptInfluence(model: InterceptModel, what: string): (group: number) => GroupInfluence | null {
  const { levels } = model.summary;
  const summary = withBlocks(model, what);
  // A sandwich needs more groups than coefficients.
  if (summary.groupWeights !== undefined && levels.length - 1 <= model.terms.length) return () => null;
  const { scaled, point } = stateOf(model);
  const refit = refitsWithout(summary, scaled, point);
  const near = levels.length > FULL_SEARCH_GROUPS ? nearRefits(summary, scaled, point) : null;
  const compareNear = near && nearComparison(model, scaled, near);
  return (j) => {
    const quick = near?.without(j);
    if (compareNear && quick) return compareNear(quick, levels[j]);
    const without = refit(j);
    return without && compared(model, without, levels[j]);
  };
}

/**
 * A refit near the full fit beside it, from the change of its coefficients alone: Cook's distance is δ'Aδ/(pσ̂²), the
 * determinants' ratio that of A and the residual variances.
 */
function nearComparison(
  model: InterceptModel,
  scaled: ScaledProblem,
  { full }: NearRefits,
): (refit: NearRefit, level: string) => GroupInfluence {
  const p = model.terms.length;
  const back = backTransform(model.summary, scaled);
  const unit = scaled.scale[p] ** 2;
  return ({ phi, sigma2, delta, inverse, logDeterminant }, level) => {
    const row = (k: number): Float64Array => back.subarray(k * p, (k + 1) * p);
    const coefficients = model.terms.map(
      (_, k) => model.coefficients[k] + row(k).reduce((sum, value, l) => sum + value * delta[l], 0),
    );
    const change = coefficients.map((value, k) => model.coefficients[k] - value);
    const residual = sigma2 * unit;
    const variances = { group: phi * residual, residual };
    return {
      level,
      coefficients,
      change,
      dfbetas: change.map((value, k) => value / Math.sqrt(sigma2 * bilinear(row(k), inverse, row(k), p))),
      cooksDistance: bilinear(delta, full.information, delta, p) / (full.sigma2 * p),
      covarianceRatio: Math.exp(p * Math.log(sigma2 / full.sigma2) + full.logDeterminant - logDeterminant),
      variances,
      covariances: [[[variances.group]]],
      varianceChange: {
        group: model.variances.group - variances.group,
        residual: model.variances.residual - variances.residual,
      },
    };
  };
}

/** A refit beside the full fit. */
function compared(model: InterceptModel, { summary, scaled, optimum }: RefitWithout, level: string): GroupInfluence {
  const { best } = optimum;
  const p = scaled.keep.length;
  const covariance = summary.groupWeights
    ? groupWeightedCovariance(summary, scaled, best)
    : best.parts.inverse.map((value) => value * best.sigma2);
  const back = backTransform(summary, scaled);
  const vcov = sandwich(back, covariance, p, p);
  const coefficients: number[] = model.terms.map(() => Number.NaN);
  const errors: number[] = model.terms.map(() => Number.NaN);
  scaled.keep.forEach((column, i) => {
    const at = model.terms.indexOf(summary.columns[column]);
    let value = at === 0 && summary.bound.intercept ? summary.shift[summary.shift.length - 1] : 0;
    for (let k = 0; k < p; k++) value += back[i * p + k] * best.beta[k];
    coefficients[at] = value;
    errors[at] = Math.sqrt(vcov[i * p + i]);
  });
  const change = coefficients.map((value, k) => model.coefficients[k] - value);
  const residual = best.sigma2 * scaled.scale[p] ** 2;
  const variances = { group: best.phi * residual, residual };
  return {
    level,
    coefficients,
    change,
    dfbetas: change.map((value, k) => value / errors[k]),
    ...distances(model, summary, centredFit(best, scaled, covariance)),
    variances,
    covariances: [[[variances.group]]],
    varianceChange: {
      group: model.variances.group - variances.group,
      residual: model.variances.residual - variances.residual,
    },
  };
}

/**
 * Both are the same in all coordinates; those of the refit's shift keep their digits. The full fit moves there: its
 * intercept becomes the expected outcome at that shift.
 */
function distances(
  model: InterceptModel,
  summary: GroupSummary,
  without: InterceptModel["centred"],
): Pick<GroupInfluence, "cooksDistance" | "covarianceRatio"> {
  const { terms, centred } = model;
  const p = terms.length;
  if (without.coefficients.length < p) return { cooksDistance: Number.NaN, covarianceRatio: Number.NaN };
  const move = new Float64Array(p * p);
  const moved = (column: number): number => summary.shift[column] - model.summary.shift[column];
  const gap = centred.coefficients.map((value, k) => value - without.coefficients[k]);
  terms.forEach((term, k) => {
    move[k * p + k] = 1;
    if (!summary.bound.intercept || k === 0) return;
    move[k] = moved(summary.columns.indexOf(term));
    gap[0] += move[k] * centred.coefficients[k];
  });
  if (summary.bound.intercept) gap[0] -= moved(summary.shift.length - 1);
  const full = factorise(sandwich(move, centred.vcov, p, p), p);
  const other = factorise(without.vcov, p);
  if (full === null || other === null) return { cooksDistance: Number.NaN, covarianceRatio: Number.NaN };
  const solved = full.solve(gap);
  return {
    cooksDistance: gap.reduce((sum, value, k) => sum + value * solved[k], 0) / p,
    covarianceRatio: Math.exp(other.logDeterminant() - full.logDeterminant()),
  };
}

import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { count, listSome } from "../errors/words";
import { factorise, sandwich } from "../linalg/symmetric";
import { withBlocks } from "./blocks";
import { type RefitWithout, refitsWithout } from "./leave-one-out";
import { requireIntercept } from "./require-intercept";
import { stateOf } from "./state";
import type { GroupSummary, InterceptModel, MixedModel } from "./types";
import { backTransform, centredFit } from "./units";
import { groupWeightedCovariance } from "./weights";

/** What a model would be without one of its groups. */
export interface GroupInfluence {
  /** The group left out. */
  readonly level: string;
  /** p coefficients without the group, `NaN` for a column that is then determined by earlier ones. */
  readonly coefficients: readonly number[];
  /** p: coefficients of the full fit less those without the group. */
  readonly change: readonly number[];
  /** p: change/(standard error without the group). */
  readonly dfbetas: readonly number[];
  /** (β̂ − β̂₍ⱼ₎)'C⁻¹(β̂ − β̂₍ⱼ₎)/p */
  readonly cooksDistance: number;
  /** det(vcov without the group)/det(vcov): above 1 the group adds precision. */
  readonly covarianceRatio: number;
  /** Variances without the group. */
  readonly variances: { readonly group: number; readonly residual: number };
  /** Variances of the full fit less those without the group. */
  readonly varianceChange: { readonly group: number; readonly residual: number };
}

/** What every group does to a model. */
export interface Influence {
  readonly kind: "influence";
  /** The grouping column. */
  readonly group: string;
  readonly terms: readonly string[];
  /** In the order of the model's levels. */
  readonly groups: readonly GroupInfluence[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What each group does to a random-intercept model: the exact refit without it, for all groups at once.
 *
 * The refits take the group's mean and cross-products out of the summary and estimate the variances anew: they equal fits
 * to the other rows. (With more than 100 groups they start from the full fit's θ and do not look for a second optimum.)
 * Cook's distance is (β̂ − β̂₍ⱼ₎)'C⁻¹(β̂ − β̂₍ⱼ₎)/p with C the full fit's vcov; lme4's has another factor (J − p)/J. DFBETAS
 * divide by the standard error without the group. Where a column has nothing left without the group (a dummy that only
 * it has), its coefficient, Cook's distance and the covariance ratio are `NaN`. Where the other groups cannot be fitted at
 * all, every number is, and the diagnostic `refit-failed` names the group.
 *
 * @param model - fitted to rows, which it remembers, or to a summary made with `blocks: true`. A refit's cost grows with the
 *   number of different group sizes (with that of groups where it is nearly as large); with school weights every refit
 *   has its own sandwich, at a cost that grows with the square of the number of groups.
 * @throws `invalid-argument` where neither rows nor blocks are at hand; `too-few-groups` for fewer than three.
 * @example
 * ```ts
 * import { fitMixed, influence } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c", "d", "d"], score: [8, 10, 13, 15, 5, 6, 9, 12],
 * });
 * influence(model).groups.map((school) => school.level); // ["a", "b", "c", "d"]
 * ```
 * @see Snijders & Bosker (2012), Multilevel Analysis, ch. 10; Belsley, Kuh & Welsch (1980), Regression Diagnostics;
 *   Nieuwenhuis, te Grotenhuis & Pelzer (2012), R Journal 4(2):38-47.
 */
export function influence(subject: MixedModel): Influence {
  const model = requireIntercept(subject, "Influence statistics");
  const { levels, group } = model.summary;
  if (levels.length < 3) {
    fail("too-few-groups", `There are only ${levels.length} groups of ${group}; leaving one out needs three at least.`);
  }
  const summary = withBlocks(model, "Influence statistics");
  const { scaled, point } = stateOf(model);
  const refit = refitsWithout(summary, scaled, point);
  // A sandwich needs more groups than coefficients.
  const tooFew = summary.groupWeights !== undefined && levels.length - 1 <= model.terms.length;
  const failed: string[] = [];
  const groups = levels.map((level, j): GroupInfluence => {
    const without = tooFew ? null : refit(j);
    if (without !== null) return compared(model, without, level);
    failed.push(level);
    return undetermined(model, level);
  });
  return {
    kind: "influence",
    group,
    terms: model.terms,
    groups,
    diagnostics: failed.length > 0 ? [refitFailed(group, failed)] : [],
  };
}

function refitFailed(group: string, failed: readonly string[]): Diagnostic {
  const which =
    failed.length === 1
      ? `Without the ${group} "${failed[0]}" the model cannot be fitted`
      : `The model cannot be fitted without any one of ${count(failed.length, "group")} of ${group} (${listSome(failed)})`;
  return diagnostic(
    "refit-failed",
    "warning",
    `${which}: the others leave no residual variance, no way to tell the two variances apart, or too few groups. What it would change is NaN.`,
    { group, levels: failed },
  );
}

/** Without the group there is no model. */
function undetermined({ terms }: InterceptModel, level: string): GroupInfluence {
  const none = terms.map(() => Number.NaN);
  const variances = { group: Number.NaN, residual: Number.NaN };
  return {
    level,
    coefficients: none,
    change: none,
    dfbetas: none,
    cooksDistance: Number.NaN,
    covarianceRatio: Number.NaN,
    variances,
    varianceChange: variances,
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

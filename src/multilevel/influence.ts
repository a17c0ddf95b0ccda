import { fail } from "../errors/error";
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
}

/**
 * What each group does to a random-intercept model: the exact refit without it, for all groups at once.
 *
 * The refits take the group's mean and cross-products out of the summary and estimate the variances anew: they equal fits
 * to the other rows. (With more than 100 groups they start from the full fit's θ and do not look for a second optimum.)
 * Cook's distance is (β̂ − β̂₍ⱼ₎)'C⁻¹(β̂ − β̂₍ⱼ₎)/p with C the full fit's vcov; lme4's has another factor (J − p)/J. DFBETAS
 * divide by the standard error without the group. Where a column has nothing left without the group (a dummy that only
 * it has), its coefficient, Cook's distance and the covariance ratio are `NaN`.
 *
 * @param model - fitted to rows, which it remembers, or to a summary made with `blocks: true`. With school weights every
 *   refit has its own sandwich, at a cost that grows with the square of the number of groups.
 * @throws `invalid-argument` where neither rows nor blocks are at hand; `too-few-groups` for fewer than three;
 *   `not-identified`, naming the group, where the others cannot be fitted.
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
  const groups = levels.map((level, j): GroupInfluence => {
    const without = refit(j);
    if (without === null) {
      return fail(
        "not-identified",
        `Without the ${group} "${level}" the model cannot be fitted: the other groups leave no residual variance, or no way to tell the two variances apart.`,
        { level },
      );
    }
    return compared(model, without, level);
  });
  return { kind: "influence", group, terms: model.terms, groups };
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

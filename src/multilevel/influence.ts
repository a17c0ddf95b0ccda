import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { count, listSome } from "../errors/words";
import { factorise } from "../linalg/symmetric";
import { levelPosition } from "./effect-choice";
import type { GroupInfluence, Influence } from "./influence-types";
import { interceptInfluence } from "./intercept-influence";
import { nestedRefitsWithout } from "./nested/leave-one-out";
import { slopesRefitsWithout } from "./slopes/leave-one-out";
import type { MixedModel } from "./types";

export type { GroupInfluence, Influence };

/**
 * What each group does to a mixed model: the exact refit without it, for all groups at once.
 *
 * The refits take the group's share out of the summary and estimate the variances anew: they equal fits to the other rows.
 * (With many groups they start from the full fit's θ and do not look for a second optimum: above 100 groups of a single
 * intercept, 200 with slopes, 300 innermost ones of nested intercepts.) Of nested groups those of one level are left out, each
 * with all inside it.
 * Cook's distance is (β̂ − β̂₍ⱼ₎)'C⁻¹(β̂ − β̂₍ⱼ₎)/p with C the full fit's vcov; lme4's has another factor (J − p)/J. DFBETAS
 * divide by the standard error without the group. Where a column has nothing left without the group (a dummy that only
 * it has), its coefficient, Cook's distance and the covariance ratio are `NaN`. Where the other groups cannot be fitted at
 * all, every number is, and the diagnostic `refit-failed` names the group.
 *
 * @param model - fitted to rows, which it remembers, or (random intercepts) to a summary made with `blocks: true`. Of many
 *   groups with a single intercept a refit near the full fit costs a few p³ however many there are; with nested groups, random
 *   slopes or school weights all refits together grow with the square of the number of groups.
 * @param options - `group`: of nested groups the level to leave out, as in {@link EffectChoice}; default the outermost.
 * @throws `invalid-argument` where neither rows nor blocks are at hand, or for groups that the model does not have;
 *   `too-few-groups` for fewer than three outermost groups.
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
export function influence(model: MixedModel, options: { readonly group?: string } = {}): Influence {
  requireKnownOptions(options, ["group"], "influence");
  const level = levelPosition(model, options.group);
  const { group, levels } = model.randomTerms[level];
  if (model.ngroups < 3) {
    const outermost = model.randomTerms[model.randomTerms.length - 1].group;
    fail(
      "too-few-groups",
      `There are only ${model.ngroups} groups of ${outermost}; leaving one out needs three at least.`,
    );
  }
  const without = influenceOf(model, level);
  const failed: string[] = [];
  const groups = levels.map((name, j): GroupInfluence => {
    const own = without(j);
    if (own !== null) return own;
    failed.push(name);
    return undetermined(model, name);
  });
  return {
    kind: "influence",
    group,
    terms: model.terms,
    groups,
    diagnostics: failed.length > 0 ? [refitFailed(group, failed)] : [],
  };
}

function influenceOf(model: MixedModel, level: number): (group: number) => GroupInfluence | null {
  const what = "Influence statistics";
  if (model.structure === "intercept") return interceptInfluence(model, what);
  const refit: (group: number) => MixedModel | null =
    model.structure === "nested" ? nestedRefitsWithout(model, level, what) : slopesRefitsWithout(model, what);
  const { levels } = model.randomTerms[level];
  return (j) => {
    const without = refit(j);
    return without && compared(model, without, levels[j]);
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
    `${which}: the others leave no residual variance, no way to tell the variances apart, or too few groups, or the search for the variances does not settle. What it would change is NaN.`,
    { group, levels: failed },
  );
}

/** Without the group there is no model. */
function undetermined({ terms, randomTerms }: MixedModel, level: string): GroupInfluence {
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
    covariances: randomTerms.map(({ columns }) => columns.map(() => columns.map(() => Number.NaN))),
    varianceChange: variances,
  };
}

/** A refit to the summary's other groups beside the full fit; both are relative to one shift. */
function compared(model: MixedModel, refit: MixedModel, level: string): GroupInfluence {
  const p = refit.terms.length;
  const places = model.terms.map((term) => refit.terms.indexOf(term));
  const coefficients = places.map((k) => (k < 0 ? Number.NaN : refit.coefficients[k]));
  const change = coefficients.map((value, k) => model.coefficients[k] - value);
  return {
    level,
    coefficients,
    change,
    dfbetas: change.map((value, k) => value / Math.sqrt(refit.vcov[places[k] * (p + 1)])),
    ...distances(model, refit),
    variances: refit.variances,
    covariances: refit.randomTerms.map(({ covariance }) => covariance),
    varianceChange: {
      group: model.variances.group - refit.variances.group,
      residual: model.variances.residual - refit.variances.residual,
    },
  };
}

function distances(model: MixedModel, refit: MixedModel): Pick<GroupInfluence, "cooksDistance" | "covarianceRatio"> {
  const p = model.terms.length;
  const none = { cooksDistance: Number.NaN, covarianceRatio: Number.NaN };
  if (refit.terms.length < p) return none;
  const full = factorise(model.centred.vcov, p);
  const other = factorise(refit.centred.vcov, p);
  if (full === null || other === null) return none;
  const gap = model.centred.coefficients.map((value, k) => value - refit.centred.coefficients[k]);
  const solved = full.solve(gap);
  return {
    cooksDistance: gap.reduce((sum, value, k) => sum + value * solved[k], 0) / p,
    covarianceRatio: Math.exp(other.logDeterminant() - full.logDeterminant()),
  };
}

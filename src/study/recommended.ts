import { getColumn, numericColumn, toCategorical } from "../data/column";
import { remember } from "../data/source";
import type { Frame } from "../data/types";
import { fail } from "../errors/error";
import { bindFormula } from "../formula/bind";
import { clusterRobustTest } from "../multilevel/cluster-robust";
import { fitMixed } from "../multilevel/fit";
import { narrowed } from "../multilevel/narrow";
import { summariseGroups } from "../multilevel/summarise";
import type { FixedEffect, GroupSummary, InterceptModel, NestedModel } from "../multilevel/types";
import type { CellAnalysis, StudySettings, StudySource } from "./types";

/** How the models of one comparison are fitted: their formulas differ, their rows and weights do not. */
export interface Fitter {
  readonly table: Frame;
  /** Whether every set is one school of the role and one comparator. */
  readonly isPaired: boolean;
  /** The rows' summary by school, with school weights where sets are not pairs. */
  readonly summary: (fixed: string) => GroupSummary;
  /** With `(1 | school)`, from such a summary with all the formula's columns. */
  readonly from: (summary: GroupSummary, fixed: string) => InterceptModel;
  readonly single: (fixed: string) => InterceptModel;
  /** With schools nested in other groups, without weights: for pairs. */
  readonly nested: (fixed: string, outer: string) => NestedModel;
}

export function fitterOf(source: StudySource, { df }: StudySettings, table: Frame): Fitter {
  const { school, outcome } = source.columns;
  const isPaired = numericColumn(table, "weights").every((weight) => weight === 1) && onePerArm(table, school);
  // Weighted models have schools − columns degrees of freedom whatever is asked for, and refuse Kenward-Roger's.
  const options = isPaired ? { df } : { df: "satterthwaite" as const, weights: { schools: "weights" } };
  const formula = (fixed: string, groups: string): string => `${outcome} ~ ${fixed} + (1 | ${groups})`;
  const summary = (fixed: string): GroupSummary => summariseGroups(formula(fixed, school), table, options);
  const from = (whole: GroupSummary, fixed: string): InterceptModel => {
    const own = formula(fixed, school);
    const model = fitMixed(own === whole.bound.formula ? whole : narrowed(whole, bindFormula(own, table)), options);
    return remember(model, { data: table, summarise: options });
  };
  return {
    table,
    isPaired,
    summary,
    from,
    single: (fixed) => from(summary(fixed), fixed),
    nested: (fixed, outer) => fitMixed(formula(fixed, `${outer}/${school}`), table, options) as NestedModel,
  };
}

/** Whether there are twice as many schools as sets: with weights of 1 a set could still be of two against two. */
function onePerArm(table: Frame, school: string): boolean {
  const { codes } = toCategorical(getColumn(table, school));
  return new Set(codes).size === 2 * new Set(numericColumn(table, "pair")).size;
}

/** The recommended effect of the role, and the model it comes from. */
export type Recommended = Pick<CellAnalysis, "effect" | "effectFrom"> & { readonly paired: NestedModel | null };

/**
 * M3 with `(1 | pair/school)` for pairs. Other sets share weights and have no such likelihood: there M3 with school weights,
 * its errors clustered by set.
 */
export function recommendedEffect(fitter: Fitter, fixed: string): Recommended {
  if (fitter.isPaired) {
    const paired = fitter.nested(fixed, "pair");
    return { effect: effectIn(paired), effectFrom: "pair/school", paired };
  }
  const effect = clusteredEffect(fitter.single(fixed), "pair");
  return { effect, effectFrom: "clustered by pair", paired: null };
}

/** The role's coefficient. */
export function effectIn({ fixed }: { readonly fixed: readonly FixedEffect[] }): FixedEffect {
  return identified(fixed.find(({ term }) => term === "treated"));
}

/** The same with errors clustered by the sets of a column. */
export function clusteredEffect(model: InterceptModel, clusters: string): FixedEffect {
  return identified(clusterRobustTest(model, "treated", { clusters }));
}

function identified(effect: FixedEffect | undefined): FixedEffect {
  if (effect !== undefined) return effect;
  return fail(
    "not-identified",
    "In the matched schools the role cannot be told from the covariates, so there is no effect to estimate. Name fewer schoolCovariates.",
  );
}

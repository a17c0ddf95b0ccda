import { fail } from "../errors/error";
import { suggest } from "../errors/words";
import type { FixedEffect, GroupSummary, MixedModel } from "../multilevel/types";

/** Below this share of a column's variation its within-group part is rounding. */
const ROUNDING = 1e-13;

/** The coefficient of a treatment, found by its term. */
export function treatmentEffect(model: MixedModel, term: string): FixedEffect {
  const effect = model.fixed.find((entry) => entry.term === term);
  if (effect) return effect;
  return fail("unknown-column", `The model has no term "${term}".${suggest(term, model.terms, "terms")}`, { term });
}

/**
 * For each group whether it is treated, from the means of the treatment's column.
 *
 * @param need - what asks for it, as `shares of variance need`.
 * @throws `not-binary` where the column is not 0 or 1, or varies within groups.
 */
export function treatedGroups(summary: GroupSummary, term: string, need: string): boolean[] {
  const q = summary.shift.length;
  const k = summary.columns.indexOf(term);
  const refuse = (why: string, details: object): never =>
    fail("not-binary", `The treatment "${term}" ${why}; ${need} a 0/1 column that is constant within groups.`, {
      term,
      ...details,
    });
  const treated = summary.levels.map((level, j) => {
    const mean = summary.means[j * q + k] + summary.shift[k];
    const isTreated = Math.abs(mean - 1) < 1e-9;
    if (!isTreated && Math.abs(mean) > 1e-9)
      refuse(`has mean ${mean.toPrecision(4)} in the group "${level}"`, { level });
    return isTreated;
  });
  if (summary.within[k * q + k] > ROUNDING * summary.nobs) refuse(`varies within groups of ${summary.group}`, {});
  return treated;
}

import { fail } from "../errors/error";
import { count } from "../errors/words";
import type { ScaledProblem } from "./scale";
import type { GroupSummary } from "./types";

/** Refuses outcomes without variation, too few rows for the coefficients and variances, and perfect fits. */
export function requireFittable(summary: GroupSummary, { problem, outcome }: ScaledProblem, variances = 2): void {
  if (!(outcome.total > 1e-24)) {
    fail("constant", `The outcome "${summary.response}" is the same in every row, so there is nothing to explain.`, {
      column: summary.response,
    });
  }
  if (summary.nobs < problem.p + variances) {
    fail(
      "too-few-rows",
      `${count(summary.nobs, "row")} cannot estimate ${count(problem.p, "coefficient")} and ${count(variances, "variance")}. Use fewer columns or more data.`,
      { rows: summary.nobs, coefficients: problem.p },
    );
  }
  const rank = rankWithin(problem);
  if (problem.p - rank >= summary.levels.length) failAbsorbed(summary.group);
  const q = problem.p + 1;
  const residual = problem.withinFactor[q * q - 1] ** 2;
  if (residual > 1e-24 * outcome.total) return;
  const differences = summary.nobs - summary.levels.length;
  if (differences > rank) failPerfect(summary);
  fail(
    "perfect-fit",
    `${count(summary.nobs, "row")} in ${count(summary.levels.length, "group")} of ${summary.group} leave ${count(differences, "difference")} within groups, no more than columns that vary there, ` +
      "so the residual variance is 0 and the model has no maximum. Use fewer columns, or more rows per group.",
    { group: summary.group, column: summary.response },
  );
}

/** How many columns vary within groups, of those independent there. */
function rankWithin({ p, withinFactor }: ScaledProblem["problem"]): number {
  return Array.from({ length: p }, (_, k) => withinFactor[k * (p + 1) + k]).filter((r) => r > 0).length;
}

/** The error where columns tell all groups apart. */
export function failAbsorbed(group: string): never {
  return fail(
    "not-identified",
    `The fixed columns tell every ${group} from the others (its own dummies, or as many columns that are constant in a ${group} as there are groups), ` +
      `so nothing is left of the variance between groups of ${group}. Leave those columns out, or the random term.`,
    { group },
  );
}

/** The error where columns and groups leave no residual. */
export function failPerfect(summary: GroupSummary): never {
  return fail(
    "perfect-fit",
    `Within every ${summary.group} the columns explain "${summary.response}" without remainder, so the residual variance is 0 and the model has no maximum. ` +
      "Check whether the outcome was computed from the columns, or measured at the level of the group.",
    { group: summary.group, column: summary.response },
  );
}

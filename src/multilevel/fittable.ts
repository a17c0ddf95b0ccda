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
  const q = problem.p + 1;
  const residual = problem.withinFactor[q * q - 1] ** 2;
  if (residual > 1e-24 * outcome.total) return;
  const rank = Array.from({ length: problem.p }, (_, k) => problem.withinFactor[k * q + k]).filter((r) => r > 0).length;
  const differences = summary.nobs - summary.levels.length;
  if (differences > rank) failPerfect(summary);
  fail(
    "perfect-fit",
    `${count(summary.nobs, "row")} in ${count(summary.levels.length, "group")} of ${summary.group} leave ${count(differences, "difference")} within groups, no more than columns that vary there, ` +
      "so the residual variance is 0 and the model has no maximum. Use fewer columns, or more rows per group.",
    { group: summary.group, column: summary.response },
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

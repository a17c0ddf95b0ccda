import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { count, listSome } from "../errors/words";
import type { ProfileOptimum } from "./optimise";
import type { ScaledProblem } from "./scale";
import type { GroupSummary } from "./types";

/** Fewer groups than this say little about the variance between them. */
export const FEW_GROUPS = 10;

/** Columns that were left out because others determine them. */
export function aliasedColumns(summary: GroupSummary, scaled: ScaledProblem): Diagnostic[] {
  const dropped = summary.columns.filter((_, k) => !scaled.keep.includes(k));
  if (dropped.length === 0) return [];
  return [
    diagnostic(
      "aliased-columns",
      "warning",
      `Dropped ${count(dropped.length, "column")} that earlier columns determine (or that are constant): ${listSome(dropped)}.`,
      { columns: dropped },
    ),
  ];
}

/** What a fit has to confess. */
export function diagnose(summary: GroupSummary, scaled: ScaledProblem, optimum: ProfileOptimum): Diagnostic[] {
  const result = aliasedColumns(summary, scaled);
  if (summary.groupWeights) {
    const isSampling = summary.pupilWeights === "sampling";
    const weighted = isSampling
      ? `Rows have sampling weights, scaled to sum to each ${summary.group}'s ${summary.scaling === "size" ? "number of rows" : "effective number of rows"}`
      : `Groups of ${summary.group} are weighted`;
    result.push(
      diagnostic(
        isSampling ? "sampling-weights" : "school-weights",
        "info",
        `${weighted}: estimates maximise a pseudo-likelihood, standard errors come from the sandwich, ` +
          `and tests have ${summary.levels.length - scaled.problem.p} degrees of freedom (groups less coefficients). AIC and BIC do not exist.`,
      ),
    );
  }
  if (optimum.boundary) {
    result.push(
      diagnostic(
        "boundary-fit",
        "info",
        `Boundary fit: the ${summary.group} variance is estimated as 0, since the means of the ${summary.group} groups differ no more than chance alone would make them. ` +
          "Every larger variance fits worse, so this is the best fit there is; it equals a regression without a random term.",
        { gradient: optimum.best.slope },
      ),
    );
  }
  if (optimum.other !== null) {
    result.push(
      diagnostic(
        "two-optima",
        "warning",
        `The likelihood has two local optima; the better one is reported. The other has θ = ${Math.sqrt(optimum.other.phi).toPrecision(4)}.`,
        { theta: Math.sqrt(optimum.other.phi) },
      ),
    );
  }
  if (summary.levels.length < FEW_GROUPS) {
    result.push(
      diagnostic(
        "few-groups",
        "info",
        `There are only ${summary.levels.length} groups of ${summary.group}: the variance between them is uncertain, and so are its tests.`,
        { groups: summary.levels.length },
      ),
    );
  }
  return result;
}

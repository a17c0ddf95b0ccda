import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { aliasedColumns, FEW_GROUPS } from "../diagnose";
import type { ScaledProblem } from "../scale";
import type { NestedSummary } from "../types";
import type { NestedOptimum } from "./optimise";

/** What a fit of nested intercepts has to confess. */
export function diagnoseNested(summary: NestedSummary, scaled: ScaledProblem, optimum: NestedOptimum): Diagnostic[] {
  const { inner, nesting } = summary;
  const { best, slopes, other } = optimum;
  const result = aliasedColumns(inner, scaled);
  nesting.forEach(({ group }, k) => {
    if (best.phi[k] > 0) return;
    result.push(
      diagnostic(
        "boundary-fit",
        "info",
        `Boundary fit: the ${group} variance is estimated as 0, since the means of these groups differ no more than chance and the other levels would make them. ` +
          "A larger one fits worse, so this is the best fit found; it equals one without that level.",
        { group, gradient: slopes.gradient[k] },
      ),
    );
  });
  if (other !== null) {
    const thetas = other.phi.map((phi) => Math.sqrt(phi).toPrecision(4)).join(", ");
    result.push(
      diagnostic(
        "two-optima",
        "warning",
        `The likelihood has several local optima; the best one found is reported. Another has θ = ${thetas}.`,
        { theta: other.phi.map(Math.sqrt) },
      ),
    );
  }
  const outermost = nesting[nesting.length - 1];
  if (outermost.levels.length < FEW_GROUPS) {
    result.push(
      diagnostic(
        "few-groups",
        "info",
        `There are only ${outermost.levels.length} groups of ${outermost.group}: the variance between them is uncertain, and so are its tests.`,
        { groups: outermost.levels.length },
      ),
    );
  }
  return result;
}

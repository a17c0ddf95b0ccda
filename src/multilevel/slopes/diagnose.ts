import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { count, listSome } from "../../errors/words";
import { psiOf, type SlopeOptimum } from "./optimise";
import { callersLambda, type SlopesFitProblem } from "./scale";
import type { SlopesSummary, SlopeTerm } from "./types";

/** Fewer groups than this say little about the variances between them. */
const FEW_GROUPS = 10;

/** What a fit has to confess. */
export function diagnoseSlopes(
  summary: SlopesSummary,
  { keep, problem }: SlopesFitProblem,
  optimum: SlopeOptimum,
): Diagnostic[] {
  const result: Diagnostic[] = [];
  const dropped = summary.columns.filter((_, k) => !keep.includes(k));
  if (dropped.length > 0) {
    result.push(
      diagnostic(
        "aliased-columns",
        "warning",
        `Dropped ${count(dropped.length, "column")} that earlier columns determine (or that are constant): ${listSome(dropped)}.`,
        { columns: dropped },
      ),
    );
  }
  result.push(...summary.random.flatMap(uncorrelatedFactor));
  if (optimum.boundary) {
    const { reasons, rank } = boundaryReasons(summary, optimum);
    result.push(
      diagnostic(
        "boundary-fit",
        "info",
        `Boundary fit: ${reasons.join("; ")}. The data support ${count(rank, "random effect")} per ${summary.group} out of ${problem.q}. ` +
          "The fit is the best there is; a simpler random term would describe the data as well.",
        { rank, columns: problem.q, certificate: optimum.certificate },
      ),
    );
  }
  if (optimum.other !== null) {
    result.push(
      diagnostic(
        "two-optima",
        "warning",
        `The likelihood has two local optima; the better one is reported. The other's criterion is ${(optimum.other.criterion - optimum.best.criterion).toPrecision(3)} higher.`,
        { difference: optimum.other.criterion - optimum.best.criterion },
      ),
    );
  }
  if (optimum.flat) {
    result.push(
      diagnostic(
        "two-optima",
        "warning",
        "Different variances of the random effects fit equally well, so those shown are one choice of many: the random terms say the same thing twice. Leave out of one term what another has, such as the constant beside all dummies of a factor.",
      ),
    );
  }
  if (summary.levels.length < FEW_GROUPS) {
    result.push(
      diagnostic(
        "few-groups",
        "info",
        `There are only ${summary.levels.length} groups of ${summary.group}: the variances between them are uncertain, and so are the tests.`,
        { groups: summary.levels.length },
      ),
    );
  }
  return result;
}

/** Under `||` every column stands alone here; lme4 splits the term by variables, and the columns of one covary. */
function uncorrelatedFactor({ correlated, bound, label }: SlopeTerm): Diagnostic[] {
  const several = bound.variables.filter(({ kind }) => kind !== "numeric").map((variable) => variable.label);
  if (correlated || several.length === 0) return [];
  return [
    diagnostic(
      "uncorrelated-factor",
      "warning",
      `In ${label} every column has a variance of its own and no covariances, those of ${listSome(several)} included. lme4 lets the columns of one such variable covary under ||, so its model is another. ` +
        "With | in place of || all columns covary, here and there.",
      { term: label, variables: several },
    ),
  ];
}

/** Which variances are 0, which correlations ±1, and how many dimensions are left of the random effects. */
function boundaryReasons(summary: SlopesSummary, { best }: SlopeOptimum): { reasons: string[]; rank: number } {
  const q = summary.randomShift.length;
  const lambda = callersLambda(summary, best.lambda);
  const psi = psiOf(lambda, q);
  const reasons: string[] = [];
  let rank = 0;
  let start = 0;
  for (const { columns, label } of summary.random) {
    const before = reasons.length;
    const deficient = columns.filter((_, k) => lambda[(start + k) * q + start + k] === 0).length;
    rank += columns.length - deficient;
    columns.forEach((column, k) => {
      const own = psi[(start + k) * q + start + k];
      if (own === 0) reasons.push(`the variance of ${column} in ${label} is estimated as 0`);
      for (let l = 0; l < k; l++) {
        const other = psi[(start + l) * q + start + l];
        const correlation = psi[(start + k) * q + start + l] / Math.sqrt(own * other);
        if (Math.abs(correlation) > 1 - 1e-9) {
          reasons.push(
            `the correlation of ${columns[l]} and ${column} in ${label} is estimated as ${correlation < 0 ? "−1" : "1"}`,
          );
        }
      }
    });
    if (deficient > 0 && reasons.length === before) {
      reasons.push(
        `the covariance matrix of ${label} is estimated as singular: some combination of ${listSome(columns)} does not vary`,
      );
    }
    start += columns.length;
  }
  return { reasons, rank };
}

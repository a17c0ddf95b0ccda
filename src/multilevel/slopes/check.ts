import { fail } from "../../errors/error";
import { count, listSome } from "../../errors/words";
import { principal, semidefiniteFactor } from "../../linalg/symmetric";
import { failAbsorbed } from "../fittable";
import { hasConstant } from "./coordinates";
import { type SlopesFitProblem, totalProducts } from "./scale";
import type { SlopesSummary, SlopeTerm } from "./types";

/** Refuses what no random-slopes model can be fitted to, before it is tried. */
export function requireFittableSlopes(summary: SlopesSummary, fitted: SlopesFitProblem): void {
  const { problem, outcome, rank } = fitted;
  const { group, levels, nobs, response } = summary;
  if (levels.length < 2) {
    fail(
      "too-few-groups",
      `All ${count(nobs, "row")} belong to one ${group} ("${levels[0]}"); random effects need at least two groups, and many more to be worth it.`,
      { group, levels: levels.length },
    );
  }
  refuseRepeated(summary);
  const empty = summary.random.find(({ columns }) => columns.length === 0);
  if (empty !== undefined) {
    fail("not-identified", `The random effects of ${empty.label} are 0 in every row; leave the term out.`);
  }
  let start = 0;
  for (const term of summary.random) {
    refuseTooRich(summary, term);
    refuseDependent(summary, term, start);
    if (hasConstant(term)) refuseAbsorbed(summary, fitted, start);
    start += term.columns.length;
  }
  if (!(outcome.total > 1e-24 * nobs)) {
    fail("constant", `The outcome "${response}" is the same in every row, so there is nothing to explain.`, {
      column: response,
    });
  }
  if (nobs <= problem.p + 1) {
    fail(
      "too-few-rows",
      `${count(nobs, "row")} cannot estimate ${count(problem.p, "coefficient")} and ${count(problem.entries.length + 1, "variance parameter")}. Use fewer columns or more data.`,
      { rows: nobs, coefficients: problem.p },
    );
  }
  // Uncorrelated effects may span all rows between them; then there is a maximum all the same.
  if (rank < nobs && !(outcome.residual > 1e-24 * outcome.total)) failPerfectSlopes(summary);
}

export function failPerfectSlopes({ group, response }: SlopesSummary): never {
  return fail(
    "perfect-fit",
    `Within every ${group} the random and fixed columns explain "${response}" without remainder, so the residual variance is 0 and the model has no maximum. ` +
      "Check whether the outcome was computed from the columns, or ask for fewer random effects.",
    { group, column: response },
  );
}

/** lme4's rule: as many random effects as rows leave nothing to tell them from the residuals. */
function refuseTooRich({ levels, group, nobs }: SlopesSummary, term: SlopeTerm): void {
  const each = term.correlated ? term.columns.length : 1;
  const effects = each * levels.length;
  if (nobs > effects) return;
  const what = term.correlated
    ? `${count(each, "random effect")} (${listSome(term.columns)})`
    : `a random effect (${term.columns[0]})`;
  fail(
    "too-rich",
    `${term.label} gives each of ${count(levels.length, "group")} of ${group} ${what}: ${count(effects, "effect")} from ${count(nobs, "row")}, ` +
      "which cannot be told apart from the residuals. Leave out slopes, use || where correlations can be spared, or use larger groups.",
    { term: term.label, effects, rows: nobs },
  );
}

/** Two random effects of one column: only the sum of their variances would be known. */
function refuseRepeated({ random, bound }: SlopesSummary): void {
  const names = random.flatMap((term) => term.columns);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice === undefined) return;
  fail(
    "not-identified",
    `"${bound.formula}" has two random effects of ${twice}, of which only the sum is known. ` +
      (twice === "(Intercept)" ? "Write 0 + in one of the terms." : "Leave it out of one of the terms."),
    { column: twice },
  );
}

function refuseDependent(summary: SlopesSummary, term: SlopeTerm, start: number): void {
  if (!term.correlated) return;
  const q = summary.randomShift.length;
  const size = term.columns.length;
  const columns = Array.from({ length: size }, (_, k) => start + k);
  const { independent } = semidefiniteFactor(principal(summary.meanSquares, q, columns), size, 1e-11);
  if (independent.length === size) return;
  const dependent = term.columns.filter((_, k) => !independent.includes(k));
  const what =
    dependent.length === 1
      ? `column ${dependent[0]} follows from the others (or is constant), so its variance is not identified. Leave it`
      : `columns ${listSome(dependent)} follow from the others (or are constant), so their variances are not identified. Leave them`;
  fail("not-identified", `In ${term.label} the random ${what} out of the random term.`, {
    term: term.label,
    columns: dependent,
  });
}

/**
 * Refuses fixed columns that tell all groups apart beside random intercepts, of which nothing would be left.
 *
 * @param constant - the place of the constant among the random columns.
 */
function refuseAbsorbed(summary: SlopesSummary, { keep }: SlopesFitProblem, constant: number): void {
  const { factors, projections, levels, group } = summary;
  const [q, r, p] = [summary.randomShift.length, summary.shift.length, keep.length];
  if (p < levels.length) return;
  const total = principal(totalProducts(summary), r, keep);
  const aboutMeans = total.slice();
  levels.forEach((_, j) => {
    let size = 0;
    const sums = new Float64Array(p);
    for (let i = 0; i <= constant; i++) {
      const root = factors[(j * q + i) * q + constant];
      size += root * root;
      for (let k = 0; k < p; k++) sums[k] += root * projections[(j * q + i) * r + keep[k]];
    }
    for (let k = 0; k < p; k++) for (let l = 0; l < p; l++) aboutMeans[k * p + l] -= (sums[k] * sums[l]) / size;
  });
  const varying = keep.map((_, k) => k).filter((k) => aboutMeans[k * p + k] > 1e-11 * total[k * p + k]);
  const { independent } = semidefiniteFactor(principal(aboutMeans, p, varying), varying.length, 1e-11);
  if (p - independent.length >= levels.length) failAbsorbed(group);
}

import { frame } from "../data/frame";
import { remember } from "../data/source";
import type { DataLike } from "../data/types";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import type { BoundFormula } from "../formula/types";
import { assemble } from "./assemble";
import { optimiseProfile } from "./optimise";
import { type ScaledProblem, scaleSummary } from "./scale";
import { type SummariseOptions, summariseGroups } from "./summarise";
import type { DfMethod, GroupSummary, MixedModel } from "./types";
import { refuseGroupWeights } from "./weights";

export interface FitMixedOptions {
  /** Restricted (default) or full maximum likelihood. */
  readonly method?: "REML" | "ML";
  /**
   * Degrees of freedom of the t tests and intervals. `"satterthwaite"` (default); `"kenward-roger"`, which also adjusts the
   * standard errors in `fixed` for small samples (REML only); `"between-within"`; `"z"` for the normal; `"none"` for no tests.
   */
  readonly df?: DfMethod;
}

/**
 * A random-intercept model, y_ij = x_ij'β + u_j + e_ij with u_j ~ N(0, σ_u²) and e_ij ~ N(0, σ²/w_ij).
 *
 * Fitted to the group summary alone: the criterion is profiled over β and σ² and minimised over φ = σ_u²/σ² by Newton
 * steps from every bracketed optimum, φ = 0 included. Estimates, criterion and degrees of freedom agree with R's lme4
 * and lmerTest.
 *
 * @param formula - `score ~ ses + sex + (1 | school)`, or a {@link GroupSummary}.
 * @param data - a frame, rows or columns; rows with missing values in used columns are dropped with a diagnostic.
 * @returns p coefficients with p × p vcov; variances of schools and pupils; see {@link MixedModel}.
 * @throws `formula-syntax`, `unknown-column`, `wrong-type`, `non-finite`, `empty-data`, `not-mixed`, `constant` (outcome),
 *   `too-few-groups`, `too-few-rows`, `not-identified` (one row per group), `perfect-fit`.
 * @example
 * ```ts
 * import { fitMixed } from "likewise";
 * const pupils = {
 *   school: ["a", "a", "a", "b", "b", "b", "c", "c", "c"],
 *   ses: [-1, 0, 1, 0, 1, 2, -2, 0, 1],
 *   score: [8, 10, 11, 13, 15, 14, 6, 9, 12],
 * };
 * const model = fitMixed("score ~ ses + (1 | school)", pupils);
 * model.fixed.map((effect) => effect.term); // ["(Intercept)", "ses"]
 * ```
 * @see Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67(1); Kuznetsova, Brockhoff &
 *   Christensen (2017), Journal of Statistical Software 82(13).
 */
export function fitMixed(
  formula: string | BoundFormula,
  data: DataLike,
  options?: FitMixedOptions & SummariseOptions,
): MixedModel;
export function fitMixed(summary: GroupSummary, options?: FitMixedOptions): MixedModel;
export function fitMixed(
  subject: string | BoundFormula | GroupSummary,
  second?: DataLike | FitMixedOptions,
  third?: FitMixedOptions & SummariseOptions,
): MixedModel {
  if (typeof subject === "object" && subject.kind === "group-summary") {
    return fitSummary(subject, (second ?? {}) as FitMixedOptions);
  }
  const options = third ?? {};
  const data = frame(second as DataLike);
  const model = fitSummary(summariseGroups(subject, data, options), options);
  return remember(model, { data, summarise: options });
}

function fitSummary(summary: GroupSummary, options: FitMixedOptions): MixedModel {
  const method = options.method ?? "REML";
  const df = options.df ?? "satterthwaite";
  requireOption("method", method, ["REML", "ML"]);
  requireOption("df", df, ["satterthwaite", "kenward-roger", "between-within", "z", "none"]);
  if (df === "kenward-roger" && method === "ML") {
    fail(
      "invalid-argument",
      'Kenward-Roger degrees of freedom belong to REML; leave out method: "ML" or choose another df.',
    );
  }
  if (df === "kenward-roger") refuseGroupWeights(summary, "Kenward-Roger tests");
  requireGroups(summary);
  const scaled = scaleSummary(summary, method === "REML");
  requireFittable(summary, scaled);
  const optimum = optimiseProfile(scaled.problem);
  if (optimum === null) return failPerfect(summary);
  return assemble(summary, scaled, optimum, method, df);
}

function requireOption(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  fail("invalid-argument", `There is no ${name} "${value}"; choose ${allowed.map((word) => `"${word}"`).join(", ")}.`);
}

function requireGroups(summary: GroupSummary): void {
  const { levels, sizes, group, nobs } = summary;
  if (levels.length < 2) {
    fail(
      "too-few-groups",
      `All ${count(nobs, "row")} belong to one ${group} ("${levels[0]}"); a random intercept needs at least two groups, and many more to be worth it.`,
      { group, levels: levels.length },
    );
  }
  if (sizes.every((size) => size === 1)) {
    fail(
      "not-identified",
      `Every ${group} has one row, so the variance between groups and the residual variance cannot be told apart. Check the grouping column, or fit a regression without a random term.`,
      { group },
    );
  }
}

function requireFittable(summary: GroupSummary, { problem, outcome }: ScaledProblem): void {
  if (!(outcome.total > 1e-24)) {
    fail("constant", `The outcome "${summary.response}" is the same in every row, so there is nothing to explain.`, {
      column: summary.response,
    });
  }
  if (summary.nobs <= problem.p + 1) {
    fail(
      "too-few-rows",
      `${count(summary.nobs, "row")} cannot estimate ${count(problem.p, "coefficient")} and two variances. Use fewer columns or more data.`,
      { rows: summary.nobs, coefficients: problem.p },
    );
  }
  const q = problem.p + 1;
  const residual = problem.withinFactor[q * q - 1] ** 2;
  if (!(residual > 1e-24 * outcome.total)) failPerfect(summary);
}

function failPerfect(summary: GroupSummary): never {
  return fail(
    "perfect-fit",
    `Within every ${summary.group} the columns explain "${summary.response}" without remainder, so the residual variance is 0 and the model has no maximum. ` +
      "Check whether the outcome was computed from the columns, or measured at the level of the group.",
    { group: summary.group, column: summary.response },
  );
}

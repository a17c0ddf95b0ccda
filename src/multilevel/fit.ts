import { frame } from "../data/frame";
import { remember } from "../data/source";
import type { DataLike, Frame } from "../data/types";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { bindFormula } from "../formula/bind";
import type { BoundFormula } from "../formula/types";
import { assemble } from "./assemble";
import { type FitMixedOptions, resolveFitOptions } from "./fit-options";
import { failPerfect, requireFittable } from "./fittable";
import { optimumOf, pointOf } from "./given-columns";
import { weightsFromMatch } from "./match-weights";
import { fitNested } from "./nested/fit";
import { summariseNested } from "./nested/summarise";
import type { ProfileOptimum } from "./optimise";
import { type ScaledProblem, scaleSummary } from "./scale";
import { fitSlopes, fitSlopesSummary } from "./slopes/fit";
import type { SlopesSummary } from "./slopes/types";
import { structureOf } from "./structure";
import { type SummariseOptions, summariseGroups } from "./summarise";
import type { GroupSummary, InterceptModel, MixedModel, NestedModel, NestedSummary, SlopesModel } from "./types";
import { refuseGroupWeights, withScaledWeights } from "./weights";

export type { FitMixedOptions };

/**
 * A linear mixed model; with one random intercept, y_ij = x_ij'β + u_j + e_ij with u_j ~ N(0, σ_u²) and e_ij ~ N(0, σ²/w_ij).
 *
 * Fitted to a summary of the rows alone: the criterion is profiled over β and σ² and minimised over φ = σ_u²/σ² by Newton
 * steps from every bracketed optimum, φ = 0 included. Estimates, criterion and degrees of freedom agree with R's lme4
 * and lmerTest.
 *
 * The random part may be one intercept, `(1 | school)`; nested intercepts of any depth, `(1 | alliance/school)`, with one φ_k per
 * level, searched from a grid that holds every combination of zeros; or random slopes of one grouping column,
 * `(1 + ses | school)`, `(ses || school)` (no correlations) or several terms, by Newton steps over the relative covariance factor
 * from several starts. `model.structure` says which and narrows the type. A label counts within its outer group: `Oak` in two
 * alliances is two schools.
 *
 * Rows that come from `matchedData` bring the match's weights along: they enter as weights of schools unless all are 1,
 * with the diagnostic `school-weights-from-match`; `weights: "none"` leaves them out. Where they differ within groups, or the
 * random part takes no weights of schools, that is an error which says what to choose.
 *
 * @param formula - `score ~ ses + sex + (1 | school)`, or a summary made before: {@link GroupSummary}, {@link NestedSummary},
 *   {@link SlopesSummary}.
 * @param data - a frame, rows or columns; rows with missing values in used columns are dropped with a diagnostic.
 * @returns p coefficients with p × p vcov; variances of schools and pupils; see {@link MixedModel}.
 * @throws `formula-syntax`, `unknown-column`, `wrong-type`, `non-finite`, `empty-data`, `not-mixed`, `constant` (outcome),
 *   `too-few-groups`, `too-few-rows`, `not-identified` (one row per group, one inner group per outer one,
 *   random columns that follow from others, fixed columns that tell all groups apart), `too-rich` (as many random effects as rows), `perfect-fit`,
 *   `no-convergence` (naming columns that nearly follow from one another), `invalid-argument` (crossed groups, options that do not go together, a match's weights that are not plainly schools').
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
 *
 * const alliance = ["N", "N", "N", "N", "S", "S", "S", "S"];
 * const school = ["a", "a", "b", "b", "a", "a", "b", "b"];
 * const nested = fitMixed("score ~ 1 + (1 | alliance/school)", { alliance, school, score: [5, 7, 9, 8, 2, 4, 7, 6] });
 * nested.randomTerms.map((term) => term.group); // ["school:alliance", "alliance"]
 * ```
 * @see Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67(1); Kuznetsova, Brockhoff &
 *   Christensen (2017), Journal of Statistical Software 82(13).
 */
export function fitMixed(
  formula: string | BoundFormula,
  data: DataLike,
  options?: FitMixedOptions & SummariseOptions,
): MixedModel;
export function fitMixed(summary: GroupSummary, options?: FitMixedOptions): InterceptModel;
export function fitMixed(summary: NestedSummary, options?: FitMixedOptions): NestedModel;
export function fitMixed(summary: SlopesSummary, options?: FitMixedOptions): SlopesModel;
export function fitMixed(summary: MixedModel["summary"], options?: FitMixedOptions): MixedModel;
export function fitMixed(
  subject: string | BoundFormula | MixedModel["summary"],
  second?: DataLike | FitMixedOptions,
  third?: FitMixedOptions & SummariseOptions,
): MixedModel {
  if (typeof subject === "object" && subject.kind !== "bound-formula") {
    const options = (second ?? {}) as FitMixedOptions;
    if (subject.kind === "group-summary") return fitSummary(subject, options);
    return subject.kind === "nested-summary" ? fitNested(subject, options) : fitSlopesSummary(subject, options);
  }
  const options = third ?? {};
  const data = frame(second as DataLike);
  const bound = typeof subject === "string" ? bindFormula(subject, data, { reference: options.reference }) : subject;
  const model = fitRows(bound, data, options);
  return remember(model, {
    data,
    summarise: { ...options, weights: options.weights ?? weightsFromMatch(bound, data) },
  });
}

function fitRows(bound: BoundFormula, data: Frame, options: FitMixedOptions & SummariseOptions): MixedModel {
  switch (structureOf(bound)) {
    case "intercept":
      return fitSummary(summariseGroups(bound, data, options), options);
    case "nested":
      return fitNested(summariseNested(bound, data, options), options);
    case "slopes":
      return fitSlopes(bound, data, options);
  }
}

function fitSummary(given: GroupSummary, options: FitMixedOptions): InterceptModel {
  const { method, df, information } = resolveFitOptions(options);
  const summary = withScaledWeights(given);
  if (df === "kenward-roger") refuseGroupWeights(summary, "Kenward-Roger tests");
  requireGroups(summary);
  const scaled = scaleSummary(summary, method === "REML");
  requireFittable(summary, scaled);
  const optimum = optimumOf(scaled);
  if (optimum === null) return failPerfect(summary);
  const settings = { method, df, information };
  if (scaled.orthogonal === null) return assemble(summary, scaled, optimum, settings);
  return assemble(summary, ...refined(summary, method === "REML", optimum), settings);
}

/** Nearly dependent variables: the optimum once more in columns that are orthogonal there, and β in those of that one. */
function refined(summary: GroupSummary, reml: boolean, first: ProfileOptimum): [ScaledProblem, ProfileOptimum] {
  const second = optimumOf(scaleSummary(summary, reml, first.best.phi)) ?? first;
  const { phi } = second.best;
  const scaled = scaleSummary(summary, reml, phi);
  const evaluations = first.evaluations + second.evaluations + 1;
  return [scaled, { ...second, best: pointOf(scaled, phi) ?? second.best, evaluations }];
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

import { matchByCovariates } from "./covariates/match-covariates";
import { matchByFull } from "./full/match-full";
import { matchByNearest } from "./nearest/match-nearest";
import { matchByOptimal } from "./optimal/match-optimal";
import { isOnCovariates, requireMethod } from "./options";
import { matchByCem } from "./sets/match-cem";
import { matchByExact } from "./sets/match-exact";
import { matchBySubclass } from "./sets/match-subclass";
import type { MatchMethod, MatchOptions, NearestCovariateOptions, OptionsByMethod } from "./types/options";
import type { MatchResult, NearestCovariateMatch, ResultByMethod } from "./types/result";
import type { MatchSubject } from "./types/subject";

/**
 * Matches treated and control units that are alike, without seeing any outcome.
 *
 * - `"nearest"` lets each focal unit (the treated for the ATT) in turn take the nearest partner on the score that is still
 *   free. O(n log n) time and memory for a few numbers per unit; conditions on pairs (`antiexact`, calipers on columns)
 *   can cost O(n²) at worst. With `distance: "mahalanobis"` and its like partners are close on covariates, found in a tree
 *   per stratum; with a function or matrix of distances every free unit is looked at, O(n²).
 * - `"optimal"` finds the pairs with the least sum of differences in score, and within a caliper the most pairs first;
 *   `"full"` puts every unit in a set around one unit of either group, with the least sum of differences from it. Both
 *   are exact, not approximate, and O(n log n).
 * - `"exact"` puts units with equal covariates into cells; cells with both groups are the match. O(n).
 * - `"cem"` does so after coarsening: numeric columns in bins, levels in groups. With `k2k` it then pairs units within
 *   cells.
 * - `"subclass"` cuts the score at quantiles into classes. O(n log n).
 *
 * Pairs, sets and weights agree one by one with MatchIt 4.7, ties included. Sets weigh their controls by treated over
 * controls (ATT), their treated by controls over treated (ATC), or both by 1 + other over own (ATE); then the mean is 1
 * among the matched of each group.
 *
 * @param subject - a propensity model, or `{ treated, score, covariates, data }`: methods on a score need a
 *   score, `"exact"`, `"cem"` and distances on covariates columns of `data`.
 * @param options - `method` and how to match; see {@link NearestOptions}, {@link NearestCovariateOptions}, {@link OptimalOptions},
 *   {@link FullOptions}, {@link ExactOptions}, {@link CemOptions} and
 *   {@link SubclassOptions} for each option and its default.
 * @returns per-row arrays of n, and for pairs `matches` as focal.length × width rows of the data (−1 = none).
 * @throws `empty-group` without treated or without controls; `too-few-rows`; `empty-match` when no pair or cell is
 *   allowed, with what would allow one; `not-binary`; `unknown-column`; `unknown-level`; `missing-values` in a column
 *   that must agree; `constant` where no covariate of a distance varies; `non-finite`; `length-mismatch`; `wrong-type`; `invalid-argument`.
 * @example
 * ```ts
 * import { match } from "likewise";
 * const result = match(
 *   { treated: [1, 0, 0, 1, 0], score: [0.62, 0.3, 0.6, 0.45, 0.41] },
 *   { method: "nearest", caliper: 0.1, caliperUnits: "raw" },
 * );
 * [...result.focal]; // [0, 3]
 * [...result.matches]; // [2, 4]
 *
 * const data = { treated: [1, 0, 0, 1, 0], region: ["n", "n", "s", "s", "n"] };
 * const cells = match({ treated: "treated", covariates: ["region"], data }, { method: "exact" });
 * [...cells.subclass]; // [1, 1, 2, 2, 1]
 * [...cells.weights]; // [1, 0.75, 1.5, 1, 0.75]
 *
 * const pupils = { treated: [1, 0, 0, 1, 0], age: [9, 12, 9, 11, 11], income: [20, 31, 22, 30, 29] };
 * const near = match(
 *   { treated: "treated", covariates: ["age", "income"], data: pupils },
 *   { method: "nearest", distance: "mahalanobis" },
 * );
 * [...near.matches]; // [2, 4]
 * ```
 * @see Stuart (2010), Statistical Science 25:1-21; the MatchIt manual, `method_nearest`, `method_exact`, `method_cem`,
 *   `method_subclass`.
 */
export function match<M extends MatchMethod>(
  subject: MatchSubject,
  options: OptionsByMethod[M] & { readonly method: M },
): ResultByMethod[M];
export function match(subject: MatchSubject, options: NearestCovariateOptions): NearestCovariateMatch;
export function match(subject: MatchSubject, options: MatchOptions): MatchResult;
export function match(subject: MatchSubject, options: MatchOptions): MatchResult {
  requireMethod(options);
  switch (options.method) {
    case "nearest":
      return isOnCovariates(options) ? matchByCovariates(subject, options) : matchByNearest(subject, options);
    case "optimal":
      return matchByOptimal(subject, options);
    case "full":
      return matchByFull(subject, options);
    case "exact":
      return matchByExact(subject, options);
    case "cem":
      return matchByCem(subject, options);
    case "subclass":
      return matchBySubclass(subject, options);
  }
}

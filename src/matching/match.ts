import { matchByFull } from "./full/match-full";
import { matchByNearest } from "./nearest/match-nearest";
import { matchByOptimal } from "./optimal/match-optimal";
import { requireMethod } from "./options";
import { matchByCem } from "./sets/match-cem";
import { matchByExact } from "./sets/match-exact";
import { matchBySubclass } from "./sets/match-subclass";
import type {
  MatchMethod,
  MatchOptions,
  NearestCovariateOptions,
  OptimalCovariateOptions,
  OptionsByMethod,
} from "./types/options";
import type { MatchResult, NearestCovariateMatch, OptimalCovariateMatch, ResultByMethod } from "./types/result";
import type { MatchSubject } from "./types/subject";

/**
 * Matches treated and control units that are alike, without seeing any outcome.
 *
 * - `"nearest"` lets each focal unit (the treated for the ATT) in turn take the nearest partner on the score that is still
 *   free. O(n log n) time and memory for a few numbers per unit; conditions on pairs (`antiexact`, calipers on columns)
 *   can cost O(n²) at worst. With `distance: "mahalanobis"` and its like partners are close on covariates, found in a tree
 *   per stratum; with a function or matrix of distances every free unit is looked at, O(n²).
 *   `within` prefers partners of the same group (school, region) and lets only those who are short go across;
 *   `ties: "random"` with a `seed` takes the order of the rows out of the choice between equals; `reestimate` fits the
 *   propensity model again on the units that `discard` kept.
 * - `"optimal"` finds the pairs with the least sum of differences in score, and within a caliper the most pairs first;
 *   `"full"` puts every unit in a set around one unit of either group, with the least sum of differences from it. Both
 *   are exact, not approximate, and O(n log n). With `distance: "mahalanobis"` and its like, or distances of your own,
 *   optimal pairs are exact too, up to 1e8 possible pairs.
 * - `"exact"` puts units with equal covariates into cells; cells with both groups are the match. O(n).
 * - `"cem"` does so after coarsening: numeric columns in bins, levels in groups. With `k2k` it then pairs units within
 *   cells.
 * - `"subclass"` cuts the score at quantiles into classes. O(n log n).
 *
 * Pairs, sets and weights agree one by one with MatchIt 4.7, ties by row order included. Sets weigh their controls by treated over
 * controls (ATT), their treated by controls over treated (ATC), or both by 1 + other over own (ATE); then the mean is 1
 * among the matched of each group.
 *
 * @param subject - a propensity model, or `{ treated, score, covariates, data }`: methods on a score need a
 *   score, `"exact"`, `"cem"` and distances on covariates columns of `data`.
 * @param options - `method` and how to match; see {@link NearestOptions}, {@link NearestCovariateOptions}, {@link OptimalOptions},
 *   {@link OptimalCovariateOptions}, {@link FullOptions}, {@link ExactOptions}, {@link CemOptions} and
 *   {@link SubclassOptions} for each option and its default.
 * @returns per-row arrays of n, and for pairs `matches` as focal.length × width rows of the data (−1 = none).
 *   Who went without, and what else to worry about, is in `diagnostics`: `focal-unmatched`, `focal-discarded`,
 *   `partly-matched`, `few-controls`, `poor-matches`, `matched-across-groups`, `ties-by-row-order`,
 *   `units-left-out`, `fewer-subclasses`, `units-moved` and others.
 * @throws `empty-group` without treated or without controls; `too-few-rows`; `empty-match` when no pair or cell is
 *   allowed, with what would allow one; `not-binary`; `unknown-column`; `unknown-level`; `missing-values` in a column
 *   that must agree; `constant` where no covariate of a distance varies; `non-finite`
 *   scores, covariates or distances, or such as overflow; `length-mismatch`; `wrong-type`; `invalid-argument`; with
 *   `reestimate` also what `fitPropensity` throws.
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
 * const least = match(
 *   { treated: "treated", covariates: ["age", "income"], data: pupils },
 *   { method: "optimal", distance: "mahalanobis" },
 * );
 * [...least.matches]; // [2, 4]: here no other pairs have a smaller sum of distances
 *
 * const schools = { treated: [1, 1, 0, 0], score: [0.7, 0.6, 0.65, 0.2], school: ["a", "b", "b", "a"] };
 * const inside = match({ treated: "treated", score: "score", data: schools }, { method: "nearest", within: "school" });
 * [...inside.matches]; // [3, 2]: each has a partner in its own school
 * inside.pairsByGroup; // { within: 2, across: 0 }
 * ```
 * @see Stuart (2010), Statistical Science 25:1-21; for `within` Arpino & Cannas (2016), Statistics in Medicine 35:2074-2091; the MatchIt manual, `method_nearest`, `method_exact`, `method_cem`,
 *   `method_subclass`.
 */
export function match<M extends MatchMethod>(
  subject: MatchSubject,
  options: OptionsByMethod[M] & { readonly method: M },
): ResultByMethod[M];
export function match(subject: MatchSubject, options: NearestCovariateOptions): NearestCovariateMatch;
export function match(subject: MatchSubject, options: OptimalCovariateOptions): OptimalCovariateMatch;
// The last one speaks where none fits: that the method is written out makes its messages name it.
export function match<M extends MatchMethod>(
  subject: MatchSubject,
  options: MatchOptions & { readonly method: M },
): Extract<MatchResult, { readonly method: M }>;
export function match(subject: MatchSubject, options: MatchOptions): MatchResult {
  requireMethod(options);
  switch (options.method) {
    case "nearest":
      return matchByNearest(subject, options);
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

import type { CovariateDistance, DistanceFunction, DistanceMatrix } from "../covariates/problem";
import type { Calipers, CaliperUnits, Discard, FocalEstimand, FocalOrder, MatchEstimand } from "./subject";

/** Nearest-neighbour matching: each focal unit in turn takes the closest partner that is still free. */
export interface NearestOptions {
  readonly method: "nearest";
  /** Partners per focal unit (default 1). With `maxControls` the mean, which need not be whole. */
  readonly ratio?: number;
  /** Whether a unit may be a partner more than once (default false). */
  readonly replace?: boolean;
  /** How often a unit may be a partner (default 1, without limit where `replace` is true). */
  readonly reuseMax?: number;
  /**
   * Who chooses first (default: the largest score for the ATT, the smallest for the ATC). `closest` and `farthest` take
   * the focal unit whose best partner is nearest or farthest, anew after each choice. Without a limit on reuse the
   * order changes nothing.
   */
  readonly order?: FocalOrder;
  /** The seed of `order: "random"`. */
  readonly seed?: number | string;
  /** Whether a propensity model's partners are close on the probability (`score`, the default) or the linear predictor. */
  readonly distance?: "score" | "linear";
  /** Only with a distance on covariates; see {@link NearestCovariateOptions}. */
  readonly covariates?: undefined;
  /** The largest difference allowed in a pair; a negative number asks for a larger difference than its size. */
  readonly caliper?: Calipers;
  /** Whether plain numbers in `caliper` are standard deviations (default) or on the column's own scale. */
  readonly caliperUnits?: CaliperUnits;
  /** Columns on which partners must be equal. */
  readonly exact?: readonly string[];
  /** Columns on which partners must differ, on each of them. */
  readonly antiexact?: readonly string[];
  /** Default `"ATT"`. */
  readonly estimand?: FocalEstimand;
  /** Whose units are left out where the score of the other group does not reach (default `"none"`). */
  readonly discard?: Discard;
  /** With `maxControls`: the fewest partners sought for a focal unit (default 1). */
  readonly minControls?: number;
  /** The most partners sought for a focal unit: a variable ratio (Ming & Rosenbaum 2000). */
  readonly maxControls?: number;
}

/**
 * Nearest-neighbour matching on covariates, or on distances of the user's own, where the partners with the least distance
 * count as close. The subject needs a score only for a caliper on it, `discard`, a variable ratio and the orders by it.
 */
export interface NearestCovariateOptions extends Omit<NearestOptions, "distance" | "covariates"> {
  /**
   * `"mahalanobis"` takes out scale and correlation within the groups; `"robust-mahalanobis"` does so on ranks, which
   * outliers cannot stretch; `"scaled-euclidean"` divides by the standard deviation within the groups; `"euclidean"`
   * takes the columns as they are. Or a function of two rows (from 0), or a matrix: focal × others, or n × n.
   */
  readonly distance: CovariateDistance | DistanceFunction | DistanceMatrix;
  /** Columns to measure the distance on; by default the subject's covariates. Text becomes an indicator per level. */
  readonly covariates?: readonly string[];
}

/** Exact matching: units with equal values on all covariates form a cell; cells with both groups are the match. */
export interface ExactOptions {
  readonly method: "exact";
  /** Columns to be equal on; by default the subject's covariates. */
  readonly covariates?: readonly string[];
  /** Default `"ATT"`. */
  readonly estimand?: MatchEstimand;
}

interface CoarsenedOptions {
  readonly method: "cem";
  /** Columns to be alike on; by default the subject's covariates. */
  readonly covariates?: readonly string[];
  /**
   * How to coarsen numeric columns, by name: inner cut points in ascending order (a value at a cut point belongs above
   * it), a number of bins of equal width over the column's range, or `"exact"` for none. By default Sturges' number of
   * bins, ⌈log₂ n + 1⌉.
   */
  readonly cutPoints?: Readonly<Record<string, readonly number[] | number | "exact">>;
  /** Levels of text and factor columns that count as one, by column: `{ race: [["black", "hispanic"]] }`. */
  readonly grouping?: Readonly<Record<string, readonly (readonly string[])[]>>;
}

/** Coarsened exact matching (Iacus, King & Porro 2012): exact matching on coarsened columns. */
export type CemOptions =
  | (CoarsenedOptions & {
      /** Whether to pair units 1:1 within cells by Mahalanobis distance and leave the rest out (default false). */
      readonly k2k?: false;
      /** Default `"ATT"`. */
      readonly estimand?: MatchEstimand;
    })
  | (CoarsenedOptions & { readonly k2k: true; readonly estimand?: FocalEstimand });

/** Subclassification: classes between quantiles of the score. */
export interface SubclassOptions {
  readonly method: "subclass";
  /** How many (default 6). Equal scores can make them fewer. */
  readonly subclasses?: number;
  /**
   * Units of each group that a subclass holds at least (default 1): where it holds fewer, units of that group move in
   * from the neighbouring subclass. With 0 nothing moves, and subclasses of one group are left out.
   */
  readonly minPerSubclass?: number;
  /** Whether a propensity model's classes are on the probability (`score`, the default) or the linear predictor. */
  readonly distance?: "score" | "linear";
  /** Whose scores set the quantiles: the treated (`"ATT"`, the default), the controls or all (`"ATE"`). */
  readonly estimand?: MatchEstimand;
  /** Whose units are left out where the score of the other group does not reach (default `"none"`). */
  readonly discard?: Discard;
}

/** Optimal pair matching: the pairs with the least sum of differences in score, no one used twice. */
export interface OptimalOptions {
  readonly method: "optimal";
  /** Partners per focal unit (default 1). With `maxControls` the mean, which need not be whole. */
  readonly ratio?: number;
  /** With `maxControls`: the fewest partners of a focal unit (default 1). */
  readonly minControls?: number;
  /** The most partners of a focal unit: a variable ratio. Not together with a caliper. */
  readonly maxControls?: number;
  /** Whether a propensity model's pairs are close on the probability (`score`, the default) or the linear predictor. */
  readonly distance?: "score" | "linear";
  /** The largest difference in score allowed in a pair, from 0: then most pairs come first, then the least sum. */
  readonly caliper?: number;
  /** Whether `caliper` is in standard deviations of the score (default) or on its own scale. */
  readonly caliperUnits?: CaliperUnits;
  /** Columns on which partners must be equal. */
  readonly exact?: readonly string[];
  /** Default `"ATT"`. */
  readonly estimand?: FocalEstimand;
  /** Whose units are left out where the score of the other group does not reach (default `"none"`). */
  readonly discard?: Discard;
}

/** Full matching: every unit in a set of one focal unit with others or one other with focal units, at the least sum of distances. */
export interface FullOptions {
  readonly method: "full";
  /** Fewest units of the other group per focal unit; 0.5 lets two focal units share one (default 0: any number). */
  readonly minControls?: number;
  /** Most units of the other group per focal unit (default: any number). */
  readonly maxControls?: number;
  /** Whether a propensity model's sets are close on the probability (`score`, the default) or the linear predictor. */
  readonly distance?: "score" | "linear";
  /** The largest difference in score from the centre of a set, from 0; units with no one within it are left out. */
  readonly caliper?: number;
  /** Whether `caliper` is in standard deviations of the score (default) or on its own scale. */
  readonly caliperUnits?: CaliperUnits;
  /** Columns on which the units of a set must be equal. */
  readonly exact?: readonly string[];
  /** Default `"ATT"`. */
  readonly estimand?: MatchEstimand;
  /** Whose units are left out where the score of the other group does not reach (default `"none"`). */
  readonly discard?: Discard;
}

/** The options of each method. */
export interface OptionsByMethod {
  readonly nearest: NearestOptions;
  readonly exact: ExactOptions;
  readonly cem: CemOptions;
  readonly subclass: SubclassOptions;
  readonly optimal: OptimalOptions;
  readonly full: FullOptions;
}

export type MatchMethod = keyof OptionsByMethod;

/** How to match: a union on `method`. */
export type MatchOptions = OptionsByMethod[MatchMethod] | NearestCovariateOptions;

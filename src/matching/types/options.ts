import type { CovariateDistance, DistanceFunction, DistanceMatrix } from "../covariates/problem";
import type { Calipers, CaliperUnits, Discard, FocalEstimand, FocalOrder, MatchEstimand, Ties } from "./subject";

/** What nearest-neighbour matching is told, whatever partners are close on. */
interface NearestShared {
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
  /**
   * Who wins among partners at exactly the same distance, and which of the focal units with the same score, or the same
   * distance to their best partner, chooses first. `"data"` (default) goes by the order of the rows, as MatchIt does;
   * `"random"` draws anew at every choice, each of the equals with the same chance, and needs a `seed`. Equal means equal
   * to the last bit: units with the same values are, values on either side may round apart where a distance scales them.
   */
  readonly ties?: Ties;
  /** The seed of `order: "random"` and `ties: "random"`: the same seed gives the same match. */
  readonly seed?: number | string;
  /** The largest difference allowed in a pair; a negative number asks for a larger difference than its size. */
  readonly caliper?: Calipers;
  /** Whether plain numbers in `caliper` are standard deviations (default) or on the column's own scale. */
  readonly caliperUnits?: CaliperUnits;
  /** Columns on which partners must be equal. */
  readonly exact?: readonly string[];
  /** Columns on which partners must differ, on each of them. */
  readonly antiexact?: readonly string[];
  /**
   * A column whose groups (schools, regions) partners should share where they can: preferential within-cluster matching
   * (Arpino & Cannas 2016). First all focal units are matched inside their groups, in the order asked for, every one
   * its r-th partner before any its next; then those still short of partners go on in the same order and the same way
   * across groups. Calipers, `exact`, `antiexact`, the ratio of each unit and the limit on reuse hold over both rounds;
   * the second starts from each unit's own score again. In `matches` partners of the own group come first. To forbid
   * pairs across groups, name the column in `exact`.
   */
  readonly within?: string;
  /** Default `"ATT"`. */
  readonly estimand?: FocalEstimand;
  /** Whose units are left out where the score of the other group does not reach (default `"none"`). */
  readonly discard?: Discard;
  /**
   * Whether the propensity model is fitted again, as it was, on the units that `discard` kept, and its new scores are
   * used from there on; discarded units keep their first score (default false). The subject must be a model that
   * `fitPropensity` gave, with its data still remembered.
   */
  readonly reestimate?: boolean;
  /** With `maxControls`: the fewest partners sought for a focal unit (default 1). */
  readonly minControls?: number;
  /** The most partners sought for a focal unit: a variable ratio (Ming & Rosenbaum 2000). */
  readonly maxControls?: number;
}

/** Nearest-neighbour matching on the score: each focal unit in turn takes the closest partner that is still free. */
export interface NearestScoreOptions extends NearestShared {
  /** Whether a propensity model's partners are close on the probability (`score`, the default) or the linear predictor. */
  readonly distance?: "score" | "linear";
  /** Only with a distance on covariates, as is `scale`; see {@link NearestCovariateOptions}. */
  readonly covariates?: undefined;
  readonly scale?: undefined;
}

/**
 * Nearest-neighbour matching on covariates, or on distances of the user's own, where the partners with the least distance
 * count as close. The subject needs a score only for a caliper on it, `discard`, a variable ratio and the orders by it.
 */
export interface NearestCovariateOptions extends NearestShared {
  /**
   * `"mahalanobis"` takes out scale and correlation within the groups; `"robust-mahalanobis"` does so on ranks, which
   * outliers cannot stretch; `"scaled-euclidean"` divides by the standard deviation within the groups; `"euclidean"`
   * takes the columns as they are. Or a function of two rows (from 0), or a matrix: focal × others, or n × n.
   */
  readonly distance: CovariateDistance | DistanceFunction | DistanceMatrix;
  /** Columns to measure the distance on; by default the subject's covariates. Text becomes an indicator per level. */
  readonly covariates?: readonly string[];
  /** Whether a propensity model's score, where a caliper or an order reads it, is the `"probability"` (default) or the `"linear"` predictor. */
  readonly scale?: "probability" | "linear";
}

/** Nearest-neighbour matching: discriminated by `distance`. */
export type NearestOptions = NearestScoreOptions | NearestCovariateOptions;

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

/** Optimal pair matching on the score: the pairs with the least sum of differences, no one used twice. */
export interface OptimalScoreOptions {
  readonly method: "optimal";
  /** Partners per focal unit (default 1). With `maxControls` the mean, which need not be whole. */
  readonly ratio?: number;
  /** With `maxControls`: the fewest partners of a focal unit (default 1). */
  readonly minControls?: number;
  /** The most partners of a focal unit: a variable ratio. Not together with a caliper. */
  readonly maxControls?: number;
  /** Whether a propensity model's pairs are close on the probability (`score`, the default) or the linear predictor. */
  readonly distance?: "score" | "linear";
  /** Only with a distance on covariates, as are `scale` and `antiexact`; see {@link OptimalCovariateOptions}. */
  readonly covariates?: undefined;
  readonly scale?: undefined;
  readonly antiexact?: undefined;
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

/**
 * Optimal pair matching on covariates, or on distances of the user's own: the pairs with the least sum of distances, no
 * one used twice. Exact, for up to 1e8 pairs that calipers on the score and exact strata leave. The subject needs a score
 * only for a caliper on it and `discard`.
 */
export interface OptimalCovariateOptions {
  readonly method: "optimal";
  /**
   * As in {@link NearestCovariateOptions}: `"mahalanobis"`, `"robust-mahalanobis"`, `"scaled-euclidean"`, `"euclidean"`, a
   * function of two rows (from 0), or a matrix: focal × others, or n × n.
   */
  readonly distance: CovariateDistance | DistanceFunction | DistanceMatrix;
  /** Columns to measure the distance on; by default the subject's covariates. Text becomes an indicator per level. */
  readonly covariates?: readonly string[];
  /** Whether a propensity model's score, where a caliper reads it, is the `"probability"` (default) or the `"linear"` predictor. */
  readonly scale?: "probability" | "linear";
  /** Partners per focal unit (default 1). */
  readonly ratio?: number;
  /**
   * The largest differences allowed in a pair, from 0, on the score and on columns. Then most pairs come first, next most
   * focal units with a partner, then the least sum of distances.
   */
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
}

/** Optimal pair matching: discriminated by `distance`. */
export type OptimalOptions = OptimalScoreOptions | OptimalCovariateOptions;

/** Full matching: every unit in a set of one focal unit with others or one other with focal units, at the least sum of distances. */
export interface FullOptions {
  readonly method: "full";
  /** Fewest units of the other group per focal unit; 0.5 lets two focal units share one (default 0: any number). */
  readonly minControls?: number;
  /** Most units of the other group per focal unit (default: any number). */
  readonly maxControls?: number;
  /**
   * Which units of the other group may be left out where `maxControls` cannot place them all: `"none"` (default: that is an
   * error), `"fewest"` as many as it must, `"recover"` those beyond it in the sets of a match without it, as optmatch does; or
   * in any case a share of them, from 0 to below 1. Within a caliper `maxControls` leaves out the fewest by itself.
   */
  readonly omit?: "none" | "fewest" | "recover" | number;
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

/** The options of each method; on covariates nearest-neighbour matching has {@link NearestCovariateOptions}. */
export interface OptionsByMethod {
  readonly nearest: NearestScoreOptions;
  readonly exact: ExactOptions;
  readonly cem: CemOptions;
  readonly subclass: SubclassOptions;
  readonly optimal: OptimalScoreOptions;
  readonly full: FullOptions;
}

export type MatchMethod = keyof OptionsByMethod;

/** How to match: a union on `method`. */
export type MatchOptions = OptionsByMethod[MatchMethod] | NearestCovariateOptions | OptimalCovariateOptions;

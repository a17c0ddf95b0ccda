import type { ColumnLike, DataLike } from "../data/types";
import type { Diagnostic } from "../errors/diagnostic";
import type { CovariateDistance, DistanceFunction, DistanceMatrix } from "./covariate-problem";

/** What matching needs of a propensity model; `fitPropensity` gives more. */
export interface ScoredModel {
  readonly kind: "propensity-model";
  /** 1 treated, 0 control, one per row of the data. */
  readonly treated: Uint8Array;
  /** Fitted probabilities, `NaN` for rows that were left out as incomplete. */
  readonly scores: Float64Array;
  /** The same on the scale of the link. */
  readonly linearPredictor: Float64Array;
  readonly link: "logit" | "probit" | "cloglog";
  /** The treatment as the formula wrote it. */
  readonly treatment: { readonly name: string };
  /** Columns of the data that the score was made from. */
  readonly covariates: readonly string[];
}

/** Units to match where the score comes from elsewhere. */
export interface ScoredUnits {
  /** Who is treated: 0 and 1 or true and false, as an array or the name of a column of `data`. */
  readonly treated: string | ColumnLike;
  /** The value of `treated` that counts as treated, where it is not 0 and 1 or true and false. */
  readonly treatedLevel?: string | number | boolean;
  /** Any numbers to be close on, as an array or the name of a column of `data`. */
  readonly score?: string | ColumnLike;
  /** Columns of `data` that the score was made from, or to be alike on; balance is assessed on them. */
  readonly covariates?: readonly string[];
  /** The table that covariates, `exact`, `antiexact`, calipers and `matchedData` read. */
  readonly data?: DataLike;
}

export type MatchSubject = ScoredModel | ScoredUnits;

/** Whose effect the match estimates: that of the treated, the controls or, for methods that make sets, all units. */
export type MatchEstimand = FocalEstimand | "ATE";

/** Estimands of one group; its units, the focal ones, each look for partners in the other group. */
export type FocalEstimand = "ATT" | "ATC";

export type FocalOrder = "largest" | "smallest" | "closest" | "farthest" | "random" | "data";

export type CaliperUnits = "sd" | "raw";

export type Discard = "none" | "both" | "treated" | "control";

/** The calipers of a match: a number is the score's; by name, `score` is the score's and other keys are columns. */
export type Calipers =
  | number
  | Readonly<Record<string, number | { readonly width: number; readonly units: CaliperUnits }>>;

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

/** Nearest-neighbour options as they were used. */
export interface ResolvedNearest {
  readonly method: "nearest";
  readonly ratio: number;
  /** `Infinity` without limit. */
  readonly reuseMax: number;
  readonly order: FocalOrder;
  readonly seed: number | string | null;
  readonly distance: "score" | "linear";
  readonly exact: readonly string[];
  readonly antiexact: readonly string[];
  readonly estimand: FocalEstimand;
  readonly discard: Discard;
  /** Null without a variable ratio, as is `maxControls`. */
  readonly minControls: number | null;
  readonly maxControls: number | null;
}

/** Options of nearest-neighbour matching on covariates as they were used. */
export interface ResolvedNearestCovariates extends Omit<ResolvedNearest, "distance"> {
  /** The word alone where the distances were given. */
  readonly distance: CovariateDistance | "function" | "matrix";
  /** Columns that the distance was measured on; none where the distances were given. */
  readonly covariates: readonly string[];
}

/** Exact matching's options as they were used. */
export interface ResolvedExact {
  readonly method: "exact";
  readonly covariates: readonly string[];
  readonly estimand: MatchEstimand;
}

/** Coarsened exact matching's options as they were used. */
export interface ResolvedCem {
  readonly method: "cem";
  readonly covariates: readonly string[];
  /** Inner cut points of the numeric columns, null for columns that were not coarsened. */
  readonly cutPoints: Readonly<Record<string, readonly number[] | null>>;
  readonly grouping: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly k2k: boolean;
  readonly estimand: MatchEstimand;
}

/** Subclassification's options as they were used. */
export interface ResolvedSubclass {
  readonly method: "subclass";
  readonly subclasses: number;
  readonly minPerSubclass: number;
  readonly distance: "score" | "linear";
  readonly estimand: MatchEstimand;
  readonly discard: Discard;
}

/** Optimal pair matching's options as they were used. */
export interface ResolvedOptimal {
  readonly method: "optimal";
  readonly ratio: number;
  /** Null without a variable ratio, as is `maxControls`. */
  readonly minControls: number | null;
  readonly maxControls: number | null;
  readonly distance: "score" | "linear";
  readonly exact: readonly string[];
  readonly estimand: FocalEstimand;
  readonly discard: Discard;
}

/** Full matching's options as they were used. */
export interface ResolvedFull {
  readonly method: "full";
  readonly minControls: number;
  /** `Infinity` without limit. */
  readonly maxControls: number;
  readonly distance: "score" | "linear";
  readonly exact: readonly string[];
  readonly estimand: MatchEstimand;
  readonly discard: Discard;
}

/** A caliper in all its units. */
export interface ResolvedCaliper {
  /** `score` or the column. */
  readonly name: string;
  /** On the scale of the score or column; negative where partners must differ by more. */
  readonly width: number;
  /** Standard deviation of the units kept, both groups together. */
  readonly sd: number;
  /** The width in those. */
  readonly widthInSd: number;
  /** How the width was given. */
  readonly units: CaliperUnits;
}

export interface ByArm {
  readonly treated: number;
  readonly control: number;
}

/** How many units there are and what became of them. */
export interface SampleSizes {
  /** Units that could take part: those with a score, where there is one. */
  readonly all: ByArm;
  readonly matched: ByArm;
  /** Kish's effective sample size of the matched, (Σw)²/Σw². */
  readonly effective: ByArm;
  readonly unmatched: ByArm;
  readonly discarded: ByArm;
}

/** What all methods give. Per-row arrays are aligned with the caller's n rows. */
interface MatchShared {
  readonly kind: "match-result";
  readonly estimand: MatchEstimand;
  /** What `score` is: a model's probability or linear predictor, or numbers that were given; null without a score. */
  readonly scale: "probability" | "linear" | "given" | null;
  /** The link of the propensity model, null for a score that was given. */
  readonly link: ScoredModel["link"] | null;
  /** 1 treated, 0 control. */
  readonly treated: Uint8Array;
  /** The subject's score (n), `NaN` for units left out; null where it has none. */
  readonly score: Float64Array | null;
  /** Rows of the units that look for partners, in data order: the treated for the ATT. Null where sets are not built around units. */
  readonly focal: Int32Array | null;
  /** Columns of `matches`, 0 without. */
  readonly width: number;
  /** Rows of the partners, focal.length × width, row-major, −1 = none; null where sets are not built around units. */
  readonly matches: Int32Array | null;
  /** n weights, 0 = unmatched, with mean 1 among the matched of each group. */
  readonly weights: Float64Array;
  /**
   * Number of each unit's set from 1 (n), −1 = unmatched; null where units are reused. Numbered in data order of the focal
   * units (pairs), by first appearance (cells) or by ascending score (subclasses).
   */
  readonly subclass: Int32Array | null;
  /** 1 = left out by `discard` (n). */
  readonly discarded: Uint8Array;
  /** The score's first. */
  readonly calipers: readonly ResolvedCaliper[];
  /** Σ distance over all pairs, on the scale they were matched on; null without pairs. */
  readonly totalDistance: number | null;
  readonly counts: SampleSizes;
  /** Columns that the score was made from or that units were matched on, as far as they are known. */
  readonly covariates: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Pairs around focal units. */
export interface NearestMatch extends MatchShared {
  readonly method: "nearest";
  readonly options: ResolvedNearest;
  readonly estimand: FocalEstimand;
  /** What partners are close on. */
  readonly score: Float64Array;
  readonly focal: Int32Array;
  readonly matches: Int32Array;
  /** Σ |difference in score|. */
  readonly totalDistance: number;
}

/** Pairs around focal units that are close on covariates. */
export interface NearestCovariateMatch extends MatchShared {
  readonly method: "nearest";
  readonly options: ResolvedNearestCovariates;
  readonly estimand: FocalEstimand;
  /** The subject's score (n), `NaN` for units left out; null where it has none. Pairs are not made on it. */
  readonly score: Float64Array | null;
  readonly focal: Int32Array;
  readonly matches: Int32Array;
  /** Σ distance: of the Euclidean and Mahalanobis kinds the root of the squares. */
  readonly totalDistance: number;
  /** 1 = left out because a score or a covariate of the distance is missing (n). */
  readonly incomplete: Uint8Array;
}

/** Pairs around focal units with the least sum of distances. */
export interface OptimalMatch extends MatchShared {
  readonly method: "optimal";
  readonly options: ResolvedOptimal;
  readonly estimand: FocalEstimand;
  readonly score: Float64Array;
  readonly focal: Int32Array;
  readonly matches: Int32Array;
  readonly subclass: Int32Array;
  /** Σ |difference in score|. */
  readonly totalDistance: number;
}

/** Sets around one unit of either group, with the least sum of distances from it. */
export interface FullMatch extends MatchShared {
  readonly method: "full";
  readonly options: ResolvedFull;
  readonly score: Float64Array;
  readonly focal: null;
  readonly width: 0;
  readonly matches: null;
  readonly subclass: Int32Array;
  /** Σ |difference in score| between the centre of each set and its other members. */
  readonly totalDistance: number;
}

/** Sets of units that stand side by side, without pairs. */
interface SetsMatch extends MatchShared {
  readonly focal: null;
  readonly width: 0;
  readonly matches: null;
  readonly subclass: Int32Array;
  readonly totalDistance: null;
}

/** Cells of equal values. */
export interface ExactMatch extends SetsMatch {
  readonly method: "exact";
  readonly options: ResolvedExact;
}

/** Cells of coarsened values; with `k2k` pairs within them, and then `focal` and `matches`. */
export interface CemMatch extends MatchShared {
  readonly method: "cem";
  readonly options: ResolvedCem;
  readonly subclass: Int32Array;
}

/** Classes between quantiles of the score. */
export interface SubclassMatch extends SetsMatch {
  readonly method: "subclass";
  readonly options: ResolvedSubclass;
  readonly score: Float64Array;
}

/** The result of each method. */
export interface ResultByMethod {
  readonly nearest: NearestMatch;
  readonly exact: ExactMatch;
  readonly cem: CemMatch;
  readonly subclass: SubclassMatch;
  readonly optimal: OptimalMatch;
  readonly full: FullMatch;
}

/** Pairs or sets of comparable units: a union on `method`. */
export type MatchResult = ResultByMethod[MatchMethod] | NearestCovariateMatch;

import type { ColumnLike, DataLike } from "../data/types";
import type { Diagnostic } from "../errors/diagnostic";

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
  /** Columns of `data` that the score was made from; balance is assessed on them. */
  readonly covariates?: readonly string[];
  /** The table that `exact`, `antiexact`, calipers and `matchedData` read. */
  readonly data?: DataLike;
}

export type MatchSubject = ScoredModel | ScoredUnits;

/** Whose effect the match estimates; its units, the focal ones, each look for partners in the other group. */
export type MatchEstimand = "ATT" | "ATC";

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
  /** The largest difference allowed in a pair; a negative number asks for a larger difference than its size. */
  readonly caliper?: Calipers;
  /** Whether plain numbers in `caliper` are standard deviations (default) or on the column's own scale. */
  readonly caliperUnits?: CaliperUnits;
  /** Columns on which partners must be equal. */
  readonly exact?: readonly string[];
  /** Columns on which partners must differ, on each of them. */
  readonly antiexact?: readonly string[];
  /** Default `"ATT"`. */
  readonly estimand?: MatchEstimand;
  /** Whose units are left out where the score of the other group does not reach (default `"none"`). */
  readonly discard?: Discard;
  /** With `maxControls`: the fewest partners sought for a focal unit (default 1). */
  readonly minControls?: number;
  /** The most partners sought for a focal unit: a variable ratio (Ming & Rosenbaum 2000). */
  readonly maxControls?: number;
}

/** How to match. More methods will join this union. */
export type MatchOptions = NearestOptions;

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
  readonly estimand: MatchEstimand;
  readonly discard: Discard;
  /** Null without a variable ratio, as is `maxControls`. */
  readonly minControls: number | null;
  readonly maxControls: number | null;
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
  /** Units with a score. */
  readonly all: ByArm;
  readonly matched: ByArm;
  /** Kish's effective sample size of the matched, (Σw)²/Σw². */
  readonly effective: ByArm;
  readonly unmatched: ByArm;
  readonly discarded: ByArm;
}

/** Pairs or sets of comparable units. Per-row arrays are aligned with the caller's n rows. */
export interface MatchResult {
  readonly kind: "match-result";
  readonly method: "nearest";
  readonly options: ResolvedNearest;
  readonly estimand: MatchEstimand;
  /** What `score` is: a model's probability or linear predictor, or numbers that were given. */
  readonly scale: "probability" | "linear" | "given";
  /** The link of the propensity model, null for a score that was given. */
  readonly link: ScoredModel["link"] | null;
  /** 1 treated, 0 control. */
  readonly treated: Uint8Array;
  /** What partners are close on (n), `NaN` for units left out. */
  readonly score: Float64Array;
  /** Rows of the units that look for partners, in data order: the treated for the ATT. */
  readonly focal: Int32Array;
  /** Columns of `matches`. */
  readonly width: number;
  /** Rows of the partners, focal.length × width, row-major, −1 = none. */
  readonly matches: Int32Array;
  /** n weights, 0 = unmatched, with mean 1 among the matched of each group. */
  readonly weights: Float64Array;
  /** Number of each unit's set (n), from 1 in data order of the focal units, −1 = unmatched; null where units are reused. */
  readonly subclass: Int32Array | null;
  /** 1 = left out by `discard` (n). */
  readonly discarded: Uint8Array;
  /** The score's first. */
  readonly calipers: readonly ResolvedCaliper[];
  /** Σ |difference in score| over all pairs. */
  readonly totalDistance: number;
  readonly counts: SampleSizes;
  /** Columns that the score was made from, as far as they are known. */
  readonly covariates: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

import type { Diagnostic } from "../../errors/diagnostic";
import type { MatchMethod } from "./options";
import type {
  ResolvedCem,
  ResolvedExact,
  ResolvedFull,
  ResolvedNearest,
  ResolvedNearestCovariates,
  ResolvedOptimal,
  ResolvedSubclass,
} from "./resolved";
import type { CaliperUnits, FocalEstimand, MatchEstimand, ScoredModel } from "./subject";

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

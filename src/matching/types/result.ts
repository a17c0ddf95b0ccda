import type { Diagnostic } from "../../errors/diagnostic";
import type { MatchMethod } from "./options";
import type {
  ResolvedCem,
  ResolvedExact,
  ResolvedFull,
  ResolvedNearestCovariates,
  ResolvedNearestScore,
  ResolvedOptimalCovariates,
  ResolvedOptimalScore,
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
interface NearestShared extends MatchShared {
  readonly method: "nearest";
  readonly estimand: FocalEstimand;
  readonly focal: Int32Array;
  readonly matches: Int32Array;
  readonly totalDistance: number;
  /** Pairs inside the groups of `within` and across them; null where it was not asked for. */
  readonly pairsByGroup: { readonly within: number; readonly across: number } | null;
}

/** Pairs around focal units that are close on the score. */
export interface NearestScoreMatch extends NearestShared {
  readonly options: ResolvedNearestScore;
  /** What partners are close on. */
  readonly score: Float64Array;
  /** Σ |difference in score|. */
  readonly totalDistance: number;
}

/** Pairs around focal units that are close on covariates. */
export interface NearestCovariateMatch extends NearestShared {
  readonly options: ResolvedNearestCovariates;
  /** The subject's score (n), `NaN` for units left out; null where it has none. Pairs are not made on it. */
  readonly score: Float64Array | null;
  /** Σ distance: of the Euclidean and Mahalanobis kinds the root of the squares. */
  readonly totalDistance: number;
  /** 1 = left out because a score or a covariate of the distance is missing (n). */
  readonly incomplete: Uint8Array;
}

/** Pairs around focal units: those on covariates have `incomplete`. */
export type NearestMatch = NearestScoreMatch | NearestCovariateMatch;

/** What optimal pairs have in common. */
interface OptimalShared extends MatchShared {
  readonly method: "optimal";
  readonly estimand: FocalEstimand;
  readonly focal: Int32Array;
  readonly matches: Int32Array;
  readonly subclass: Int32Array;
  readonly totalDistance: number;
}

/** Pairs around focal units with the least sum of differences in score. */
export interface OptimalScoreMatch extends OptimalShared {
  readonly options: ResolvedOptimalScore;
  readonly score: Float64Array;
}

/** Pairs around focal units with the least sum of distances on covariates, or of those given. */
export interface OptimalCovariateMatch extends OptimalShared {
  readonly options: ResolvedOptimalCovariates;
  /** The subject's score (n), `NaN` for units left out; null where it has none. Pairs are not made on it. */
  readonly score: Float64Array | null;
  /** 1 = left out because a score or a covariate of the distance is missing (n). */
  readonly incomplete: Uint8Array;
}

/** Pairs around focal units with the least sum of distances: those on covariates have `incomplete`. */
export type OptimalMatch = OptimalScoreMatch | OptimalCovariateMatch;

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

/** A result still without its diagnostics. */
export type Undiagnosed<T> = T extends unknown ? Omit<T, "diagnostics"> : never;

/** The result of each method; on covariates nearest-neighbour matching gives a {@link NearestCovariateMatch}. */
export interface ResultByMethod {
  readonly nearest: NearestScoreMatch;
  readonly exact: ExactMatch;
  readonly cem: CemMatch;
  readonly subclass: SubclassMatch;
  readonly optimal: OptimalScoreMatch;
  readonly full: FullMatch;
}

/** Pairs or sets of comparable units: a union on `method`. */
export type MatchResult = ResultByMethod[MatchMethod] | NearestCovariateMatch | OptimalCovariateMatch;

import type { CovariateDistance } from "../covariates/problem";
import type { Discard, FocalEstimand, FocalOrder, MatchEstimand, Ties } from "./subject";

/** What nearest-neighbour matching was told, whatever partners are close on. */
export interface ResolvedNearestShared {
  readonly method: "nearest";
  readonly ratio: number;
  /** `Infinity` without limit. */
  readonly reuseMax: number;
  readonly order: FocalOrder;
  readonly ties: Ties;
  /** Null where nothing was left to chance. */
  readonly seed: number | string | null;
  readonly exact: readonly string[];
  readonly antiexact: readonly string[];
  /** Null where groups were not asked for. */
  readonly within: string | null;
  readonly estimand: FocalEstimand;
  readonly discard: Discard;
  readonly reestimate: boolean;
  /** Null without a variable ratio, as is `maxControls`. */
  readonly minControls: number | null;
  readonly maxControls: number | null;
}

/** Options of nearest-neighbour matching on the score as they were used. */
export interface ResolvedNearestScore extends ResolvedNearestShared {
  readonly distance: "score" | "linear";
}

/** Options of nearest-neighbour matching on covariates as they were used. */
export interface ResolvedNearestCovariates extends ResolvedNearestShared {
  /** The word alone where the distances were given. */
  readonly distance: CovariateDistance | "function" | "matrix";
  /** Columns that the distance was measured on; none where the distances were given. */
  readonly covariates: readonly string[];
}

/** Nearest-neighbour options as they were used: those on covariates have `covariates`. */
export type ResolvedNearest = ResolvedNearestScore | ResolvedNearestCovariates;

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

/** Options of optimal pair matching on the score as they were used. */
export interface ResolvedOptimalScore {
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

/** Options of optimal pair matching on covariates as they were used. */
export interface ResolvedOptimalCovariates extends Omit<ResolvedOptimalScore, "distance"> {
  readonly minControls: null;
  readonly maxControls: null;
  /** The word alone where the distances were given. */
  readonly distance: CovariateDistance | "function" | "matrix";
  /** Columns that the distance was measured on; none where the distances were given. */
  readonly covariates: readonly string[];
  readonly antiexact: readonly string[];
}

/** Optimal pair matching's options as they were used: those on covariates have `covariates`. */
export type ResolvedOptimal = ResolvedOptimalScore | ResolvedOptimalCovariates;

/** Full matching's options as they were used. */
export interface ResolvedFull {
  readonly method: "full";
  readonly minControls: number;
  /** `Infinity` without limit. */
  readonly maxControls: number;
  readonly omit: "none" | "fewest" | "recover" | number;
  readonly distance: "score" | "linear";
  readonly exact: readonly string[];
  readonly estimand: MatchEstimand;
  readonly discard: Discard;
}

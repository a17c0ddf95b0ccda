import type { CovariateDistance } from "../covariates/problem";
import type { Discard, FocalEstimand, FocalOrder, MatchEstimand } from "./subject";

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

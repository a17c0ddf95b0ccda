import type { ColumnLike, DataLike } from "../data/types";
import type { Diagnostic } from "../errors/diagnostic";
import type { MatchResult } from "../matching/types/result";

/** Whose effect weights estimate; `overlap` and `matching` are the populations of those weights. */
export type EffectEstimand = "ATT" | "ATC" | "ATE" | "overlap" | "matching";

export type StandardErrorType = "HC0" | "HC1" | "HC2" | "HC3" | "cluster" | "two-way" | "abadie-imbens";

/** Weights that make the groups alike, from anywhere. */
export interface WeightedUnits {
  /** n weights ≥ 0, as an array or the name of a column of `data`; 0 = left out. */
  readonly weights: string | ColumnLike;
  /** Who is treated, as an array or a column's name; by default the first variable of the formula says it. */
  readonly treated?: string | ColumnLike;
  /** The value of `treated` that counts as treated, where it is not 0 and 1 or true and false. */
  readonly treatedLevel?: string | number | boolean;
  /** The set of each unit, to cluster on; missing or −1 = in none. */
  readonly subclass?: string | ColumnLike;
  /** Whose effect the weights estimate; here or in the options. */
  readonly estimand?: EffectEstimand;
  readonly data?: DataLike;
}

/** What weighting functions return: weights by row with who is treated. */
export interface WeightsResult {
  readonly kind: "weights";
  readonly treated: Uint8Array;
  readonly weights: Float64Array;
  readonly estimand: EffectEstimand;
  readonly treatment?: { readonly name: string };
}

export type EffectSubject = MatchResult | WeightsResult | WeightedUnits;

export interface EffectOptions {
  /** The table with the outcome, with the subject's n rows; by default the one the subject was made from. */
  readonly data?: DataLike;
  /** Whose effect; a match knows its own, for weights it must be said here or there. */
  readonly estimand?: EffectEstimand;
  /**
   * The kind of standard error. Default: `"cluster"` where `cluster` is given or a match has pairs or sets without reuse,
   * `"two-way"` where `cluster` names two, `"HC3"` otherwise.
   */
  readonly se?: StandardErrorType;
  /** What to cluster on: `"subclass"` for the match's sets, else a column; two of them for `"two-way"`. */
  readonly cluster?: string | readonly string[];
  /** The treatment's column, where more than one column of the formula is it. */
  readonly treatment?: string;
  /** Survey weights that multiply those of the subject, as an array or a column's name. */
  readonly samplingWeights?: string | ColumnLike;
  /**
   * For `"abadie-imbens"`: the number of neighbours in the same group from which each partner's outcome variance is
   * estimated (default 2); 0 takes the variance to be the same for all, as R's Matching does by default.
   */
  readonly varianceMatches?: number;
  /**
   * For `"abadie-imbens"`: whether partners' outcomes are moved to their focal unit's covariates, those of the formula, by
   * a regression among the partners (default false).
   */
  readonly biasAdjustment?: boolean;
  /**
   * The match of the other group, with replacement as the subject is: for an ATT match an ATC match of the same rows, and
   * the other way round. The effect is then that on all units (ATE).
   */
  readonly otherMatch?: MatchResult;
  /** Level of the interval (default 0.95). */
  readonly level?: number;
}

/** An average effect of the treatment with its uncertainty. */
export interface Effect {
  readonly kind: "effect";
  readonly estimate: number;
  readonly standardError: number;
  /** G − 1 for G clusters (the fewer of two ways), `Infinity` (the normal) for Abadie–Imbens, n − k else. */
  readonly df: number;
  readonly t: number;
  /** Two-sided. */
  readonly p: number;
  readonly lower: number;
  readonly upper: number;
  readonly level: number;
  readonly estimand: EffectEstimand;
  readonly se: StandardErrorType;
  /** Rows with a positive weight and complete. */
  readonly n: number;
  /** What the standard error is clustered on and how many there are; null without. */
  readonly clusters: readonly { readonly name: string; readonly count: number }[] | null;
  readonly formula: string;
  readonly outcome: string;
  readonly treatment: string;
  /** The regression's k columns; with `biasAdjustment` the estimate is not among its coefficients. */
  readonly terms: readonly string[];
  /** k coefficients. */
  readonly coefficients: Float64Array;
  /** Their k × k covariance matrix, row-major, of the same kind as the standard error; null for Abadie–Imbens. */
  readonly vcov: Float64Array | null;
  readonly diagnostics: readonly Diagnostic[];
}

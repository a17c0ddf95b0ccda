import type { ColumnLike, DataLike } from "../data/types";
import type { Diagnostic } from "../errors/diagnostic";
import type { SampleSizes } from "../matching/types/result";

/** Whom weights make comparable; decides what differences are standardised by, see {@link BalanceOptions}. */
export type BalanceEstimand = "ATT" | "ATC" | "ATE" | "overlap" | "matching";

/**
 * What standardises differences, always without weights but for the last: the standard deviation of the treated or of the
 * controls, √((v₁ + v₀)/2) of the two (`pooled`), that of all units together (`all`), or of all with their weights.
 */
export type SdDenominator = "treated" | "control" | "pooled" | "all" | "weighted";

/** What a threshold can be set for. */
export type ThresholdMeasure = "smd" | "varianceRatio" | "ecdfMean" | "ecdfMax" | "pairDistance";

/** The largest value that counts as balanced; a variance ratio may lie between 1/limit and limit. */
export type BalanceThresholds = { readonly [measure in ThresholdMeasure]?: number };

/** Treatment, covariates and weights from anywhere. */
export interface BalanceUnits {
  /** Who is treated: 0 and 1 or true and false, as an array or the name of a column of `data`. */
  readonly treated: string | ColumnLike;
  /** The value of `treated` that counts as treated, where it is not 0 and 1 or true and false. */
  readonly treatedLevel?: string | number | boolean;
  /** Columns of `data`, or a table of them. */
  readonly covariates: readonly string[] | DataLike;
  /** n weights ≥ 0 that should make the groups alike, as an array or a column's name; 0 = left out. */
  readonly weights?: string | ColumnLike;
  /** The set of each unit; missing or −1 = in none. Gives pair distances, and weights where there are none. */
  readonly subclass?: string | ColumnLike;
  /** A score to show first, as an array or a column's name. */
  readonly score?: string | ColumnLike;
  /** Default `"ATT"`. */
  readonly estimand?: BalanceEstimand;
  readonly data?: DataLike;
}

export interface BalanceOptions {
  /** Columns to compare; by default those the propensity model read. For a match or weights. */
  readonly covariates?: readonly string[];
  /** The table they stand in, with the subject's n rows; by default the one it was made from. For a match or weights. */
  readonly data?: DataLike;
  /**
   * Whose conventions and words `summary` follows, MatchIt's (default) or cobalt's: MatchIt standardises the difference of
   * a binary covariate, cobalt leaves it raw. Both stand in the rows in any case.
   */
  readonly style?: "matchit" | "cobalt";
  /** Which difference of binary covariates is shown and judged by `thresholds.smd` (default: as `style` has it). */
  readonly binary?: "standardised" | "raw";
  /** Default: treated for the ATT, control for the ATC, pooled for others. */
  readonly sdDenominator?: SdDenominator;
  /** Whether squares of covariates that are not binary and products of all pairs are compared too (default false). */
  readonly interactions?: boolean;
  /** From where covariates count as unbalanced (default `{ smd: 0.1 }`). */
  readonly thresholds?: BalanceThresholds;
  /** Whether `summary` shows percent improvements (default false); the rows have them. */
  readonly improvement?: boolean;
  /** Whether each subclass gets a table of its own (default false). */
  readonly bySubclass?: boolean;
  /** Clusters that get tables of their own, by the name of a column or one value per row; rows without one are in none. */
  readonly cluster?: string | ColumnLike;
}

/** The options that shaped a balance, with defaults filled in. */
export interface ResolvedBalance {
  readonly style: "matchit" | "cobalt";
  readonly binary: "standardised" | "raw";
  readonly sdDenominator: SdDenominator;
  readonly interactions: boolean;
  readonly thresholds: BalanceThresholds;
  readonly improvement: boolean;
}

/** One covariate compared between the groups. */
export interface BalanceMeasures {
  readonly meanTreated: number;
  readonly meanControl: number;
  /** Difference in means on the covariate's own scale: for binary ones the difference in proportions. */
  readonly difference: number;
  /** The difference over the denominator, which is the same before and after. */
  readonly smd: number;
  /** Variance of the treated over that of the controls; null for binary covariates. */
  readonly varianceRatio: number | null;
  /** Mean and largest distance between the two cumulative distributions. */
  readonly ecdfMean: number;
  readonly ecdfMax: number;
  /** Mean difference within pairs over the same standard deviation; null without pairs. */
  readonly pairDistance: number | null;
}

/** By how many per cent matching or weighting brought measures nearer to balance; −∞ where it broke a perfect one. */
export interface BalanceImprovement {
  /** Of |difference|, standardised or not. */
  readonly smd: number;
  /** Of |log variance ratio|; null for binary covariates. */
  readonly varianceRatio: number | null;
  readonly ecdfMean: number;
  readonly ecdfMax: number;
}

export interface BalanceRow {
  /** R's name: `age`, `racewhite`; of interactions cobalt's: `age²`, `age * racewhite`. */
  readonly name: string;
  /** The column it comes from; of interactions the name again. */
  readonly variable: string;
  /** The level of a factor, otherwise null. */
  readonly level: string | null;
  readonly kind: "distance" | "numeric" | "binary";
  readonly before: BalanceMeasures;
  /** Null where there are neither weights nor a match. */
  readonly after: BalanceMeasures | null;
  /** Null where `after` is. */
  readonly improvement: BalanceImprovement | null;
  /** Measures beyond their threshold, before and after: none means balanced. */
  readonly beyond: { readonly before: readonly ThresholdMeasure[]; readonly after: readonly ThresholdMeasure[] | null };
}

/** How many covariates keep to a threshold, and the one farthest off. */
export interface BalanceCount {
  readonly balanced: number;
  readonly unbalanced: number;
  /** Null where no covariate has the measure. */
  readonly worst: { readonly name: string; readonly value: number } | null;
}

export interface BalanceTally {
  readonly measure: ThresholdMeasure;
  readonly threshold: number;
  readonly before: BalanceCount;
  readonly after: BalanceCount | null;
}

/** The balance within one subclass or cluster. */
export interface BalancePart {
  readonly level: string;
  readonly balance: Balance;
}

/** The least, mean and largest value of a measure over clusters, signs kept; `NaN` where no cluster has it. */
export interface Spread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export interface SpreadMeasures {
  readonly difference: Spread;
  readonly smd: Spread;
  /** Null for binary covariates. */
  readonly varianceRatio: Spread | null;
  readonly ecdfMean: Spread;
  readonly ecdfMax: Spread;
}

/** A covariate over all clusters that have both groups. */
export interface AcrossClusters {
  readonly name: string;
  readonly before: SpreadMeasures;
  readonly after: SpreadMeasures | null;
}

/** Tables by cluster. */
export interface ClusterBalance {
  /** The column they were given as. */
  readonly name: string;
  /** Clusters with both groups, in the order of their levels. */
  readonly parts: readonly BalancePart[];
  readonly across: readonly AcrossClusters[];
}

/** How alike the groups are, before and after. */
export interface Balance {
  readonly kind: "balance";
  readonly estimand: BalanceEstimand;
  readonly options: ResolvedBalance;
  /** The score first, then the covariates in order, then their squares and products. */
  readonly rows: readonly BalanceRow[];
  readonly sampleSizes: SampleSizes;
  /** Largest |standardised difference| of the covariates (of the score where there are none). */
  readonly maxAbsSmd: { readonly before: number; readonly after: number | null };
  /** One per threshold, over the covariates without the score. */
  readonly tallies: readonly BalanceTally[];
  /** Each subclass without weights (`before`; `after` is null), standardised as the whole is; null unless asked for. */
  readonly subclasses: readonly BalancePart[] | null;
  /** Null unless asked for. */
  readonly clusters: ClusterBalance | null;
  readonly diagnostics: readonly Diagnostic[];
}

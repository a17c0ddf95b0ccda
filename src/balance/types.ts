import type { ColumnLike, DataLike } from "../data/types";
import type { Diagnostic } from "../errors/diagnostic";
import type { SampleSizes } from "../matching/types/result";

/** Whose covariates are compared: the treated (`ATT`), the controls (`ATC`) or all (`ATE`) set the standard deviation. */
export type BalanceEstimand = "ATT" | "ATC" | "ATE";

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
  /** Columns to compare; by default those the propensity model read. */
  readonly covariates?: readonly string[];
  /** The table they stand in, with the match's n rows; by default the one the match was made from. */
  readonly data?: DataLike;
}

/** One covariate compared between the groups. */
export interface BalanceMeasures {
  readonly meanTreated: number;
  readonly meanControl: number;
  /** Difference in means on the covariate's own scale: for binary ones the difference in proportions. */
  readonly difference: number;
  /** The difference over the standard deviation before matching: the same denominator before and after. */
  readonly smd: number;
  /** Variance of the treated over that of the controls; null for binary covariates. */
  readonly varianceRatio: number | null;
  /** Mean and largest distance between the two cumulative distributions. */
  readonly ecdfMean: number;
  readonly ecdfMax: number;
  /** Mean difference within pairs over the same standard deviation; null without pairs. */
  readonly pairDistance: number | null;
}

export interface BalanceRow {
  /** R's name: `age`, `racewhite`. */
  readonly name: string;
  /** The column it comes from. */
  readonly variable: string;
  /** The level of a factor, otherwise null. */
  readonly level: string | null;
  readonly kind: "distance" | "numeric" | "binary";
  readonly before: BalanceMeasures;
  /** Null where there are neither weights nor a match. */
  readonly after: BalanceMeasures | null;
}

/** How alike the groups are, before and after. */
export interface Balance {
  readonly kind: "balance";
  readonly estimand: BalanceEstimand;
  /** The score first, then the covariates in order. */
  readonly rows: readonly BalanceRow[];
  readonly sampleSizes: SampleSizes;
  /** Largest |standardised difference| of the covariates (of the score where there are none). */
  readonly maxAbsSmd: { readonly before: number; readonly after: number | null };
  readonly diagnostics: readonly Diagnostic[];
}

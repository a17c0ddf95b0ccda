import type { Diagnostic } from "../errors/diagnostic";

/**
 * Whose effect the weights estimate: all units (`ATE`), the treated (`ATT`), the controls (`ATC`), those who could well
 * have been in either group (`overlap`), or those whom 1:1 matching on the score would keep (`matching`).
 */
export type WeightEstimand = "ATE" | "ATT" | "ATC" | "overlap" | "matching";

/** What to do about weights that a few units dominate. */
export type Trim =
  /** The short form of `{ type: "truncate", quantile }`: from 0.5 up to, not including, 1. */
  | number
  /** Weights above this quantile are set to it; the units stay. */
  | { readonly type: "truncate"; readonly quantile: number }
  /** Units with a score outside the bounds are left out; `"crump"` finds the bounds (for the ATE). */
  | { readonly type: "trim"; readonly bounds: readonly [number, number] | "crump" };

export interface WeighOptions {
  readonly estimand: WeightEstimand;
  /** Whether ATE weights are multiplied by the share of the unit's own group (default false). */
  readonly stabilise?: boolean;
  /** Default: neither truncated nor trimmed. */
  readonly trim?: Trim;
}

export interface EntropyOptions {
  readonly estimand: "ATE" | "ATT" | "ATC";
  /** Powers of each numeric covariate whose means are balanced, up to this one (default 1). */
  readonly moments?: 1 | 2 | 3;
  /** Prior (sampling) weights ≥ 0 to stay close to: a column's name or one number per row. Default 1 for all. */
  readonly baseWeights?: string | ArrayLike<number>;
  /** The value of the response that counts as treated; needed unless it is 0/1 or logical. */
  readonly treated?: string | number | boolean;
  /** The reference level of a categorical covariate, by variable; the weights do not depend on it. */
  readonly reference?: Readonly<Record<string, string>>;
  readonly missing?: "drop" | "error";
  /** Largest difference in means to leave, in standard deviations (default 1e-11). */
  readonly tolerance?: number;
  /** Newton steps at most (default 100). */
  readonly maxIterations?: number;
}

/** Trimming as it was done. */
export type ResolvedTrim =
  | { readonly type: "none" }
  /** `limit`: the largest weight left. */
  | { readonly type: "truncate"; readonly quantile: number; readonly limit: number }
  /** Scores from the first to the second bound were kept, the bounds included. */
  | { readonly type: "trim"; readonly rule: "bounds" | "crump"; readonly bounds: readonly [number, number] };

/** Score weights as they were asked for. */
export interface ResolvedWeigh {
  readonly method: "propensity-score";
  readonly link: "logit" | "probit" | "cloglog";
  readonly stabilise: boolean;
  readonly trim: ResolvedTrim;
}

/** Entropy balancing as it was asked for. */
export interface ResolvedEntropy {
  readonly method: "entropy";
  readonly formula: string;
  readonly moments: 1 | 2 | 3;
  /** Whether prior weights were given. */
  readonly hasBaseWeights: boolean;
  readonly tolerance: number;
  readonly maxIterations: number;
}

export interface ArmValues {
  readonly treated: number;
  readonly control: number;
}

/** Units by group. */
export interface WeightCounts {
  /** Units that could be weighted: complete rows. */
  readonly all: ArmValues;
  /** Units with a weight above 0. */
  readonly weighted: ArmValues;
  /** Kish's effective sample size (Σw)²/Σw². */
  readonly effective: ArmValues;
  /** Left out because of their score. */
  readonly trimmed: ArmValues;
  /** Kept with a smaller weight. */
  readonly truncated: ArmValues;
}

/** How entropy balancing solved one group's weights. */
export interface EntropySolution {
  /** The group that was reweighted. */
  readonly arm: "treated" | "control";
  /** The columns whose means were constrained; those that others imply are left out. */
  readonly terms: readonly string[];
  /** λ, one per term and per standard deviation of it: log(weight / base weight) = constant + Σ λ x / sd. */
  readonly multipliers: Float64Array;
  readonly iterations: number;
  /** Largest remaining difference from the target means, in standard deviations, implied columns included. */
  readonly imbalance: number;
  /** Kullback–Leibler divergence of the weights from the base weights, Σ w log(w/q) with both summing to 1. */
  readonly divergence: number;
}

/** Weights that make groups alike: plain data, per-row arrays follow the caller's rows. */
export interface Weights {
  readonly kind: "weights";
  readonly estimand: WeightEstimand;
  /** n weights ≥ 0, never `NaN`: 0 for rows that are left out. */
  readonly weights: Float64Array;
  /** n: 1 treated, 0 control (or left out as incomplete). */
  readonly treated: Uint8Array;
  /** n propensity scores, `NaN` for incomplete rows; null where the weights come from no score. */
  readonly scores: Float64Array | null;
  /** n: 1 for rows that could be weighted, 0 for incomplete ones. */
  readonly complete: Uint8Array;
  /** The treatment as written, and the level that counts as treated. */
  readonly treatment: { readonly name: string; readonly level: string };
  /** Columns of the table that the weights were made from. */
  readonly covariates: readonly string[];
  readonly options: ResolvedWeigh | ResolvedEntropy;
  readonly counts: WeightCounts;
  /** The largest weight as a share of its group's total. */
  readonly largestShare: ArmValues;
  /** The share of a group's total that its 1 % of units with the largest weights hold (at least one unit). */
  readonly topPercentShare: ArmValues;
  /** One per reweighted group; empty for score weights. */
  readonly solutions: readonly EntropySolution[];
  readonly diagnostics: readonly Diagnostic[];
}

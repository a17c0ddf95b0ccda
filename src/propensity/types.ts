import type { Diagnostic } from "../errors/diagnostic";
import type { BoundFormula } from "../formula/types";
import type { Link } from "./links";

/** A fitted propensity model: plain data. Per-row arrays follow the caller's rows; rows left out hold `NaN`. */
export interface PropensityModel {
  readonly kind: "propensity-model";
  readonly formula: string;
  /** The bound formula: levels, contrasts and bases as they were fixed on the data. */
  readonly bound: BoundFormula;
  /** Columns of the table that the formula's right-hand side reads. */
  readonly covariates: readonly string[];
  readonly link: Link;
  readonly penalty: "none" | "firth";
  /** `"irls"`, or the name of the adapter that estimated it. */
  readonly estimator: string;
  /** The treatment as written, and the level that counts as treated. */
  readonly treatment: { readonly name: string; readonly level: string };
  /** p column names in R's order; aliased columns are left out. */
  readonly terms: readonly string[];
  /** p coefficients. */
  readonly coefficients: Float64Array;
  /** p standard errors. */
  readonly standardErrors: Float64Array;
  /** p × p, row-major. */
  readonly vcov: Float64Array;
  /** n probabilities of being treated. */
  readonly scores: Float64Array;
  /** n values on the scale of the link. */
  readonly linearPredictor: Float64Array;
  /** n: 1 treated, 0 control or left out. */
  readonly treated: Uint8Array;
  /** Rows in the fit. */
  readonly nobs: number;
  readonly deviance: number;
  readonly nullDeviance: number;
  /** `NaN` with weights: the likelihood of weighted rows is not one of counts. */
  readonly aic: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Another way to estimate a probability of treatment, called on standardised columns. */
export interface ScoreEstimator {
  readonly name: string;
  /**
   * @param x - p columns of n numbers: a constant where the formula has an intercept, the rest with mean 0 and
   *   (root-mean-square) deviation 1.
   * @param treated - n zeros and ones.
   */
  estimate(x: readonly Float64Array[], treated: Uint8Array): ScoreEstimate;
}

export interface ScoreEstimate {
  /** n probabilities strictly between 0 and 1. */
  readonly probabilities: Float64Array;
  /** p coefficients on the standardised columns, on the logit scale, where the method has them. */
  readonly coefficients?: Float64Array;
  readonly iterations?: number;
  readonly diagnostics?: readonly Diagnostic[];
}

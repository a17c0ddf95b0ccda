import type { Diagnostic } from "../errors/diagnostic";
import type { BoundFormula } from "../formula/types";

/**
 * All that a random-intercept model needs of its rows: for each group its weight, size and means, and one pooled
 * within-group cross-product matrix. Plain data without a single pupil's row; small, mergeable, serialisable.
 *
 * With q = p + 1 variables z = (x₁ … x_p, y), all relative to `shift`.
 */
export interface GroupSummary {
  readonly kind: "group-summary";
  readonly version: 1;
  readonly bound: BoundFormula;
  /** The grouping column: `school`. */
  readonly group: string;
  /** p names of the design's columns; aliased ones are dropped when a model is fitted. */
  readonly columns: readonly string[];
  readonly response: string;
  /** q numbers subtracted from every variable before anything else, so that large offsets cost no digits. */
  readonly shift: Float64Array;
  /** J group names, in natural order. */
  readonly levels: readonly string[];
  /** J numbers of rows n_j. */
  readonly sizes: Float64Array;
  /** J sums of weights S_j (n_j without weights). */
  readonly weights: Float64Array;
  /** J × q, row-major: weighted group means, relative to `shift` (the constant column is 1). */
  readonly means: Float64Array;
  /** q × q, row-major: Σ w (z − z̄_j)(z − z̄_j)' over all rows. */
  readonly within: Float64Array;
  /**
   * J × q × q: each group's own part of `within`, where the summary was made with `blocks: true`. Only cluster-robust
   * standard errors and leaving groups out need it.
   */
  readonly blocks?: Float64Array;
  /** Rows. */
  readonly nobs: number;
  /** Σ log w over the rows, 0 without weights. */
  readonly sumLogWeights: number;
  /** What the pupils' weights stand for. */
  readonly pupilWeights: "none" | PupilWeightKind;
  /**
   * J weights ω_j of whole groups, where there are any: `within` is then Σ ω_j C_j, and `blocks` (unweighted) are kept for
   * the sandwich.
   */
  readonly groupWeights?: Float64Array;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What a pupil's weight stands for: `precision`, the inverse of the residual's variance up to σ² (lme4's), or `frequency`, so
 * many pupils alike in everything.
 */
export type PupilWeightKind = "precision" | "frequency";

export interface FixedEffect {
  readonly term: string;
  readonly estimate: number;
  readonly standardError: number;
  /** Degrees of freedom of the t test; `Infinity` for z, `NaN` where no test was asked for. */
  readonly df: number;
  readonly t: number;
  readonly p: number;
  /** 95 % Wald interval. */
  readonly lower: number;
  readonly upper: number;
}

/** How the optimum was found and how sure it is. */
export interface Optimum {
  /** Evaluations of the profiled criterion with its derivatives. */
  readonly evaluations: number;
  /**
   * dD/dφ at the optimum, φ = σ_u²/σ²: 0 to rounding inside, and at the boundary φ = 0 the certificate: the
   * criterion rises from there exactly when it is not negative.
   */
  readonly gradient: number;
  /** Whether the school variance is estimated as 0. */
  readonly boundary: boolean;
  /** A second, worse local optimum of the profiled criterion, where there is one. */
  readonly otherOptimum?: { readonly theta: number; readonly criterion: number };
}

export type DfMethod = "satterthwaite" | "kenward-roger" | "between-within" | "z" | "none";

/** A fitted random-intercept model: plain data, with the group summary it was fitted to. */
export interface MixedModel {
  readonly kind: "mixed-model";
  readonly formula: string;
  readonly method: "REML" | "ML";
  readonly df: DfMethod;
  /** p column names; aliased columns are left out. */
  readonly terms: readonly string[];
  readonly coefficients: Float64Array;
  /** p × p, row-major. */
  readonly vcov: Float64Array;
  /**
   * Coefficients and vcov for variables relative to the summary's shift: what later inference starts from, since an
   * offset of 1e12 in a column leaves no digits in the intercept of the caller's units.
   */
  readonly centred: { readonly coefficients: Float64Array; readonly vcov: Float64Array };
  readonly fixed: readonly FixedEffect[];
  readonly randomTerms: readonly {
    readonly group: string;
    readonly columns: readonly string[];
    readonly covariance: readonly (readonly number[])[];
    readonly levels: readonly string[];
  }[];
  /** Variances of the random intercept and of the residual. */
  readonly variances: { readonly group: number; readonly residual: number };
  /** √(group variance / residual variance), lme4's θ. */
  readonly theta: number;
  /** group variance / (group variance + residual variance) */
  readonly icc: number;
  readonly nobs: number;
  readonly ngroups: number;
  /** ML: the deviance, REML: the REML criterion. */
  readonly criterion: number;
  readonly logLik: number;
  readonly aic: number;
  readonly bic: number;
  readonly optimum: Optimum;
  readonly summary: GroupSummary;
  readonly diagnostics: readonly Diagnostic[];
}

/** One group's shrunken estimate. */
export interface RandomEffect {
  readonly level: string;
  /** û_j, the conditional mode (best linear unbiased prediction). */
  readonly estimate: number;
  /** lme4's conditional standard deviation, the fixed effects taken as known. */
  readonly conditionalSd: number;
  /** Standard error for comparing groups: adds the uncertainty of the fixed effects (Goldstein). */
  readonly comparativeSe: number;
  /** Standard deviation of û_j itself, for diagnosing outlying groups. */
  readonly diagnosticSe: number;
  /** λ_j, the share of the group's raw residual that is kept. */
  readonly reliability: number;
}

/** Coefficients with standard errors that hold whatever the covariance within groups is. */
export interface ClusterRobust {
  readonly kind: "cluster-robust";
  readonly type: "CR0" | "CR2";
  readonly fixed: readonly FixedEffect[];
  /** p × p, row-major. */
  readonly vcov: Float64Array;
}

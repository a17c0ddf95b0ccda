import type { Diagnostic } from "../errors/diagnostic";
import type { BoundFormula } from "../formula/types";
import type { SlopesSummary } from "./slopes/types";

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
  /** J numbers of rows n_j; with frequency weights the sums of them. */
  readonly sizes: Float64Array;
  /** J numbers of rows of data, where frequency or scaled sampling weights make `sizes` something else. */
  readonly rows?: Float64Array;
  /** J sums of weights S_j (n_j without weights). */
  readonly weights: Float64Array;
  /** J × q, row-major: weighted group means, relative to `shift` (the constant column is 1). */
  readonly means: Float64Array;
  /** q × q, row-major: Σ w (z − z̄_j)(z − z̄_j)' over all rows. */
  readonly within: Float64Array;
  /**
   * Of variables that are nearly dependent within groups: what `means` and `within` lost to rounding, so that each is known to
   * some 32 digits as the sum of two numbers. The square of a large condition number leaves less than 12 digits otherwise.
   */
  readonly lowParts?: { readonly means: Float64Array; readonly within: Float64Array };
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
   * the sandwich. With sampling weights of pupils they are always there, 1 unless given.
   */
  readonly groupWeights?: Float64Array;
  /** What pupils' sampling weights are scaled to within groups. */
  readonly scaling?: WeightScaling;
  /**
   * J sums Σ w² of the pupils' sampling weights. A fit scales the weights of its own copy of the summary, which then no
   * longer has them.
   */
  readonly squaredWeights?: Float64Array;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What a pupil's weight stands for: `precision`, the inverse of the residual's variance up to σ² (lme4's); `frequency`, so
 * many pupils alike in everything; `sampling`, the inverse of the pupil's chance of being sampled from their school.
 */
export type PupilWeightKind = "precision" | "frequency" | "sampling";

/** What sampling weights sum to in a school: its number of pupils, or their effective number (Σw)²/Σw². */
export type WeightScaling = "size" | "effective";

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

/** How the optimum was found, for any structure. */
export interface OptimumRecord {
  /** Evaluations of the profiled criterion with its derivatives. */
  readonly evaluations: number;
  /** Whether a variance is estimated as 0 (or, with slopes, a covariance matrix as singular). */
  readonly boundary: boolean;
  /** A second, worse local optimum of the profiled criterion, where one was found. */
  readonly otherOptimum?: { readonly criterion: number };
}

/** How the optimum of a single random intercept was found and how sure it is. */
export interface Optimum extends OptimumRecord {
  /**
   * dD/dφ at the optimum, φ = σ_u²/σ²: 0 to rounding inside, and at the boundary φ = 0 the certificate: the
   * criterion rises from there exactly when it is not negative.
   */
  readonly gradient: number;
  readonly otherOptimum?: { readonly theta: number; readonly criterion: number };
}

/** How the optimum over several variance parameters was found and how sure it is. */
export interface ComponentOptimum extends OptimumRecord {
  /**
   * The criterion's derivatives at the optimum, one per entry of the model's `theta`. Nested intercepts: dD/dφ_k with
   * φ_k = θ_k², 0 to rounding where φ_k > 0, and where φ_k = 0 not negative: the certificate of the boundary.
   */
  readonly gradient: readonly number[];
  readonly otherOptimum?: { readonly theta: readonly number[]; readonly criterion: number };
}

/** How the optimum over relative covariance factors was found and how sure it is. */
export interface SlopesOptimum extends OptimumRecord {
  /**
   * dD/dθ at the optimum, one per entry of the model's `theta`, for random columns and outcome scaled to a root mean
   * square of one: 0 to rounding.
   */
  readonly gradient: readonly number[];
  /**
   * On the boundary, where θ's derivatives vanish whatever the criterion does: how fast it rises, at least, as a variance
   * that is estimated as 0 begins to grow. Not negative, up to rounding: the certificate. `Infinity` inside.
   */
  readonly certificate: number;
  readonly otherOptimum?: { readonly theta: readonly number[]; readonly criterion: number };
}

export type DfMethod = "satterthwaite" | "kenward-roger" | "between-within" | "z" | "none";

/** Whose information on the variances Kenward and Roger's covariance and degrees of freedom take. */
export type KenwardRogerInformation = "expected" | "observed";

/** One random term of a model as lme4 lists them. */
export interface RandomTermEstimate {
  /** lme4's name of the groups: `school`, `school:alliance` for schools within alliances. */
  readonly group: string;
  /** What varies between the groups: `(Intercept)`, names of slopes. */
  readonly columns: readonly string[];
  /** Covariances of `columns` between the groups. */
  readonly covariance: readonly (readonly number[])[];
  /** The groups' names; of nested ones `school:alliance`, as lme4 writes them. */
  readonly levels: readonly string[];
}

/** What every fitted mixed model has, whatever its random part. */
export interface MixedModelBase {
  readonly kind: "mixed-model";
  readonly formula: string;
  readonly method: "REML" | "ML";
  readonly df: DfMethod;
  /** With `df: "kenward-roger"`: the information that it took. */
  readonly information?: KenwardRogerInformation;
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
  /** One entry per random term, in lme4's order: most groups first. */
  readonly randomTerms: readonly RandomTermEstimate[];
  /**
   * The variance between groups and of the residual. With several random terms or slopes, `group` is the mean over rows of
   * z'Σz, the variance that the random effects give a row (Johnson 2014); for nested intercepts that is the sum of their variances.
   */
  readonly variances: { readonly group: number; readonly residual: number };
  /** variances.group / (variances.group + variances.residual) */
  readonly icc: number;
  readonly nobs: number;
  /** Groups; of nested terms the outermost ones, which alone are independent of each other. */
  readonly ngroups: number;
  /** ML: the deviance, REML: the REML criterion. */
  readonly criterion: number;
  readonly logLik: number;
  readonly aic: number;
  readonly bic: number;
  readonly optimum: OptimumRecord;
  readonly diagnostics: readonly Diagnostic[];
}

/** A fitted model with one random intercept, `(1 | school)`: plain data, with the group summary it was fitted to. */
export interface InterceptModel extends MixedModelBase {
  readonly structure: "intercept";
  /** √(group variance / residual variance), lme4's θ. */
  readonly theta: number;
  readonly optimum: Optimum;
  readonly summary: GroupSummary;
}

/** A fitted model with nested random intercepts, `(1 | alliance/school)`, with the summary it was fitted to. */
export interface NestedModel extends MixedModelBase {
  readonly structure: "nested";
  /** √(variance / residual variance) of each random term, in their order: lme4's θ. */
  readonly theta: readonly number[];
  readonly optimum: ComponentOptimum;
  readonly summary: NestedSummary;
}

/** A fitted model with random slopes, `(1 + ses | school)` or `(1 + ses || school)`. */
export interface SlopesModel extends MixedModelBase {
  readonly structure: "slopes";
  /** The lower triangle of each term's relative covariance factor, column by column (its diagonal under `||`): lme4's θ. */
  readonly theta: readonly number[];
  readonly optimum: SlopesOptimum;
  readonly summary: SlopesSummary;
}

/** A fitted mixed model; `structure` says which random part it has. */
export type MixedModel = InterceptModel | NestedModel | SlopesModel;

/** One level of a nested summary: its groups, and the group of the next level out that each belongs to. */
export interface NestedLevel {
  readonly kind: "nested-level";
  /** lme4's name: `school:alliance`. */
  readonly group: string;
  /** Names of the groups, `Oak:North`; the innermost part first, as lme4 writes them. */
  readonly levels: readonly string[];
  /** For each group its parent's position in the next level out; all 0 at the outermost. */
  readonly parents: Int32Array;
}

/**
 * All that a model with nested intercepts needs of its rows: the summary of its innermost groups, and how they nest.
 * Plain data without a single pupil's row.
 */
export interface NestedSummary {
  readonly kind: "nested-summary";
  readonly version: 1;
  /** Innermost groups as if they were the only ones: sizes, means and pooled within-group products. */
  readonly inner: GroupSummary;
  /** The levels from the innermost out; `nesting[0].levels` are `inner.levels`. */
  readonly nesting: readonly NestedLevel[];
}

/** One group's shrunken estimate. */
export interface RandomEffect {
  /** The random term's groups, as in `randomTerms`: `school`, `school:alliance`. */
  readonly group: string;
  readonly level: string;
  /** What varies: `(Intercept)`, or the name of a slope. */
  readonly column: string;
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

import type { Diagnostic } from "../errors/diagnostic";

/** What a model would be without one of its groups. */
export interface GroupInfluence {
  /** The group left out. */
  readonly level: string;
  /** p coefficients without the group, `NaN` for a column that is then determined by earlier ones. */
  readonly coefficients: readonly number[];
  /** p: coefficients of the full fit less those without the group. */
  readonly change: readonly number[];
  /** p: change/(standard error without the group). */
  readonly dfbetas: readonly number[];
  /** (β̂ − β̂₍ⱼ₎)'C⁻¹(β̂ − β̂₍ⱼ₎)/p */
  readonly cooksDistance: number;
  /** det(vcov without the group)/det(vcov): above 1 the group adds precision. */
  readonly covarianceRatio: number;
  /** Variances without the group: between groups (of all random effects together) and of the residual. */
  readonly variances: { readonly group: number; readonly residual: number };
  /** Covariances of each random term without the group, in the order of the model's `randomTerms`. */
  readonly covariances: readonly (readonly (readonly number[])[])[];
  /** Variances of the full fit less those without the group. */
  readonly varianceChange: { readonly group: number; readonly residual: number };
}

/** What every group does to a model. */
export interface Influence {
  readonly kind: "influence";
  /** The groups left out, by the name that they have in the model's `randomTerms`. */
  readonly group: string;
  readonly terms: readonly string[];
  /** In the order of the model's levels. */
  readonly groups: readonly GroupInfluence[];
  readonly diagnostics: readonly Diagnostic[];
}

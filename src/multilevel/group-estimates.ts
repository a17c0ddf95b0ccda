import { bilinear, semidefiniteFactor } from "../linalg/symmetric";
import { comparativeVariance, spreadOf } from "./joint-errors";
import { stateOf } from "./state";
import type { InterceptModel, RandomEffect } from "./types";
import { centredFit } from "./units";

/**
 * Every group's shrunken estimate û_j = λ_jρ_j and the joint covariance of its errors, as flat arrays.
 *
 * cov(û_j − u_j, û_k − u_k) = δ_jk σ_u²(1 − λ_j) + λ_jλ_k x̄_j'Cx̄_k: what the group's own pupils leave open is independent
 * of all outcomes, and so of β̂, whatever C is (model or sandwich). With C = LL' the second part is spread_j'spread_k.
 */
export interface GroupEstimates {
  readonly p: number;
  /** J × p, row-major: x̄_j of the model's terms, relative to the summary's shift. */
  readonly means: Float64Array;
  /** J: λ_j = φS_j/(1 + φS_j). */
  readonly reliability: Float64Array;
  /** J: û_j. */
  readonly estimate: Float64Array;
  /** J: σ_u²(1 − λ_j). */
  readonly conditional: Float64Array;
  /** J × p: λ_j L'x̄_j. */
  readonly spread: Float64Array;
}

export function groupEstimates(model: InterceptModel): GroupEstimates {
  const { summary, variances, centred } = model;
  const { weights, columns, shift } = summary;
  const q = shift.length;
  const p = model.terms.length;
  const groups = weights.length;
  const positions = model.terms.map((term) => columns.indexOf(term));
  const phi = variances.group / variances.residual;
  const means = new Float64Array(groups * p);
  const reliability = new Float64Array(groups);
  const estimate = new Float64Array(groups);
  const conditional = new Float64Array(groups);
  for (let j = 0; j < groups; j++) {
    let residual = summary.means[j * q + q - 1];
    for (let k = 0; k < p; k++) {
      means[j * p + k] = summary.means[j * q + positions[k]];
      residual -= means[j * p + k] * centred.coefficients[k];
    }
    const h = 1 / (1 + phi * weights[j]);
    reliability[j] = phi * weights[j] * h;
    estimate[j] = reliability[j] * residual;
    conditional[j] = variances.group * h;
  }
  const spread = spreadOf(pullsOf({ means, reliability, p }), covarianceRoot(centred.vcov, p), p);
  return { p, means, reliability, estimate, conditional, spread };
}

/** The upper factor R of a covariance, R'R = C: x'Cx = ‖Rx‖², never negative. */
export function covarianceRoot(covariance: Float64Array, p: number): Float64Array {
  return semidefiniteFactor(covariance, p, 1e-14).r;
}

/** J × p: λ_jx̄_j, what û_j has of the fixed effects. */
export function pullsOf({ means, reliability, p }: Pick<GroupEstimates, "means" | "reliability" | "p">): Float64Array {
  return means.map((mean, i) => reliability[Math.floor(i / p)] * mean);
}

/**
 * σ²A⁻¹ of the (weighted) likelihood in the shifted coordinates. It is the covariance of β̂ but for school weights, where
 * ω_j times it is the covariance of β̂ with X_j'V_j⁻¹y_j.
 */
export function likelihoodCovariance(model: InterceptModel): Float64Array {
  if (!model.summary.groupWeights) return model.centred.vcov;
  const { scaled, point } = stateOf(model);
  const covariance = point.parts.inverse.map((value) => value * point.sigma2);
  return centredFit(point, scaled, covariance).vcov;
}

/** The estimates with their standard errors, as {@link RandomEffect}s. */
export function interceptEffects(model: InterceptModel): RandomEffect[] {
  const estimates = groupEstimates(model);
  const diagnostic = diagnosticVariances(model, estimates);
  return model.summary.levels.map((level, j) => ({
    group: model.summary.group,
    level,
    column: "(Intercept)",
    estimate: estimates.estimate[j],
    conditionalSd: Math.sqrt(estimates.conditional[j]),
    comparativeSe: Math.sqrt(comparativeVariance(estimates, j)),
    diagnosticSe: Math.sqrt(diagnostic[j]),
    reliability: estimates.reliability[j],
  }));
}

/**
 * Variances of the û_j themselves: 0 for a group that the fixed effects explain wholly, whatever rounding leaves of it.
 * `NaN` where a sandwich from few groups exceeds what there is to explain.
 */
export function diagnosticVariances(model: InterceptModel, { p, means, reliability }: GroupEstimates): Float64Array {
  const { summary, variances, centred } = model;
  const ofLikelihood = likelihoodCovariance(model);
  return reliability.map((lambda, j) => {
    const x = means.subarray(j * p, (j + 1) * p);
    let explained = bilinear(x, ofLikelihood, x, p);
    if (summary.groupWeights) {
      explained = 2 * summary.groupWeights[j] * explained - bilinear(x, centred.vcov, x, p);
    }
    const left = lambda * variances.group - lambda ** 2 * explained;
    return left > -1e-12 * variances.group || lambda === 0 ? Math.max(0, left) : Number.NaN;
  });
}

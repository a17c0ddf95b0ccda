import { sandwich } from "../linalg/symmetric";
import { diagnose } from "./diagnose";
import type { FitMixedOptions } from "./fit-options";
import { fixedEffects } from "./fixed-effects";
import type { ProfileOptimum } from "./optimise";
import type { ScaledProblem } from "./scale";
import type { GroupSummary, InterceptModel } from "./types";
import { backTransform, centredFit, coefficientsOf, inCallersUnits } from "./units";
import { groupWeightedCovariance } from "./weights";

/** From the scaled optimum to a model in the caller's units. */
export function assemble(
  summary: GroupSummary,
  scaled: ScaledProblem,
  optimum: ProfileOptimum,
  { method, df, information }: Required<FitMixedOptions>,
): InterceptModel {
  const { problem, keep } = scaled;
  const { best } = optimum;
  const p = problem.p;
  const back = backTransform(summary, scaled);
  const residual = best.sigma2 * scaled.scale[p] ** 2;
  const covariance = summary.groupWeights
    ? groupWeightedCovariance(summary, scaled, best)
    : best.parts.inverse.map((value) => value * best.sigma2);
  const centred = centredFit(best, scaled, covariance);
  const coefficients = coefficientsOf(best, summary, scaled);
  const vcov = sandwich(back, covariance, p, p);
  const terms = keep.map((k) => summary.columns[k]);
  const variances = { group: best.phi * residual, residual };
  const criterion = inCallersUnits(best.criterion, scaled, method);
  const parameters = p + 2;
  return {
    kind: "mixed-model",
    structure: "intercept",
    formula: summary.bound.formula,
    method,
    df,
    terms,
    coefficients,
    vcov,
    centred,
    ...(df === "kenward-roger" && { information }),
    fixed: fixedEffects({ terms, coefficients, vcov, back }, summary, scaled, best, df, information),
    randomTerms: [
      { group: summary.group, columns: ["(Intercept)"], covariance: [[variances.group]], levels: summary.levels },
    ],
    variances,
    theta: Math.sqrt(best.phi),
    icc: variances.group / (variances.group + variances.residual),
    nobs: summary.nobs,
    ngroups: summary.levels.length,
    criterion,
    logLik: -criterion / 2,
    aic: summary.groupWeights ? Number.NaN : criterion + 2 * parameters,
    bic: summary.groupWeights ? Number.NaN : criterion + Math.log(summary.nobs) * parameters,
    optimum: {
      evaluations: optimum.evaluations,
      gradient: best.slope,
      boundary: optimum.boundary,
      ...(optimum.other && {
        otherOptimum: {
          theta: Math.sqrt(optimum.other.phi),
          criterion: inCallersUnits(optimum.other.criterion, scaled, method),
        },
      }),
    },
    summary,
    diagnostics: [...summary.diagnostics, ...diagnose(summary, scaled, optimum)],
  };
}

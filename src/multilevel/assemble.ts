import { sandwich } from "../linalg/symmetric";
import { diagnose } from "./diagnose";
import type { FitMixedOptions } from "./fit-options";
import { fixedEffects } from "./fixed-effects";
import { computedIn } from "./given-columns";
import type { ProfileOptimum } from "./optimise";
import type { ScaledProblem } from "./scale";
import type { GroupSummary, InterceptModel } from "./types";
import { centredFit, coefficientsOf, inCallersUnits } from "./units";
import { groupWeightedCovariance } from "./weights";
import { scaledVcov, workingBack } from "./working-columns";

/** From the scaled optimum to a model in the caller's units. */
export function assemble(
  summary: GroupSummary,
  scaled: ScaledProblem,
  optimum: ProfileOptimum,
  { method, df, information }: Required<FitMixedOptions>,
): InterceptModel {
  const { keep } = scaled;
  const { best } = optimum;
  const p = scaled.problem.p;
  const residual = best.sigma2 * scaled.scale[p] ** 2;
  const fit = computedIn(scaled, best);
  const covariance = summary.groupWeights
    ? groupWeightedCovariance(summary, scaled, best)
    : fit.point.parts.inverse.map((value) => value * fit.point.sigma2);
  const columns = summary.groupWeights ? { ...scaled, orthogonal: null } : fit.columns;
  const back = workingBack(summary, columns);
  const vcov = sandwich(back, covariance, p, p);
  const centred = centredFit(best, scaled, scaledVcov(covariance, columns));
  const coefficients = coefficientsOf(best, summary, scaled);
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
    fixed: fixedEffects({ terms, coefficients, vcov, back }, summary, scaled, fit, df, information),
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

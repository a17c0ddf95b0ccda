import { sandwich } from "../../linalg/symmetric";
import type { FitMixedOptions } from "../fit-options";
import { type Estimates, tested } from "../fixed-effects";
import { componentDf } from "../nested/kenward-roger";
import type { DfMethod, KenwardRogerInformation, SlopesModel } from "../types";
import { callersCriterion, callersEffects, workingUnit } from "../working-columns";
import { betweenWithinSlopes } from "./between-within";
import { conditionedPoint } from "./conditioned";
import type { SlopePoint } from "./deviance";
import { diagnoseSlopes } from "./diagnose";
import { kenwardRogerSlopes } from "./kenward-roger";
import { psiOf, type SlopeOptimum } from "./optimise";
import { satterthwaiteSlopes } from "./satterthwaite";
import { callersLambda, type SlopesFitProblem } from "./scale";
import type { SlopesSummary } from "./types";

/** From the scaled optimum to a model in the caller's units. */
export function assembleSlopes(
  summary: SlopesSummary,
  fitted: SlopesFitProblem,
  optimum: SlopeOptimum,
  { method, df, information }: Required<FitMixedOptions>,
): SlopesModel {
  const { problem, keep } = fitted;
  const { best } = optimum;
  const { p, q } = problem;
  const covariance = best.inverse.map((value) => value * best.sigma2);
  const { coefficients, vcov, centred, back } = callersEffects(best.beta, covariance, summary, fitted);
  const terms = keep.map((k) => summary.columns[k]);
  const residual = best.sigma2 * workingUnit(fitted) ** 2;
  const group = residual * meanVariance(summary, best, q);
  const criterion = callersCriterion(best.criterion, fitted, method);
  const parameters = p + problem.entries.length + 1;
  const theta = (point: SlopePoint): number[] => callersTheta(summary, fitted, point);
  return {
    kind: "mixed-model",
    structure: "slopes",
    formula: summary.bound.formula,
    method,
    df,
    ...(df === "kenward-roger" && { information }),
    terms,
    coefficients,
    vcov,
    centred,
    fixed: testsOf({ terms, coefficients, vcov: covariance, back }, fitted, best, summary, df, information),
    randomTerms: randomTerms(summary, best, residual),
    variances: { group, residual },
    theta: theta(best),
    icc: group / (group + residual),
    nobs: summary.nobs,
    ngroups: summary.levels.length,
    criterion,
    logLik: -criterion / 2,
    aic: criterion + 2 * parameters,
    bic: criterion + Math.log(summary.nobs) * parameters,
    optimum: {
      evaluations: optimum.evaluations,
      gradient: Array.from(best.gradient),
      boundary: optimum.boundary,
      certificate: optimum.certificate,
      ...(optimum.other && {
        otherOptimum: {
          theta: theta(optimum.other),
          criterion: callersCriterion(optimum.other.criterion, fitted, method),
        },
      }),
    },
    summary,
    diagnostics: [...summary.diagnostics, ...diagnoseSlopes(summary, fitted, optimum)],
  };
}

/** @param estimates - with the covariance of the scaled coefficients. */
function testsOf(
  { terms, coefficients, vcov: covariance, back }: Estimates,
  fitted: SlopesFitProblem,
  at: SlopePoint,
  summary: SlopesSummary,
  df: DfMethod,
  information: KenwardRogerInformation,
): SlopesModel["fixed"] {
  const { problem, point } = conditionedPoint(fitted.problem, at);
  const p = problem.p;
  const adjusted = df === "kenward-roger" ? kenwardRogerSlopes(problem, point, summary.sizes, information) : null;
  const satterthwaite = satterthwaiteSlopes(point, problem.m);
  const betweenWithin = df === "between-within" ? betweenWithinSlopes(fitted.given, summary.nobs) : null;
  const vcov = sandwich(back, adjusted?.adjusted ?? covariance, p, p);
  return terms.map((term, k) => {
    const contrast = back.slice(k * p, (k + 1) * p);
    const dfOf = (): number => {
      if (adjusted !== null) return componentDf(adjusted, contrast);
      if (betweenWithin !== null) return betweenWithin[k];
      if (df === "satterthwaite") return satterthwaite(contrast);
      return df === "z" ? Number.POSITIVE_INFINITY : Number.NaN;
    };
    return tested(term, coefficients[k], Math.sqrt(vcov[k * p + k]), dfOf());
  });
}

/** tr(Ψ × the mean of zz' over rows): the mean of z'Ψz (Johnson 2014, Methods in Ecology and Evolution 5:944-946). */
export function meanVariance({ meanSquares }: SlopesSummary, { lambda }: SlopePoint, q: number): number {
  const psi = psiOf(lambda, q);
  let sum = 0;
  for (let i = 0; i < psi.length; i++) sum += psi[i] * meanSquares[i];
  return sum;
}

function callersTheta(summary: SlopesSummary, { problem }: SlopesFitProblem, point: SlopePoint): number[] {
  const lambda = callersLambda(summary, point.lambda);
  return problem.entries.map(({ row, column }) => lambda[row * problem.q + column]);
}

function randomTerms(summary: SlopesSummary, point: SlopePoint, residual: number): SlopesModel["randomTerms"] {
  const q = summary.randomShift.length;
  const psi = psiOf(callersLambda(summary, point.lambda), q);
  let start = 0;
  return summary.random.map(({ columns }) => {
    const from = start;
    start += columns.length;
    const covariance = columns.map((_, k) => columns.map((__, l) => residual * psi[(from + k) * q + from + l]));
    return { group: summary.group, columns, covariance, levels: summary.levels };
  });
}

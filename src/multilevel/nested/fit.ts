import { fail } from "../../errors/error";
import { type FitMixedOptions, resolveFitOptions } from "../fit-options";
import { failPerfect, requireFittable } from "../fittable";
import { nearColumns, nearColumnsAdvice } from "../near-columns";
import { sizeClasses, totalProducts } from "../size-classes";
import type { GroupSummary, NestedModel, NestedSummary } from "../types";
import { callersCriterion, callersEffects, workingUnit } from "../working-columns";
import { diagnoseNested } from "./diagnose";
import { nestedEffects } from "./fixed-effects";
import { requireFreeLevels, requireNesting } from "./identified";
import { type NestedOptimum, optimiseNested } from "./optimise";
import { leading } from "./profile";
import { type ScaledNested, scaleNested, stateAt } from "./state";

/** A model with nested intercepts, fitted to its summary. */
export function fitNested(summary: NestedSummary, options: FitMixedOptions): NestedModel {
  const settings = resolveFitOptions(options);
  requireNesting(summary);
  const scaled = scaleNested(summary, settings.method === "REML");
  requireFittable(summary.inner, scaled.scaled, summary.nesting.length + 1);
  requireFreeLevels(summary, { ...scaled.problem, base: scaled.scaled.problem });
  const optimum = optimiseNested(scaled.problem);
  if (optimum === null) return failPerfect(summary.inner);
  requireStationary(optimum, summary);
  return assembleNested(summary, scaled, optimum, settings);
}

/** Refuses an optimum whose derivatives in log φ are not 0 to rounding. */
export function requireStationary({ best, slopes }: NestedOptimum, { inner }: NestedSummary): void {
  const steepest = Math.max(...best.phi.map((phi, k) => Math.abs(phi * slopes.gradient[k])));
  if (steepest <= 1e-8 * Math.max(1, Math.abs(best.criterion))) return;
  fail(
    "no-convergence",
    `The variances of "${inner.bound.formula}" did not settle: the criterion still changes by ${steepest.toPrecision(2)} per unit of log variance. ${adviceOf(inner)}`,
    { gradient: slopes.gradient },
  );
}

function adviceOf(inner: GroupSummary): string {
  const p = inner.columns.length;
  const total = totalProducts(inner.within, sizeClasses(inner.weights, null, inner.means, p + 1), p + 1);
  const near = nearColumns(leading(total, p), inner.columns);
  if (near.length > 0) return nearColumnsAdvice("fixed", near);
  return "Leave a level out, or report this with a summary of the data.";
}

export function assembleNested(
  summary: NestedSummary,
  nested: ScaledNested,
  optimum: NestedOptimum,
  { method, df, information }: Required<FitMixedOptions>,
): NestedModel {
  const { scaled } = nested;
  const { inner, nesting } = summary;
  const { best, slopes, other } = optimum;
  const p = nested.problem.base.p;
  const state = stateAt(nested, best, slopes);
  const covariance = best.factor.inverse().map((value) => value * best.sigma2);
  const { coefficients, vcov, centred, back } = callersEffects(best.beta, covariance, inner, scaled);
  const terms = scaled.keep.map((k) => inner.columns[k]);
  const residual = best.sigma2 * workingUnit(scaled) ** 2;
  const group = best.phi.reduce((sum, phi) => sum + phi, 0) * residual;
  const criterion = callersCriterion(best.criterion, scaled, method);
  const parameters = p + nesting.length + 1;
  return {
    kind: "mixed-model",
    structure: "nested",
    formula: inner.bound.formula,
    method,
    df,
    ...(df === "kenward-roger" && { information }),
    terms,
    coefficients,
    vcov,
    centred,
    fixed: nestedEffects({ terms, coefficients, vcov, back }, summary, state, df, information),
    randomTerms: nesting.map((level, k) => ({
      group: level.group,
      columns: ["(Intercept)"],
      covariance: [[best.phi[k] * residual]],
      levels: level.levels,
    })),
    variances: { group, residual },
    theta: best.phi.map(Math.sqrt),
    icc: group / (group + residual),
    nobs: inner.nobs,
    ngroups: nesting[nesting.length - 1].levels.length,
    criterion,
    logLik: -criterion / 2,
    aic: criterion + 2 * parameters,
    bic: criterion + Math.log(inner.nobs) * parameters,
    optimum: {
      evaluations: optimum.evaluations,
      gradient: slopes.gradient,
      boundary: best.phi.includes(0),
      ...(other && {
        otherOptimum: {
          theta: other.phi.map(Math.sqrt),
          criterion: callersCriterion(other.criterion, scaled, method),
        },
      }),
    },
    summary,
    diagnostics: [...inner.diagnostics, ...diagnoseNested(summary, scaled, optimum)],
  };
}

import { fail } from "../../errors/error";
import { sandwich } from "../../linalg/symmetric";
import { type FitMixedOptions, resolveFitOptions } from "../fit-options";
import { failPerfect, requireFittable } from "../fittable";
import type { NestedModel, NestedSummary } from "../types";
import { backTransform, centredFit, inCallersUnits } from "../units";
import { diagnoseNested } from "./diagnose";
import { nestedEffects } from "./fixed-effects";
import { requireFreeLevels, requireNesting } from "./identified";
import { type NestedOptimum, optimiseNested } from "./optimise";
import { type ScaledNested, scaleNested, stateAt } from "./state";

/** A model with nested intercepts, fitted to its summary. */
export function fitNested(summary: NestedSummary, options: FitMixedOptions): NestedModel {
  const settings = resolveFitOptions(options);
  requireNesting(summary);
  const scaled = scaleNested(summary, settings.method === "REML");
  requireFittable(summary.inner, scaled.scaled, summary.nesting.length + 1);
  requireFreeLevels(summary, scaled.problem);
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
    `The variances of "${inner.bound.formula}" did not settle: the criterion still changes by ${steepest.toPrecision(2)} per unit of log variance. Simplify the nesting, or report this with a summary of the data.`,
    { gradient: slopes.gradient },
  );
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
  const back = backTransform(inner, scaled);
  const covariance = best.factor.inverse().map((value) => value * best.sigma2);
  const vcov = sandwich(back, covariance, p, p);
  const coefficients = Float64Array.from({ length: p }, (_, j) =>
    best.beta.reduce((sum, value, k) => sum + back[j * p + k] * value, 0),
  );
  if (inner.bound.intercept) coefficients[0] += inner.shift[inner.shift.length - 1];
  const terms = scaled.keep.map((k) => inner.columns[k]);
  const residual = best.sigma2 * scaled.scale[p] ** 2;
  const group = best.phi.reduce((sum, phi) => sum + phi, 0) * residual;
  const criterion = inCallersUnits(best.criterion, scaled, method);
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
    centred: centredFit(best, scaled, covariance),
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
          criterion: inCallersUnits(other.criterion, scaled, method),
        },
      }),
    },
    summary,
    diagnostics: [...inner.diagnostics, ...diagnoseNested(summary, scaled, optimum)],
  };
}

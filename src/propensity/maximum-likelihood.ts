import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { count, listSome } from "../errors/words";
import { type BinaryProblem, fitBinary, type IrlsOptions, type IrlsResult } from "./irls";
import { LINKS } from "./links";
import type { StandardisedDesign } from "./problem";
import { findSeparation } from "./separation";

/** An estimate on the standardised columns. */
export interface Estimate {
  readonly coefficients: Float64Array;
  readonly covariance: Float64Array;
  readonly linearPredictor: Float64Array;
  readonly probabilities: Float64Array;
  readonly deviance: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Maximum (or Firth-penalised) likelihood, refused in words where no maximum exists or none was reached. */
export function maximumLikelihood(
  { problem, sample, names }: StandardisedDesign,
  hasIntercept: boolean,
  settings: IrlsOptions,
): Estimate {
  const start = sample.n === problem.n ? undefined : warmStart(sample, settings);
  // On many rows a pass is dear, and the logit's steps are known to shrink quadratically: stop one pass sooner.
  const quadratic = start !== undefined && settings.link === LINKS.logit;
  const fit = fitBinary(problem, { ...settings, start, quadratic });
  const probabilities = new Float64Array(problem.n);
  for (let r = 0; r < problem.n; r++) probabilities[r] = settings.link.probability(fit.linearPredictor[r]);
  if (!settings.firth) refuseSeparation(problem, names, hasIntercept, fit, probabilities);
  if (fit.status !== "converged") {
    fail(
      "no-convergence",
      `The propensity model did not converge in ${count(fit.iterations, "iteration")} (${fit.status}). ` +
        "Look for extreme values or near-collinear covariates, or raise maxIterations.",
      { iterations: fit.iterations, status: fit.status },
    );
  }
  return { ...fit, probabilities, converged: true, diagnostics: diagnose(fit, probabilities, settings) };
}

/** A fit to a sample of a large problem saves passes over all of it. */
function warmStart(sample: BinaryProblem, settings: IrlsOptions): Float64Array | undefined {
  if (settings.firth) return undefined;
  const fit = fitBinary(sample, { ...settings, tolerance: 1e-3, maxIterations: 15 });
  return fit.status === "converged" ? fit.coefficients : undefined;
}

/** With no fitted probability this near 0 or 1, a converged fit is not on its way to infinity. */
const EXTREME = 1e-6;

function refuseSeparation(
  problem: BinaryProblem,
  names: readonly string[],
  hasIntercept: boolean,
  fit: IrlsResult,
  probabilities: Float64Array,
): void {
  if (fit.status === "converged" && countExtreme(probabilities, EXTREME) === 0) return;
  const found = findSeparation(problem, fit.step, hasIntercept);
  if (found === null) return;
  const covariates = found.columns.map((k) => names[k]);
  fail(
    "separation",
    `${covariates.length === 1 ? `The covariate "${covariates[0]}" separates` : `The covariates ${listSome(covariates)} together separate`} ` +
      `treated from control ${found.complete ? "completely" : `in ${count(found.separated, "row")}`}, so the likelihood has no maximum. ` +
      'Use penalty: "firth", merge sparse levels, or leave it out.',
    { covariates, separated: found.separated, complete: found.complete },
  );
}

function diagnose(fit: IrlsResult, probabilities: Float64Array, settings: IrlsOptions): Diagnostic[] {
  const result: Diagnostic[] = [];
  if (settings.firth) {
    result.push(
      diagnostic(
        "penalised",
        "info",
        "Firth's penalty: coefficients are penalised maximum likelihood estimates; deviance and AIC are those of the unpenalised likelihood at them.",
      ),
    );
  }
  const extreme = countExtreme(probabilities, 1e-8);
  if (extreme > 0) {
    result.push(
      diagnostic(
        "fitted-extremes",
        "warning",
        `${count(extreme, "row")} with a fitted probability within 1e-8 of 0 or 1: treatment is all but certain there, and such rows have no counterpart.`,
        { count: extreme },
      ),
    );
  }
  if (fit.halvings > 0) {
    result.push(
      diagnostic(
        "step-halving",
        "info",
        `${count(fit.halvings, "step-halving", "step-halvings")} on the way to the optimum.`,
        {
          halvings: fit.halvings,
        },
      ),
    );
  }
  return result;
}

/** How many probabilities lie within the margin of 0 or 1. */
function countExtreme(probabilities: Float64Array, margin: number): number {
  let found = 0;
  for (let r = 0; r < probabilities.length; r++) {
    if (probabilities[r] < margin || probabilities[r] > 1 - margin) found++;
  }
  return found;
}

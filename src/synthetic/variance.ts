import { fail } from "../errors/error";
import { COVARIATE_VARIANCE, TEACHING_EFFECT } from "./calibration/outcomes";
import { KEY_STAGES } from "./calibration/schools";
import type { ResolvedSimulation, VariancePartition } from "./types";

/**
 * How the national variance of 1 divides at a key stage (0 = KS2, 1 = KS4):
 *
 *   1 = covariates (within + between schools) + school effects V + residual
 *   V = icc − d²/4, d the default effect: where half the schools carry it, they add d²/4 and school variance is `icc`
 *   V = authority + persistent + quality + yearly; all but the last stay, so that two years correlate by their share of
 *   V
 *
 * The default truth is taken off whatever the truth in use, so that the world without designation is always the same.
 */
export function variancePartition(options: ResolvedSimulation, stage: 0 | 1): VariancePartition {
  const name = KEY_STAGES[stage];
  const covariates = COVARIATE_VARIANCE[stage];
  const schools = options.icc[name] - TEACHING_EFFECT[stage] ** 2 / 4;
  const authority = options.authorityShare * schools;
  const quality = options.hidden.outcome ** 2;
  const persistent = options.yearCorrelation * schools - authority - quality;
  if (persistent < 0) {
    const room = Math.sqrt(options.yearCorrelation * schools - authority);
    fail(
      "invalid-argument",
      `A hidden quality of ${options.hidden.outcome} sd has more variance than lasting school effects have at ${name}. ` +
        `Take at most ${Math.floor(room * 1000) / 1000}, or a larger "icc".`,
      { option: "hidden" },
    );
  }
  const residual = 1 - covariates.within - covariates.between - schools;
  return {
    covariatesWithin: covariates.within,
    covariatesBetween: covariates.between,
    authority,
    persistent,
    quality,
    yearly: (1 - options.yearCorrelation) * schools,
    residual,
    unconditionalIcc: schools + covariates.between,
    conditionalIcc: schools / (schools + residual),
  };
}

import type { DataLike } from "../../data/types";
import { fail } from "../../errors/error";
import type { BoundFormula } from "../../formula/types";
import { type FitMixedOptions, resolveFitOptions } from "../fit-options";
import type { SummariseOptions } from "../summarise";
import type { SlopesModel } from "../types";
import { assembleSlopes } from "./assemble";
import { failPerfectSlopes, requireFittableSlopes } from "./check";
import { optimiseSlopes } from "./optimise";
import { slopesProblem } from "./scale";
import { summariseSlopes } from "./summarise";
import type { SlopesSummary } from "./types";

/** A model with random slopes, from rows. */
export function fitSlopes(
  bound: BoundFormula,
  data: DataLike,
  options: FitMixedOptions & SummariseOptions,
): SlopesModel {
  return fitSlopesSummary(summariseSlopes(bound, data, options), options);
}

/** The same from the summary of rows, such as that of a model already fitted. */
export function fitSlopesSummary(summary: SlopesSummary, options: FitMixedOptions = {}): SlopesModel {
  const { method, df, information } = resolveFitOptions(options);
  const fitted = slopesProblem(summary, method === "REML");
  requireFittableSlopes(summary, fitted);
  const optimum = optimiseSlopes(fitted.problem);
  if (optimum === null) return failPerfectSlopes(summary);
  if (!(optimum.decrement <= 1e-8)) {
    fail(
      "no-convergence",
      `The search for the variances of "${summary.bound.formula}" stopped ${optimum.decrement.toPrecision(2)} above the least criterion in sight. Centre the columns of the random term, or leave some out.`,
      { decrement: optimum.decrement },
    );
  }
  if (information === "observed" && optimum.boundary) {
    fail(
      "invalid-argument",
      'The random effects\' covariance matrix is estimated as singular, and there the observed information says nothing of its entries. Leave out information: "observed".',
    );
  }
  return assembleSlopes(summary, fitted, optimum, { method, df, information });
}

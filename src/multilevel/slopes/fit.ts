import type { DataLike } from "../../data/types";
import { fail } from "../../errors/error";
import type { BoundFormula } from "../../formula/types";
import { principal } from "../../linalg/symmetric";
import { type FitMixedOptions, resolveFitOptions } from "../fit-options";
import { nearColumns, nearColumnsAdvice } from "../near-columns";
import { leading } from "../nested/profile";
import type { SummariseOptions } from "../summarise";
import type { SlopesModel } from "../types";
import { assembleSlopes } from "./assemble";
import { failPerfectSlopes, requireFittableSlopes } from "./check";
import { optimiseSlopes, type SlopeOptimum } from "./optimise";
import { slopesProblem, totalProducts } from "./scale";
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
  requireSettled(optimum, summary);
  if (information === "observed" && optimum.boundary) {
    fail(
      "invalid-argument",
      'The random effects\' covariance matrix is estimated as singular, and there the observed information says nothing of its entries. Leave out information: "observed".',
    );
  }
  return assembleSlopes(summary, fitted, optimum, { method, df, information });
}

/** Refuses an optimum from which another Newton step would still lead on. */
export function requireSettled({ decrement }: Pick<SlopeOptimum, "decrement">, summary: SlopesSummary): void {
  if (decrement <= 1e-8) return;
  fail(
    "no-convergence",
    `The search for the variances of "${summary.bound.formula}" stopped ${decrement.toPrecision(2)} above the least criterion in sight. ${adviceOf(summary)}`,
    { decrement },
  );
}

function adviceOf(summary: SlopesSummary): string {
  const q = summary.randomShift.length;
  let start = 0;
  const random = summary.random.flatMap(({ columns, correlated }) => {
    const own = columns.map((_, k) => start + k);
    start += columns.length;
    return correlated ? nearColumns(principal(summary.meanSquares, q, own), columns) : [];
  });
  if (random.length > 0) return nearColumnsAdvice("random", random);
  const fixed = nearColumns(leading(totalProducts(summary), summary.columns.length), summary.columns);
  if (fixed.length > 0) return nearColumnsAdvice("fixed", fixed);
  return "Leave a random column out, or report this with a summary of the data.";
}

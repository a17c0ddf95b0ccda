import { fail } from "../../errors/error";
import type { SlopesModel } from "../types";
import { devianceAt, type SlopePoint } from "./deviance";
import { lambdaOf } from "./problem";
import { randomTransform, type SlopesFitProblem, slopesProblem, triangularised } from "./scale";

/** A fitted model's numbers, computed again from its summary: what later inference works on. */
export function slopesState(model: SlopesModel): SlopesFitProblem & { readonly point: SlopePoint } {
  const fitted = slopesProblem(model.summary, model.method === "REML");
  const { q, entries } = fitted.problem;
  const lambda = triangularised(randomTransform(model.summary), lambdaOf(model.theta, entries, q), q);
  const theta = Float64Array.from(entries, ({ row, column }) => lambda[row * q + column]);
  const point = devianceAt(fitted.problem, theta);
  if (point === null) {
    return fail(
      "invalid-argument",
      `The model "${model.formula}" does not fit its own summary; it may have been changed after fitting.`,
    );
  }
  return { ...fitted, point };
}

import { fail } from "../errors/error";
import { pointOf } from "./given-columns";
import type { ProfilePoint } from "./profile";
import { type ScaledProblem, scaleSummary } from "./scale";
import type { InterceptModel } from "./types";

/** A fitted model's numbers, computed again from its summary: what later inference works on. */
export interface FittedState {
  readonly scaled: ScaledProblem;
  readonly point: ProfilePoint;
}

/** The state of a model, or of its ML (or REML) twin at the same θ. */
export function stateOf(model: InterceptModel, method: "REML" | "ML" = model.method): FittedState {
  const scaled = scaleSummary(model.summary, method === "REML", model.theta ** 2);
  const point = pointOf(scaled, model.theta ** 2);
  if (point === null) {
    return fail(
      "invalid-argument",
      `The model "${model.formula}" does not fit its own summary; it may have been changed after fitting.`,
    );
  }
  return { scaled, point };
}

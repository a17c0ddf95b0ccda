import { fail } from "../../errors/error";
import { type ScaledProblem, scaleSummary } from "../scale";
import type { NestedModel, NestedSummary } from "../types";
import { type NestedCurvature, nestedCurvature } from "./curvature";
import { type NestedPoint, type NestedProblem, type NestedSlopes, nestedAt, nestedSlopes } from "./profile";

/** A nested summary turned into the numbers of a fit. */
export interface ScaledNested {
  /** In the columns given. */
  readonly scaled: ScaledProblem;
  /** In those that the fit is computed in: orthogonal ones where the given are nearly dependent. */
  readonly problem: NestedProblem;
}

export function scaleNested({ inner, nesting }: NestedSummary, reml: boolean): ScaledNested {
  const scaled = scaleSummary(inner, reml);
  return {
    scaled,
    problem: {
      base: scaled.orthogonal?.problem ?? scaled.problem,
      parents: nesting.map((level) => level.parents),
      counts: nesting.map((level) => level.levels.length),
    },
  };
}

/** A fitted nested model's numbers, with all derivatives: what inference works on. */
export interface NestedState extends ScaledNested {
  readonly point: NestedPoint;
  readonly slopes: NestedSlopes;
  readonly curvature: NestedCurvature;
}

/** The state of a model, computed again from its summary. */
export function nestedStateOf(model: NestedModel): NestedState {
  const scaled = scaleNested(model.summary, model.method === "REML");
  const point = nestedAt(
    scaled.problem,
    model.theta.map((theta) => theta * theta),
  );
  if (point === null) {
    return fail(
      "invalid-argument",
      `The model "${model.formula}" does not fit its own summary; it may have been changed after fitting.`,
    );
  }
  return stateAt(scaled, point, nestedSlopes(scaled.problem, point));
}

export function stateAt(scaled: ScaledNested, point: NestedPoint, slopes: NestedSlopes): NestedState {
  return { ...scaled, point, slopes, curvature: nestedCurvature(scaled.problem, point, slopes) };
}

import { kenwardRoger } from "./kenward-roger";
import { type ComponentKenwardRoger, nestedKenwardRoger } from "./nested/kenward-roger";
import { nestedSatterthwaite } from "./nested/satterthwaite";
import { nestedStateOf } from "./nested/state";
import { requireIntercept } from "./require-intercept";
import { satterthwaiteDf } from "./satterthwaite";
import { kenwardRogerSlopes } from "./slopes/kenward-roger";
import { satterthwaiteSlopes } from "./slopes/satterthwaite";
import { keptScale } from "./slopes/scale";
import { slopesState } from "./slopes/state";
import { stateOf } from "./state";
import type { MixedModel } from "./types";
import { backTransform } from "./units";
import { refuseGroupWeights } from "./weights";

/** What tests of contrasts need of a fitted model, whatever its random part. */
export interface ContrastTests {
  /** T of β = Tγ, p × p: contrasts of β in the scaled coefficients γ that the tests below take. */
  readonly back: Float64Array;
  /** Satterthwaite degrees of freedom of l'γ. */
  satterthwaite(contrast: Float64Array): number;
  kenwardRoger(): ComponentKenwardRoger;
}

export function contrastTests(model: MixedModel): ContrastTests {
  if (model.structure === "nested") {
    const state = nestedStateOf(model);
    return {
      back: backTransform(model.summary.inner, state.scaled),
      satterthwaite: nestedSatterthwaite(state),
      kenwardRoger: () => nestedKenwardRoger(state, model.summary.inner.nobs, model.information ?? "expected"),
    };
  }
  if (model.structure === "slopes") {
    const { problem, point, keep } = slopesState(model);
    return {
      back: backTransform(model.summary, { keep, scale: keptScale(model.summary, keep) }),
      satterthwaite: satterthwaiteSlopes(point, problem.m),
      kenwardRoger: () => kenwardRogerSlopes(problem, point, model.summary.sizes, model.information ?? "expected"),
    };
  }
  const single = requireIntercept(model, "F tests");
  refuseGroupWeights(single.summary, "F tests");
  const { scaled, point } = stateOf(single);
  return {
    back: backTransform(single.summary, scaled),
    satterthwaite: (contrast) => satterthwaiteDf(scaled.problem, point, contrast),
    kenwardRoger() {
      const { v, ...parts } = kenwardRoger(
        scaled.problem,
        point,
        single.summary.sizes,
        model.information ?? "expected",
      );
      return { ...parts, v: Float64Array.of(v[0], v[1], v[1], v[2]) };
    },
  };
}

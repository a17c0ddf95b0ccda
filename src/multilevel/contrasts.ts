import { computedIn } from "./given-columns";
import { kenwardRoger } from "./kenward-roger";
import { type ComponentKenwardRoger, nestedKenwardRoger } from "./nested/kenward-roger";
import { nestedSatterthwaite } from "./nested/satterthwaite";
import { nestedStateOf } from "./nested/state";
import { requireIntercept } from "./require-intercept";
import { satterthwaiteDf } from "./satterthwaite";
import { conditionedPoint } from "./slopes/conditioned";
import { kenwardRogerSlopes } from "./slopes/kenward-roger";
import { satterthwaiteSlopes } from "./slopes/satterthwaite";
import { slopesState } from "./slopes/state";
import { stateOf } from "./state";
import type { MixedModel } from "./types";
import { refuseGroupWeights } from "./weights";
import { workingBack } from "./working-columns";

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
      back: workingBack(model.summary.inner, state.scaled),
      satterthwaite: nestedSatterthwaite(state),
      kenwardRoger: () => nestedKenwardRoger(state, model.summary.inner.nobs, model.information ?? "expected"),
    };
  }
  if (model.structure === "slopes") {
    const { point: given, ...fitted } = slopesState(model);
    const { problem, point } = conditionedPoint(fitted.problem, given);
    return {
      back: workingBack(model.summary, fitted),
      satterthwaite: satterthwaiteSlopes(point, problem.m),
      kenwardRoger: () => kenwardRogerSlopes(problem, point, model.summary.sizes, model.information ?? "expected"),
    };
  }
  const single = requireIntercept(model, "F tests");
  refuseGroupWeights(single.summary, "F tests");
  const { scaled, point: given } = stateOf(single);
  const { problem, point, columns } = computedIn(scaled, given);
  return {
    back: workingBack(single.summary, columns),
    satterthwaite: (contrast) => satterthwaiteDf(problem, point, contrast),
    kenwardRoger() {
      const { v, ...parts } = kenwardRoger(problem, point, single.summary.sizes, model.information ?? "expected");
      return { ...parts, v: Float64Array.of(v[0], v[1], v[1], v[2]) };
    },
  };
}

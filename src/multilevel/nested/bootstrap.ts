import type { Rng } from "../../random/rng";
import { type Refits, withinDraws, withinRank } from "../refits";
import type { NestedModel } from "../types";
import { backTransform } from "../units";
import { scaledCoefficients, workingUnit } from "../working-columns";
import { optimiseNestedNear } from "./optimise";
import type { NestedProblem } from "./profile";
import { type NestedState, nestedStateOf } from "./state";

/** Refits of what a nested model sees of simulated rows: means of innermost groups, and W. */
export function nestedRefits(model: NestedModel, rng: Rng): Refits {
  const state = nestedStateOf(model);
  const { inner, nesting } = model.summary;
  const unit = workingUnit(state.scaled);
  const draw = outcomeDraws(state, inner.nobs, rng);
  return {
    back: backTransform(inner, state.scaled),
    intercept: inner.bound.intercept ? inner.shift[inner.shift.length - 1] : 0,
    parameters: nesting.map(({ group }) => `sd(${group})`),
    next() {
      const optimum = optimiseNestedNear(draw(), state.point.phi);
      if (optimum === null) return null;
      const { beta, phi, sigma2 } = optimum.best;
      const residualSd = Math.sqrt(sigma2) * unit;
      return {
        beta: scaledCoefficients(beta, state.scaled).beta,
        random: phi.map((value) => Math.sqrt(value) * residualSd),
        groupSd: Math.sqrt(phi.reduce((sum, value) => sum + value, 0)) * residualSd,
        residualSd,
        boundary: phi.includes(0),
      };
    },
  };
}

/** ȳ_c ~ x̄_c'β + the effects of c and of the groups around it + N(0, σ²/S_c). Each draw overwrites the one before. */
function outcomeDraws({ problem, point }: NestedState, nobs: number, rng: Rng): () => NestedProblem {
  const { base, parents, counts } = problem;
  const { p, weights } = base;
  const q = p + 1;
  const { beta, phi, sigma2 } = point;
  const sigma = Math.sqrt(sigma2);
  const within = withinDraws(base.within, beta, sigma2, nobs - counts[0] - withinRank(base.within, p), rng);
  const means = base.means.slice();
  const expected = Float64Array.from(weights, (_, c) =>
    beta.reduce((sum, value, k) => sum + means[c * q + k] * value, 0),
  );
  return () => {
    const drawn = within();
    let around: Float64Array = new Float64Array(1);
    for (let k = counts.length - 1; k > 0; k--) {
      const sd = sigma * Math.sqrt(phi[k]);
      const outer = around;
      around = Float64Array.from(parents[k], (parent) => outer[parent] + sd * rng.normal());
    }
    for (let c = 0; c < counts[0]; c++) {
      const own = sigma * Math.sqrt(phi[0] + 1 / weights[c]) * rng.normal();
      means[c * q + p] = expected[c] + around[parents[0][c]] + own;
    }
    return { ...problem, base: { ...base, ...drawn, means } };
  };
}

import type { Rng } from "../../random/rng";
import { type Refits, withinDraws, withinRank } from "../refits";
import type { SlopesModel } from "../types";
import { backTransform } from "../units";
import { scaledCoefficients, workingUnit } from "../working-columns";
import { meanVariance } from "./assemble";
import type { SlopePoint } from "./deviance";
import { optimiseSlopesNear, psiOf } from "./optimise";
import { randomParameters } from "./parameters";
import type { SlopeProblem } from "./problem";
import { rankOf } from "./recode";
import { callersLambda } from "./scale";
import { slopesState } from "./state";

/** Refits of what a model with slopes sees of simulated rows: each group's Q_j'y_j, and W. */
export function slopesRefits(model: SlopesModel, rng: Rng): Refits {
  const { summary } = model;
  const { point, ...fitted } = slopesState(model);
  const { problem } = fitted;
  const { q } = problem;
  const unit = workingUnit(fitted);
  const parameters = randomParameters(summary);
  const draw = outcomeDraws(problem, point, summary.nobs, rng);
  return {
    back: backTransform(summary, fitted),
    intercept: summary.bound.intercept ? summary.shift[summary.shift.length - 1] : 0,
    parameters: parameters.map(({ name }) => name),
    next() {
      const optimum = optimiseSlopesNear(draw(), point.theta);
      if (optimum === null) return null;
      const { beta, sigma2, lambda } = optimum.best;
      const residualSd = Math.sqrt(sigma2) * unit;
      const psi = psiOf(callersLambda(summary, lambda), q);
      const sd = (k: number): number => Math.sqrt(psi[k * q + k]);
      return {
        beta: scaledCoefficients(beta, fitted).beta,
        random: parameters.map(({ first, second }) =>
          second === null ? sd(first) * residualSd : psi[first * q + second] / (sd(first) * sd(second)),
        ),
        groupSd: Math.sqrt(meanVariance(summary, optimum.best, q)) * residualSd,
        residualSd,
        boundary: optimum.boundary,
      };
    },
  };
}

/**
 * Q_j'y_j ~ Q_j'X_jβ + R_jb_j + σe_j, b_j ~ N(0, σ²Ψ), e_j standard normal of length rank R_j. Each draw overwrites the one before.
 */
function outcomeDraws(problem: SlopeProblem, point: SlopePoint, nobs: number, rng: Rng): () => SlopeProblem {
  const { q, p, groups, factors } = problem;
  const r = p + 1;
  const { beta, lambda, sigma2 } = point;
  const sigma = Math.sqrt(sigma2);
  let rank = withinRank(problem.within, p);
  for (let j = 0; j < groups; j++) rank += rankOf(factors, j, q);
  const within = withinDraws(problem.within, beta, sigma2, nobs - rank, rng);
  const projections = problem.projections.slice();
  const expected = Float64Array.from({ length: groups * q }, (_, row) =>
    beta.reduce((sum, value, k) => sum + projections[row * r + k] * value, 0),
  );
  const effects = new Float64Array(q);
  const normals = new Float64Array(q);
  return () => {
    const drawn = within();
    for (let j = 0; j < groups; j++) {
      for (let k = 0; k < q; k++) normals[k] = rng.normal();
      for (let k = 0; k < q; k++) {
        effects[k] = 0;
        for (let l = 0; l < q; l++) effects[k] += lambda[k * q + l] * normals[l];
      }
      for (let k = 0; k < q; k++) {
        const row = j * q + k;
        // A row that the group's columns do not reach holds nothing of its outcome either.
        if (!(factors[row * q + k] > 0)) continue;
        let sum = rng.normal();
        for (let l = k; l < q; l++) sum += factors[row * q + l] * effects[l];
        projections[row * r + p] = expected[row] + sigma * sum;
      }
    }
    return { ...problem, ...drawn, projections };
  };
}

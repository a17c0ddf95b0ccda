import { covarianceRoot } from "../group-estimates";
import { type Around, type JointErrors, spreadOf } from "../joint-errors";
import type { NestedModel } from "../types";
import { workingUnit } from "../working-columns";
import { nestedStateOf } from "./state";

/**
 * The effects of one level's groups with the joint covariance of their errors; `total` adds those of the groups around them.
 *
 * Given the sum o of the effects around it, a group's effect has variance σ²φh and mean g φ(ȳ − o): its error takes −φg of the
 * error of o with it, and h = 1 − φg of it once o is added. The variance of o's error is σ²κ (see `nestedSlopes`).
 */
export function nestedErrors(model: NestedModel, level: number, total: boolean): JointErrors {
  const { point, slopes, problem, scaled } = nestedStateOf(model);
  const { parents, counts, base } = problem;
  const p = base.p;
  const q = p + 1;
  const unit = workingUnit(scaled);
  const variance = point.sigma2 * unit * unit;
  const covariance = point.factor.inverse().map((value) => value * variance);
  const estimate = new Float64Array(counts[level]);
  const pulls = new Float64Array(counts[level] * p);
  for (let a = 0; a < counts[level]; a++) {
    let own = a;
    for (let k = level; k < (total ? counts.length : level + 1); k++) {
      const effect = (column: number): number => point.phi[k] * slopes.scores[k][own * q + column];
      estimate[a] += effect(p) * unit;
      for (let c = 0; c < p; c++) pulls[a * p + c] += effect(c);
      own = parents[k][own];
    }
  }
  const sums = slopes.kappas.map((kappa) => kappa.map((value) => value * variance));
  const around = sums.slice(level + 1).map((variances, i): Around => {
    const { h } = point.levels[level + i];
    return {
      parents: parents[level + i],
      weights: i === 0 && !total ? h.map((value) => value - 1) : h,
      variances,
    };
  });
  const phi = point.phi[level];
  return {
    p,
    estimate,
    conditional: total
      ? sums[level]
      : slopes.precisions[level].map((precision) => phi * (1 - phi * precision) * variance),
    spread: spreadOf(pulls, covarianceRoot(covariance, p), p),
    around,
  };
}

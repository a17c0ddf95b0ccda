import { fail } from "../errors/error";
import { sandwich } from "../linalg/symmetric";
import { withBlocks } from "./blocks";
import { tested } from "./fixed-effects";
import { stateOf } from "./state";
import type { FixedEffect, InterceptModel } from "./types";
import { backTransform } from "./units";
import { groupScore } from "./weights";

/**
 * A model's coefficients with standard errors that hold whatever ties groups of one cluster together: schools of a pair.
 *
 * A⁻¹ (Σ_c s_c s_c') A⁻¹ × G/(G − b): s_c sums the (weighted) scores of the cluster's groups, G is the number of clusters and
 * b of the columns besides the intercept that are constant within groups; t with G − b degrees of freedom. With pairs of equally
 * large groups and a treatment alone (b = 1) that is the t test of the pair differences.
 *
 * @param clusterOf - the cluster of each of the model's levels.
 * @throws `too-few-groups` where G ≤ b.
 * @see Abadie & Spiess (2022), JASA 117:983-995, for pairs; Cameron & Miller (2015), Journal of Human Resources 50:317-372.
 */
export function clusteredAbove(model: InterceptModel, clusterOf: (level: string) => string | number): FixedEffect[] {
  const summary = withBlocks(model, "Errors clustered above the groups");
  const { scaled, point } = stateOf(model);
  const { p, within } = scaled.problem;
  const q = p + 1;
  const scores = new Map<string | number, Float64Array>();
  summary.levels.forEach((level, j) => {
    const cluster = clusterOf(level);
    const sum = scores.get(cluster) ?? new Float64Array(p);
    scores.set(cluster, sum);
    groupScore(summary, scaled, point, j).forEach((value, k) => {
      sum[k] += value;
    });
  });
  const intercept = summary.bound.intercept ? 1 : 0;
  const constant = model.terms.filter((_, k) => within[k * q + k] <= 1e-12 * summary.nobs).length - intercept;
  const df = scores.size - constant;
  if (df < 1) {
    fail(
      "too-few-groups",
      `There are ${scores.size} clusters and ${constant} columns that do not vary within ${summary.group}; errors clustered above ${summary.group} need more clusters than such columns.`,
      { clusters: scores.size, columns: constant },
    );
  }
  const meat = new Float64Array(p * p);
  for (const score of scores.values()) {
    for (let k = 0; k < p; k++) for (let l = 0; l < p; l++) meat[k * p + l] += score[k] * score[l];
  }
  const covariance = sandwich(point.parts.inverse, meat, p, p);
  const vcov = sandwich(backTransform(summary, scaled), covariance, p, p);
  const factor = scores.size / df;
  return model.terms.map((term, k) => tested(term, model.coefficients[k], Math.sqrt(factor * vcov[k * p + k]), df));
}

import { fail } from "../errors/error";
import { bilinear } from "../linalg/symmetric";
import { randomColumnSums } from "./slopes/group-summary";
import { scaledCovariance } from "./slopes/modes";
import type { MixedModel, NestedModel, SlopesModel } from "./types";

/** Sizes of the groups of one level. */
export interface LevelSizes {
  readonly group: string;
  /** n of each group. */
  readonly sizes: Float64Array;
}

/** The groups of every level with their sizes, from the innermost out. */
export function levelSizes(model: MixedModel): LevelSizes[] {
  if (model.structure !== "nested") return [{ group: model.summary.group, sizes: model.summary.sizes }];
  const { inner, nesting } = model.summary;
  let sizes = inner.sizes;
  return nesting.map(({ group }, k) => {
    if (k > 0) {
      const sums = new Float64Array(nesting[k].levels.length);
      sizes.forEach((size, a) => {
        sums[nesting[k - 1].parents[a]] += size;
      });
      sizes = sums;
    }
    return { group, sizes };
  });
}

export function harmonicMean(sizes: Float64Array): number {
  return sizes.length / sizes.reduce((sum, size) => sum + 1 / size, 0);
}

/** The random effects' part of the variance of the mean outcome of n_j rows, averaged over the groups of each level. */
export function meanGroupVariances(model: MixedModel, what: string): number[] {
  if (model.structure === "intercept") return [model.variances.group];
  if (model.structure === "nested") return nestedMeanVariances(model);
  const { sizes } = model.summary;
  return [groupSumVariances(model, what).reduce((sum, value, j) => sum + value / sizes[j] ** 2, 0) / sizes.length];
}

/** For each level k: Σ_{l ≥ k} σ_l² + Σ_{l < k} σ_l² × the mean over its groups a of Σ (n_b/n_a)², b the groups of level l in a. */
function nestedMeanVariances(model: NestedModel): number[] {
  const variances = model.randomTerms.map(({ covariance }) => covariance[0][0]);
  const { nesting } = model.summary;
  const levels = levelSizes(model);
  return levels.map(({ sizes }, k) => {
    let sum = 0;
    for (let l = 0; l < variances.length; l++) {
      if (l >= k) {
        sum += variances[l];
        continue;
      }
      levels[l].sizes.forEach((size, b) => {
        let a = b;
        for (let m = l; m < k; m++) a = nesting[m].parents[a];
        sum += (variances[l] * (size / sizes[a]) ** 2) / sizes.length;
      });
    }
    return sum;
  });
}

/** s_j'Σs_j of each group, s_j = Σ_i z_ij: the random effects' part of the variance of the group's sum of outcomes. */
export function groupSumVariances(model: SlopesModel, what: string): Float64Array {
  const { summary } = model;
  if (summary.pupilWeights === "precision") {
    fail("invalid-argument", `${what} are of rows that count alike; fit the model without precision weights.`);
  }
  const q = summary.randomShift.length;
  const sums = randomColumnSums(summary, what);
  const covariance = scaledCovariance(model);
  return summary.sizes.map((_, j) => {
    const own = sums.subarray(j * q, (j + 1) * q);
    return bilinear(own, covariance, own, q);
  });
}

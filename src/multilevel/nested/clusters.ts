import { type ClusterBasis, type ClusterColumns, clusterBasis } from "../cluster-basis";
import { scaledBlock } from "../scale";
import type { NestedSummary } from "../types";
import type { NestedState } from "./state";

/**
 * The outermost groups as clusters. The constants of a cluster's innermost groups, √S_c each, span its random effects: there its
 * covariance over σ² is I + Σ_k φ_k s s' over groups of level k, s the √S_c of its innermost groups.
 *
 * @param sigma2 - of the scaled outcome.
 */
export function nestedClusters(
  { inner }: NestedSummary,
  { problem, scaled, point }: NestedState,
  columns: ClusterColumns,
  sigma2: number,
): ClusterBasis[] {
  const { parents, counts } = problem;
  const { p, weights, means } = scaled.problem;
  const q = p + 1;
  // Each innermost group's group at every level.
  const codes = [Int32Array.from(weights, (_, c) => c)];
  for (let k = 0; k + 1 < counts.length; k++) codes.push(codes[k].map((group) => parents[k][group]));
  const members: number[][] = Array.from({ length: counts[counts.length - 1] }, () => []);
  codes[counts.length - 1].forEach((cluster, c) => {
    members[cluster].push(c);
  });
  return members.map((groups) => {
    const count = groups.length;
    const values = new Float64Array(count * q);
    const covariance = new Float64Array(count * count);
    const block = new Float64Array(q * q);
    groups.forEach((c, i) => {
      const root = Math.sqrt(weights[c]);
      for (let k = 0; k < q; k++) values[i * q + k] = root * means[c * q + k];
      scaledBlock(inner, scaled, c).forEach((value, at) => {
        block[at] += value;
      });
      groups.forEach((d, j) => {
        let shared = 0;
        for (let k = 0; k < counts.length; k++) if (codes[k][c] === codes[k][d]) shared += point.phi[k];
        covariance[i * count + j] = (i === j ? 1 : 0) + shared * root * Math.sqrt(weights[d]);
      });
    });
    return clusterBasis({ count, values }, covariance, block, columns, sigma2);
  });
}

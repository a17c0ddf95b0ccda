import { principal, sandwich } from "../../linalg/symmetric";
import { type ClusterBasis, type ClusterColumns, clusterBasis } from "../cluster-basis";
import type { SlopePoint } from "./deviance";
import { psiOf } from "./optimise";
import type { SlopesFitProblem } from "./scale";
import type { SlopesSummary } from "./types";

/**
 * The groups as clusters: Q_j spans a group's random effects, with I + R_jΨR_j' for its covariance over σ².
 *
 * @param sigma2 - of the scaled outcome.
 */
export function slopesClusters(
  summary: SlopesSummary & { readonly blocks: Float64Array },
  { given, keep }: SlopesFitProblem,
  { lambda }: SlopePoint,
  columns: ClusterColumns,
  sigma2: number,
): ClusterBasis[] {
  const { q, p, factors, projections } = given;
  const r = p + 1;
  const all = summary.shift.length;
  const psi = psiOf(lambda, q);
  return summary.levels.map((_, j) => {
    const factor = factors.subarray(j * q * q, (j + 1) * q * q);
    const rows = Array.from({ length: q }, (__, k) => k).filter((k) => factor[k * q + k] > 0);
    const count = rows.length;
    const values = new Float64Array(count * r);
    rows.forEach((row, i) => {
      values.set(projections.subarray((j * q + row) * r, (j * q + row + 1) * r), i * r);
    });
    const covariance = principal(sandwich(factor, psi, q, q), q, rows);
    for (let i = 0; i < count; i++) covariance[i * count + i] += 1;
    const block = principal(summary.blocks.subarray(j * all * all, (j + 1) * all * all), all, [...keep, all - 1]);
    return clusterBasis({ count, values }, covariance, block, columns, sigma2);
  });
}

import { EVD, Matrix } from "ml-matrix";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { transposed } from "../linalg/square";
import { bilinear, sandwich, semidefiniteFactor } from "../linalg/symmetric";
import { nestedWithBlocks, slopesWithBlocks, withBlocks } from "./blocks";
import { type ClusterBasis, clusterBasis, joined } from "./cluster-basis";
import { groupsByCluster } from "./clusters";
import { tested } from "./fixed-effects";
import { orthogonalRoot } from "./given-columns";
import { nestedClusters } from "./nested/clusters";
import { nestedStateOf } from "./nested/state";
import { summaryOfRows } from "./rows";
import { scaledBlock } from "./scale";
import { slopesClusters } from "./slopes/clusters";
import { keptScale } from "./slopes/scale";
import { slopesState } from "./slopes/state";
import { type FittedState, stateOf } from "./state";
import type { ClusterRobust, GroupSummary, MixedModel } from "./types";
import { backTransform } from "./units";
import { refuseGroupWeights } from "./weights";

export interface ClusterRobustOptions {
  /** Default `"CR2"`. */
  readonly type?: "CR0" | "CR2";
  /**
   * Larger units that groups belong to, such as pairs of schools: a column of the rows that the model was fitted to, or the cluster
   * of each level of the (outermost) group. Default: every such group by itself.
   */
  readonly clusters?: string | Readonly<Record<string, string | number>>;
}

/**
 * Standard errors of a mixed model's coefficients that do not rely on its covariance being right: the sandwich, by group or by
 * clusters of groups.
 *
 * `"CR0"` sums the outer products of the clusters' scores. `"CR2"` first corrects each cluster's residuals so that the result
 * is unbiased where the model is right (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018): better with few clusters, and the
 * default. Degrees of freedom are Satterthwaite's under the fitted model. By group, both agree with R's clubSandwich.
 *
 * Without `clusters` these are the groups; of nested intercepts the outermost ones, which alone are independent of each other. CR2 and
 * the degrees of freedom take an eigen-decomposition per cluster, as large as it has innermost groups and the model columns.
 *
 * School weights weight the scores; the covariance that CR2 and the degrees of freedom take for right is the fitted one. Frequency
 * weights count as replicated rows. Precision weights have CR0 only: CR2 has no one definition there.
 *
 * @param subject - a model fitted to rows, which it remembers, or to a summary made with `blocks: true`.
 * @throws `invalid-argument` where neither rows nor blocks are at hand, for models with sampling weights, CR2 with precision weights,
 *   another type, or a group without a cluster or in two; `too-few-groups` for a single cluster.
 * @example
 * ```ts
 * import { clusterRobust, fitMixed } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * clusterRobust(model).fixed[0].term; // "(Intercept)"
 * ```
 */
export function clusterRobust(model: MixedModel, options: ClusterRobustOptions = {}): ClusterRobust {
  requireKnownOptions(options, ["type", "clusters"], "clusterRobust");
  const type = options.type ?? "CR2";
  if (type !== "CR0" && type !== "CR2") fail("invalid-argument", `There is no type "${type}"; choose "CR0" or "CR2".`);
  const { pupilWeights } = summaryOfRows(model);
  if (model.structure === "intercept" && pupilWeights === "sampling") {
    refuseGroupWeights(model.summary, "Other cluster-robust standard errors");
  }
  if (pupilWeights === "precision" && type === "CR2") {
    fail(
      "invalid-argument",
      'CR2 is not there for models with pupil weights of kind "precision". Take type: "CR0", or fit the model without them.',
    );
  }
  const p = model.terms.length;
  const { bases, covariance, back } = partsOf(model);
  const clusters = groupsByCluster(model, options.clusters).map((groups) =>
    joined(
      groups.map((j) => bases[j]),
      p,
    ),
  );
  const bread = breadOf(covariance, clusters, p);
  const scores = clusters.map((cluster) => clusterScore(cluster, bread, type));
  const meat = new Float64Array(p * p);
  for (const { score } of scores) addOuter(meat, score, 1);
  const vcov = sandwich(back, sandwich(covariance, meat, p, p), p, p);
  const fixed = model.terms.map((term, k) => {
    const u = timesMatrix(covariance, back.subarray(k * p, (k + 1) * p), p);
    return tested(term, model.coefficients[k], Math.sqrt(vcov[k * p + k]), robustDf(scores, u, bread));
  });
  return { kind: "cluster-robust", type, fixed, vcov };
}

/** A model's independent groups, the scaled coefficients' covariance, and their way back to the caller's units. */
interface Parts {
  readonly bases: readonly ClusterBasis[];
  readonly covariance: Float64Array;
  readonly back: Float64Array;
}

function partsOf(model: MixedModel): Parts {
  const what = "Cluster-robust standard errors";
  if (model.structure === "nested") {
    const summary = nestedWithBlocks(model, what);
    const state = nestedStateOf(model);
    const { factor, sigma2 } = state.point;
    const parts = { bases: nestedClusters(summary, state), back: backTransform(summary.inner, state.scaled) };
    return inOrthogonalColumns(parts, rootOf(factor.inverse()), sigma2);
  }
  if (model.structure === "slopes") {
    const summary = slopesWithBlocks(model, what);
    const { point, ...fitted } = slopesState(model);
    const parts = {
      bases: slopesClusters(summary, fitted, point),
      back: backTransform(summary, { keep: fitted.keep, scale: keptScale(summary, fitted.keep) }),
    };
    return inOrthogonalColumns(parts, rootOf(point.inverse), point.sigma2);
  }
  const summary = withBlocks(model, what);
  const { scaled, point } = stateOf(model);
  const parts = {
    bases: summary.levels.map((_, j) => groupBasis(summary, { scaled, point }, j)),
    back: backTransform(summary, scaled),
  };
  return inOrthogonalColumns(parts, orthogonalRoot(scaled, point) ?? rootOf(point.parts.inverse), point.sigma2);
}

/** U with UU' = A⁻¹. */
function rootOf(inverse: Float64Array): Float64Array {
  const p = Math.sqrt(inverse.length);
  return transposed(semidefiniteFactor(inverse, p, 0).r, p);
}

/**
 * All in columns x̃ = U'x, UU' = A⁻¹, where the coefficients' covariance is σ²I: of nearly dependent columns the products of
 * scores with A⁻¹ would cancel.
 */
function inOrthogonalColumns({ bases, back }: Omit<Parts, "covariance">, root: Float64Array, sigma2: number): Parts {
  const p = Math.sqrt(root.length);
  const covariance = new Float64Array(p * p);
  for (let k = 0; k < p; k++) covariance[k * p + k] = sigma2;
  const turned = (rows: Float64Array): Float64Array => {
    const result = new Float64Array(rows.length);
    for (let at = 0; at < rows.length; at += p) result.set(timesTransposed(root, rows.subarray(at, at + p), p), at);
    return result;
  };
  return { bases: bases.map((basis) => ({ ...basis, x: turned(basis.x) })), covariance, back: turned(back) };
}

/** A group of a random intercept: in its basis the constant has the covariance σ² + S σ_u². */
function groupBasis(summary: GroupSummary, { scaled, point }: FittedState, j: number): ClusterBasis {
  const { p, means } = scaled.problem;
  const size = summary.weights[j];
  const root = Math.sqrt(size);
  const values = means.subarray(j * (p + 1), (j + 1) * (p + 1)).map((mean) => root * mean);
  const covariance = Float64Array.of(1 + point.phi * size);
  const block = scaledBlock(summary, scaled, j);
  return clusterBasis({ count: 1, values }, covariance, block, point.beta, point.sigma2, summary.groupWeights?.[j]);
}

/**
 * M = (X'WX)⁻¹ with W = ωΦ⁻¹, MSM with S = X'WΦWX, and the covariance of clusters' fitted parts in the forms that the degrees of
 * freedom need: M and −MSM, 2p × 2p. Without school weights all three are M, p × p.
 */
interface Bread {
  readonly p: number;
  readonly inverse: Float64Array;
  readonly spread: Float64Array;
  readonly shared: Float64Array;
}

/** What a cluster contributes: its score, and the two linear maps that the degrees of freedom need. */
interface ClusterScore {
  /** X'WAe, p. */
  readonly score: Float64Array;
  /** For u = Ml, with g = A'WXu: g'Φg, and X'g (p), with school weights above X'WΦg (2p). */
  reach(u: Float64Array): { own: number; cross: Float64Array };
}

function breadOf(inverse: Float64Array, clusters: readonly ClusterBasis[], p: number): Bread {
  if (clusters.every(({ omega }) => omega.every((weight) => weight === 1))) {
    return { p, inverse, spread: inverse, shared: inverse };
  }
  const middle = new Float64Array(p * p);
  for (const { x, phi, omega } of clusters) {
    for (let i = 0; i < phi.length; i++) addOuter(middle, x.subarray(i * p, (i + 1) * p), omega[i] ** 2 / phi[i]);
  }
  const spread = sandwich(inverse, middle, p, p);
  const n = 2 * p;
  const shared = new Float64Array(n * n);
  for (let k = 0; k < p; k++) {
    for (let l = 0; l < p; l++) {
      shared[k * n + l] = -spread[k * p + l];
      shared[k * n + p + l] = inverse[k * p + l];
      shared[(p + k) * n + l] = inverse[k * p + l];
    }
  }
  return { p, inverse, spread, shared };
}

function clusterScore(cluster: ClusterBasis, bread: Bread, type: "CR0" | "CR2"): ClusterScore {
  const { x, e, phi, omega } = cluster;
  const { p } = bread;
  const r = e.length;
  const adjust = type === "CR0" ? null : adjustment(cluster, bread);
  // A is symmetric.
  const apply = (v: Float64Array): Float64Array => (adjust === null ? v : timesMatrix(adjust, v, r));
  const weighted = (v: Float64Array): Float64Array => v.map((value, i) => (omega[i] * value) / phi[i]);
  return {
    score: timesTransposed(x, weighted(apply(e)), p),
    reach(u) {
      const g = apply(weighted(timesMatrix(x, u, r)));
      let own = 0;
      for (let i = 0; i < r; i++) own += g[i] * g[i] * phi[i];
      const cross = new Float64Array(bread.shared === bread.inverse ? p : 2 * p);
      cross.set(timesTransposed(x, g, p));
      if (cross.length > p)
        cross.set(
          timesTransposed(
            x,
            g.map((value, i) => omega[i] * value),
            p,
          ),
          p,
        );
      return { own, cross };
    },
  };
}

/**
 * A = Φ^½ (Φ^½ R Φ^½)^(+½) Φ^½, r × r, with R the covariance of the cluster's residuals where the model is right:
 * Φ − XMX'WΦ − ΦWXMX' + XMSMX'. Any root of Φ gives the same A.
 */
function adjustment({ x, phi, omega }: ClusterBasis, { p, inverse, spread }: Bread): Float64Array {
  const r = phi.length;
  const hat = sandwich(x, inverse, r, p);
  const twice = sandwich(x, spread, r, p);
  const b = new Matrix(r, r);
  for (let i = 0; i < r; i++) {
    for (let k = 0; k < r; k++) {
      const gap = (i === k ? phi[i] : 0) - (omega[i] + omega[k]) * hat[i * r + k] + twice[i * r + k];
      b.set(i, k, Math.sqrt(phi[i] * phi[k]) * gap);
    }
  }
  const { realEigenvalues, eigenvectorMatrix: v } = new EVD(b, { assumeSymmetric: true });
  const largest = realEigenvalues.reduce((most, value) => Math.max(most, value), 0);
  const result = new Float64Array(r * r);
  realEigenvalues.forEach((value, m) => {
    if (!(value > 1e-12 * largest)) return;
    const weight = 1 / Math.sqrt(value);
    for (let i = 0; i < r; i++) {
      for (let k = 0; k < r; k++) {
        result[i * r + k] += Math.sqrt(phi[i] * phi[k]) * weight * v.get(i, m) * v.get(k, m);
      }
    }
  });
  return result;
}

/**
 * ν = (Σ P_ii)² / ΣΣ P_ij² (Bell & McCaffrey 2002) with P_ij = δ_ij own_i − a_i'Mb_j − b_i'Ma_j + a_i'MSMa_j, a = X'g and b = X'WΦg,
 * without a matrix of clusters by clusters.
 */
function robustDf(scores: readonly ClusterScore[], u: Float64Array, { shared }: Bread): number {
  const n = Math.sqrt(shared.length);
  const products = new Float64Array(n * n);
  let trace = 0;
  let squares = 0;
  for (const cluster of scores) {
    const { own, cross } = cluster.reach(u);
    const both = bilinear(cross, shared, cross, n);
    trace += own - both;
    squares += own * own - 2 * own * both;
    addOuter(products, cross, 1);
  }
  return (trace * trace) / (squares + traceOfSquare(shared, products, n));
}

/** sum += weight vv'. */
function addOuter(sum: Float64Array, v: Float64Array, weight: number): void {
  const n = v.length;
  for (let k = 0; k < n; k++) {
    const factor = weight * v[k];
    for (let l = 0; l < n; l++) sum[k * n + l] += factor * v[l];
  }
}

/** tr(ABAB), A and B symmetric, n × n. */
function traceOfSquare(a: Float64Array, b: Float64Array, n: number): number {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let m = 0; m < n; m++) {
      const factor = a[i * n + m];
      if (factor !== 0) for (let k = 0; k < n; k++) product[i * n + k] += factor * b[m * n + k];
    }
  }
  let trace = 0;
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) trace += product[i * n + k] * product[k * n + i];
  return trace;
}

/** Av, A with the given number of rows. */
function timesMatrix(a: Float64Array, v: Float64Array, rows: number): Float64Array {
  const result = new Float64Array(rows);
  for (let i = 0; i < rows; i++) for (let k = 0; k < v.length; k++) result[i] += a[i * v.length + k] * v[k];
  return result;
}

/** A'v, A with the given number of columns. */
function timesTransposed(a: Float64Array, v: Float64Array, columns: number): Float64Array {
  const result = new Float64Array(columns);
  for (let i = 0; i < v.length; i++) for (let k = 0; k < columns; k++) result[k] += a[i * columns + k] * v[i];
  return result;
}

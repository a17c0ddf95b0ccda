import { EVD, Matrix } from "ml-matrix";
import { mirror } from "../linalg/gram";
import { transposed } from "../linalg/square";
import type { ClusterBasis } from "./cluster-basis";

/** What the sandwich is made of, in columns where the coefficients' covariance M is σ²I. */
export interface ClusterScores {
  /** Σ ss' of the clusters' scores s = X'WAe, p × p: the covariance is σ⁴ times it. */
  readonly meat: Float64Array;
  /** The degrees of freedom of l'β̂. */
  readonly df: (l: Float64Array) => number;
}

/**
 * The clusters' scores, their residuals corrected by A (CR2) or not (CR0), with Satterthwaite's degrees of freedom.
 *
 *   ν = (Σ P_ii)² / ΣΣ P_ij²,  P_ij = δ_ij g_i'Φg_i − a_i'Mb_j − b_i'Ma_j + a_i'MSMa_j,
 *
 * W = ωΦ⁻¹, S = Σ X'WΦWX, and of each cluster g = A'WXMl, a = X'g, b = X'ΦWg = X'ωg. Without school weights S = M⁻¹, b = a,
 * and P_ij is δ_ij g_i'Φg_i − a_i'Ma_j.
 *
 * @see Bell & McCaffrey (2002), Survey Methodology 28:169-181; Pustejovsky & Tipton (2018), JBES 36:672-683.
 */
export function clusterScores(
  clusters: readonly ClusterBasis[],
  p: number,
  sigma2: number,
  type: "CR0" | "CR2",
): ClusterScores {
  const spread = spreadOf(clusters, p, sigma2);
  const adjusted = clusters.map((cluster) => ({
    cluster,
    // A is symmetric.
    adjust: type === "CR0" ? null : adjustment(cluster, p, sigma2, spread),
  }));
  const meat = new Float64Array(p * p);
  for (const { cluster, adjust } of adjusted) {
    const residuals = adjust === null ? cluster.e : timesMatrix(adjust, cluster.e);
    addUpper(meat, timesTransposed(cluster.x, weighted(cluster, residuals), p));
  }
  return {
    meat: mirror(meat, p),
    df(l) {
      const u = l.map((value) => sigma2 * value);
      return degreesOfFreedom(
        adjusted.map((own) => reachOf(own, u, p, spread !== null)),
        p,
        sigma2,
        spread,
      );
    },
  };
}

/** MSM, p × p; null without school weights, where it is M. */
function spreadOf(clusters: readonly ClusterBasis[], p: number, sigma2: number): Float64Array | null {
  if (clusters.every(({ omega }) => omega.every((weight) => weight === 1))) return null;
  const spread = new Float64Array(p * p);
  for (const { x, phi, omega } of clusters) {
    for (let i = 0; i < phi.length; i++) {
      const root = (sigma2 * omega[i]) / Math.sqrt(phi[i]);
      addUpper(
        spread,
        x.subarray(i * p, (i + 1) * p).map((value) => root * value),
      );
    }
  }
  return mirror(spread, p);
}

/**
 * A = Φ^½ (Φ^½ R Φ^½)^(+½) Φ^½, r × r, with R the covariance of the cluster's residuals where the model is right:
 * Φ − XMX'WΦ − ΦWXMX' + XMSMX'. Any root of Φ gives the same A.
 */
function adjustment(
  { x, phi, omega }: ClusterBasis,
  p: number,
  sigma2: number,
  spread: Float64Array | null,
): Float64Array {
  const r = phi.length;
  const root = phi.map(Math.sqrt);
  const b = new Matrix(r, r);
  for (let i = 0; i < r; i++) {
    const pushed = spread === null ? null : timesMatrix(spread, x.subarray(i * p, (i + 1) * p));
    for (let k = 0; k <= i; k++) {
      const hat = sigma2 * dot(x, x, p, i * p, k * p);
      const taken = pushed === null ? hat : (omega[i] + omega[k]) * hat - dot(pushed, x, p, 0, k * p);
      const value = root[i] * root[k] * ((i === k ? phi[i] : 0) - taken);
      b.set(i, k, value);
      b.set(k, i, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EVD(b, { assumeSymmetric: true });
  const largest = realEigenvalues.reduce((most, value) => Math.max(most, value), 0);
  const result = new Float64Array(r * r);
  realEigenvalues.forEach((value, m) => {
    if (!(value > 1e-12 * largest)) return;
    const scale = value ** -0.25;
    addUpper(
      result,
      root.map((sd, i) => scale * sd * eigenvectorMatrix.get(i, m)),
    );
  });
  return mirror(result, r);
}

/** What a cluster adds to P: g'Φg, and a, with school weights above b. */
interface Reach {
  readonly own: number;
  readonly cross: Float64Array;
}

function reachOf(
  { cluster, adjust }: { readonly cluster: ClusterBasis; readonly adjust: Float64Array | null },
  u: Float64Array,
  p: number,
  hasWeights: boolean,
): Reach {
  const { x, phi, omega } = cluster;
  const direct = weighted(cluster, timesMatrix(x, u));
  const g = adjust === null ? direct : timesMatrix(adjust, direct);
  let own = 0;
  for (let i = 0; i < g.length; i++) own += g[i] * g[i] * phi[i];
  const a = timesTransposed(x, g, p);
  if (!hasWeights) return { own, cross: a };
  const cross = new Float64Array(2 * p);
  cross.set(a);
  cross.set(
    timesTransposed(
      x,
      g.map((value, i) => omega[i] * value),
      p,
    ),
    p,
  );
  return { own, cross };
}

/** With c = (a, b) and the linear map t(c) = (Mb − MSMa, Ma), P_ij = δ_ij g_i'Φg_i − c_i't(c_j): no matrix of clusters by clusters. */
function degreesOfFreedom(reaches: readonly Reach[], p: number, sigma2: number, spread: Float64Array | null): number {
  const image = (c: Float64Array): Float64Array => {
    if (spread === null) return c.map((value) => sigma2 * value);
    const result = new Float64Array(2 * p);
    const pulled = timesMatrix(spread, c.subarray(0, p));
    for (let k = 0; k < p; k++) {
      result[k] = sigma2 * c[p + k] - pulled[k];
      result[p + k] = sigma2 * c[k];
    }
    return result;
  };
  const n = spread === null ? p : 2 * p;
  const products = new Float64Array(n * n);
  let trace = 0;
  let squares = 0;
  for (const { own, cross } of reaches) {
    const both = dot(cross, image(cross));
    trace += own - both;
    squares += own * own - 2 * own * both;
    addUpper(products, cross);
  }
  // ΣΣ (c_i't(c_j))² is the trace of the square of t applied to Σ cc'.
  mirror(products, n);
  const mapped = new Float64Array(n * n);
  for (let i = 0; i < n; i++) mapped.set(image(products.subarray(i * n, (i + 1) * n)), i * n);
  return (trace * trace) / (squares + dot(mapped, transposed(mapped, n)));
}

/** Wv */
function weighted({ phi, omega }: ClusterBasis, v: Float64Array): Float64Array {
  return v.map((value, i) => (omega[i] * value) / phi[i]);
}

/** sum += vv', the upper triangle alone. */
function addUpper(sum: Float64Array, v: Float64Array): void {
  const n = v.length;
  for (let k = 0; k < n; k++) {
    const factor = v[k];
    if (factor === 0) continue;
    for (let l = k, at = k * n + k; l < n; l++) sum[at++] += factor * v[l];
  }
}

/** Of n numbers of each, from the given places on. */
function dot(a: Float64Array, b: Float64Array, n = a.length, fromA = 0, fromB = 0): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[fromA + k] * b[fromB + k];
  return sum;
}

/** Av */
function timesMatrix(a: Float64Array, v: Float64Array): Float64Array {
  const columns = v.length;
  const result = new Float64Array(a.length / columns);
  for (let i = 0, at = 0; i < result.length; i++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += a[at++] * v[k];
    result[i] = sum;
  }
  return result;
}

/** A'v, A with the given number of columns. */
function timesTransposed(a: Float64Array, v: Float64Array, columns: number): Float64Array {
  const result = new Float64Array(columns);
  for (let i = 0, at = 0; i < v.length; i++) {
    const factor = v[i];
    for (let k = 0; k < columns; k++) result[k] += a[at++] * factor;
  }
  return result;
}

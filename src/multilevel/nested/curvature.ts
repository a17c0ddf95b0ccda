import { product, traceOfTwo, transposed } from "../../linalg/square";
import { bilinear, traceOfProduct } from "../../linalg/symmetric";
import { crossProducts, leading, type NestedPoint, type NestedProblem, type NestedSlopes } from "./profile";
import { spreadDown, sumUp } from "./recursion";

/** Second-order quantities of a nested problem, levels k, l = 0 … K − 1, as K × K arrays. */
export interface NestedCurvature {
  /** tr(V⁻¹G_kV⁻¹G_l), G_k = Z_kZ_k' */
  readonly traces: readonly (readonly number[])[];
  /** N_kl = (X, e)'V⁻¹G_kV⁻¹G_lV⁻¹(X, e), (p + 1) × (p + 1). */
  readonly products: readonly (readonly Float64Array[])[];
  /** ∂²(log|V| [+ log|A|]) / ∂φ_k∂φ_l */
  readonly logDeterminants: readonly (readonly number[])[];
  /** ∂²r² / ∂φ_k∂φ_l */
  readonly quadratics: readonly (readonly number[])[];
  /** ∂²D / ∂φ_k∂φ_l of the profiled criterion. */
  readonly hessian: readonly (readonly number[])[];
}

/** Second derivatives of D: of log|V|, of log|A| (REML), and of r², whose β moves with φ. */
export function nestedCurvature(problem: NestedProblem, point: NestedPoint, slopes: NestedSlopes): NestedCurvature {
  const { p, m, reml } = problem.base;
  const q = p + 1;
  const traces = traceProducts(problem, point, slopes);
  const products = scoreProducts(problem, point, slopes);
  const inverse = point.factor.inverse();
  const b = slopes.products.map((product) => leading(product, p));
  const solved = b.map((each) => product(inverse, each, p));
  const cross = slopes.products.map((product) => Float64Array.from({ length: p }, (_, j) => product[j * q + p]));
  const squares = slopes.products.map((product) => product[q * q - 1]);
  const each = (of: (k: number, l: number) => number): number[][] =>
    traces.map((row, k) => row.map((_, l) => of(k, l)));
  const logDeterminants = each((k, l) => {
    if (!reml) return -traces[k][l];
    return 2 * traceOfProduct(inverse, leading(products[k][l], p)) - traces[k][l] - traceOfTwo(solved[k], solved[l], p);
  });
  const quadratics = each((k, l) => 2 * (products[k][l][q * q - 1] - bilinear(cross[k], inverse, cross[l], p)));
  const r2 = m * point.sigma2;
  const hessian = each(
    (k, l) => logDeterminants[k][l] + m * (quadratics[k][l] / r2 - (squares[k] / r2) * (squares[l] / r2)),
  );
  return { traces, products, logDeterminants, quadratics, hessian };
}

/**
 * N_kl for all pairs of levels. For each level the scores U_l stand as data of their own: Z_k'V⁻¹Z_lU_l for the levels k ≥ l
 * by the same recursion.
 */
function scoreProducts(
  { base, parents, counts }: NestedProblem,
  { levels, phi }: NestedPoint,
  { scores }: NestedSlopes,
): Float64Array[][] {
  const q = base.p + 1;
  const result: Float64Array[][] = counts.map(() => []);
  counts.forEach((_, l) => {
    const means: Float64Array[] = [];
    means[l] = scores[l];
    for (let k = l; k + 1 < counts.length; k++) {
      means[k + 1] = sumUp(means[k], levels[k].g, parents[k], counts[k + 1], q).means;
    }
    spreadDown(levels, means, phi, parents, l, q).forEach((solved, i) => {
      const product = crossProducts(scores[l + i], solved, q);
      result[l + i][l] = product;
      result[l][l + i] = transposed(product, q);
    });
  });
  return result;
}

/**
 * tr(V⁻¹G_kV⁻¹G_l) = Σ (1_a'V⁻¹1_b)² over groups a of level k and b of level l, without visiting pairs.
 *
 * For b itself or an ancestor of a the entry is w_ab h_b(1 − g_b κ_parent); for a and b below different children of j it is
 * −w_aj w_bj κ_j. So sums of w² over the groups below suffice: R_k(c), of level k at or below c, w g-weighted; Q_k(j) = Σ R_k(c).
 */
function traceProducts(
  { parents, counts }: NestedProblem,
  { levels }: NestedPoint,
  { kappas }: NestedSlopes,
): number[][] {
  const depth = counts.length;
  const result = counts.map(() => new Array<number>(depth).fill(0));
  // R_k of the groups of the level at hand, for the levels k up to it.
  let own: Float64Array[] = [];
  for (let level = 0; level < depth; level++) {
    const { g, h } = levels[level];
    const below = own.map((inner) => parentSums(inner, parents[level - 1], counts[level]));
    const kappa = kappas[level];
    for (let k = 0; k < level; k++) {
      for (let l = 0; l <= k; l++) {
        const pairs = parentSums(
          own[k].map((value, c) => value * own[l][c]),
          parents[level - 1],
          counts[level],
        );
        let sum = 0;
        for (let j = 0; j < kappa.length; j++) sum += kappa[j] ** 2 * (below[k][j] * below[l][j] - pairs[j]);
        result[k][l] += sum;
        if (l !== k) result[l][k] += sum;
      }
    }
    const outer = kappas[level + 1] ?? new Float64Array(1);
    own = [...below.map((sums) => sums.map((value, j) => value * h[j] ** 2)), g.map((value) => value * value)];
    for (let k = 0; k <= level; k++) {
      let sum = 0;
      for (let b = 0; b < g.length; b++) sum += own[k][b] * (1 - g[b] * outer[parents[level][b]]) ** 2;
      result[k][level] += sum;
      if (k !== level) result[level][k] += sum;
    }
  }
  return result;
}

function parentSums(values: Float64Array, parents: Int32Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let a = 0; a < values.length; a++) sums[parents[a]] += values[a];
  return sums;
}

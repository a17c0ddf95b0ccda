import { addRowProducts } from "../../linalg/block-kernel";
import { mirror } from "../../linalg/gram";
import { type Factor, factorise, traceOfProduct } from "../../linalg/symmetric";
import { type ProfileProblem, withinResidual } from "../profile";
import { type LevelState, spreadDown, sumUp } from "./recursion";

/**
 * A problem with nested intercepts as numbers: the innermost groups as a single-intercept problem, and how they nest.
 * Levels are counted from the innermost (0) out.
 */
export interface NestedProblem {
  readonly base: ProfileProblem;
  /** By level: the parent of each group in the next level out; the outermost all have one root, 0, whose effect is 0. */
  readonly parents: readonly Int32Array[];
  /** Numbers of groups by level. */
  readonly counts: readonly number[];
}

/** The criterion profiled over β and σ² at given variance ratios φ_k = σ_k²/σ². */
export interface NestedPoint {
  readonly phi: readonly number[];
  /** −2 × the profiled (restricted) log-likelihood. */
  readonly criterion: number;
  readonly beta: Float64Array;
  readonly sigma2: number;
  /** A = X'V⁻¹X, factorised. */
  readonly factor: Factor;
  readonly information: Float64Array;
  readonly levels: readonly LevelState[];
}

/**
 * D(φ₁ … φ_K) by the recursion over levels.
 *
 * With V = R + Σ φ_k Z_k Z_k': each level's groups enter the next as observations with weights g_a = T_a/(1 + φ_k T_a) about
 * their parents' weighted means z̃, which leave Σ g (z̄ − z̃)(z̄ − z̃)' within parents; log|V| = ΣΣ log1p(φ_k T_a).
 * Null where A is not positive definite.
 */
export function nestedAt(problem: NestedProblem, phi: readonly number[]): NestedPoint | null {
  const { base, parents, counts } = problem;
  const { p, m, reml } = base;
  const q = p + 1;
  const products = base.within.slice();
  const levels: LevelState[] = [];
  let logDeterminant = 0;
  let total = base.weights;
  let means = base.means;
  counts.forEach((count, k) => {
    const h = new Float64Array(count);
    const g = new Float64Array(count);
    for (let a = 0; a < count; a++) {
      h[a] = 1 / (1 + phi[k] * total[a]);
      g[a] = total[a] * h[a];
      logDeterminant += Math.log1p(phi[k] * total[a]);
    }
    levels.push({ total, h, g, means });
    const isOutermost = k === counts.length - 1;
    const next = isOutermost ? { total, means: new Float64Array(q) } : sumUp(means, g, parents[k], counts[k + 1], q);
    addAbout(means, g, next.means, parents[k], q, products);
    ({ total, means } = next);
  });
  mirror(products, q);
  const information = new Float64Array(p * p);
  const cross = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    cross[j] = products[j * q + p];
    for (let k = 0; k < p; k++) information[j * p + k] = products[j * q + k];
  }
  const factor = factorise(information, p);
  if (factor === null) return null;
  const beta = factor.solve(cross);
  const r2 = withinResidual(base, beta) + betweenResidual(problem, levels, beta);
  const criterion =
    logDeterminant -
    base.sumLogWeights +
    m * (1 + Math.log((2 * Math.PI * r2) / m)) +
    (reml ? factor.logDeterminant() : 0);
  return { phi, criterion, beta, sigma2: r2 / m, factor, information, levels };
}

/** Adds Σ g (z̄ − z̃)(z̄ − z̃)' to the upper triangle. */
export function addAbout(
  means: Float64Array,
  g: Float64Array,
  centres: Float64Array,
  parents: Int32Array,
  q: number,
  products: Float64Array,
): void {
  const d = new Float64Array(means.length);
  for (let a = 0; a < g.length; a++) {
    const own = a * q;
    const about = parents[a] * q;
    const root = Math.sqrt(g[a]);
    for (let k = 0; k < q; k++) d[own + k] = root * (means[own + k] - centres[about + k]);
  }
  addRowProducts(d, q, products);
}

/** Σ g (ρ − ρ̃)² over all levels: sums of squares, never differences of them. */
function betweenResidual({ parents }: NestedProblem, levels: readonly LevelState[], beta: Float64Array): number {
  let sum = 0;
  let outer: Float64Array = new Float64Array(1);
  for (let k = levels.length - 1; k >= 0; k--) {
    const { g, means } = levels[k];
    const own = residuals(means, beta);
    for (let a = 0; a < g.length; a++) {
      const d = own[a] - outer[parents[k][a]];
      sum += g[a] * d * d;
    }
    outer = own;
  }
  return sum;
}

/** ρ = ȳ − x̄'β of each group. */
function residuals(means: Float64Array, beta: Float64Array): Float64Array {
  const p = beta.length;
  const q = p + 1;
  const result = new Float64Array(means.length / q);
  for (let a = 0; a < result.length; a++) {
    let rho = means[a * q + p];
    for (let k = 0; k < p; k++) rho -= means[a * q + k] * beta[k];
    result[a] = rho;
  }
  return result;
}

/** First derivatives of the criterion, with what further inference reads off them. */
export interface NestedSlopes {
  /** dD/dφ_k */
  readonly gradient: readonly number[];
  /** By level, groups × (p + 1): U_k = Z_k'V⁻¹(X, e), e = y − Xβ. */
  readonly scores: readonly Float64Array[];
  /** By level: B_k = U_k'U_k, (p + 1) × (p + 1); its last entry is e'V⁻¹Z_kZ_k'V⁻¹e. */
  readonly products: readonly Float64Array[];
  /** By level: v_a = 1_a'V⁻¹1_a of each group. */
  readonly precisions: readonly Float64Array[];
  /** By level: κ_a, the variance (over σ²) of the sum of the group's and its parents' effects, given the data. */
  readonly kappas: readonly Float64Array[];
}

/** dD/dφ_k = tr(V⁻¹Z_kZ_k') [− tr(A⁻¹B_k)] − e'V⁻¹Z_kZ_k'V⁻¹e / σ̂². */
export function nestedSlopes(problem: NestedProblem, point: NestedPoint): NestedSlopes {
  const { base, parents } = problem;
  const { p } = base;
  const q = p + 1;
  const { levels, phi } = point;
  const withResiduals = levels.map(({ means }) => {
    const own = residuals(means, point.beta);
    const result = means.slice();
    for (let a = 0; a < own.length; a++) result[a * q + p] = own[a];
    return result;
  });
  const scores = spreadDown(levels, withResiduals, phi, parents, 0, q);
  const { precisions, kappas } = conditional(problem, point);
  const products = scores.map((u) => {
    const sum = new Float64Array(q * q);
    addRowProducts(u, q, sum);
    return mirror(sum, q);
  });
  const inverse = base.reml ? point.factor.inverse() : null;
  const gradient = products.map((b, k) => {
    const trace = precisions[k].reduce((sum, value) => sum + value, 0);
    const reml = inverse === null ? 0 : traceOfProduct(inverse, leading(b, p));
    return trace - reml - b[q * q - 1] / point.sigma2;
  });
  return { gradient, scores, products, precisions, kappas };
}

/** κ_a = φh_a + h_a² κ_parent and v_a = g_a(1 − g_a κ_parent), from the outermost in. */
function conditional(
  { parents }: NestedProblem,
  { levels, phi }: NestedPoint,
): Pick<NestedSlopes, "precisions" | "kappas"> {
  const precisions: Float64Array[] = [];
  const kappas: Float64Array[] = [];
  for (let k = levels.length - 1; k >= 0; k--) {
    const { g, h } = levels[k];
    const outer = kappas[0] ?? new Float64Array(1);
    const of = (a: number): number => outer[parents[k][a]];
    kappas.unshift(h.map((value, a) => phi[k] * value + value * value * of(a)));
    precisions.unshift(g.map((value, a) => value * (1 - value * of(a))));
  }
  return { precisions, kappas };
}

/** Rows taken at a time: their products are added in one pass over the sum. */
const AT_ONCE = 4;

/** Σ_a u_a v_a' of two sets of row vectors, q × q. */
export function crossProducts(u: Float64Array, v: Float64Array, q: number): Float64Array {
  const sum = new Float64Array(q * q);
  const rows = u.length - (u.length % (AT_ONCE * q));
  for (let row = 0; row < rows; row += AT_ONCE * q) {
    const [v0, v1, v2, v3] = [row, row + q, row + 2 * q, row + 3 * q];
    for (let j = 0; j < q; j++) {
      const [u0, u1, u2, u3] = [u[v0 + j], u[v1 + j], u[v2 + j], u[v3 + j]];
      for (let k = 0; k < q; k++) {
        sum[j * q + k] += u0 * v[v0 + k] + u1 * v[v1 + k] + (u2 * v[v2 + k] + u3 * v[v3 + k]);
      }
    }
  }
  for (let row = rows; row < u.length; row += q) {
    for (let j = 0; j < q; j++) for (let k = 0; k < q; k++) sum[j * q + k] += u[row + j] * v[row + k];
  }
  return sum;
}

/** The leading p × p part of a (p + 1) × (p + 1) matrix. */
export function leading(a: Float64Array, p: number): Float64Array {
  const result = new Float64Array(p * p);
  for (let j = 0; j < p; j++) for (let k = 0; k < p; k++) result[j * p + k] = a[j * (p + 1) + k];
  return result;
}

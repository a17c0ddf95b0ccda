import { mirror } from "../linalg/gram";
import { product, traceOfTwo } from "../linalg/square";
import { type Factor, factorise, traceOfProduct } from "../linalg/symmetric";

/**
 * A random-intercept problem as numbers: p columns, J groups, everything scaled to order one.
 *
 * Groups of one weight share g_j, so their cross-products are added up once, by size class.
 */
export interface ProfileProblem {
  readonly p: number;
  /** J weights S_j. */
  readonly weights: Float64Array;
  /** J weights ω_j of groups' contributions, or null for 1. */
  readonly groupWeights: Float64Array | null;
  /** J × (p + 1): x̄_j, ȳ_j. */
  readonly means: Float64Array;
  /** (p + 1) × (p + 1) within-group cross-products W. */
  readonly within: Float64Array;
  /** R with R'R = W; a column without within-group variation has a zero row. */
  readonly withinFactor: Float64Array;
  /** Size classes: weights, Σ ω and Σ ω z̄z̄' of their groups, the last as (p + 1) × (p + 1) matrices. */
  readonly classWeights: Float64Array;
  readonly classCounts: Float64Array;
  readonly classProducts: readonly Float64Array[];
  /**
   * Whether Σρ² is taken from the classes' products, at no cost per group: for refits of many groups. It loses as many digits
   * as ρ² has less than ȳ².
   */
  readonly residualsByClass?: boolean;
  /** Residual denominators: n for ML, n − p for REML, n the sum of ω_j n_j. */
  readonly m: number;
  readonly reml: boolean;
  readonly sumLogWeights: number;
}

/** The criterion profiled over β and σ², with its derivatives, at one φ = σ_u²/σ². */
export interface ProfilePoint {
  readonly phi: number;
  /** D(φ): −2 × the profiled (restricted) log-likelihood. */
  readonly criterion: number;
  /** dD/dφ */
  readonly slope: number;
  /** d²D/dφ² */
  readonly curvature: number;
  readonly beta: Float64Array;
  readonly sigma2: number;
  readonly parts: ProfileParts;
}

/** What inference reads off a point. */
interface ProfileParts {
  /** A = W_xx + Σ g x̄x̄', factorised, and its inverse. */
  readonly factor: Factor;
  readonly inverse: Float64Array;
  /** M = Σ g² x̄x̄' */
  readonly m2: Float64Array;
  /** Σ g */
  readonly sumG: number;
  /** Σ g²ρ² */
  readonly g2rho2: number;
  /** Second derivative of r². */
  readonly r2Second: number;
  /** d²/dφ² of Σ log1p(φS) [+ log|A|]. */
  readonly logDeterminantSecond: number;
}

/**
 * D(φ) and its derivatives from the group summary alone.
 *
 * h = 1/(1 + φS), g = Sh, A = W_xx + Σ g x̄x̄', ρ = ȳ − x̄'β, r² = RSS_within + Σ gρ²:
 * D = Σ log1p(φS) − Σ log w + m(1 + log(2πr²/m)) [+ log|A|], m = n [n − p] (Bates et al. 2015 in these terms).
 * Null where A is not positive definite.
 */
export function profileAt(problem: ProfileProblem, phi: number): ProfilePoint | null {
  const { p, m, reml } = problem;
  const q = p + 1;
  const a = new Float64Array(q * q);
  const m2 = new Float64Array(p * p);
  const m3 = new Float64Array(p * p);
  let logOnePlus = 0;
  let sumG = 0;
  let sumG2 = 0;
  a.set(problem.within);
  problem.classWeights.forEach((weight, c) => {
    const g = weight / (1 + phi * weight);
    const groups = problem.classCounts[c];
    logOnePlus += groups * Math.log1p(phi * weight);
    sumG += groups * g;
    sumG2 += groups * g * g;
    const products = problem.classProducts[c];
    addClass(products, p, g, a, m2, m3);
  });
  mirror(a, q);
  mirror(m2, p);
  mirror(m3, p);
  const axx = new Float64Array(p * p);
  const axy = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    axy[j] = a[j * q + p];
    for (let k = 0; k < p; k++) axx[j * p + k] = a[j * q + k];
  }
  const factor = factorise(axx, p);
  if (factor === null) return null;
  const beta = factor.solve(axy);
  const residual = problem.residualsByClass ? classResiduals(problem, phi, beta) : groupResiduals(problem, phi, beta);
  const r2 = withinResidual(problem, beta) + residual.grho2;
  const inverse = factor.inverse();
  const remlSlope = reml ? traceOfProduct(inverse, m2) : 0;
  const r2Slope = -residual.g2rho2;
  const solvedV = factor.solve(residual.v);
  let vav = 0;
  for (let k = 0; k < p; k++) vav += residual.v[k] * solvedV[k];
  const r2Second = 2 * residual.g3rho2 - 2 * vav;
  const solved = reml ? product(inverse, m2, p) : null;
  const logDeterminantSecond =
    -sumG2 + (solved === null ? 0 : 2 * traceOfProduct(inverse, m3) - traceOfTwo(solved, solved, p));
  return {
    phi,
    criterion:
      logOnePlus -
      problem.sumLogWeights +
      m * (1 + Math.log((2 * Math.PI * r2) / m)) +
      (reml ? factor.logDeterminant() : 0),
    slope: sumG - remlSlope + (m * r2Slope) / r2,
    curvature: logDeterminantSecond + m * (r2Second / r2 - (r2Slope / r2) ** 2),
    beta,
    sigma2: r2 / m,
    parts: { factor, inverse, m2, sumG, g2rho2: residual.g2rho2, r2Second, logDeterminantSecond },
  };
}

/** Adds a size class to the upper triangles of A (with its last column), Σ g² x̄x̄' and Σ g³ x̄x̄'. */
function addClass(
  products: Float64Array,
  p: number,
  g: number,
  a: Float64Array,
  m2: Float64Array,
  m3: Float64Array,
): void {
  const q = p + 1;
  for (let j = 0; j < p; j++) {
    for (let k = j; k < p; k++) {
      const value = products[j * q + k];
      a[j * q + k] += g * value;
      m2[j * p + k] += g * g * value;
      m3[j * p + k] += g * g * g * value;
    }
    a[j * q + p] += g * products[j * q + p];
  }
}

/** Σ gρ², Σ g²ρ², Σ g³ρ² and v = Σ g²ρx̄ over the groups. */
interface ResidualSums {
  readonly grho2: number;
  readonly g2rho2: number;
  readonly g3rho2: number;
  readonly v: Float64Array;
}

/** The same sums from Σ z̄z̄' of each size class: Σ ρz̄' = (−β; 1)'Σ z̄z̄'. */
function classResiduals(
  { p, classWeights, classProducts }: ProfileProblem,
  phi: number,
  beta: Float64Array,
): ResidualSums {
  const q = p + 1;
  const v = new Float64Array(p);
  let grho2 = 0;
  let g2rho2 = 0;
  let g3rho2 = 0;
  classWeights.forEach((weight, c) => {
    const g = weight / (1 + phi * weight);
    const products = classProducts[c];
    let squares = 0;
    for (let j = 0; j < q; j++) {
      let along = products[j * q + p];
      for (let k = 0; k < p; k++) along -= products[j * q + k] * beta[k];
      squares += j < p ? -along * beta[j] : along;
      if (j < p) v[j] += g * g * along;
    }
    grho2 += g * squares;
    g2rho2 += g * g * squares;
    g3rho2 += g * g * g * squares;
  });
  return { grho2, g2rho2, g3rho2, v };
}

function groupResiduals(problem: ProfileProblem, phi: number, beta: Float64Array): ResidualSums {
  const { p, weights, groupWeights, means } = problem;
  const q = p + 1;
  const v = new Float64Array(p);
  let grho2 = 0;
  let g2rho2 = 0;
  let g3rho2 = 0;
  for (let j = 0; j < weights.length; j++) {
    const row = j * q;
    let rho = means[row + p];
    for (let k = 0; k < p; k++) rho -= means[row + k] * beta[k];
    const g = weights[j] / (1 + phi * weights[j]);
    const omega = groupWeights === null ? 1 : groupWeights[j];
    const part = g * rho;
    grho2 += omega * part * rho;
    g2rho2 += omega * part * part;
    g3rho2 += omega * g * part * part;
    for (let k = 0; k < p; k++) v[k] += omega * g * part * means[row + k];
  }
  return { grho2, g2rho2, g3rho2, v };
}

/** ‖R(−β; 1)‖²: a sum of squares, never a difference. */
export function withinResidual(problem: ProfileProblem, beta: Float64Array): number {
  const q = problem.p + 1;
  let sum = 0;
  for (let i = 0; i < q; i++) {
    let value = problem.withinFactor[i * q + problem.p];
    for (let k = i; k < problem.p; k++) value -= problem.withinFactor[i * q + k] * beta[k];
    sum += value * value;
  }
  return sum;
}

import { product, traceOfTwo } from "../linalg/square";
import { type Factor, factorise } from "../linalg/symmetric";

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
  /** C size classes: weights, and Σ ω of their groups. */
  readonly classWeights: Float64Array;
  readonly classCounts: Float64Array;
  /** p(p + 1)/2 × C: Σ ω x̄x̄' of their groups, an upper triangle row by row; the classes of one entry side by side. */
  readonly classProducts: Float64Array;
  /** (p + 1) × C: Σ ω ȳx̄ and Σ ω ȳ². */
  readonly classCross: Float64Array;
  /**
   * Whether Σρ² is taken from the classes' products, at no cost per group: for searches and refits of many groups. It loses
   * as many digits as ρ² has less than ȳ²; where those are too many, the groups are taken.
   */
  readonly residualsByClass?: boolean;
  /** Residual denominators: n for ML, n − p for REML, n the sum of ω_j n_j. */
  readonly m: number;
  readonly reml: boolean;
  readonly sumLogWeights: number;
}

/** Sums over the groups at one φ, with g = S/(1 + φS). */
export interface DesignSums {
  /** C: g of every size class. */
  readonly g: Float64Array;
  /** Σ log1p(φS), Σ g, Σ g² */
  readonly logOnePlus: number;
  readonly sumG: number;
  readonly sumG2: number;
  /** Σ g^r x̄x̄' for r = 1, 2, 3: upper triangles row by row. */
  readonly products: readonly [Float64Array, Float64Array, Float64Array];
}

/** What the criterion at one φ takes from columns and weights alone: the same for every outcome. */
export interface DesignPoint {
  readonly phi: number;
  readonly sums: DesignSums;
  /** A = W_xx + Σ g x̄x̄', factorised, and its inverse. */
  readonly factor: Factor;
  readonly inverse: Float64Array;
  /** M = Σ g² x̄x̄' */
  readonly m2: Float64Array;
  /** Σ g */
  readonly sumG: number;
  /** Σ log1p(φS) [+ log|A|] with its derivatives by φ. */
  readonly logDeterminant: number;
  readonly logDeterminantSlope: number;
  readonly logDeterminantSecond: number;
}

/** The sums at φ, over the size classes. */
export function designSums(problem: ProfileProblem, phi: number): DesignSums {
  const { classWeights, classCounts, classProducts } = problem;
  const g = shrunkenWeights(problem, phi);
  let logOnePlus = 0;
  let sumG = 0;
  let sumG2 = 0;
  for (let c = 0; c < g.length; c++) {
    logOnePlus += classCounts[c] * Math.log1p(phi * classWeights[c]);
    sumG += classCounts[c] * g[c];
    sumG2 += classCounts[c] * g[c] * g[c];
  }
  return { g, logOnePlus, sumG, sumG2, products: weightedSums(classProducts, g) };
}

/** g = S/(1 + φS) of every size class. */
export function shrunkenWeights({ classWeights }: ProfileProblem, phi: number): Float64Array {
  const g = new Float64Array(classWeights.length);
  for (let c = 0; c < g.length; c++) g[c] = classWeights[c] / (1 + phi * classWeights[c]);
  return g;
}

/** Σ_c g_c^r V_ic for r = 1, 2, 3, of as many rows V_i of C numbers as there are; two rows at a time. */
export function weightedSums(
  values: Float64Array,
  g: Float64Array,
): readonly [Float64Array, Float64Array, Float64Array] {
  const classes = g.length;
  const rows = values.length / classes;
  const first = new Float64Array(rows);
  const second = new Float64Array(rows);
  const third = new Float64Array(rows);
  for (let i = 0; i < rows; i += 2) {
    // An odd last row stands in for its missing neighbour, whose sums fall off the end of the arrays.
    const start = i * classes;
    const next = i + 1 < rows ? start + classes : start;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    let next1 = 0;
    let next2 = 0;
    let next3 = 0;
    for (let c = 0; c < classes; c++) {
      const weight = g[c];
      const once = weight * values[start + c];
      const nextOnce = weight * values[next + c];
      const twice = weight * once;
      const nextTwice = weight * nextOnce;
      sum1 += once;
      next1 += nextOnce;
      sum2 += twice;
      next2 += nextTwice;
      sum3 += weight * twice;
      next3 += weight * nextTwice;
    }
    first[i] = sum1;
    second[i] = sum2;
    third[i] = sum3;
    first[i + 1] = next1;
    second[i + 1] = next2;
    third[i + 1] = next3;
  }
  return [first, second, third];
}

/** Σ_c w_c V_ic of as many rows V_i of C numbers as there are. */
export function timesRows(values: Float64Array, weights: Float64Array): Float64Array {
  const sums = new Float64Array(values.length / weights.length);
  for (let i = 0, at = 0; i < sums.length; i++) {
    let sum = 0;
    for (let c = 0; c < weights.length; c++, at++) sum += weights[c] * values[at];
    sums[i] = sum;
  }
  return sums;
}

/** A(φ), factorised, with the derivatives of the determinants; null where A is not positive definite. */
export function designPoint(problem: ProfileProblem, phi: number, sums: DesignSums): DesignPoint | null {
  const { p, within, reml } = problem;
  const { logOnePlus, sumG, sumG2, products } = sums;
  const a = unpacked(products[0], p);
  for (let j = 0; j < p; j++) for (let k = 0; k < p; k++) a[j * p + k] += within[j * (p + 1) + k];
  const factor = factorise(a, p);
  if (factor === null) return null;
  const inverse = factor.inverse();
  const m2 = unpacked(products[1], p);
  let logDeterminant = logOnePlus;
  let logDeterminantSlope = sumG;
  let logDeterminantSecond = -sumG2;
  if (reml) {
    const solved = product(inverse, m2, p);
    logDeterminant += factor.logDeterminant();
    logDeterminantSlope -= traceWith(inverse, products[1], p);
    logDeterminantSecond += 2 * traceWith(inverse, products[2], p) - traceOfTwo(solved, solved, p);
  }
  return { phi, sums, factor, inverse, m2, sumG, logDeterminant, logDeterminantSlope, logDeterminantSecond };
}

/** Tx of a symmetric matrix given as its upper triangle, row by row. */
export function triangleTimes(triangle: Float64Array, x: Float64Array): Float64Array {
  const p = x.length;
  const result = new Float64Array(p);
  let i = 0;
  for (let j = 0; j < p; j++) {
    result[j] += triangle[i++] * x[j];
    for (let k = j + 1; k < p; k++, i++) {
      result[j] += triangle[i] * x[k];
      result[k] += triangle[i] * x[j];
    }
  }
  return result;
}

/** tr(BT) of a symmetric B and one given as its upper triangle. */
function traceWith(b: Float64Array, triangle: Float64Array, p: number): number {
  let diagonal = 0;
  let above = 0;
  let i = 0;
  for (let j = 0; j < p; j++) {
    diagonal += b[j * p + j] * triangle[i++];
    for (let k = j + 1; k < p; k++) above += b[j * p + k] * triangle[i++];
  }
  return diagonal + 2 * above;
}

/** The symmetric p × p matrix of an upper triangle given row by row. */
export function unpacked(triangle: Float64Array, p: number): Float64Array {
  const full = new Float64Array(p * p);
  let i = 0;
  for (let j = 0; j < p; j++) {
    for (let k = j; k < p; k++, i++) {
      full[j * p + k] = triangle[i];
      full[k * p + j] = triangle[i];
    }
  }
  return full;
}

import { addGram, BLOCK, mirror } from "../../linalg/gram";
import { packed, type SlopeProblem } from "./problem";

/** Sums over groups at one Λ, in the notation of `devianceAt`. */
export interface GroupSums {
  /** (p + 1) × (p + 1): W + Σ B'S⁻¹B. */
  readonly a: Float64Array;
  /** Σ log|S_j| */
  readonly logDeterminant: number;
  /** Σ (B_y − B_xβ)'S⁻¹(B_y − B_xβ) */
  residual(beta: Float64Array): number;
  /** What the derivatives need, once β is known; `precision` is m/r². */
  secondPass(beta: Float64Array, inverse: Float64Array, precision: number): SecondPass;
}

/** Sums over groups of products of P, F and w; symmetric q × q matrices are packed in s = q(q + 1)/2 numbers. */
interface SecondPass {
  /** N, s numbers. */
  readonly psiGradient: Float64Array;
  /** Σ (−P [+ 2FA⁻¹F'] + 2(m/r²)ww') ⊗ P, s × s. */
  readonly pairProducts: Float64Array;
  /** Σ of all products of (f_1', w_1, …, f_q', w_q), symmetric of size q(p + 1). */
  readonly products: Float64Array;
}

/** The pass over groups that the criterion needs; what it leaves per group serves the derivatives. */
export function compressedSums(problem: SlopeProblem, lambda: Float64Array): GroupSums {
  const { q, p, groups, factors, projections } = problem;
  const r = p + 1;
  const s = (q * (q + 1)) / 2;
  const a = problem.within.slice();
  const rotated = new Float64Array(groups * q * r);
  const crossed = new Float64Array(groups * q * r);
  const inner = new Float64Array(groups * s);
  const m = new Float64Array(q * q);
  const k = new Float64Array(q * q);
  const y = new Float64Array(q * q);
  let logDeterminant = 0;
  for (let j = 0; j < groups; j++) {
    relativeFactor(factors, j * q * q, lambda, q, m);
    logDeterminant += choleskyOfOnePlus(m, q, k);
    forwardSolve(k, factors, j * q * q, q, q, y, 0);
    forwardSolve(k, projections, j * q * r, q, r, rotated, j * q * r);
    for (let b = 0; b < q; b++) {
      const row = (j * q + b) * r;
      for (let i = 0; i < q; i++) {
        const weight = y[i * q + b];
        const from = (j * q + i) * r;
        for (let c = 0; c < r; c++) crossed[row + c] += weight * rotated[from + c];
      }
      for (let c = 0; c <= b; c++) {
        let sum = 0;
        for (let i = 0; i < q; i++) sum += y[i * q + b] * y[i * q + c];
        inner[j * s + packed(b, c)] = sum;
      }
    }
  }
  addRows(rotated, r, a);
  return {
    a,
    logDeterminant,
    residual: (beta) => residualSquares(rotated, beta, p),
    secondPass: (beta, inverse, precision) => secondPass(problem, inner, crossed, beta, inverse, precision),
  };
}

/** M = RΛ, both triangular: R upper, Λ lower. */
export function relativeFactor(
  factors: Float64Array,
  start: number,
  lambda: Float64Array,
  q: number,
  m: Float64Array,
): void {
  for (let i = 0; i < q; i++) {
    for (let l = 0; l < q; l++) {
      let sum = 0;
      for (let c = Math.max(i, l); c < q; c++) sum += factors[start + i * q + c] * lambda[c * q + l];
      m[i * q + l] = sum;
    }
  }
}

/** K lower triangular with KK' = I + MM'; returns log|KK'|. */
export function choleskyOfOnePlus(m: Float64Array, q: number, k: Float64Array): number {
  let determinant = 1;
  let logDeterminant = 0;
  for (let i = 0; i < q; i++) {
    for (let l = 0; l <= i; l++) {
      let sum = i === l ? 1 : 0;
      for (let c = 0; c < q; c++) sum += m[i * q + c] * m[l * q + c];
      for (let c = 0; c < l; c++) sum -= k[i * q + c] * k[l * q + c];
      if (i === l) {
        k[i * q + i] = Math.sqrt(sum);
        determinant *= sum;
      } else k[i * q + l] = sum / k[l * q + l];
    }
    if (determinant > 1e100) {
      logDeterminant += Math.log(determinant);
      determinant = 1;
    }
  }
  return logDeterminant + Math.log(determinant);
}

/** K⁻¹ times a q × width matrix. */
export function forwardSolve(
  k: Float64Array,
  from: Float64Array,
  fromStart: number,
  q: number,
  width: number,
  to: Float64Array,
  toStart: number,
): void {
  for (let i = 0; i < q; i++) {
    const reciprocal = 1 / k[i * q + i];
    for (let c = 0; c < width; c++) {
      let sum = from[fromStart + i * width + c];
      for (let l = 0; l < i; l++) sum -= k[i * q + l] * to[toStart + l * width + c];
      to[toStart + i * width + c] = sum * reciprocal;
    }
  }
}

function residualSquares(rotated: Float64Array, beta: Float64Array, p: number): number {
  const r = p + 1;
  let squares = 0;
  for (let row = 0; row < rotated.length; row += r) {
    let value = rotated[row + p];
    for (let c = 0; c < p; c++) value -= rotated[row + c] * beta[c];
    squares += value * value;
  }
  return squares;
}

function secondPass(
  { q, p, groups, reml }: SlopeProblem,
  inner: Float64Array,
  crossed: Float64Array,
  beta: Float64Array,
  inverse: Float64Array,
  precision: number,
): SecondPass {
  const r = p + 1;
  const s = (q * (q + 1)) / 2;
  const width = q * r;
  const psiGradient = new Float64Array(s);
  const pairProducts = new Float64Array(s * s);
  // F and w of each group as one row of q(p + 1) numbers, and all their products.
  const rows = crossed.slice();
  const solved = new Float64Array(q * p);
  const middle = new Float64Array(s);
  for (let j = 0; j < groups; j++) {
    const start = j * width;
    for (let k = start; k < start + width; k += r) {
      let w = crossed[k + p];
      for (let c = 0; c < p; c++) w -= crossed[k + c] * beta[c];
      rows[k + p] = w;
    }
    if (reml) solveRows(crossed, start, inverse, q, p, solved);
    let kl = 0;
    for (let k = 0; k < q; k++) {
      for (let l = 0; l <= k; l++) {
        const own = inner[j * s + kl];
        const square = precision * rows[start + k * r + p] * rows[start + l * r + p];
        let information = 0;
        if (reml) for (let c = 0; c < p; c++) information += solved[k * p + c] * crossed[start + l * r + c];
        psiGradient[kl] += own - information - square;
        middle[kl] = -own + 2 * information + 2 * square;
        kl++;
      }
    }
    for (let first = 0; first < s; first++) {
      for (let second = 0; second < s; second++)
        pairProducts[first * s + second] += middle[first] * inner[j * s + second];
    }
  }
  const products = new Float64Array(width * width);
  addRows(rows, width, products);
  return { psiGradient, pairProducts, products };
}

/** Adds Σ x x' over the rows x of a row-major matrix to a symmetric one. */
function addRows(matrix: Float64Array, width: number, sum: Float64Array): void {
  const rows = matrix.length / width;
  const block = new Float64Array(width * BLOCK);
  const gram = new Float64Array(width * width);
  for (let from = 0; from < rows; from += BLOCK) {
    const taken = Math.min(BLOCK, rows - from);
    for (let i = 0; i < taken; i++) {
      for (let c = 0; c < width; c++) block[c * BLOCK + i] = matrix[(from + i) * width + c];
    }
    addGram(block, taken, width, gram);
  }
  mirror(gram, width);
  for (let i = 0; i < sum.length; i++) sum[i] += gram[i];
}

/** FA⁻¹ of one group, q × p. */
function solveRows(
  crossed: Float64Array,
  start: number,
  inverse: Float64Array,
  q: number,
  p: number,
  solved: Float64Array,
): void {
  for (let k = 0; k < q; k++) {
    for (let c = 0; c < p; c++) {
      let sum = 0;
      for (let d = 0; d < p; d++) sum += crossed[start + k * (p + 1) + d] * inverse[c * p + d];
      solved[k * p + c] = sum;
    }
  }
}

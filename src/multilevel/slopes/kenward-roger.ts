import { product, traceOfTwo, transposed } from "../../linalg/square";
import { bilinear, factorise, sandwich, traceOfProduct } from "../../linalg/symmetric";
import type { ComponentKenwardRoger } from "../nested/kenward-roger";
import { leading } from "../nested/profile";
import type { KenwardRogerInformation } from "../types";
import type { SlopePoint } from "./deviance";
import { choleskyOfOnePlus, forwardSolve, relativeFactor } from "./group-sums";
import type { SlopeProblem } from "./problem";

/**
 * Kenward and Roger's small-sample covariance from compressed groups, without an n × n matrix.
 *
 * The variance parameters are the entries of Σ (G_a = ZE_aZ', E_a symmetric with ones) and, last, σ². In the notation of
 * `devianceAt`: P_a = −ΣF'E_aF/σ⁴, Q_ab = ΣF'E_aPE_bF/σ⁶, K_ab = Σtr(PE_aPE_b)/σ⁴; with σ², R'S⁻¹B becomes R'S⁻²B and so on:
 * P_σ = −(W + ΣB'S⁻²B)/σ⁴, Q_aσ = ΣF'E_aR'S⁻²B/σ⁶, Q_σσ = (W + ΣB'S⁻³B)/σ⁶, K_aσ = Σtr(E_aR'S⁻²R)/σ⁴,
 * K_σσ = Σ(n_j − q + tr S⁻²)/σ⁴. V = 2 (K_rs − 2tr ΦQ_rs + tr ΦP_rΦP_s)⁻¹ (expected information), Φ_A = Φ + 2Φ[ΣV_rs(Q_rs −
 * P_rΦP_s)]Φ (Kenward & Roger 1997, Biometrics 53:983-997). The sums have e = y − Xβ̂ as a last column beside X, of which
 * the observed information is made.
 *
 * @param sizes - J numbers of rows n_j (of the replicated rows, for frequency weights).
 * @param kind - the observed information needs Σ to be positive definite.
 */
export function kenwardRogerSlopes(
  problem: SlopeProblem,
  point: SlopePoint,
  sizes: Float64Array,
  kind: KenwardRogerInformation = "expected",
): ComponentKenwardRoger {
  const { p } = problem;
  const { sigma2 } = point;
  const phi = point.inverse.map((value) => value * sigma2);
  const sums = varianceSums(problem, point, sizes);
  const { traces } = sums;
  const first = sums.first.map((sum) => leading(sum, p));
  const second = sums.second.map((row) => row.map((sum) => leading(sum, p)));
  const count = first.length;
  const ps = first.map((sum) => sum.map((value) => -value / sigma2 ** 2));
  const qs = second.map((row) => row.map((sum) => sum.map((value) => value / sigma2 ** 3)));
  const phiP = ps.map((matrix) => product(phi, matrix, p));
  const information = new Float64Array(count * count);
  for (let r = 0; r < count; r++) {
    for (let s = 0; s <= r; s++) {
      information[r * count + s] = information[s * count + r] =
        traces[r * count + s] / sigma2 ** 2 -
        2 * traceOfProduct(phi, qs[r][s]) +
        traceOfProduct(transposed(phiP[r], p), phiP[s]);
    }
  }
  const taken = kind === "expected" ? information : observed(sums, point, information);
  const v = (factorise(taken, count)?.inverse() ?? new Float64Array(count * count).fill(Number.NaN)).map(
    (value) => 2 * value,
  );
  const middle = new Float64Array(p * p);
  for (let r = 0; r < count; r++) {
    for (let s = 0; s < count; s++) {
      const weight = v[r * count + s];
      const own = r >= s ? qs[r][s] : transposed(qs[s][r], p);
      const both = product(ps[r], phiP[s], p);
      for (let i = 0; i < middle.length; i++) middle[i] += weight * (own[i] - both[i]);
    }
  }
  const correction = product(product(phi, middle, p), phi, p);
  return {
    phi,
    adjusted: phi.map((value, i) => value + correction[i] + correction[(i % p) * p + Math.floor(i / p)]),
    p: ps,
    v,
  };
}

/** D_rs = 2y'PG_rPG_sPy − tr PG_rPG_s, from e'V⁻¹G_rV⁻¹G_sV⁻¹e − (e'V⁻¹G_rV⁻¹X)A⁻¹(X'V⁻¹G_sV⁻¹e); the traces are the expected ones. */
function observed(
  { first, second }: VarianceSums,
  { inverse, sigma2 }: SlopePoint,
  traces: Float64Array,
): Float64Array {
  const p = Math.sqrt(inverse.length);
  const r = p + 1;
  const count = first.length;
  const cross = first.map((sum) => Float64Array.from({ length: p }, (_, k) => sum[k * r + p]));
  return traces.map((trace, i) => {
    const [a, b] = [Math.floor(i / count), i % count].sort((x, y) => y - x);
    const form = second[a][b][r * r - 1] - bilinear(cross[a], inverse, cross[b], p);
    return (2 * form) / sigma2 ** 3 - trace;
  });
}

interface VarianceSums {
  /** X̃'V⁻¹G_rV⁻¹X̃ with X̃ = (X, e), (p + 1) × (p + 1). */
  readonly first: Float64Array[];
  /** X̃'V⁻¹G_rV⁻¹G_sV⁻¹X̃ for r ≥ s. */
  readonly second: Float64Array[][];
  /** tr V⁻¹G_rV⁻¹G_s, the lower triangle. */
  readonly traces: Float64Array;
}

/** Sums over groups, for the d entries of Σ and, last, σ². */
function varianceSums(
  { q, p, groups, entries, factors, projections, within }: SlopeProblem,
  { lambda, beta }: SlopePoint,
  sizes: Float64Array,
): VarianceSums {
  const r = p + 1;
  const count = entries.length + 1;
  const first = Array.from({ length: count }, () => new Float64Array(r * r));
  const second = first.map((_, a) => Array.from({ length: a + 1 }, () => new Float64Array(r * r)));
  const traces = new Float64Array(count * count);
  const [m, k, y, r2] = Array.from({ length: 4 }, () => new Float64Array(q * q));
  const [u, b2, b3] = Array.from({ length: 3 }, () => new Float64Array(q * r));
  for (let j = 0; j < groups; j++) {
    relativeFactor(factors, j * q * q, lambda, q, m);
    choleskyOfOnePlus(m, q, k);
    forwardSolve(k, factors, j * q * q, q, q, y, 0);
    forwardSolve(k, projections, j * q * r, q, r, u, 0);
    for (let i = 0; i < q; i++) for (let c = 0; c < p; c++) u[i * r + p] -= u[i * r + c] * beta[c];
    backwardSolve(k, y, q, q, r2);
    backwardSolve(k, u, q, r, b2);
    forwardSolve(k, b2, 0, q, r, b3, 0);
    const f = crossProduct(y, u, q, q, r);
    const f2 = crossProduct(r2, b2, q, q, r);
    const inner = crossProduct(y, y, q, q, q);
    const inner2 = crossProduct(r2, r2, q, q, q);
    // Row a of these is E_a F, E_a P, E_a R'S⁻²B: what a change of one entry of Σ does.
    const changed = entries.map(({ row, column }) => swapRows(f, row, column, q, r));
    const changedInner = entries.map(({ row, column }) => swapRows(inner, row, column, q, q));
    for (let a = 0; a < entries.length; a++) {
      addProduct(first[a], f, changed[a], q, r);
      const through = multiplyRect(inner, changed[a], q, r);
      for (let b = 0; b <= a; b++) {
        addProduct(second[a][b], changed[b], through, q, r);
        traces[a * count + b] += traceOfTwo(changedInner[a], changedInner[b], q);
      }
      addProduct(second[count - 1][a], swapRows(f2, entries[a].row, entries[a].column, q, r), f, q, r);
      traces[(count - 1) * count + a] += trace(swapRows(inner2, entries[a].row, entries[a].column, q, q), q);
    }
    addProduct(first[count - 1], b2, b2, q, r);
    addProduct(second[count - 1][count - 1], b3, b3, q, r);
    traces[count * count - 1] += sizes[j] - q + inverseSquare(k, q);
  }
  // The residual in place of the outcome, in W too.
  const toResidual = Float64Array.from({ length: r * r }, (_, i) => (i % (r + 1) === 0 ? 1 : 0));
  for (let c = 0; c < p; c++) toResidual[p * r + c] = -beta[c];
  const outside = sandwich(toResidual, within, r, r);
  for (const sum of [first[count - 1], second[count - 1][count - 1]]) {
    for (let i = 0; i < sum.length; i++) sum[i] += outside[i];
  }
  return { first, second, traces };
}

/** K'⁻¹ times a q × width matrix. */
function backwardSolve(k: Float64Array, from: Float64Array, q: number, width: number, to: Float64Array): void {
  for (let i = q - 1; i >= 0; i--) {
    for (let c = 0; c < width; c++) {
      let sum = from[i * width + c];
      for (let l = i + 1; l < q; l++) sum -= k[l * q + i] * to[l * width + c];
      to[i * width + c] = sum / k[i * q + i];
    }
  }
}

/** tr S⁻² with S = KK'. */
function inverseSquare(k: Float64Array, q: number): number {
  const identity = Float64Array.from({ length: q * q }, (_, i) => (Math.floor(i / q) === i % q ? 1 : 0));
  const half = new Float64Array(q * q);
  const whole = new Float64Array(q * q);
  forwardSolve(k, identity, 0, q, q, half, 0);
  backwardSolve(k, half, q, q, whole);
  return whole.reduce((sum, value) => sum + value * value, 0);
}

/** X'Y of matrices with `rows` rows. */
function crossProduct(x: Float64Array, y: Float64Array, rows: number, left: number, right: number): Float64Array {
  const result = new Float64Array(left * right);
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < left; a++) {
      for (let b = 0; b < right; b++) result[a * right + b] += x[i * left + a] * y[i * right + b];
    }
  }
  return result;
}

/** E X with E the symmetric matrix of ones at (row, column) and (column, row). */
function swapRows(x: Float64Array, row: number, column: number, q: number, width: number): Float64Array {
  const result = new Float64Array(q * width);
  result.set(x.subarray(column * width, (column + 1) * width), row * width);
  result.set(x.subarray(row * width, (row + 1) * width), column * width);
  return result;
}

/** Adds X'Y to an r × r matrix. */
function addProduct(to: Float64Array, x: Float64Array, y: Float64Array, q: number, r: number): void {
  for (let i = 0; i < q; i++) {
    for (let a = 0; a < r; a++) for (let b = 0; b < r; b++) to[a * r + b] += x[i * r + a] * y[i * r + b];
  }
}

function multiplyRect(a: Float64Array, x: Float64Array, q: number, width: number): Float64Array {
  const result = new Float64Array(q * width);
  for (let i = 0; i < q; i++) {
    for (let l = 0; l < q; l++)
      for (let c = 0; c < width; c++) result[i * width + c] += a[i * q + l] * x[l * width + c];
  }
  return result;
}

function trace(x: Float64Array, q: number): number {
  let sum = 0;
  for (let i = 0; i < q; i++) sum += x[i * q + i];
  return sum;
}

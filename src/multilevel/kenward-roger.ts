import { product, transposed } from "../linalg/square";
import { bilinear, traceOfProduct } from "../linalg/symmetric";
import type { ProfilePoint } from "./profile";
import { type ProfileProblem, timesRows, unpacked } from "./profile-design";
import type { KenwardRogerInformation } from "./types";

/** Kenward and Roger's adjusted covariance, with what the degrees of freedom of any contrast need. */
export interface KenwardRoger {
  /** Φ, p × p: the covariance of the coefficients at the estimated variances. */
  readonly phi: Float64Array;
  /** Φ_A, p × p: with the bias of Φ taken out and the uncertainty of the variances added. */
  readonly adjusted: Float64Array;
  /** P₁ and P₂: derivatives of Φ⁻¹ by the group and the residual variance. */
  readonly p: readonly [Float64Array, Float64Array];
  /** Covariance of the two variances: V₁₁, V₁₂, V₂₂. */
  readonly v: readonly [number, number, number];
}

/**
 * Kenward and Roger's small-sample covariance from group sums alone, without an n × n matrix.
 *
 * With G₁ the group's and G₂ the residual part of the covariance, h = 1/(1 + φS), g = Sh and cp(c) = Σ c_j x̄_j x̄_j':
 * P₁ = −cp(g²)/σ⁴, P₂ = −(W + cp(Sh²))/σ⁴, Q₁₁ = cp(g³)/σ⁶, Q₁₂ = cp(g²h)/σ⁶, Q₂₂ = (W + cp(Sh³))/σ⁶,
 * K₁₁ = Σg²/σ⁴, K₁₂ = ΣSh²/σ⁴, K₂₂ = Σ(n_j − 1 + h²)/σ⁴; V = 2 (K_rs − 2 tr ΦQ_rs + tr ΦP_rΦP_s)⁻¹ (expected
 * information) and Φ_A = Φ + 2Φ[Σ V_rs(Q_rs − P_rΦP_s)]Φ (Kenward & Roger 1997, Biometrics 53:983-997).
 * Precision weights w only change S, x̄ and W: G₂ is then diag(1/w), and all of the above holds.
 *
 * @param sizes - J numbers of rows n_j (of the replicated rows, for frequency weights).
 */
export function kenwardRoger(
  problem: ProfileProblem,
  point: ProfilePoint,
  sizes: Float64Array,
  information: KenwardRogerInformation,
): KenwardRoger {
  const p = problem.p;
  const s2 = point.sigma2;
  const s4 = s2 * s2;
  const phi = point.parts.inverse.map((value) => value * s2);
  const sums = groupSums(problem, point.phi);
  const p1 = sums.g2.map((value) => -value / s4);
  const p2 = sums.withinAnd(sums.sh2).map((value) => -value / s4);
  const q11 = sums.g3.map((value) => value / (s4 * s2));
  const q12 = sums.g2h.map((value) => value / (s4 * s2));
  const q22 = sums.withinAnd(sums.sh3).map((value) => value / (s4 * s2));
  const rows = sizes.reduce((sum, size) => sum + size - 1, 0);
  const k = [sums.k11 / s4, sums.k12 / s4, (rows + sums.sumH2) / s4];
  const phiP1 = product(phi, p1, p);
  const phiP2 = product(phi, p2, p);
  const pairs = [
    [phiP1, phiP1, q11],
    [phiP1, phiP2, q12],
    [phiP2, phiP2, q22],
  ] as const;
  const expected = pairs.map(
    ([left, right, q], rs) => k[rs] - 2 * traceOfProduct(phi, q) + traceOfProduct(transposed(left, p), right),
  );
  const v = information === "expected" ? twiceInverse(expected) : observedVariances(problem, point, expected);
  const lambda = new Float64Array(p * p);
  const add = (weight: number, q: Float64Array, left: Float64Array, phiRight: Float64Array): void => {
    const crossed = product(left, phiRight, p);
    for (let i = 0; i < lambda.length; i++) lambda[i] += weight * (q[i] - crossed[i]);
  };
  add(v[0], q11, p1, phiP1);
  add(v[1], q12, p1, phiP2);
  add(v[1], q12, p2, phiP1);
  add(v[2], q22, p2, phiP2);
  const correction = product(product(phi, lambda, p), phi, p);
  const adjusted = phi.map((value, i) => value + correction[i] + correction[(i % p) * p + Math.floor(i / p)]);
  return { phi, adjusted, p: [p1, p2], v };
}

/** 2I⁻¹ of I = (I₁₁, I₁₂, I₂₂). */
function twiceInverse([i11, i12, i22]: readonly number[]): [number, number, number] {
  const determinant = i11 * i22 - i12 * i12;
  return [(2 * i22) / determinant, (-2 * i12) / determinant, (2 * i11) / determinant];
}

/**
 * V from the REML criterion's own second derivatives, D_rs = 2y'PG_rPG_sPy − tr PG_rPG_s. The traces are the expected ones; with
 * c = Σg³ρ² − v'A⁻¹v, half the second derivative of r², and s = Σg²ρ² the quadratic forms are c, s − φc and mσ² − 2φs + φ²c
 * over σ⁶. At φ = 0 the criterion need not be stationary in σ_u², which is then taken as known.
 */
function observedVariances(
  { m }: ProfileProblem,
  { phi, sigma2, parts }: ProfilePoint,
  traces: readonly number[],
): [number, number, number] {
  const c = parts.r2Second / 2;
  const s = parts.g2rho2;
  const forms = [c, s - phi * c, m * sigma2 - 2 * phi * s + phi * phi * c];
  const curvature = forms.map((form, rs) => (2 * form) / sigma2 ** 3 - traces[rs]);
  return phi === 0 ? [0, 0, 2 / curvature[2]] : twiceInverse(curvature);
}

/** Degrees of freedom of the t test of l'β: 2(l'Φl)² / Σ V_rs (l'ΦP_rΦl)(l'ΦP_sΦl), the F statistic unscaled. */
export function kenwardRogerDf({ phi, p: [p1, p2], v }: KenwardRoger, contrast: Float64Array): number {
  const size = contrast.length;
  const solved = contrast.map((_, j) => contrast.reduce((sum, value, k) => sum + phi[j * size + k] * value, 0));
  const variance = contrast.reduce((sum, value, k) => sum + value * solved[k], 0);
  const d1 = bilinear(solved, p1, solved, size);
  const d2 = bilinear(solved, p2, solved, size);
  return (2 * variance * variance) / (v[0] * d1 * d1 + 2 * v[1] * d1 * d2 + v[2] * d2 * d2);
}

interface GroupSums {
  /** cp(g²), cp(g³), cp(g²h), cp(Sh²), cp(Sh³): p × p. */
  readonly g2: Float64Array;
  readonly g3: Float64Array;
  readonly g2h: Float64Array;
  readonly sh2: Float64Array;
  readonly sh3: Float64Array;
  /** Σg², ΣSh², Σh² */
  readonly k11: number;
  readonly k12: number;
  readonly sumH2: number;
  /** W_xx plus one of the above. */
  withinAnd(sum: Float64Array): Float64Array;
}

function groupSums(problem: ProfileProblem, phi: number): GroupSums {
  const { p, classWeights, classCounts, classProducts, within } = problem;
  const q = p + 1;
  const classes = classWeights.length;
  const factors = Array.from({ length: 5 }, () => new Float64Array(classes));
  let k11 = 0;
  let k12 = 0;
  let sumH2 = 0;
  for (let c = 0; c < classes; c++) {
    const h = 1 / (1 + phi * classWeights[c]);
    const g = classWeights[c] * h;
    k11 += classCounts[c] * g * g;
    k12 += classCounts[c] * g * h;
    sumH2 += classCounts[c] * h * h;
    factors[0][c] = g * g;
    factors[1][c] = g * g * g;
    factors[2][c] = g * g * h;
    factors[3][c] = g * h;
    factors[4][c] = g * h * h;
  }
  const withinAnd = (sum: Float64Array): Float64Array =>
    sum.map((value, i) => value + within[Math.floor(i / p) * q + (i % p)]);
  const [g2, g3, g2h, sh2, sh3] = factors.map((factor) => unpacked(timesRows(classProducts, factor), p));
  return { g2, g3, g2h, sh2, sh3, k11, k12, sumH2, withinAnd };
}

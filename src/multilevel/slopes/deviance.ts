import { product, traceOfTwo } from "../../linalg/square";
import { type Factor, factorise } from "../../linalg/symmetric";
import { compressedSums, type GroupSums } from "./group-sums";
import { type LambdaEntry, lambdaOf, packed, type SlopeProblem } from "./problem";

/** The criterion profiled over β and σ² (or over β, at a given σ²), with its derivatives, at one θ. */
export interface SlopePoint {
  /** d entries of Λ. */
  readonly theta: Float64Array;
  /** q × q */
  readonly lambda: Float64Array;
  /** D(θ): −2 × the profiled (restricted) log-likelihood. */
  readonly criterion: number;
  /** d derivatives dD/dθ. */
  readonly gradient: Float64Array;
  /** d × d second derivatives. */
  readonly hessian: Float64Array;
  /** N, q × q: the derivative of D by Ψ = ΛΛ', of which D is a smooth function even where Λ is singular. */
  readonly psiGradient: Float64Array;
  readonly beta: Float64Array;
  /** r²/m */
  readonly sigma2: number;
  /** A⁻¹ with A = X'V⁻¹X, p × p. */
  readonly inverse: Float64Array;
  /** d derivatives of r². */
  readonly r2Gradient: Float64Array;
  /** d derivatives of A, each p × p. */
  readonly informationGradient: readonly Float64Array[];
}

/**
 * D(θ) with first and second derivatives from compressed groups alone, in two passes over J groups.
 *
 * Ψ = ΛΛ', S_j = I + R_jΨR_j', A = W + Σ B_j'S_j⁻¹B_j, r² = A_yy − A_yx A_xx⁻¹ A_xy as a sum of squares,
 * D = Σ log|S_j| − Σ log w + m(1 + log(2πr²/m)) [+ log|A_xx|] (Bates et al. 2015, section 3, in the QR form of Pinheiro &
 * Bates 2000). With P = R'S⁻¹R, F = R'S⁻¹B_x, w = R'S⁻¹(B_y − B_xβ), [ ] for REML only, and changes dΨ₁, dΨ₂ of Ψ:
 *
 *     N = Σ P [− Σ FA⁻¹F'] − (m/r²) Σ ww',   dD = tr(N dΨ),   dA = −Σ F'dΨF,   dr² = −Σ w'dΨw
 *     d²D = Σ tr((−P [+ 2FA⁻¹F'] + 2(m/r²)ww') dΨ₁ P dΨ₂) [− tr(A⁻¹dA₁A⁻¹dA₂)] − 2(m/r²) g₁'A⁻¹g₂ − (m/r⁴) dr²₁ dr²₂
 *
 * where g_i = Σ F'dΨ_i w. At a given σ² the criterion is D(θ, σ²) = Σ log|S_j| − Σ log w + m log 2πσ² + r²/σ² [+ log|A_xx|]:
 * m/r² becomes 1/σ² and the last term of d²D goes. Null where A is not positive definite.
 *
 * @param given - σ² to take in place of r²/m.
 */
export function devianceAt(problem: SlopeProblem, theta: Float64Array, given?: number): SlopePoint | null {
  const { q, p, entries, m, reml } = problem;
  const lambda = lambdaOf(theta, entries, q);
  const sums = compressedSums(problem, lambda);
  const r = p + 1;
  const axx = new Float64Array(p * p);
  const axy = new Float64Array(p);
  for (let k = 0; k < p; k++) {
    axy[k] = sums.a[k * r + p];
    for (let l = 0; l < p; l++) axx[k * p + l] = sums.a[k * r + l];
  }
  const factor = factorise(axx, p);
  if (factor === null || !Number.isFinite(sums.logDeterminant)) return null;
  const beta = factor.solve(axy);
  const inverse = factor.inverse();
  const r2 = withinResidual(problem, beta) + sums.residual(beta);
  if (!(r2 > 0)) return null;
  const variance = given ?? r2 / m;
  const second = sums.secondPass(beta, inverse, 1 / variance);
  const curved = given === undefined ? m / (r2 * r2) : 0;
  const derivatives = thetaDerivatives(problem, lambda, second, factor, inverse, 1 / variance, curved);
  return {
    theta,
    lambda,
    criterion:
      sums.logDeterminant -
      problem.sumLogWeights +
      m * Math.log(2 * Math.PI * variance) +
      r2 / variance +
      (reml ? factor.logDeterminant() : 0),
    ...derivatives,
    psiGradient: unpack(second.psiGradient, q),
    beta,
    sigma2: r2 / m,
    inverse,
  };
}

/** ‖T(−β; 1)‖²: only positive terms. */
function withinResidual({ p, withinFactor }: SlopeProblem, beta: Float64Array): number {
  const r = p + 1;
  let sum = 0;
  for (let i = 0; i < r; i++) {
    let value = withinFactor[i * r + p];
    for (let k = i; k < p; k++) value -= withinFactor[i * r + k] * beta[k];
    sum += value * value;
  }
  return sum;
}

/**
 * From derivatives by Ψ to derivatives by θ: dΨ/dθ_a = e_k λ_l' + λ_l e_k' for θ_a = Λ_kl.
 *
 * @param precision - 1/σ².
 * @param curved - what dr²₁ dr²₂ counts for: m/r⁴ where σ² moves with θ.
 */
function thetaDerivatives(
  { q, p, entries, reml }: SlopeProblem,
  lambda: Float64Array,
  second: ReturnType<GroupSums["secondPass"]>,
  factor: Factor,
  inverse: Float64Array,
  precision: number,
  curved: number,
): Pick<SlopePoint, "gradient" | "hessian" | "r2Gradient" | "informationGradient"> {
  const d = entries.length;
  const changes = entries.map((entry) => changeOfPsi(entry, lambda, q));
  const gradient = Float64Array.from(changes, (change) => trace(change, second.psiGradient, q));
  const r2Gradient = Float64Array.from(changes, (change) => -residualChange(change, second.products, q, p));
  const informationGradient = changes.map((change) => informationChange(change, second.products, q, p));
  const scores = changes.map((change) => scoreChange(change, second.products, q, p));
  const solvedScores = scores.map((score) => factor.solve(score));
  const solvedChanges = informationGradient.map((change) => product(inverse, change, p));
  const hessian = new Float64Array(d * d);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b <= a; b++) {
      let value = fourth(changes[a], changes[b], second.pairProducts, q);
      if (reml) value -= traceOfTwo(solvedChanges[a], solvedChanges[b], p);
      value -= 2 * precision * dot(scores[a], solvedScores[b]) + curved * r2Gradient[a] * r2Gradient[b];
      if (entries[a].column === entries[b].column) {
        value += 2 * second.psiGradient[packed(entries[a].row, entries[b].row)];
      }
      hessian[a * d + b] = hessian[b * d + a] = value;
    }
  }
  return { gradient, hessian, r2Gradient, informationGradient };
}

function changeOfPsi({ row, column }: LambdaEntry, lambda: Float64Array, q: number): Float64Array {
  const change = new Float64Array(q * q);
  for (let i = 0; i < q; i++) {
    change[row * q + i] += lambda[i * q + column];
    change[i * q + row] += lambda[i * q + column];
  }
  return change;
}

/** tr(change × a packed symmetric matrix) */
function trace(change: Float64Array, matrix: Float64Array, q: number): number {
  let sum = 0;
  for (let k = 0; k < q; k++) for (let l = 0; l < q; l++) sum += change[k * q + l] * matrix[packed(k, l)];
  return sum;
}

/** w'dΨw summed over groups. */
function residualChange(change: Float64Array, products: Float64Array, q: number, p: number): number {
  const r = p + 1;
  let sum = 0;
  for (let k = 0; k < q; k++) {
    for (let l = 0; l < q; l++) sum += change[k * q + l] * products[(k * r + p) * q * r + l * r + p];
  }
  return sum;
}

/** dA = −Σ_kl dΨ_kl Σ_j f_k f_l' */
function informationChange(change: Float64Array, products: Float64Array, q: number, p: number): Float64Array {
  const r = p + 1;
  const result = new Float64Array(p * p);
  for (let k = 0; k < q; k++) {
    for (let l = 0; l < q; l++) {
      const weight = change[k * q + l];
      if (weight === 0) continue;
      for (let i = 0; i < p; i++) {
        for (let j = 0; j < p; j++) result[i * p + j] -= weight * products[(k * r + i) * q * r + l * r + j];
      }
    }
  }
  return result;
}

/** g = Σ_kl dΨ_kl Σ_j f_k w_l */
function scoreChange(change: Float64Array, products: Float64Array, q: number, p: number): Float64Array {
  const r = p + 1;
  const result = new Float64Array(p);
  for (let k = 0; k < q; k++) {
    for (let l = 0; l < q; l++) {
      for (let i = 0; i < p; i++) result[i] += change[k * q + l] * products[(k * r + i) * q * r + l * r + p];
    }
  }
  return result;
}

/** Σ_j tr(Q_j dΨ₁ P_j dΨ₂) from Σ_j Q_j ⊗ P_j, both packed. */
function fourth(first: Float64Array, second: Float64Array, products: Float64Array, q: number): number {
  const s = (q * (q + 1)) / 2;
  let sum = 0;
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) {
      const row = packed(i, j) * s;
      for (let k = 0; k < q; k++) {
        const left = first[j * q + k];
        if (left === 0) continue;
        for (let l = 0; l < q; l++) sum += products[row + packed(k, l)] * left * second[l * q + i];
      }
    }
  }
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function unpack(matrix: Float64Array, q: number): Float64Array {
  return Float64Array.from({ length: q * q }, (_, i) => matrix[packed(Math.floor(i / q), i % q)]);
}

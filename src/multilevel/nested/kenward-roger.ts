import { product, transposed } from "../../linalg/square";
import { bilinear, factorise, principal, sandwich, traceOfProduct } from "../../linalg/symmetric";
import type { KenwardRogerInformation } from "../types";
import { leading } from "./profile";
import type { NestedState } from "./state";

/** Kenward and Roger's adjusted covariance for any number of variances, with what degrees of freedom need. */
export interface ComponentKenwardRoger {
  /** Φ, p × p: the covariance of the coefficients at the estimated variances. */
  readonly phi: Float64Array;
  /** Φ_A, p × p: with the bias of Φ taken out and the uncertainty of the variances added. */
  readonly adjusted: Float64Array;
  /** P_r: derivatives of Φ⁻¹ by each variance, the residual's last. */
  readonly p: readonly Float64Array[];
  /** Covariance of the variances, R × R. */
  readonly v: Float64Array;
}

/**
 * Kenward and Roger's small-sample covariance from sums over groups, without an n × n matrix.
 *
 * With Σ = σ²V = Σ σ_r²G_r, G_r = Z_rZ_r' and R for the residual: P_r = −X'Σ⁻¹G_rΣ⁻¹X, Q_rs = X'Σ⁻¹G_rΣ⁻¹G_sΣ⁻¹X and K_rs =
 * tr Σ⁻¹G_rΣ⁻¹G_s come from B, N and the traces of the recursion, those of the residual by R = V − Σ φ_kG_k. V = 2(K_rs −
 * 2 tr ΦQ_rs + tr ΦP_rΦP_s)⁻¹ (expected information) and Φ_A = Φ + 2Φ[Σ V_rs(Q_rs − P_rΦP_s)]Φ (Kenward & Roger 1997,
 * Biometrics 53:983-997).
 */
export function nestedKenwardRoger(
  state: NestedState,
  nobs: number,
  kind: KenwardRogerInformation,
): ComponentKenwardRoger {
  const { point } = state;
  const size = state.problem.base.p;
  const s2 = point.sigma2;
  const { b, n, traces } = withResidual(state, nobs);
  const phi = point.factor.inverse().map((value) => value * s2);
  const count = b.length;
  const p = b.map((matrix) => matrix.map((value) => -value / (s2 * s2)));
  const left = p.map((matrix) => product(phi, matrix, size));
  const information = new Float64Array(count * count);
  for (let r = 0; r < count; r++) {
    for (let s = 0; s < count; s++) {
      const crossed = traceOfProduct(left[r], transposed(left[s], size));
      information[r * count + s] = traces[r][s] / (s2 * s2) - (2 * traceOfProduct(phi, n[r][s])) / s2 ** 3 + crossed;
    }
  }
  const v = kind === "expected" ? twiceInverse(information, count) : observedVariances(state, information);
  const lambda = new Float64Array(size * size);
  for (let r = 0; r < count; r++) {
    for (let s = 0; s < count; s++) {
      const crossed = product(p[r], left[s], size);
      for (let i = 0; i < lambda.length; i++) lambda[i] += v[r * count + s] * (n[r][s][i] / s2 ** 3 - crossed[i]);
    }
  }
  const symmetric = lambda.map((value, i) => (value + transposed(lambda, size)[i]) / 2);
  const correction = sandwich(phi, symmetric, size, size);
  return { phi, adjusted: phi.map((value, i) => value + 2 * correction[i]), p, v };
}

function twiceInverse(information: Float64Array, count: number): Float64Array {
  const inverse = factorise(information, count)?.inverse() ?? information.map(() => Number.NaN);
  return inverse.map((value) => 2 * value);
}

/**
 * V from the REML criterion's own second derivatives, D_rs = 2y'PG_rPG_sPy − tr PG_rPG_s; the traces are the expected ones.
 * Variances estimated as 0 need not be stationary, and are taken as known.
 */
function observedVariances({ problem, point, slopes, curvature }: NestedState, traces: Float64Array): Float64Array {
  const { phi, sigma2 } = point;
  const levels = phi.map((_, k) => k);
  const count = levels.length + 1;
  const square = (problem.base.p + 1) ** 2 - 1;
  const forms = new Float64Array(count * count);
  const first = slopes.products.map((matrix) => matrix[square]);
  const less = (from: number, of: (l: number) => number): number =>
    levels.reduce((rest, l) => rest - phi[l] * of(l), from);
  const second = curvature.quadratics.map((row) => row.map((value) => value / 2));
  const mixed = levels.map((k) => less(first[k], (l) => second[l][k]));
  levels.forEach((k) => {
    levels.forEach((l) => {
      forms[k * count + l] = second[k][l];
    });
    forms[k * count + count - 1] = mixed[k];
    forms[(count - 1) * count + k] = mixed[k];
  });
  const residual = less(problem.base.m * sigma2, (l) => first[l]);
  forms[count * count - 1] = less(residual, (l) => mixed[l]);
  const free = [...levels.filter((k) => phi[k] > 0), count - 1];
  const observed = forms.map((form, i) => (2 * form) / sigma2 ** 3 - traces[i]);
  const inverse = twiceInverse(principal(observed, count, free), free.length);
  const v = new Float64Array(count * count);
  free.forEach((k, i) => {
    free.forEach((l, j) => {
      v[k * count + l] = inverse[i * free.length + j];
    });
  });
  return v;
}

/** Degrees of freedom of the t test of l'β: 2(l'Φl)² / Σ V_rs (l'ΦP_rΦl)(l'ΦP_sΦl), the F statistic unscaled. */
export function componentDf({ phi, p, v }: ComponentKenwardRoger, contrast: Float64Array): number {
  const size = contrast.length;
  const solved = contrast.map((_, j) => contrast.reduce((sum, value, k) => sum + phi[j * size + k] * value, 0));
  const variance = contrast.reduce((sum, value, k) => sum + value * solved[k], 0);
  const slopes = p.map((matrix) => bilinear(solved, matrix, solved, size));
  return (2 * variance * variance) / bilinear(slopes, v, slopes, slopes.length);
}

/** B, N and the traces with the residual's as a last component: R = V − Σ φ_kG_k. */
function withResidual(
  { problem, point, slopes, curvature }: NestedState,
  nobs: number,
): { b: Float64Array[]; n: Float64Array[][]; traces: number[][] } {
  const { p } = problem.base;
  const { phi } = point;
  const levels = phi.map((_, k) => k);
  const b = slopes.products.map((matrix) => leading(matrix, p));
  const n = curvature.products.map((row) => row.map((matrix) => leading(matrix, p)));
  const less = (from: Float64Array, parts: readonly Float64Array[]): Float64Array =>
    from.map((value, i) => parts.reduce((rest, part, k) => rest - phi[k] * part[i], value));
  const residualB = less(point.information, b);
  const residualN = levels.map((k) =>
    less(
      b[k],
      levels.map((l) => n[l][k]),
    ),
  );
  // X'V⁻¹RV⁻¹RV⁻¹X = X'V⁻¹RV⁻¹X − Σ φ_k X'V⁻¹RV⁻¹G_kV⁻¹X
  const lastN = less(residualB, residualN);
  const sums = slopes.precisions.map((values) => values.reduce((sum, value) => sum + value, 0));
  const { traces } = curvature;
  const residualTraces = levels.map((k) => sums[k] - levels.reduce((sum, l) => sum + phi[l] * traces[l][k], 0));
  const residualTrace = nobs - levels.reduce((sum, k) => sum + phi[k] * sums[k], 0);
  const lastTrace = residualTrace - levels.reduce((sum, k) => sum + phi[k] * residualTraces[k], 0);
  return {
    b: [...b, residualB],
    n: [...n.map((row, k) => [...row, transposed(residualN[k], p)]), [...residualN, lastN]],
    traces: [...traces.map((row, k) => [...row, residualTraces[k]]), [...residualTraces, lastTrace]],
  };
}

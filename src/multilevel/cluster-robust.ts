import { EVD, Matrix } from "ml-matrix";
import { fail } from "../errors/error";
import { bilinear, sandwich, semidefiniteFactor } from "../linalg/symmetric";
import { withBlocks } from "./blocks";
import { tested } from "./fixed-effects";
import { requireIntercept } from "./require-intercept";
import { type ScaledProblem, scaledBlock } from "./scale";
import { type FittedState, stateOf } from "./state";
import type { ClusterRobust, GroupSummary, MixedModel } from "./types";
import { backTransform } from "./units";
import { refuseGroupWeights } from "./weights";

/**
 * Standard errors of a mixed model's coefficients that do not rely on its covariance being right: the sandwich, by group.
 *
 * `"CR0"` sums the outer products of the groups' scores. `"CR2"` first corrects each group's residuals so that the result
 * is unbiased where the model is right (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018): better with few groups, and the
 * default. Degrees of freedom are Satterthwaite's under the fitted model. Both agree with R's clubSandwich.
 *
 * Frequency weights count as replicated rows. Precision weights have CR0 only: CR2 has no one definition there.
 * Models with sampling or school weights have CR0 standard errors of their own, in `fixed`.
 *
 * @param subject - a model fitted to rows, which it remembers, or to a summary made with `blocks: true`.
 * @throws `invalid-argument` where neither rows nor blocks are at hand, for models with sampling or school weights, CR2 with
 *   precision weights, deeper random parts, or another type.
 * @example
 * ```ts
 * import { clusterRobust, fitMixed } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * clusterRobust(model).fixed[0].term; // "(Intercept)"
 * ```
 */
export function clusterRobust(subject: MixedModel, options: { readonly type?: "CR0" | "CR2" } = {}): ClusterRobust {
  const model = requireIntercept(subject, "Cluster-robust standard errors");
  const type = options.type ?? "CR2";
  if (type !== "CR0" && type !== "CR2") fail("invalid-argument", `There is no type "${type}"; choose "CR0" or "CR2".`);
  refuseGroupWeights(model.summary, "Other cluster-robust standard errors");
  if (model.summary.pupilWeights === "precision" && type === "CR2") {
    fail(
      "invalid-argument",
      'CR2 is not there for models with pupil weights of kind "precision". Take type: "CR0", or fit the model without them.',
    );
  }
  const summary = withBlocks(model, "Cluster-robust standard errors");
  const state = stateOf(model);
  const scores = groupScores(summary, state, type);
  const p = model.terms.length;
  const back = backTransform(summary, state.scaled);
  const covariance = state.point.parts.inverse.map((value) => value * state.point.sigma2);
  const meat = new Float64Array(p * p);
  for (const { score } of scores)
    for (let i = 0; i < meat.length; i++) meat[i] += score[Math.floor(i / p)] * score[i % p];
  const vcov = sandwich(back, sandwich(covariance, meat, p, p), p, p);
  const fixed = model.terms.map((term, k) => {
    const u = times(covariance, back.subarray(k * p, (k + 1) * p), p);
    return tested(term, model.coefficients[k], Math.sqrt(vcov[k * p + k]), robustDf(scores, u, covariance));
  });
  return { kind: "cluster-robust", type, fixed, vcov };
}

/** What a group contributes: its score, and the two linear maps that its degrees of freedom need. */
interface GroupScore {
  /** X'Φ⁻¹Ae, p. */
  readonly score: Float64Array;
  /** For u = Cl, with g = AΦ⁻¹Xu: g'Φg and X'g. */
  spread(u: Float64Array): { own: number; cross: Float64Array };
}

/**
 * Scores in the span of [1, X_j], which holds all of a group that matters: outside it Φ = σ²I and X = 0.
 *
 * In an orthonormal basis of that span, from the group's mean and cross-products, Φ is diagonal: σ² + n σ_u² for the
 * constant and σ² for the rest. CR2's A = Φ^½ (Φ^½ (Φ − XCX') Φ^½)^(+½) Φ^½, the same for any root of Φ.
 */
function groupScores(summary: GroupSummary, { scaled, point }: FittedState, type: "CR0" | "CR2"): GroupScore[] {
  const { problem } = scaled;
  const p = problem.p;
  const s2 = point.sigma2;
  const covariance = point.parts.inverse.map((value) => value * s2);
  return summary.levels.map((_, j) => {
    const size = summary.weights[j];
    const { x, e } = inBasis(summary, scaled, point.beta, j);
    const r = e.length;
    const phi = Float64Array.from({ length: r }, (__, i) => (i === 0 ? s2 * (1 + point.phi * size) : s2));
    const adjust = type === "CR0" ? null : adjustment(x, phi, covariance, r, p);
    // A e, and A applied to any other vector, in the basis.
    const apply = (v: Float64Array): Float64Array => (adjust === null ? v : times(adjust, v, r));
    const transposed = (v: Float64Array): Float64Array =>
      Float64Array.from({ length: p }, (__, k) => v.reduce((sum, value, i) => sum + value * x[i * p + k], 0));
    return {
      score: transposed(apply(e).map((value, i) => value / phi[i])),
      spread(u) {
        const xu = Float64Array.from({ length: r }, (__, i) =>
          u.reduce((sum, value, k) => sum + x[i * p + k] * value, 0),
        );
        const g = apply(xu.map((value, i) => value / phi[i]));
        return { own: g.reduce((sum, value, i) => sum + value * value * phi[i], 0), cross: transposed(g) };
      },
    };
  });
}

/** A group's X (r × p) and residuals (r) in an orthonormal basis whose first member is the constant. */
function inBasis(
  summary: GroupSummary,
  scaled: ScaledProblem,
  beta: Float64Array,
  j: number,
): { x: Float64Array; e: Float64Array } {
  const { p, means } = scaled.problem;
  const q = p + 1;
  const root = Math.sqrt(summary.weights[j]);
  const block = scaledBlock(summary, scaled, j);
  const { r: factor, independent } = semidefiniteFactor(block, q, 1e-12);
  const rows = independent.filter((k) => k < p);
  const x = new Float64Array((rows.length + 1) * p);
  const e = new Float64Array(rows.length + 1);
  e[0] = root * means[j * q + p];
  for (let k = 0; k < p; k++) {
    x[k] = root * means[j * q + k];
    e[0] -= x[k] * beta[k];
  }
  rows.forEach((from, i) => {
    e[i + 1] = factor[from * q + p];
    for (let k = 0; k < p; k++) {
      x[(i + 1) * p + k] = factor[from * q + k];
      e[i + 1] -= factor[from * q + k] * beta[k];
    }
  });
  return { x, e };
}

/** A = Φ^½ B^(+½) Φ^½ with B = Φ^½ (Φ − XCX') Φ^½, r × r; A need not be symmetric in other inner products, here it is. */
function adjustment(x: Float64Array, phi: Float64Array, covariance: Float64Array, r: number, p: number): Float64Array {
  const explained = sandwich(x, covariance, r, p);
  const b = new Matrix(r, r);
  for (let i = 0; i < r; i++) {
    for (let k = 0; k < r; k++) {
      const gap = (i === k ? phi[i] : 0) - explained[i * r + k];
      b.set(i, k, Math.sqrt(phi[i] * phi[k]) * gap);
    }
  }
  const { realEigenvalues, eigenvectorMatrix: v } = new EVD(b, { assumeSymmetric: true });
  const largest = realEigenvalues.reduce((most, value) => Math.max(most, value), 0);
  const result = new Float64Array(r * r);
  realEigenvalues.forEach((value, m) => {
    if (!(value > 1e-12 * largest)) return;
    const weight = 1 / Math.sqrt(value);
    for (let i = 0; i < r; i++) {
      for (let k = 0; k < r; k++) {
        result[i * r + k] += Math.sqrt(phi[i] * phi[k]) * weight * v.get(i, m) * v.get(k, m);
      }
    }
  });
  return result;
}

/** ν = (Σ P_ii)² / ΣΣ P_ij² with P_ij = δ_ij own_i − cross_i'C cross_j (Bell & McCaffrey 2002), without a J × J matrix. */
function robustDf(scores: readonly GroupScore[], u: Float64Array, covariance: Float64Array): number {
  const p = u.length;
  const products = new Float64Array(p * p);
  let trace = 0;
  let squares = 0;
  for (const group of scores) {
    const { own, cross } = group.spread(u);
    const shared = bilinear(cross, covariance, cross, p);
    trace += own - shared;
    squares += own * own - 2 * own * shared;
    for (let i = 0; i < products.length; i++) products[i] += cross[Math.floor(i / p)] * cross[i % p];
  }
  const product = Float64Array.from(products, (_, i) => {
    const [row, column] = [Math.floor(i / p), i % p];
    let sum = 0;
    for (let k = 0; k < p; k++) sum += covariance[row * p + k] * products[k * p + column];
    return sum;
  });
  for (let i = 0; i < p; i++) for (let k = 0; k < p; k++) squares += product[i * p + k] * product[k * p + i];
  return (trace * trace) / squares;
}

function times(a: Float64Array, v: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += a[i * size + k] * v[k];
    return sum;
  });
}

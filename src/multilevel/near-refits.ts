import { product, traceOfTwo } from "../linalg/square";
import { factorise } from "../linalg/symmetric";
import type { BlockSummary } from "./blocks";
import {
  emptySums,
  FARTHEST,
  type NearSums,
  seriesAbout,
  sumsAtZero,
  sumsNear,
  takeOff,
  triangleOf,
} from "./near-sums";
import type { ProfilePoint } from "./profile";
import { type ScaledProblem, scaledBlock } from "./scale";

/** A fit without one group (or with all) as a change from the full fit, in the scaled problem's units. */
export interface NearRefit {
  readonly phi: number;
  readonly sigma2: number;
  /** p: its coefficients less the full fit's. */
  readonly delta: Float64Array;
  /** A = X'V⁻¹X (p × p), A⁻¹ and log|A|. */
  readonly information: Float64Array;
  readonly inverse: Float64Array;
  readonly logDeterminant: number;
}

/** The full fit in the same terms, and the refits by group. */
export interface NearRefits {
  readonly full: NearRefit;
  /** Null where a refit is not near the full fit, or the others carry too little. */
  readonly without: (group: number) => NearRefit | null;
}

/** A refit with the derivatives of its criterion by φ. */
interface NearPoint extends NearRefit {
  readonly slope: number;
  readonly curvature: number;
}

/** A variable or coefficient that keeps less than this of its information is left to a refit that starts from the summary. */
const LEAST_SHARE = 1e-9;

/**
 * Refits of a fit to many groups without each in turn, at a cost of a few p³ that does not grow with the number of groups.
 *
 * With ρ = y − x'β̂ in place of y the coefficients of a refit are small and sums of squares lose no digits. Sums over all
 * groups at a φ near φ̂ come from a series, and the group's own terms are taken off exactly. Newton steps in log φ as in any fit,
 * where φ = 0 is no optimum of its own.
 * Null for boundary fits, group weights and nearly dependent columns, which take the way through the summary.
 */
export function nearRefits(summary: BlockSummary, scaled: ScaledProblem, point: ProfilePoint): NearRefits | null {
  const { problem } = scaled;
  const { p, reml, weights } = problem;
  if (problem.groupWeights !== null || scaled.orthogonal !== null || !(point.phi > 0)) return null;
  const q = p + 1;
  const { beta } = point;
  const means = problem.means.slice();
  for (let j = 0; j < weights.length; j++) means[j * q + p] = residual(means, j * q, beta);
  const within = inResiduals(problem.within, beta);
  const series = seriesAbout(means, weights, point.phi, q);
  const zero = sumsAtZero(means, weights, q);
  const sums = emptySums(q);
  sumsNear(series, 0, sums);
  const full = nearPoint(sums, point.phi, within, summary.nobs, p, reml);
  if (full === null) return null;
  const enough = 1e-20 * Math.max(1, Math.abs(point.criterion));
  const own = new Float64Array((q * (q + 1)) / 2);

  const without = (group: number): NearRefit | null => {
    const rest = inResiduals(scaledBlock(summary, scaled, group), beta);
    for (let i = 0; i < rest.length; i++) rest[i] = within[i] - rest[i];
    if (losesVariable(within, rest, q)) return null;
    triangleOf(means, group * q, q, own);
    const weight = weights[group];
    const rows = summary.nobs - summary.sizes[group];
    const at = (phi: number): NearPoint | null => {
      if (phi > 0) sumsNear(series, phi / series.phi - 1, sums);
      else copySums(zero, sums);
      takeOff(sums, own, weight / (1 + phi * weight));
      return nearPoint(sums, phi, rest, rows, p, reml);
    };
    const boundary = at(0);
    if (boundary === null || boundary.slope >= 0) return null;
    const refit = newton(at, series.phi, enough);
    return refit !== null && keepsColumns(refit, full, p) ? refit : null;
  };
  return { full, without };
}

/** Newton in log φ from the full fit's; null where it leads away or does not settle. */
function newton(at: (phi: number) => NearPoint | null, start: number, enough: number): NearPoint | null {
  let phi = start;
  for (let i = 0; i < 12; i++) {
    const here = at(phi);
    if (here === null) return null;
    const first = here.slope * phi;
    const second = here.curvature * phi * phi + first;
    if (!(second > 0)) return null;
    phi *= Math.exp(-first / second);
    if (!(Math.abs(phi / start - 1) <= FARTHEST)) return null;
    if ((first * first) / second <= enough) return at(phi);
  }
  return null;
}

/**
 * The profiled criterion's derivatives at φ from sums over groups: those of `profileAt`, with T_r = Σ g^r z̄z̄' and
 * d = (−δ; 1): r² = d'(W + T₁)d, Σ g²ρ² = d'T₂d, Σ g³ρ² = d'T₃d, v = T₂d.
 */
function nearPoint(
  { triangles, sumG, sumG2 }: NearSums,
  phi: number,
  within: Float64Array,
  rows: number,
  p: number,
  reml: boolean,
): NearPoint | null {
  const q = p + 1;
  const [first, second, third] = triangles;
  const information = leading(first, p);
  const cross = new Float64Array(p);
  for (let k = 0; k < p; k++) {
    for (let l = 0; l < p; l++) information[k * p + l] += within[k * q + l];
    cross[k] = within[k * q + p] + first[lastOfRow(k, q)];
  }
  const factor = factorise(information, p);
  if (factor === null) return null;
  const delta = factor.solve(cross);
  const direction = new Float64Array(q);
  direction[p] = 1;
  let r2 = within[q * q - 1] + first[first.length - 1];
  for (let k = 0; k < p; k++) {
    direction[k] = -delta[k];
    r2 -= delta[k] * cross[k];
  }
  const m = rows - (reml ? p : 0);
  const score = times(second, direction);
  const r2Slope = -dot(score, direction, q);
  const r2Second = 2 * dot(times(third, direction), direction, q) - 2 * dot(factor.solve(score.slice(0, p)), score, p);
  const inverse = factor.inverse();
  let slope = sumG + (m * r2Slope) / r2;
  let curvature = m * (r2Second / r2 - (r2Slope / r2) ** 2) - sumG2;
  if (reml) {
    const turned = product(inverse, leading(second, p), p);
    for (let k = 0; k < p; k++) slope -= turned[k * p + k];
    curvature += 2 * traceWith(inverse, third, p) - traceOfTwo(turned, turned, p);
  }
  const logDeterminant = factor.logDeterminant();
  return { phi, sigma2: r2 / m, delta, information, inverse, logDeterminant, slope, curvature };
}

/** Where row k of an upper triangle of size q ends. */
function lastOfRow(k: number, q: number): number {
  return (k + 1) * q - (k * (k + 1)) / 2 - 1;
}

/** The leading p × p part, in full, of an upper triangle of size p + 1. */
function leading(triangle: Float64Array, p: number): Float64Array {
  const full = new Float64Array(p * p);
  let i = 0;
  for (let k = 0; k < p; k++, i++) {
    for (let l = k; l < p; l++, i++) {
      full[k * p + l] = triangle[i];
      full[l * p + k] = triangle[i];
    }
  }
  return full;
}

/** tr(AB) of a symmetric A, p × p, and the leading part of B, an upper triangle of size p + 1. */
function traceWith(a: Float64Array, triangle: Float64Array, p: number): number {
  let sum = 0;
  let i = 0;
  for (let k = 0; k < p; k++, i++) {
    sum += a[k * p + k] * triangle[i++];
    for (let l = k + 1; l < p; l++) sum += 2 * a[k * p + l] * triangle[i++];
  }
  return sum;
}

/** An upper triangle, in full, times a vector. */
function times(triangle: Float64Array, vector: Float64Array): Float64Array {
  const q = vector.length;
  const result = new Float64Array(q);
  let i = 0;
  for (let k = 0; k < q; k++) {
    result[k] += triangle[i++] * vector[k];
    for (let l = k + 1; l < q; l++, i++) {
      result[k] += triangle[i] * vector[l];
      result[l] += triangle[i] * vector[k];
    }
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[k] * b[k];
  return sum;
}

function copySums(from: NearSums, to: NearSums): void {
  to.triangles.forEach((triangle, r) => {
    triangle.set(from.triangles[r]);
  });
  to.sumG = from.sumG;
  to.sumG2 = from.sumG2;
}

/** ȳ − x̄'β of the row that starts at `at`. */
function residual(rows: Float64Array, at: number, beta: Float64Array): number {
  let value = rows[at + beta.length];
  for (let k = 0; k < beta.length; k++) value -= rows[at + k] * beta[k];
  return value;
}

/** Cross-products of (x, y − x'β) from those of (x, y), q × q. */
function inResiduals(matrix: Float64Array, beta: Float64Array): Float64Array {
  const p = beta.length;
  const q = p + 1;
  const result = matrix.slice();
  for (let k = 0; k < q; k++) result[k * q + p] = residual(matrix, k * q, beta);
  for (let k = 0; k < p; k++) {
    result[p * q + k] = result[k * q + p];
    result[q * q - 1] -= beta[k] * result[k * q + p];
  }
  return result;
}

/** Whether a variable has next to nothing left within the other groups. */
function losesVariable(within: Float64Array, rest: Float64Array, q: number): boolean {
  for (let k = 0; k < q; k++) {
    const whole = within[k * q + k];
    if (whole > 0 && !(rest[k * q + k] > LEAST_SHARE * whole)) return true;
  }
  return false;
}

/** Whether the other groups tell every coefficient still, beside and given the others. */
function keepsColumns({ information, inverse }: NearRefit, full: NearRefit, p: number): boolean {
  for (let k = 0; k < p; k++) {
    const own = information[k * p + k];
    if (!(own > LEAST_SHARE * full.information[k * p + k] && own * inverse[k * p + k] < 1 / LEAST_SHARE)) return false;
  }
  return true;
}

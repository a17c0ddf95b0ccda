import { preciseFactor } from "../../linalg/double-double";
import { nearlyDependent } from "../../linalg/near-dependence";
import { principal, semidefiniteFactor } from "../../linalg/symmetric";
import { turnedVariables, type WorkingColumns } from "../orthogonal";
import { hasConstant } from "./coordinates";
import { lambdaEntries, type SlopeProblem } from "./problem";
import type { SlopesSummary } from "./types";

/** A summary as the numbers of a fit, with the way back to the caller's units. */
export interface SlopesFitProblem {
  /** In the columns that the fit is computed in: orthogonal ones where the given are nearly dependent. */
  readonly problem: SlopeProblem;
  /** In the columns given. */
  readonly given: SlopeProblem;
  readonly orthogonal: WorkingColumns | null;
  /** Indices of the fixed columns kept. */
  readonly keep: readonly number[];
  /** Scales of the kept columns and, last, of the outcome. */
  readonly scale: Float64Array;
  /** Sizes of the blocks of correlated random columns, in order. */
  readonly blocks: readonly number[];
  /** Σ y² of the shifted and scaled outcome, and what of it the random and fixed columns together leave. */
  readonly outcome: { readonly total: number; readonly residual: number };
  /** The rank of [Z X] over all rows: where it is that of the rows, nothing is left of any outcome. */
  readonly rank: number;
}

/** A column counts as dependent where it adds less than this share of its own variation (that of random intercepts). */
const ALIAS_TOLERANCE = 1e-11;

/** Below this share of its own sum of squares a pivot of W is rounding. */
export const WITHIN_TOLERANCE = 1e-13;

export function slopesProblem(summary: SlopesSummary, reml: boolean): SlopesFitProblem {
  const r = summary.shift.length;
  const q = summary.randomShift.length;
  const groups = summary.levels.length;
  const total = totalProducts(summary);
  const columns = Array.from({ length: r - 1 }, (_, k) => k);
  const keep = semidefiniteFactor(principal(total, r, columns), r - 1, ALIAS_TOLERANCE).independent;
  const kept = [...keep, r - 1];
  const p = keep.length;
  const projections = new Float64Array(groups * q * (p + 1));
  for (let row = 0; row < groups * q; row++) {
    for (let k = 0; k <= p; k++) projections[row * (p + 1) + k] = summary.projections[row * r + kept[k]];
  }
  const within = principal(summary.within, r, kept);
  const withinLow = principal(summary.withinLow ?? new Float64Array(r * r), r, kept);
  const isNear = nearlyDependent(principal(total, r, kept), p + 1) || nearlyDependent(within, p + 1);
  const precise = isNear ? preciseFactor({ high: within, low: withinLow }, p + 1, WITHIN_TOLERANCE) : null;
  const plain = semidefiniteFactor(within, p + 1, WITHIN_TOLERANCE);
  const withinFactor = precise?.r.high ?? plain.r;
  const { independent } = precise ?? plain;
  const blocks = blockSizes(summary);
  const given: SlopeProblem = {
    q,
    p,
    groups,
    entries: lambdaEntries(blocks),
    factors: summary.factors,
    projections,
    within,
    withinFactor,
    m: summary.nobs - (reml ? p : 0),
    reml,
    sumLogWeights: summary.sumLogWeights,
  };
  const turned = isNear ? inOrthogonalColumns(given, withinLow) : null;
  return {
    problem: turned?.problem ?? given,
    given,
    orthogonal: turned?.columns ?? null,
    keep,
    scale: Float64Array.from(kept, (k) => summary.scale[k]),
    blocks,
    outcome: { total: total[r * r - 1], residual: withinFactor[(p + 1) ** 2 - 1] ** 2 },
    rank: diagonalRank(summary.factors, q) + independent.filter((k) => k < p).length,
  };
}

/** The problem in columns that are orthonormal over all rows, its outcome what they leave of the old one. */
function inOrthogonalColumns(
  problem: SlopeProblem,
  withinLow: Float64Array,
): { problem: SlopeProblem; columns: WorkingColumns } | null {
  const { p, projections, within } = problem;
  const rows = { high: projections, low: new Float64Array(projections.length) };
  const ones = new Float64Array(projections.length / (p + 1)).fill(1);
  const turned = turnedVariables(rows, ones, { high: within, low: withinLow }, p + 1);
  if (turned === null) return null;
  const withinFactor = semidefiniteFactor(turned.within, p + 1, 0).r;
  const { columns, rows: projected } = turned;
  return { problem: { ...problem, projections: projected, within: turned.within, withinFactor }, columns };
}

/** Σ rank R_j */
function diagonalRank(factors: Float64Array, q: number): number {
  let rank = 0;
  for (let i = 0; i < factors.length; i += q * q) for (let k = 0; k < q; k++) if (factors[i + k * q + k] > 0) rank++;
  return rank;
}

/** Columns of a correlated term form a block, columns of an uncorrelated one stand alone. */
function blockSizes({ random }: Pick<SlopesSummary, "random">): number[] {
  return random.flatMap(({ columns, correlated }) => (correlated ? [columns.length] : columns.map(() => 1)));
}

/** [X y]'[X y] = W + Σ B'B */
export function totalProducts({ within, projections, shift }: SlopesSummary): Float64Array {
  const r = shift.length;
  const total = within.slice();
  for (let row = 0; row < projections.length; row += r) {
    for (let k = 0; k < r; k++) {
      for (let l = 0; l < r; l++) total[k * r + l] += projections[row + k] * projections[row + l];
    }
  }
  return total;
}

/**
 * Row-major T of b = T b̃ (in units of the outcome's scale), q × q: random effects of the caller's columns from those of
 * the shifted and scaled ones, b_k = b̃_k/s_k, and in a correlated term with a constant b_0 = b̃_0 − Σ c_k b̃_k/s_k.
 */
export function randomBackTransform(summary: SlopesSummary): Float64Array {
  const q = summary.randomShift.length;
  const t = new Float64Array(q * q);
  let start = 0;
  for (const term of summary.random) {
    for (let k = start; k < start + term.columns.length; k++) {
      t[k * q + k] = 1 / summary.randomScale[k];
      if (term.correlated && hasConstant(term) && k > start) {
        t[start * q + k] = -summary.randomShift[k] / summary.randomScale[k];
      }
    }
    start += term.columns.length;
  }
  return t;
}

/** T⁻¹: b̃_k = s_k b_k, b̃_0 = b_0 + Σ c_k b_k. */
export function randomTransform(summary: SlopesSummary): Float64Array {
  const q = summary.randomShift.length;
  const t = new Float64Array(q * q);
  let start = 0;
  for (const term of summary.random) {
    for (let k = start; k < start + term.columns.length; k++) {
      t[k * q + k] = summary.randomScale[k];
      if (term.correlated && hasConstant(term) && k > start) t[start * q + k] = summary.randomShift[k];
    }
    start += term.columns.length;
  }
  return t;
}

/** TΛ turned back into a lower triangular factor with a diagonal not below 0: the caller's θ. */
export function triangularised(t: Float64Array, lambda: Float64Array, q: number): Float64Array {
  // Gram-Schmidt on the rows of TΛ, each relative to its own length.
  const rows = Array.from({ length: q }, (_, i) =>
    Float64Array.from({ length: q }, (__, l) => {
      let sum = 0;
      for (let k = 0; k < q; k++) sum += t[i * q + k] * lambda[k * q + l];
      return sum;
    }),
  );
  const result = new Float64Array(q * q);
  const directions: (Float64Array | null)[] = [];
  rows.forEach((row, i) => {
    const whole = Math.hypot(...row);
    directions.forEach((direction, k) => {
      if (direction === null) return;
      const along = row.reduce((sum, value, l) => sum + value * direction[l], 0);
      result[i * q + k] = along;
      for (let l = 0; l < q; l++) row[l] -= along * direction[l];
    });
    const left = Math.hypot(...row);
    const independent = left > 1e-12 * whole;
    if (independent) result[i * q + i] = left;
    directions.push(independent ? row.map((value) => value / left) : null);
  });
  return result;
}

/** Λ of the caller's columns, q × q, from that of the scaled ones. */
export function callersLambda(summary: SlopesSummary, lambda: Float64Array): Float64Array {
  return triangularised(randomBackTransform(summary), lambda, summary.randomShift.length);
}

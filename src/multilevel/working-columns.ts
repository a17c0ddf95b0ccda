import { product, timesVector, transposed } from "../linalg/square";
import { sandwich } from "../linalg/symmetric";
import type { WorkingColumns } from "./orthogonal";
import type { GroupSummary, InterceptModel } from "./types";
import { backTransform, centredFit, coefficientsOf, inCallersUnits } from "./units";

/** The columns of a fit, and those it is computed in where the kept and scaled ones are nearly dependent. */
export interface FitColumns {
  /** Indices of the columns kept. */
  readonly keep: readonly number[];
  /** Scales of the kept columns and, last, of the outcome. */
  readonly scale: Float64Array;
  readonly orthogonal: WorkingColumns | null;
}

type Shifted = Pick<GroupSummary, "bound" | "shift">;

/** T of β = c + Tγ, the caller's coefficients from those computed: its rows are contrasts of γ. Row-major p × p. */
export function workingBack(summary: Shifted, columns: FitColumns): Float64Array {
  const back = backTransform(summary, columns);
  const { orthogonal, keep } = columns;
  if (orthogonal === null) return back;
  return product(back, orthogonal.root, keep.length).map((value) => value * orthogonal.residual);
}

/** What the computed outcome is counted in. */
export function workingUnit({ scale, orthogonal }: FitColumns): number {
  return scale[scale.length - 1] * (orthogonal?.residual ?? 1);
}

/** Coefficients of the kept and scaled columns, β = b + sUγ, and what rounding took from them. */
export function scaledCoefficients(
  gamma: Float64Array,
  { orthogonal }: Pick<FitColumns, "orthogonal">,
): { beta: Float64Array; betaLow?: Float64Array } {
  if (orthogonal === null) return { beta: gamma };
  const { root, offset, residual } = orthogonal;
  const moved = timesVector(root, gamma, gamma.length).map((value, k) => offset.low[k] + residual * value);
  const beta = moved.map((value, k) => offset.high[k] + value);
  return { beta, betaLow: moved.map((value, k) => offset.high[k] - beta[k] + value) };
}

/** s²UVU': the covariance of the kept and scaled columns' coefficients from that of those computed. */
export function scaledVcov(covariance: Float64Array, { orthogonal }: FitColumns): Float64Array {
  if (orthogonal === null) return covariance;
  const { root, residual } = orthogonal;
  const p = Math.sqrt(covariance.length);
  return sandwich(root, covariance, p, p).map((value) => value * residual ** 2);
}

/** Combinations of the rows' kept and scaled columns, R'x̃, from those of the computed ones; p numbers each. */
export function scaledCombinations(rows: Float64Array, { orthogonal, keep }: FitColumns): Float64Array {
  if (orthogonal === null) return rows;
  const p = keep.length;
  const down = transposed(orthogonal.inverseRoot, p);
  const result = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at += p) result.set(timesVector(down, rows.subarray(at, at + p), p), at);
  return result;
}

/** The computed criterion in the caller's units. */
export function callersCriterion(
  criterion: number,
  columns: FitColumns & { readonly problem: { readonly p: number; readonly m: number } },
  method: "REML" | "ML",
): number {
  const { orthogonal, problem } = columns;
  let result = inCallersUnits(criterion, columns, method);
  if (orthogonal === null) return result;
  const { p, m } = problem;
  result += 2 * m * Math.log(orthogonal.residual);
  if (method === "REML") for (let k = 0; k < p; k++) result += 2 * Math.log(orthogonal.inverseRoot[k * p + k]);
  return result;
}

/** A fit's fixed effects in the caller's units. */
interface CallersEffects extends Pick<InterceptModel, "coefficients" | "vcov" | "centred"> {
  /** T of {@link workingBack}. */
  readonly back: Float64Array;
}

/** @param covariance - of γ, p × p. */
export function callersEffects(
  gamma: Float64Array,
  covariance: Float64Array,
  summary: Shifted,
  columns: FitColumns,
): CallersEffects {
  const p = gamma.length;
  const back = workingBack(summary, columns);
  const point = scaledCoefficients(gamma, columns);
  return {
    back,
    coefficients: coefficientsOf(point, summary, columns),
    vcov: sandwich(back, covariance, p, p),
    centred: centredFit(point, columns, scaledVcov(covariance, columns)),
  };
}

import { add, exactSum, multiply, type Precise } from "../linalg/double-double";
import type { ProfilePoint } from "./profile";
import type { ScaledProblem } from "./scale";
import type { GroupSummary, InterceptModel } from "./types";

/** β in the caller's units is T × β scaled (plus the outcome's shift in the intercept). Row-major p × p. */
export function backTransform(
  summary: Pick<GroupSummary, "bound" | "shift">,
  { keep, scale }: Pick<ScaledProblem, "keep" | "scale">,
): Float64Array {
  const p = keep.length;
  const t = new Float64Array(p * p);
  for (let k = 0; k < p; k++) {
    const slope = scale[p] / scale[k];
    t[k * p + k] = slope;
    if (summary.bound.intercept && k > 0) t[k] = -slope * summary.shift[keep[k]];
  }
  return t;
}

/** β in the caller's units; the intercept, which can be a small rest of large terms, is summed in twice the digits. */
export function coefficientsOf(
  { beta, betaLow }: Pick<ProfilePoint, "beta" | "betaLow">,
  { bound, shift }: Pick<GroupSummary, "bound" | "shift">,
  { keep, scale }: Pick<ScaledProblem, "keep" | "scale">,
): Float64Array {
  const p = keep.length;
  const slope = (k: number): number => scale[p] / scale[k];
  const coefficients = beta.map((value, k) => value * slope(k));
  if (!bound.intercept) return coefficients;
  let intercept: Precise = exactSum(coefficients[0], shift[shift.length - 1]);
  for (let k = 0; k < p; k++) {
    const low = betaLow === undefined ? 0 : betaLow[k] * slope(k);
    if (k === 0) intercept = add(intercept, [low, 0]);
    else intercept = add(intercept, multiply([coefficients[k], low], [-shift[keep[k]], 0]));
  }
  coefficients[0] = intercept[0];
  return coefficients;
}

/** The fit in the summary's shifted coordinates. */
export function centredFit(
  point: Pick<ProfilePoint, "beta">,
  { keep, scale }: Pick<ScaledProblem, "keep" | "scale">,
  covariance: Float64Array,
): InterceptModel["centred"] {
  const p = keep.length;
  const slope = Float64Array.from({ length: p }, (_, k) => scale[p] / scale[k]);
  return {
    coefficients: point.beta.map((value, k) => value * slope[k]),
    vcov: covariance.map((value, i) => value * slope[Math.floor(i / p)] * slope[i % p]),
  };
}

/** Scaling the outcome by s adds 2m log s; REML's log|A| also sees the columns' scales. */
export function inCallersUnits(
  criterion: number,
  { problem, scale }: { readonly problem: { readonly p: number; readonly m: number }; readonly scale: Float64Array },
  method: "REML" | "ML",
): number {
  let result = criterion + 2 * problem.m * Math.log(scale[problem.p]);
  if (method === "REML") for (let k = 0; k < problem.p; k++) result += 2 * Math.log(scale[k]);
  return result;
}

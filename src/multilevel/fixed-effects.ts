import { tQuantile, tSurvival } from "../distributions/student-t";
import { sandwich } from "../linalg/symmetric";
import { kenwardRoger, kenwardRogerDf } from "./kenward-roger";
import type { ProfilePoint, ProfileProblem } from "./profile";
import { satterthwaiteDf } from "./satterthwaite";
import type { ScaledProblem } from "./scale";
import type { DfMethod, FixedEffect, GroupSummary, KenwardRogerInformation } from "./types";

/** Coefficients with standard errors, in the caller's units, and the way there from the scaled problem. */
export interface Estimates {
  readonly terms: readonly string[];
  readonly coefficients: Float64Array;
  readonly vcov: Float64Array;
  /** T of β = Tγ, p × p. */
  readonly back: Float64Array;
}

/**
 * t tests and 95 % intervals of all coefficients.
 *
 * @param fit - the point and its problem, in the coefficients that `estimates.back` comes from.
 */
export function fixedEffects(
  estimates: Estimates,
  summary: GroupSummary,
  scaled: ScaledProblem,
  { problem, point }: { readonly problem: ProfileProblem; readonly point: ProfilePoint },
  method: DfMethod,
  information: KenwardRogerInformation,
): FixedEffect[] {
  const { terms, coefficients, back } = estimates;
  const p = terms.length;
  const adjusted = method === "kenward-roger" ? kenwardRoger(problem, point, summary.sizes, information) : null;
  const vcov = adjusted === null ? estimates.vcov : sandwich(back, adjusted.adjusted, p, p);
  const betweenWithin = method === "between-within" ? betweenWithinDf(summary, scaled) : null;
  const dfOf = (k: number): number => {
    if (summary.groupWeights && method !== "z" && method !== "none") return summary.levels.length - p;
    const contrast = back.slice(k * p, (k + 1) * p);
    if (adjusted !== null) return kenwardRogerDf(adjusted, contrast);
    if (betweenWithin !== null) return betweenWithin[k];
    if (method === "satterthwaite") return satterthwaiteDf(problem, point, contrast);
    return method === "z" ? Number.POSITIVE_INFINITY : Number.NaN;
  };
  return terms.map((term, k) => tested(term, coefficients[k], Math.sqrt(vcov[k * p + k]), dfOf(k)));
}

/** A t test and 95 % interval. */
export function tested(term: string, estimate: number, standardError: number, df: number): FixedEffect {
  const t = estimate / standardError;
  if (Number.isNaN(df)) {
    return { term, estimate, standardError, df, t, p: Number.NaN, lower: Number.NaN, upper: Number.NaN };
  }
  const half = tQuantile(0.975, df) * standardError;
  const p = 2 * tSurvival(Math.abs(t), df);
  return { term, estimate, standardError, df, t, p, lower: estimate - half, upper: estimate + half };
}

/** Columns that vary within groups have n − J − (their number) degrees of freedom, the others J − (their number). */
function betweenWithinDf(summary: GroupSummary, { problem }: ScaledProblem): number[] {
  const q = problem.p + 1;
  const varies = Array.from({ length: problem.p }, (_, k) => problem.within[k * q + k] > 1e-20 * summary.nobs);
  const inner = varies.filter(Boolean).length;
  const groups = summary.levels.length;
  return varies.map((isInner) => (isInner ? summary.nobs - groups - inner : groups - (problem.p - inner)));
}

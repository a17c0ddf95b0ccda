import { sandwich } from "../../linalg/symmetric";
import { type Estimates, tested } from "../fixed-effects";
import type { DfMethod, FixedEffect, KenwardRogerInformation, NestedSummary } from "../types";
import { componentDf, nestedKenwardRoger } from "./kenward-roger";
import { sumUp } from "./recursion";
import { nestedSatterthwaite } from "./satterthwaite";
import type { NestedState } from "./state";

/** t tests and 95 % intervals of all coefficients of a nested model. */
export function nestedEffects(
  { terms, coefficients, vcov, back }: Estimates,
  summary: NestedSummary,
  state: NestedState,
  method: DfMethod,
  information: KenwardRogerInformation,
): FixedEffect[] {
  const p = terms.length;
  const row = (k: number): Float64Array => back.slice(k * p, (k + 1) * p);
  const adjusted = method === "kenward-roger" ? nestedKenwardRoger(state, summary.inner.nobs, information) : null;
  const covariance = adjusted === null ? vcov : sandwich(back, adjusted.adjusted, p, p);
  const satterthwaite = method === "satterthwaite" ? nestedSatterthwaite(state) : null;
  const betweenWithin = method === "between-within" ? betweenWithinDf(summary.inner.nobs, state) : null;
  const dfOf = (k: number): number => {
    if (adjusted !== null) return componentDf(adjusted, row(k));
    if (satterthwaite !== null) return satterthwaite(row(k));
    if (betweenWithin !== null) return betweenWithin[k];
    return method === "z" ? Number.POSITIVE_INFINITY : Number.NaN;
  };
  return terms.map((term, k) => tested(term, coefficients[k], Math.sqrt(covariance[k * p + k]), dfOf(k)));
}

/**
 * A column belongs to the innermost level at which it varies, rows first; each level has its units less those of the next
 * level out less its columns (the outermost: its groups less its columns, the constant among them).
 */
function betweenWithinDf(nobs: number, { scaled, problem }: NestedState): number[] {
  const { parents, counts } = problem;
  const base = scaled.problem;
  const q = base.p + 1;
  const variation = [Array.from({ length: base.p }, (_, k) => base.within[k * q + k])];
  let { means, weights }: { means: Float64Array; weights: Float64Array } = base;
  for (let level = 0; level + 1 < counts.length; level++) {
    const up = sumUp(means, weights, parents[level], counts[level + 1], q);
    const own = new Array<number>(base.p).fill(0);
    for (let a = 0; a < counts[level]; a++) {
      const parent = parents[level][a];
      for (let k = 0; k < base.p; k++) own[k] += weights[a] * (means[a * q + k] - up.means[parent * q + k]) ** 2;
    }
    variation.push(own);
    ({ means, total: weights } = up);
  }
  const units = [nobs, ...counts, 0];
  const levelOf = Array.from({ length: base.p }, (_, k) => {
    const level = variation.findIndex((own) => own[k] > 1e-20 * nobs);
    return level < 0 ? counts.length : level;
  });
  return levelOf.map((level) => units[level] - units[level + 1] - levelOf.filter((other) => other === level).length);
}

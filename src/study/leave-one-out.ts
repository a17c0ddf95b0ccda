import { semidefiniteFactor } from "../linalg/symmetric";
import { withBlocks } from "../multilevel/blocks";
import { scaledBlock } from "../multilevel/scale";
import { stateOf } from "../multilevel/state";
import type { InterceptModel } from "../multilevel/types";
import type { LeaveOneOut } from "./types";

/** The range of a coefficient without each school in turn, and the schools at its ends; null where it can never be told. */
export function leaveOneOut(model: InterceptModel, term: string): LeaveOneOut | null {
  const { levels } = model.summary;
  const estimates = estimatesWithout(model, model.terms.indexOf(term));
  const ascending = [...estimates.keys()]
    .filter((j) => !Number.isNaN(estimates[j]))
    .sort((a, b) => estimates[a] - estimates[b]);
  if (ascending.length === 0) return null;
  const end = (j: number): LeaveOneOut["lower"] => ({ estimate: estimates[j], school: levels[j] });
  return { lower: end(ascending[0]), upper: end(ascending[ascending.length - 1]) };
}

/**
 * One coefficient without each school, σ_u²/σ_e² held at the full fit's: (A − A_j)⁻¹(c − c_j) with the school's own part
 * A_j = C_j + g_j x̄_j x̄_j' of the normal equations. `NaN` where it then depends on other columns. The exact refits of
 * `influence` are a few hundredths of a standard error away at most, at a cost that grows with the square of the schools.
 */
export function estimatesWithout(model: InterceptModel, at: number): number[] {
  const summary = withBlocks(model, "The effect without each school");
  const { scaled, point } = stateOf(model);
  const { p, means, within, weights } = scaled.problem;
  const q = p + 1;
  const slope = scaled.scale[p] / scaled.scale[at];
  const omega = (j: number): number => summary.groupWeights?.[j] ?? 1;
  const addOwn = (sum: Float64Array, j: number, sign: number): void => {
    const g = (sign * omega(j) * weights[j]) / (1 + point.phi * weights[j]);
    for (let k = 0; k < q; k++) {
      const weighted = g * means[j * q + k];
      for (let l = 0; l < q; l++) sum[k * q + l] += weighted * means[j * q + l];
    }
  };
  const total = within.slice();
  summary.levels.forEach((_, j) => {
    addOwn(total, j, 1);
  });
  return summary.levels.map((_, j) => {
    const block = scaledBlock(summary, scaled, j);
    const rest = total.map((value, i) => value - omega(j) * block[i]);
    addOwn(rest, j, -1);
    return slope * coefficient(rest, p, at);
  });
}

/**
 * The solution of (p + 1) × (p + 1) normal equations at one column, dependent columns left out: with R'R the products, Rβ = its
 * last column, solved from below as far as the column.
 */
function coefficient(products: Float64Array, p: number, at: number): number {
  const q = p + 1;
  const { r, independent } = semidefiniteFactor(products, q, 1e-9);
  if (!independent.includes(at)) return Number.NaN;
  const beta = new Float64Array(p);
  for (const k of independent.filter((column) => column >= at && column < p).reverse()) {
    let rest = r[k * q + p];
    for (let l = k + 1; l < p; l++) rest -= r[k * q + l] * beta[l];
    beta[k] = rest / r[k * q + k];
  }
  return beta[at];
}

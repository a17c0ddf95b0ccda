import {
  add,
  at,
  divide,
  exactProduct,
  exactSum,
  multiply,
  type Precise,
  type PreciseArray,
  setAt,
  subtract,
} from "../linalg/double-double";
import { nearlyDependent } from "../linalg/near-dependence";
import type { GroupSummary } from "./types";

/**
 * Whether a summary keeps the low parts of its sums: where a variable is nearly a combination of the others within groups, and
 * where there are too few rows to see whether it is.
 */
export function needsLowParts(within: Float64Array, q: number, rows: number, groups: number): boolean {
  return rows - groups <= q || nearlyDependent(within, q);
}

/** The summary with its sums as plain doubles, for what takes them apart or changes them. */
export function withoutLowParts(summary: GroupSummary): GroupSummary {
  const { lowParts, ...rest } = summary;
  return lowParts ? rest : summary;
}

/** Means (J × q) and within-group products (q × q) of a growing summary, in twice the digits. */
interface PreciseSums {
  readonly means: PreciseArray;
  readonly within: PreciseArray;
}

/** Adds a part's W. */
export function addPrecisely({ within, lowParts }: GroupSummary, sum: PreciseArray): void {
  for (let i = 0; i < within.length; i++) {
    setAt(sum, i, add(at(sum, i), [within[i], lowParts ? lowParts.within[i] : 0]));
  }
}

/** A part's group joins a group of a growing summary, of weight `weight` so far; ω is the group's weight in W. */
export function joinPrecisely(
  { means, within }: PreciseSums,
  to: number,
  part: GroupSummary,
  from: number,
  shift: Float64Array,
  weight: number,
  omega: number,
): void {
  const share = divide([part.weights[from], 0], exactSum(weight, part.weights[from]));
  const scale = multiply(exactProduct(omega, weight), share);
  const q = shift.length;
  const delta = Array.from({ length: q }, (_, k): Precise => {
    const own: Precise = [part.means[from * q + k], part.lowParts ? part.lowParts.means[from * q + k] : 0];
    return subtract(add(own, exactSum(part.shift[k], -shift[k])), at(means, to * q + k));
  });
  for (let k = 0; k < q; k++) {
    setAt(means, to * q + k, add(at(means, to * q + k), multiply(delta[k], share)));
    if (weight === 0) continue;
    const scaled = multiply(delta[k], scale);
    for (let l = 0; l < q; l++) setAt(within, k * q + l, add(at(within, k * q + l), multiply(scaled, delta[l])));
  }
}

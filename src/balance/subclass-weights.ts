import { scaleToMeanOne } from "../matching/weights";
import type { BalanceEstimand } from "./types";

/**
 * Weights that make subclasses alike. ATT: 1 for the treated, treated over controls of the subclass for its controls;
 * ATC the other way round; ATE: 1 + other group over own. Then mean 1 among the weighted of each group.
 */
export function subclassWeights(
  subclass: Int32Array,
  sets: number,
  treated: Uint8Array,
  estimand: BalanceEstimand,
): Float64Array {
  const size = new Float64Array(2 * sets);
  for (let row = 0; row < subclass.length; row++) if (subclass[row] >= 0) size[2 * subclass[row] + treated[row]]++;
  const weights = new Float64Array(treated.length);
  for (let row = 0; row < subclass.length; row++) {
    if (subclass[row] < 0) continue;
    const own = size[2 * subclass[row] + treated[row]];
    const other = size[2 * subclass[row] + 1 - treated[row]];
    // A set with one group only compares nothing.
    if (other === 0) continue;
    const isFocal = (estimand === "ATT") === (treated[row] === 1);
    weights[row] = estimand === "ATE" ? 1 + other / own : isFocal ? 1 : other / own;
  }
  return scaleToMeanOne(weights, treated);
}

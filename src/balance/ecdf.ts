import type { Sorted } from "../linalg/sort";
import type { SlotTotals } from "./classes";

/** Mean and largest distance between two cumulative distributions. */
export interface EcdfDistance {
  readonly mean: number;
  readonly max: number;
}

/** Distances |F₁ − F₀| at the distinct values of all rows, before and after in one walk over the four slots. */
export function ecdfDistances(
  { values, carried }: Sorted,
  weights: Float64Array,
  { weight }: SlotTotals,
): { readonly before: EcdfDistance; readonly after: EcdfDistance } {
  const n = values.length;
  const [treatedTotal, controlTotal, treatedTotalAfter, controlTotalAfter] = weight;
  let treated = 0;
  let control = 0;
  let treatedAfter = 0;
  let controlAfter = 0;
  let sum = 0;
  let sumAfter = 0;
  let max = 0;
  let maxAfter = 0;
  let distinct = 0;
  for (let i = 0; i < n; i++) {
    const k = 4 * carried[i];
    treated += weights[k];
    control += weights[k + 1];
    treatedAfter += weights[k + 2];
    controlAfter += weights[k + 3];
    if (i + 1 < n && values[i + 1] === values[i]) continue;
    distinct++;
    const gap = Math.abs(treated / treatedTotal - control / controlTotal);
    const gapAfter = Math.abs(treatedAfter / treatedTotalAfter - controlAfter / controlTotalAfter);
    sum += gap;
    sumAfter += gapAfter;
    if (gap > max) max = gap;
    if (gapAfter > maxAfter) maxAfter = gapAfter;
  }
  return { before: { mean: sum / distinct, max }, after: { mean: sumAfter / distinct, max: maxAfter } };
}

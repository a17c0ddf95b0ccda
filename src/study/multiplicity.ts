/**
 * p-values adjusted for being several, by Holm: the k-th smallest times m − k + 1, never falling, at most 1. `NaN`s stay and do
 * not count.
 *
 * @see Holm (1979), Scandinavian Journal of Statistics 6:65-70.
 */
export function holm(p: readonly number[]): number[] {
  return stepwise(p, (order) => {
    let largest = 0;
    return order.map((value, k) => {
      largest = Math.max(largest, Math.min(1, value * (order.length - k)));
      return largest;
    });
  });
}

/**
 * p-values adjusted for the false discovery rate: the k-th smallest times m/k, never rising towards the smaller.
 *
 * @see Benjamini & Hochberg (1995), JRSS B 57:289-300.
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  return stepwise(p, (order) => {
    const adjusted = order.map((value, k) => (value * order.length) / (k + 1));
    for (let k = adjusted.length - 2; k >= 0; k--) adjusted[k] = Math.min(adjusted[k], adjusted[k + 1]);
    return adjusted.map((value) => Math.min(1, value));
  });
}

/** Adjusts the numbers among p in ascending order and puts them back. */
function stepwise(p: readonly number[], adjust: (order: readonly number[]) => readonly number[]): number[] {
  const order = [...p.keys()].filter((i) => !Number.isNaN(p[i])).sort((a, b) => p[a] - p[b]);
  const adjusted = adjust(order.map((i) => p[i]));
  const result = p.map(() => Number.NaN);
  order.forEach((i, k) => {
    result[i] = adjusted[k];
  });
  return result;
}

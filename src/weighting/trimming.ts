/** R's default quantile (type 7: linear between order statistics) of values that need not be sorted. */
export function quantileOf(values: Float64Array, probability: number): number {
  const sorted = values.slice().sort();
  const place = (sorted.length - 1) * probability;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/**
 * The α of Crump, Hotz, Imbens & Mitnik (2009, Biometrika 96:187-199): keeping scores in [α, 1 − α] minimises the
 * asymptotic variance of the ATE of those kept; 0 where all are best kept.
 *
 * With g = 1/(e(1 − e)) their theorem 1 asks for 1/(α(1 − α)) = 2 mean(g | g ≤ 1/(α(1 − α))). Several α can satisfy that
 * in a sample; the one taken keeps the k units of smallest g that minimise Σg/k², the variance itself, and satisfies it.
 *
 * @param scores - finite, at least one.
 */
export function crumpBound(scores: Float64Array): number {
  const g = scores.map((e) => 1 / (e * (1 - e))).sort();
  let sum = 0;
  let kept = 0;
  let keptSum = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let k = 1; k <= g.length; k++) {
    sum += g[k - 1];
    // Equal scores stay or go together.
    if (k < g.length && g[k] === g[k - 1]) continue;
    const variance = sum / k / k;
    if (!(variance < least)) continue;
    least = variance;
    kept = k;
    keptSum = sum;
  }
  if (kept === 0) return 0.5;
  if (kept === g.length) return 0;
  const inverse = kept / (2 * keptSum);
  return inverse / (0.5 + Math.sqrt(0.25 - inverse));
}

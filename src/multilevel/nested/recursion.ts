/** One level's groups at given φ: V₋ is the covariance (over σ²) of the levels further in, h = 1/(1 + φT), g = Th. */
export interface LevelState {
  /** T_a = 1'V₋⁻¹1 */
  readonly total: Float64Array;
  readonly h: Float64Array;
  readonly g: Float64Array;
  /** Groups × (p + 1): z̃_a = 1'V₋⁻¹z / T_a */
  readonly means: Float64Array;
}

/** Parents' total weights Σ g and weighted means Σ g z̄ / Σ g of their groups. */
export function sumUp(
  means: Float64Array,
  g: Float64Array,
  parents: Int32Array,
  count: number,
  q: number,
): { total: Float64Array; means: Float64Array } {
  const total = new Float64Array(count);
  const sums = new Float64Array(count * q);
  for (let a = 0; a < g.length; a++) {
    const weight = g[a];
    const to = parents[a] * q;
    const from = a * q;
    total[parents[a]] += weight;
    for (let k = 0; k < q; k++) sums[to + k] += weight * means[from + k];
  }
  for (let j = 0; j < count; j++) for (let k = 0; k < q; k++) sums[j * q + k] /= total[j];
  return { total, means: sums };
}

/**
 * Z_k'V⁻¹z for every level k from `lowest` out, given each level's weighted means of z.
 *
 * From the outermost in: U_a = g_a(z̃_a − o_parent) with o_a = o_parent + φU_a, what the effects of a and its parents explain.
 */
export function spreadDown(
  levels: readonly LevelState[],
  means: readonly Float64Array[],
  phi: readonly number[],
  parents: readonly Int32Array[],
  lowest: number,
  q: number,
): Float64Array[] {
  const result: Float64Array[] = [];
  let outer: Float64Array = new Float64Array(q);
  for (let k = levels.length - 1; k >= lowest; k--) {
    const { g } = levels[k];
    const z = means[k];
    const scores = new Float64Array(g.length * q);
    const explained = new Float64Array(g.length * q);
    for (let a = 0; a < g.length; a++) {
      const about = parents[k][a] * q;
      for (let j = 0; j < q; j++) {
        const offset = outer[about + j];
        const score = g[a] * (z[a * q + j] - offset);
        scores[a * q + j] = score;
        explained[a * q + j] = offset + phi[k] * score;
      }
    }
    result.unshift(scores);
    outer = explained;
  }
  return result;
}

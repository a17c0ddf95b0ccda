/**
 * Kish's effective sample size of each group's weights, (Σw)²/Σw² (Kish 1965, Survey Sampling, section 8.2): that of the
 * controls first, 0 for a group without a weight. Relative to the largest weight, so that no square leaves the range of
 * doubles.
 */
export function effectiveSizes(weights: Float64Array, treated: Uint8Array): readonly [number, number] {
  const largest = new Float64Array(2);
  for (let row = 0; row < weights.length; row++) {
    if (weights[row] > largest[treated[row]]) largest[treated[row]] = weights[row];
  }
  const sum = new Float64Array(2);
  const squares = new Float64Array(2);
  for (let row = 0; row < weights.length; row++) {
    if (weights[row] === 0) continue;
    const arm = treated[row];
    const ratio = weights[row] / largest[arm];
    sum[arm] += ratio;
    squares[arm] += ratio * ratio;
  }
  const [control, treatedSize] = sum.map((total, arm) => (squares[arm] === 0 ? 0 : (total * total) / squares[arm]));
  return [control, treatedSize];
}

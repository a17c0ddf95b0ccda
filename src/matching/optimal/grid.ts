/** Steps of the grid over the range of the scores: all sums and differences of the sweep stay below 2⁵³. */
const GRID_BITS = 49;

/** Powers of two up to this one are safe to multiply a difference of tiny scores with. */
const SAFE_BITS = 900;

/**
 * Puts ascending scores on a grid of whole numbers from 0 to 2⁴⁹ at most, so that every comparison of costs is exact and
 * ties are true ties on every machine. A distance is off by at most one step, less than range × 2⁻⁴⁸.
 *
 * @returns false where the range of the scores is not finite.
 */
export function putOnGrid(ascending: Float64Array, positions: Float64Array): boolean {
  const n = ascending.length;
  const least = ascending[0];
  const range = ascending[n - 1] - least;
  if (!(range < Number.POSITIVE_INFINITY)) return false;
  if (range === 0) {
    positions.fill(0);
    return true;
  }
  const bits = GRID_BITS - exponentAbove(range);
  const scale = 2 ** Math.min(bits, SAFE_BITS);
  const rest = 2 ** Math.max(0, bits - SAFE_BITS);
  for (let i = 0; i < n; i++) positions[i] = Math.round((ascending[i] - least) * scale * rest);
  return true;
}

/** The least e with 2^e ≥ value. Doubling and halving are exact, a logarithm would not be. */
function exponentAbove(value: number): number {
  let exponent = 0;
  let rest = value;
  for (; rest > 1; rest /= 2) exponent++;
  for (; rest <= 0.5; rest *= 2) exponent--;
  return exponent;
}

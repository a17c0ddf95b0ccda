/** Pairs whose members should be alike: listed, or all treated × control pairs within sets. */
export type Pairs =
  | { readonly kind: "listed"; readonly first: Int32Array; readonly second: Int32Array }
  /** Number of each row's set from 0, −1 = in none. */
  | { readonly kind: "sets"; readonly set: Int32Array; readonly sets: number };

/** Pairs of a match: focal.length × width rows of partners, −1 = none. */
export function listPairs(focal: Int32Array, width: number, matches: Int32Array): Pairs {
  let size = 0;
  for (let i = 0; i < matches.length; i++) if (matches[i] >= 0) size++;
  const first = new Int32Array(size);
  const second = new Int32Array(size);
  let pair = 0;
  for (let t = 0; t < focal.length; t++) {
    for (let r = 0; r < width; r++) {
      const partner = matches[t * width + r];
      if (partner < 0) continue;
      first[pair] = focal[t];
      second[pair++] = partner;
    }
  }
  return { kind: "listed", first, second };
}

/** Mean |difference| over pairs, each counting once; pairs with a missing value are passed over. `NaN` without pairs. */
export function meanPairDistance(
  values: Float64Array,
  pairs: Pairs,
  treated: Uint8Array,
  sorted: () => ArrayLike<number>,
): number {
  if (pairs.kind === "sets") return meanWithinSets(values, pairs, treated, sorted());
  let sum = 0;
  let found = 0;
  for (let i = 0; i < pairs.first.length; i++) {
    const difference = Math.abs(values[pairs.first[i]] - values[pairs.second[i]]);
    if (Number.isNaN(difference)) continue;
    sum += difference;
    found++;
  }
  return sum / found;
}

/**
 * The same over all treated × control pairs within sets, without listing them: going up in value, each step adds its
 * length to the distance from all units of the set that were passed. O(n) after the sort.
 */
function meanWithinSets(
  values: Float64Array,
  { set, sets }: Extract<Pairs, { kind: "sets" }>,
  treated: Uint8Array,
  order: ArrayLike<number>,
): number {
  const last = new Float64Array(sets);
  // Per set and group: units passed, and their summed distance to the value reached.
  const passed = new Float64Array(2 * sets);
  const distance = new Float64Array(2 * sets);
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    const s = set[row];
    if (s < 0) continue;
    const step = passed[2 * s] + passed[2 * s + 1] === 0 ? 0 : values[row] - last[s];
    last[s] = values[row];
    distance[2 * s] += step * passed[2 * s];
    distance[2 * s + 1] += step * passed[2 * s + 1];
    const other = 2 * s + 1 - treated[row];
    sum += distance[other];
    pairs += passed[other];
    passed[2 * s + treated[row]]++;
  }
  return sum / pairs;
}

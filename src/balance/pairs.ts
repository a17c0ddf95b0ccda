import { type RowsBySet, rowsBySet } from "./sets";

/** Pairs whose members should be alike: listed, or all treated × control pairs within sets. */
export type Pairs =
  | { readonly kind: "listed"; readonly first: Int32Array; readonly second: Int32Array }
  | { readonly kind: "sets"; readonly treated: RowsBySet; readonly control: RowsBySet };

/** Rows of a column that fit into the second-level cache, as a power of two. */
const CACHED = 17;

/**
 * Pairs of a match: focal.length × width rows of partners, −1 = none. Pairs whose partners stand near each other in the
 * table come together, so that reading their values stays in the cache.
 */
export function listPairs(focal: Int32Array, width: number, matches: Int32Array): Pairs {
  let blocks = 0;
  for (let i = 0; i < matches.length; i++) blocks = Math.max(blocks, (matches[i] >> CACHED) + 1);
  const ends = new Int32Array(blocks + 1);
  for (let i = 0; i < matches.length; i++) if (matches[i] >= 0) ends[(matches[i] >> CACHED) + 1]++;
  for (let block = 0; block < blocks; block++) ends[block + 1] += ends[block];
  const first = new Int32Array(ends[blocks]);
  const second = new Int32Array(ends[blocks]);
  for (let t = 0; t < focal.length; t++) {
    for (let r = 0; r < width; r++) {
      const partner = matches[t * width + r];
      if (partner < 0) continue;
      const pair = ends[partner >> CACHED]++;
      first[pair] = focal[t];
      second[pair] = partner;
    }
  }
  return { kind: "listed", first, second };
}

/** All treated × control pairs of each set. @param codes - number of each row's set from 0, −1 = in none. */
export function pairsWithin(codes: Int32Array, sets: number, treated: Uint8Array): Pairs {
  const controls = treated.map((arm) => 1 - arm);
  return { kind: "sets", treated: rowsBySet(codes, sets, treated), control: rowsBySet(codes, sets, controls) };
}

/** Mean |difference| over pairs, each counting once; pairs with a missing value are passed over. `NaN` without pairs. */
export function meanPairDistance(values: Float64Array, pairs: Pairs): number {
  if (pairs.kind === "sets") return meanWithinSets(values, pairs.treated, pairs.control);
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

function meanWithinSets(values: Float64Array, treated: RowsBySet, control: RowsBySet): number {
  const ofTreated = new Float64Array(treated.rows.length);
  const ofControls = new Float64Array(control.rows.length);
  let sum = 0;
  let pairs = 0;
  for (let set = 0; set + 1 < treated.starts.length; set++) {
    const a = ofTreated.subarray(0, gather(values, treated, set, ofTreated));
    const b = ofControls.subarray(0, gather(values, control, set, ofControls));
    sum += totalDistance(a, b);
    pairs += a.length * b.length;
  }
  return sum / pairs;
}

/** The values of a set's rows that have one, at the start of an array; gives how many. */
function gather(values: Float64Array, { rows, starts }: RowsBySet, set: number, into: Float64Array): number {
  let found = 0;
  for (let i = starts[set]; i < starts[set + 1]; i++) {
    const value = values[rows[i]];
    if (!Number.isNaN(value)) into[found++] = value;
  }
  return found;
}

/** From this many values on it is quicker to sort them than to look at all pairs. */
const MANY = 16;

/** Σ |a − b| over all pairs; sorts the arrays where both are long. */
function totalDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  if (Math.min(a.length, b.length) < MANY) {
    for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) sum += Math.abs(a[i] - b[j]);
    return sum;
  }
  a.sort();
  b.sort();
  // Going up in value, each step adds its length to the distance from all values of the other group that were passed.
  let [i, j, last, toA, toB] = [0, 0, Math.min(a[0], b[0]), 0, 0];
  while (i < a.length || j < b.length) {
    const isA = j === b.length || (i < a.length && a[i] <= b[j]);
    const value = isA ? a[i] : b[j];
    toA += (value - last) * i;
    toB += (value - last) * j;
    last = value;
    sum += isA ? toB : toA;
    if (isA) i++;
    else j++;
  }
  return sum;
}

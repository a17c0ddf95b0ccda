import { sortedWith } from "../linalg/sort";
import { SLOTS, type SlotTotals } from "./classes";

/** Mean and largest distance between two cumulative distributions. */
export interface EcdfDistance {
  readonly mean: number;
  readonly max: number;
}

/** A column's rows that count: values, their least and largest, and the class of each row. */
interface ColumnRows {
  readonly values: Float64Array;
  readonly of: Uint32Array;
  readonly low: number;
  readonly high: number;
}

/** Rows per bucket to aim at: few enough to stay in the nearest cache. */
const BUCKET = 512;
const MOST_BUCKETS = 4096;
/** Larger buckets are sorted by their bits, as are those whose values are too uneven to be dealt into places. */
const LARGE = 1 << 14;

/** Room for one column on its way through the buckets, used for all columns in turn. */
export interface Workspace {
  readonly values: Float64Array;
  readonly of: Uint32Array;
  readonly bucketOf: Uint16Array;
  /** The bucket that is being sorted. */
  readonly bench: { readonly values: Float64Array; readonly of: Uint32Array; readonly placeOf: Uint16Array };
  readonly starts: Uint32Array;
}

export function workspace(n: number): Workspace {
  const size = Math.min(n, LARGE);
  return {
    values: new Float64Array(n),
    of: new Uint32Array(n),
    bucketOf: new Uint16Array(n),
    bench: { values: new Float64Array(size), of: new Uint32Array(size), placeOf: new Uint16Array(size) },
    starts: new Uint32Array(LARGE + 1),
  };
}

/** What a walk has passed: the weight in each slot, then Σ and maximum of the distances, and how many values. */
const SUM = 4;
const SUM_AFTER = 5;
const MAX = 6;
const MAX_AFTER = 7;
const DISTINCT = 8;

/**
 * Distances |F₁ − F₀| at the distinct values of all rows, before and after in one walk in ascending order.
 *
 * The rows are dealt into buckets of equal width, and each bucket is sorted and walked while it is in the cache.
 */
export function ecdfDistances(
  column: ColumnRows,
  weights: Float64Array,
  totals: SlotTotals,
  space: Workspace,
): { readonly before: EcdfDistance; readonly after: EcdfDistance } {
  const n = column.values.length;
  const buckets = Math.min(MOST_BUCKETS, 2 ** Math.max(0, Math.floor(Math.log2(n / BUCKET))));
  const scale = buckets / (column.high - column.low);
  const ends = dealIntoBuckets(column, buckets, scale, space);
  const share = totals.weight.map((total) => 1 / total);
  const passed = new Float64Array(9);
  for (let bucket = 0, from = 0; bucket < buckets; from = ends[bucket++]) {
    const size = ends[bucket] - from;
    if (size === 0) continue;
    const sorted = sortBucket(space, from, size, bucket, scale, column.low);
    walk(sorted.values, sorted.of, size, weights, share, passed);
  }
  const distinct = passed[DISTINCT];
  return {
    before: { mean: passed[SUM] / distinct, max: passed[MAX] },
    after: { mean: passed[SUM_AFTER] / distinct, max: passed[MAX_AFTER] },
  };
}

/** Moves rows into the workspace bucket by bucket; gives where each bucket ends. */
function dealIntoBuckets(
  { values, of, low }: ColumnRows,
  buckets: number,
  scale: number,
  space: Workspace,
): Uint32Array {
  const { values: toValues, of: toOf, bucketOf } = space;
  const n = values.length;
  const last = buckets - 1;
  const at = new Uint32Array(buckets);
  for (let i = 0; i < n; i++) {
    const place = ((values[i] - low) * scale) | 0;
    const bucket = place > last ? last : place;
    bucketOf[i] = bucket;
    at[bucket]++;
  }
  turnIntoStarts(at, buckets);
  for (let i = 0; i < n; i++) {
    const to = at[bucketOf[i]]++;
    toValues[to] = values[i];
    toOf[to] = of[i];
  }
  return at;
}

/** Counts into the places where each begins. */
function turnIntoStarts(counts: Uint32Array, length: number): void {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const here = counts[i];
    counts[i] = sum;
    sum += here;
  }
}

interface SortedRows {
  readonly values: Float64Array;
  readonly of: Uint32Array;
}

/** One bucket in ascending order: dealt into as many places as it has rows, then neighbours swapped. */
function sortBucket(
  space: Workspace,
  from: number,
  size: number,
  bucket: number,
  scale: number,
  low: number,
): SortedRows {
  const { values, of, bench, starts } = space;
  if (size > LARGE) return sortByBits(space, from, size);
  const { values: toValues, of: toOf, placeOf } = bench;
  let places = 8;
  while (places < size) places *= 2;
  starts.fill(0, 0, places);
  for (let i = 0; i < size; i++) {
    const place = (((values[from + i] - low) * scale - bucket) * places) | 0;
    placeOf[i] = place < places ? place : places - 1;
    starts[placeOf[i]]++;
  }
  turnIntoStarts(starts, places);
  for (let i = 0; i < size; i++) {
    const to = starts[placeOf[i]]++;
    toValues[to] = values[from + i];
    toOf[to] = of[from + i];
  }
  return settle(toValues, toOf, size) ? bench : sortByBits(space, from, size);
}

/** Puts neighbours in order by insertion; false when that proves to be too many moves. */
function settle(values: Float64Array, of: Uint32Array, size: number): boolean {
  let movesLeft = 16 * size;
  for (let i = 1; i < size; i++) {
    const value = values[i];
    if (value >= values[i - 1]) continue;
    const carried = of[i];
    let place = i;
    for (; place > 0 && values[place - 1] > value; place--) {
      values[place] = values[place - 1];
      of[place] = of[place - 1];
    }
    values[place] = value;
    of[place] = carried;
    movesLeft -= i - place;
    if (movesLeft < 0) return false;
  }
  return true;
}

/** Any values at all, in time proportional to their number. */
function sortByBits({ values, of }: Workspace, from: number, size: number): SortedRows {
  const sorted = sortedWith(values.subarray(from, from + size), of.subarray(from, from + size));
  return { values: sorted.values, of: sorted.carried };
}

/** Goes on through sorted rows. Written out without branches but for ties: which slot a row counts in is as good as random. */
function walk(
  values: Float64Array,
  of: Uint32Array,
  size: number,
  weights: Float64Array,
  share: Float64Array,
  passed: Float64Array,
): void {
  const s0 = share[0];
  const s1 = share[1];
  const s2 = share[2];
  const s3 = share[3];
  let w0 = passed[0];
  let w1 = passed[1];
  let w2 = passed[2];
  let w3 = passed[3];
  let sum = passed[SUM];
  let sumAfter = passed[SUM_AFTER];
  let max = passed[MAX];
  let maxAfter = passed[MAX_AFTER];
  let distinct = passed[DISTINCT];
  for (let i = 0; i < size; i++) {
    const k = SLOTS * of[i];
    w0 += weights[k];
    w1 += weights[k + 1];
    w2 += weights[k + 2];
    w3 += weights[k + 3];
    // Equal values share a bucket.
    if (i + 1 < size && values[i + 1] === values[i]) continue;
    distinct++;
    const gap = Math.abs(w0 * s0 - w1 * s1);
    const gapAfter = Math.abs(w2 * s2 - w3 * s3);
    sum += gap;
    sumAfter += gapAfter;
    if (gap > max) max = gap;
    if (gapAfter > maxAfter) maxAfter = gapAfter;
  }
  passed[0] = w0;
  passed[1] = w1;
  passed[2] = w2;
  passed[3] = w3;
  passed[SUM] = sum;
  passed[SUM_AFTER] = sumAfter;
  passed[MAX] = max;
  passed[MAX_AFTER] = maxAfter;
  passed[DISTINCT] = distinct;
}

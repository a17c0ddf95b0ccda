/**
 * The positions of the values in ascending order, equal values in the order they stand in (−0 equals 0).
 *
 * Callers refuse `NaN` beforehand.
 *
 * @returns positions into `values`, of the same length.
 */
export function sortedOrder(values: Float64Array): Uint32Array {
  const positions = new Uint32Array(values.length);
  for (let i = 0; i < positions.length; i++) positions[i] = i;
  return radixSort(values, positions).carried;
}

/** Values in ascending order, with what stood beside each of them. */
export interface Sorted {
  readonly values: Float64Array;
  readonly carried: Uint32Array;
}

/**
 * The values in ascending order, each with the whole number that stands beside it: a walk through them then reads in
 * sequence, where positions would send it all over memory. Neither array is changed.
 */
export function sortedWith(values: Float64Array, carried: Uint32Array): Sorted {
  const keyed = radixSort(values, carried.slice());
  return { values: valuesOf(keyed), carried: keyed.carried };
}

/** Doubles as pairs of unsigned whole numbers that order as they do, and what stands beside them. */
interface Keyed {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly carried: Uint32Array;
}

/**
 * A stable radix sort. Everything travels together, so that every pass reads in sequence.
 *
 * The high half of a double (sign, exponent, 20 bits) tells most columns' values apart: after sorting by it, few
 * neighbours are left to swap. Where many share it, the sort starts again from the last digit of the low half. Measured
 * on a million values: 60 ms instead of 110.
 */
function radixSort(values: Float64Array, carried: Uint32Array): Keyed {
  const byHigh = sortByHalf(keysOf(values, carried), "high");
  return settleLow(byHigh) ? byHigh : sortByHalf(sortByHalf(byHigh, "low"), "high");
}

/** Sorts by one half of the keys, digit by digit from the last; digits that all share are skipped. */
function sortByHalf(keyed: Keyed, half: "low" | "high"): Keyed {
  const n = keyed.carried.length;
  // Wide digits need fewer passes, narrow ones less clearing and summing of counts: the costs cross near 60,000 values.
  const bits = n > 60_000 ? 16 : 11;
  const starts = new Uint32Array(1 << bits);
  let from = keyed;
  let to: Keyed = { low: new Uint32Array(n), high: new Uint32Array(n), carried: new Uint32Array(n) };
  for (let shift = 0; shift < 32; shift += bits) {
    if (!digitStarts(from[half], shift, starts)) continue;
    moveByDigit(from, to, from[half], shift, starts);
    [from, to] = [to, from];
  }
  return from;
}

/** Fills `starts` with the first place of each digit; false when all keys share one digit and the pass can be skipped. */
function digitStarts(keys: Uint32Array, shift: number, starts: Uint32Array): boolean {
  const n = keys.length;
  const mask = starts.length - 1;
  if (n === 0) return false;
  starts.fill(0);
  for (let i = 0; i < n; i++) starts[(keys[i] >>> shift) & mask]++;
  if (starts[(keys[0] >>> shift) & mask] === n) return false;
  let sum = 0;
  for (let digit = 0; digit < starts.length; digit++) {
    const here = starts[digit];
    starts[digit] = sum;
    sum += here;
  }
  return true;
}

function moveByDigit(from: Keyed, to: Keyed, half: Uint32Array, shift: number, starts: Uint32Array): void {
  const { low, high, carried } = from;
  const { low: toLow, high: toHigh, carried: toCarried } = to;
  const mask = starts.length - 1;
  for (let i = 0; i < half.length; i++) {
    const place = starts[(half[i] >>> shift) & mask]++;
    toLow[place] = low[i];
    toHigh[place] = high[i];
    toCarried[place] = carried[i];
  }
}

/** Puts neighbours with equal high halves in order by insertion; false when that proves to be too many moves. */
function settleLow({ low, high, carried }: Keyed): boolean {
  let movesLeft = 8 * low.length;
  for (let i = 1; i < low.length; i++) {
    if (high[i] !== high[i - 1] || low[i] >= low[i - 1]) continue;
    const [sharedHigh, thisLow, thisCarried] = [high[i], low[i], carried[i]];
    let place = i;
    for (; place > 0 && high[place - 1] === sharedHigh && low[place - 1] > thisLow; place--) {
      low[place] = low[place - 1];
      carried[place] = carried[place - 1];
    }
    low[place] = thisLow;
    carried[place] = thisCarried;
    movesLeft -= i - place;
    if (movesLeft < 0) return false;
  }
  return true;
}

const HIGH_HALF = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
const LOW_HALF = 1 - HIGH_HALF;

/** The two halves of each double's bits, changed so that they order as unsigned whole numbers. */
function keysOf(values: Float64Array, carried: Uint32Array): Keyed {
  const n = values.length;
  const low = new Uint32Array(n);
  const high = new Uint32Array(n);
  const one = new Float64Array(1);
  const halves = new Uint32Array(one.buffer);
  for (let i = 0; i < n; i++) {
    one[0] = values[i] + 0; // −0 becomes 0
    const top = halves[HIGH_HALF];
    const bottom = halves[LOW_HALF];
    // Negative numbers grow with their bits: turn all of them. Positive ones only need to stand above.
    const negative = top >>> 31 === 1;
    high[i] = negative ? ~top : top ^ 0x80000000;
    low[i] = negative ? ~bottom : bottom;
  }
  return { low, high, carried };
}

function valuesOf({ low, high }: Keyed): Float64Array {
  const values = new Float64Array(low.length);
  const halves = new Uint32Array(values.buffer);
  for (let i = 0; i < low.length; i++) {
    const positive = high[i] >>> 31 === 1;
    halves[2 * i + HIGH_HALF] = positive ? high[i] ^ 0x80000000 : ~high[i];
    halves[2 * i + LOW_HALF] = positive ? low[i] : ~low[i];
  }
  return values;
}

import { CONTROL_BEFORE, SLOTS, type SlotTotals, TREATED_AFTER, TREATED_BEFORE } from "./classes";

/** Means, variances and Σw(x − mean)² of a column, per slot. */
export interface SlotMoments {
  readonly mean: Float64Array;
  /** Treated − control, before and after, without the rounding of means that are far from 0. */
  readonly difference: readonly [number, number];
  readonly variance: Float64Array;
  readonly squares: Float64Array;
}

/** The values of the rows that count and the class of each. */
interface Rows {
  readonly values: Float64Array;
  readonly of: Uint32Array;
}

/**
 * Weighted moments of numbers: Σw(x − m)²/(1 − Σw²) with w summing to 1, which is the usual n − 1 where all weights are
 * equal. One pass from a sample's mean; where that is far off, one more from the mean.
 */
export function numericMoments(rows: Rows, weights: Float64Array, totals: SlotTotals): SlotMoments {
  const quick = momentsFrom(sampleMeans(rows, weights), rows, weights, totals);
  if (quick.isNear) return quick;
  const first = firstValues(rows, weights);
  return momentsFrom(momentsFrom(first, rows, weights, totals).mean, rows, weights, totals);
}

/** Moments from sums about an origin in each slot, and whether that was near enough the mean to cost no digits. */
function momentsFrom(
  origin: Float64Array,
  rows: Rows,
  weights: Float64Array,
  totals: SlotTotals,
): SlotMoments & { readonly isNear: boolean } {
  const { sums, squares: aboutOrigin } = sumsFrom(rows, weights, origin);
  const shift = sums.map((sum, slot) => sum / totals.weight[slot]);
  const squares = aboutOrigin.map((square, slot) => (square === 0 ? 0 : square - sums[slot] * shift[slot]));
  const difference = (slot: number): number => origin[slot] - origin[slot + 1] + (shift[slot] - shift[slot + 1]);
  return {
    mean: origin.map((x, slot) => x + shift[slot]),
    difference: [difference(TREATED_BEFORE), difference(TREATED_AFTER)],
    variance: squares.map((square, slot) => {
      const total = totals.weight[slot];
      return square / total / (1 - totals.squaredWeight[slot] / total ** 2);
    }),
    squares,
    isNear: aboutOrigin.every((square, slot) => square === 0 || squares[slot] > square / 2),
  };
}

/** Rows of each group that an origin is taken from. */
const SAMPLE = 100;

/** About the mean of each group: exactly the value of a constant, from which sums are exactly zero. */
function sampleMeans({ values, of }: Rows, weights: Float64Array): Float64Array {
  const found = [0, 0];
  const first = [0, 0];
  const sum = [0, 0];
  for (let i = 0; i < values.length && (found[0] < SAMPLE || found[1] < SAMPLE); i++) {
    const arm = weights[SLOTS * of[i] + TREATED_BEFORE] !== 0 ? TREATED_BEFORE : CONTROL_BEFORE;
    if (found[arm] === 0) first[arm] = values[i];
    if (found[arm] === SAMPLE) continue;
    sum[arm] += values[i] - first[arm];
    found[arm]++;
  }
  const [treated, control] = first.map((value, arm) => value + (found[arm] === 0 ? 0 : sum[arm] / found[arm]));
  return Float64Array.of(treated, control, treated, control);
}

/** The first value with a weight in each slot. */
function firstValues({ values, of }: Rows, weights: Float64Array): Float64Array {
  const first = new Float64Array(SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) {
    let i = 0;
    while (i < values.length && weights[SLOTS * of[i] + slot] === 0) i++;
    if (i < values.length) first[slot] = values[i];
  }
  return first;
}

/** Σw(x − origin) and Σw(x − origin)², per slot. Without branches: which slot a row counts in is as good as random. */
function sumsFrom(
  { values, of }: Rows,
  weights: Float64Array,
  origin: Float64Array,
): { readonly sums: Float64Array; readonly squares: Float64Array } {
  const [o0, o1, o2, o3] = origin;
  let [s0, s1, s2, s3, q0, q1, q2, q3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    const k = SLOTS * of[i];
    const d0 = x - o0;
    const d1 = x - o1;
    const d2 = x - o2;
    const d3 = x - o3;
    const w0 = weights[k] * d0;
    const w1 = weights[k + 1] * d1;
    const w2 = weights[k + 2] * d2;
    const w3 = weights[k + 3] * d3;
    s0 += w0;
    s1 += w1;
    s2 += w2;
    s3 += w3;
    q0 += w0 * d0;
    q1 += w1 * d1;
    q2 += w2 * d2;
    q3 += w3 * d3;
  }
  return { sums: Float64Array.of(s0, s1, s2, s3), squares: Float64Array.of(q0, q1, q2, q3) };
}

/** Shares of ones, with the variance p(1 − p). */
export function binaryMoments({ values, of }: Rows, weights: Float64Array, totals: SlotTotals): SlotMoments {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    const k = SLOTS * of[i];
    s0 += weights[k] * x;
    s1 += weights[k + 1] * x;
    s2 += weights[k + 2] * x;
    s3 += weights[k + 3] * x;
  }
  const mean = Float64Array.of(s0, s1, s2, s3).map((sum, slot) => sum / totals.weight[slot]);
  const variance = mean.map((p) => p * (1 - p));
  const difference = (slot: number): number => mean[slot] - mean[slot + 1];
  return {
    mean,
    difference: [difference(TREATED_BEFORE), difference(TREATED_AFTER)],
    variance,
    squares: variance.map((v, slot) => v * totals.weight[slot]),
  };
}

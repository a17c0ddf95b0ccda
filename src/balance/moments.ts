import type { Sorted } from "../linalg/sort";
import { SLOTS, type SlotTotals, TREATED_AFTER, TREATED_BEFORE } from "./classes";

/** Means, variances and Σw(x − mean)² of a column, per slot. */
export interface SlotMoments {
  readonly mean: Float64Array;
  /** Treated − control, before and after, without the rounding of means that are far from 0. */
  readonly difference: readonly [number, number];
  readonly variance: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Weighted moments of numbers: Σw(x − m)²/(1 − Σw²) with w summing to 1, which is the usual n − 1 where all weights are
 * equal.
 */
export function numericMoments({ values, carried }: Sorted, weights: Float64Array, totals: SlotTotals): SlotMoments {
  const origin = firstValues(values, carried, weights);
  const none = new Float64Array(SLOTS);
  const shift = weightedSums(values, carried, weights, origin, none, false).map((s, slot) => s / totals.weight[slot]);
  const squares = weightedSums(values, carried, weights, origin, shift, true);
  const variance = squares.map((square, slot) => {
    const total = totals.weight[slot];
    return square / total / (1 - totals.squaredWeight[slot] / total ** 2);
  });
  const difference = (slot: number): number => origin[slot] - origin[slot + 1] + (shift[slot] - shift[slot + 1]);
  return {
    mean: origin.map((x, slot) => x + shift[slot]),
    difference: [difference(TREATED_BEFORE), difference(TREATED_AFTER)],
    variance,
    squares,
  };
}

/** The first value with a weight in each slot: sums taken from it are exactly zero for a constant. */
function firstValues(values: Float64Array, carried: Uint32Array, weights: Float64Array): Float64Array {
  const first = new Float64Array(SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) {
    let i = 0;
    while (i < values.length && weights[SLOTS * carried[i] + slot] === 0) i++;
    if (i < values.length) first[slot] = values[i];
  }
  return first;
}

/**
 * Σw(x − origin − shift), or of its square, per slot. Without branches: which slot a row counts in is as good as random.
 */
function weightedSums(
  values: Float64Array,
  carried: Uint32Array,
  weights: Float64Array,
  origin: Float64Array,
  shift: Float64Array,
  isSquared: boolean,
): Float64Array {
  const [o0, o1, o2, o3] = origin;
  const [m0, m1, m2, m3] = shift;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    const k = 4 * carried[i];
    const d0 = x - o0 - m0;
    const d1 = x - o1 - m1;
    const d2 = x - o2 - m2;
    const d3 = x - o3 - m3;
    s0 += weights[k] * (isSquared ? d0 * d0 : d0);
    s1 += weights[k + 1] * (isSquared ? d1 * d1 : d1);
    s2 += weights[k + 2] * (isSquared ? d2 * d2 : d2);
    s3 += weights[k + 3] * (isSquared ? d3 * d3 : d3);
  }
  return Float64Array.of(s0, s1, s2, s3);
}

/** Shares of ones, with the variance p(1 − p). */
export function binaryMoments(
  values: Float64Array,
  classes: Uint32Array,
  weights: Float64Array,
  totals: SlotTotals,
): SlotMoments {
  const ones = new Uint32Array(weights.length / SLOTS);
  for (let row = 0; row < values.length; row++) if (values[row] === 1) ones[classes[row]]++;
  const sum = new Float64Array(SLOTS);
  for (let c = 0; c < ones.length; c++) {
    for (let slot = 0; slot < SLOTS; slot++) sum[slot] += weights[SLOTS * c + slot] * ones[c];
  }
  const mean = sum.map((s, slot) => s / totals.weight[slot]);
  const variance = mean.map((p) => p * (1 - p));
  const difference = (slot: number): number => mean[slot] - mean[slot + 1];
  return {
    mean,
    difference: [difference(TREATED_BEFORE), difference(TREATED_AFTER)],
    variance,
    squares: variance.map((v, slot) => v * totals.weight[slot]),
  };
}

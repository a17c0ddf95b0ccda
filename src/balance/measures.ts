import { CONTROL_AFTER, CONTROL_BEFORE, type SlotTotals, TREATED_AFTER, TREATED_BEFORE } from "./classes";
import type { ComparedColumn } from "./column";
import type { SlotMoments } from "./moments";
import type { BalanceMeasures, SdDenominator } from "./types";

/** The standard deviation that standardises a column, from its moments in the whole. */
export function denominatorOf(
  { moments, totals, isBinary }: ComparedColumn,
  denominator: SdDenominator,
  isWeighted: boolean,
): { readonly sd: number; readonly isFallback: boolean } {
  const { variance, squares } = moments;
  const [treated, control] = variance;
  const joint = denominator === "weighted" && isWeighted ? TREATED_AFTER : TREATED_BEFORE;
  const chosen = {
    treated: () => treated,
    control: () => control,
    pooled: () => (treated + control) / 2,
    all: () => jointVariance(moments, totals, TREATED_BEFORE, isBinary),
    weighted: () => jointVariance(moments, totals, joint, isBinary),
  };
  const sd = Math.sqrt(chosen[denominator]());
  // One unit alone has no variance either (0/0).
  if (sd > 0) return { sd, isFallback: false };
  const freedom = totals.rows[TREATED_BEFORE] + totals.rows[CONTROL_BEFORE] - (isBinary ? 0 : 2);
  return { sd: Math.sqrt((squares[TREATED_BEFORE] + squares[CONTROL_BEFORE]) / freedom), isFallback: true };
}

/** The variance of both groups together. @param slot - the slot of the treated; that of the controls comes next. */
function jointVariance(
  { difference, squares, mean }: SlotMoments,
  { weight, squaredWeight }: SlotTotals,
  slot: number,
  isBinary: boolean,
): number {
  const [w1, w0] = [weight[slot], weight[slot + 1]];
  const total = w1 + w0;
  if (isBinary) {
    const p = (w1 * mean[slot] + w0 * mean[slot + 1]) / total;
    return p * (1 - p);
  }
  const between = ((w1 * w0) / total) * difference[slot === TREATED_AFTER ? 1 : 0] ** 2;
  const square = squares[slot] + squares[slot + 1] + between;
  return square / total / (1 - (squaredWeight[slot] + squaredWeight[slot + 1]) / total ** 2);
}

/** No difference is none in any unit; otherwise a constant column differs by infinitely many standard deviations. */
export function standardised(difference: number, sd: number): number {
  return difference === 0 ? 0 : difference / sd;
}

/**
 * The measures before or after, of a column in the whole or in a part of it.
 *
 * @param pairDistance - standardised; null without pairs.
 */
export function measuresOf(
  { moments, gaps, isBinary }: ComparedColumn,
  when: "before" | "after",
  sd: number,
  pairDistance: number | null,
): BalanceMeasures {
  const { mean, variance } = moments;
  const [treated, control] = when === "before" ? [TREATED_BEFORE, CONTROL_BEFORE] : [TREATED_AFTER, CONTROL_AFTER];
  const difference = moments.difference[when === "before" ? 0 : 1];
  const gap = gaps?.[when] ?? { mean: Math.abs(difference), max: Math.abs(difference) };
  return {
    meanTreated: mean[treated],
    meanControl: mean[control],
    difference,
    smd: standardised(difference, sd),
    varianceRatio: isBinary ? null : variance[treated] / variance[control],
    ecdfMean: gap.mean,
    ecdfMax: gap.max,
    pairDistance,
  };
}

import type { Discard } from "./types/subject";

/** The range of the score in one group. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/** Marks the units outside of common support: 1 = left out. Units without a score stay 0. */
export function discardOutside(treated: Uint8Array, score: Float64Array, discard: Discard): Uint8Array {
  const discarded = new Uint8Array(score.length);
  if (discard === "none") return discarded;
  const [ofControl, ofTreated] = scoreRanges(treated, score);
  const common = { low: Math.max(ofTreated.low, ofControl.low), high: Math.min(ofTreated.high, ofControl.high) };
  const forTreated = discard === "both" ? common : discard === "treated" ? ofControl : null;
  const forControl = discard === "both" ? common : discard === "control" ? ofTreated : null;
  for (let row = 0; row < score.length; row++) {
    const range = treated[row] === 1 ? forTreated : forControl;
    if (range !== null && (score[row] < range.low || score[row] > range.high)) discarded[row] = 1;
  }
  return discarded;
}

/** The ranges of the score among the controls and among the treated. */
export function scoreRanges(treated: Uint8Array, score: Float64Array): [Range, Range] {
  const low = Float64Array.of(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const high = Float64Array.of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
  for (let row = 0; row < score.length; row++) {
    const arm = treated[row];
    if (score[row] < low[arm]) low[arm] = score[row];
    if (score[row] > high[arm]) high[arm] = score[row];
  }
  return [
    { low: low[0], high: high[0] },
    { low: low[1], high: high[1] },
  ];
}

/** 1 = takes part: has a score and was not discarded. */
export function keptUnits(score: Float64Array, discarded: Uint8Array): Uint8Array {
  const kept = new Uint8Array(score.length);
  for (let row = 0; row < kept.length; row++) if (discarded[row] === 0 && !Number.isNaN(score[row])) kept[row] = 1;
  return kept;
}

/** The marked rows. */
export function rowsWhere(marked: Uint8Array): Int32Array {
  let size = 0;
  for (let row = 0; row < marked.length; row++) size += marked[row];
  const rows = new Int32Array(size);
  for (let row = 0, i = 0; row < marked.length; row++) if (marked[row] === 1) rows[i++] = row;
  return rows;
}

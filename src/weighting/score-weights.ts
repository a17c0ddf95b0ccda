import type { WeightEstimand } from "./types";

// e: probability of treatment. Each weight is h(e)/e for a treated and h(e)/(1 − e) for a control unit, with the tilting
// function h of Li, Morgan & Zaslavsky (2018, JASA 113:390-400, table 1): 1 for the ATE (Horvitz & Thompson 1952; Robins,
// Hernán & Brumback 2000), e for the ATT, 1 − e for the ATC, e(1 − e) for overlap and min(e, 1 − e) for matching weights
// (Li & Greene 2013, Int. J. Biostatistics 9:215-234).
const WEIGHT: Readonly<Record<WeightEstimand, (e: number, isTreated: boolean) => number>> = {
  ATE: (e, isTreated) => 1 / (isTreated ? e : 1 - e),
  ATT: (e, isTreated) => (isTreated ? 1 : e / (1 - e)),
  ATC: (e, isTreated) => (isTreated ? (1 - e) / e : 1),
  overlap: (e, isTreated) => (isTreated ? 1 - e : e),
  matching: (e, isTreated) => (isTreated ? Math.min(1, (1 - e) / e) : Math.min(1, e / (1 - e))),
};

/** The weights of the rows kept, `Infinity` where a score of 0 or 1 makes them so; 0 for the others. */
export function scoreWeights(
  scores: Float64Array,
  treated: Uint8Array,
  kept: Uint8Array,
  estimand: WeightEstimand,
): Float64Array {
  const weightOf = WEIGHT[estimand];
  const weights = new Float64Array(scores.length);
  for (let row = 0; row < scores.length; row++) {
    if (kept[row] === 1) weights[row] = weightOf(scores[row], treated[row] === 1);
  }
  return weights;
}

/** Multiplies each weight by its group's share of the rows kept, in place. */
export function stabiliseByShares(weights: Float64Array, treated: Uint8Array, kept: Uint8Array): void {
  const size = [0, 0];
  for (let row = 0; row < weights.length; row++) if (kept[row] === 1) size[treated[row]]++;
  const total = size[0] + size[1];
  for (let row = 0; row < weights.length; row++) weights[row] *= size[treated[row]] / total;
}

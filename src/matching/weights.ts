import type { MatchEstimand } from "./types/subject";

/** Pairs of a match laid out by focal unit: focal.length × width rows of the data, −1 = none. */
export interface MatchMatrix {
  readonly focal: Int32Array;
  readonly width: number;
  readonly matches: Int32Array;
}

/** How many partners the focal unit in line t of the matrix has. */
export function partnersOf({ matches, width }: MatchMatrix, t: number): number {
  let found = 0;
  for (let r = 0; r < width; r++) if (matches[t * width + r] >= 0) found++;
  return found;
}

/**
 * Match weights: 1 for a matched focal unit, Σ 1/(partners of that focal unit) for a partner; then mean 1 among the
 * matched of each group. Without reuse a partner's weight is that of its subclass, focal units over partners.
 */
export function matchWeights(matrix: MatchMatrix, treated: Uint8Array): Float64Array {
  const { focal, width, matches } = matrix;
  const weights = new Float64Array(treated.length);
  for (let t = 0; t < focal.length; t++) {
    const partners = partnersOf(matrix, t);
    if (partners === 0) continue;
    weights[focal[t]] = 1;
    for (let r = 0; r < width; r++) {
      const row = matches[t * width + r];
      if (row >= 0) weights[row] += 1 / partners;
    }
  }
  return scaleToMeanOne(weights, treated);
}

/**
 * Weights that make sets alike, before scaling. ATT: 1 for the treated, treated over controls of the set for its
 * controls; ATC the other way round; ATE: 1 + other group over own. Sets of one group compare nothing and weigh 0.
 *
 * @param set - number of each row's set from 0, −1 = in none.
 */
export function setWeights(set: Int32Array, sets: number, treated: Uint8Array, estimand: MatchEstimand): Float64Array {
  const size = new Float64Array(2 * sets);
  for (let row = 0; row < set.length; row++) if (set[row] >= 0) size[2 * set[row] + treated[row]]++;
  const weights = new Float64Array(set.length);
  for (let row = 0; row < set.length; row++) {
    if (set[row] < 0) continue;
    const own = size[2 * set[row] + treated[row]];
    const other = size[2 * set[row] + 1 - treated[row]];
    if (other === 0) continue;
    const isFocal = (estimand === "ATT") === (treated[row] === 1);
    weights[row] = estimand === "ATE" ? 1 + other / own : isFocal ? 1 : other / own;
  }
  return weights;
}

/** Scales the non-zero weights of each group to mean 1, in place. */
export function scaleToMeanOne(weights: Float64Array, treated: Uint8Array): Float64Array {
  const sum = new Float64Array(2);
  const matched = new Float64Array(2);
  // Nothing is skipped: whether a weight is 0 is hard to foresee.
  for (let row = 0; row < weights.length; row++) {
    sum[treated[row]] += weights[row];
    matched[treated[row]] += weights[row] === 0 ? 0 : 1;
  }
  const factor = [matched[0] / sum[0], matched[1] / sum[1]];
  // Pairs weigh 1 already; a group without matches has no factor and no weights.
  if (sum[0] === matched[0] && sum[1] === matched[1]) return weights;
  for (let row = 0; row < weights.length; row++) if (weights[row] !== 0) weights[row] *= factor[treated[row]];
  return weights;
}

/** Sets numbered from 1 in data order of their focal units, −1 = in none; only where no unit is reused. */
export function matchSubclasses(matrix: MatchMatrix, n: number): Int32Array {
  const { focal, width, matches } = matrix;
  const subclass = new Int32Array(n).fill(-1);
  let sets = 0;
  for (let t = 0; t < focal.length; t++) {
    if (partnersOf(matrix, t) === 0) continue;
    sets++;
    subclass[focal[t]] = sets;
    for (let r = 0; r < width; r++) {
      const row = matches[t * width + r];
      if (row >= 0) subclass[row] = sets;
    }
  }
  return subclass;
}

/** Σ distance over all pairs. */
export function totalDistance(
  { focal, width, matches }: MatchMatrix,
  distance: (focalRow: number, partnerRow: number) => number,
): number {
  let total = 0;
  for (let t = 0, i = 0; t < focal.length; t++) {
    for (let r = 0; r < width; r++, i++) if (matches[i] >= 0) total += distance(focal[t], matches[i]);
  }
  return total;
}

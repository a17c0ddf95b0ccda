import { caliperDegrees } from "./caliper";
import { pairDegrees } from "./degrees";
import { type OptimalUnits, prepareUnits, stratumLine, type UnitLine } from "./line";
import { linkInOrder } from "./links";

export interface OptimalPairsProblem extends OptimalUnits {
  /** Partners sought per focal unit, from 1. */
  readonly ratio: number;
  /** Largest distance of a pair, from 0; `Infinity`: any. */
  readonly caliper: number;
  /**
   * What counts first where not every focal unit can have `ratio` partners and there is no caliper: `even` (default)
   * gives ⌊pool / focal⌋ to each before any more, as MatchIt does; `covered` is the rule of calipers, most pairs, then most
   * focal units with a partner, then distance. They differ only in who gets more than one.
   */
  readonly scarce?: "even" | "covered";
}

export interface OptimalPairs {
  readonly kind: "matched";
  /** Rows of the partners, focal × width, in the order of `focal`, each line by ascending score; −1 = none. */
  readonly matches: Int32Array;
  readonly width: number;
  /** Σ |difference in score| over the pairs, in order of score. */
  readonly totalDistance: number;
  readonly pairs: number;
  /** Focal units without any partner. */
  readonly unmatchedFocal: number;
}

/** The scores of a stratum lie farther apart than a double can hold. */
export interface OutOfRange {
  readonly kind: "out-of-range";
  readonly stratum: number;
}

/**
 * Pairs on a score without replacement, `ratio` per focal unit, with the least sum of distances; within a caliper as many
 * pairs as possible first. Order-preserving, deterministic, O(n log n).
 */
export function optimalPairs(problem: OptimalPairsProblem): OptimalPairs | OutOfRange {
  const { ratio, caliper, scarce = "even" } = problem;
  const isFree = caliper === Number.POSITIVE_INFINITY && scarce === "even";
  const degreesOf = (line: UnitLine): Int32Array =>
    isFree ? pairDegrees(line, ratio) : caliperDegrees(line, ratio, caliper);
  return pairStrata<never>(problem, ratio, degreesOf);
}

/**
 * Finds each stratum's numbers of partners, and pairs in order.
 *
 * @param degreesOf - partners per place; null or a refusal ends the work.
 */
export function pairStrata<Refusal extends { readonly kind: string }>(
  units: OptimalUnits,
  width: number,
  degreesOf: (line: UnitLine, stratum: number) => Int32Array | Refusal,
): OptimalPairs | OutOfRange | Refusal {
  const { score, focal } = units;
  const prepared = prepareUnits(units);
  const next = firstSlots(score.length, focal, width);
  const matches = new Int32Array(focal.length * width).fill(-1);
  let totalDistance = 0;
  let pairs = 0;
  for (let stratum = 0; stratum < prepared.start.length - 1; stratum++) {
    const line = stratumLine(prepared, stratum);
    if (line === null) continue;
    if (line === "range") return { kind: "out-of-range", stratum };
    const degree = degreesOf(line, stratum);
    if (!ArrayBuffer.isView(degree)) return degree;
    const links = linkInOrder(line, degree);
    for (let i = 0; i < links.size; i++) {
      matches[next[line.row[links.focal[i]]]++] = line.row[links.pool[i]];
      totalDistance += Math.abs(line.score[links.focal[i]] - line.score[links.pool[i]]);
    }
    pairs += links.size;
  }
  return { kind: "matched", matches, width, totalDistance, pairs, unmatchedFocal: countUnmatched(matches, width) };
}

/** Per row of a focal unit, where its line of the matrix starts. */
function firstSlots(rows: number, focal: Int32Array, width: number): Int32Array {
  const next = new Int32Array(rows);
  for (let i = 0; i < focal.length; i++) next[focal[i]] = i * width;
  return next;
}

function countUnmatched(matches: Int32Array, width: number): number {
  let unmatched = 0;
  for (let first = 0; first < matches.length; first += width) if (matches[first] < 0) unmatched++;
  return unmatched;
}

import type { Assignment, AssignmentState } from "./assignment-state";
import { createCandidates, type DistanceRows } from "./candidates";
import { createSearch } from "./shortest-path";

export interface AssignmentProblem extends DistanceRows {
  /** Partners sought per unit, from 1. */
  readonly slots: number;
  /** Partners of a unit that count first where not all can be had, from 1 to `slots`. */
  readonly firm: number;
}

/**
 * Gives units partners of their own: as many pairs as possible, then as many firm slots filled, then the least sum of
 * distances.
 *
 * Successive shortest paths with prices (Jonker & Volgenant 1987) over lists of nearest others. An other that is not on a
 * unit's list has a reduced distance of at least the list's radius less the slot's price, because prices of others are
 * never positive while rank is 0: so a list grows only when a path could lead beyond it, and what comes out is best among
 * all pairs, listed or not. Where a slot reaches no one who is free, the cheapest slot within reach goes without; rank
 * keeps the cost of that apart from distances, so that no large number swallows their digits.
 *
 * Prices are sums of distances in doubles, and rounding is all that reduced distances may fall short of 0 by: under
 * 1e-12 for distances below 10 in the tests, which check every pair. Choices that differ by less count as equal.
 *
 * @see Jonker & Volgenant (1987), Computing 38:325-340; U, Yiu, Mouratidis & Mamoulis
 *   (2008), SIGMOD (edges on demand).
 */
export function assignPartners(problem: AssignmentProblem): Assignment {
  const { units, others, slots, firm } = problem;
  const state: AssignmentState = {
    candidates: createCandidates(problem),
    slots,
    firm,
    partner: new Int32Array(units * slots).fill(-1),
    owner: new Int32Array(others).fill(-1),
    slotRank: new Uint8Array(units * slots),
    slotPrice: new Float64Array(units * slots),
    otherRank: new Uint8Array(others),
    otherPrice: new Float64Array(others),
  };
  for (let unit = 0; unit < units; unit++) state.candidates.grow(unit);
  const left = bidInTurn(state);
  const search = createSearch(state);
  for (let i = 0; i < left.length; i++) search(left[i]);
  const { partner, slotRank, slotPrice, otherRank, otherPrice } = state;
  return { partner, slotRank, slotPrice, otherRank, otherPrice };
}

/** Bids per slot: more leave fewer paths to search, until slots outbid each other for little. */
const BIDS = 8;

/**
 * Each slot takes the other that is best at the prices there are, from another slot if need be, and raises its price to
 * where the second best is as good. Returns the slots that are left without.
 */
function bidInTurn({ candidates, slots, partner, owner, slotPrice, otherPrice }: AssignmentState): number[] {
  const { others, distances, radius, grow } = candidates;
  const left: number[] = [];
  let bids = BIDS * partner.length;
  for (let first = 0; first < partner.length; first++) {
    for (let slot = first; slot >= 0; ) {
      const unit = Math.floor(slot / slots);
      const list = others[unit];
      const distance = distances[unit];
      let best = Number.POSITIVE_INFINITY;
      let second = Number.POSITIVE_INFINITY;
      let one = -1;
      let two = -1;
      for (let i = 0; i < list.length && distance[i] < second; i++) {
        const cost = distance[i] - otherPrice[list[i]];
        if (cost < best) {
          second = best;
          two = one;
          best = cost;
          one = list[i];
        } else if (cost < second) {
          second = cost;
          two = list[i];
        }
      }
      if (radius[unit] < best) {
        grow(unit);
        continue;
      }
      const isTied = second === best;
      if (isTied && owner[one] >= 0 && owner[two] < 0) one = two;
      second = Math.min(second, radius[unit]);
      if (bids-- <= 0 || second === Number.POSITIVE_INFINITY || (second === best && owner[one] >= 0)) {
        left.push(slot);
        break;
      }
      otherPrice[one] -= second - best;
      const outbid = owner[one];
      owner[one] = slot;
      partner[slot] = one;
      slotPrice[slot] = second;
      if (outbid >= 0) partner[outbid] = -1;
      slot = outbid;
    }
  }
  return left;
}

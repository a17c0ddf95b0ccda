/** A cheapest solution for some reward: partners per place, and how many of the counted slots that fills. */
interface RewardedSolution {
  readonly degree: Int32Array;
  readonly filled: number;
}

export interface RewardSearch {
  /** Solves with a reward for each counted slot, so many of them favoured in ties. */
  readonly solve: (reward: number, favoured: number) => RewardedSolution;
  /** How much longer the distances of one solution are than those of another. */
  readonly excess: (longer: Int32Array, shorter: Int32Array) => number;
  /** How many counted slots to fill. */
  readonly wanted: number;
  /** How many are filled without reward or favour, at most `wanted`. */
  readonly unrewarded: number;
  /** How many are filled for the largest reward, at least `wanted`. */
  readonly most: number;
  /** How many counted slots there are. */
  readonly slots: number;
}

/** A reward of 2⁵¹ outweighs all distances on the grid. */
const LARGEST_EXPONENT = 51;

/**
 * Finds a reward for which a cheapest solution fills exactly so many of the counted slots, and returns that solution.
 *
 * The number filled rises with the reward, as the least cost is convex in it, and break points are whole numbers. Where
 * it jumps over the number wanted, ties decide: with the first b slots favoured and the others last in every tie, one
 * more b changes at most one slot.
 *
 * @see Ahuja, Magnanti & Orlin (1993), Network Flows, chapter 16, on searches for a price.
 */
export function fillExactly({ solve, excess, wanted, unrewarded, most, slots }: RewardSearch): Int32Array {
  if (wanted === unrewarded) return solve(0, 0).degree;
  const power = (exponent: number): number => (exponent < 0 ? 0 : 2 ** exponent);
  const bottom: End = { at: -1, filled: unrewarded, degree: null };
  const top: End = { at: LARGEST_EXPONENT, filled: most, degree: null };
  const roughly = approach((exponent) => solve(power(exponent), 0), wanted, bottom, top, null);
  if ("found" in roughly) return roughly.found;
  const low = { ...roughly.low, at: power(roughly.low.at) };
  const high = { ...roughly.high, at: power(roughly.high.at) };
  const closely = approach((reward) => solve(reward, 0), wanted, low, high, excess);
  if ("found" in closely) return closely.found;
  // Unfavoured slots are filled for more than their price only, so a jump at a reward shows at the next.
  const jump = closely.low.at;
  const none = { ...closely.low, at: 0 };
  const all = { ...closely.high, at: slots };
  const exactly = approach((favoured) => solve(jump, favoured), wanted, none, all, null);
  if ("found" in exactly) return exactly.found;
  throw new Error("Defect in optimal matching: the number of filled slots skips the one wanted.");
}

/** A value of the function searched, and the solution there if it was looked at. */
interface End {
  readonly at: number;
  readonly filled: number;
  readonly degree: Int32Array | null;
}

type Approach = { readonly found: Int32Array } | { readonly low: End; readonly high: End };

/**
 * Narrows two ends, one below the number wanted and one above, until the number is met or the ends are neighbours.
 *
 * Guesses by a straight line between the ends; where that does not halve what is between, the next guess does. Where a
 * guess meets a number known already, a jump may be all that is between: two solutions that are both cheapest at one
 * reward have it between them as distance per slot.
 *
 * @param excess - of distances, where the places are rewards.
 */
function approach(
  value: (at: number) => RewardedSolution,
  wanted: number,
  from: End,
  to: End,
  excess: RewardSearch["excess"] | null,
): Approach {
  let low = from;
  let high = to;
  let isHalving = false;
  let guessesAtJump = 0;
  while (high.at - low.at > 1) {
    const width = high.at - low.at;
    const slots = high.filled - low.filled;
    let guess = low.at + (isHalving ? width / 2 : (width * (wanted - low.filled)) / slots);
    if (guessesAtJump > 0 && excess !== null && low.degree !== null && high.degree !== null) {
      guess = excess(high.degree, low.degree) / slots;
    }
    const at = Math.min(Math.max(Math.round(guess), low.at + 1), high.at - 1);
    const { filled, degree } = value(at);
    if (filled === wanted) return { found: degree };
    const isKnown = filled === low.filled || filled === high.filled;
    if (filled < wanted) low = { at, filled, degree };
    else high = { at, filled, degree };
    isHalving = high.at - low.at > width / 2;
    // The jump itself, and the reward after it.
    if (guessesAtJump > 0) guessesAtJump--;
    else if (isKnown) guessesAtJump = 2;
  }
  return { low, high };
}

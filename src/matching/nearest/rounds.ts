import type { Finder, RoundState } from "./finder";
import { takeInQueue } from "./queue";

/** Who chooses when, and how often. */
export interface Rounds {
  /** Partners sought per focal unit. */
  readonly wanted: Int32Array;
  readonly width: number;
  /** How often a partner may be used; `Infinity` without limit. */
  readonly reuseMax: number;
  /** Positions among the focal units in the order of choice; or by the distance of each unit's best partner. */
  readonly sequence: Int32Array | "closest" | "farthest";
  /** Which of the units with equally near partners goes first; null = by the order of the rows. */
  readonly turns: Int32Array | null;
  /** How often each row of the data is a partner already; null = never. */
  readonly used: Int32Array | null;
}

/**
 * Greedy matching in rounds: every focal unit gets its r-th partner before any gets the next; one that finds none drops
 * out.
 *
 * @returns rows of the data, focal units × width, −1 = none.
 */
export function matchInRounds(finder: Finder, rounds: Rounds): Int32Array {
  const { wanted, width, reuseMax, sequence, turns, used } = rounds;
  const m = wanted.length;
  const matches = new Int32Array(m * width).fill(-1);
  // A place without a partner, a wall, has row −1 and is never asked for.
  const uses = used === null ? new Int32Array(finder.row.length) : finder.row.map((row) => used[row] ?? 0);
  const dropped = new Uint8Array(m);
  let round = 0;
  const state: RoundState = {
    finder,
    dropped,
    isGone: (place) => uses[place] >= reuseMax,
    assign(t, place) {
      matches[t * width + round] = finder.row[place];
      finder.hold(t, place);
      if (++uses[place] === reuseMax) finder.remove(place);
    },
  };
  for (; round < width; round++) {
    for (let t = 0; t < m; t++) if (wanted[t] <= round) dropped[t] = 1;
    if (typeof sequence === "string") takeInQueue(state, sequence, turns);
    else takeInSequence(state, sequence);
  }
  return matches;
}

function takeInSequence({ finder, dropped, assign }: RoundState, sequence: Int32Array): void {
  for (let i = 0; i < sequence.length; i++) {
    const t = sequence[i];
    if (dropped[t] === 1) continue;
    const place = finder.search(t, -1);
    if (place < 0) dropped[t] = 1;
    else assign(t, place);
  }
}

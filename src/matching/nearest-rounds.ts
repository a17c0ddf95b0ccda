import { allFree, type Line, type LineProblem, removePlace } from "./nearest-line";
import { takeInQueue } from "./nearest-queue";
import { walkOutward } from "./nearest-replacement";
import { createSearch, extendReach, initialReach, type RoundState } from "./nearest-search";

/** Who matches with whom: places per focal unit that takes part, focal.length × width, as rows of the data, −1 = none. */
export interface NearestTask {
  readonly problem: LineProblem;
  readonly line: Line;
  /** Partners sought per focal unit. */
  readonly wanted: Int32Array;
  readonly width: number;
  /** How often a partner may be used; `Infinity` without limit. */
  readonly reuseMax: number;
  /** Indices into `focal` in the order of choice; or by the distance of each unit's best partner. */
  readonly sequence: Int32Array | "closest" | "farthest";
}

/**
 * Greedy matching on a score in rounds: every focal unit gets its r-th partner before any gets the next; one that finds
 * none drops out.
 *
 * O(n log n) after the sort for fixed orders without pairwise conditions.
 */
export function matchNearest(task: NearestTask): Int32Array {
  const { problem, line, wanted, width, reuseMax, sequence } = task;
  const m = problem.focal.length;
  const matches = new Int32Array(m * width).fill(-1);
  if (reuseMax === Number.POSITIVE_INFINITY) {
    walkOutward(problem, line, wanted, width, matches);
    return matches;
  }
  const free = allFree(line.row.length);
  const reach = initialReach(line);
  const uses = new Int32Array(line.row.length);
  const dropped = new Uint8Array(m);
  let round = 0;
  const state: RoundState = {
    line,
    search: createSearch(problem, line, free, reach),
    dropped,
    isGone: (place) => uses[place] >= reuseMax,
    assign(t, place) {
      matches[t * width + round] = line.row[place];
      extendReach(reach, t, place);
      if (++uses[place] === reuseMax) removePlace(free, place);
    },
  };
  for (; round < width; round++) {
    for (let t = 0; t < m; t++) if (wanted[t] <= round) dropped[t] = 1;
    if (typeof sequence === "string") takeInQueue(problem, state, sequence);
    else takeInSequence(state, sequence);
  }
  return matches;
}

function takeInSequence({ search, dropped, assign }: RoundState, sequence: Int32Array): void {
  for (let i = 0; i < sequence.length; i++) {
    const t = sequence[i];
    if (dropped[t] === 1) continue;
    const place = search(t, -1);
    if (place < 0) dropped[t] = 1;
    else assign(t, place);
  }
}

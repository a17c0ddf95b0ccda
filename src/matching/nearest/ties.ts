import type { Rng } from "../../random/rng";
import type { Finder } from "./finder";
import { allFree, type Line, type LineProblem, nextFree, removePlace } from "./line";
import { firstBeyond, lastBeyond } from "./search";

/**
 * Possible partners of a stratum with the same score, side by side on the line as one run; each wall is a run too.
 *
 * Places change slots within their run, so that the free ones come first.
 */
interface Runs {
  /** `NaN` for a wall. */
  readonly score: Float64Array;
  /** The first slot of each run, and how many of its places are free. */
  readonly start: Int32Array;
  readonly free: Int32Array;
  /** The run of each place. */
  readonly of: Int32Array;
  readonly slotOf: Int32Array;
  readonly placeAt: Int32Array;
}

/**
 * Finds partners by least difference in score, each of those at that difference with the same chance, drawn anew at every
 * search. O(log n) per search without pairwise conditions, whatever the number of ties; with them every place of the
 * nearest runs is looked at.
 *
 * @param width - how many partners a focal unit holds at most.
 */
export function createTiedFinder(problem: LineProblem, line: Line, width: number, chance: Rng): Finder {
  const { focal, stratum, admissible } = problem;
  const { row, home } = line;
  const runs = gatherRuns(line);
  const open = allFree(runs.start.length);
  const held = new Int32Array(focal.length * width);
  const holds = new Int32Array(focal.length);
  const widest = problem.caliper < 0 ? Number.POSITIVE_INFINITY : problem.caliper;
  let drawn = -1;

  const isHeld = (t: number, place: number): boolean => {
    for (let i = t * width; i < t * width + holds[t]; i++) if (held[i] === place) return true;
    return false;
  };

  /** How many places of a run t can choose; `drawn` is one of them, each with the same chance. */
  const drawFrom = (run: number, t: number): number => {
    const start = runs.start[run];
    const free = runs.free[run];
    let eligible = 0;
    if (admissible === null) {
      eligible = free;
      for (let i = t * width; i < t * width + holds[t]; i++) {
        if (runs.of[held[i]] === run && runs.slotOf[held[i]] < start + free) eligible--;
      }
      if (eligible === 0) return 0;
      do drawn = runs.placeAt[start + (free === 1 ? 0 : chance.integer(free))];
      while (eligible < free && isHeld(t, drawn));
      return eligible;
    }
    for (let slot = start; slot < start + free; slot++) {
      const place = runs.placeAt[slot];
      if (!admissible(focal[t], row[place]) || isHeld(t, place)) continue;
      eligible++;
      if (eligible === 1 || chance.integer(eligible) === 0) drawn = place;
    }
    return eligible;
  };

  return {
    row,
    search(t) {
      const own = line.focalScore[t];
      // Equal scores lie on the right.
      let r = runs.of[line.score[home[t] - 1] === own ? home[t] - 1 : home[t]];
      let l = r - 1;
      if (problem.caliper < 0) {
        const s = stratum === null ? 0 : stratum[focal[t]];
        l = Math.min(l, runs.of[lastBeyond(line, t, own, -problem.caliper, s)]);
        r = Math.max(r, runs.of[firstBeyond(line, t, own, -problem.caliper, s)]);
      }
      let limit = widest;
      let equals = 0;
      let found = -1;
      for (;;) {
        l = nextFree(open.toLeft, l);
        r = nextFree(open.toRight, r);
        // The difference is NaN at a wall, which fails both comparisons with the limit.
        const leftDistance = Math.abs(own - runs.score[l]);
        const rightDistance = Math.abs(own - runs.score[r]);
        const goLeft = leftDistance <= limit && !(rightDistance < leftDistance);
        if (!goLeft && !(rightDistance <= limit)) return found;
        const eligible = drawFrom(goLeft ? l : r, t);
        if (eligible > 0) {
          // The first that is found is nearest; whatever follows within the limit is equally near.
          limit = goLeft ? leftDistance : rightDistance;
          equals += eligible;
          if (found < 0 || chance.integer(equals) < eligible) found = drawn;
        }
        if (goLeft) l--;
        else r++;
      }
    },
    distance: (t, place) => Math.abs(line.focalScore[t] - line.score[place]),
    hold(t, place) {
      held[t * width + holds[t]++] = place;
    },
    remove(place) {
      const run = runs.of[place];
      const last = runs.start[run] + --runs.free[run];
      const slot = runs.slotOf[place];
      const moved = runs.placeAt[last];
      runs.placeAt[slot] = moved;
      runs.slotOf[moved] = slot;
      runs.placeAt[last] = place;
      runs.slotOf[place] = last;
      if (runs.free[run] === 0) removePlace(open, run);
    },
  };
}

function gatherRuns({ score }: Line): Runs {
  const places = score.length;
  const of = new Int32Array(places);
  let runs = 0;
  // NaN differs from itself, so that every wall begins a run.
  for (let place = 0; place < places; place++) {
    if (place > 0 && score[place] !== score[place - 1]) runs++;
    of[place] = runs;
  }
  const start = new Int32Array(runs + 1);
  const free = new Int32Array(runs + 1);
  const runScore = new Float64Array(runs + 1);
  for (let place = places - 1; place >= 0; place--) {
    start[of[place]] = place;
    free[of[place]]++;
    runScore[of[place]] = score[place];
  }
  const placeAt = of.map((_, place) => place);
  return { score: runScore, start, free, of, slotOf: placeAt.slice(), placeAt };
}

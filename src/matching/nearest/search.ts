import type { Finder } from "./finder";
import { allFree, type FreePlaces, type Line, type LineProblem, nextFree, removePlace } from "./line";

/**
 * How far each focal unit's earlier partners reach: the next search goes on outside of them.
 *
 * `left` is the first place to look at going left, `right` going right.
 */
interface Reach {
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/** Finds partners by least difference in score. O(log n) per search without pairwise conditions. */
export function createLineFinder(problem: LineProblem, line: Line): Finder {
  const free = allFree(line.row.length);
  const reach = initialReach(line);
  return {
    row: line.row,
    search: createSearch(problem, line, free, reach),
    distance: (t, place) => Math.abs(line.focalScore[t] - line.score[place]),
    hold: (t, place) => extendReach(reach, t, place),
    remove: (place) => removePlace(free, place),
  };
}

function initialReach(line: Line): Reach {
  return { left: line.home.map((place) => place - 1), right: line.home.slice() };
}

function extendReach(reach: Reach, t: number, place: number): void {
  if (place < reach.left[t] + 1) reach.left[t] = place - 1;
  if (place > reach.right[t] - 1) reach.right[t] = place + 1;
}

/**
 * The search for the nearest admissible partner, which answers with its place or −1.
 *
 * Goes outward from the reach, always to the nearer side next, so that it stops at the first admissible place but for a
 * look at the other side for an equal distance. Between equals the smaller displacement in rank from the edge of the
 * reach wins, the left one when those are equal too. Without pairwise conditions (`admissible`) a search takes a few
 * steps; with them it may pass every free place whose difference is below that of the partner found, so that a match is
 * O(n²) at worst, when hardly any pair is admissible and no caliper on the score ends the walk.
 */
function createSearch(problem: LineProblem, line: Line, free: FreePlaces, reach: Reach): Finder["search"] {
  const { admissible, focal, stratum } = problem;
  const { row, score, rank, home, focalRank, focalScore } = line;
  const widest = problem.caliper < 0 ? Number.POSITIVE_INFINITY : problem.caliper;
  const beyond = problem.caliper < 0 ? -problem.caliper : Number.NaN;
  return (t, gone) => {
    const own = focalScore[t];
    const leftEdge = gone >= 0 && gone <= reach.left[t] ? gone - 1 : reach.left[t];
    const rightEdge = gone >= reach.right[t] ? gone + 1 : reach.right[t];
    let l = leftEdge;
    let r = rightEdge;
    if (beyond >= 0) {
      const s = stratum === null ? 0 : stratum[focal[t]];
      l = Math.min(l, lastBeyond(line, t, own, beyond, s));
      r = Math.max(r, firstBeyond(line, t, own, beyond, s));
    }
    l = nextFree(free.toLeft, l);
    r = nextFree(free.toRight, r);
    let limit = widest;
    let foundLeft = -1;
    let foundRight = -1;
    for (;;) {
      // The difference is NaN at a wall, which fails both comparisons with the limit.
      const leftDistance = foundLeft < 0 ? Math.abs(own - score[l]) : Number.NaN;
      const rightDistance = foundRight < 0 ? Math.abs(own - score[r]) : Number.NaN;
      const goLeft = leftDistance <= limit;
      const goRight = rightDistance <= limit;
      if (!goLeft && !goRight) break;
      if (goLeft && !(goRight && rightDistance < leftDistance)) {
        if (admissible === null || admissible(focal[t], row[l])) {
          foundLeft = l;
          limit = leftDistance;
        } else l = nextFree(free.toLeft, l - 1);
      } else if (admissible === null || admissible(focal[t], row[r])) {
        foundRight = r;
        limit = rightDistance;
      } else r = nextFree(free.toRight, r + 1);
    }
    if (foundLeft < 0) return foundRight;
    if (foundRight < 0) return foundLeft;
    const leftOrigin = leftEdge === home[t] - 1 ? focalRank[t] : rank[leftEdge + 1];
    const rightOrigin = rightEdge === home[t] ? focalRank[t] : rank[rightEdge - 1];
    return leftOrigin - rank[foundLeft] <= rank[foundRight] - rightOrigin ? foundLeft : foundRight;
  };
}

/** The last place left of home that differs by more than `beyond`, or the wall before the stratum. */
export function lastBeyond(line: Line, t: number, own: number, beyond: number, stratum: number): number {
  let low = line.walls[stratum];
  let high = line.home[t] - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (Math.abs(own - line.score[middle]) > beyond) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The first place right of home that differs by more than `beyond`, or the wall after the stratum. */
export function firstBeyond(line: Line, t: number, own: number, beyond: number, stratum: number): number {
  let low = line.home[t];
  let high = line.walls[stratum + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Math.abs(own - line.score[middle]) > beyond) high = middle;
    else low = middle + 1;
  }
  return low;
}

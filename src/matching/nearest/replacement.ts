import type { Line, LineProblem } from "./line";
import { firstBeyond, lastBeyond } from "./search";

/**
 * Partners where units may be reused without limit: each focal unit's nearest ones, whoever else has them.
 *
 * Walks outward on both sides at once; among equal distances the smaller displacement in rank comes first, the left one
 * when those are equal too.
 */
export function walkOutward(problem: LineProblem, line: Line, wanted: Int32Array, width: number): Int32Array {
  const { focal, caliper, admissible, stratum } = problem;
  const { row, score, rank, focalRank, focalScore, home } = line;
  const matches = new Int32Array(focal.length * width).fill(-1);
  const widest = caliper < 0 ? Number.POSITIVE_INFINITY : caliper;
  for (let t = 0; t < focal.length; t++) {
    const own = focalScore[t];
    const s = stratum === null ? 0 : stratum[focal[t]];
    let l = caliper < 0 ? lastBeyond(line, t, own, -caliper, s) : home[t] - 1;
    let r = caliper < 0 ? firstBeyond(line, t, own, -caliper, s) : home[t];
    let found = 0;
    while (found < wanted[t]) {
      // NaN at a wall: no comparison with it holds.
      const leftDistance = Math.abs(own - score[l]);
      const rightDistance = Math.abs(own - score[r]);
      const goLeft = leftDistance <= widest;
      const goRight = rightDistance <= widest;
      if (!goLeft && !goRight) break;
      const leftFirst =
        !goRight ||
        leftDistance < rightDistance ||
        (leftDistance === rightDistance && focalRank[t] - rank[l] <= rank[r] - focalRank[t]);
      const takesLeft = goLeft && leftFirst;
      const place = takesLeft ? l-- : r++;
      if (admissible === null || admissible(focal[t], row[place])) {
        matches[t * width + found++] = row[place];
      }
    }
  }
  return matches;
}

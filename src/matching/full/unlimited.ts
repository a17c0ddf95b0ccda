import type { UnitLine } from "../optimal/line";
import type { Links } from "../optimal/links";

/** The units of a line as maximal runs of one group: run r from `start[r]` to before `start[r + 1]`. */
interface GroupRuns {
  readonly start: Int32Array;
  readonly size: number;
}

/**
 * The links of a full match without limits: every unit in a star, least sum of distances, within the caliper. Linear in
 * the number of units.
 *
 * An optimum pairs units of neighbouring runs and links all others to their nearest; a pair over a boundary saves its
 * gap, less what its two ends lose by not linking to a nearer unit on the other side. With p pairs over a boundary the p
 * units next to it on either side are best, and what the p-th saves falls with p.
 *
 * @param nearest - each unit's nearest unit of the other group within the caliper; every unit must have one.
 * @returns links to be pruned to stars.
 * @see Colannino et al. (2007), Graphs and Combinatorics 23:169-183, on many-to-many matching in one dimension; Rosenbaum
 *   (1991), JRSS B 53:597-610, and Hansen & Klopfer (2006), JCGS 15:609-627, on full matching.
 */
export function unlimitedLinks(line: UnitLine, nearest: Int32Array, caliper: number): Links {
  const runs = groupRuns(line.focal);
  const pairs = boundaryPairs(runs, profitable(line, runs, caliper));
  const n = nearest.length;
  const focal = new Int32Array(n);
  const pool = new Int32Array(n);
  let size = 0;
  const link = (a: number, b: number): void => {
    focal[size] = line.focal[a] === 1 ? a : b;
    pool[size++] = line.focal[a] === 1 ? b : a;
  };
  for (let r = 0; r < runs.size; r++) {
    const pairedBefore = r === 0 ? 0 : pairs[r - 1];
    const pairedAfter = r === runs.size - 1 ? 0 : pairs[r];
    const end = runs.start[r + 1];
    for (let i = runs.start[r] + pairedBefore; i < end - pairedAfter; i++) link(i, nearest[i]);
    for (let i = 0; i < pairedAfter; i++) link(end - pairedAfter + i, end + i);
  }
  return { focal, pool, size };
}

function groupRuns(focal: Uint8Array): GroupRuns {
  const start = new Int32Array(focal.length + 1);
  let size = 0;
  for (let i = 0; i < focal.length; i++) if (i === 0 || focal[i] !== focal[i - 1]) start[size++] = i;
  start[size] = focal.length;
  return { start, size };
}

/**
 * How many pairs over each boundary save something when all boundaries before it are chosen best for them.
 *
 * D_r(p) is what the p-th pair over boundary r saves in that sense: gap − α(p-th last of run r) − β(p-th of run r + 1) −
 * max(0, D_{r−1}(m_r − p + 1)), with m_r the size of run r; the last term is the pair before it crowds out. Exact on the
 * grid, with no sums that grow.
 */
function profitable({ score, position }: UnitLine, { start, size }: GroupRuns, caliper: number): Int32Array {
  const most = new Int32Array(Math.max(0, size - 1));
  // D_r(1), D_r(2), … stand after those of the boundary before; only positive ones are kept.
  const saving = new Float64Array(score.length);
  const distance = (low: number, high: number): number =>
    score[high] - score[low] <= caliper ? position[high] - position[low] : Number.POSITIVE_INFINITY;
  let before = 0;
  for (let r = 0; r < most.length; r++) {
    const [from, boundary, end] = [start[r], start[r + 1], start[r + 2]];
    const here = before + (r === 0 ? 0 : most[r - 1]);
    const limit = Math.min(boundary - from, end - boundary);
    let within = end - boundary;
    let feasible = limit;
    for (let p = 1; p <= limit; p++) {
      const [left, right] = [boundary - p, boundary + p - 1];
      while (within > 0 && score[boundary + within - 1] - score[left] > caliper) within--;
      feasible = Math.min(feasible, within + p - 1);
      if (p > feasible) break;
      const crowdedOut = boundary - from - p + 1;
      const alpha = r === 0 ? 0 : Math.max(0, position[boundary] - position[left] - distance(from - 1, left));
      const beta =
        end === score.length ? 0 : Math.max(0, position[right] - position[boundary - 1] - distance(right, end));
      const lost = r > 0 && crowdedOut <= most[r - 1] ? saving[before + crowdedOut - 1] : 0;
      const saved = position[boundary] - position[boundary - 1] - alpha - beta - lost;
      if (saved <= 0) break;
      saving[here + p - 1] = saved;
      most[r] = p;
    }
    before = here;
  }
  return most;
}

/** The pairs over each boundary, backwards: as many as save something and as the run after it leaves. */
function boundaryPairs({ start, size }: GroupRuns, most: Int32Array): Int32Array {
  const pairs = most.slice();
  for (let r = size - 2; r > 0; r--) pairs[r - 1] = Math.min(most[r - 1], start[r + 1] - start[r] - pairs[r]);
  return pairs;
}

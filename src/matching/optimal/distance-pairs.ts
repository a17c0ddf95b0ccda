import type { PartnerProblem } from "../covariates/problem";
import type { DistanceSource } from "../covariates/source";
import { poolByStratum } from "../covariates/tree";
import { assignPartners } from "./assignment";
import { type StratumRows, stratumRows } from "./distance-rows";

/** Pairs that may be looked at: ten thousand focal units and as many others. */
export const MOST_PAIRS = 1e8;

export interface DistancePairs {
  readonly kind: "matched";
  /** Rows of the partners, focal × ratio, in the order of `focal`, each line by ascending distance; −1 = none. */
  readonly matches: Int32Array;
  readonly pairs: number;
}

/** More pairs than can be looked at. */
export interface TooManyPairs {
  readonly kind: "too-many";
  readonly pairs: number;
}

/**
 * Pairs without replacement, `ratio` per focal unit, with the least sum of any distances: exact.
 *
 * Where not every focal unit can have `ratio` partners, as many pairs as possible come first. Then, without conditions on
 * pairs, ⌊others / focal⌋ for each before any more, and with them as many focal units with a partner as possible; the same
 * as on a score.
 */
export function distancePairs(
  problem: PartnerProblem,
  source: Pick<DistanceSource, "points" | "distance">,
  ratio: number,
): DistancePairs | TooManyPairs {
  const { focal } = problem;
  const strata = layStrata(problem, source);
  const pairs = strata.reduce((sum, { rows }) => sum + rows.pairs, 0);
  if (pairs > MOST_PAIRS) return { kind: "too-many", pairs };
  const line = new Map(Array.from(focal, (row, t) => [row, t]));
  const matches = new Int32Array(focal.length * ratio).fill(-1);
  let found = 0;
  for (const { rows, isSwapped } of strata) {
    const slots = isSwapped ? 1 : Math.min(ratio, rows.others);
    const even = isFree(problem) ? Math.floor(rows.others / rows.units) : 1;
    const { partner } = assignPartners({ ...rows, slots, firm: Math.min(Math.max(even, 1), slots) });
    for (let slot = 0; slot < partner.length; slot++) {
      if (partner[slot] < 0) continue;
      const unitRow = rows.unitRows[Math.floor(slot / slots)];
      const otherRow = rows.otherRows[partner[slot]];
      const t = line.get(isSwapped ? otherRow : unitRow) as number;
      addPartner(matches.subarray(t * ratio, (t + 1) * ratio), focal[t], isSwapped ? unitRow : otherRow, source);
      found++;
    }
  }
  return { kind: "matched", matches, pairs: found };
}

/** Puts a partner into a line by distance, then by row. */
function addPartner(
  line: Int32Array,
  focalRow: number,
  row: number,
  { distance }: Pick<DistanceSource, "distance">,
): void {
  const own = distance(focalRow, row);
  let at = line.indexOf(-1);
  for (; at > 0; at--) {
    const before = distance(focalRow, line[at - 1]);
    if (before < own || (before === own && line[at - 1] < row)) break;
    line[at] = line[at - 1];
  }
  line[at] = row;
}

interface Stratum {
  readonly rows: StratumRows;
  readonly isSwapped: boolean;
}

/** The strata that hold both groups. Where all pairs are allowed, the smaller group looks for the larger: then no one goes without. */
function layStrata(problem: PartnerProblem, source: Pick<DistanceSource, "points" | "distance">): Stratum[] {
  const { stratum, strata } = problem;
  const pool = poolByStratum(problem);
  const isFocal = new Uint8Array(problem.pool.length);
  for (const row of problem.focal) isFocal[row] = 1;
  const focal = poolByStratum({ ...problem, pool: isFocal });
  const laid: Stratum[] = [];
  for (let s = 0; s < (stratum === null ? 1 : strata); s++) {
    const units = focal.row.subarray(focal.starts[s], focal.starts[s + 1]);
    const others = pool.row.subarray(pool.starts[s], pool.starts[s + 1]);
    if (units.length === 0 || others.length === 0) continue;
    const isSwapped = isFree(problem) && units.length > others.length;
    const [looking, sought] = isSwapped ? [others, units] : [units, others];
    laid.push({ rows: stratumRows(problem, source, looking, sought, isSwapped), isSwapped });
  }
  return laid;
}

/** Whether any two units of a stratum may be a pair. */
function isFree({ limits, admissible }: PartnerProblem): boolean {
  return limits.length === 0 && admissible === null;
}

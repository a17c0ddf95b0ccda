import { sortedWith } from "../../linalg/sort";
import type { CaliperSet } from "../calipers";
import { antiexactCodes, exactStrata, pairConditions } from "../conditions";
import type { ScoredRows } from "../subject";
import { rowsWhere } from "../support";
import type { ResolvedNearestShared } from "../types/resolved";
import type { MatchMatrix } from "../weights";
import { FOCAL, type LineProblem } from "./line";

/** Who looks for whom on a score, and under which conditions. */
export function lineProblem(
  units: ScoredRows,
  options: Pick<ResolvedNearestShared, "estimand" | "exact" | "antiexact">,
  kept: Uint8Array,
  calipers: CaliperSet,
): LineProblem {
  const { treated, score, data } = units;
  const strata = exactStrata(data, options.exact, kept);
  const takingPart = unitsTakingPart(treated, options.estimand, kept);
  return {
    ...takingPart,
    stratum: strata === null ? null : strata.stratum,
    strata: strata === null ? 1 : strata.strata,
    ...unitsByScore(score, takingPart.focal),
    score,
    caliper: calipers.score,
    admissible: pairConditions(antiexactCodes(data, options.antiexact, kept), calipers.columns),
  };
}

/** Focal units and possible partners. */
export function unitsTakingPart(
  treated: Uint8Array,
  estimand: ResolvedNearestShared["estimand"],
  kept: Uint8Array,
): Pick<LineProblem, "focal" | "pool"> {
  const focalArm = estimand === "ATT" ? 1 : 0;
  const focal = new Int32Array(kept.length);
  const pool = new Uint8Array(kept.length);
  let found = 0;
  for (let row = 0; row < kept.length; row++) {
    if (kept[row] === 0) continue;
    if (treated[row] === focalArm) focal[found++] = row;
    else pool[row] = 1;
  }
  return { focal: focal.slice(0, found), pool };
}

/** Units with a score by ascending score, and those scores. */
export function unitsByScore(score: Float64Array, focal: Int32Array): Pick<LineProblem, "order" | "sorted"> {
  const units = new Uint32Array(score.length);
  const values = new Float64Array(score.length);
  let scored = 0;
  for (let row = 0, t = 0; row < units.length; row++) {
    const isFocal = focal[t] === row;
    if (!Number.isNaN(score[row])) {
      values[scored] = score[row];
      units[scored++] = isFocal ? FOCAL + t : row;
    }
    if (isFocal) t++;
  }
  const sorted = sortedWith(values.subarray(0, scored), units.subarray(0, scored));
  return { order: sorted.carried, sorted: sorted.values };
}

/** The matrix with a line for every focal unit with a score, the discarded ones included. */
export function withDiscarded(
  { treated }: Pick<ScoredRows, "treated">,
  takingPart: Int32Array,
  discarded: Uint8Array,
  found: { readonly width: number; readonly matches: Int32Array; readonly sought: Int32Array },
): MatchMatrix & { readonly sought: Int32Array } {
  if (discarded.indexOf(1) < 0) return { focal: takingPart, ...found };
  const focalArm = treated[takingPart[0]];
  const lost = rowsWhere(discarded).filter((row) => treated[row] === focalArm);
  if (lost.length === 0) return { focal: takingPart, ...found };
  const focal = new Int32Array(takingPart.length + lost.length);
  focal.set(takingPart);
  focal.set(lost, takingPart.length);
  focal.sort();
  const { width } = found;
  const matches = new Int32Array(focal.length * width).fill(-1);
  const sought = new Int32Array(focal.length);
  for (let i = 0, t = 0; i < focal.length; i++) {
    if (focal[i] !== takingPart[t]) continue;
    matches.set(found.matches.subarray(t * width, (t + 1) * width), i * width);
    sought[i] = found.sought[t];
    t++;
  }
  return { focal, width, matches, sought };
}

import { remember } from "../../data/source";
import { type Sorted, sortedWith } from "../../linalg/sort";
import { type CaliperSet, resolveCalipers } from "../calipers";
import { exactStrata, pairConditions } from "../conditions";
import { type DiagnosedMatch, diagnoseMatch } from "../diagnose";
import { failEmpty, requireKept } from "../empty";
import { resolveNearest } from "../options";
import { partnersSought } from "../ratio";
import { sampleSizes } from "../sample-sizes";
import { choiceSequence } from "../sequence";
import { resolveScored, type ScoredRows } from "../subject";
import { discardOutside, keptUnits, rowsWhere } from "../support";
import type { NearestOptions } from "../types/options";
import type { ResolvedNearest } from "../types/resolved";
import type { NearestMatch } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { type MatchMatrix, matchSubclasses, matchWeights, totalScoreDistance } from "../weights";
import { type LineProblem, layLine } from "./line";
import { walkOutward } from "./replacement";
import { matchInRounds } from "./rounds";
import { createLineFinder } from "./search";

/** Lets each focal unit in turn take the nearest partner on the score that is still free. */
export function matchByNearest(subject: MatchSubject, options: NearestOptions): NearestMatch {
  const resolved = resolveNearest(options);
  const units = resolveScored(subject, resolved.distance);
  const { treated, score, data } = units;
  const n = score.length;
  const discarded = discardOutside(treated, score, resolved.discard);
  const kept = keptUnits(score, discarded);
  requireKept(treated, kept, resolved.discard);
  const calipers = resolveCalipers(options, score, kept, data);
  const problem = lineProblem(units, resolved, kept, calipers);
  const line = layLine(problem);
  const sought = partnersSought(resolved, problem, line);
  const width = resolved.maxControls ?? resolved.ratio;
  const { reuseMax } = resolved;
  const places =
    reuseMax === Number.POSITIVE_INFINITY
      ? walkOutward(problem, line, sought, width)
      : matchInRounds(createLineFinder(problem, line), {
          wanted: sought,
          width,
          reuseMax,
          sequence: choiceSequence(resolved, problem, line),
        });
  if (places.every((row) => row < 0)) failEmpty(problem, calipers, resolved);
  const matrix = withDiscarded(units, problem.focal, discarded, { width, matches: places, sought });
  const weights = matchWeights(matrix, treated);
  const result: DiagnosedMatch["result"] = {
    kind: "match-result",
    method: "nearest",
    options: resolved,
    estimand: resolved.estimand,
    scale: units.scale,
    link: units.link,
    treated,
    score,
    focal: matrix.focal,
    width,
    matches: matrix.matches,
    weights,
    subclass: reuseMax === 1 ? matchSubclasses(matrix, n) : null,
    discarded,
    calipers: calipers.resolved,
    totalDistance: totalScoreDistance(matrix, score),
    counts: sampleSizes(treated, (row) => !Number.isNaN(score[row]), weights, discarded),
    covariates: units.covariates,
  };
  const found = diagnoseMatch({ result, problem, line: problem, kept, sought: matrix.sought });
  return remember({ ...result, diagnostics: [...units.diagnostics, ...found] }, { data });
}

/** Who looks for whom, and under which conditions. */
export function lineProblem(
  units: ScoredRows,
  options: Pick<ResolvedNearest, "estimand" | "exact" | "antiexact">,
  kept: Uint8Array,
  calipers: CaliperSet,
): LineProblem {
  const { score, data } = units;
  const { values: sorted, carried: order } = sortScored(score);
  return {
    ...unitsTakingPart(units, options, kept),
    score,
    order,
    sorted,
    caliper: calipers.score,
    admissible: pairConditions(data, options.antiexact, calipers, kept),
  };
}

/** Focal units, possible partners and their exact strata. */
export function unitsTakingPart(
  { treated, data }: Pick<ScoredRows, "treated" | "data">,
  options: Pick<ResolvedNearest, "estimand" | "exact">,
  kept: Uint8Array,
): Pick<LineProblem, "focal" | "pool" | "stratum" | "strata"> {
  const focalArm = options.estimand === "ATT" ? 1 : 0;
  const strata = exactStrata(data, options.exact, kept);
  const isFocal = new Uint8Array(kept.length);
  const pool = new Uint8Array(kept.length);
  for (let row = 0; row < kept.length; row++) {
    if (kept[row] === 0) continue;
    if (treated[row] === focalArm) isFocal[row] = 1;
    else pool[row] = 1;
  }
  return {
    focal: rowsWhere(isFocal),
    pool,
    stratum: strata === null ? null : strata.stratum,
    strata: strata === null ? 1 : strata.strata,
  };
}

/** Rows with a score by ascending score, and those scores. */
function sortScored(score: Float64Array): Sorted {
  const rows = new Uint32Array(score.length);
  let scored = 0;
  for (let row = 0; row < rows.length; row++) if (!Number.isNaN(score[row])) rows[scored++] = row;
  if (scored === rows.length) return sortedWith(score, rows);
  const present = rows.subarray(0, scored);
  return sortedWith(
    Float64Array.from(present, (row) => score[row]),
    present,
  );
}

/** The matrix with a line for every focal unit with a score, the discarded ones included. */
export function withDiscarded(
  { treated }: Pick<ScoredRows, "treated">,
  takingPart: Int32Array,
  discarded: Uint8Array,
  found: { readonly width: number; readonly matches: Int32Array; readonly sought: Int32Array },
): MatchMatrix & { readonly sought: Int32Array } {
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

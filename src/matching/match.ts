import { remember } from "../data/source";
import { type Sorted, sortedWith } from "../linalg/sort";
import { type CaliperSet, resolveCalipers } from "./calipers";
import { exactStrata, pairConditions } from "./conditions";
import { type DiagnosedMatch, diagnoseMatch } from "./diagnose";
import { failEmpty, requireKept } from "./empty";
import { type LineProblem, layLine } from "./nearest-line";
import { matchNearest } from "./nearest-rounds";
import { resolveOptions } from "./options";
import { partnersSought } from "./ratio";
import { sampleSizes } from "./sample-sizes";
import { choiceSequence } from "./sequence";
import { resolveUnits, type Units } from "./subject";
import { discardOutside } from "./support";
import type { MatchOptions, MatchResult, MatchSubject, ResolvedNearest } from "./types";
import { type MatchMatrix, matchSubclasses, matchWeights, totalScoreDistance } from "./weights";

/**
 * Matches treated and control units that are alike, without seeing any outcome.
 *
 * `method: "nearest"` lets each focal unit (the treated for the ATT) in turn take the nearest partner on the score that
 * is still free. Pairs, weights and subclasses agree one by one with MatchIt 4.7, ties included. Takes O(n log n) time
 * and memory for a few numbers per unit; conditions on pairs (`antiexact`, calipers on columns) can cost O(n²) at worst.
 *
 * @param subject - a propensity model, or `{ treated, score, data }` with any score of your own.
 * @param options - `method` and how to match; see {@link NearestOptions} for each option and its default.
 * @returns per-row arrays of n, and `matches` as focal.length × width rows of the data (−1 = none).
 * @throws `empty-group` without treated or without controls; `too-few-rows`; `empty-match` when no pair is allowed, with
 *   the caliper and the smallest distance there is; `not-binary`; `unknown-column`; `missing-values` in a column of
 *   `exact`, `antiexact` or a caliper; `non-finite`; `length-mismatch`; `invalid-argument`.
 * @example
 * ```ts
 * import { match } from "likewise";
 * const result = match(
 *   { treated: [1, 0, 0, 1, 0], score: [0.62, 0.3, 0.6, 0.45, 0.41] },
 *   { method: "nearest", caliper: 0.1, caliperUnits: "raw" },
 * );
 * [...result.focal]; // [0, 3]
 * [...result.matches]; // [2, 4]
 * ```
 * @see Stuart (2010), Statistical Science 25:1-21; the MatchIt manual, `method_nearest`.
 */
export function match(subject: MatchSubject, options: MatchOptions): MatchResult {
  const resolved = resolveOptions(options);
  const units = resolveUnits(subject, resolved.distance);
  const { treated, score, data } = units;
  const n = score.length;
  const discarded = discardOutside(treated, score, resolved.discard);
  const kept = keptUnits(score, discarded);
  requireKept(treated, kept, resolved);
  const calipers = resolveCalipers(options, score, kept, data);
  const problem = lineProblem(units, resolved, kept, calipers);
  const line = layLine(problem);
  const sought = partnersSought(resolved, problem, line);
  const width = resolved.maxControls ?? resolved.ratio;
  const places = matchNearest({
    problem,
    line,
    wanted: sought,
    width,
    reuseMax: resolved.reuseMax,
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
    subclass: resolved.reuseMax === 1 ? matchSubclasses(matrix, n) : null,
    discarded,
    calipers: calipers.resolved,
    totalDistance: totalScoreDistance(matrix, score),
    counts: sampleSizes(treated, (row) => !Number.isNaN(score[row]), weights, discarded),
    covariates: units.covariates,
  };
  const found = diagnoseMatch({ result, problem, kept, sought: matrix.sought });
  return remember({ ...result, diagnostics: [...units.diagnostics, ...found] }, { data });
}

/** 1 = takes part: has a score and was not discarded. */
function keptUnits(score: Float64Array, discarded: Uint8Array): Uint8Array {
  const kept = new Uint8Array(score.length);
  for (let row = 0; row < kept.length; row++) if (discarded[row] === 0 && !Number.isNaN(score[row])) kept[row] = 1;
  return kept;
}

/** Who looks for whom, and under which conditions. */
function lineProblem(units: Units, options: ResolvedNearest, kept: Uint8Array, calipers: CaliperSet): LineProblem {
  const { treated, score, data } = units;
  const focalArm = options.estimand === "ATT" ? 1 : 0;
  const strata = exactStrata(data, options.exact, kept);
  const { values: sorted, carried: order } = sortScored(score);
  const isFocal = new Uint8Array(score.length);
  const pool = new Uint8Array(score.length);
  for (let row = 0; row < kept.length; row++) {
    if (kept[row] === 0) continue;
    if (treated[row] === focalArm) isFocal[row] = 1;
    else pool[row] = 1;
  }
  return {
    score,
    order,
    sorted,
    focal: rowsWhere(isFocal),
    pool,
    stratum: strata === null ? null : strata.stratum,
    strata: strata === null ? 1 : strata.strata,
    caliper: calipers.score,
    admissible: pairConditions(data, options.antiexact, calipers, kept),
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

/** The marked rows. */
function rowsWhere(marked: Uint8Array): Int32Array {
  let size = 0;
  for (let row = 0; row < marked.length; row++) size += marked[row];
  const rows = new Int32Array(size);
  for (let row = 0, i = 0; row < marked.length; row++) if (marked[row] === 1) rows[i++] = row;
  return rows;
}

/** The matrix with a line for every focal unit with a score, the discarded ones included. */
function withDiscarded(
  { treated }: Units,
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

import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { count, listSome } from "../errors/words";
import { standardDeviation } from "./calipers";
import { FOCAL, type LineProblem } from "./nearest/line";
import { scoreRanges } from "./support";
import type { MatchResult, NearestMatch, OptimalMatch, Undiagnosed } from "./types/result";
import { partnersOf } from "./weights";

/** A pair further apart than this many standard deviations of the score counts as poor (Austin 2011 advises .2). */
const FAR = 0.2;

/** Partners that share their score with another are worth a word from this share on. */
const MANY_TIES = 0.2;

type Found = Undiagnosed<NearestMatch | OptimalMatch>;

/** What is known about a match besides its result. */
export interface DiagnosedMatch {
  readonly result: Found;
  readonly problem: Pick<LineProblem, "focal" | "pool">;
  /** Units by score; null where partners are not close on it, so that ties in it decide nothing. */
  readonly line: Pick<LineProblem, "order" | "sorted"> | null;
  /** 1 = takes part. */
  readonly kept: Uint8Array;
  /** Partners sought per line of `matches`, 0 for units that are left out. */
  readonly sought: Int32Array;
}

/** What a reader of the match should know before using it. */
export function diagnoseMatch(match: DiagnosedMatch): Diagnostic[] {
  const { treated, score } = match.result;
  const overlap = score === null ? [] : noOverlap({ treated, score });
  return [
    unitsDiscarded(match.result),
    unmatched(match),
    partly(match),
    acrossGroups(match),
    scarce(match),
    poor(match),
    ...overlap,
    tied(match),
  ].filter((found) => found !== null);
}

const armsOf = (result: DiagnosedMatch["result"]): { focal: string; other: string } =>
  result.estimand === "ATT" ? { focal: "treated", other: "control" } : { focal: "control", other: "treated" };

/** Units whose effect is asked for and that lie outside of common support: nobody looked for a partner of theirs. */
export function unitsDiscarded({
  treated,
  discarded,
  estimand,
  counts,
}: Pick<MatchResult, "treated" | "discarded" | "estimand" | "counts">): Diagnostic | null {
  const arm = estimand === "ATE" ? null : estimand === "ATT" ? 1 : 0;
  const rows: number[] = [];
  for (let row = 0; row < treated.length; row++) {
    if (discarded[row] === 1 && (arm === null || treated[row] === arm)) rows.push(row);
  }
  if (rows.length === 0) return null;
  const { treated: ones, control: zeros } = counts.all;
  const [name, all] =
    arm === null ? ["unit", ones + zeros] : arm === 1 ? ["treated unit", ones] : ["control unit", zeros];
  return diagnostic(
    "focal-discarded",
    "warning",
    `${count(rows.length, name)} of ${all} ${rows.length === 1 ? "lies" : "lie"} outside ` +
      `common support and ${rows.length === 1 ? "was" : "were"} discarded: ${rowWords(rows)}. ` +
      `The effect is not the ${estimand} of all.`,
    { rows },
  );
}

/** Focal units that looked for a partner and found none. */
function unmatched({ result }: DiagnosedMatch): Diagnostic | null {
  const { focal, estimand, discarded: isDiscarded } = result;
  const rows: number[] = [];
  let tried = 0;
  for (let t = 0; t < focal.length; t++) {
    if (isDiscarded[focal[t]] === 1) continue;
    tried++;
    if (partnersOf(result, t) === 0) rows.push(focal[t]);
  }
  if (rows.length === 0) return null;
  return diagnostic(
    "focal-unmatched",
    "warning",
    `${count(rows.length, `${armsOf(result).focal} unit`)} of ${tried} found no partner: ${rowWords(rows)}. ` +
      `The effect is that of the ${tried - rows.length} matched, not the ${estimand} of all.`,
    { rows },
  );
}

/** `rows 1, 2, 3, 4, 5 and 7 more`, counted from 1. */
export function rowWords(rows: readonly number[]): string {
  return `${rows.length === 1 ? "row" : "rows"} ${listSome(rows.map((row) => row + 1))}`;
}

function partly({ result, sought }: DiagnosedMatch): Diagnostic | null {
  let short = 0;
  let missing = 0;
  for (let t = 0; t < result.focal.length; t++) {
    const found = partnersOf(result, t);
    if (found === 0 || found >= sought[t]) continue;
    short++;
    missing += sought[t] - found;
  }
  if (short === 0) return null;
  const { focal, other } = armsOf(result);
  return diagnostic(
    "partly-matched",
    "info",
    `${count(short, `${focal} unit`)} found fewer ${other} units than asked (${missing} fewer in all); the weights allow for it.`,
    { units: short, missing },
  );
}

/** Pairs of units of different groups where partners of the own group were preferred. */
function acrossGroups({ result }: DiagnosedMatch): Diagnostic | null {
  if (result.method !== "nearest" || result.pairsByGroup === null || result.pairsByGroup.across === 0) return null;
  const { within, across } = result.pairsByGroup;
  const column = result.options.within;
  return diagnostic(
    "matched-across-groups",
    "info",
    `${across} of ${count(within + across, "pair")} ${across === 1 ? "crosses" : "cross"} the groups of "${column}", where no partner ` +
      `was left inside; ${within} ${within === 1 ? "is" : "are"} within. To forbid it, name "${column}" in exact.`,
    { column, within, across },
  );
}

/** How often a unit may be a partner; optimal pairs never share one. */
function reuseOf(result: DiagnosedMatch["result"]): number {
  return result.method === "nearest" ? result.options.reuseMax : 1;
}

function scarce({ result, sought, problem }: DiagnosedMatch): Diagnostic | null {
  const reuseMax = reuseOf(result);
  const asked = sum(sought);
  const available = sum(problem.pool);
  if (available * reuseMax >= asked) return null;
  const { focal, other } = armsOf(result);
  return diagnostic(
    "few-controls",
    "warning",
    `The ${focal} units ask for ${asked} partners, but there are only ${count(available, `${other} unit`)}` +
      `${reuseMax > 1 ? `, each usable ${reuseMax} times` : ""}. Who goes without depends on the order of choice; consider a smaller ratio or replacement.`,
    { asked, available },
  );
}

function sum(values: Int32Array | Uint8Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** Pairs that are far apart, and groups of a size that makes them so. */
function poor({ result, kept, problem }: DiagnosedMatch): Diagnostic | null {
  const { score, focal, matches, width } = result;
  if (score === null) return null;
  const limit = FAR * standardDeviation(score, kept);
  let pairs = 0;
  let far = 0;
  for (let t = 0, i = 0; t < focal.length; t++) {
    for (let r = 0; r < width; r++, i++) {
      if (matches[i] < 0) continue;
      pairs++;
      if (Math.abs(score[focal[t]] - score[matches[i]]) > limit) far++;
    }
  }
  if (far <= 0.05 * pairs || result.calipers.some((caliper) => caliper.width < 0)) return null;
  const { focal: focalName, other } = armsOf(result);
  const takingPart = problem.focal.length;
  const rest = sum(problem.pool);
  return diagnostic(
    "poor-matches",
    "warning",
    `${far} of ${count(pairs, "pair")} ${far === 1 ? "differs" : "differ"} by more than ${FAR} sd of the score. With ${takingPart} ${focalName} and ${rest} ${other} units ` +
      `(${(takingPart / rest).toFixed(2)} to 1) near partners run out; consider a caliper${reuseOf(result) === 1 ? ", replacement" : ""} or full matching.`,
    { far, pairs, limit, ratio: takingPart / rest },
  );
}

/** Scores of the two groups that do not overlap. */
export function noOverlap({ treated, score }: { treated: Uint8Array; score: Float64Array }): Diagnostic[] {
  const [ofControl, ofTreated] = scoreRanges(treated, score);
  if (ofTreated.low <= ofControl.high && ofControl.low <= ofTreated.high) return [];
  return [
    diagnostic(
      "no-overlap",
      "warning",
      "The scores of treated and control units do not overlap at all: every pair compares unlike units.",
      { treated: ofTreated, control: ofControl },
    ),
  ];
}

/** At least as many as units of one group that share their score with another of it. */
function equalNeighbours(sorted: Float64Array): number {
  let shared = 0;
  for (let r = 0; r < sorted.length; r++) if (sorted[r] === sorted[r - 1] || sorted[r] === sorted[r + 1]) shared++;
  return shared;
}

/** How many possible partners share their score with another, so that their order in the data chose between them. */
function tied({ problem: { pool }, line, result }: DiagnosedMatch): Diagnostic | null {
  if (line === null || (result.method === "nearest" && result.options.ties === "random")) return null;
  const { order, sorted } = line;
  const all = sum(pool);
  if (equalNeighbours(sorted) < MANY_TIES * all) return null;
  let partners = 0;
  let shared = 0;
  let run = 0;
  let value = Number.NaN;
  for (let r = 0; r < order.length; r++) {
    if (order[r] >= FOCAL || pool[order[r]] === 0) continue;
    partners++;
    run = sorted[r] === value ? run + 1 : 1;
    value = sorted[r];
    if (run > 1) shared += run === 2 ? 2 : 1;
  }
  if (shared < MANY_TIES * partners) return null;
  return diagnostic(
    "ties-by-row-order",
    "info",
    `${shared} of ${partners} possible partners share their score with another; between equals the order of the rows decides. ` +
      `${result.method === "nearest" ? 'ties: "random" with several seeds shows' : "Shuffle the rows to see"} how much hangs on it.`,
    { shared, partners },
  );
}

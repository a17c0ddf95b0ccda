import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { count, listSome } from "../errors/words";
import { standardDeviation } from "./calipers";
import type { LineProblem } from "./nearest/line";
import { rangeOf } from "./support";
import type { NearestCovariateMatch, NearestMatch, OptimalMatch } from "./types/result";
import { partnersOf } from "./weights";

/** A pair further apart than this many standard deviations of the score counts as poor (Austin 2011 advises .2). */
const FAR = 0.2;

/** Partners that share their score with another are worth a word from this share on. */
const MANY_TIES = 0.2;

type Found =
  | Omit<NearestMatch, "diagnostics">
  | Omit<OptimalMatch, "diagnostics">
  | Omit<NearestCovariateMatch, "diagnostics">;

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
  return [unmatched(match), partly(match), scarce(match), poor(match), ...overlap, tied(match)].filter(
    (found) => found !== null,
  );
}

const armsOf = (result: DiagnosedMatch["result"]): { focal: string; other: string } =>
  result.estimand === "ATT" ? { focal: "treated", other: "control" } : { focal: "control", other: "treated" };

function unmatched({ result }: DiagnosedMatch): Diagnostic | null {
  const { focal, discarded, estimand } = result;
  const rows: number[] = [];
  let lost = 0;
  for (let t = 0; t < focal.length; t++) {
    if (partnersOf(result, t) > 0) continue;
    rows.push(focal[t]);
    lost += discarded[focal[t]];
  }
  if (rows.length === 0) return null;
  const outside = lost > 0 ? ` (${lost} of them outside common support)` : "";
  return diagnostic(
    "focal-unmatched",
    "warning",
    `${count(rows.length, `${armsOf(result).focal} unit`)} of ${focal.length} found no partner${outside}: ` +
      `${rows.length === 1 ? "row" : "rows"} ${listSome(rows.slice(0, 5).map((row) => row + 1))}` +
      `${rows.length > 5 ? ` and ${rows.length - 5} more` : ""}. ` +
      `The effect is that of the ${focal.length - rows.length} matched, not the ${estimand} of all.`,
    { rows, discarded: lost },
  );
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
  for (let i = 0; i < matches.length; i++) {
    if (matches[i] < 0) continue;
    pairs++;
    if (Math.abs(score[focal[Math.floor(i / width)]] - score[matches[i]]) > limit) far++;
  }
  if (far <= 0.05 * pairs || result.calipers.some((caliper) => caliper.width < 0)) return null;
  const { focal: focalName, other } = armsOf(result);
  const takingPart = problem.focal.length;
  const rest = sum(problem.pool);
  return diagnostic(
    "poor-matches",
    "warning",
    `${far} of ${count(pairs, "pair")} differ by more than ${FAR} sd of the score. With ${takingPart} ${focalName} and ${rest} ${other} units ` +
      `(${(takingPart / rest).toFixed(2)} to 1) near partners run out; consider a caliper${reuseOf(result) === 1 ? ", replacement" : ""} or full matching.`,
    { far, pairs, limit, ratio: takingPart / rest },
  );
}

/** Scores of the two groups that do not overlap. */
export function noOverlap({ treated, score }: { treated: Uint8Array; score: Float64Array }): Diagnostic[] {
  const ofTreated = rangeOf(treated, score, 1);
  const ofControl = rangeOf(treated, score, 0);
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

/** How many possible partners share their score with another, so that their order in the data chose between them. */
function tied({ problem: { pool }, line }: DiagnosedMatch): Diagnostic | null {
  if (line === null) return null;
  const { order, sorted } = line;
  let partners = 0;
  let shared = 0;
  let run = 0;
  let value = Number.NaN;
  for (let r = 0; r < order.length; r++) {
    if (pool[order[r]] === 0) continue;
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
      "Shuffle the rows to see how much hangs on it.",
    { shared, partners },
  );
}

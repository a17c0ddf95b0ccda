import { type Diagnostic, type DiagnosticCode, diagnostic } from "../errors/diagnostic";
import { count, listSome, shortNumber } from "../errors/words";
import { type Tally, topUnits } from "./tally";
import type { ArmValues, ResolvedTrim, WeightEstimand } from "./types";
import { armWords } from "./words";

/** The codes that weights' diagnostics carry, by what they say. */
const CODE = {
  incomplete: "rows-dropped",
  trimmed: "rows-trimmed",
  truncated: "weights-truncated",
  nearCertain: "fitted-extremes",
  concentrated: "extreme-weights",
  atTheEdge: "near-edge",
} as const satisfies Record<string, DiagnosticCode>;

/** A score within this of 0 or 1 is near certain: a weight of 100 or more. */
const NEAR = 0.01;

const VANISHED = 1e-6;

/** One per cent of the units with this share of the weight, and five times their own, is a few speaking for many. */
const HEAVY = 0.1;

export function incompleteRows(complete: Uint8Array): Diagnostic[] {
  const rows = complete.reduce((sum, flag) => sum + (flag === 1 ? 0 : 1), 0);
  if (rows === 0) return [];
  const message = `Gave weight 0 to ${count(rows, "row")} of ${complete.length} without a score (a missing value in what it is made from).`;
  return [diagnostic(CODE.incomplete, "warning", message, { count: rows })];
}

/** What trimming changed, so that nothing is cut in silence. */
export function trimming(trim: ResolvedTrim, trimmed: ArmValues, truncated: ArmValues): Diagnostic[] {
  if (trim.type === "none") return [];
  if (trim.type === "truncate") {
    const units = truncated.treated + truncated.control;
    const message =
      units === 0
        ? `Truncation at the ${trim.quantile} quantile changed no weight.`
        : `Truncated the weights of ${armWords(truncated)} units to ${shortNumber(trim.limit)}, the ${trim.quantile} quantile: less variance for some bias.`;
    return [diagnostic(CODE.truncated, units === 0 ? "info" : "warning", message, { ...trim, truncated })];
  }
  const units = trimmed.treated + trimmed.control;
  const [low, high] = trim.bounds;
  const rule = trim.rule === "crump" ? " (the rule of Crump et al. 2009)" : "";
  const message =
    units === 0
      ? `No score lies outside ${shortNumber(low)} to ${shortNumber(high)}${rule}, so no one was left out.`
      : `Left out ${armWords(trimmed)} units with a score outside ${shortNumber(low)} to ${shortNumber(high)}${rule}: ` +
        "the estimate is for those who remain. Consider a new propensity model for them.";
  return [diagnostic(CODE.trimmed, units === 0 ? "info" : "warning", message, { ...trim, trimmed })];
}

/** Rows whose weight is large because their score all but rules out the group they are in. */
export function nearCertain(
  scores: Float64Array,
  treated: Uint8Array,
  weights: Float64Array,
  estimand: WeightEstimand,
): Diagnostic[] {
  const hasOdds = (arm: number): boolean => estimand === "ATE" || estimand === (arm === 1 ? "ATC" : "ATT");
  const rows: number[] = [];
  for (let row = 0; row < scores.length; row++) {
    const own = treated[row] === 1 ? scores[row] : 1 - scores[row];
    if (weights[row] > 0 && own < NEAR && hasOdds(treated[row])) rows.push(row);
  }
  if (rows.length === 0) return [];
  const message =
    `${count(rows.length, "unit has", "units have")} a probability below ${NEAR} of being in the group they are in ` +
    `(row ${listSome(rows.map((row) => row + 1))}), so each speaks for a hundred or more. ` +
    "Trim the scores, truncate the weights or use overlap weights.";
  return [diagnostic(CODE.nearCertain, "warning", message, { rows, count: rows.length, within: NEAR })];
}

/** Groups in which a few units hold much of the weight. */
export function concentration(tally: Tally): Diagnostic[] {
  return (["treated", "control"] as const).flatMap((arm) => {
    const units = tally.weighted[arm];
    const top = topUnits(units);
    const share = tally.topPercentShare[arm];
    if (!(share >= HEAVY && share >= (5 * top) / units)) return [];
    const who = top === 1 ? `One of ${count(units, `${arm} unit`)} holds` : `The top 1 % of ${arm} units (${top}) hold`;
    const message = `${who} ${shortNumber(100 * share)} % of their group's weight: ${units} units are worth ${shortNumber(tally.effective[arm])}.`;
    return [diagnostic(CODE.concentrated, "warning", message, { arm, share, units: top })];
  });
}

/** Units whose weight all but vanished beside their base weight: the target means lie near the edge of their group's reach. */
export function atTheEdge(arm: "treated" | "control", weights: Float64Array, base: Float64Array): Diagnostic[] {
  let vanished = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i] < VANISHED * base[i]) vanished++;
  if (vanished === 0) return [];
  const message =
    `${count(vanished, `${arm} unit`)} of ${weights.length.toLocaleString("en-GB")} kept less than a millionth of ${vanished === 1 ? "its" : "their"} base weight: ` +
    "the means asked for are near the edge of what this group can be weighted to.";
  return [diagnostic(CODE.atTheEdge, "warning", message, { arm, count: vanished })];
}

import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { count } from "../../errors/words";
import { rowWords, unitsDiscarded } from "../diagnose";
import type { MatchResult } from "../types/result";

type Sets = Pick<MatchResult, "method" | "estimand" | "treated" | "weights" | "discarded" | "matches" | "counts">;

/** What a reader should know about a match by sets: units that are in none change whose effect it is. */
export function diagnoseSets(result: Sets, kept: Uint8Array): Diagnostic[] {
  return [unitsDiscarded(result), unitsInNoSet(result, kept)].filter((found) => found !== null);
}

function unitsInNoSet(result: Sets, kept: Uint8Array): Diagnostic | null {
  const { treated, weights, estimand, counts } = result;
  const focalArm = estimand === "ATT" ? 1 : estimand === "ATC" ? 0 : null;
  const rows: number[] = [];
  for (let row = 0; row < treated.length; row++) {
    if (kept[row] === 0 || weights[row] !== 0 || (focalArm !== null && treated[row] !== focalArm)) continue;
    rows.push(row);
  }
  if (rows.length === 0) return null;
  const arms =
    focalArm === null
      ? (["treated", "control"] as const)
      : focalArm === 1
        ? (["treated"] as const)
        : (["control"] as const);
  const all = arms.reduce((sum, arm) => sum + counts.all[arm] - counts.discarded[arm], 0);
  return diagnostic(
    "focal-unmatched",
    "warning",
    `${count(rows.length, `${arms.length === 2 ? "" : `${arms[0]} `}unit`)} of ${all} ${whereabouts(result, rows.length)}: ${rowWords(rows)}. ` +
      `The effect is that of the ${all - rows.length} matched, not the ${estimand} of all.`,
    { rows },
  );
}

function whereabouts({ method, estimand, matches }: Sets, rows: number): string {
  const be = rows === 1 ? "is" : "are";
  if (matches !== null) return "found no partner in their cell";
  const set = method === "subclass" ? "subclass" : method === "full" ? "set" : "cell";
  if (estimand === "ATE") return `${be} in no ${set} with both groups`;
  return `${be} in no ${set} with ${estimand === "ATT" ? "controls" : "treated"}`;
}

import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { count, listSome } from "../../errors/words";
import type { MatchResult } from "../types/result";

type Sets = Pick<MatchResult, "method" | "estimand" | "treated" | "weights" | "discarded" | "matches" | "counts">;

/** What a reader should know about a match by sets: units that are in none change whose effect it is. */
export function diagnoseSets(result: Sets, present: Uint8Array): Diagnostic[] {
  const { treated, weights, discarded, estimand, counts } = result;
  const focalArm = estimand === "ATT" ? 1 : estimand === "ATC" ? 0 : null;
  const rows: number[] = [];
  let lost = 0;
  for (let row = 0; row < treated.length; row++) {
    if (present[row] === 0 || weights[row] !== 0 || (focalArm !== null && treated[row] !== focalArm)) continue;
    rows.push(row);
    lost += discarded[row];
  }
  if (rows.length === 0) return [];
  const arm = focalArm === null ? null : focalArm === 1 ? ("treated" as const) : ("control" as const);
  const all = arm === null ? counts.all.treated + counts.all.control : counts.all[arm];
  const outside = lost > 0 ? ` (${lost} of them outside common support)` : "";
  return [
    diagnostic(
      "focal-unmatched",
      "warning",
      `${count(rows.length, `${arm === null ? "" : `${arm} `}unit`)} of ${all} ${whereabouts(result, rows.length)}${outside}: ` +
        `${rows.length === 1 ? "row" : "rows"} ${listSome(rows.slice(0, 5).map((row) => row + 1))}` +
        `${rows.length > 5 ? ` and ${rows.length - 5} more` : ""}. ` +
        `The effect is that of the ${all - rows.length} matched, not the ${estimand} of all.`,
      { rows, discarded: lost },
    ),
  ];
}

function whereabouts({ method, estimand, matches }: Sets, rows: number): string {
  const be = rows === 1 ? "is" : "are";
  if (matches !== null) return "found no partner in their cell";
  const set = method === "subclass" ? "subclass" : "cell";
  if (estimand === "ATE") return `${be} in no ${set} with both groups`;
  return `${be} in no ${set} with ${estimand === "ATT" ? "controls" : "treated"}`;
}

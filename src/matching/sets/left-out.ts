import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { count } from "../../errors/words";
import type { MatchResult } from "../types/result";

/** Why a unit that could have taken part is in no pair or set. */
export type LeftOutReason = "discarded" | "alone" | "unreachable" | "limit" | "taken" | "not-needed";

const WORDS: Readonly<Record<LeftOutReason, string>> = {
  discarded: "outside common support",
  alone: "in an exact stratum without the other group",
  unreachable: "with nobody of the other group allowed by the caliper or other conditions",
  limit: "beyond maxControls",
  taken: "whose possible partners went to others",
  "not-needed": "not needed",
};

const REASONS = Object.keys(WORDS) as LeftOutReason[];

/**
 * Counts the units left out, by group and reason.
 *
 * @param present - 1 = could take part.
 * @param reasonOf - why a row that was not discarded is left out.
 */
export function diagnoseLeftOut(
  { treated, weights, discarded }: Pick<MatchResult, "treated" | "weights" | "discarded">,
  present: Uint8Array,
  reasonOf: (row: number) => LeftOutReason,
): Diagnostic[] {
  const counts = { control: new Map<LeftOutReason, number>(), treated: new Map<LeftOutReason, number>() };
  for (let row = 0; row < treated.length; row++) {
    if (present[row] === 0 || weights[row] !== 0) continue;
    const reasons = treated[row] === 1 ? counts.treated : counts.control;
    const reason = discarded[row] === 1 ? "discarded" : reasonOf(row);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const arms = (["treated", "control"] as const).filter((arm) => counts[arm].size > 0);
  if (arms.length === 0) return [];
  const words = arms.map((arm) => {
    const reasons = REASONS.filter((reason) => counts[arm].has(reason));
    const all = reasons.reduce((sum, reason) => sum + (counts[arm].get(reason) ?? 0), 0);
    return `${count(all, `${arm} unit`)} (${reasons.map((reason) => `${counts[arm].get(reason)} ${WORDS[reason]}`).join(", ")})`;
  });
  return [
    diagnostic("units-left-out", "info", `Left out: ${words.join("; ")}.`, {
      treated: Object.fromEntries(counts.treated),
      control: Object.fromEntries(counts.control),
    }),
  ];
}

import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { count } from "../../errors/words";
import type { MatchResult } from "../types/result";

/** Why a unit that could have taken part is in no pair or set. */
export type LeftOutReason = "alone" | "unreachable" | "limit" | "taken";

const WORDS: Readonly<Record<LeftOutReason, string>> = {
  alone: "in an exact stratum without the other group",
  unreachable: "with nobody of the other group allowed by the caliper or other conditions",
  limit: "left over by the limits on sets",
  taken: "whose possible partners went to others",
};

const REASONS = Object.keys(WORDS) as LeftOutReason[];

/**
 * Counts the units left out, by group and reason.
 *
 * @param kept - 1 = takes part.
 * @param reasonOf - why a row is left out; null = nothing is lost by it.
 */
export function diagnoseLeftOut(
  { treated, weights }: Pick<MatchResult, "treated" | "weights">,
  kept: Uint8Array,
  reasonOf: (row: number) => LeftOutReason | null,
): Diagnostic[] {
  const counts = { control: new Map<LeftOutReason, number>(), treated: new Map<LeftOutReason, number>() };
  for (let row = 0; row < treated.length; row++) {
    if (kept[row] === 0 || weights[row] !== 0) continue;
    const reason = reasonOf(row);
    if (reason === null) continue;
    const reasons = treated[row] === 1 ? counts.treated : counts.control;
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

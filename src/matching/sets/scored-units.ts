import { requireKept } from "../empty";
import { resolveScored, type ScoredRows } from "../subject";
import { discardOutside, keptUnits } from "../support";
import type { Discard, MatchSubject } from "../types/subject";

/** The units that a match on a score is made from. */
export interface ScoredUnitsKept {
  readonly units: ScoredRows;
  /** 1 = left out by `discard` (n). */
  readonly discarded: Uint8Array;
  /** 1 = takes part (n). */
  readonly kept: Uint8Array;
}

/** Reads the subject and leaves out who lies outside of common support; refuses a match without one of the groups. */
export function scoredUnitsKept(
  subject: MatchSubject,
  { distance, discard }: { readonly distance: "score" | "linear"; readonly discard: Discard },
): ScoredUnitsKept {
  const units = resolveScored(subject, distance);
  const discarded = discardOutside(units.treated, units.score, discard);
  const kept = keptUnits(units.score, discarded);
  requireKept(units.treated, kept, discard);
  return { units, discarded, kept };
}

import type { Frame } from "../../data/types";
import { requireData } from "../arguments";
import { antiexactCodes, codesOf, exactCodes, strataOf } from "../conditions";
import type { ResolvedNearestShared } from "../types/resolved";
import type { LineProblem } from "./line";

/** Who may pair with whom, on columns, in one go of all focal units. */
export interface Stage extends Pick<LineProblem, "stratum" | "strata"> {
  /** Columns on which partners must differ, as numbers of their values. */
  readonly differing: readonly Int32Array[];
}

/** Without groups everyone at once; with groups first inside them, then across. */
export interface Stages {
  readonly first: Stage;
  readonly second: Stage | null;
  /** The conditions that hold over both. */
  readonly everyone: Stage;
}

export function stagesOf(
  data: Frame | undefined,
  { exact, antiexact, within }: Pick<ResolvedNearestShared, "exact" | "antiexact" | "within">,
  kept: Uint8Array,
): Stages {
  const equal = exactCodes(data, exact, kept);
  const differing = antiexactCodes(data, antiexact, kept);
  const stratified = equal.length === 0 ? { stratum: null, strata: 1 } : strataOf(equal, kept);
  const everyone = { ...stratified, differing };
  if (within === null) return { first: everyone, second: null, everyone };
  const groups = codesOf(requireData(data, `within: "${within}"`), within, kept, "matching within groups");
  return {
    first: { ...strataOf([...equal, groups], kept), differing },
    // Whoever is short has no one left inside; this also keeps partners from being taken twice.
    second: { ...stratified, differing: [...differing, groups.codes] },
    everyone,
  };
}

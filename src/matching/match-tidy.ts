import { rowsOfResult, withAdded } from "../data/augmented";
import { frame } from "../data/frame";
import type { DataLike, Frame } from "../data/types";
import type { MatchResult } from "./types/result";

/** One line: the method, and units by group and what became of them. */
export function glanceMatch({ method, estimand, counts, totalDistance }: MatchResult): Frame {
  const { all, matched, effective, unmatched, discarded } = counts;
  return frame([
    {
      method,
      estimand,
      "n.treated": all.treated,
      "n.control": all.control,
      "matched.treated": matched.treated,
      "matched.control": matched.control,
      "ess.treated": effective.treated,
      "ess.control": effective.control,
      "unmatched.treated": unmatched.treated,
      "unmatched.control": unmatched.control,
      "discarded.treated": discarded.treated,
      "discarded.control": discarded.control,
      "total.distance": totalDistance ?? Number.NaN,
    },
  ]);
}

/**
 * `.pscore` where units were matched on a probability and `.distance` where on another score, `.weights`, and `.subclass`
 * (the number of the set) where no unit is reused.
 */
export function augmentMatch(result: MatchResult, data: DataLike | undefined): Frame {
  const { score, scale, weights, subclass } = result;
  const named = scale === "probability" ? ".pscore" : ".distance";
  return withAdded(rowsOfResult(result, data, weights.length), [
    ...(score === null ? [] : [[named, score] as const]),
    [".weights", weights],
    ...(subclass === null
      ? []
      : [[".subclass", Float64Array.from(subclass, (set) => (set < 0 ? Number.NaN : set))] as const]),
  ]);
}

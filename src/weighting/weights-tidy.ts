import { rowsOfResult, withAdded } from "../data/augmented";
import { frame } from "../data/frame";
import type { DataLike, Frame } from "../data/types";
import type { Weights } from "./types";

/** One line: the method, units by group, what their weights are worth, and how few dominate. */
export function glanceWeights({ options, estimand, counts, largestShare }: Weights): Frame {
  const { all, weighted, effective, trimmed, truncated } = counts;
  return frame([
    {
      method: options.method,
      estimand,
      "n.treated": all.treated,
      "n.control": all.control,
      "weighted.treated": weighted.treated,
      "weighted.control": weighted.control,
      "ess.treated": effective.treated,
      "ess.control": effective.control,
      "trimmed.treated": trimmed.treated,
      "trimmed.control": trimmed.control,
      "truncated.treated": truncated.treated,
      "truncated.control": truncated.control,
      "largest.share.treated": largestShare.treated,
      "largest.share.control": largestShare.control,
    },
  ]);
}

/** `.pscore` where the weights come from a score, and `.weights`: 0 where a unit is left out, `NaN` where its row is incomplete. */
export function augmentWeights(result: Weights, data: DataLike | undefined): Frame {
  const { scores, weights, complete } = result;
  return withAdded(rowsOfResult(result, data, weights.length), [
    ...(scores === null ? [] : [[".pscore", scores] as const]),
    [".weights", weights.map((weight, row) => (complete[row] === 1 ? weight : Number.NaN))],
  ]);
}

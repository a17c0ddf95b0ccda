import { percent, type Table } from "../display/table";
import { unitsTable } from "../display/units-table";
import { describeWeights } from "./describe";
import type { Weights } from "./types";

/**
 * What the weights of each group amount to (units, with a weight, effective, trimmed, truncated, shares held by the
 * largest weight and the top 1 %), with the description below.
 */
export function weightsTable(weights: Weights): Table {
  const { all, weighted, effective, trimmed, truncated } = weights.counts;
  const { largestShare, topPercentShare } = weights;
  const share = percent(1);
  const shares = (name: string, { treated, control }: Weights["largestShare"]): Table["rows"][number] => [
    name,
    { value: treated, format: share },
    { value: control, format: share },
  ];
  return unitsTable(
    "Weights",
    [
      ["All", all.treated, all.control],
      ["With a weight", weighted.treated, weighted.control],
      ["Effective", effective.treated, effective.control],
      ["Trimmed", trimmed.treated, trimmed.control],
      ["Truncated", truncated.treated, truncated.control],
      shares("Share of the largest weight", largestShare),
      shares("Share of the top 1 %", topPercentShare),
    ],
    describeWeights(weights),
  );
}

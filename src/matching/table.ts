import type { Table } from "../display/table";
import { unitsTable } from "../display/units-table";
import { describeMatch } from "./describe";
import type { MatchResult } from "./types/result";

/**
 * The sample sizes of a match as a table (all, matched, effective, unmatched, discarded, by group), with the description
 * of the match below it.
 */
export function matchTable(result: MatchResult): Table {
  const { all, matched, effective, unmatched, discarded } = result.counts;
  return unitsTable(
    "Match",
    [
      ["All", all.treated, all.control],
      ["Matched", matched.treated, matched.control],
      ["Matched, effective", effective.treated, effective.control],
      ["Unmatched", unmatched.treated, unmatched.control],
      ["Discarded", discarded.treated, discarded.control],
    ],
    describeMatch(result),
  );
}

import { fail } from "../../errors/error";
import { count } from "../../errors/words";
import type { Codes, Strata } from "../conditions";

/** Says that no cell holds both groups, and which column divides the units most. */
export function failNoCell(
  method: "exact" | "cem",
  names: readonly string[],
  columns: readonly Codes[],
  { strata }: Strata,
  kept: Uint8Array,
): never {
  const values = columns.map(({ codes }) => new Set(codes.filter((_, row) => kept[row] === 1)).size);
  const most = Math.max(...values);
  const finest = names[values.indexOf(most)];
  const units = kept.reduce((sum, one) => sum + one, 0);
  const remedy =
    method === "exact"
      ? 'Leave it out, or coarsen it with method: "cem".'
      : "Give it fewer cut points or wider groups, or leave it out.";
  return fail(
    "empty-match",
    `No cell holds both treated and control units: ${count(names.length, "column")} ${names.length === 1 ? "makes" : "make"} ` +
      `${count(strata, "cell")} of ${count(units, "unit")}. The finest is "${finest}" with ${count(most, method === "exact" ? "value" : "bin")}. ${remedy}`,
    { cells: strata, units, finest, values: most },
  );
}

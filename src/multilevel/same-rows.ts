import { fail } from "../errors/error";
import type { GroupSummary } from "./types";

/**
 * Refuses summaries of different rows. They cannot show their rows, but rows are taken as the same where the groups agree in
 * name, size and mean outcome.
 */
export function requireSameRows(a: GroupSummary, b: GroupSummary): void {
  const means = outcomeMeans(b);
  const same =
    a.levels.length === b.levels.length &&
    a.levels.every((level, j) => level === b.levels[j] && a.sizes[j] === b.sizes[j]) &&
    outcomeMeans(a).every((mean, j) => Math.abs(mean - means[j]) <= 1e-9 * (1 + Math.abs(mean)));
  if (same) return;
  fail(
    "summary-mismatch",
    `"${a.bound.formula}" has ${a.nobs} rows in ${a.levels.length} groups, "${b.bound.formula}" ${b.nobs} in ${b.levels.length}, ` +
      "or their outcomes differ. Fit all models to the same rows: those complete for the largest one (see dropIncomplete).",
    { rows: [a.nobs, b.nobs] },
  );
}

function outcomeMeans({ shift, levels, means }: GroupSummary): Float64Array {
  const q = shift.length;
  return Float64Array.from(levels, (_, j) => means[j * q + q - 1] + shift[q - 1]);
}

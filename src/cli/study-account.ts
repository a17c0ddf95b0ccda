import { render } from "../display/render";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { toJson } from "../json";
import type { Report } from "../report/document";
import type { Study } from "../study/types";
import { forestTables } from "./forest";

/** What was found, in letters, and where the report is. */
export function account(result: Study, { lead }: Report, paths: readonly string[], seconds: string): string {
  return `${[
    ...lead,
    ...forestTables(result).map((table) => render(table)),
    ...obstacles(result),
    `${count(result.cells.length, "comparison")} in ${seconds}.\nReport: ${paths.join(", ")}`,
  ].join("\n\n")}\n`;
}

/** What the tables left to be said, and why comparisons could not be run: each reason once. */
function obstacles({ diagnostics, cells }: Study): string[] {
  const namesOf = new Map<string, string[]>();
  for (const { reason, name } of cells)
    if (reason !== null) namesOf.set(reason, [...(namesOf.get(reason) ?? []), name]);
  const reasons = Array.from(
    namesOf,
    ([reason, names]) =>
      `Could not be run: ${names[0]}${names.length === 1 ? "" : ` and ${names.length - 1} more`}. ${reason}`,
  );
  const more = reasons.length - MOST_REASONS;
  return [
    ...diagnostics.map(({ message }) => message),
    ...reasons.slice(0, MOST_REASONS),
    ...(more > 0 ? [`${count(more, "more reason")} for others.`] : []),
  ];
}

const MOST_REASONS = 5;

/** A report of nothing would look like a finding. */
export function requireFindings(result: Study): void {
  if (result.cells.some(({ reason }) => reason === null)) return;
  fail("empty-data", `No comparison could be run, and no report is written.\n${obstacles(result).join("\n")}`, {
    comparisons: result.cells.length,
  });
}

/** The grid with what it takes to make it again. */
export function jsonOf(result: Study, files: readonly string[]): string {
  const { version, origin, dataSeed, simulation, settings, columns, grid, diagnostics } = result;
  return `${toJson({ kind: "study-grid", version, origin, dataSeed, simulation, settings, columns, grid, diagnostics, files })}\n`;
}

import type { Report } from "./document";

/**
 * The numbers of a report as JSON: every table with its raw cells (`tables`) and every figure with its data (`figures`), under the
 * names that the report gives them.
 *
 * @example
 * ```ts
 * import { runStudy, simulateSchools } from "likewise";
 * import { reportData, studyReport } from "likewise/report";
 * const study = runStudy({
 *   data: simulateSchools({ seed: 1, scale: 0.1 }), roles: ["teaching"], keyStages: ["KS2"], years: [2014], sensitivity: "none",
 * });
 * Object.keys(JSON.parse(reportData(studyReport(study)))); // ["title", "tables", "figures"]
 * ```
 */
export function reportData({ title, sections }: Report): string {
  const blocks = sections.flatMap((section) => section.blocks);
  const tables = Object.fromEntries(
    blocks.flatMap((block) => (block.type === "table" ? [[block.id, block.table]] : [])),
  );
  const figures = Object.fromEntries(
    blocks.flatMap((block) => (block.type === "figure" ? [[block.id, block.spec]] : [])),
  );
  const value = (_: string, cell: unknown): unknown =>
    typeof cell === "number" && !Number.isFinite(cell) ? String(cell) : cell;
  return `${JSON.stringify({ title, tables, figures }, value, 1)}\n`;
}

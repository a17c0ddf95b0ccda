import { render } from "../display/render";
import type { Block, Report } from "./document";

/**
 * A report as Markdown: the same words and tables as the page; figures are named, with what they show.
 *
 * @example
 * ```ts
 * import { runStudy, simulateSchools } from "likewise";
 * import { studyReport, toMarkdown } from "likewise/report";
 * const study = runStudy({
 *   data: simulateSchools({ seed: 1, scale: 0.1 }), roles: ["teaching"], keyStages: ["KS2"], years: [2014], sensitivity: "none",
 * });
 * toMarkdown(studyReport(study)).startsWith("# "); // true
 * ```
 */
export function toMarkdown(report: Report): string {
  const sections = report.sections.flatMap(({ title, blocks }) => [`## ${title}`, ...blocks.map(markdownOf)]);
  const source = report.source === undefined ? [] : [`_${report.source}_`];
  return `${[`# ${report.title}`, ...report.lead, ...source, ...sections].join("\n\n")}\n`;
}

function markdownOf(block: Block): string {
  switch (block.type) {
    case "paragraph":
      return block.text;
    case "list":
      return block.items.map((item) => `- ${item}`).join("\n");
    case "terms":
      return block.items.map(([term, meaning]) => `- **${term}**: ${meaning}`).join("\n");
    case "table":
      return `${render(block.table, "markdown")}\n\n_In the data file: \`tables.${block.id}\`._`;
    case "figure":
      return `_Figure: ${block.spec.description} In the data file: \`figures.${block.id}\`._`;
    case "code":
      return `\`\`\`json\n${block.text}\n\`\`\``;
  }
}

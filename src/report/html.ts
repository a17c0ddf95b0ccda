import { render } from "../display/render";
import { isLikewiseError } from "../errors/error";
import { toSvg } from "../plots/to-svg";
import type { Block, Report } from "./document";
import { STYLE } from "./style";

/**
 * A report as one HTML page that needs no network: styles and figures inside, light and dark, for screens, phones and paper.
 *
 * Figures are drawn by vega; where that is not installed the page has its tables and says what is missing.
 *
 * @example
 * ```ts
 * import { runStudy, simulateSchools } from "likewise";
 * import { studyReport, toHtml } from "likewise/report";
 * const study = runStudy({
 *   data: simulateSchools({ seed: 1, scale: 0.1 }), roles: ["teaching"], keyStages: ["KS2"], years: [2014], sensitivity: "none",
 * });
 * const page = await toHtml(studyReport(study));
 * page.startsWith("<!doctype html>"); // true
 * ```
 */
export async function toHtml(report: Report): Promise<string> {
  const sections: string[] = [];
  for (const { id, title, blocks } of report.sections) {
    const parts: string[] = [];
    for (const block of blocks) parts.push(await htmlOf(block));
    sections.push(`<section id="${id}"><h2>${escapeHtml(title)}</h2>\n${parts.join("\n")}\n</section>`);
  }
  const contents = report.sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`);
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(report.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the findings</a>
<header><h1>${escapeHtml(report.title)}</h1></header>
<nav aria-label="Contents"><details open><summary>Contents</summary><ol>${contents.join("")}</ol></details></nav>
<main id="main">
<div class="lead">${report.lead.map((text) => `<p>${escapeHtml(text)}</p>`).join("\n")}</div>
${report.source === undefined ? "" : `<p class="source">${escapeHtml(report.source)}</p>`}
${sections.join("\n")}
</main>
</body>
</html>
`;
}

async function htmlOf(block: Block): Promise<string> {
  switch (block.type) {
    case "paragraph":
      return `<p>${escapeHtml(block.text)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;
    case "terms":
      return `<dl>${block.items.map(([term, meaning]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(meaning)}</dd>`).join("")}</dl>`;
    case "table":
      return tableOf(block);
    case "figure":
      return figureOf(block);
    case "code":
      return `<pre tabindex="0">${escapeHtml(block.text)}</pre>`;
  }
}

function tableOf({ id, table, isFolded = false }: Block & { readonly type: "table" }): string {
  const name = escapeHtml(table.title ?? id);
  // Wide tables scroll by themselves, and the keyboard must reach what scrolls.
  const content = `<div class="table" tabindex="0" role="region" aria-label="${name}">${render(table, "html")}</div>\n<p class="source">In the data file: tables.${id}</p>`;
  return isFolded ? `<details class="fold"><summary>Table: ${name}</summary>\n${content}</details>` : content;
}

async function figureOf({ id, spec }: Block & { readonly type: "figure" }): Promise<string> {
  const title = (spec.title as { readonly text: string }).text;
  try {
    // Drawings number their gradients and clips from 0, each its own; on one page they need names apart.
    const svg = (await toSvg(spec)).replaceAll(/\bid="|url\(#/g, (start) => `${start}${id}-`);
    return `<figure><div class="drawing" role="img" aria-label="${escapeHtml(spec.description)}" tabindex="0">${svg}</div><figcaption class="source">In the data file: figures.${id}</figcaption></figure>`;
  } catch (error) {
    if (!isLikewiseError(error) || error.code !== "missing-package") throw error;
    return `<p class="missing">The figure “${escapeHtml(title)}” was not drawn, for vega and vega-lite are not installed (npm install vega vega-lite); its specification is in the data file: figures.${id}.</p>`;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign]);
}

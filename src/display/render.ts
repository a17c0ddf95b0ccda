import { fail } from "../errors/error";
import { formatRows, isLeftAligned } from "./format";
import type { Cell, FormattedCell, Table } from "./table";
import { displayWidth, oneLine } from "./width";

export type TableFormat = "text" | "markdown" | "html" | "csv";

/**
 * A table as text for a terminal, Markdown, HTML or CSV.
 *
 * Text, Markdown and HTML round; CSV keeps every digit, writes missing values as empty cells, and leaves out title, notes
 * and the tables before and after: it has the table's own rows alone, so that it reads back as one table. Markdown and
 * HTML are escaped, so that no name of a school or column is read as markup.
 *
 * @param table - a {@link Table}, such as `summary(x)` gives.
 * @param format - `"text"` (default), `"markdown"`, `"html"` or `"csv"`.
 * @throws `invalid-argument` for another format, or for a result that is not a table.
 * @example
 * ```ts
 * import { fitPropensity, render, summary } from "likewise";
 * const model = fitPropensity("t ~ x", { t: [0, 1, 0, 1, 0, 1], x: [1, 2, 3, 3, 2, 4] });
 * render(summary(model), "markdown").startsWith("**"); // true
 * ```
 */
export function render(table: Table, format: TableFormat = "text"): string {
  if (table?.kind !== "table") {
    fail("invalid-argument", "render takes a table: pass a result through summary first, as in render(summary(x)).");
  }
  if (!Object.hasOwn(RENDERERS, format)) {
    fail("invalid-argument", `There is no format "${format}"; choose "text", "markdown", "html" or "csv".`);
  }
  return RENDERERS[format](table);
}

const RENDERERS: Readonly<Record<TableFormat, (table: Table) => string>> = {
  text: (table) => inOrder(table).map(renderText).join("\n\n"),
  markdown: (table) => inOrder(table).map(renderMarkdown).join("\n\n"),
  html: (table) => inOrder(table).map(renderHtml).join("\n"),
  csv: renderCsv,
};

/** The tables before, the table itself and those after; the first stands below the title of the whole. */
function inOrder(table: Table): Table[] {
  const { before = [], after = [], title, heading } = table;
  const [first, ...rest] = before.flatMap(inOrder);
  const below = after.flatMap(inOrder);
  if (first === undefined) return [table, ...below];
  const titles = [title, first.title].filter((words) => words !== undefined);
  const headed: Table = titles.length === 0 ? first : { ...first, title: titles.join(". ") };
  const own: Table = { kind: "table", title: heading, columns: table.columns, rows: table.rows, notes: table.notes };
  return [headed, ...rest, own, ...below];
}

const hasHeader = ({ columns }: Table): boolean => columns.some(({ name }) => name !== "");

function renderText(table: Table): string {
  const rows = formatRows(table).map((row) => row.map(oneLine));
  const cells = rows.filter((row) => !isHeading(row));
  const cellWidths = table.columns.map((_, k) =>
    cells.reduce((width, row) => Math.max(width, displayWidth(row[k])), 0),
  );
  const headers = table.columns.map((column, k) => wrapWords(oneLine(column.name), cellWidths[k]));
  const widths = cellWidths.map((width, k) => Math.max(width, ...headers[k].map(displayWidth)));
  const padded = (cell: string, k: number): string => {
    const space = " ".repeat(widths[k] - displayWidth(cell));
    return isLeftAligned(table.columns[k].format) ? cell + space : space + cell;
  };
  const line = (cells: readonly string[]): string => cells.map(padded).join("  ").trimEnd();
  const height = Math.max(1, ...headers.map((lines) => lines.length));
  const headerLines = Array.from({ length: height }, (_, i) =>
    line(headers.map((lines) => lines[i - height + lines.length] ?? "")),
  );
  const ruleWidth = widths.reduce((sum, width) => sum + width, 0) + 2 * Math.max(0, widths.length - 1);
  return [
    ...(table.title ? [table.title, ""] : []),
    ...(hasHeader(table) ? [...headerLines, "\u2500".repeat(ruleWidth)] : []),
    ...rows.map((row) => (isHeading(row) ? row[0] : line(row))),
    ...(table.notes?.length ? ["", ...table.notes] : []),
  ].join("\n");
}

/** A row that has nothing but its name: it may run on over the empty cells, and widens no column. */
function isHeading(row: readonly string[]): boolean {
  return row.length > 1 && row.every((cell, k) => (cell === "") === k > 0);
}

/** A header in as few lines as fit the column's cells; a word is never broken. */
function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(`${last} ${word}`) <= Math.max(width, displayWidth(last))) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

function renderMarkdown(table: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  return [
    ...(table.title ? [`**${escapeMarkdown(table.title)}**`, ""] : []),
    line(table.columns.map((column) => column.name)),
    `|${table.columns.map((column) => (isLeftAligned(column.format) ? "---" : "---:")).join("|")}|`,
    ...formatRows(table).map(line),
    ...(table.notes ?? []).flatMap((note) => ["", escapeMarkdown(note)]),
  ].join("\n");
}

/** Only what would be read as markup is escaped: `a_b` and `x < 1` stay legible in the source. */
function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[\\|*`[]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/<(?=[A-Za-z/!?])|&(?=#?\w+;)/g, "\\$&");
}

function renderHtml(table: Table): string {
  // A name in front heads its row, for readers who hear a table cell by cell.
  const isNamed = hasHeader(table) && table.columns.length > 1 && isLeftAligned(table.columns[0].format);
  const cells = (scope: "col" | "row", row: readonly string[]): string =>
    row
      .map((cell, k) => {
        const style = isLeftAligned(table.columns[k].format) ? "" : ' style="text-align:right"';
        const isHead = scope === "col" || (k === 0 && isNamed && cell !== "");
        return isHead
          ? `<th scope="${scope}"${style}>${escapeHtml(cell)}</th>`
          : `<td${style}>${escapeHtml(cell)}</td>`;
      })
      .join("");
  const header = table.columns.map((column) => column.name);
  const note = (sentence: string): string =>
    `<tr><td colspan="${table.columns.length}">${escapeHtml(sentence)}</td></tr>`;
  return [
    "<table>",
    ...(table.title ? [`<caption>${escapeHtml(table.title)}</caption>`] : []),
    ...(hasHeader(table) ? [`<thead><tr>${cells("col", header)}</tr></thead>`] : []),
    "<tbody>",
    ...formatRows(table).map((row) => `<tr>${cells("row", row)}</tr>`),
    "</tbody>",
    ...(table.notes?.length ? [`<tfoot>${table.notes.map(note).join("")}</tfoot>`] : []),
    "</table>",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
}

function renderCsv(table: Table): string {
  const raw = (cell: Cell | FormattedCell): string => {
    const value = typeof cell === "object" && cell !== null ? cell.value : cell;
    return value === null || (typeof value === "number" && Number.isNaN(value)) ? "" : String(value);
  };
  const quote = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  // A lone empty cell is quoted, for readers skip blank lines.
  const line = (cells: readonly string[]): string =>
    cells.length === 1 && cells[0] === "" ? '""' : cells.map(quote).join(",");
  return [table.columns.map((column) => column.name), ...table.rows.map((row) => row.map(raw))]
    .map((cells) => `${line(cells)}\r\n`)
    .join("");
}

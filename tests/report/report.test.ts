import { afterEach, describe, expect, it, vi } from "vitest";
import { render } from "../../src/display/render";
import { reportData } from "../../src/report/data";
import type { Report } from "../../src/report/document";
import { toHtml } from "../../src/report/html";
import { toMarkdown } from "../../src/report/markdown";
import { studyReport } from "../../src/report/study-report";
import { runStudy } from "../../src/study/run-study";
import { simulateSchools } from "../../src/synthetic/simulate";

const study = runStudy({
  data: simulateSchools({ seed: 3, scale: 0.5 }),
  roles: ["teaching"],
  keyStages: ["KS2", "KS4"],
  years: [2012, 2014],
  cohorts: [
    { cohort: 1, year: 2011, month: 9 },
    { cohort: 2, year: 2012, month: 3 },
    { cohort: 9, year: 2012, month: 3 },
  ],
  sensitivity: "none",
});
const report = studyReport(study);
const page = await toHtml(report);
const blocks = report.sections.flatMap((section) => section.blocks);

describe("the page", () => {
  it("needs nothing from elsewhere", () => {
    expect(page.match(/<(script|link|img|iframe)\b/g)).toBeNull();
    expect(page.match(/\b(?:src|href)="(?!#)[^"]*"/g)).toBeNull();
    expect(page.match(/url\((?!#)|@import/g)).toBeNull();
  });

  it("can be read by keyboard and screen reader", () => {
    expect(page.includes('<html lang="en-GB">')).toBe(true);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(10);
    const ids = [...page.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of targets) expect(page.includes(`id="${id}"`), id).toBe(true);
    expect(page.match(/<figure><div class="drawing" role="img" aria-label="[^"]{20,}" tabindex="0"/g)).toHaveLength(
      blocks.filter(({ type }) => type === "figure").length,
    );
    expect(page.match(/<div class="table" tabindex="0" role="region" aria-label="[^"]+"/g)).toHaveLength(
      blocks.filter(({ type }) => type === "table").length,
    );
    expect(page.match(/<th\b/g)?.length).toBe(page.match(/<th scope="(?:col|row)"/g)?.length);
    expect(page).toMatch(/<tr><th scope="row">teaching schools, KS2, cohort 1, 2012<\/th><td/);
  });

  it("is light and dark, and goes to paper", () => {
    for (const words of ["prefers-color-scheme: dark", "@media print", "width=device-width"]) {
      expect(page.includes(words), words).toBe(true);
    }
  });

  it("shows no number that is none", () => {
    expect(page.match(/.{0,40}(?:\bNaN\b|undefined|\[object|Infinity)/g)).toBeNull();
  });
});

describe("what it says", () => {
  it("is the same on the page and in Markdown", () => {
    const markdown = toMarkdown(report);
    for (const { title } of report.sections) {
      expect(markdown).toContain(`## ${title}`);
      expect(page.includes(`<h2>${title}</h2>`), title).toBe(true);
    }
    for (const block of blocks) {
      if (block.type !== "table") continue;
      expect(markdown.includes(render(block.table, "markdown")), block.id).toBe(true);
      expect(page.includes(render(block.table, "html")), block.id).toBe(true);
    }
  });

  it("can be traced to the data file, number by number", () => {
    const data = JSON.parse(reportData(report)) as { tables: Record<string, { rows: unknown[][] }>; figures: object };
    const named = (type: string): string[] =>
      blocks.flatMap((block) => (block.type === type && "id" in block ? [block.id] : [])).sort();
    expect(Object.keys(data.tables).sort()).toEqual(named("table"));
    expect(Object.keys(data.figures).sort()).toEqual(named("figure"));
    const effects = data.tables.effects.rows.map((row) => row[5]);
    const grid = study.grid
      .filter(({ placebo }) => !placebo)
      .map(({ estimate }) => (Number.isNaN(estimate) ? "NaN" : estimate));
    expect(effects).toEqual(grid);
  });

  it("opens with what was found, and says that these pupils are made", () => {
    expect(report.lead[0]).toContain("synthetic pupils");
    expect(report.lead[1]).toMatch(/^Teaching schools, KS2: .* comparisons/);
    expect(toMarkdown(report)).toContain("reconstruction, not a replication");
  });

  it("gives the reason of every comparison that could not be run", () => {
    const stopped = study.cells.filter(({ reason }) => reason !== null);
    expect(stopped.length).toBe(4);
    for (const { name, reason } of stopped) expect(toMarkdown(report)).toContain(`- ${name}: ${reason}`);
  });

  it("holds the truth beside each estimate, from the grid", () => {
    const truth = blocks.find((block) => block.type === "table" && block.id === "truth");
    expect(truth?.type === "table" && truth.table.rows.map((row) => row[4])).toEqual(
      study.grid.filter(({ reason }) => reason === null).map((row) => row.truth),
    );
  });

  it("says how to get the same again", () => {
    const code = blocks.find(({ type }) => type === "code");
    const settings = JSON.parse((code as { text: string }).text);
    expect(settings).toMatchObject({ version: study.version, seed: 3, settings: { ratio: 1, caliper: 0.2 } });
  });
});

describe("text of a user's own", () => {
  it("cannot become markup", async () => {
    const sly: Report = {
      kind: "report",
      title: 'a <b>bold</b> & "quoted" title',
      lead: ["<script>alert(1)</script>"],
      sections: [{ id: "one", title: "x < y", blocks: [{ type: "list", items: ["<img src=x>"] }] }],
    };
    const html = await toHtml(sly);
    expect(html).not.toMatch(/<b>|<script>|<img/);
    expect(html).toContain("&lt;script&gt;");
  });
});

describe("without vega", () => {
  afterEach(() => vi.doUnmock("vega"));

  it("the page has its tables and says what is missing", async () => {
    vi.doMock("vega", () => {
      throw new Error("Cannot find package");
    });
    const html = await toHtml(report);
    expect(html.includes("was not drawn, for vega and vega-lite are not installed")).toBe(true);
    expect(html.includes("<svg")).toBe(false);
    expect(html.match(/<table>/g)).toHaveLength(blocks.filter(({ type }) => type === "table").length);
  });
});

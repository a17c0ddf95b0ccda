import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { render } from "../../src/display/render";
import { fixed, percent, pValue, type Table, text, wholeNumber } from "../../src/display/table";
import { errorOf } from "../helpers/reference";

const table: Table = {
  kind: "table",
  title: "Fixed effects",
  columns: [
    { name: "term", format: text },
    { name: "estimate", format: fixed(3) },
    { name: "n", format: wholeNumber },
    { name: "p", format: pValue },
  ],
  rows: [
    ["(Intercept)", 11.393044, 7185, 1e-300],
    ["catholic", -2.804887, null, 0.25],
    ["share", { value: 1 / 3, format: percent(1) }, 3, Number.NaN],
  ],
  notes: ["Two notes.", "Of one line each."],
};

const oneColumn = (...rows: string[]): Table => ({
  kind: "table",
  columns: [{ name: "x", format: text }],
  rows: rows.map((row) => [row]),
});

const empty: Table = { kind: "table", columns: table.columns, rows: [] };
const nothing: Table = { kind: "table", columns: [], rows: [] };

describe("text", () => {
  it("lines text up on the left and figures on the right", () => {
    expect(render(table)).toBe(
      [
        "Fixed effects",
        "",
        "term         estimate      n      p",
        "───────────────────────────────────",
        "(Intercept)    11.393  7,185  <.001",
        "catholic       −2.805          .250",
        "share          33.3 %      3",
        "",
        "Two notes.",
        "Of one line each.",
      ].join("\n"),
    );
  });

  it("a row of a name alone runs on over its empty cells and widens no column", () => {
    const heading = "Summary of Balance for Matched or Weighted Data";
    const rows = [...table.rows, [heading, null, null, Number.NaN], ["size", 1, 2, 0.5]];
    const lines = render({ ...table, rows }).split("\n");
    expect(lines[3]).toHaveLength("term         estimate      n      p".length);
    expect(lines.slice(7, 9)).toEqual([heading, "size            1.000      2   .500"]);
  });

  it("lines up accents, combining marks, wide letters and emoji", () => {
    const names = ["Gŵyr", "Gw\u0302yr", "東京", "한국", "👩🏽‍🏫", "Ａ", "e\u0301\u0323", "a\u200bb", "plain"];
    const lines = render({
      kind: "table",
      columns: [
        { name: "school", format: text },
        { name: "n", format: wholeNumber },
      ],
      rows: names.map((name) => [name, 1]),
    }).split("\n");
    // What stands between the name and the figure: six wide, less the cells the name takes on a terminal.
    const cells = [4, 4, 4, 4, 2, 2, 1, 2, 5];
    names.forEach((name, i) => {
      expect(lines[i + 2]).toBe(`${name}${" ".repeat(6 - cells[i])}  1`);
    });
  });

  it("keeps a cell on one line", () => {
    expect(
      render(oneColumn("a\nb", "c\r\nd", "e\tf"))
        .split("\n")
        .slice(2),
    ).toEqual(["a b", "c d", "e f"]);
  });

  it("renders tables without rows, without columns, and long ones", () => {
    expect(render(empty).split("\n")).toEqual(["term  estimate  n  p", "────────────────────"]);
    expect(render(nothing)).toBe("");
    const long = render({ kind: "table", columns: [{ name: "x", format: text }], rows: Array(200_000).fill(["abc"]) });
    expect(long.length).toBe(8 + 200_000 * 4 - 1 - 2);
  });
});

describe("markdown", () => {
  it("is a table with its alignment, the title bold, the notes below", () => {
    expect(render(table, "markdown")).toBe(
      [
        "**Fixed effects**",
        "",
        "| term | estimate | n | p |",
        "|---|---:|---:|---:|",
        "| (Intercept) | 11.393 | 7,185 | <.001 |",
        "| catholic | −2.805 |  | .250 |",
        "| share | 33.3 % | 3 |  |",
        "",
        "Two notes.",
        "",
        "Of one line each.",
      ].join("\n"),
    );
  });

  it("escapes what Markdown would read as its own, in cells, title and notes", () => {
    const cases: [string, string][] = [
      ["a|b", "a\\|b"],
      ["a\\|b", "a\\\\\\|b"],
      ["a*b*c", "a\\*b\\*c"],
      ["`x`", "\\`x\\`"],
      ["<script>alert(1)</script>", "\\<script>alert(1)\\</script>"],
      ["I(a < b)", "I(a < b)"],
      ["[x](y)", "\\[x](y)"],
      ["__x__", "\\_\\_x\\_\\_"],
      ["a_b_c", "a_b_c"],
      ["R&D &amp; &#42;", "R&D \\&amp; \\&#42;"],
      ["a\nb\r\nc", "a b c"],
    ];
    for (const [written, escaped] of cases) {
      expect(render(oneColumn(written), "markdown").split("\n").at(-1)).toBe(`| ${escaped} |`);
      const around = render({ ...oneColumn("x"), title: written, notes: [written] }, "markdown").split("\n");
      expect(around[0]).toBe(`**${escaped}**`);
      expect(around.at(-1)).toBe(escaped);
    }
  });

  it("renders a table without rows", () => {
    expect(render(empty, "markdown").split("\n")).toEqual(["| term | estimate | n | p |", "|---|---:|---:|---:|"]);
  });
});

describe("html", () => {
  it("is a table with caption, header cells and notes in the foot", () => {
    const html = render(table, "html");
    expect(html).toContain("<caption>Fixed effects</caption>");
    expect(html).toContain('<th scope="col">term</th><th scope="col" style="text-align:right">estimate</th>');
    expect(html).toContain('<tr><th scope="row">catholic</th><td style="text-align:right">−2.805</td>');
    expect(html).toContain('<tfoot><tr><td colspan="4">Two notes.</td></tr>');
    expect(html).toContain("&lt;.001");
  });

  it("escapes cells, names, title and notes", () => {
    const evil = `<b a="1" c='2'>&amp;`;
    const html = render(
      { kind: "table", title: evil, columns: [{ name: evil, format: text }], rows: [[evil]], notes: [evil] },
      "html",
    );
    expect(html).not.toContain("<b");
    expect(html.match(/&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;/g)).toHaveLength(4);
  });

  it("renders tables without rows and without columns", () => {
    expect(render(empty, "html")).toContain("<tbody>\n</tbody>");
    expect(render(nothing, "html")).toBe("<table>\n<tbody>\n</tbody>\n</table>");
  });
});

describe("csv", () => {
  it("keeps every digit, writes missing as empty, and leaves title and notes out", () => {
    expect(render(table, "csv")).toBe(
      [
        "term,estimate,n,p",
        "(Intercept),11.393044,7185,1e-300",
        "catholic,-2.804887,,0.25",
        "share,0.3333333333333333,3,",
        "",
      ].join("\r\n"),
    );
    expect(render(empty, "csv")).toBe("term,estimate,n,p\r\n");
  });

  it("writes an empty cell that stands alone so that it is no blank line", () => {
    expect(render(oneColumn("a", "", "b"), "csv")).toBe('x\r\na\r\n""\r\nb\r\n');
  });

  it("reads back as it was, quotes, separators, line breaks and all (property)", () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a", " ", "é", ";") }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    );
    const rows = fc.array(fc.tuple(cell, cell), { maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.string(), (cells, name) => {
        const columns = [
          { name: `${name}a`, format: text },
          { name: "b", format: fixed(1) },
        ];
        const written = render({ kind: "table", columns, rows: cells }, "csv");
        const read: string[][] = parse(written, { record_delimiter: "\r\n" });
        expect(read).toEqual([[`${name}a`, "b"], ...cells.map((row) => row.map(String))]);
        cells.flat().forEach((value, i) => {
          if (typeof value === "number") expect(Number(read.slice(1).flat()[i])).toBe(value);
        });
      }),
    );
  });
});

describe("tables before and after", () => {
  const nameless: Table = {
    kind: "table",
    columns: [
      { name: "", format: text },
      { name: "", format: text },
    ],
    rows: [["Criterion:", { value: 1743.628, format: fixed(1) }]],
  };
  const whole: Table = {
    ...oneColumn("a"),
    title: "Model",
    before: [nameless, { ...oneColumn("b"), title: "Random", notes: ["Of b."] }],
    heading: "Fixed",
    notes: ["Of a."],
    after: [{ ...oneColumn("c"), title: "Correlations" }],
  };

  it("stand in order below the title, one without names of columns without a header", () => {
    expect(render(whole)).toBe(
      [
        ...["Model", "", "Criterion:  1743.6", "", "Random", "", "x", "─", "b", "", "Of b.", ""],
        ...["Fixed", "", "x", "─", "a", "", "Of a.", "", "Correlations", "", "x", "─", "c"],
      ].join("\n"),
    );
    const inOrder =
      /Model[\s\S]*Criterion[\s\S]*1743\.6[\s\S]*Random[\s\S]*b[\s\S]*Of b\.[\s\S]*Fixed[\s\S]*a[\s\S]*Of a\.[\s\S]*Correlations[\s\S]*c/;
    expect(render(whole, "markdown")).toMatch(inOrder);
    const html = render(whole, "html");
    expect(html).toMatch(inOrder);
    expect(html.match(/<table>/g)).toHaveLength(4);
    expect(html.match(/<thead>/g)).toHaveLength(3);
  });

  it("leave CSV one table: its own rows", () => {
    expect(render(whole, "csv")).toBe("x\r\na\r\n");
  });

  it("share the title with a first table that has one of its own, and need no title", () => {
    const first = { ...whole, before: [{ ...oneColumn("b"), title: "Random" }] };
    expect(render(first).split("\n")[0]).toBe("Model. Random");
    expect(render({ ...first, title: undefined }).split("\n")[0]).toBe("Random");
    expect(render({ ...whole, title: undefined }).split("\n")[0]).toBe("Criterion:  1743.6");
    expect(render({ ...oneColumn("a"), after: [oneColumn("c")] })).toBe("x\n─\na\n\nx\n─\nc");
  });
});

describe("render", () => {
  it("refuses an unknown format and what is no table", () => {
    for (const format of ["md", "constructor", ""]) {
      const error = errorOf(() => render(table, format as never));
      expect(error.code).toBe("invalid-argument");
      expect(error.message).toMatch(/"text", "markdown", "html" or "csv"/);
    }
    for (const other of [{ kind: "mixed-model" }, undefined, null, "x", {}]) {
      const error = errorOf(() => render(other as never));
      expect(error.code).toBe("invalid-argument");
      expect(error.message).toMatch(/summary\(/);
    }
  });
});

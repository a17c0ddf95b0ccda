import { parse, View, Warn } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { describe, expect, it, vi } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { match } from "../../src/matching/match";
import { randomEffects } from "../../src/multilevel/random-effects";
import { balanceHeatMap } from "../../src/plots/balance-heat-map";
import { caterpillarPlot } from "../../src/plots/caterpillar-plot";
import { forestPlot } from "../../src/plots/forest-plot";
import { lovePlot } from "../../src/plots/love-plot";
import { overlapPlot } from "../../src/plots/overlap-plot";
import { pairsPlot } from "../../src/plots/pairs-plot";
import { recoveryPlot } from "../../src/plots/recovery-plot";
import type { VegaLiteSpec } from "../../src/plots/specification";
import { specificationPlot } from "../../src/plots/specification-plot";
import { textWidth } from "../../src/plots/text-width";
import { toSvg } from "../../src/plots/to-svg";
import { variancePlot } from "../../src/plots/variance-plot";
import { matched, model, plots } from "./examples";

/** Digits past the twelfth differ between machines' Math.log and are not the plot's business. */
const rounded = (spec: object): string =>
  JSON.stringify(spec, (_, value) => (typeof value === "number" ? Number(value.toPrecision(12)) : value), 1);

describe.each(Object.entries(plots))("%s", (name, spec) => {
  it("has the specification it had", async () => {
    await expect(`${rounded(spec)}\n`).toMatchFileSnapshot(`snapshots/${name}.json`);
  });

  it("is plain JSON that vega-lite and vega take without a warning", async () => {
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    const warnings: unknown[] = [];
    const note = (...words: readonly unknown[]) => {
      warnings.push(words);
      return logger;
    };
    const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger };
    const compiled = compile(spec as unknown as TopLevelSpec, { logger: logger as never }).spec;
    await new View(parse(compiled), { renderer: "none", logger: logger as never, logLevel: Warn }).toSVG();
    expect(warnings).toEqual([]);
  });

  it("becomes an SVG with its title, that says what it shows and keeps the page's colour for text", async () => {
    const svg = await toSvg(spec);
    expect(svg).toMatch(/^<svg[^>]*viewBox/);
    expect(svg).toContain((spec.title as { readonly text: string }).text);
    expect(svg).toContain('fill="currentColor"');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(spec.description.length).toBeGreaterThan(20);
  });
});

describe("what a plot says", () => {
  const caption = (spec: VegaLiteSpec): string =>
    (spec.title as { readonly subtitle: readonly string[] }).subtitle.join(" ");

  it("counts units, pairs and estimates", () => {
    expect(caption(plots.love)).toBe("Before: 4 treated and 8 controls; after: 3 and 3. Dashed: 0.1.");
    expect(caption(plots.pairs)).toContain("4 focal units in order of their score, 1 of them without a partner");
    expect(caption(plots.forest)).toBe(
      "2 estimates with 95 % intervals; placebos hollow; × the truth; 1 not run. 80 schools.",
    );
    // Common support: treated from .4, controls up to .6; outside it lie one treated and four controls.
    expect(caption(plots.overlap)).toContain("from 0.400 to 0.600 (grey), 5 units outside it");
  });

  it("takes the words of the field it is drawn for", () => {
    const words = { rows: "pupils", groups: "schools", unit: "squared sd" };
    expect(caption(variancePlot([{ name: "M0", model }], words))).toContain("12 pupils in 4 schools;");
    const spec = caterpillarPlot(model, randomEffects(model), { title: "Schools", groups: "schools", unit: "sd" });
    expect(spec.description).toMatch(/^Schools\. 4 schools, shrunken/);
    expect(JSON.stringify(spec)).toContain('"title":"effect (sd)"');
  });

  it("writes a true minus sign", () => {
    const model = match({ treated: [1, 0, 1, 0], score: [-1, -2, 1, 2] }, { method: "nearest" });
    expect(caption(overlapPlot(model))).toContain("from −1.000 to 1.000 (grey), 2 units outside it");
  });

  it("shows each group in per cent of itself, and of a match its weights", () => {
    const match1 = match(
      { treated: [1, 1, 0, 0, 0, 0], score: [1, 2, 1, 2, 2, -3] },
      { method: "nearest", ratio: 2, replace: true },
    );
    const bars = (overlapPlot(match1).layer as { data: { values: { group: string; share?: number }[] } }[])
      .map(({ data }) => data.values)
      .filter(([first]) => first.share !== undefined);
    expect(bars).toHaveLength(2);
    for (const values of bars) {
      for (const [group, whole] of [
        ["treated", 100],
        ["control", -100],
      ] as const) {
        const shares = values.filter((bar) => bar.group === group).map(({ share }) => share as number);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(whole, 9);
      }
    }
    // The treated at 1 takes the control at 1 and one of those at 2, the other both of them: a quarter of the weight is at 1.
    const controls = bars[1].filter(({ group }) => group === "control").map(({ share }) => share);
    expect(controls).toEqual([-25, -75]);
  });

  it("thins out pairs evenly when there are too many, and says so", () => {
    const spec = pairsPlot(matched, { limit: 2 });
    expect(caption(spec)).toContain("; 2 drawn");
  });
});

describe("covariates", () => {
  const balance = assessBalance({
    treated: [1, 1, 0, 0, 0],
    covariates: {
      region: ["South East", "North", "North", "South East", "West"],
      size: [1, 3, 2, 4, 2],
      age: [9, 9, 8, 8, 8],
    },
    weights: [1, 1, 2, 0, 1],
  });
  const namesIn = (values: unknown): string[] => [
    ...new Set((values as readonly { readonly covariate: string }[]).map(({ covariate }) => covariate)),
  ];

  it("are called by their column, levels by column and level", () => {
    const spec = lovePlot(balance);
    const levels = ["region: North", "region: South East", "region: West"];
    expect(namesIn((spec.data as { readonly values: unknown }).values).sort()).toEqual([...levels, "size"]);
    const map = balanceHeatMap([{ name: "KS2", balance }]);
    expect(namesIn((map.data as { readonly values: unknown }).values)).toEqual([...levels, "size", "age"]);
  });

  it("of one column stand together in the heat map, though a cell has more levels than the first", () => {
    const balanceOf = (region: readonly string[]) =>
      assessBalance({ treated: [1, 1, 0, 0], covariates: { region, size: [1, 3, 2, 4] }, weights: [1, 1, 1, 1] });
    const map = balanceHeatMap([
      { name: "KS2", balance: balanceOf(["North", "South", "North", "South"]) },
      { name: "KS4", balance: balanceOf(["North", "West", "North", "West"]) },
    ]);
    const { y } = map.encoding as { readonly y: { readonly sort: readonly string[] } };
    expect(y.sort).toEqual(["region: North", "region: South", "region: West", "size"]);
  });

  it("without a spread among the treated have no finite difference: said by the love plot, ∞ in the heat map", async () => {
    expect(balance.rows.at(-1)?.before.smd).toBe(Number.POSITIVE_INFINITY);
    expect(lovePlot(balance).description).toContain("Not drawn, for want of a spread to standardise by: age.");
    expect(await toSvg(balanceHeatMap([{ name: "KS2", balance }]))).toContain(">∞</text>");
  });
});

describe("toSvg", () => {
  it("writes nothing to the console, and gives what vega cannot draw as an error", async () => {
    const methods = (["log", "info", "debug", "warn", "error"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => {}),
    );
    try {
      const withStranger = { ...plots.love, encoding: { smell: { field: "smd" } } };
      expect(await toSvg(withStranger)).toMatch(/^<svg/);
      const broken = { ...plots.love, transform: [{ calculate: "datum.nothing.at.all", as: "x" }] };
      await expect(toSvg(broken)).rejects.toMatchObject({
        code: "invalid-argument",
        message: expect.stringMatching(/^Vega cannot draw the specification: Cannot read properties of undefined/),
      });
      await expect(toSvg({ $schema: "", description: "" })).rejects.toThrow("Invalid specification");
      for (const method of methods) expect(method).not.toHaveBeenCalled();
    } finally {
      for (const method of methods) method.mockRestore();
    }
  });
});

describe("bad input", () => {
  it("is refused in a sentence", () => {
    const cells = match(
      { treated: [1, 0, 1, 0], covariates: ["region"], data: { region: ["a", "a", "b", "b"] } },
      { method: "exact" },
    );
    expect(() => pairsPlot(cells)).toThrow("needs a match that makes pairs and has a score");
    expect(() => overlapPlot(cells)).toThrow("made without a score");
    expect(() => overlapPlot(matched, { bins: 0 })).toThrow("bins is a whole number from 1, not 0");
    expect(() => forestPlot([])).toThrow("None of the rows has an estimate");
    expect(() => specificationPlot([])).toThrow("None of the specifications");
    expect(() => balanceHeatMap([])).toThrow("at least one cell");
    const twice = { name: "KS2", balance: assessBalance(matched) };
    expect(() => balanceHeatMap([twice, { name: "KS4", balance: null }, twice])).toThrow('Two cells are called "KS2"');
    expect(() => caterpillarPlot(model, [])).toThrow("needs the random effects");
    expect(() => recoveryPlot([])).toThrow("at least one row");
    expect(() => variancePlot([])).toThrow("at least one model");
  });
});

describe("texts", () => {
  it("are measured by their letters, so that labels stand beside their axis and titles are not cut", async () => {
    expect(textWidth("ill", 10, false)).toBeLessThan(textWidth("mmm", 10, false) / 2);
    expect(textWidth("Title", 10, true)).toBeGreaterThan(textWidth("Title", 10, false));
    const widthOf = (svg: string): number => Number(/ width="(\d+)"/.exec(svg)?.[1]);
    const row = { estimate: 0.1, lower: 0, upper: 0.2 };
    const [short, long] = await Promise.all(
      ["KS2", "KS2, strategic partners"].map((name) => toSvg(forestPlot([{ name, ...row }]))),
    );
    const labels = textWidth("KS2, strategic partners", 11, false) - textWidth("KS2", 11, false);
    // Vega rounds the drawing's width and the labels' to whole pixels.
    expect(Math.abs(widthOf(long) - widthOf(short) - labels)).toBeLessThan(3);
    const { textMetrics } = (await import("vega")) as unknown as { textMetrics: Record<string, unknown> };
    expect(textMetrics.width, "vega is left as it was").toBe(textMetrics.estimateWidth);
  });
});

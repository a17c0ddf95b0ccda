import { compile, type TopLevelSpec } from "vega-lite";
import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { match } from "../../src/matching/match";
import { randomEffects } from "../../src/multilevel/random-effects";
import { balanceHeatMap } from "../../src/plots/balance-heat-map";
import { caterpillarPlot } from "../../src/plots/caterpillar-plot";
import { forestPlot } from "../../src/plots/forest-plot";
import { overlapPlot } from "../../src/plots/overlap-plot";
import { pairsPlot } from "../../src/plots/pairs-plot";
import { recoveryPlot } from "../../src/plots/recovery-plot";
import type { VegaLiteSpec } from "../../src/plots/specification";
import { specificationPlot } from "../../src/plots/specification-plot";
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

  it("is plain JSON that vega-lite takes without a warning", () => {
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    const warnings: unknown[] = [];
    const note = (...words: readonly unknown[]) => {
      warnings.push(words);
      return logger;
    };
    const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger };
    compile(spec as unknown as TopLevelSpec, { logger: logger as never });
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

  it("draws every unit once in the histogram", () => {
    const [, all] = plots.overlap.layer as readonly {
      readonly data: { readonly values: readonly { count: number }[] };
    }[];
    const counts = all.data.values.map(({ count }) => count);
    expect(counts.filter((n) => n > 0).reduce((a, b) => a + b)).toBe(4);
    expect(counts.filter((n) => n < 0).reduce((a, b) => a + b)).toBe(-8);
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

  it("thins out pairs evenly when there are too many, and says so", () => {
    const spec = pairsPlot(matched, { limit: 2 });
    expect(caption(spec)).toContain("; 2 drawn");
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

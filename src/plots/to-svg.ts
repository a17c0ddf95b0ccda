import { fail } from "../errors/error";
import type { VegaLiteSpec } from "./specification";

/**
 * A plot as SVG text, drawn by vega, which must be installed beside likewise (`npm install vega vega-lite`).
 *
 * Its text takes the colour of the page around it (`currentColor`), and its background is transparent.
 *
 * @throws `missing-package` where vega or vega-lite is not installed.
 * @example
 * ```ts
 * import { forestPlot, toSvg } from "likewise/plots";
 * const svg = await toSvg(forestPlot([{ name: "2013", estimate: 0.42, lower: 0.3, upper: 0.54 }]));
 * svg.startsWith("<svg"); // true
 * ```
 */
export async function toSvg(spec: VegaLiteSpec): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]).catch((cause: unknown) =>
    fail(
      "missing-package",
      "Drawing needs the packages vega and vega-lite, which are not installed: npm install vega vega-lite. The specification itself opens in any Vega-Lite editor.",
      { cause: String(cause) },
    ),
  );
  const compiled = vegaLite.compile(spec as unknown as Parameters<typeof vegaLite.compile>[0]).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

import type { LoggerInterface, View } from "vega";
import { fail } from "../errors/error";
import type { VegaLiteSpec } from "./specification";
import { textWidth } from "./text-width";

/**
 * A plot as SVG text, drawn by vega, which must be installed beside likewise (`npm install vega vega-lite`).
 *
 * Its text takes the colour of the page around it (`currentColor`), and its background is transparent. Nothing is written to the
 * console.
 *
 * @throws `missing-package` where vega or vega-lite is not installed; `invalid-argument` for a specification that vega cannot draw.
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
  const errors: unknown[] = [];
  const logger = quietLogger(errors);
  try {
    const compiled = vegaLite.compile(spec as unknown as Parameters<typeof vegaLite.compile>[0], { logger }).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: "none", logger });
    layOut(view, (vega as unknown as { readonly textMetrics: TextMetrics }).textMetrics);
    const svg = await view.toSVG().finally(() => view.finalize());
    if (errors.length > 0) throw errors[0];
    return svg;
  } catch (error) {
    const reason = (error as Partial<Error> | null)?.message ?? String(error);
    return fail("invalid-argument", `Vega cannot draw the specification: ${reason}`, { reason });
  }
}

interface TextItem {
  readonly fontWeight?: unknown;
}

/** What vega measures texts with; its own declarations leave it out. */
interface TextMetrics {
  readonly height: (item: TextItem) => number;
  readonly estimateWidth: (item: TextItem, text: unknown) => number;
  width: (item: TextItem, text: unknown) => number;
}

/** Places everything by our widths of texts, where no canvas measures them; at once, so that no other drawing sees the change. */
function layOut(view: View, metrics: TextMetrics): void {
  if (metrics.width !== metrics.estimateWidth) {
    view.run();
    return;
  }
  metrics.width = (item, text) =>
    textWidth(String(text ?? "").trim(), metrics.height(item), item.fontWeight === "bold");
  try {
    view.run();
  } finally {
    metrics.width = metrics.estimateWidth;
  }
}

/** Keeps errors, which vega logs and draws on, and lets the rest go, which vega would print by itself. */
function quietLogger(errors: unknown[]): LoggerInterface {
  const ignore = (): LoggerInterface => logger;
  const logger: LoggerInterface = {
    level: ignore,
    error: (...parts) => {
      errors.push(...parts);
      return logger;
    },
    warn: ignore,
    info: ignore,
    debug: ignore,
  };
  return logger;
}

/** A Vega-Lite specification: plain JSON, with its data inside. */
export interface VegaLiteSpec {
  readonly $schema: string;
  /** What a reader who cannot see the plot should know. */
  readonly description: string;
  readonly [key: string]: unknown;
}

/** Okabe and Ito's blue and orange: told apart by colour-blind eyes, and by their lightness in greyscale. */
export const COLOURS = { treated: "#0072b2", control: "#e69f00", neutral: "#767676", truth: "#b5367a" } as const;

/** What all plots have above their marks. */
export interface PlotTitle {
  readonly title: string;
  /** The line below: what is drawn, n, units. */
  readonly caption: string;
}

/** Text takes the colour of what surrounds it, so that a plot inside a dark page stays readable. */
const CONFIG = {
  background: null,
  font: "system-ui, sans-serif",
  view: { stroke: null },
  title: {
    anchor: "start",
    frame: "group",
    color: "currentColor",
    subtitleColor: "currentColor",
    fontSize: 14,
    subtitleFontSize: 11.5,
    offset: 12,
  },
  axis: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    domainColor: "#999999",
    tickColor: "#999999",
    gridColor: "#99999940",
    labelFontSize: 11,
    titleFontSize: 11.5,
    titleFontWeight: "normal",
    labelLimit: 0,
  },
  legend: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    labelFontSize: 11,
    titleFontSize: 11.5,
    titleFontWeight: "normal",
  },
  header: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 12, labelAnchor: "start" },
} as const;

/** A plot with a title, a caption, and the look they all share. */
export function specification({ title, caption }: PlotTitle, body: Readonly<Record<string, unknown>>): VegaLiteSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${title}. ${caption}`,
    title: { text: title, subtitle: wrap(caption, 72) },
    config: CONFIG,
    ...body,
  };
}

function wrap(sentence: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A vertical or horizontal line at a value. */
export function ruleAt(channel: "x" | "y", value: number, dashed = false): Record<string, unknown> {
  return {
    data: { values: [{ at: value }] },
    mark: { type: "rule", color: COLOURS.neutral, strokeDash: dashed ? [4, 4] : [] },
    encoding: { [channel]: { field: "at", type: "quantitative" } },
  };
}

/** `1,234` */
export const whole = (n: number): string => n.toLocaleString("en-GB");

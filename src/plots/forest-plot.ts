import { fail } from "../errors/error";
import { COLOURS, specification, type VegaLiteSpec, whole } from "./specification";

/** One estimate of a forest plot; rows of a study's grid will do. */
export interface ForestRow {
  readonly name: string;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  /** Drawn hollow: its truth is no effect. */
  readonly placebo?: boolean;
  /** Drawn as a cross, where it is known. */
  readonly truth?: number | null;
}

export interface ForestPlotOptions {
  readonly title?: string;
  /** Of the estimates (default `national standard deviations`). */
  readonly unit?: string;
  /** Added to the caption, such as how many schools and pupils. */
  readonly note?: string;
}

/**
 * A forest plot: estimates with their intervals one below the other, placebos hollow, the truth as a cross where it is known.
 * Rows that could not be run (`NaN`) are left out and counted.
 *
 * @throws `invalid-argument` where no row has an estimate.
 * @example
 * ```ts
 * import { forestPlot } from "likewise/plots";
 * const rows = [{ name: "KS2, cohort 1, 2013", estimate: 0.42, lower: 0.3, upper: 0.54, truth: 0.45 }];
 * forestPlot(rows).title; // { text: "Effects", … }
 * ```
 */
export function forestPlot(rows: readonly ForestRow[], options: ForestPlotOptions = {}): VegaLiteSpec {
  const { title = "Effects", unit = "national standard deviations", note = "" } = options;
  const drawn = rows.filter(({ estimate }) => Number.isFinite(estimate));
  if (drawn.length === 0) fail("invalid-argument", "None of the rows has an estimate to draw.");
  const values = drawn.map(({ name, estimate, lower, upper, placebo = false, truth }) => ({
    name,
    estimate,
    lower,
    upper,
    kind: placebo ? "placebo" : "estimate",
    truth: typeof truth === "number" && Number.isFinite(truth) ? truth : null,
  }));
  const withTruth = values.some(({ truth }) => truth !== null);
  const left = rows.length - drawn.length;
  const y = {
    field: "name",
    type: "nominal",
    sort: drawn.map(({ name }) => name),
    title: null,
    axis: { grid: true, labelLimit: 0 },
  };
  const kinds = values.some(({ kind }) => kind === "placebo") ? ["estimate", "placebo"] : ["estimate"];
  return specification(
    {
      title,
      caption: `${[
        `${whole(drawn.length)} estimates with 95 % intervals`,
        ...(kinds.length > 1 ? ["placebos hollow"] : []),
        ...(withTruth ? ["× the truth"] : []),
        ...(left > 0 ? [`${whole(left)} not run`] : []),
      ].join("; ")}.${note === "" ? "" : ` ${note}`}`,
    },
    {
      width: 420,
      height: { step: 20 },
      data: { values },
      layer: [
        { mark: { type: "rule", color: COLOURS.neutral }, encoding: { x: { datum: 0 } } },
        {
          mark: { type: "rule", color: COLOURS.treated, strokeWidth: 1.6 },
          encoding: {
            y,
            x: { field: "lower", type: "quantitative", title: `effect (${unit})` },
            x2: { field: "upper" },
          },
        },
        {
          mark: { type: "point", size: 60, stroke: COLOURS.treated, strokeWidth: 1.6, opacity: 1 },
          encoding: {
            y,
            x: { field: "estimate", type: "quantitative" },
            fill: {
              field: "kind",
              type: "nominal",
              scale: { domain: kinds, range: [COLOURS.treated, "white"].slice(0, kinds.length) },
              legend: kinds.length > 1 ? { title: null, orient: "top", symbolStrokeColor: COLOURS.treated } : null,
            },
            tooltip: [{ field: "name" }, ...["estimate", "lower", "upper"].map((field) => ({ field, format: ".3f" }))],
          },
        },
        ...(withTruth
          ? [
              {
                transform: [{ filter: "datum.truth !== null" }],
                mark: {
                  type: "point",
                  shape: "M-.7,-.7L.7,.7M.7,-.7L-.7,.7",
                  size: 60,
                  strokeWidth: 2,
                  stroke: COLOURS.truth,
                  opacity: 1,
                },
                encoding: { y, x: { field: "truth", type: "quantitative" } },
              },
            ]
          : []),
      ],
    },
  );
}

import { fail } from "../errors/error";
import { COLOURS, specification, type VegaLiteSpec, whole } from "./specification";

/** One way of estimating the same effect. */
export interface SpecificationRow {
  readonly name: string;
  /** Whether it is the one recommended beforehand. */
  readonly recommended: boolean;
  readonly matching: string;
  readonly model: string;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

export interface SpecificationPlotOptions {
  readonly title?: string;
}

/**
 * A specification curve: the same effect under other defensible choices, in order of size, with the choices below.
 *
 * @throws `invalid-argument` where no row has an estimate.
 * @example
 * ```ts
 * import { specificationPlot } from "likewise/plots";
 * const shared = { matching: "1:1, caliper .2", lower: 0.3, upper: 0.5 };
 * specificationPlot([
 *   { ...shared, name: "recommended", recommended: true, model: "pair/school", estimate: 0.42 },
 *   { ...shared, name: "school only", recommended: false, model: "school", estimate: 0.4 },
 * ]).title; // { text: "The same effect under other choices", … }
 * ```
 * @see Simonsohn, Simmons & Nelson (2020), Nature Human Behaviour 4:1208-1214.
 */
export function specificationPlot(
  rows: readonly SpecificationRow[],
  options: SpecificationPlotOptions = {},
): VegaLiteSpec {
  const { title = "The same effect under other choices" } = options;
  const run = rows.filter(({ estimate }) => Number.isFinite(estimate)).sort((a, b) => a.estimate - b.estimate);
  if (run.length === 0) fail("invalid-argument", "None of the specifications has an estimate to draw.");
  const values = run.map((row, i) => ({ ...row, rank: i + 1, kind: row.recommended ? "recommended" : "other choice" }));
  const choices = values.flatMap(({ rank, matching, model }) => [
    { rank, choice: `matching: ${matching}` },
    { rank, choice: `model: ${model}` },
  ]);
  const x = { field: "rank", type: "quantitative", axis: null, scale: { domain: [0.5, run.length + 0.5] } };
  const width = Math.max(320, 36 * run.length);
  const colour = {
    field: "kind",
    type: "nominal",
    scale: { domain: ["recommended", "other choice"], range: [COLOURS.treated, COLOURS.control] },
    legend: { title: null, orient: "top" },
  };
  const left = rows.length - run.length;
  return specification(
    {
      title,
      caption: `${whole(run.length)} specifications in order of size, with 95 % intervals${left > 0 ? `; ${whole(left)} could not be run` : ""}.`,
    },
    {
      vconcat: [
        {
          width,
          height: 180,
          data: { values },
          layer: [
            { mark: { type: "rule", color: COLOURS.neutral }, encoding: { y: { datum: 0 } } },
            {
              mark: { type: "rule", strokeWidth: 1.6 },
              encoding: {
                x,
                y: { field: "lower", type: "quantitative", title: "effect (sd)" },
                y2: { field: "upper" },
                color: colour,
              },
            },
            {
              mark: { type: "point", filled: true, size: 55, opacity: 1 },
              encoding: {
                x,
                y: { field: "estimate", type: "quantitative" },
                color: colour,
                shape: { ...colour, scale: { domain: ["recommended", "other choice"], range: ["diamond", "circle"] } },
                tooltip: [{ field: "name" }, { field: "estimate", format: ".3f" }],
              },
            },
          ],
        },
        {
          width,
          height: { step: 18 },
          data: { values: choices },
          mark: { type: "tick", thickness: 6, orient: "vertical", color: COLOURS.neutral },
          encoding: {
            x,
            y: { field: "choice", type: "nominal", title: null, axis: { grid: true, labelLimit: 0, orient: "right" } },
          },
        },
      ],
      resolve: { scale: { x: "shared" } },
    },
  );
}

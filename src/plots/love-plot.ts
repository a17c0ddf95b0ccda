import type { Balance, BalanceRow } from "../balance/types";
import { listSome } from "../errors/words";
import { covariateLabel } from "./covariate-label";
import { COLOURS, ruleAt, specification, type VegaLiteSpec, whole } from "./specification";

export interface LovePlotOptions {
  /** Where the dashed line stands (default 0.1). */
  readonly threshold?: number;
  /** Whether differences lose their sign (default true). */
  readonly absolute?: boolean;
}

/**
 * A love plot: each covariate's standardised mean difference before and after matching or weighting, the largest first.
 * Covariates without a spread to standardise by are left out, and the caption names them.
 *
 * @example
 * ```ts
 * import { assessBalance } from "likewise";
 * import { lovePlot } from "likewise/plots";
 * const balance = assessBalance({ treated: [1, 1, 0, 0], covariates: { age: [9, 10, 10, 12] }, weights: [1, 1, 2, 0] });
 * lovePlot(balance).title; // { text: "Standardised differences", … }
 * ```
 * @see Ahmed et al. (2006), Journal of Cardiac Failure 12:411-417, for the plot and its namesake Thomas Love.
 */
export function lovePlot(balance: Balance, options: LovePlotOptions = {}): VegaLiteSpec {
  const { threshold = 0.1, absolute = true } = options;
  const size = (value: number): number => (absolute ? Math.abs(value) : value);
  const isDrawn = ({ before }: BalanceRow): boolean => Number.isFinite(before.smd);
  const left = balance.rows.filter((row) => !isDrawn(row)).map(covariateLabel);
  const rows = balance.rows.filter(isDrawn).sort((a, b) => Math.abs(b.before.smd) - Math.abs(a.before.smd));
  const values = rows.flatMap((row) => [
    { covariate: covariateLabel(row), sample: "before", smd: size(row.before.smd) },
    ...(row.after === null ? [] : [{ covariate: covariateLabel(row), sample: "after", smd: size(row.after.smd) }]),
  ]);
  const y = {
    field: "covariate",
    type: "nominal",
    sort: rows.map(covariateLabel),
    title: null,
    axis: { grid: true },
  };
  const { all, matched } = balance.sampleSizes;
  const after = matched === null ? "" : `; after: ${whole(matched.treated)} and ${whole(matched.control)}`;
  return specification(
    {
      title: "Standardised differences",
      caption: `Before: ${whole(all.treated)} treated and ${whole(all.control)} controls${after}. Dashed: ${threshold}.${
        left.length === 0 ? "" : ` Not drawn, for want of a spread to standardise by: ${listSome(left)}.`
      }`,
    },
    {
      width: 420,
      height: { step: 20 },
      data: { values },
      layer: [
        ruleAt("x", 0),
        ...(absolute ? [threshold] : [-threshold, threshold]).map((at) => ruleAt("x", at, true)),
        {
          mark: { type: "rule", color: "#99999966" },
          encoding: {
            y,
            x: { field: "smd", aggregate: "min", type: "quantitative" },
            x2: { field: "smd", aggregate: "max" },
          },
        },
        {
          mark: { type: "point", size: 70, strokeWidth: 1.8, opacity: 1 },
          encoding: {
            y,
            x: {
              field: "smd",
              type: "quantitative",
              title: `${absolute ? "|" : ""}standardised mean difference${absolute ? "|" : ""} (sd)`,
            },
            shape: sampleScale(["circle", "diamond"]),
            stroke: sampleScale([COLOURS.control, COLOURS.treated]),
            fill: sampleScale(["transparent", COLOURS.treated]),
            tooltip: [{ field: "covariate" }, { field: "sample" }, { field: "smd", format: ".3f" }],
          },
        },
      ],
    },
  );
}

function sampleScale(range: readonly string[]): Record<string, unknown> {
  return {
    field: "sample",
    type: "nominal",
    scale: { domain: ["before", "after"], range },
    legend: { title: null, orient: "top", direction: "horizontal" },
  };
}

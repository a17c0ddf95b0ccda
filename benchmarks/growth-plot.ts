import type { VegaLiteSpec } from "likewise/plots";
import { specification } from "../src/plots/specification";
import type { Outcome } from "./compare";
import type { Workload } from "./workload";

/** Warm seconds by n on logarithmic axes, with the slope of n log n beside them. */
export function growthPlot(outcomes: readonly Outcome[], workloads: readonly Workload[]): VegaLiteSpec {
  const titles = new Map(workloads.map(({ name, title }) => [name, title]));
  const values = outcomes
    .filter(({ workload }) => outcomes.filter((other) => other.workload === workload).length > 1)
    .map(({ workload, n, warm }) => ({ workload: titles.get(workload), n, seconds: warm.median / 1000 }));
  const sizes = values.map(({ n }) => n);
  const line = [Math.min(...sizes), Math.max(...sizes)].map((n) => ({ n, seconds: (2e-8 * n * Math.log2(n)) / 10 }));
  const axes = {
    x: { field: "n", type: "quantitative", scale: { type: "log" }, title: "rows", axis: { format: "~s" } },
    y: { field: "seconds", type: "quantitative", scale: { type: "log" }, title: "seconds, warm" },
  };
  return specification(
    { title: "Growth of time with the number of rows", caption: "Median of warm runs; dashed: the slope of n log n." },
    {
      width: 460,
      height: 320,
      layer: [
        { data: { values: line }, mark: { type: "line", strokeDash: [4, 4], color: "#767676" }, encoding: axes },
        {
          data: { values },
          mark: { type: "line", point: true },
          encoding: {
            ...axes,
            color: { field: "workload", type: "nominal", title: null, legend: { orient: "right", labelLimit: 0 } },
            shape: { field: "workload", type: "nominal" },
          },
        },
      ],
    },
  );
}

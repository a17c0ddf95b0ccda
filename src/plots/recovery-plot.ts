import { fail } from "../errors/error";
import { COLOURS, ruleAt, specification, type VegaLiteSpec, whole } from "./specification";

/** How one estimator did in one scenario over many simulated studies. */
export interface RecoveryRow {
  readonly scenario: string;
  readonly estimator: string;
  readonly replications: number;
  readonly bias: number;
  /** Monte Carlo standard errors. */
  readonly biasSe: number;
  readonly coverage: number;
  readonly coverageSe: number;
}

/**
 * Bias and coverage of each estimator in each scenario, with 1.96 Monte Carlo standard errors; the line of coverage stands at
 * .95 and its band spans .94 to .97.
 *
 * @throws `invalid-argument` without rows.
 * @example
 * ```ts
 * import { recoveryPlot } from "likewise/plots";
 * const row = { scenario: "weak selection", replications: 500, bias: 0.01, biasSe: 0.004, coverage: 0.95, coverageSe: 0.01 };
 * recoveryPlot([{ ...row, estimator: "naive" }, { ...row, estimator: "matched + multilevel" }]).title; // { text: "Recovery of a known truth", … }
 * ```
 */
export function recoveryPlot(rows: readonly RecoveryRow[]): VegaLiteSpec {
  if (rows.length === 0) fail("invalid-argument", "A plot of recovery needs at least one row.");
  const values = rows.map((row) => ({
    ...row,
    biasLow: row.bias - 1.96 * row.biasSe,
    biasHigh: row.bias + 1.96 * row.biasSe,
    coverageLow: row.coverage - 1.96 * row.coverageSe,
    coverageHigh: Math.min(1, row.coverage + 1.96 * row.coverageSe),
  }));
  const estimators = [...new Set(rows.map(({ estimator }) => estimator))];
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
  const y = {
    field: "estimator",
    type: "nominal",
    sort: estimators,
    title: null,
    axis: { grid: true, labelLimit: 0 },
  };
  const shape = {
    field: "scenario",
    type: "nominal",
    sort: scenarios,
    scale: { range: ["circle", "diamond", "square", "triangle-up", "cross"] },
    legend: { title: null, orient: "top" },
  };
  const colour = {
    ...shape,
    scale: { range: [COLOURS.treated, COLOURS.control, COLOURS.neutral, COLOURS.truth, "#009e73"] },
  };
  const offset = { field: "scenario", type: "nominal", sort: scenarios };
  const panel = (measure: "bias" | "coverage", title: string, lines: readonly unknown[]) => ({
    width: 250,
    height: { step: 14 },
    data: { values },
    layer: [
      ...lines,
      {
        mark: { type: "rule", strokeWidth: 1.5 },
        encoding: {
          y,
          yOffset: offset,
          x: { field: `${measure}Low`, type: "quantitative", title, scale: { zero: false } },
          x2: { field: `${measure}High` },
          color: colour,
        },
      },
      {
        mark: { type: "point", filled: true, size: 45, opacity: 1 },
        encoding: { y, yOffset: offset, x: { field: measure, type: "quantitative" }, color: colour, shape },
      },
    ],
  });
  const band = {
    data: { values: [{ from: 0.94, to: 0.97 }] },
    mark: { type: "rect", color: "#999999", opacity: 0.25 },
    encoding: { x: { field: "from", type: "quantitative" }, x2: { field: "to" } },
  };
  return specification(
    {
      title: "Recovery of a known truth",
      caption: `${whole(Math.min(...rows.map(({ replications }) => replications)))} replications or more each; bars are 1.96 Monte Carlo standard errors; band: coverage of .94 to .97.`,
    },
    {
      hconcat: [
        panel("bias", "bias (sd)", [ruleAt("x", 0)]),
        panel("coverage", "coverage of 95 % intervals", [band, ruleAt("x", 0.95, true)]),
      ],
    },
  );
}

import type { Balance, BalanceRow } from "../balance/types";
import { formatValue } from "../display/format";
import { fixed } from "../display/table";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { covariateLabel } from "./covariate-label";
import { specification, type VegaLiteSpec } from "./specification";

/** One comparison and its balance; null where it could not be run. */
export interface BalanceOfCell {
  readonly name: string;
  readonly balance: Balance | null;
}

/**
 * Standardised differences of every covariate in every cell of a grid, after matching: blue where the treated have less, red
 * where they have more, pale where they agree. Differences beyond 0.1 carry their number.
 *
 * @throws `invalid-argument` without a balance, and for two cells of one name, which would hide each other.
 * @example
 * ```ts
 * import { assessBalance } from "likewise";
 * import { balanceHeatMap } from "likewise/plots";
 * const balance = assessBalance({ treated: [1, 1, 0, 0], covariates: { age: [9, 10, 10, 12] }, weights: [1, 1, 2, 0] });
 * balanceHeatMap([{ name: "KS2, cohort 1", balance }]).title; // { text: "Balance over the grid", … }
 * ```
 */
export function balanceHeatMap(cells: readonly BalanceOfCell[]): VegaLiteSpec {
  const run = cells.filter((cell) => cell.balance !== null);
  if (run.length === 0) fail("invalid-argument", "A heat map of balance needs at least one cell with a balance.");
  const twice = run.find(({ name }, i) => run.findIndex((cell) => cell.name === name) < i);
  if (twice !== undefined)
    fail("invalid-argument", `Two cells are called "${twice.name}"; give each a name of its own.`);
  const values = run.flatMap(({ name, balance }) =>
    (balance as Balance).rows
      .filter(({ after }) => after !== null)
      .map((row) => {
        const smd = (row.after as { readonly smd: number }).smd;
        const shown = Math.max(-0.5, Math.min(0.5, smd));
        return { cell: name, covariate: covariateLabel(row), smd, shown, label: formatValue(smd, fixed(2)) };
      }),
  );
  const covariates = inOrder(
    run.flatMap(({ balance }) => (balance as Balance).rows.filter(({ after }) => after !== null)),
  );
  return specification(
    {
      title: "Balance over the grid",
      caption: `Standardised differences (treated less control, sd) after matching; ${count(run.length, "cell")}, ${count(covariates.length, "covariate")}; numbers where beyond 0.1; colours end at ±0.5; blank where a covariate is not in use.`,
    },
    {
      width: { step: 34 },
      height: { step: 18 },
      data: { values },
      encoding: {
        x: {
          field: "cell",
          type: "nominal",
          sort: run.map(({ name }) => name),
          title: null,
          axis: { labelAngle: -60, labelLimit: 0 },
        },
        y: { field: "covariate", type: "nominal", sort: covariates, title: null },
      },
      layer: [
        {
          mark: { type: "rect" },
          encoding: {
            color: {
              field: "shown",
              type: "quantitative",
              title: "difference (sd)",
              scale: { domain: [-0.5, 0, 0.5], range: ["#2166ac", "#f7f7f7", "#b2182b"] },
              legend: { orient: "top", gradientLength: 200 },
            },
          },
        },
        {
          transform: [{ filter: "abs(datum.shown) > 0.1" }],
          mark: { type: "text", fontSize: 9 },
          encoding: {
            text: { field: "label" },
            color: { condition: { test: "abs(datum.shown) > 0.4", value: "white" }, value: "black" },
          },
        },
      ],
    },
  );
}

/** Each covariate once, by first appearance; levels stand together, whichever cell has them. */
function inOrder(rows: readonly BalanceRow[]): string[] {
  const labels = new Map<string, Set<string>>();
  for (const row of rows) {
    const ofVariable = labels.get(row.variable) ?? new Set();
    labels.set(row.variable, ofVariable.add(covariateLabel(row)));
  }
  return [...labels.values()].flatMap((set) => [...set]);
}

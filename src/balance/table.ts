import { fixed, type Table, type TableColumn, text } from "../display/table";
import { count } from "../errors/words";
import type { Balance, BalanceMeasures, BalanceRow } from "./types";

/** |smd| above this is worth a word. */
const THRESHOLD = 0.1;

/**
 * A balance table: means and standardised differences before and after, and after matching also the raw difference, the
 * variance ratio and the largest distance of the cumulative distributions; below it the sizes and how many covariates
 * exceed the usual threshold.
 */
export function balanceTable(balance: Balance): Table {
  const isWeighted = balance.rows.some((row) => row.after !== null);
  const means = (when: string): TableColumn[] => [
    { name: `Treated${when}`, format: fixed(3) },
    { name: `Control${when}`, format: fixed(3) },
    { name: `Std. diff.${when}`, format: fixed(3) },
  ];
  const spread = (when: string): TableColumn[] => [
    { name: `Raw diff.${when}`, format: fixed(3) },
    { name: `Var. ratio${when}`, format: fixed(2) },
    { name: `Max. eCDF${when}`, format: fixed(3) },
  ];
  return {
    kind: "table",
    title: "Balance",
    columns: [
      { name: "Covariate", format: text },
      ...(isWeighted ? [...means(" before"), ...means(" after"), ...spread(" after")] : [...means(""), ...spread("")]),
    ],
    rows: balance.rows.map((row) => [
      row.name,
      ...(row.after ? [...meanCells(row.before), ...meanCells(row.after), ...spreadCells(row.after)] : []),
      ...(row.after ? [] : [...meanCells(row.before), ...spreadCells(row.before)]),
    ]),
    notes: [sizes(balance), tally(balance), ...balance.diagnostics.map(({ message }) => message)],
  };
}

const meanCells = ({ meanTreated, meanControl, smd }: BalanceMeasures): number[] => [meanTreated, meanControl, smd];

const spreadCells = ({ difference, varianceRatio, ecdfMax }: BalanceMeasures): (number | null)[] => [
  difference,
  varianceRatio,
  ecdfMax,
];

function sizes({ sampleSizes: { all, matched, effective } }: Balance): string {
  const before = `${all.treated} treated and ${all.control} control units`;
  if (matched.treated === all.treated && matched.control === all.control) return `${before}.`;
  return (
    `${before}; ${matched.treated} and ${matched.control} matched, ` +
    `worth ${effective.treated.toFixed(1)} and ${effective.control.toFixed(1)} after weighting.`
  );
}

function tally({ rows, estimand, maxAbsSmd }: Balance): string {
  const covariates = rows.filter(({ kind }) => kind !== "distance");
  const above = (smd: (row: BalanceRow) => number | undefined): number =>
    covariates.filter((row) => Math.abs(smd(row) ?? 0) > THRESHOLD).length;
  const group = estimand === "ATT" ? "the treated" : estimand === "ATC" ? "the controls" : "both groups";
  const before = above((row) => row.before.smd);
  const after = maxAbsSmd.after === null ? "" : ` before and ${above((row) => row.after?.smd)} after`;
  return (
    `Standardised by the standard deviation of ${group} before matching. ` +
    `${count(before, "covariate")} of ${covariates.length}${after} with |std. diff.| above ${THRESHOLD}.`
  );
}

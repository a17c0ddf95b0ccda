import { balanceTable } from "../balance/table";
import type { Balance, BalanceRow } from "../balance/types";
import { fixed, type Table, text, wholeNumber } from "../display/table";
import { count } from "../errors/words";
import { balanceHeatMap } from "../plots/balance-heat-map";
import { covariateLabel } from "../plots/covariate-label";
import { lovePlot } from "../plots/love-plot";
import { overlapPlot } from "../plots/overlap-plot";
import { pairsPlot } from "../plots/pairs-plot";
import type { Study } from "../study/types";
import { idOf, type RunCell, runCells, type SharedDesign, sharedDesigns } from "./cells";
import { figure, folded, paragraph, type Section, tableBlock } from "./document";

/** Beyond this a standardised difference counts as unbalanced. */
const LIMIT = 0.1;

/** Whether the matched schools and their pupils are alike. */
export function balanceSection(study: Study, heads: readonly RunCell[]): Section | null {
  const cells = runCells(study);
  const designs = sharedDesigns(study);
  if (cells.length === 0) return null;
  const pupilRows = cells.flatMap(({ analysis }) => covariates(analysis.pupilBalance));
  return {
    id: "balance",
    title: "Are the schools alike?",
    blocks: [
      paragraph(
        "Standardised differences compare the means of the two groups of schools in standard deviations. Up to about 0.1 either way is " +
          `commonly taken as balanced; with few schools larger ones remain by chance. ${tally(designs)} M2 and M3 adjust for all of them once more.`,
      ),
      figure("balance", balanceHeatMap(designs.map(({ name, design }) => ({ name, balance: design.balance })))),
      tableBlock("balance", schoolsTable(designs)),
      paragraph(
        `Schools are matched, not pupils. Of ${count(pupilRows.length, "difference")} between the pupils of matched schools before their results ${beyond(pupilRows, before)} are beyond 0.1; M1 to M3 adjust for them.`,
      ),
      folded("pupil-balance", pupilsTable(cells)),
      ...heads.flatMap((cell) => [
        paragraph(`In full for ${cell.name}:`),
        figure(`love-${idOf(cell)}`, lovePlot(cell.design.balance)),
        figure(`overlap-${idOf(cell)}`, overlapPlot(cell.design.match)),
        figure(`pairs-${idOf(cell)}`, pairsPlot(cell.design.match)),
        folded(`balance-${idOf(cell)}`, titled(cell.design.balance, `School covariates, ${cell.name}`)),
        folded(`pupil-balance-${idOf(cell)}`, titled(cell.analysis.pupilBalance, `Pupil covariates, ${cell.name}`)),
      ]),
    ],
  };
}

const titled = (balance: Balance, title: string): Table => ({ ...balanceTable(balance), title });

function covariates({ rows }: Balance): BalanceRow[] {
  return rows.filter(({ kind }) => kind !== "distance");
}

const before = (row: BalanceRow): number => Math.abs(row.before.smd);
const after = (row: BalanceRow): number => Math.abs(row.after?.smd ?? Number.NaN);

function beyond(rows: readonly BalanceRow[], of: (row: BalanceRow) => number): number {
  return rows.filter((row) => of(row) > LIMIT).length;
}

function tally(designs: readonly SharedDesign[]): string {
  const rows = designs.flatMap(({ design }) => covariates(design.balance));
  return `Of ${count(rows.length, "difference")} ${beyond(rows, before)} were beyond 0.1 before matching and ${beyond(rows, after)} are after it.`;
}

/** The row that differs most. */
function worstOf(rows: readonly BalanceRow[], of: (row: BalanceRow) => number): BalanceRow {
  return rows.reduce((worst, row) => (of(row) > of(worst) ? row : worst));
}

function schoolsTable(designs: readonly SharedDesign[]): Table {
  return {
    kind: "table",
    title: "Balance of schools",
    columns: [
      { name: "schools", format: text },
      { name: "covariates", format: wholeNumber },
      { name: "beyond 0.1 before", format: wholeNumber },
      { name: "beyond 0.1 after", format: wholeNumber },
      { name: "largest before", format: fixed(2) },
      { name: "largest after", format: fixed(2) },
      { name: "which is", format: text },
    ],
    rows: designs.map(({ name, design }) => {
      const rows = covariates(design.balance);
      const [first, last] = [worstOf(rows, before), worstOf(rows, after)];
      return [
        name,
        rows.length,
        beyond(rows, before),
        beyond(rows, after),
        before(first),
        after(last),
        covariateLabel(last),
      ];
    }),
    notes: ["Absolute standardised differences; the propensity score itself is not counted."],
  };
}

function pupilsTable(cells: readonly RunCell[]): Table {
  return {
    kind: "table",
    title: "Balance of the pupils of matched schools",
    columns: [
      { name: "comparison", format: text },
      { name: "covariates", format: wholeNumber },
      { name: "beyond 0.1", format: wholeNumber },
      { name: "largest", format: fixed(2) },
      { name: "which is", format: text },
    ],
    rows: cells.map(({ name, analysis }) => {
      const rows = covariates(analysis.pupilBalance);
      const worst = worstOf(rows, before);
      return [name, rows.length, beyond(rows, before), before(worst), covariateLabel(worst)];
    }),
  };
}

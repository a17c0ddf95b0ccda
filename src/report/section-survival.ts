import { fixed, type Table, text } from "../display/table";
import { specificationPlot } from "../plots/specification-plot";
import type { CellSensitivity, Study } from "../study/types";
import { figure, paragraph, type Section, tableBlock } from "./document";
import { idOf, type RunCell, runCells } from "./section-design";

type SensedCell = RunCell & { readonly sensitivity: CellSensitivity };

/** Whether the effects would survive what was not measured, one school less, or another way of doing it. */
export function survivalSection(study: Study): Section | null {
  const cells = runCells(study).filter((cell): cell is SensedCell => cell.sensitivity !== null && !cell.placebo);
  if (cells.length === 0) return null;
  const shown = cells.filter(({ key }) => key.role === cells[0].key.role);
  return {
    id: "survival",
    title: "Would it survive?",
    blocks: [
      paragraph(
        "Γ says how strongly something unmeasured would have to change the odds that a school, and not its pair, has the role before a signed-rank " +
          "test of the pairs would no longer be significant. The E-value says how strongly such a cause would have to be tied to role and outcome, " +
          "as risk ratios, to explain the estimate (and, in brackets, to move the interval to zero). Leaving out each school in turn shows " +
          "whether one school carries the result.",
      ),
      tableBlock("survival", survivalTable(cells)),
      ...shown.map((cell) =>
        figure(
          `specifications-${idOf(cell)}`,
          specificationPlot(cell.sensitivity.specifications, { title: `Other choices, ${cell.name}` }),
        ),
      ),
      ...shown.map((cell) => tableBlock(`specifications-${idOf(cell)}`, specificationTable(cell))),
    ],
  };
}

function survivalTable(cells: readonly SensedCell[]): Table {
  return {
    kind: "table",
    title: "What it would take to change the answer",
    columns: [
      { name: "comparison", format: text },
      { name: "effect", format: fixed(3) },
      { name: "critical Γ", format: fixed(2) },
      { name: "E-value", format: fixed(2) },
      { name: "(interval)", format: fixed(2) },
      { name: "without one school, from", format: fixed(3) },
      { name: "to", format: fixed(3) },
    ],
    rows: cells.map(({ name, analysis, sensitivity: { rosenbaum, eValue, leaveOneOut } }) => [
      name,
      analysis.effect.estimate,
      rosenbaum?.criticalGamma ?? null,
      eValue.estimate,
      eValue.interval,
      leaveOneOut?.lower.estimate ?? null,
      leaveOneOut?.upper.estimate ?? null,
    ]),
  };
}

function specificationTable({ name, sensitivity }: SensedCell): Table {
  const { specifications } = sensitivity;
  return {
    kind: "table",
    title: `Other choices, ${name}`,
    columns: [
      { name: "choice", format: text },
      { name: "matching", format: text },
      { name: "model", format: text },
      { name: "effect", format: fixed(3) },
      { name: "from", format: fixed(3) },
      { name: "to", format: fixed(3) },
    ],
    rows: specifications.map((row) => [row.name, row.matching, row.model, row.estimate, row.lower, row.upper]),
    notes: specifications.flatMap((row) => (row.reason === null ? [] : [`${row.name}: ${row.reason}`])),
  };
}

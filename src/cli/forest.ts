import { roundedTo } from "../display/format";
import { fixed, pValue, type Table, text } from "../display/table";
import { count } from "../errors/words";
import { pluralOf } from "../study/cells";
import type { GridRow, Study } from "../study/types";

const WIDTH = 33;

interface Axis {
  readonly low: number;
  readonly high: number;
}

/** The grid as a forest plot in letters, a table for each role. */
export function forestTables(study: Study): Table[] {
  const axis = axisOf(study.grid);
  return study.settings.roles.map((role) => {
    const rows = study.grid.filter((row) => row.role === role);
    const title = pluralOf(role);
    return forestTable(`${title[0].toUpperCase()}${title.slice(1)}`, rows, axis);
  });
}

function forestTable(title: string, rows: readonly GridRow[], axis: Axis): Table {
  const hasTruth = rows.some(({ truth }) => Number.isFinite(truth));
  const missed = rows.filter(({ reason }) => reason !== null).length;
  return {
    kind: "table",
    title,
    columns: [
      { name: "Cohort", format: text },
      { name: "Year", format: text },
      { name: "Schools", format: text },
      { name: "Effect", format: text },
      { name: "95 % interval", format: text },
      { name: "", format: text },
      { name: "Holm p", format: pValue },
      ...(hasTruth ? [{ name: "Truth", format: fixed(2) }] : []),
    ],
    rows: rows.map((row) => [
      `${row.keyStage}, ${row.cohort}`,
      String(row.year),
      row.reason === null ? `${row.treatedSchools} + ${row.controlSchools}` : "",
      row.reason === null ? sd(row.estimate).padStart("−0.00".length) : "",
      row.reason === null ? `${sd(row.lower)} to ${sd(row.upper)}` : "could not be run",
      row.reason === null ? bar(row, axis) : "",
      row.placebo ? { value: "placebo", format: text } : row.holm,
      ...(hasTruth ? [row.truth] : []),
    ]),
    notes: [
      `Effects in national standard deviations; the axis runs from ${sd(axis.low)} to ${sd(axis.high)}, │ is 0. Schools: of the role + comparators.`,
      ...(missed > 0 ? [`${count(missed, "comparison")} could not be run; the report says why.`] : []),
    ],
  };
}

function axisOf(grid: readonly GridRow[]): Axis {
  const run = grid.filter(({ reason }) => reason === null);
  return {
    low: Math.min(0, ...run.map(({ lower }) => lower)),
    high: Math.max(0.1, ...run.map(({ upper }) => upper)),
  };
}

/** `  ├──●──┤ ` with 0 marked. */
function bar({ lower, estimate, upper }: GridRow, { low, high }: Axis): string {
  const place = (value: number): number => Math.round(((WIDTH - 1) * (value - low)) / (high - low));
  const signs = new Array<string>(WIDTH).fill(" ");
  signs[place(0)] = "│";
  for (let i = place(lower); i <= place(upper); i++) signs[i] = signs[i] === "│" ? "┼" : "─";
  signs[place(estimate)] = "●";
  return signs.join("");
}

const sd = (value: number): string => roundedTo(value, 2);

import type { Table } from "../display/table";
import { count, listSome } from "../errors/words";
import { quantileOf } from "../linalg/quantile";
import type { Predictions } from "./predict";
import { asPercent, number, words } from "./table-columns";

const FIVE = [
  ["Min", 0],
  ["1Q", 0.25],
  ["Median", 0.5],
  ["3Q", 0.75],
  ["Max", 1],
] as const;

function spreadOf(values: Float64Array): { cells: number[]; missing: number } {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return {
    cells: FIVE.map(([, at]) => (sorted.length === 0 ? Number.NaN : quantileOf(sorted, at))),
    missing: values.length - sorted.length,
  };
}

const missingNote = (missing: number): string[] => (missing > 0 ? [`${count(missing, "row")} without a value.`] : []);

/** Least, quartiles (R's) and largest of numbers, missing ones counted below. */
export function fiveNumbers(title: string, values: Float64Array): Table {
  const { cells, missing } = spreadOf(values);
  return {
    kind: "table",
    title,
    columns: FIVE.map(([name]) => number(name)),
    rows: [cells],
    notes: missingNote(missing),
  };
}

/** Residuals, or any numbers: the five with mean and standard deviation. */
export function numbersTable(values: Float64Array): Table {
  const { cells, missing } = spreadOf(values);
  const present = values.filter((value) => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const sd = Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (present.length - 1));
  return {
    kind: "table",
    title: count(values.length, "value"),
    columns: [...FIVE.map(([name]) => number(name)), number("Mean"), number("Std.Dev.")],
    rows: [[...cells, mean, sd]],
    notes: missingNote(missing),
  };
}

/** Predictions and their standard errors in five numbers each. */
export function predictionsTable(predictions: Predictions): Table {
  const { values, standardErrors, randomEffects, interval, level, newGroups, diagnostics } = predictions;
  const limits = interval === "none" ? "" : `, with ${asPercent(level)} ${interval} intervals`;
  return {
    kind: "table",
    title: `${count(values.length, "prediction")}, groups ${randomEffects === "include" ? "included" : "left out"}${limits}`,
    columns: [words(""), ...FIVE.map(([name]) => number(name))],
    rows: [
      ["prediction", ...spreadOf(values).cells],
      ["standard error", ...spreadOf(standardErrors).cells],
    ],
    notes: [
      ...(newGroups.length > 0 ? [`Groups that the model does not know: ${listSome(newGroups)}.`] : []),
      ...diagnostics.map(({ message }) => message),
    ],
  };
}

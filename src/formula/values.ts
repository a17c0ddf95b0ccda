import { designColumns, scaled, type VariableValues } from "./columns";
import { centredByGroup } from "./group-means";
import { codesInLevels } from "./levels";
import type { Reading } from "./reading";
import { isCategorical, type Source, takeSource } from "./sources";
import type { BoundFormula, BoundVariable } from "./types";

// Rows at a time, so that dummies and products never stand in memory whole while centres are taken.
const BLOCK = 4096;

/** The values of a bound formula's variables over all rows of a table. */
export function valuesOf(bound: BoundFormula, reading: Reading): VariableValues[] {
  return bound.variables.map((variable, index): VariableValues => {
    const source = reading.sources[index];
    const group = reading.meanGroups[index];
    if (!isCategorical(source)) {
      const numbers = group ? centredByGroup(variable, source, group, reading.rows, bound.formula) : source;
      return { kind: "numbers", numbers };
    }
    return { kind: "codes", codes: codesInLevels(source, variable, bound.formula, reading.rows) };
  });
}

/** The response in the rows used: numbers, scaled where it is `scale()` or `centre()`, or codes. */
export function responseOf(variable: BoundVariable, reading: Reading): Source {
  const source = takeSource(reading.response!, reading.rows);
  return variable.scaling && !isCategorical(source) ? scaled(source, variable.scaling) : source;
}

/** The values in the given rows; as they are where rows is null. */
export function takeValues(values: readonly VariableValues[], rows: Int32Array | null): readonly VariableValues[] {
  return rows ? values.map((value) => takeRange(value, rows, 0, rows.length)) : values;
}

/** The values in the rows from `start` to `end`, counted among the rows kept. */
function takeRange(value: VariableValues, rows: Int32Array | null, start: number, end: number): VariableValues {
  if (value.kind === "codes") {
    if (!rows) return { kind: "codes", codes: value.codes.subarray(start, end) };
    const codes = new Int32Array(end - start);
    for (let i = start; i < end; i++) codes[i - start] = value.codes[rows[i]];
    return { kind: "codes", codes };
  }
  if (!rows) return { kind: "numbers", numbers: value.numbers.subarray(start, end) };
  const numbers = new Float64Array(end - start);
  for (let i = start; i < end; i++) numbers[i - start] = value.numbers[rows[i]];
  return { kind: "numbers", numbers };
}

/** The mean of each design column (0 for the intercept) and, last, of the response (0 where it is not numbers). */
export function centresOf(bound: BoundFormula, reading: Reading): number[] {
  const values = valuesOf(bound, reading);
  const response = bound.response && responseOf(bound.response, reading);
  const y = response && !isCategorical(response) ? response : null;
  const sums = new Float64Array(bound.columns.length + 1);
  for (let start = 0; start < reading.n; start += BLOCK) {
    const end = Math.min(start + BLOCK, reading.n);
    const block = values.map((value) => takeRange(value, reading.rows, start, end));
    const columns = designColumns(bound, block, end - start);
    columns.forEach((column, index) => {
      sums[index] += sum(column);
    });
    if (y) sums[columns.length] += sum(y.subarray(start, end));
  }
  if (bound.intercept) sums[0] = 0;
  // A sum beyond the range of doubles gives no centre; 0 is as good as any.
  return Array.from(sums, (total) => (Number.isFinite(total) ? total / reading.n : 0));
}

/** In four sums that do not wait for each other. */
function sum(values: Float64Array): number {
  const inFours = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < inFours; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (let i = inFours; i < values.length; i++) a += values[i];
  return a + b + (c + d);
}

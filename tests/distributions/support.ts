import { readFileSync } from "node:fs";
import * as chiSquared from "../../src/distributions/chi-squared";
import * as f from "../../src/distributions/f";
import * as normal from "../../src/distributions/normal";
import * as t from "../../src/distributions/student-t";

type Distribution = (...values: number[]) => number;

/** Every public function of the folder under its name. */
export const functions = { ...normal, ...t, ...chiSquared, ...f } as unknown as Readonly<Record<string, Distribution>>;

export const families = ["normal", "t", "chiSquared", "f"] as const;

/** |got − want| / |want|, 0 when both are the same (infinities and 0 included). */
export function relativeError(got: number, want: number): number {
  return Object.is(got, want) || got === want ? 0 : Math.abs(got - want) / Math.abs(want);
}

/** The rows whose error is above the tolerance or not a number, as text to read in the report of a failed test. */
export function offenders(rows: readonly Checked[], tolerance: number): string[] {
  return rows
    .filter((row) => !(relativeError(row.got, row.want) <= tolerance))
    .map((row) => `${row.call}: ${row.got} instead of ${row.want}`);
}

export interface Checked {
  readonly call: string;
  readonly got: number;
  readonly want: number;
}

export function check(name: string, values: readonly number[], want: number): Checked {
  return { call: `${name}(${values.join(", ")})`, got: functions[name](...values), want };
}

type Columns = Readonly<Record<string, readonly (number | null)[]>>;

/** R's values, tests/reference/distributions.json: 15 digits, `null` for R's infinities. */
export function readR(table: string): Columns {
  const file = new URL("../reference/distributions.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as Record<string, Columns>)[table];
}

/** The arguments of R's row: x or p, then the degrees of freedom. */
export function argumentsOf(columns: Columns, row: number): number[] {
  return ["x", "p", "df", "df1", "df2"].filter((name) => name in columns).map((name) => columns[name][row] as number);
}

export interface HighPrecisionRow {
  readonly kind: string;
  /** Argument, then the degrees of freedom. */
  readonly values: readonly number[];
  readonly results: readonly number[];
}

/** The values of reference/scripts/distributions-high-precision.py. */
export function readHighPrecision(): HighPrecisionRow[] {
  const text = readFileSync(new URL("../reference/distributions-high-precision.csv", import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [kind, first, second, argument, ...results] = line.split(",");
      const degrees = [first, second].filter((cell) => cell !== "").map(Number);
      return { kind, values: [Number(argument), ...degrees], results: results.map(Number) };
    });
}

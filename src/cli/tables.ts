import { findColumn } from "../data/column";
import { numberOf } from "../data/number-text";
import type { Frame } from "../data/types";
import { parseFormula } from "../formula/parse";
import { formulaColumns } from "../formula/variables";
import { failUsage, type Given } from "./command";
import { readTable, type TableOptions } from "./files";

/** The table of `--data`, its columns typed as `--types` says. */
export async function dataOf(given: Given): Promise<Frame> {
  const file = given.data as string | undefined;
  if (file === undefined) return failUsage("--data is needed: the file with the table.");
  const { types, missing, encoding } = given as Pick<TableOptions, "types" | "missing" | "encoding">;
  return readTable(file, { types, missing, encoding });
}

/** The treatment and the covariates of a propensity formula. */
export function sidesOf(formula: string): { readonly name: string; readonly covariates: string[] } {
  if (parseFormula(formula).response === null) {
    failUsage(`"${formula}" names no treatment: write treatment ~ covariates.`);
  }
  const [name] = formulaColumns(`~ ${formula.slice(0, formula.indexOf("~"))}`);
  return { name, covariates: formulaColumns(formula).filter((column) => column !== name) };
}

/** The level that counts as treated, in the type of the treatment's column. */
export function treatedOf(given: Given, formula: string, table: Frame): string | number | boolean | undefined {
  const level = given.treated as string | undefined;
  if (level === undefined) return undefined;
  const { name } = sidesOf(formula);
  const column = findColumn(table, name);
  if (column === undefined || "codes" in column) return level;
  const isLogical = column.kind === "logical";
  const value = isLogical ? LOGICALS.get(level.toLowerCase()) : numberOf(level);
  if (value !== undefined && !Number.isNaN(value)) return value;
  return failUsage(
    `--treated must be ${isLogical ? "TRUE or FALSE" : "a number"}, as "${name}" has it, not "${level}".`,
  );
}

const LOGICALS = new Map([
  ["true", true],
  ["false", false],
]);

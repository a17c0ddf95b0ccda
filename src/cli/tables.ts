import { findColumn } from "../data/column";
import type { Frame } from "../data/types";
import { parseFormula } from "../formula/parse";
import { formulaColumns } from "../formula/variables";
import type { ReadCsvOptions } from "../node/read-csv";
import { failUsage, type Given } from "./command";
import { readTable } from "./files";

/** The table of `--data`, its columns typed as `--types` says. */
export async function dataOf(given: Given): Promise<Frame> {
  const file = given.data as string | undefined;
  if (file === undefined) return failUsage("--data is needed: the file with the table.");
  const { types, missing } = given as Pick<ReadCsvOptions, "types" | "missing">;
  return readTable(file, { types, missing });
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
  const column = findColumn(table, sidesOf(formula).name);
  if (column?.kind === "numeric") return Number(level);
  return column?.kind === "logical" ? level.toLowerCase() === "true" : level;
}

import { getColumn } from "../data/column";
import { readTreatment } from "../data/treatment";
import type { Column, Frame } from "../data/types";
import { fail } from "../errors/error";
import { listSome } from "../errors/words";
import { parseFormula } from "../formula/parse";
import { namesIn } from "../formula/print";
import type { EffectUnits } from "./estimate-subject";

/** The treatment as a column of the formula, with what stands in it for either group: a number or a level's code. */
export interface TreatmentColumn {
  readonly name: string;
  /** By row of the data: 1 treated, 0 control. */
  readonly treated: Uint8Array;
  readonly treatedValue: number;
  readonly controlValue: number;
}

/** Finds the treatment among the columns of the formula's right side. */
export function findTreatment(formula: string, units: EffectUnits, wanted: string | undefined): TreatmentColumn {
  const { fixed } = parseFormula(formula);
  const names = [...new Set(fixed === null ? [] : namesIn(fixed).map(({ name }) => name))];
  const named = wanted ?? units.treatment;
  if (named !== null) {
    if (!names.includes(named)) failAbsent(formula, named);
    return readColumn(units, getColumn(units.data, named, "the treatment"));
  }
  if (units.treated === null) {
    if (names.length === 0) failAbsent(formula, null);
    return readColumn(units, getColumn(units.data, names[0], "the treatment"));
  }
  const found = names.flatMap((name) => {
    const column = getColumn(units.data, name);
    const match = agreement(column, units.treated as Uint8Array, units.weights);
    return match ? [{ name, treated: units.treated as Uint8Array, ...match }] : [];
  });
  if (found.length === 0) failAbsent(formula, null);
  if (found.length > 1) {
    fail(
      "invalid-argument",
      `The formula "${formula}" has the treatment more than once: ${listSome(found.map(({ name }) => `"${name}"`))} tell ` +
        `the same groups apart. Leave one out, or name it with treatment: ${JSON.stringify(found[0].name)}.`,
      { columns: found.map(({ name }) => name) },
    );
  }
  return found[0];
}

function failAbsent(formula: string, name: string | null): never {
  const what =
    name === null
      ? "the treatment: no column on its right side tells treated from controls"
      : `the treatment "${name}"`;
  const example = name ?? "treat";
  return fail(
    "invalid-argument",
    `The formula "${formula}" lacks ${what}. Write it there, as in outcome ~ ${example}.`,
    {
      formula,
      treatment: name,
    },
  );
}

/** A column named as the treatment must agree with the groups of the subject. */
function readColumn({ data, treated, weights }: EffectUnits, column: Column): TreatmentColumn {
  const groups = treated ?? groupsOf(column, data, weights);
  const match = agreement(column, groups, weights);
  if (match) return { name: column.name, treated: groups, ...match };
  return fail(
    "invalid-argument",
    `The column "${column.name}" does not tell the subject's treated from its controls. Name the column that the groups were made from.`,
    { column: column.name },
  );
}

/** Groups from a 0/1 or true/false column; rows that are left out need no value. */
function groupsOf(column: Column, data: Frame, weights: Float64Array): Uint8Array {
  const values = "codes" in column ? null : column.values.map((value, row) => (weights[row] > 0 ? value : 0));
  const used = values === null ? column : ({ ...column, values } as Column);
  const words = {
    name: `The treatment "${column.name}"`,
    option: `treated: ${JSON.stringify(column.name)}, treatedLevel`,
  };
  const { treated } = readTreatment(used, undefined, words);
  return treated.length === data.rows
    ? treated
    : fail("length-mismatch", `Column "${column.name}" has another length.`);
}

/** The one value of all treated and the other of all controls; null where the column does not split the rows so. */
function agreement(
  column: Column,
  treated: Uint8Array,
  weights: Float64Array,
): { treatedValue: number; controlValue: number } | null {
  const values = "codes" in column ? column.codes : column.values;
  const seen: [number | undefined, number | undefined] = [undefined, undefined];
  for (let row = 0; row < values.length; row++) {
    if (weights[row] === 0) continue;
    const value = values[row];
    const arm = treated[row];
    if (seen[arm] === undefined) seen[arm] = value;
    else if (seen[arm] !== value) return null;
  }
  const [controlValue, treatedValue] = seen;
  if (treatedValue === undefined || controlValue === undefined)
    return failGroup(treatedValue === undefined ? "treated" : "control");
  return treatedValue === controlValue || Number.isNaN(treatedValue + controlValue)
    ? null
    : { treatedValue, controlValue };
}

function failGroup(arm: string): never {
  return fail("empty-group", `There is no ${arm} unit with a positive weight, so there is nothing to compare.`, {
    arm,
  });
}

/** The table with everyone in one group. */
export function withTreatment(data: Frame, name: string, value: number): Frame {
  const columns = data.columns.map((column): Column => {
    if (column.name !== name) return column;
    if ("codes" in column) return { ...column, codes: new Int32Array(data.rows).fill(value) };
    return { ...column, values: new Float64Array(data.rows).fill(value) };
  });
  return { ...data, columns };
}

import { fail } from "../errors/error";
import { listSome, suggest } from "../errors/words";
import { valueAt } from "./column";
import type { Column, Value } from "./types";

/** Who is treated, with the level that counts as such. */
export interface Treatment {
  /** 1 treated, 0 control. */
  readonly treated: Uint8Array;
  readonly level: string;
}

export interface TreatmentWords {
  /** How messages speak of it: `The treatment "catholic"`. */
  readonly name: string;
  /** The option that names the treated level, for the remedy. */
  readonly option: string;
}

/**
 * Zeros and ones from a column of 0/1, of true/false, or of two values of which one is named.
 *
 * @throws `missing-values`; `not-binary` naming the values, also where the treated level must be named; `unknown-level`.
 */
export function readTreatment(column: Column, level: Value | undefined, words: TreatmentWords): Treatment {
  return plainTreatment(column, level) ?? treatmentByLevel(column, level, words);
}

/** 0/1 and true/false as they stand, without a look at each value's text; null for anything else. */
function plainTreatment(column: Column, level: Value | undefined): Treatment | null {
  if ("codes" in column || !(level === undefined || level === 1 || level === true)) return null;
  const { values } = column;
  const treated = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    if (values[row] === 1) treated[row] = 1;
    else if (values[row] !== 0) return null;
  }
  return { treated, level: column.kind === "logical" ? "TRUE" : "1" };
}

function treatmentByLevel(column: Column, level: Value | undefined, { name, option }: TreatmentWords): Treatment {
  const values = distinctValues(column, name);
  const words = values.map(word);
  if (values.length > 2) {
    const many = values.length > 50 ? "more than 50" : values.length;
    fail("not-binary", `${name} must have two values, but it has ${many}: ${listSome(words)}. Make it 0 and 1 first.`, {
      column: column.name,
      values: words,
    });
  }
  if (level === undefined || level === null) {
    return fail(
      "not-binary",
      `${name} has the values ${listSome(words)}, not 0 and 1. Say which of them counts as treated: ${option}: ${JSON.stringify(values.at(-1))}.`,
      { column: column.name, values: words },
    );
  }
  const chosen = word(level);
  if (!words.includes(chosen)) {
    fail("unknown-level", `${name} has no value "${chosen}".${suggest(chosen, words, "values")}`, {
      column: column.name,
      level: chosen,
    });
  }
  const n = rowsOf(column);
  return {
    treated: Uint8Array.from({ length: n }, (_, row) => (word(valueAt(column, row)) === chosen ? 1 : 0)),
    level: chosen,
  };
}

const rowsOf = (column: Column): number => ("codes" in column ? column.codes : column.values).length;

const word = (value: Value): string => (value === true ? "TRUE" : value === false ? "FALSE" : String(value));

function distinctValues(column: Column, name: string): Value[] {
  const seen = new Set<Value>();
  const n = rowsOf(column);
  for (let row = 0; row < n && seen.size <= 50; row++) {
    const value = valueAt(column, row);
    if (value === null) {
      fail("missing-values", `${name} is missing in row ${row + 1}. Remove such rows or fill them in.`, { row });
    }
    seen.add(value);
  }
  return [...seen].sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : word(a) < word(b) ? -1 : 1,
  );
}

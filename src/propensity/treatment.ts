import { valueAt } from "../data/column";
import type { Column, Value } from "../data/types";
import { fail } from "../errors/error";
import { listSome, suggest } from "../errors/words";

/** The treatment as zeros and ones, with the level that counts as treated. */
export interface Treatment {
  readonly treated: Uint8Array;
  readonly level: string;
}

/**
 * Reads a complete treatment column: 0/1 and logical columns as they are, two-valued text or numbers by a named level.
 *
 * @throws `not-binary`, `unknown-level`, `invalid-argument` where the treated level must be named, `constant`.
 */
export function readTreatment(column: Column, n: number, level: Value | undefined): Treatment {
  const values = distinctValues(column, n);
  const words = values.map(String);
  if (values.length > 2) {
    fail(
      "not-binary",
      `The treatment "${column.name}" must have two values, but it has ${values.length > 50 ? "more than 50" : values.length}: ${listSome(words)}. ` +
        `Make it binary, for instance I(${column.name} > 0).`,
      { column: column.name },
    );
  }
  const chosen = chooseLevel(column, values, level);
  if (values.length === 1) {
    fail(
      "constant",
      `The treatment "${column.name}" is ${words[0]} in every row, so there is no one to compare ` +
        `${chosen === words[0] ? "the treated" : "the controls"} with. Check the data or the filter before.`,
      { column: column.name, value: words[0] },
    );
  }
  const treated = new Uint8Array(n);
  for (let row = 0; row < n; row++) treated[row] = word(valueAt(column, row)) === chosen ? 1 : 0;
  return { treated, level: chosen };
}

function distinctValues(column: Column, n: number): Value[] {
  const seen = new Set<Value>();
  for (let row = 0; row < n && seen.size <= 50; row++) seen.add(valueAt(column, row));
  return [...seen].sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

const word = (value: Value): string => (value === true ? "TRUE" : value === false ? "FALSE" : String(value));

function chooseLevel(column: Column, values: readonly Value[], level: Value | undefined): string {
  const words = values.map(word);
  if (level !== undefined && level !== null) {
    const chosen = word(level);
    if (words.includes(chosen)) return chosen;
    const zeroOne = column.kind === "numeric" && words.every((value) => value === "0" || value === "1");
    if (zeroOne && chosen === "TRUE") return "1";
    return fail(
      "unknown-level",
      `The treatment "${column.name}" has no value "${chosen}".${suggest(chosen, words, "values")}`,
      { column: column.name, level: chosen },
    );
  }
  if (column.kind === "logical") return "TRUE";
  if (column.kind === "numeric" && words.every((value) => value === "0" || value === "1")) return "1";
  return fail(
    column.kind === "numeric" ? "not-binary" : "invalid-argument",
    `The treatment "${column.name}" has the values ${listSome(words)}. Say which of them counts as treated: treated: ${JSON.stringify(values.at(-1))}.`,
    { column: column.name, values: words },
  );
}

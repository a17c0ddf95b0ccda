import { fail } from "../errors/error";
import { count } from "../errors/words";
import { valueAt } from "./column";
import { translateLevels } from "./key-codes";
import type { Column } from "./types";

/**
 * The columns of two tables of equal rows side by side: equal twins merge, the right one of differing twins takes the
 * suffix.
 */
export function mergeTwins(left: readonly Column[], right: readonly Column[], suffix: string | undefined): Column[] {
  const taken = new Set([...left, ...right].map((column) => column.name));
  const twins = new Map(left.map((column) => [column.name, column]));
  const result = [...left];
  for (const column of right) {
    const twin = twins.get(column.name);
    if (!twin) {
      result.push(column);
      continue;
    }
    const difference = differenceOf(twin, column);
    if (difference === null) continue;
    if (suffix === undefined) {
      fail(
        "column-conflict",
        `Both tables have a column "${column.name}" and ${difference.sentence}. Give a suffix for the right one, such as ` +
          'suffix: "_school", or rename or leave out one of the two (renameColumns, selectColumns).',
        { column: column.name, row: difference.row },
      );
    }
    const name = column.name + suffix;
    if (taken.has(name)) {
      fail("column-conflict", `The suffix makes "${name}", which exists already. Choose another suffix.`, {
        column: name,
      });
    }
    result.push({ ...column, name });
  }
  return result;
}

/** What a column holds, in a word. */
export function wordFor(column: Column): "text" | "numbers" | "true or false" {
  return "codes" in column ? "text" : column.kind === "numeric" ? "numbers" : "true or false";
}

/** How two columns differ, null where they do not. */
function differenceOf(a: Column, b: Column): { row: number; sentence: string } | null {
  if (wordFor(a) !== wordFor(b)) {
    return { row: 0, sentence: `it holds ${wordFor(a)} in the left table and ${wordFor(b)} in the right` };
  }
  const [x, y] = comparable(a, b);
  let first = -1;
  let differing = 0;
  for (let row = 0; row < x.length; row++) {
    const areEqual = x[row] === y[row] || (Number.isNaN(x[row]) && Number.isNaN(y[row]));
    if (!areEqual && differing++ === 0) first = row;
  }
  if (differing === 0) return null;
  const [left, right] = [a, b].map((column) => {
    const value = valueAt(column, first);
    return value === null ? "missing" : typeof value === "string" ? JSON.stringify(value) : String(value);
  });
  return {
    row: first,
    sentence: `they differ in ${differing} of ${count(x.length, "row")} (first in row ${first + 1}: ${left} and ${right})`,
  };
}

/** A text that the left column does not have: neither a code of its own nor missing. */
const UNKNOWN = -2;

/** Numbers that are equal where the values of the two columns are: text as codes in the left column's dictionary. */
function comparable(a: Column, b: Column): [ArrayLike<number>, ArrayLike<number>] {
  if (!("codes" in a)) return [a.values, (b as typeof a).values];
  const { codes, levels } = b as typeof a;
  const translated = translateLevels(levels, a.levels).map((code) => (code < 0 ? UNKNOWN : code));
  return [a.codes, codes.map((code) => (code < 0 ? -1 : translated[code]))];
}

import { compareText } from "../data/column";
import type { CategoricalColumn } from "../data/types";
import { fail } from "../errors/error";
import { count, listSome, suggest } from "../errors/words";
import { formulaError } from "./error";
import { isCall } from "./functions";
import { namesIn } from "./print";
import type { BoundVariable, Expression } from "./types";

/**
 * The levels of a factor: those of a factor column all and in their order, seen or not; of a text column those in the
 * rows used, sorted; of `factor()` those in any row.
 */
export function levelsOf(variable: Expression, source: CategoricalColumn, rows: Int32Array | null): string[] {
  if (isCall(variable, "factor", "as.factor")) return seenLevels(source, null);
  if (source.kind === "factor") return [...source.levels];
  return seenLevels(source, rows).sort(compareText);
}

function seenLevels(source: CategoricalColumn, rows: Int32Array | null): string[] {
  const seen = new Uint8Array(source.levels.length);
  const n = rows ? rows.length : source.codes.length;
  for (let i = 0; i < n; i++) {
    const code = source.codes[rows ? rows[i] : i];
    if (code >= 0) seen[code] = 1;
  }
  return source.levels.filter((_, code) => seen[code] === 1);
}

/** Refuses a factor with one level, of which no contrast can be made. */
export function refuseSingleLevel(variable: BoundVariable, formula: string): void {
  if (variable.kind !== "factor" || variable.levels.length > 1) return;
  const found = variable.levels.length === 0 ? "no level" : `only one level ("${variable.levels[0]}")`;
  const message = `${variable.label} has ${found} in the rows used, so it cannot explain anything. Leave it out, or check the rows.`;
  formulaError("constant", message, formula, variable.expression.span, { column: variable.label });
}

/** The variables with the chosen levels moved to the front. */
export function withReferences(
  variables: readonly BoundVariable[],
  reference: Readonly<Record<string, string>>,
): BoundVariable[] {
  const chosen = new Map<BoundVariable, string>();
  const categorical = variables.filter((variable) => variable.kind === "factor" || variable.kind === "logical");
  for (const [name, level] of Object.entries(reference)) {
    const named = categorical.filter((variable) => variable.label === name);
    const found = named.length > 0 ? named : categorical.filter((variable) => factorColumn(variable) === name);
    if (found.length === 0) refuseName(name, categorical, variables);
    for (const variable of found) {
      if (!variable.levels.includes(level)) {
        const message = `The reference of "${name}" is not among its levels: "${level}".${suggest(level, variable.levels, "levels")}`;
        fail("unknown-level", message, { column: name, values: [level] });
      }
      chosen.set(variable, level);
    }
  }
  return variables.map((variable) => {
    const first = chosen.get(variable);
    if (first === undefined) return variable;
    return { ...variable, levels: [first, ...variable.levels.filter((level) => level !== first)] };
  });
}

/** The column that a factor is made of; its label may differ, as in `factor(year)`. */
function factorColumn(variable: BoundVariable): string | undefined {
  if (variable.kind !== "factor" && variable.expression.type !== "name") return undefined;
  return namesIn(variable.expression)[0]?.name;
}

function refuseName(name: string, categorical: readonly BoundVariable[], variables: readonly BoundVariable[]): never {
  const known = categorical.map((variable) => factorColumn(variable) ?? variable.label);
  const numeric = variables.some((variable) => variable.label === name);
  const why = numeric ? "which is a number there; write factor() around it" : "which the formula does not have";
  const hint = numeric ? "" : known.length > 0 ? suggest(name, known, "factors") : " It has no factors.";
  return fail("unknown-column", `A reference level is given for "${name}", ${why}.${hint}`, { column: name });
}

/**
 * Codes into the levels fixed at binding; −1 where missing.
 *
 * @throws `unknown-level` where a row that is used has a level not seen then.
 */
export function codesInLevels(
  source: CategoricalColumn,
  variable: BoundVariable,
  formula: string,
  rows: Int32Array | null,
): Int32Array {
  const { levels } = variable;
  if (source.levels.length <= levels.length && source.levels.every((level, code) => level === levels[code])) {
    return source.codes;
  }
  const position = new Map(levels.map((level, index) => [level, index]));
  const codeOf = Int32Array.from(source.levels, (level) => position.get(level) ?? -2);
  const codes = new Int32Array(source.codes.length);
  for (let row = 0; row < codes.length; row++) codes[row] = source.codes[row] < 0 ? -1 : codeOf[source.codes[row]];
  refuseUnseen(codes, source, variable, formula, rows);
  return codes;
}

function refuseUnseen(
  codes: Int32Array,
  source: CategoricalColumn,
  variable: BoundVariable,
  formula: string,
  rows: Int32Array | null,
): void {
  const unseen = new Set<string>();
  let first = -1;
  let found = 0;
  const n = rows ? rows.length : codes.length;
  for (let i = 0; i < n; i++) {
    const row = rows ? rows[i] : i;
    if (codes[row] !== -2) continue;
    if (found++ === 0) first = row;
    unseen.add(source.levels[source.codes[row]]);
  }
  if (found === 0) return;
  const values = [...unseen];
  const more = found === 1 ? "" : ` (${count(found, "row")} in all with ${listSome(values)})`;
  const message =
    `${variable.label} has the value "${values[0]}" in row ${first + 1}${more}, which was not among the levels when the ` +
    `formula was bound: ${listSome(variable.levels, 8)}. ${bindToAll(variable, values)}`;
  formulaError("unknown-level", message, formula, variable.expression.span, {
    column: namesIn(variable.expression)[0]?.name,
    row: first,
    values,
    count: found,
  });
}

/** What to do about levels met late: bind to data, or to a frame, that have them all. */
function bindToAll({ expression, levels }: BoundVariable, unseen: readonly string[]): string {
  const bindAgain = "Leave those rows out; or, if they are a part of the data, bind the formula to all data";
  if (expression.type !== "name") return `${bindAgain}.`;
  const all = [...levels, ...unseen];
  const shown = all.length > 8 ? "..." : all.map((level) => JSON.stringify(level)).join(", ");
  return `${bindAgain}, or to a frame with every level: frame(data, { levels: { ${expression.name}: [${shown}] } }).`;
}

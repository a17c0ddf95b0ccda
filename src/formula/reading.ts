import { getColumn, isMissingAt, toCategorical, valueAt } from "../data/column";
import type { CategoricalColumn, Column, Frame } from "../data/types";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { formulaError } from "./error";
import { namesIn, printExpression } from "./print";
import { allFinite, allKnown, isCategorical, isPlain, readMeanGroup, readSource, type Source } from "./sources";
import type { Expression, Span } from "./types";

/** What of a table a formula needs. */
export interface Request {
  readonly formula: string;
  readonly variables: readonly Expression[];
  readonly response: Expression | null;
  readonly groups: readonly { readonly name: string; readonly span: Span }[];
  /** Further columns whose missing rows count too. */
  readonly alsoComplete: readonly Column[];
}

/** The sources of a formula over all rows of a table, and which rows are complete. */
export interface Reading {
  readonly sources: readonly Source[];
  /** For each variable the groups whose means it takes, where it is `within()` or `between()`. */
  readonly meanGroups: readonly (CategoricalColumn | null)[];
  readonly response: Source | null;
  readonly groups: readonly CategoricalColumn[];
  /** The complete rows, ascending; null when all are. */
  readonly rows: Int32Array | null;
  readonly n: number;
  /** How many incomplete rows each column has a missing value in; columns without any are left out. */
  readonly missing: readonly { readonly column: string; readonly count: number }[];
}

/** A column that the request uses, with its first place in the formula (null for further columns). */
interface UsedColumn {
  readonly column: Column;
  readonly span: Span | null;
}

/**
 * Reads what a formula needs from a table and finds the complete rows.
 *
 * @throws `non-finite` for infinite data, and for expressions that have no finite value in a complete row.
 */
export function readData(request: Request, data: Frame): Reading {
  const expressions = request.response ? [...request.variables, request.response] : request.variables;
  const all = expressions.map((expression) => readSource(expression, data));
  const groups = request.groups.map((group) => toCategorical(getColumn(data, group.name)));
  const used = usedColumns(request, data);
  const finite = finiteAmong(all, used);
  const incomplete = findIncomplete(expressions, all, [...groups, ...request.alsoComplete], data, finite);
  refuseInfiniteColumns(request, used, incomplete, finite);
  expressions.forEach((expression, index) => {
    refuseUndefined(expression, all[index], data, request.formula, incomplete, finite);
  });
  const rows = incomplete && completeRowsOf(incomplete);
  return {
    sources: all.slice(0, request.variables.length),
    meanGroups: request.variables.map((variable) => readMeanGroup(variable, data)),
    response: request.response ? all[all.length - 1] : null,
    groups,
    rows,
    n: rows ? rows.length : data.rows,
    missing: incomplete ? countMissing(used, incomplete) : [],
  };
}

/** The first column of the request that is missing in every row, or undefined. */
export function findAllMissing(request: Request, data: Frame): UsedColumn | undefined {
  return usedColumns(request, data).find(({ column }) => {
    for (let row = 0; row < data.rows; row++) if (!isMissingAt(column, row)) return false;
    return true;
  });
}

/** Refuses a column that is missing in every row. */
export function refuseAllMissing(request: Request, data: Frame): void {
  const found = findAllMissing(request, data);
  if (!found) return;
  const message = `Column "${found.column.name}" is missing in every row.`;
  const details = { column: found.column.name };
  if (found.span) formulaError("missing-values", message, request.formula, found.span, details);
  fail("missing-values", message, details);
}

/** Refuses data of which no row is complete. */
export function refuseEmpty(reading: Reading, data: Frame): void {
  if (reading.n > 0) return;
  const counts = reading.missing.map((entry) => `${entry.column} ${entry.count}`).join(", ");
  fail(
    "empty-data",
    `No rows are left: each of the ${count(data.rows, "row")} has a missing value in a column of the formula (${counts}).`,
    { missing: reading.missing },
  );
}

function usedColumns(request: Request, data: Frame): UsedColumn[] {
  const expressions = request.response ? [request.response, ...request.variables] : request.variables;
  const places = [...expressions.flatMap(namesIn), ...request.groups];
  const used: UsedColumn[] = [];
  const add = (column: Column, span: Span | null): void => {
    if (!used.some((other) => other.column === column)) used.push({ column, span });
  };
  for (const { name, span } of places) add(getColumn(data, name), span);
  for (const column of request.alsoComplete) add(column, null);
  return used;
}

/** The arrays of numbers that are finite throughout: the usual case, for which nothing more is looked at. */
function finiteAmong(sources: readonly Source[], used: readonly UsedColumn[]): ReadonlySet<Float64Array> {
  const numbers = new Set<Float64Array>();
  for (const source of sources) if (!isCategorical(source)) numbers.add(source);
  for (const { column } of used) if ("values" in column) numbers.add(column.values);
  return new Set([...numbers].filter(allFinite));
}

/** Marks the rows with a missing value; null when there are none. */
function findIncomplete(
  expressions: readonly Expression[],
  sources: readonly Source[],
  others: readonly Column[],
  data: Frame,
  finite: ReadonlySet<Float64Array>,
): Uint8Array | null {
  const incomplete = new Uint8Array(data.rows);
  let found = false;
  const mark = (row: number): void => {
    incomplete[row] = 1;
    found = true;
  };
  sources.forEach((source, index) => {
    if (isComplete(source, finite)) return;
    const inputs = isPlain(expressions[index]) ? null : columnsOf(expressions[index], data);
    for (let row = 0; row < data.rows; row++) {
      if (!isUnknown(source, row)) continue;
      // An expression without a value from complete inputs is undefined, not missing.
      if (!inputs || inputs.some((column) => isMissingAt(column, row))) mark(row);
    }
  });
  for (const column of others) {
    if ("codes" in column ? allKnown(column.codes) : finite.has(column.values)) continue;
    for (let row = 0; row < data.rows; row++) if (isMissingAt(column, row)) mark(row);
  }
  return found ? incomplete : null;
}

function isComplete(source: Source, finite: ReadonlySet<Float64Array>): boolean {
  return isCategorical(source) ? allKnown(source.codes) : finite.has(source);
}

function isUnknown(source: Source, row: number): boolean {
  return isCategorical(source) ? source.codes[row] < 0 : Number.isNaN(source[row]);
}

function columnsOf(expression: Expression, data: Frame): Column[] {
  return namesIn(expression).map((name) => getColumn(data, name.name));
}

function completeRowsOf(incomplete: Uint8Array): Int32Array {
  let n = 0;
  for (let row = 0; row < incomplete.length; row++) if (incomplete[row] === 0) n++;
  const rows = new Int32Array(n);
  for (let row = 0, i = 0; row < incomplete.length; row++) if (incomplete[row] === 0) rows[i++] = row;
  return rows;
}

function countMissing(used: readonly UsedColumn[], incomplete: Uint8Array): { column: string; count: number }[] {
  const counts = used.map(({ column }) => {
    let missing = 0;
    for (let row = 0; row < incomplete.length; row++) if (incomplete[row] === 1 && isMissingAt(column, row)) missing++;
    return { column: column.name, count: missing };
  });
  return counts.filter((entry) => entry.count > 0);
}

/** The first complete row in which a test holds, and in how many it does. */
function findRows(
  rows: number,
  incomplete: Uint8Array | null,
  test: (row: number) => boolean,
): { first: number; found: number } {
  let first = -1;
  let found = 0;
  for (let row = 0; row < rows; row++) {
    if (incomplete?.[row] === 1 || !test(row)) continue;
    if (found++ === 0) first = row;
  }
  return { first, found };
}

function refuseInfiniteColumns(
  request: Request,
  used: readonly UsedColumn[],
  incomplete: Uint8Array | null,
  finite: ReadonlySet<Float64Array>,
): void {
  for (const { column, span } of used) {
    if ("codes" in column || finite.has(column.values)) continue;
    const { values, name } = column;
    const { first, found } = findRows(values.length, incomplete, (row) => Math.abs(values[row]) === Infinity);
    if (found === 0) continue;
    const message = `Column "${name}" is ${values[first]} in row ${first + 1}${andMore(found)}. Correct it, or set it to missing.`;
    const details = { column: name, row: first, count: found };
    if (span) formulaError("non-finite", message, request.formula, span, details);
    fail("non-finite", message, details);
  }
}

function andMore(found: number): string {
  return found === 1 ? "" : ` and infinite or undefined in ${count(found - 1, "more row")}`;
}

function refuseUndefined(
  expression: Expression,
  source: Source,
  data: Frame,
  formula: string,
  incomplete: Uint8Array | null,
  finite: ReadonlySet<Float64Array>,
): void {
  if (isComplete(source, finite)) return;
  const undefinedAt = (row: number): boolean =>
    isCategorical(source) ? source.codes[row] < 0 : !Number.isFinite(source[row]);
  const { first, found } = findRows(data.rows, incomplete, undefinedAt);
  if (found === 0) return;
  const value = isCategorical(source) || Number.isNaN(source[first]) ? "undefined" : String(source[first]);
  const inputs = columnsOf(expression, data).map((column) => `${column.name} = ${valueAt(column, first)}`);
  const label = printExpression(expression);
  const message =
    `${label} is ${value} in row ${first + 1} (${inputs.join(", ")})${andMore(found)}. ` +
    "Change the expression, or leave those rows out.";
  formulaError("non-finite", message, formula, expression.span, { expression: label, row: first, count: found });
}

import { getColumn, takeColumn, toCategorical } from "../data/column";
import { frame } from "../data/frame";
import type { CategoricalColumn, Column, DataLike, Frame } from "../data/types";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { kindOfVariable, requireColumn, type Scope, scopeOf } from "./check";
import { designColumns } from "./columns";
import { formulaError } from "./error";
import { groupNamesOf, parseFormula } from "./parse";
import { namesIn } from "./print";
import { findAllMissing, type Reading, type Request, readData, refuseAllMissing, refuseEmpty } from "./reading";
import { allFinite, isCategorical, type Source, takeSource } from "./sources";
import type { BoundFormula, BoundVariable, Design } from "./types";
import { responseOf, takeValues, valuesOf } from "./values";

export interface DesignOptions {
  /** Whether to read the response; without it the data need not have one. Default true. */
  readonly response?: boolean;
  /** Whether to read the grouping columns of the random terms. Default true. */
  readonly groups?: boolean;
  /** Rows with a missing value: left out with a diagnostic (default), or an error. */
  readonly missing?: "drop" | "error";
  /** Further columns, such as weights, whose missing rows are left out too. */
  readonly alsoComplete?: readonly Column[];
  /** Whether a design without rows is a result and not an error, for chunks of a larger table. Default false. */
  readonly allowEmpty?: boolean;
}

/**
 * The numbers of a bound formula for a table, or for a chunk of one.
 *
 * Columns of numbers are shared with the table where no row is left out: do not change them.
 *
 * @param bound - from {@link bindFormula}: levels, bases and contrasts are taken from it, not from these data.
 * @param data - the table, of `n` rows after those with missing values are left out.
 * @returns `x`: one `Float64Array` of length `n` per name in `columns`; `response` and `groups` of the same rows; `rows`:
 *   their positions in `data`, null when all were kept; the diagnostic `rows-dropped` where some were not.
 * @throws `unknown-column`; `wrong-type` where a column holds another type than it did at binding; `unknown-level`;
 *   `missing-values` with `missing: "error"`, or for a column without any value; `non-finite` for infinite data and
 *   for expressions such as `log(0)`, naming the row; `empty-data` where no row is left.
 * @example
 * ```ts
 * import { bindFormula, buildDesign } from "likewise";
 * const bound = bindFormula("y ~ log(x)", { y: [1, 2], x: [1, 10] });
 * buildDesign(bound, { x: [100] }, { response: false }).x[1]; // Float64Array [4.605170185988092]
 * ```
 */
export function buildDesign(bound: BoundFormula, data: DataLike, options: DesignOptions = {}): Design {
  if (bound?.kind !== "bound-formula") {
    fail("invalid-argument", "buildDesign needs a bound formula: bindFormula(formula, data) makes one.");
  }
  const table = frame(data);
  const request = requestOf(bound, options);
  const scope = scopeOf(bound.formula, table, false);
  checkColumns(request, scope);
  const empty = findAllMissing(request, table);
  if (empty && options.allowEmpty) return emptyDesign(bound, request, table, empty.column.name);
  refuseAllMissing(request, table);
  checkKinds(bound, request, scope);
  const reading = readData(request, table);
  if (options.missing === "error") refuseMissing(reading, table);
  if (!options.allowEmpty) refuseEmpty(reading, table);
  const x = designColumns(bound, takeValues(valuesOf(bound, reading), reading.rows), reading.n);
  refuseOverflow(bound, x, reading);
  return {
    columns: bound.columns,
    x,
    response: reading.response && responseColumn(bound.response!, responseOf(bound.response!, reading)),
    groups: reading.groups.map((group) => takeSource(group, reading.rows) as CategoricalColumn),
    rows: reading.rows,
    n: reading.n,
    diagnostics: reading.rows ? [rowsDropped(reading.missing, reading.n, table.rows)] : [],
  };
}

function requestOf(bound: BoundFormula, options: DesignOptions): Request {
  const { response = true, groups = true, alsoComplete = [] } = options;
  return {
    formula: bound.formula,
    variables: bound.variables.map((variable) => variable.expression),
    response: response && bound.response ? bound.response.expression : null,
    // Parsed again for the places of the grouping columns in the text.
    groups: groups ? groupNamesOf(parseFormula(bound.formula)) : [],
    alsoComplete,
  };
}

function checkColumns(request: Request, scope: Scope): void {
  const expressions = request.response ? [request.response, ...request.variables] : request.variables;
  for (const { name, span } of [...expressions.flatMap(namesIn), ...request.groups]) requireColumn(name, span, scope);
}

/** A variable must still be what it was when the formula was bound. */
function checkKinds(bound: BoundFormula, request: Request, scope: Scope): void {
  const checked = request.response && bound.response ? [bound.response, ...bound.variables] : bound.variables;
  for (const variable of checked) {
    const kind = kindOfVariable(variable.expression, scope);
    if (kind === variable.kind) continue;
    const message = `${variable.label} was ${WORDS[variable.kind]} when the formula was bound and is ${WORDS[kind]} in these data. Give the column the same type.`;
    formulaError("wrong-type", message, bound.formula, variable.expression.span, { column: variable.label });
  }
}

const WORDS = { numeric: "numeric", logical: "true or false", factor: "text or a factor", matrix: "a polynomial" };

function refuseMissing(reading: Reading, data: Frame): void {
  if (!reading.rows) return;
  const first = reading.rows.findIndex((row, index) => row !== index);
  const row = first < 0 ? reading.rows.length : first;
  const incomplete = count(data.rows - reading.n, "row has", "rows have");
  fail(
    "missing-values",
    `${incomplete} missing values (${listCounts(reading.missing)}; first in row ${row + 1}). ` +
      'Complete them, or leave those rows out with missing: "drop".',
    { missing: reading.missing, row },
  );
}

function listCounts(missing: Reading["missing"]): string {
  return missing.map((entry) => `${entry.column} ${entry.count.toLocaleString("en-GB")}`).join(", ");
}

/** The diagnostic of rows left out, of a table or of several chunks. */
export function rowsDropped(missing: Reading["missing"], kept: number, rows: number): Diagnostic {
  const dropped = rows - kept;
  const message = `${dropped.toLocaleString("en-GB")} of ${count(rows, "row")} were left out because of missing values: ${listCounts(missing)}.`;
  return diagnostic("rows-dropped", "warning", message, {
    dropped,
    rows,
    byColumn: Object.fromEntries(missing.map((entry) => [entry.column, entry.count])),
  });
}

/** A response keeps its kind; a text or factor stays as it is. */
function responseColumn(variable: BoundVariable, source: Source): Column {
  if (isCategorical(source)) return source;
  const name = variable.expression.type === "name" ? variable.expression.name : variable.label;
  return { kind: variable.kind === "logical" ? "logical" : "numeric", name, values: source };
}

/** Products and powers of finite numbers can leave the range of doubles. */
function refuseOverflow(bound: BoundFormula, x: readonly Float64Array[], reading: Reading): void {
  let column = bound.intercept ? 1 : 0;
  for (const term of bound.terms) {
    const computed = term.variables.length > 1 || bound.variables[term.variables[0]].kind === "matrix";
    for (const name of term.columns) {
      const values = x[column++];
      if (!computed || allFinite(values)) continue;
      const position = values.findIndex((value) => !Number.isFinite(value));
      const row = reading.rows ? reading.rows[position] : position;
      fail("non-finite", `${name} is too large for a number in row ${row + 1}. Rescale its columns.`, {
        column: name,
        row,
      });
    }
  }
}

/** The design of a chunk in which a column is missing throughout. */
function emptyDesign(bound: BoundFormula, request: Request, data: Frame, missing: string): Design {
  const none = new Int32Array(0);
  const text = request.response && bound.response?.kind === "factor";
  const source: Source = text
    ? { kind: "factor", name: bound.response!.label, codes: none, levels: bound.response!.levels }
    : new Float64Array(0);
  return {
    columns: bound.columns,
    x: bound.columns.map(() => new Float64Array(0)),
    response: request.response && bound.response ? responseColumn(bound.response, source) : null,
    groups: request.groups.map(
      (group) => takeColumn(toCategorical(getColumn(data, group.name)), none) as CategoricalColumn,
    ),
    rows: none,
    n: 0,
    diagnostics: [rowsDropped([{ column: missing, count: data.rows }], 0, data.rows)],
  };
}

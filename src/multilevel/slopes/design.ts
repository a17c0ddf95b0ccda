import { getColumn } from "../../data/column";
import { selectColumns } from "../../data/select";
import type { CategoricalColumn, Column, Frame, NumericColumn } from "../../data/types";
import type { Diagnostic } from "../../errors/diagnostic";
import { fail } from "../../errors/error";
import { bindFormula } from "../../formula/bind";
import { buildDesign, type DesignOptions } from "../../formula/design";
import { parseFormula } from "../../formula/parse";
import { namesIn } from "../../formula/print";
import type { BoundFormula } from "../../formula/types";
import type { SlopeTerm } from "./types";

/** Fixed and random columns of the same rows: those complete in both parts. */
export interface SlopesDesign {
  readonly x: readonly Float64Array[];
  readonly y: Float64Array;
  /** The random columns of all terms, one after the other. */
  readonly z: readonly Float64Array[];
  readonly terms: readonly SlopeTerm[];
  readonly group: CategoricalColumn;
  /** The caller's rows that were kept, ascending; null when all were. */
  readonly rows: Int32Array | null;
  readonly n: number;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The design of a formula with random slopes. Each term's effects are a formula of their own, `~ 1 + ses`, coded as R does:
 * a factor beside a constant by treatment contrasts, without one by all its dummies.
 */
export function slopesDesign(
  bound: BoundFormula,
  table: Frame,
  options: Pick<DesignOptions, "missing" | "allowEmpty"> & { readonly alsoComplete: readonly Column[] },
): SlopesDesign {
  const names = [...new Set(parseFormula(bound.formula).randomTerms.flatMap((term) => effectNames(term.effectsTree)))];
  const design = buildDesign(bound, table, {
    ...options,
    alsoComplete: [...options.alsoComplete, ...names.map((name) => getColumn(table, name))],
  });
  const terms: SlopeTerm[] = [];
  const z: Float64Array[] = [];
  for (const term of bound.randomTerms) {
    const random = term.bound ?? bindFormula("~ 1", table);
    if (random.columns.length === 0) {
      fail("not-mixed", `${term.label} has no random effects. Write (1 | ${term.groups[0]}), or leave the term out.`);
    }
    const columns = randomColumns(random, table, design.rows);
    // A level that no row has leaves an empty dummy, as an unused level of a factor does in R.
    const positions = columns.flatMap((column, k) => (column.some((value) => value !== 0) ? [k] : []));
    terms.push({
      label: term.label,
      bound: random,
      columns: positions.map((k) => random.columns[k]),
      positions,
      correlated: !term.uncorrelated,
    });
    z.push(...positions.map((k) => columns[k]));
  }
  return {
    x: design.x,
    y: (design.response as NumericColumn).values,
    z,
    terms,
    group: design.groups[0],
    rows: design.rows,
    n: design.n,
    diagnostics: design.diagnostics,
  };
}

/** The random columns of the terms in new data, complete rows only; `rows` as in a design. */
export function randomColumnsOf(terms: readonly SlopeTerm[], table: Frame, rows: Int32Array | null): Float64Array[] {
  return terms.flatMap((term) => {
    const columns = randomColumns(term.bound, table, rows);
    return term.positions.map((k) => columns[k]);
  });
}

function randomColumns(bound: BoundFormula, table: Frame, rows: Int32Array | null): readonly Float64Array[] {
  const names = bound.variables.flatMap(({ expression }) => effectNames(expression));
  if (names.length === 0) return [new Float64Array(rows === null ? table.rows : rows.length).fill(1)];
  // Rows that were left out stay in the table, so that errors name the caller's rows.
  const alsoComplete = rows === null ? [] : [onlyIn(rows, table.rows)];
  return buildDesign(bound, selectColumns(table, [...new Set(names)]), { allowEmpty: true, alsoComplete }).x;
}

/** A column that is missing in all rows but these. */
function onlyIn(rows: Int32Array, n: number): NumericColumn {
  const values = new Float64Array(n).fill(Number.NaN);
  for (const row of rows) values[row] = 0;
  return { kind: "numeric", name: "rows kept", values };
}

/** Columns that an expression is made of. */
function effectNames(expression: Parameters<typeof namesIn>[0]): string[] {
  return namesIn(expression).map(({ name }) => name);
}

/** The columns of a table that the terms' random columns are made of. */
export function randomVariables(terms: readonly SlopeTerm[], table: Frame): Column[] {
  const names = terms.flatMap(({ bound }) => bound.variables.flatMap(({ expression }) => effectNames(expression)));
  return [...new Set(names)].map((name) => getColumn(table, name));
}

import { getColumn } from "../../data/column";
import { selectColumns, takeRows } from "../../data/select";
import type { CategoricalColumn, Column, Frame, NumericColumn } from "../../data/types";
import type { Diagnostic } from "../../errors/diagnostic";
import { fail } from "../../errors/error";
import { bindFormula } from "../../formula/bind";
import { buildDesign } from "../../formula/design";
import { parseFormula } from "../../formula/parse";
import { namesIn } from "../../formula/print";
import type { BoundFormula, RandomTerm } from "../../formula/types";
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
  options: { readonly missing?: "drop" | "error"; readonly alsoComplete: readonly Column[] },
): SlopesDesign {
  const names = [...new Set(parseFormula(bound.formula).randomTerms.flatMap((term) => effectNames(term.effectsTree)))];
  const design = buildDesign(bound, table, {
    missing: options.missing,
    alsoComplete: [...options.alsoComplete, ...names.map((name) => getColumn(table, name))],
  });
  // Group means of within() are those of the rows used, as in the fixed part.
  const usedRows =
    design.rows === null || names.length === 0 ? table : takeRows(selectColumns(table, names), design.rows);
  const terms: SlopeTerm[] = [];
  const z: Float64Array[] = [];
  for (const term of bound.randomTerms) {
    const random = bindEffects(term, bound, usedRows);
    const columns = randomColumns(random, table, design.rows);
    // A level that no row has leaves an empty dummy, as an unused level of a factor does in R.
    const positions = columns.flatMap((column, k) => (column.some((value) => value !== 0) ? [k] : []));
    if (positions.length === 0) {
      fail("not-identified", `The random effects of ${term.label} are 0 in every row; leave the term out.`);
    }
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
  const needed = selectColumns(table, [...new Set(names)]);
  return buildDesign(bound, rows === null ? needed : takeRows(needed, rows), { allowEmpty: true }).x;
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

/** The effects as a formula of their own; factors keep the levels that they have in the fixed part, centres theirs. */
function bindEffects(term: RandomTerm, bound: BoundFormula, table: Frame): BoundFormula {
  const formula = `~ ${term.effects}`;
  const first = bindFormula(formula, table);
  const twins = first.variables.flatMap((variable) => {
    const twin = bound.variables.find((other) => other.label === variable.label && other.kind === "factor");
    return twin === undefined ? [] : [[variable.label, twin.levels[0]] as const];
  });
  const random = twins.length === 0 ? first : bindFormula(formula, table, { reference: Object.fromEntries(twins) });
  const variables = random.variables.map((variable) => {
    const twin = bound.variables.find((other) => other.label === variable.label && other.kind === variable.kind);
    return twin && variable.kind !== "factor" ? twin : variable;
  });
  return { ...random, variables };
}

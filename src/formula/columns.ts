import { isCall, polynomialOf } from "./functions";
import { evaluateBasis, rawPowers } from "./poly";
import type { Coding } from "./terms";
import type { BoundFormula, BoundTerm, BoundVariable } from "./types";

/** The numbers of a variable, or codes into its bound levels for a factor. */
export type VariableValues =
  | { readonly kind: "numbers"; readonly numbers: Float64Array }
  | { readonly kind: "codes"; readonly codes: Int32Array };

/** The names of a variable's columns, as R builds them: `racewhite`, `poly(x, 2)1`. */
function columnNamesOf(variable: BoundVariable, coding: Coding): string[] {
  const { kind, label, levels } = variable;
  if (kind === "numeric") return [label];
  if (kind === "matrix") {
    const degree = degreeOf(variable);
    return degree === 1 ? [label] : Array.from({ length: degree }, (_, index) => `${label}${index + 1}`);
  }
  return (coding === "full" ? levels : levels.slice(1)).map((level) => label + level);
}

/** The names of a term's columns: one for each combination, the first variable varying fastest. */
export function termColumnNames(variables: readonly BoundVariable[], coding: readonly Coding[]): string[] {
  return variables
    .map((variable, index) => columnNamesOf(variable, coding[index]))
    .reduce((names, next) => next.flatMap((last) => names.map((name) => `${name}:${last}`)));
}

/** The columns of the design matrix over the first `n` rows of the values. */
export function designColumns(
  bound: Pick<BoundFormula, "intercept" | "variables" | "terms">,
  values: readonly VariableValues[],
  n: number,
): Float64Array[] {
  const columns: Float64Array[] = bound.intercept ? [new Float64Array(n).fill(1)] : [];
  for (const term of bound.terms) columns.push(...termColumns(term, bound.variables, values));
  return columns;
}

function termColumns(
  term: BoundTerm,
  variables: readonly BoundVariable[],
  values: readonly VariableValues[],
): Float64Array[] {
  return term.variables
    .map((variable, index) => variableColumns(variables[variable], values[variable], term.coding[index]))
    .reduce((columns, next) => next.flatMap((last) => columns.map((column) => product(column, last))));
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = a[i] * b[i];
  return result;
}

function variableColumns(variable: BoundVariable, values: VariableValues, coding: Coding): Float64Array[] {
  if (values.kind === "codes") {
    const first = coding === "full" ? 0 : 1;
    return variable.levels.slice(first).map((_, index) => indicator(values.codes, first + index));
  }
  const { numbers } = values;
  if (variable.kind === "logical") {
    const shown = coding === "full" ? variable.levels : variable.levels.slice(1);
    return shown.map((level) => (level === "TRUE" ? numbers : complement(numbers)));
  }
  if (variable.kind === "matrix") {
    return variable.basis ? evaluateBasis(numbers, variable.basis) : rawPowers(numbers, degreeOf(variable));
  }
  return [variable.scaling ? scaled(numbers, variable.scaling) : numbers];
}

function indicator(codes: Int32Array, code: number): Float64Array {
  const result = new Float64Array(codes.length);
  for (let i = 0; i < result.length; i++) if (codes[i] === code) result[i] = 1;
  return result;
}

function complement(numbers: Float64Array): Float64Array {
  const result = new Float64Array(numbers.length);
  for (let i = 0; i < result.length; i++) result[i] = 1 - numbers[i];
  return result;
}

export function scaled(numbers: Float64Array, scaling: { readonly mean: number; readonly sd: number }): Float64Array {
  const result = new Float64Array(numbers.length);
  for (let i = 0; i < result.length; i++) result[i] = (numbers[i] - scaling.mean) / scaling.sd;
  return result;
}

function degreeOf(variable: BoundVariable): number {
  return isCall(variable.expression, "poly") ? polynomialOf(variable.expression, variable.label).degree : 1;
}

import { getColumn, takeColumn, toCategorical } from "../data/column";
import type { CategoricalColumn, Frame } from "../data/types";
import { evaluate, textColumnOf } from "./evaluate";
import { isCall, isVariableCall } from "./functions";
import { printExpression } from "./print";
import type { Expression } from "./types";

/** What the columns of a variable are made from: numbers, or codes into levels. */
export type Source = Float64Array | CategoricalColumn;

/** Whether a source is codes into levels. */
export function isCategorical(source: Source): source is CategoricalColumn {
  return "codes" in source;
}

/** The source of a variable that {@link kindOfVariable} passed; a column of numbers comes as it is, uncopied. */
export function readSource(variable: Expression, data: Frame): Source {
  if (isVariableCall(variable)) {
    const argument = variable.arguments[0];
    if (isCall(variable, "within", "between"))
      return knownGroups(numbersOf(argument, data), readMeanGroup(variable, data)!);
    return isCall(variable, "factor", "as.factor") ? factorOf(argument, data) : numbersOf(argument, data);
  }
  return textColumnOf(variable, data) ?? numbersOf(variable, data);
}

function numbersOf(expression: Expression, data: Frame): Float64Array {
  const values = evaluate(expression, data);
  return typeof values === "number" ? new Float64Array(data.rows).fill(values) : values;
}

/** The groups whose means a `within()` or `between()` takes; null for other variables. */
export function readMeanGroup(variable: Expression, data: Frame): CategoricalColumn | null {
  if (!isCall(variable, "within", "between")) return null;
  return toCategorical(getColumn(data, (variable.arguments[1] as Extract<Expression, { type: "name" }>).name));
}

/** The numbers with `NaN` where the group is missing. */
function knownGroups(values: Float64Array, group: CategoricalColumn): Float64Array {
  return allKnown(group.codes) ? values : values.map((value, row) => (group.codes[row] < 0 ? Number.NaN : value));
}

/** The argument of `factor()` as codes: numbers ascending, text sorted, factors in their order. */
function factorOf(argument: Expression, data: Frame): CategoricalColumn {
  if (argument.type === "name") return toCategorical(getColumn(data, argument.name));
  const text = textColumnOf(argument, data);
  if (text) return toCategorical(text);
  // An infinite result is no level: as NaN it is found and named with the other undefined results.
  const values = numbersOf(argument, data).map((value) => (Number.isFinite(value) ? value : Number.NaN));
  const logical = argument.type === "binary" && /^([<>!=]=?|==|&|\|)$/.test(argument.operator);
  return toCategorical({ kind: logical ? "logical" : "numeric", name: printExpression(argument), values });
}

/** Whether a variable is one column of the data as it stands, or `factor()`, `poly()`, `scale()`, `within()` ... of one. */
export function isPlain(variable: Expression): boolean {
  const inner = isVariableCall(variable) ? variable.arguments[0] : variable;
  return inner.type === "name";
}

/** Whether all numbers are finite: x − x is 0 for them and NaN for the rest, in four sums that do not wait for each other. */
export function allFinite(values: Float64Array): boolean {
  const inFours = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < inFours; i += 4) {
    a += values[i] - values[i];
    b += values[i + 1] - values[i + 1];
    c += values[i + 2] - values[i + 2];
    d += values[i + 3] - values[i + 3];
  }
  for (let i = inFours; i < values.length; i++) a += values[i] - values[i];
  return a + b + c + d === 0;
}

/** Whether every code names a level. */
export function allKnown(codes: Int32Array): boolean {
  let least = 0;
  for (let i = 0; i < codes.length; i++) if (codes[i] < least) least = codes[i];
  return least >= 0;
}

/** The complete rows of a source. */
export function takeSource(source: Source, rows: Int32Array | null): Source {
  if (!rows) return source;
  if (isCategorical(source)) return takeColumn(source, rows) as CategoricalColumn;
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < taken.length; i++) taken[i] = source[rows[i]];
  return taken;
}

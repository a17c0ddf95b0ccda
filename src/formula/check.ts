import type { Frame } from "../data/types";
import { suggest } from "../errors/words";
import { formulaError } from "./error";
import {
  dividesBySd,
  isVariableCall,
  meanGroupOf,
  NUMBER_FUNCTIONS,
  onlyArgument,
  polynomialOf,
  refuseFunction,
} from "./functions";
import { namesIn, printExpression, printNumber } from "./print";
import type { BoundVariable, Expression } from "./types";

/** What a formula must know of a column before it reads numbers. */
export interface ColumnFacts {
  readonly kind: "numeric" | "logical" | "text";
  /** The values of a text column that a text literal may name; null where they are not known or do not matter. */
  readonly levels: readonly string[] | null;
}

/** The columns that a formula can see. */
export interface Scope {
  readonly formula: string;
  readonly columns: ReadonlyMap<string, ColumnFacts>;
}

type ValueType = "number" | "logical" | "text";

/** The columns of a table as a scope. */
export function scopeOf(formula: string, data: Frame, knowLevels: boolean): Scope {
  const columns = data.columns.map((column): [string, ColumnFacts] => [
    column.name,
    "codes" in column
      ? { kind: "text", levels: knowLevels ? column.levels : null }
      : { kind: column.kind, levels: null },
  ]);
  return { formula, columns: new Map(columns) };
}

/** Finds a column, or raises `unknown-column` with the nearest name. */
export function requireColumn(name: string, span: Expression["span"], scope: Scope): ColumnFacts {
  const facts = scope.columns.get(name);
  if (facts) return facts;
  const known = [...scope.columns.keys()];
  const message = `Unknown column "${name}".${suggest(name, known)}`;
  return formulaError("unknown-column", message, scope.formula, span, { column: name, columns: known });
}

/** Checks a variable of a formula, and says of what kind its columns are. */
export function kindOfVariable(variable: Expression, scope: Scope): BoundVariable["kind"] {
  const kind = isVariableCall(variable) ? kindOfCall(variable, scope) : kindOfValue(typeOf(variable, scope));
  if (namesIn(variable).length === 0) {
    const message = `${printExpression(variable)} names no column.`;
    formulaError("formula-syntax", message, scope.formula, variable.span);
  }
  return kind;
}

function kindOfValue(type: ValueType): BoundVariable["kind"] {
  return type === "number" ? "numeric" : type === "text" ? "factor" : "logical";
}

function kindOfCall(call: Extract<Expression, { type: "call" }>, scope: Scope): BoundVariable["kind"] {
  if (call.name === "poly") {
    numbersNeeded(polynomialOf(call, scope.formula).argument, scope, "poly()");
    return "matrix";
  }
  if (call.name === "within" || call.name === "between") {
    const group = meanGroupOf(call, scope.formula);
    requireColumn(group.name, group.span, scope);
    numbersNeeded(call.arguments[0], scope, `${call.name}()`);
    return "numeric";
  }
  if (call.name === "scale" || call.name === "centre") {
    dividesBySd(call, scope.formula);
    numbersNeeded(call.arguments[0], scope, `${call.name}()`);
    return "numeric";
  }
  const argument = onlyArgument(call, scope.formula);
  typeOf(argument, scope);
  return "factor";
}

/** The type of an expression's values; refuses text where numbers are needed and unknown names. */
function typeOf(expression: Expression, scope: Scope): ValueType {
  switch (expression.type) {
    case "number":
      return "number";
    case "text":
      return "text";
    case "logical":
      return "logical";
    case "parens":
      return typeOf(expression.argument, scope);
    case "name": {
      const { kind } = requireColumn(expression.name, expression.span, scope);
      return kind === "numeric" ? "number" : kind;
    }
    case "unary":
      numbersNeeded(expression.argument, scope, `\`${expression.operator}\``);
      return expression.operator === "!" ? "logical" : "number";
    case "binary":
      return typeOfBinary(expression, scope);
    case "call":
      return typeOfCall(expression, scope);
    case "named": {
      const message = `\`${expression.name} =\` has no meaning here. To compare, write \`==\`.`;
      return formulaError("formula-syntax", message, scope.formula, expression.span);
    }
  }
}

function typeOfCall(call: Extract<Expression, { type: "call" }>, scope: Scope): ValueType {
  if (call.name === "I") {
    const [argument] = call.arguments;
    if (call.arguments.length > 1) onlyArgument(call, scope.formula);
    return typeOf(argument, scope);
  }
  if (!NUMBER_FUNCTIONS.has(call.name)) return refuseFunction(call, scope.formula);
  numbersNeeded(onlyArgument(call, scope.formula), scope, `${call.name}()`);
  return "number";
}

function typeOfBinary(tree: Extract<Expression, { type: "binary" }>, scope: Scope): ValueType {
  const { operator, left, right } = tree;
  if (operator === "==" || operator === "!=") {
    const [a, b] = [typeOf(left, scope), typeOf(right, scope)];
    if ((a === "text") !== (b === "text")) return refuseMixed(a === "text" ? right : left, tree, scope);
    if (a === "text") checkLiterals(left, right, scope);
    return "logical";
  }
  if (["+", "-", "*", "/", "^", "<", ">", "<=", ">=", "&", "|"].includes(operator)) {
    for (const side of [left, right]) numbersNeeded(side, scope, `\`${operator}\``);
    return ["+", "-", "*", "/", "^"].includes(operator) ? "number" : "logical";
  }
  const hint = operator === "||" ? "Write `|` for row by row" : "It combines terms; write `*` for a product";
  const message = `\`${operator}\` has no meaning inside an expression. ${hint}.`;
  return formulaError("formula-syntax", message, scope.formula, tree.span);
}

function numbersNeeded(expression: Expression, scope: Scope, by: string): void {
  if (typeOf(expression, scope) !== "text") return;
  const what =
    expression.type === "text"
      ? `the text ${printExpression(expression)}`
      : `column "${namesIn(expression)[0]?.name}", which holds text`;
  const column = namesIn(expression)[0]?.name;
  const hint = /^`[<>]/.test(by)
    ? " Text can be compared with `==` and `!=` only."
    : /^(within|between)/.test(by)
      ? ` Centre its levels one by one: ${by.slice(0, -2)}(${column ?? "x"} == "...", ...).`
      : "";
  const message = `${by} needs numbers, not ${what}.${hint}`;
  formulaError("wrong-type", message, scope.formula, expression.span, column === undefined ? {} : { column });
}

function refuseMixed(numbers: Expression, tree: Extract<Expression, { type: "binary" }>, scope: Scope): never {
  const hint =
    numbers.type === "number"
      ? ` Put the number in quotes: "${printNumber(numbers.value)}".`
      : numbers.type === "name"
        ? ` Column "${numbers.name}" holds ${typeOf(numbers, scope) === "logical" ? "true and false" : "numbers"}.`
        : "";
  const message = `\`${tree.operator}\` compares text with ${typeOf(numbers, scope) === "logical" ? "true and false" : "numbers"}.${hint}`;
  return formulaError("wrong-type", message, scope.formula, tree.span);
}

/** A text that no row has makes a comparison that is never true: surely a slip. */
function checkLiterals(left: Expression, right: Expression, scope: Scope): void {
  for (const [literal, other] of [
    [left, right],
    [right, left],
  ]) {
    if (literal.type !== "text") continue;
    const [name] = namesIn(other);
    const levels = name && scope.columns.get(name.name)?.levels;
    if (!levels || levels.includes(literal.value)) continue;
    const message = `Column "${name.name}" has no value "${literal.value}".${suggest(literal.value, levels, "values")}`;
    formulaError("unknown-level", message, scope.formula, literal.span, { column: name.name, values: [literal.value] });
  }
}

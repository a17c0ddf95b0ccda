import { getColumn } from "../data/column";
import type { CategoricalColumn, Frame } from "../data/types";
import { NUMBER_FUNCTIONS } from "./functions";
import type { Expression } from "./types";

type Binary = Extract<Expression, { type: "binary" }>;

/** A constant, or one number per row: `NaN` where missing or undefined, 1 and 0 for true and false. */
export type Numbers = number | Float64Array;

// As R's `^`: 1^NA and NA^0 are 1, and squares are products.
function power(x: number, y: number): number {
  return x === 1 || y === 0 ? 1 : y === 2 ? x * x : x ** y;
}

function whenKnown(test: (x: number, y: number) => boolean): (x: number, y: number) => number {
  return (x, y) => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : test(x, y) ? 1 : 0);
}

// Three-valued as in R: what one side decides does not depend on a missing other side.
function and(x: number, y: number): number {
  return x === 0 || y === 0 ? 0 : Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 1;
}

function or(x: number, y: number): number {
  if (Number.isNaN(x)) return Number.isNaN(y) || y === 0 ? Number.NaN : 1;
  return x !== 0 ? 1 : Number.isNaN(y) ? Number.NaN : y !== 0 ? 1 : 0;
}

const OPERATORS: ReadonlyMap<string, (x: number, y: number) => number> = new Map([
  ["+", (x, y) => x + y],
  ["-", (x, y) => x - y],
  ["*", (x, y) => x * y],
  ["/", (x, y) => x / y],
  ["^", power],
  ["<", whenKnown((x, y) => x < y)],
  [">", whenKnown((x, y) => x > y)],
  ["<=", whenKnown((x, y) => x <= y)],
  [">=", whenKnown((x, y) => x >= y)],
  ["==", whenKnown((x, y) => x === y)],
  ["!=", whenKnown((x, y) => x !== y)],
  ["&", and],
  ["|", or],
]);

/** The values of an expression that {@link typeOf} found to be numeric or logical. A column comes as it is, uncopied. */
export function evaluate(expression: Expression, data: Frame): Numbers {
  switch (expression.type) {
    case "number":
      return expression.value;
    case "logical":
      return expression.value ? 1 : 0;
    case "name": {
      const column = getColumn(data, expression.name);
      return "values" in column ? column.values : Number.NaN;
    }
    case "parens":
      return evaluate(expression.argument, data);
    case "unary": {
      const argument = evaluate(expression.argument, data);
      if (expression.operator === "+") return argument;
      return map1(expression.operator === "-" ? (x) => -x : not, argument);
    }
    case "binary":
      return textSides(expression, data) ?? map2(OPERATORS.get(expression.operator)!, expression, data);
    case "call": {
      const argument = evaluate(expression.arguments[0], data);
      return expression.name === "I" ? argument : map1(NUMBER_FUNCTIONS.get(expression.name)!, argument);
    }
    default:
      return Number.NaN;
  }
}

function not(x: number): number {
  return Number.isNaN(x) ? x : x === 0 ? 1 : 0;
}

function map1(f: (x: number) => number, argument: Numbers): Numbers {
  if (typeof argument === "number") return f(argument);
  const result = new Float64Array(argument.length);
  for (let row = 0; row < result.length; row++) result[row] = f(argument[row]);
  return result;
}

function map2(f: (x: number, y: number) => number, tree: Binary, data: Frame): Numbers {
  const left = evaluate(tree.left, data);
  const right = evaluate(tree.right, data);
  if (typeof left === "number" && typeof right === "number") return f(left, right);
  const result = new Float64Array(data.rows);
  if (typeof left === "number") for (let i = 0; i < result.length; i++) result[i] = f(left, (right as Float64Array)[i]);
  else if (typeof right === "number") for (let i = 0; i < result.length; i++) result[i] = f(left[i], right);
  else for (let i = 0; i < result.length; i++) result[i] = f(left[i], right[i]);
  return result;
}

/** Without the brackets and I() around it. */
function unwrap(expression: Expression): Expression {
  if (expression.type === "parens") return unwrap(expression.argument);
  if (expression.type === "call" && expression.name === "I") return unwrap(expression.arguments[0]);
  return expression;
}

/** The text column that an expression is, or undefined. */
export function textColumnOf(expression: Expression, data: Frame): CategoricalColumn | undefined {
  const bare = unwrap(expression);
  if (bare.type !== "name") return undefined;
  const column = getColumn(data, bare.name);
  return "codes" in column ? column : undefined;
}

/** `sector == "Catholic"`, or two columns of text; undefined where the sides are numbers. */
function textSides(tree: Binary, data: Frame): Numbers | undefined {
  if (tree.operator !== "==" && tree.operator !== "!=") return undefined;
  const [left, right] = [unwrap(tree.left), unwrap(tree.right)];
  const whenEqual = tree.operator === "==" ? 1 : 0;
  if (left.type === "text" && right.type === "text") return left.value === right.value ? whenEqual : 1 - whenEqual;
  const a = textColumnOf(left, data);
  const b = textColumnOf(right, data);
  if (a && b) return compareColumns(a, b, whenEqual);
  const literal = left.type === "text" ? left : right.type === "text" ? right : undefined;
  const column = a ?? b;
  return column && literal ? compareWithText(column, literal.value, whenEqual) : undefined;
}

function compareWithText(column: CategoricalColumn, text: string, whenEqual: number): Float64Array {
  const wanted = column.levels.indexOf(text);
  const result = new Float64Array(column.codes.length);
  for (let row = 0; row < result.length; row++) {
    const code = column.codes[row];
    result[row] = code < 0 ? Number.NaN : code === wanted ? whenEqual : 1 - whenEqual;
  }
  return result;
}

function compareColumns(a: CategoricalColumn, b: CategoricalColumn, whenEqual: number): Float64Array {
  const codeInA = b.levels.map((level) => a.levels.indexOf(level));
  const result = new Float64Array(a.codes.length);
  for (let row = 0; row < result.length; row++) {
    const [code, other] = [a.codes[row], b.codes[row]];
    result[row] = code < 0 || other < 0 ? Number.NaN : code === codeInA[other] ? whenEqual : 1 - whenEqual;
  }
  return result;
}

import { suggest } from "../errors/words";
import { formulaError } from "./error";
import { printExpression } from "./print";
import type { Expression } from "./types";

type Call = Extract<Expression, { type: "call" }>;

/** Functions of one number. */
export const NUMBER_FUNCTIONS: ReadonlyMap<string, (x: number) => number> = new Map([
  ["log", Math.log],
  ["exp", Math.exp],
  ["sqrt", Math.sqrt],
  ["abs", Math.abs],
  ["log1p", Math.log1p],
  ["log10", Math.log10],
  ["log2", Math.log2],
]);

/** Functions that make a whole variable of a formula and cannot stand inside another. */
const VARIABLE_FUNCTIONS = ["factor", "as.factor", "poly", "scale", "centre", "within", "between"];

/** Whether the expression is a call of one of these functions. */
export function isCall(expression: Expression, ...names: string[]): expression is Call {
  return expression.type === "call" && names.includes(expression.name);
}

/** Whether the expression is `factor(...)`, `poly(...)`, `scale(...)`, `centre(...)`, `within(...)` or `between(...)`. */
export function isVariableCall(expression: Expression): expression is Call {
  return isCall(expression, ...VARIABLE_FUNCTIONS);
}

/** The one argument of a function that takes one. */
export function onlyArgument(call: Call, formula: string): Expression {
  const [argument, second] = call.arguments;
  const extra = argument.type === "named" ? argument : second;
  if (!extra) return argument;
  const hint = {
    log: " For other bases write log2(x), log10(x) or log(x) / log(3).",
    scale: " Besides it only scale = FALSE, which centres without dividing.",
    factor: " Fix levels and their order in the table, with frame(data, { levels }).",
  }[call.name];
  return formulaError("formula-syntax", `${call.name}() takes one argument.${hint ?? ""}`, formula, extra.span);
}

/** Refuses a function that the formulas do not know, or one that cannot stand where it does. */
export function refuseFunction(call: Call, formula: string): never {
  if (VARIABLE_FUNCTIONS.includes(call.name)) {
    const message = `${call.name}() makes a variable of its own: write it as a term by itself, not inside another expression.`;
    return formulaError("formula-syntax", message, formula, call.span);
  }
  const known = [...NUMBER_FUNCTIONS.keys(), "I", ...VARIABLE_FUNCTIONS];
  const span = { start: call.span.start, end: call.span.start + call.name.length };
  const message = `Unknown function "${call.name}".${suggest(call.name, known, "functions")} Compute the column beforehand, or put an operator before the bracket.`;
  return formulaError("formula-syntax", message, formula, span, { function: call.name });
}

/** Whether `scale(x)` divides by the standard deviation; `scale(x, scale = FALSE)` and `centre(x)` do not. */
export function dividesBySd(call: Call, formula: string): boolean {
  const [argument, setting, ...rest] = call.arguments;
  const known = setting?.type === "named" && setting.name === "scale" && truth(setting.value) !== null;
  if (call.name === "scale" && known && rest.length === 0 && argument.type !== "named") return truth(setting.value)!;
  onlyArgument(call, formula);
  return call.name === "scale";
}

/** The grouping column of `within(x, school)` and `between(x, school)`. */
export function meanGroupOf(call: Call, formula: string): Extract<Expression, { type: "name" }> {
  const [argument, group, third] = call.arguments;
  if (argument.type !== "named" && group?.type === "name" && !third) return group;
  const wrong = argument.type === "named" ? argument : (third ?? group ?? call);
  const message = `${call.name}() takes a column or expression of numbers and a grouping column, as in ${call.name}(ses, school).`;
  return formulaError("formula-syntax", message, formula, wrong.span);
}

/** What `poly(x, 2)` and `poly(x, degree = 2, raw = TRUE)` ask for. */
interface Polynomial {
  readonly argument: Expression;
  readonly degree: number;
  readonly raw: boolean;
}

/** Reads the arguments of `poly()`. */
export function polynomialOf(call: Call, formula: string): Polynomial {
  const [argument, ...rest] = call.arguments;
  if (argument.type === "named") return refuseArgument(argument, formula);
  let degree = 1;
  let raw = false;
  rest.forEach((setting, index) => {
    const value = setting.type === "named" ? setting.value : setting;
    const isDegree = setting.type === "named" ? setting.name === "degree" : index === 0;
    if (isDegree && value.type === "number" && Number.isInteger(value.value) && value.value >= 1) degree = value.value;
    else if (setting.type === "named" && setting.name === "raw" && truth(value) !== null) raw = truth(value) === true;
    else refuseArgument(setting, formula);
  });
  return { argument, degree, raw };
}

function truth(value: Expression): boolean | null {
  if (value.type === "logical") return value.value;
  if (value.type === "name" && value.name === "T") return true;
  if (value.type === "name" && value.name === "F") return false;
  return null;
}

function refuseArgument(argument: Expression, formula: string): never {
  const message =
    `poly() takes a column or expression, a whole degree from 1 and raw = TRUE or FALSE, as in poly(age, 2); ` +
    `it cannot use ${printExpression(argument)} here.`;
  return formulaError("formula-syntax", message, formula, argument.span);
}

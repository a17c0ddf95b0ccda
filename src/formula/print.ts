import type { Expression } from "./types";

// Words that R's grammar keeps to itself: as names they need backticks.
const RESERVED = new Set(
  "TRUE FALSE NULL NA NA_integer_ NA_real_ NA_character_ Inf NaN if else repeat while function for next break in".split(
    " ",
  ),
);
const PLAIN_NAME = /^(?:\p{L}|\.(?!\d))[\p{L}\p{M}\p{N}._]*$/u;
const TIGHT = new Set(["/", "^", ":"]);

/** Whether R's grammar keeps the word to itself. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name);
}

/** The expression as R prints (deparses) it: the label of a variable, the same however it was spaced. */
export function printExpression(expression: Expression): string {
  switch (expression.type) {
    case "number":
      return printNumber(expression.value);
    case "text":
      return `"${expression.value.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n").replace(/\t/g, "\\t")}"`;
    case "logical":
      return expression.value ? "TRUE" : "FALSE";
    case "name":
      return printName(expression.name);
    case "parens":
      return `(${printExpression(expression.argument)})`;
    case "unary":
      return `${expression.operator}${printExpression(expression.argument)}`;
    case "binary": {
      const operator = TIGHT.has(expression.operator) ? expression.operator : ` ${expression.operator} `;
      return `${printExpression(expression.left)}${operator}${printExpression(expression.right)}`;
    }
    case "call":
      return `${printName(expression.name)}(${expression.arguments.map(printExpression).join(", ")})`;
    case "named":
      return `${printName(expression.name)} = ${printExpression(expression.value)}`;
  }
}

function printName(name: string): string {
  return PLAIN_NAME.test(name) && !isReserved(name) ? name : `\`${name}\``;
}

/** At most 15 significant digits, in scientific notation where that is shorter: 100000 is `1e+05`, as in R. */
export function printNumber(value: number): string {
  const [mantissa, power] = Number(value.toPrecision(15)).toExponential().split("e");
  const exponent = Number(power);
  const significant = mantissa.replace(".", "").length;
  const decimals = Math.max(0, significant - 1 - exponent);
  const fixedWidth = Math.max(exponent, 0) + 1 + (decimals > 0 ? decimals + 1 : 0);
  const digits = String(Math.abs(exponent)).padStart(2, "0");
  const scientific = `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
  return fixedWidth <= scientific.length ? value.toFixed(decimals) : scientific;
}

/** The names of the columns in an expression, each with its first place. */
export function namesIn(expression: Expression): Extract<Expression, { type: "name" }>[] {
  const found: Extract<Expression, { type: "name" }>[] = [];
  collectNames(expression, found);
  return found.filter((name, index) => found.findIndex((other) => other.name === name.name) === index);
}

function collectNames(expression: Expression, found: Extract<Expression, { type: "name" }>[]): void {
  switch (expression.type) {
    case "name":
      found.push(expression);
      break;
    case "parens":
    case "unary":
      collectNames(expression.argument, found);
      break;
    case "binary":
      collectNames(expression.left, found);
      collectNames(expression.right, found);
      break;
    case "call":
      for (const argument of expression.arguments) collectNames(argument, found);
      break;
    case "named":
      // raw = T: the value is a setting, not a column.
      break;
  }
}

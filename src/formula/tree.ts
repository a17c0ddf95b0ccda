import { fail } from "../errors/error";
import { formulaError } from "./error";
import { isReserved } from "./print";
import { type Token, tokenise } from "./tokens";
import type { Expression, Span } from "./types";

// R's precedence (?Syntax), lowest first.
const BINARY: ReadonlyMap<string, number> = new Map([
  ...precedence(1, "|", "||"),
  ...precedence(2, "&"),
  ...precedence(4, "<", ">", "<=", ">=", "==", "!="),
  ...precedence(5, "+", "-"),
  ...precedence(6, "*", "/"),
  ...precedence(7, "%in%"),
  ...precedence(8, ":"),
  ...precedence(10, "^"),
]);
const PREFIX: ReadonlyMap<string, number> = new Map([...precedence(3, "!"), ...precedence(9, "-", "+")]);
const COMPARISON = 4;
const POWER = 10;

function precedence(level: number, ...operators: string[]): [string, number][] {
  return operators.map((operator) => [operator, level]);
}

/** The place of a parser in its tokens. */
interface Cursor {
  readonly formula: string;
  readonly tokens: readonly Token[];
  position: number;
}

/** Both sides of a formula as trees. */
interface Sides {
  readonly left: Expression | null;
  readonly right: Expression;
}

/**
 * The two sides of a formula as trees with R's precedence.
 *
 * @throws `formula-syntax`, with a caret.
 */
export function parseSides(formula: string): Sides {
  const cursor: Cursor = { formula, tokens: tokenise(formula), position: 0 };
  if (here(cursor).kind === "end") {
    fail("formula-syntax", "The formula is empty. Write for instance y ~ a + b.", { formula });
  }
  const left = isSymbol(here(cursor), "~") ? null : parseOperators(cursor, 0);
  if (!isSymbol(here(cursor), "~")) {
    if (here(cursor).kind !== "end") refuse(cursor);
    formulaError(
      "formula-syntax",
      "`~` expected: a formula is written response ~ terms, or ~ terms.",
      formula,
      here(cursor).span,
    );
  }
  cursor.position++;
  const right = parseOperators(cursor, 0);
  if (here(cursor).kind !== "end") refuse(cursor);
  return { left, right };
}

function here(cursor: Cursor): Token {
  return cursor.tokens[cursor.position];
}

function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === "symbol" && token.text === symbol;
}

/** Precedence climbing: an operand, then every operator that binds at least as tightly as `lowest`. */
function parseOperators(cursor: Cursor, lowest: number): Expression {
  let left = parsePrefix(cursor);
  for (;;) {
    const token = here(cursor);
    const level = token.kind === "symbol" ? BINARY.get(token.text) : undefined;
    if (level === undefined || level < lowest) return left;
    cursor.position++;
    // ^ groups to the right, everything else to the left.
    const right = parseOperators(cursor, level === POWER ? level : level + 1);
    if (level === COMPARISON && BINARY.get(here(cursor).text) === COMPARISON && here(cursor).kind === "symbol") {
      const message = "Comparisons cannot be chained: write a < b & b < c.";
      formulaError("formula-syntax", message, cursor.formula, here(cursor).span);
    }
    left = { type: "binary", operator: token.text, left, right, span: join(left.span, right.span) };
  }
}

function parsePrefix(cursor: Cursor): Expression {
  const token = here(cursor);
  const level = token.kind === "symbol" ? PREFIX.get(token.text) : undefined;
  if (level === undefined) return parseOperand(cursor);
  cursor.position++;
  const argument = parseOperators(cursor, level);
  return { type: "unary", operator: token.text, argument, span: join(token.span, argument.span) };
}

function parseOperand(cursor: Cursor): Expression {
  const token = here(cursor);
  const { span } = token;
  if (token.kind === "symbol" && token.text !== "(") return refuseOperand(cursor);
  if (token.kind === "end") return refuseOperand(cursor);
  cursor.position++;
  if (token.kind === "number") return { type: "number", value: finiteNumber(token, cursor), span };
  if (token.kind === "text") return { type: "text", value: token.text, span };
  if (token.kind === "symbol") {
    const argument = parseOperators(cursor, 0);
    return { type: "parens", argument, span: join(span, closeBracket(cursor)) };
  }
  if (!token.quoted && (token.text === "TRUE" || token.text === "FALSE")) {
    return { type: "logical", value: token.text === "TRUE", span };
  }
  checkName(token, cursor);
  if (!isSymbol(here(cursor), "(")) return { type: "name", name: token.text, span };
  cursor.position++;
  const parsed = parseArguments(cursor);
  return { type: "call", name: token.text, arguments: parsed, span: join(span, closeBracket(cursor)) };
}

function finiteNumber(token: Token, cursor: Cursor): number {
  const value = Number(token.text);
  if (Number.isFinite(value)) return value;
  return formulaError("formula-syntax", "This number is too large.", cursor.formula, token.span);
}

function checkName(token: Token, cursor: Cursor): void {
  if (token.quoted) return;
  const refused =
    token.text === "."
      ? "`.` (all other columns) is not supported: name the columns."
      : token.text === "offset" && isSymbol(here(cursor), "(")
        ? "offset() is not supported: name the columns whose coefficients are to be estimated."
        : isReserved(token.text)
          ? `\`${token.text}\` is a reserved word. If it is a column, put it in backticks.`
          : undefined;
  if (refused) formulaError("formula-syntax", refused, cursor.formula, token.span);
}

function parseArguments(cursor: Cursor): Expression[] {
  if (isSymbol(here(cursor), ")")) {
    const message = "Nothing between the brackets.";
    const opening = cursor.tokens[cursor.position - 1].span;
    formulaError("formula-syntax", message, cursor.formula, join(opening, here(cursor).span));
  }
  const parsed = [parseArgument(cursor)];
  while (isSymbol(here(cursor), ",")) {
    cursor.position++;
    parsed.push(parseArgument(cursor));
  }
  return parsed;
}

function parseArgument(cursor: Cursor): Expression {
  const name = here(cursor);
  if (name.kind !== "name" || !isSymbol(cursor.tokens[cursor.position + 1], "=")) return parseOperators(cursor, 0);
  cursor.position += 2;
  const value = parseOperators(cursor, 0);
  return { type: "named", name: name.text, value, span: join(name.span, value.span) };
}

function closeBracket(cursor: Cursor): Span {
  const token = here(cursor);
  if (!isSymbol(token, ")")) refuse(cursor, true);
  cursor.position++;
  return token.span;
}

function join(first: Span, last: Span): Span {
  return { start: first.start, end: last.end };
}

/** What to say where an operand should stand. */
function refuseOperand(cursor: Cursor): never {
  const token = here(cursor);
  const before: Token | undefined = cursor.tokens[cursor.position - 1];
  const closing = token.kind === "end" || isSymbol(token, ")");
  if (before && isSymbol(before, "(") && isSymbol(token, ")")) {
    const span = join(before.span, token.span);
    formulaError("formula-syntax", "Nothing between the brackets.", cursor.formula, span);
  }
  if (before && (closing || isSymbol(token, "~") || isSymbol(token, ","))) {
    formulaError("formula-syntax", `Nothing after \`${before.text}\`.`, cursor.formula, before.span);
  }
  const opened = !before || isSymbol(before, "(") || isSymbol(before, ",") || isSymbol(before, "~");
  const message = opened
    ? `Nothing before \`${token.text}\`.`
    : `Nothing between \`${before.text}\` and \`${token.text}\`.`;
  return formulaError("formula-syntax", message, cursor.formula, token.span);
}

/** What to say about a token that cannot follow what stands before it. */
function refuse(cursor: Cursor, inBrackets = false): never {
  const token = here(cursor);
  return formulaError("formula-syntax", refusal(token, inBrackets), cursor.formula, token.span);
}

function refusal(token: Token, inBrackets: boolean): string {
  if (token.kind === "end") return "`)` expected: a bracket is not closed.";
  if (token.kind !== "symbol" || token.text === "(") {
    return `An operator such as \`+\` is missing before \`${token.text}\`.`;
  }
  switch (token.text) {
    case "~":
      return inBrackets ? "`)` expected before `~`." : "A formula has only one `~`.";
    case ")":
      return "This `)` closes nothing: a `(` is missing before it.";
    case ",":
      return "A comma can only separate the arguments of a function.";
    case "=":
      return "`=` does not compare: write `==`.";
    case "&&":
      return "Write `&`: `&&` does not work row by row.";
    case "!":
      return "`!` cannot stand between two operands: write `!=`, or put an operator before it.";
    default:
      return `\`${token.text}\` is not an operator of formulas.`;
  }
}

import { formulaError } from "./error";
import type { Span } from "./types";

/** A piece of a formula's text. `text` is the bare name, the content of a quoted text, or the symbol. */
export interface Token {
  readonly kind: "name" | "number" | "text" | "symbol" | "end";
  readonly text: string;
  /** Whether a name stood in backticks. */
  readonly quoted: boolean;
  readonly span: Span;
}

const BLANKS = /\s+/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /(?:\p{L}|\.(?!\d))[\p{L}\p{M}\p{N}._]*/uy;
const QUOTED = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|`[^`]+`/y;
const SYMBOL = /%[^%\s]*%|\*\*|<=|>=|==|!=|\|\||&&|[-~+*/:^(),<>!&|=]/y;

/** The tokens of a formula, closed by one of kind `end`. */
export function tokenise(formula: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const read = (pattern: RegExp): string => {
    pattern.lastIndex = position;
    return pattern.exec(formula)?.[0] ?? "";
  };
  while (position < formula.length) {
    const blanks = read(BLANKS);
    if (blanks) {
      position += blanks.length;
      continue;
    }
    const token = nextToken(formula, position, read);
    tokens.push(token);
    position = token.span.end;
  }
  tokens.push({ kind: "end", text: "", quoted: false, span: { start: formula.length, end: formula.length } });
  return tokens;
}

function nextToken(formula: string, start: number, read: (pattern: RegExp) => string): Token {
  const token = (kind: Token["kind"], written: string, text = written, quoted = false): Token => ({
    kind,
    text,
    quoted,
    span: { start, end: start + written.length },
  });
  const number = read(NUMBER);
  if (number) return token("number", number);
  const name = read(NAME);
  if (name) return token("name", name);
  const quoted = read(QUOTED);
  if (quoted.startsWith("`")) return token("name", quoted, quoted.slice(1, -1), true);
  if (quoted) return token("text", quoted, unescaped(quoted.slice(1, -1)));
  const symbol = read(SYMBOL);
  // R reads ** as ^.
  if (symbol) return token("symbol", symbol, symbol === "**" ? "^" : symbol);
  return refuseCharacter(formula, start);
}

/** The content of a quoted text: `\n` and `\t` as in R, any other escaped character as itself. */
function unescaped(written: string): string {
  return written.replace(/\\([\s\S])/g, (_, character: string) =>
    character === "n" ? "\n" : character === "t" ? "\t" : character,
  );
}

function refuseCharacter(formula: string, start: number): never {
  const character = String.fromCodePoint(formula.codePointAt(start)!);
  if (formula.startsWith("``", start)) {
    formulaError("formula-syntax", "There is no name between these backticks.", formula, { start, end: start + 2 });
  }
  const opening = { '"': "text", "'": "text", "`": "name in backticks" }[character];
  const message = opening
    ? `The ${opening} that starts here has no closing ${character}.`
    : character === "_"
      ? "A name cannot start with `_`: put it in backticks."
      : `Unexpected character "${character}". A name that is not made of letters, digits, "." and "_" needs backticks.`;
  return formulaError("formula-syntax", message, formula, { start, end: start + character.length });
}

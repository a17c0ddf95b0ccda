import { formulaError } from "./error";
import { printExpression } from "./print";
import type { BoundFormula, BoundTerm, Expression, Span } from "./types";

/** The fixed part in R's canonical form. */
export interface TermList {
  readonly intercept: boolean;
  /** The variables in order of first appearance, each once. */
  readonly variables: readonly Expression[];
  /** Terms as ascending indices into `variables`, by degree, then first appearance. */
  readonly terms: readonly (readonly number[])[];
}

/** A term while it is being expanded. */
type Term = readonly number[];

interface Expansion {
  readonly formula: string;
  readonly variables: Expression[];
  readonly labels: Map<string, number>;
  intercept: boolean;
}

/**
 * Expands `a * b`, `(a + b)^2`, `a / b` and `-` to a list of terms, as R's `terms.formula` does (Chambers and Hastie
 * 1992, chapter 2).
 *
 * @param fixed - the fixed part; null gives the intercept alone.
 */
export function expandTerms(fixed: Expression | null, formula: string): TermList {
  const state: Expansion = { formula, variables: [], labels: new Map(), intercept: true };
  const terms = fixed ? expand(fixed, state, true) : [];
  const sorted = terms.toSorted((a, b) => a.length - b.length);
  return keepUsed(state, sorted);
}

/** Variables that `-` removed altogether are not part of the model; the others keep their order. */
function keepUsed(state: Expansion, terms: readonly Term[]): TermList {
  const used = new Set(terms.flat());
  const position = new Map<number, number>();
  const variables = state.variables.filter((_, index) => {
    if (used.has(index)) position.set(index, position.size);
    return used.has(index);
  });
  return {
    intercept: state.intercept,
    variables,
    terms: terms.map((term) => term.map((index) => position.get(index)!)),
  };
}

/** @param adding - false inside an odd number of `-`, where `1` removes the intercept and `0` adds it. */
function expand(tree: Expression, state: Expansion, adding: boolean): Term[] {
  switch (tree.type) {
    case "parens":
      return expand(tree.argument, state, adding);
    case "name":
    case "call":
      return [[variableIndex(tree, state)]];
    case "number":
      if (tree.value !== 0 && tree.value !== 1) {
        const message =
          "Only 0 and 1 stand for themselves, without and with intercept; other numbers belong inside I().";
        formulaError("formula-syntax", message, state.formula, tree.span);
      }
      state.intercept = (tree.value === 1) === adding;
      return [];
    case "unary":
      if (tree.operator === "+") return expand(tree.argument, state, adding);
      if (tree.operator === "-") {
        expand(tree.argument, state, !adding);
        return [];
      }
      return refuseOperator(tree, state.formula);
    case "binary":
      return expandBinary(tree, state, adding);
    default:
      return formulaError("formula-syntax", "A column or a function is needed here.", state.formula, tree.span);
  }
}

function expandBinary(tree: Extract<Expression, { type: "binary" }>, state: Expansion, adding: boolean): Term[] {
  const { operator } = tree;
  if (operator === "^") return expandPower(tree, state, adding);
  if (!["+", "-", "*", ":", "/", "%in%"].includes(operator)) return refuseOperator(tree, state.formula);
  if (operator !== "+" && operator !== "-")
    for (const side of [tree.left, tree.right]) refuseNumber(side, operator, state);
  const left = expand(tree.left, state, adding);
  const right = expand(tree.right, state, operator === "-" ? !adding : adding);
  switch (operator) {
    case "+":
      return distinct([...left, ...right]);
    case "-":
      return left.filter((term) => !right.some((other) => key(other) === key(term)));
    case "*":
      return distinct([...left, ...right, ...crossed(left, right)]);
    case ":":
      return distinct(crossed(left, right));
    case "/":
      return distinct([...left, ...crossed([left.reduce(union, [])], right)]);
    default:
      return distinct(crossed(left, [right.reduce(union, [])]));
  }
}

function expandPower(tree: Extract<Expression, { type: "binary" }>, state: Expansion, adding: boolean): Term[] {
  const exponent = tree.right;
  if (exponent.type !== "number" || !Number.isInteger(exponent.value) || exponent.value < 1) {
    const message =
      "Outside I(), `^` takes a whole number from 1: (a + b)^2. For powers of a column write I(a^2) or poly(a, 2).";
    formulaError("formula-syntax", message, state.formula, exponent.span);
  }
  const left = expand(tree.left, state, adding);
  let result = left;
  // No term has more variables than there are: further powers change nothing.
  for (let power = 1; power < Math.min(exponent.value, state.variables.length); power++) {
    result = distinct(crossed(left, result));
  }
  return result;
}

function refuseNumber(side: Expression, operator: string, state: Expansion): void {
  if (side.type !== "number") return;
  const message = `Numbers cannot be combined by \`${operator}\` outside I(): write I(...) for arithmetic.`;
  formulaError("formula-syntax", message, state.formula, side.span);
}

function refuseOperator(tree: Extract<Expression, { type: "unary" | "binary" }>, formula: string): never {
  const { operator } = tree;
  const written = printExpression(tree);
  return formulaError("formula-syntax", `\`${operator}\` belongs inside I(): write I(${written}).`, formula, tree.span);
}

function variableIndex(tree: Expression, state: Expansion): number {
  const label = printExpression(tree);
  const known = state.labels.get(label);
  if (known !== undefined) return known;
  state.labels.set(label, state.variables.length);
  return state.variables.push(tree) - 1;
}

function crossed(left: readonly Term[], right: readonly Term[]): Term[] {
  return left.flatMap((a) => right.map((b) => union(a, b)));
}

function union(a: Term, b: Term): Term {
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}

function distinct(terms: readonly Term[]): Term[] {
  return [...new Map(terms.map((term) => [key(term), term])).values()];
}

function key(term: Term): string {
  return term.join(",");
}

/** How each variable of a term is coded. */
export type Coding = BoundTerm["coding"][number];

/**
 * R's rule for contrasts: a factor has treatment contrasts where the rest of its term stands in the model before it
 * (an empty rest always does), all its dummies elsewhere. Without an intercept the first factor of the first term with
 * one has all its dummies.
 *
 * @param categorical - for each variable whether it has levels.
 */
export function codeTerms(list: TermList, categorical: readonly boolean[]): Coding[][] {
  const codings = list.terms.map((term, index) =>
    term.map((variable): Coding => {
      const rest = term.filter((other) => other !== variable);
      const within = (earlier: Term): boolean => rest.every((other) => earlier.includes(other));
      const present = rest.length === 0 || list.terms.slice(0, index).some(within);
      return present || !categorical[variable] ? "treatment" : "full";
    }),
  );
  if (list.intercept) return codings;
  const first = list.terms.findIndex((term) => term.some((variable) => categorical[variable]));
  if (first >= 0) codings[first][list.terms[first].findIndex((variable) => categorical[variable])] = "full";
  return codings;
}

/** Refuses a formula whose response is also one of its variables. */
export function refuseResponseAmongTerms(list: TermList, response: Expression | null, formula: string): void {
  if (!response) return;
  const label = printExpression(response);
  const same = list.variables.find((variable) => printExpression(variable) === label);
  if (!same) return;
  const span: Span = same.span;
  formulaError("formula-syntax", `The response ${label} also stands among the terms.`, formula, span);
}

/**
 * The fixed terms of a bound formula with the positions of their columns in the design.
 *
 * @returns one entry per term in the formula's order, without the intercept (column 0 where there is one).
 * @example
 * ```ts
 * import { bindFormula, termsOf } from "likewise";
 * const bound = bindFormula("y ~ a * race", { y: [1, 2, 3], a: [4, 5, 7], race: ["black", "white", "hispan"] });
 * termsOf(bound); // [{ label: "a", columns: [1] }, { label: "race", columns: [2, 3] }, { label: "a:race", columns: [4, 5] }]
 * ```
 */
export function termsOf(bound: BoundFormula): { label: string; columns: number[] }[] {
  let next = bound.intercept ? 1 : 0;
  return bound.terms.map((term) => {
    const columns = term.columns.map((_, index) => next + index);
    next += columns.length;
    return { label: term.label, columns };
  });
}

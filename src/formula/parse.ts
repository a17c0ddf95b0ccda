import { fail } from "../errors/error";
import { formulaError } from "./error";
import { expandTerms } from "./terms";
import { parseSides } from "./tree";
import type { Expression, RandomTerm, Span } from "./types";

/** A random term with the places of its parts. */
export interface ParsedRandomTerm extends RandomTerm {
  readonly effectsTree: Expression;
  readonly groupNames: readonly { readonly name: string; readonly span: Span }[];
}

/** A formula taken apart: what it explains, its fixed part and its random terms. */
export interface ParsedFormula {
  readonly formula: string;
  /** The left side; null in a formula like `~ a + b`. */
  readonly response: Expression | null;
  /** The right side without its random terms; null where nothing else stands there. */
  readonly fixed: Expression | null;
  readonly randomTerms: readonly ParsedRandomTerm[];
}

/**
 * Reads a formula in R's notation, without looking at any data.
 *
 * @param formula - `response ~ terms`, with `(effects | group)` for random terms.
 * @throws `formula-syntax`, with a caret under the place and the reason in words.
 * @example
 * ```ts
 * import { parseFormula } from "likewise";
 * parseFormula("mathach ~ ses + (1 | school)").randomTerms[0].groups; // ["school"]
 * ```
 */
export function parseFormula(formula: string): ParsedFormula {
  if (typeof formula !== "string") {
    fail(
      "invalid-argument",
      `A formula is text such as "y ~ a + b", not ${formula === null ? "null" : typeof formula}.`,
    );
  }
  const { left, right } = parseSides(formula);
  const randomTerms: ParsedRandomTerm[] = [];
  const fixed = withoutRandomTerms(right, formula, randomTerms);
  return { formula, response: left, fixed, randomTerms };
}

/** Takes `(effects | group)` out of a sum and appends it to `found`. */
function withoutRandomTerms(tree: Expression, formula: string, found: ParsedRandomTerm[]): Expression | null {
  if (tree.type === "parens") {
    if (isBar(tree.argument)) {
      found.push(randomTerm(tree, formula));
      return null;
    }
    const argument = withoutRandomTerms(tree.argument, formula, found);
    return argument && { ...tree, argument };
  }
  if (tree.type === "binary" && (tree.operator === "+" || tree.operator === "-")) {
    const left = withoutRandomTerms(tree.left, formula, found);
    if (tree.operator === "-") {
      refuseRandomTerms(tree.right, formula);
      return left ? { ...tree, left } : { type: "unary", operator: "-", argument: tree.right, span: tree.right.span };
    }
    const right = withoutRandomTerms(tree.right, formula, found);
    return left && right ? { ...tree, left, right } : (left ?? right);
  }
  refuseRandomTerms(tree, formula);
  return tree;
}

function isBar(tree: Expression): boolean {
  return tree.type === "binary" && (tree.operator === "|" || tree.operator === "||");
}

function refuseRandomTerms(tree: Expression, formula: string): void {
  if (isBar(tree)) {
    const example = "(1 | school)";
    formulaError("formula-syntax", `A random term stands in brackets of its own: ${example}.`, formula, tree.span);
  }
  if (tree.type === "parens" && isBar(tree.argument)) {
    formulaError("formula-syntax", "A random term can only be added with `+`.", formula, tree.span);
  }
  if (tree.type === "parens" || tree.type === "unary") refuseRandomTerms(tree.argument, formula);
  if (tree.type === "binary") {
    refuseRandomTerms(tree.left, formula);
    refuseRandomTerms(tree.right, formula);
  }
}

function randomTerm(tree: Extract<Expression, { type: "parens" }>, formula: string): ParsedRandomTerm {
  const bar = tree.argument as Extract<Expression, { type: "binary" }>;
  if (isBar(bar.left)) formulaError("formula-syntax", "A random term has only one bar.", formula, bar.span);
  const written = (span: Span): string => formula.slice(span.start, span.end).trim().replace(/\s+/g, " ");
  expandTerms(bar.left, formula); // raises what is wrong with the effects
  const groupNames = groupingNames(bar.right, formula);
  return {
    effects: written(bar.left.span),
    groups: groupNames.map((group) => group.name),
    uncorrelated: bar.operator === "||",
    label: written(tree.span),
    effectsTree: bar.left,
    groupNames,
  };
}

function groupingNames(tree: Expression, formula: string): { name: string; span: Span }[] {
  if (tree.type === "parens") return groupingNames(tree.argument, formula);
  if (tree.type === "name") return [{ name: tree.name, span: tree.span }];
  if (tree.type === "binary" && tree.operator === "/") {
    return [...groupingNames(tree.left, formula), ...groupingNames(tree.right, formula)];
  }
  const message = "After the bar stands a column, or columns nested from the outermost in: (1 | alliance/school).";
  return formulaError("formula-syntax", message, formula, tree.span);
}

/** The grouping columns of all random terms, in the order of first mention. */
export function groupNamesOf(parsed: ParsedFormula): ParsedRandomTerm["groupNames"] {
  const all = parsed.randomTerms.flatMap((term) => term.groupNames);
  return all.filter((group, index) => all.findIndex((other) => other.name === group.name) === index);
}

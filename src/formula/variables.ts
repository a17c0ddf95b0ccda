import { parseFormula } from "./parse";
import { namesIn } from "./print";

/**
 * The columns that a formula reads, in the order of first mention: outcome, fixed part, random terms.
 *
 * @param formula - a formula in R's notation.
 * @throws `formula-syntax`, with a caret under the place.
 * @example
 * ```ts
 * import { formulaColumns } from "likewise";
 * formulaColumns("mathach ~ ses * log(size) + (1 | school)"); // ["mathach", "ses", "size", "school"]
 * ```
 */
export function formulaColumns(formula: string): string[] {
  const { response, fixed, randomTerms } = parseFormula(formula);
  const trees = [response, fixed, ...randomTerms.map((term) => term.effectsTree)].filter((tree) => tree !== null);
  const names = trees.flatMap((tree) => namesIn(tree).map((part) => part.name));
  return [...new Set([...names, ...randomTerms.flatMap((term) => term.groups)])];
}

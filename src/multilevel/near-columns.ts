import { listSome } from "../errors/words";
import { factorise } from "../linalg/symmetric";

/** Columns that keep less than this share of their variation beside the others. */
const NEAR = 1e-3;

/** The columns of a cross-product matrix (p × p) that are nearly combinations of the others. */
export function nearColumns(products: Float64Array, names: readonly string[]): string[] {
  const p = names.length;
  const inverse = factorise(products, p)?.inverse();
  if (inverse === undefined) return [];
  return names.filter((_, k) => products[k * (p + 1)] * inverse[k * (p + 1)] > 1 / NEAR);
}

/** What an error says to do about them. */
export function nearColumnsAdvice(kind: "fixed" | "random", names: readonly string[]): string {
  return (
    `The ${kind} columns ${listSome(names)} nearly follow from one another: less than a thousandth of each one's variation is its own. ` +
    "Leave one out, or put its difference from another in its place, which is the same model."
  );
}

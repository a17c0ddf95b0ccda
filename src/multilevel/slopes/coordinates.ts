import { mirror } from "../../linalg/gram";
import type { SlopesSummary, SlopeTerm } from "./types";

/** What is taken from columns and what they are then divided by. */
export interface Coordinates {
  readonly shift: Float64Array;
  readonly scale: Float64Array;
}

/** Whether the term's first column is the constant. */
export function hasConstant(term: SlopeTerm): boolean {
  return term.bound.intercept && term.positions[0] === 0;
}

/** For each random column the place of the constant that takes its shift back, −1 where there is none. */
export function randomConstants(terms: readonly SlopeTerm[]): number[] {
  let start = 0;
  return terms.flatMap((term) => {
    const constant = term.correlated && hasConstant(term) ? start : -1;
    start += term.columns.length;
    return term.columns.map(() => constant);
  });
}

/** The same for the fixed columns and the outcome. */
export function fixedConstants({ bound, shift }: Pick<SlopesSummary, "bound" | "shift">): number[] {
  return Array.from(shift, () => (bound.intercept ? 0 : -1));
}

/**
 * Row-major matrix of rows in other coordinates: (x − c)/s becomes (x − c')/s', with the constant to move by.
 *
 * @param constants - for each column the place of its constant (shift 0, scale 1 in both), or −1.
 */
export function inCoordinates(
  rows: Float64Array,
  from: Coordinates,
  to: Coordinates,
  constants: readonly number[],
): Float64Array {
  const width = constants.length;
  const result = rows.slice();
  constants.forEach((constant, k) => {
    const by = from.scale[k] / to.scale[k];
    const move = (from.shift[k] - to.shift[k]) / to.scale[k];
    const moves = constant >= 0 && constant !== k && move !== 0;
    for (let at = 0; at < rows.length; at += width) {
      result[at + k] = rows[at + k] * by + (moves ? rows[at + constant] * move : 0);
    }
  });
  return result;
}

/** Cross-products of such rows, symmetric. */
export function productsInCoordinates(
  products: Float64Array,
  from: Coordinates,
  to: Coordinates,
  constants: readonly number[],
): Float64Array {
  const width = constants.length;
  const half = inCoordinates(products, from, to, constants);
  const turned = half.map((_, i) => half[(i % width) * width + Math.floor(i / width)]);
  return mirror(inCoordinates(turned, from, to, constants), width);
}

/** Compressed groups in the random columns of some terms, with the columns' coordinates. */
export interface RandomPart extends Coordinates {
  /** J × q × q */
  readonly factors: Float64Array;
  /** J × q × r */
  readonly projections: Float64Array;
  /** q × q */
  readonly squares: Float64Array;
}

/**
 * The same groups with further random columns, 0 in every row of theirs.
 *
 * @param terms - what the part's columns are, and what they shall be.
 */
export function withColumns(
  part: RandomPart,
  terms: { readonly from: readonly SlopeTerm[]; readonly to: readonly SlopeTerm[] },
  groups: number,
  r: number,
): RandomPart {
  const known = placesOf(terms.from);
  const places = placesOf(terms.to).map((name) => known.indexOf(name));
  const [q, wide] = [known.length, places.length];
  if (q === wide) return part;
  const factors = new Float64Array(groups * wide * wide);
  const projections = new Float64Array(groups * wide * r);
  const squares = new Float64Array(wide * wide);
  places.forEach((own, k) => {
    if (own < 0) return;
    for (let j = 0; j < groups; j++) {
      const row = (j * q + own) * r;
      projections.set(part.projections.subarray(row, row + r), (j * wide + k) * r);
    }
    places.forEach((other, l) => {
      if (other < 0) return;
      squares[k * wide + l] = part.squares[own * q + other];
      for (let j = 0; j < groups; j++) {
        factors[(j * wide + k) * wide + l] = part.factors[(j * q + own) * q + other];
      }
    });
  });
  return {
    factors,
    projections,
    squares,
    shift: Float64Array.from(places, (own) => (own < 0 ? 0 : part.shift[own])),
    scale: Float64Array.from(places, (own) => (own < 0 ? 1 : part.scale[own])),
  };
}

/** Random columns by term and position. */
function placesOf(terms: readonly SlopeTerm[]): string[] {
  return terms.flatMap(({ positions }, t) => positions.map((position) => `${t} ${position}`));
}

import { grown } from "../grown";
import { failEmpty, mergeDiagnostics } from "../merge-diagnostics";
import { sortedLevels } from "../natural-order";
import { requireSame } from "../same-summary";
import { clearRounding, stackGroups } from "./compress";
import {
  type Coordinates,
  fixedConstants,
  inCoordinates,
  productsInCoordinates,
  type RandomPart,
  randomConstants,
  withColumns,
} from "./coordinates";
import { totalProducts } from "./scale";
import type { SlopesSummary, SlopeTerm } from "./types";

/**
 * A summary of random slopes under construction: parts come in, groups are found by name.
 *
 * A group cut in two has its factors stacked and decomposed again, [R_a; R_b] = QR, and what Q leaves of [B_a; B_b] joins
 * W: sums of squares alone, nothing is subtracted. Parts are put in the coordinates of the first, and in the end all in
 * those of all rows, as if they had been read at once: the fit is the same in other coordinates but for rounding, and
 * the means and scales of all rows are sums over parts, in whatever order.
 */
export function createSlopesMerger(): { add(part: SlopesSummary): void; finish(): SlopesSummary } {
  let parts = 0;
  let base: SlopesSummary | null = null;
  let terms: readonly SlopeTerm[] = [];
  const index = new Map<string, number>();
  const none = new Float64Array(0);
  /** Groups so far and room for more; `squares` is Σ zz' over rows. */
  let random: RandomPart = { shift: none, scale: none, factors: none, projections: none, squares: none };
  let sizes: Float64Array = none;
  let rows: Float64Array = none;
  let within: Float64Array = none;
  let blocks: Float64Array = none;
  let nobs = 0;
  let sumLogWeights = 0;
  const diagnostics: SlopesSummary["diagnostics"][number][] = [];

  function room(groups: number, r: number): void {
    if (groups <= sizes.length) return;
    const capacity = Math.max(64, groups, 2 * sizes.length);
    const q = random.shift.length;
    sizes = grown(sizes, capacity);
    rows = grown(rows, capacity);
    if (base?.blocks) blocks = grown(blocks, capacity * r * r);
    const factors = grown(random.factors, capacity * q * q);
    random = { ...random, factors, projections: grown(random.projections, capacity * q * r) };
  }

  /** Makes room for random columns that are 0 in all parts so far, such as dummies of a level met late. */
  function widen(part: SlopesSummary): void {
    const union = unionOf(terms, part.random);
    random = withColumns(random, { from: terms, to: union }, sizes.length, part.shift.length);
    terms = union;
  }

  return {
    add(part) {
      diagnostics.push(...part.diagnostics);
      if (part.nobs === 0) return;
      const r = part.shift.length;
      if (base === null) {
        base = part;
        terms = part.random;
        const { randomShift: shift, randomScale: scale } = part;
        random = { shift, scale, factors: none, projections: none, squares: new Float64Array(shift.length ** 2) };
        within = new Float64Array(r * r);
      } else requireSame(base, part);
      widen(part);
      const moved = inCoordinatesOf(part, base, terms, random);
      room(index.size + part.levels.length, r);
      moved.squares.forEach((value, i) => {
        random.squares[i] += part.nobs * value;
      });
      addTo(within, 0, moved.within);
      part.levels.forEach((level, from) => {
        const known = index.get(level);
        const to = known ?? index.size;
        if (known === undefined) {
          index.set(level, to);
          copyGroup(moved, from, random, to, r);
        } else {
          const left = stackGroups({ ...random, group: to }, { ...moved, group: from }, random.shift.length, r);
          addTo(within, 0, left);
          if (part.blocks) addTo(blocks, to * r * r, left);
        }
        if (moved.blocks) addTo(blocks, to * r * r, moved.blocks.subarray(from * r * r, (from + 1) * r * r));
        sizes[to] += part.sizes[from];
        rows[to] += (part.rows ?? part.sizes)[from];
      });
      nobs += part.nobs;
      sumLogWeights += part.sumLogWeights;
      parts++;
    },
    finish() {
      if (base === null) return failEmpty(diagnostics);
      const q = random.shift.length;
      const { levels, inOrder } = sortedLevels(index);
      const kept = inOrder(rows, 1);
      const said = mergeDiagnostics(
        diagnostics,
        kept.reduce((sum, size) => sum + size, 0),
      );
      const { withinLow, ...first } = base;
      const whole: SlopesSummary = {
        ...first,
        // Parts in other coordinates were added up in plain doubles.
        ...(withinLow && parts === 1 && { withinLow }),
        random: terms,
        randomShift: random.shift,
        randomScale: random.scale,
        levels,
        sizes: inOrder(sizes, 1),
        ...(base.rows && { rows: kept }),
        factors: inOrder(random.factors, q * q),
        projections: inOrder(random.projections, q * base.shift.length),
        within: within.slice(),
        ...(base.blocks && { blocks: inOrder(blocks, base.shift.length ** 2) }),
        meanSquares: random.squares.map((value) => value / nobs),
        nobs,
        sumLogWeights,
        diagnostics: said,
      };
      // One part is in the coordinates of its rows already.
      return parts === 1 ? whole : aboutMeans(whole);
    },
  };
}

/** The terms with every column that one of two summaries has, in the order of their formulas. */
function unionOf(a: readonly SlopeTerm[], b: readonly SlopeTerm[]): SlopeTerm[] {
  return a.map((term, t) => {
    const positions = [...new Set([...term.positions, ...b[t].positions])].sort((x, y) => x - y);
    return { ...term, positions, columns: positions.map((k) => term.bound.columns[k]) };
  });
}

/** A part's groups in the columns and coordinates of the merged ones. */
function inCoordinatesOf(
  part: SlopesSummary,
  base: SlopesSummary,
  terms: readonly SlopeTerm[],
  random: Coordinates,
): RandomPart & Pick<SlopesSummary, "within" | "blocks"> {
  const { randomShift: shift, randomScale: scale, factors, projections, meanSquares: squares } = part;
  const to = { from: part.random, to: terms };
  const own = withColumns({ shift, scale, factors, projections, squares }, to, part.levels.length, part.shift.length);
  const [ofRandom, ofFixed] = [randomConstants(terms), fixedConstants(part)];
  return {
    ...random,
    factors: inCoordinates(own.factors, own, random, ofRandom),
    projections: inCoordinates(own.projections, part, base, ofFixed),
    squares: productsInCoordinates(own.squares, own, random, ofRandom),
    within: productsInCoordinates(part.within, part, base, ofFixed),
    ...(part.blocks && { blocks: blocksInCoordinates(part.blocks, part, base, ofFixed) }),
  };
}

/** Each group's own cross-products in other coordinates. */
function blocksInCoordinates(
  blocks: Float64Array,
  from: Coordinates,
  to: Coordinates,
  constants: readonly number[],
): Float64Array {
  const size = constants.length ** 2;
  const result = new Float64Array(blocks.length);
  for (let at = 0; at < blocks.length; at += size) {
    result.set(productsInCoordinates(blocks.subarray(at, at + size), from, to, constants), at);
  }
  return result;
}

function addTo(sum: Float64Array, start: number, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) sum[start + i] += values[i];
}

function copyGroup(from: RandomPart, j: number, to: RandomPart, place: number, r: number): void {
  const q = from.shift.length;
  to.factors.set(from.factors.subarray(j * q * q, (j + 1) * q * q), place * q * q);
  to.projections.set(from.projections.subarray(j * q * r, (j + 1) * q * r), place * q * r);
}

/** The summary in the coordinates of all its rows: columns about their means where a constant can take these back. */
function aboutMeans(summary: SlopesSummary): SlopesSummary {
  const { nobs, sumLogWeights, factors, projections, within, meanSquares, random } = summary;
  const r = summary.shift.length;
  const total = totalProducts(summary);
  const before = { shift: summary.randomShift, scale: summary.randomScale };
  const [ofRandom, ofFixed] = [randomConstants(random), fixedConstants(summary)];
  // Where no constant counts the weights, their number times their geometric mean is near enough for a scale.
  const weight = summary.bound.intercept ? total[0] : nobs * Math.exp(sumLogWeights / nobs);
  const fixed = centred(total, weight, summary, ofFixed);
  const after = centred(meanSquares, 1, before, ofRandom);
  const products = productsInCoordinates(total, summary, fixed, ofFixed);
  const diagonal = Float64Array.from({ length: r }, (_, k) => products[k * r + k]);
  return {
    ...summary,
    ...fixed,
    randomShift: after.shift,
    randomScale: after.scale,
    factors: inCoordinates(factors, before, after, ofRandom),
    projections: inCoordinates(projections, summary, fixed, ofFixed),
    within: clearRounding(productsInCoordinates(within, summary, fixed, ofFixed), diagonal),
    ...(summary.blocks && { blocks: blocksInCoordinates(summary.blocks, summary, fixed, ofFixed) }),
    meanSquares: productsInCoordinates(meanSquares, before, after, ofRandom),
  };
}

/** Means and root mean squares of columns from their cross-products. */
function centred(
  products: Float64Array,
  weight: number,
  { shift, scale }: Coordinates,
  constants: readonly number[],
): { shift: Float64Array; scale: Float64Array } {
  const width = constants.length;
  const result = { shift: Float64Array.from(shift), scale: Float64Array.from(scale) };
  constants.forEach((constant, k) => {
    if (constant === k) return;
    const mean = constant < 0 ? 0 : products[constant * width + k] / products[constant * width + constant];
    const size = Math.sqrt(Math.max(products[k * width + k] / weight - mean * mean, 0));
    result.shift[k] += result.scale[k] * mean;
    result.scale[k] = size === 0 ? 1 : result.scale[k] * size;
  });
  return result;
}

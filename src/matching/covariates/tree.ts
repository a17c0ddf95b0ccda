import { sortedOrder } from "../../linalg/sort";
import type { PartnerProblem } from "./problem";
import { presentRows } from "./spread";

/**
 * Possible partners in k-d trees, one per stratum, whose nodes know what is still free in them.
 *
 * The places of a node stand side by side in slots. A node's box holds the least and the greatest value of each
 * dimension among its free places: the coordinates first, then the columns under limits.
 */
export interface Forest {
  /** Coordinates that distances are made of. */
  readonly p: number;
  /** Those and the columns under limits. */
  readonly dimensions: number;
  /** Row of the data by place. */
  readonly row: Int32Array;
  /** By place; and by row of the data, −1 without one: see {@link rankUnits}. */
  readonly rank: Int32Array;
  readonly rankOfRow: Int32Array;
  /** The leaf of each place. */
  readonly leaf: Int32Array;
  /** Places change slots within their leaf, so that the free ones come first. */
  readonly slotOf: Int32Array;
  readonly placeAt: Int32Array;
  /** slots × dimensions, row-major: a search reads a place in one go. */
  readonly points: Float64Array;
  /** First slot of each node, and how many of its places are free. */
  readonly start: Int32Array;
  readonly free: Int32Array;
  /** The first of a node's two children, which stand side by side; −1 for a leaf. */
  readonly child: Int32Array;
  /** −1 for a root. */
  readonly parent: Int32Array;
  /** nodes × dimensions × 2, row-major. */
  readonly box: Float64Array;
  /** The least and the greatest rank among the free places of a node. */
  readonly lowRank: Int32Array;
  readonly highRank: Int32Array;
  /** The root of each stratum, −1 where it has no possible partners. */
  readonly root: Int32Array;
}

/** Builds the trees in O(n log n). */
export function growForest(problem: PartnerProblem, z: readonly Float64Array[], leafSize: number): Forest {
  const { strata, limits } = problem;
  const rankOfRow = rankUnits(problem, z[0]);
  const { row, starts } = poolByStratum(problem);
  const columns = [...z, ...limits.map(({ values }) => values)];
  const forest = emptyForest(row, rankOfRow, z.length, columns.length, strata, leafSize);
  let nodes = 0;
  for (let s = 0; s < strata; s++) {
    forest.root[s] = -1;
    if (starts[s] === starts[s + 1]) continue;
    forest.root[s] = nodes;
    forest.start[nodes] = starts[s];
    forest.free[nodes] = starts[s + 1] - starts[s];
    forest.parent[nodes] = -1;
    nodes = growTree(forest, columns, nodes, leafSize);
  }
  for (let place = 0; place < row.length; place++) {
    forest.rank[place] = rankOfRow[row[place]];
    for (let j = 0; j < columns.length; j++) forest.points[place * columns.length + j] = columns[j][row[place]];
  }
  for (let node = nodes - 1; node >= 0; node--) {
    if (forest.child[node] < 0) rankRangeOf(forest, node);
    else mergeChildren(forest, node);
  }
  return forest;
}

/**
 * Ranks that decide between equal distances: position in the stable ascending order of the first coordinate among the
 * units of the stratum, focal ones and those left out of the match included; −1 for units without a point or stratum.
 */
function rankUnits({ stratum, strata }: Pick<PartnerProblem, "stratum" | "strata">, first: Float64Array): Int32Array {
  const rank = new Int32Array(first.length).fill(-1);
  const units = presentRows(first);
  const order = sortedOrder(Float64Array.from(units, (row) => first[row]));
  const next = new Int32Array(strata);
  for (let i = 0; i < order.length; i++) {
    const row = units[order[i]];
    const s = stratum === null ? 0 : stratum[row];
    if (s >= 0) rank[row] = next[s]++;
  }
  return rank;
}

/** Possible partners stratum by stratum in data order, and the first place of each stratum. */
export function poolByStratum({ pool, stratum, strata }: PartnerProblem): { row: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(strata + 1);
  const stratumOf = (row: number): number => (stratum === null ? 0 : stratum[row]);
  for (let row = 0; row < pool.length; row++) if (pool[row] === 1) starts[stratumOf(row) + 1]++;
  for (let s = 0; s < strata; s++) starts[s + 1] += starts[s];
  const next = starts.slice();
  const rows = new Int32Array(starts[strata]);
  for (let row = 0; row < pool.length; row++) if (pool[row] === 1) rows[next[stratumOf(row)]++] = row;
  return { row: rows, starts };
}

function emptyForest(
  row: Int32Array,
  rankOfRow: Int32Array,
  p: number,
  dimensions: number,
  strata: number,
  leafSize: number,
): Forest {
  // Splitting in the middle leaves at least half a leaf's places in each leaf.
  const nodes = 2 * (strata + Math.ceil((2 * row.length) / leafSize));
  const ofNodes = (): Int32Array => new Int32Array(nodes);
  return {
    p,
    dimensions,
    row,
    rank: new Int32Array(row.length),
    rankOfRow,
    leaf: new Int32Array(row.length),
    slotOf: Int32Array.from(row.keys()),
    placeAt: Int32Array.from(row.keys()),
    points: new Float64Array(row.length * dimensions),
    start: ofNodes(),
    free: ofNodes(),
    child: ofNodes().fill(-1),
    parent: ofNodes(),
    box: new Float64Array(nodes * 2 * dimensions),
    lowRank: ofNodes(),
    highRank: ofNodes(),
    root: new Int32Array(strata),
  };
}

/** Splits a root and its descendants; returns the number of nodes there are then. */
function growTree(forest: Forest, columns: readonly Float64Array[], root: number, leafSize: number): number {
  const { row, rankOfRow, start, free, child, parent, leaf } = forest;
  let nodes = root + 1;
  // Children get later numbers than their parents, so that this visits all.
  for (let node = root; node < nodes; node++) {
    boxOf(forest, columns, node);
    const end = start[node] + free[node];
    if (free[node] <= leafSize) {
      leaf.fill(node, start[node], end);
      continue;
    }
    const widest = widestCoordinate(forest, node);
    const middle = (start[node] + end + 1) >> 1;
    // Places that coincide are split by rank, which is what then decides between them.
    select(row, widest < 0 ? rankOfRow : columns[widest], start[node], end, middle);
    child[node] = nodes;
    start[nodes] = start[node];
    free[nodes] = middle - start[node];
    parent[nodes++] = node;
    start[nodes] = middle;
    free[nodes] = end - middle;
    parent[nodes++] = node;
  }
  return nodes;
}

function boxOf({ row, start, free, box, dimensions }: Forest, columns: readonly Float64Array[], node: number): void {
  const end = start[node] + free[node];
  for (let j = 0; j < dimensions; j++) {
    const column = columns[j];
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let place = start[node]; place < end; place++) {
      const value = column[row[place]];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    box[2 * (node * dimensions + j)] = low;
    box[2 * (node * dimensions + j) + 1] = high;
  }
}

/** The coordinate with the largest extent; −1 where all places coincide. */
function widestCoordinate({ box, p, dimensions }: Forest, node: number): number {
  let widest = -1;
  let extent = 0;
  for (let j = 0; j < p; j++) {
    const at = 2 * (node * dimensions + j);
    if (box[at + 1] - box[at] <= extent) continue;
    extent = box[at + 1] - box[at];
    widest = j;
  }
  return widest;
}

/** Rearranges rows so that those before `middle` have no larger keys than those from it on (Hoare's quickselect). */
function select(row: Int32Array, key: Float64Array | Int32Array, start: number, end: number, middle: number): void {
  let low = start;
  let high = end - 1;
  while (low < high) {
    const pivot = medianOfThree(key[row[low]], key[row[(low + high) >> 1]], key[row[high]]);
    let i = low;
    let j = high;
    while (i <= j) {
      while (key[row[i]] < pivot) i++;
      while (key[row[j]] > pivot) j--;
      if (i > j) break;
      const swapped = row[i];
      row[i++] = row[j];
      row[j--] = swapped;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Takes a place out; the boxes and ranks of the nodes above shrink to what is left, so that searches pass them by. */
export function removePlace(forest: Forest, place: number): void {
  const { dimensions, points, start, parent, rank, leaf, slotOf, placeAt, free, lowRank, highRank } = forest;
  const node = leaf[place];
  const slot = slotOf[place];
  const last = start[node] + --free[node];
  for (let j = 0; j < dimensions; j++) {
    const value = points[slot * dimensions + j];
    points[slot * dimensions + j] = points[last * dimensions + j];
    shrinkBox(forest, node, j, value);
  }
  const moved = placeAt[last];
  placeAt[slot] = moved;
  slotOf[moved] = slot;
  placeAt[last] = place;
  slotOf[place] = last;
  if (rank[place] === lowRank[node] || rank[place] === highRank[node]) rankRangeOf(forest, node);
  for (let above = parent[node]; above >= 0; above = parent[above]) mergeChildren(forest, above);
}

/** Fits dimension j of a leaf's box to its free places after one with that value has gone. */
function shrinkBox({ start, free, box, points, dimensions }: Forest, node: number, j: number, value: number): void {
  const at = 2 * (node * dimensions + j);
  if (value !== box[at] && value !== box[at + 1]) return;
  const end = start[node] + free[node];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let slot = start[node]; slot < end; slot++) {
    const left = points[slot * dimensions + j];
    if (left < low) low = left;
    if (left > high) high = left;
  }
  box[at] = low;
  box[at + 1] = high;
}

/** Finds the ranks at the ends among the free places of a leaf. */
function rankRangeOf({ start, free, rank, placeAt, lowRank, highRank }: Forest, node: number): void {
  const end = start[node] + free[node];
  let low = rank[placeAt[start[node]]];
  let high = low;
  for (let slot = start[node] + 1; slot < end; slot++) {
    const other = rank[placeAt[slot]];
    if (other < low) low = other;
    if (other > high) high = other;
  }
  lowRank[node] = low;
  highRank[node] = high;
}

/** Fills in what a node knows from its two children. */
function mergeChildren(forest: Forest, node: number): void {
  const { child, free, lowRank, highRank, box, dimensions } = forest;
  const a = child[node];
  const b = a + 1;
  free[node] = free[a] + free[b];
  // Only what has free places counts; a node without any is passed by.
  const one = free[a] > 0 ? a : b;
  const other = free[b] > 0 ? b : a;
  lowRank[node] = Math.min(lowRank[one], lowRank[other]);
  highRank[node] = Math.max(highRank[one], highRank[other]);
  const size = 2 * dimensions;
  for (let j = 0; j < size; j += 2) {
    box[node * size + j] = Math.min(box[one * size + j], box[other * size + j]);
    box[node * size + j + 1] = Math.max(box[one * size + j + 1], box[other * size + j + 1]);
  }
}

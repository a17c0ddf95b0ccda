import type { Rng } from "../../random/rng";
import type { Finder } from "../nearest/finder";
import { blockedPlaces, type PartnerProblem } from "./problem";
import { type Forest, growForest, removePlace } from "./tree";

/**
 * Places per leaf: the more dimensions, the less a box excludes and the more it costs to look at. Measured on 30,000
 * units: 32 is best up to 8 dimensions; from 12 on 128 to 512 are, faster than looking at everyone even with 20.
 */
const leafSizeFor = (p: number): number => (p <= 8 ? 32 : 256);

/** Deeper than any tree that halves its places. */
const DEPTH = 64;

/**
 * Finds partners by least squared Euclidean distance of points.
 *
 * @param z - coordinates, one array of n values per dimension; `NaN` for units without a point.
 * @param width - how many partners a focal unit holds at most.
 * @param chance - decides between equal distances; null = the order of the rows does.
 */
export function createPointFinder(
  problem: PartnerProblem,
  z: readonly Float64Array[],
  width: number,
  chance: Rng | null = null,
  leafSize = leafSizeFor(z.length),
): Finder {
  const forest = growForest(problem, z, leafSize);
  const blocked = blockedPlaces(forest.row.length, problem.focal.length, width);
  const search = createSearch(problem, forest, z, blocked.count, chance);
  const { focal } = problem;
  return {
    row: forest.row,
    search(t) {
      blocked.begin(t);
      const place = search(t);
      blocked.end(t);
      return place;
    },
    distance: (t, place) => squaredDistance(z, focal[t], forest.row[place]),
    hold: blocked.hold,
    remove: (place) => removePlace(forest, place),
  };
}

/** Σ (difference)², summed from the first coordinate on. */
export function squaredDistance(z: readonly Float64Array[], a: number, b: number): number {
  let sum = 0;
  for (let j = 0; j < z.length; j++) {
    const difference = z[j][a] - z[j][b];
    sum += difference * difference;
  }
  return sum;
}

/**
 * The search for the best free place of focal unit t: exactly what looking at all of them in turn would find.
 *
 * Differences, squares and sums round monotonically, so that the distance of a box, summed in the same order, never
 * exceeds the computed distance of a place in it: no tolerance is needed. Between equal distances the larger
 * displacement in rank wins, then the right side: as a number to compare, 2 × displacement, + 1 on the right. With
 * random numbers every equal is met, so that each has the same chance: places that coincide are then looked at one by one.
 */
function createSearch(
  { focal, stratum, limits, admissible }: PartnerProblem,
  forest: Forest,
  z: readonly Float64Array[],
  blocked: Uint8Array,
  chance: Rng | null,
): (t: number) => number {
  const { p, dimensions, row, points, rank, rankOfRow, placeAt, start, child, box, free, lowRank, highRank } = forest;
  const columns = [...z, ...limits.map(({ values }) => values)];
  const widths = Float64Array.from(limits, ({ width }) => width);
  const fours = p - (p % 4);
  const own = new Float64Array(dimensions);
  const waiting = new Int32Array(DEPTH);
  const waitingDistance = new Float64Array(DEPTH);
  let ownRow = -1;
  let ownRank = -1;
  let best = 0;
  let bestKey = 0;
  let found = -1;
  let equals = 0;

  /** The squared distance of a node's box, or −1 where nothing in it can be chosen. */
  const boxDistance = (node: number): number => {
    if (free[node] === 0) return -1;
    const at = 2 * node * dimensions;
    for (let j = p; j < dimensions; j++) {
      const below = box[at + 2 * j] - own[j];
      const above = own[j] - box[at + 2 * j + 1];
      const width = widths[j - p];
      if (width < 0 ? -below <= -width && -above <= -width : below > width || above > width) return -1;
    }
    let sum = 0;
    for (let j = 0; j < p; j++) {
      const below = box[at + 2 * j] - own[j];
      const above = own[j] - box[at + 2 * j + 1];
      const gap = below > 0 ? below : above > 0 ? above : 0;
      sum += gap * gap;
      if (sum > best) return -1;
    }
    return sum;
  };

  const keyOf = (r: number): number => (r > ownRank ? 2 * (r - ownRank) + 1 : 2 * (ownRank - r));
  const largestKey = (node: number): number =>
    chance === null ? Math.max(keyOf(lowRank[node]), keyOf(highRank[node])) : Number.POSITIVE_INFINITY;

  const isWithinLimits = (at: number): boolean => {
    for (let j = p; j < dimensions; j++) {
      const difference = Math.abs(own[j] - points[at + j]);
      const width = widths[j - p];
      if (width < 0 ? difference <= -width : difference > width) return false;
    }
    return true;
  };

  const scanLeaf = (node: number): void => {
    const end = start[node] + free[node];
    let limit = best;
    slots: for (let slot = start[node]; slot < end; slot++) {
      const at = slot * dimensions;
      let sum = 0;
      let j = 0;
      for (; j < fours; j += 4) {
        const d0 = own[j] - points[at + j];
        const d1 = own[j + 1] - points[at + j + 1];
        const d2 = own[j + 2] - points[at + j + 2];
        const d3 = own[j + 3] - points[at + j + 3];
        sum += d0 * d0;
        sum += d1 * d1;
        sum += d2 * d2;
        sum += d3 * d3;
        if (sum > limit) continue slots;
      }
      for (; j < p; j++) {
        const difference = own[j] - points[at + j];
        sum += difference * difference;
      }
      if (sum > limit) continue;
      const place = placeAt[slot];
      const key = keyOf(rank[place]);
      if ((chance === null && sum === limit && key <= bestKey) || blocked[place] > 0 || !isWithinLimits(at)) continue;
      if (admissible !== null && !admissible(ownRow, row[place])) continue;
      if (chance !== null) {
        equals = found >= 0 && sum === limit ? equals + 1 : 1;
        if (equals > 1 && chance.integer(equals) > 0) continue;
      }
      limit = sum;
      best = sum;
      bestKey = key;
      found = place;
    }
  };

  return (t) => {
    ownRow = focal[t];
    ownRank = rankOfRow[ownRow];
    for (let j = 0; j < dimensions; j++) own[j] = columns[j][ownRow];
    best = Number.POSITIVE_INFINITY;
    bestKey = -1;
    found = -1;
    const root = forest.root[stratum === null ? 0 : stratum[ownRow]];
    if (root < 0 || free[root] === 0) return -1;
    waiting[0] = root;
    waitingDistance[0] = 0;
    let depth = 1;
    while (depth > 0) {
      const node = waiting[--depth];
      const distance = waitingDistance[depth];
      if (distance > best || (distance === best && largestKey(node) <= bestKey)) continue;
      const a = child[node];
      if (a < 0) {
        scanLeaf(node);
        continue;
      }
      const toA = boxDistance(a);
      const toB = boxDistance(a + 1);
      // The nearer child is looked at first; between equals the one that may win ties.
      const aFirst = toA < toB || (toA === toB && largestKey(a) >= largestKey(a + 1));
      // What is put down last is taken up first.
      const toFar = aFirst ? toB : toA;
      if (toFar >= 0) {
        waiting[depth] = aFirst ? a + 1 : a;
        waitingDistance[depth++] = toFar;
      }
      const toNear = aFirst ? toA : toB;
      if (toNear >= 0) {
        waiting[depth] = aFirst ? a : a + 1;
        waitingDistance[depth++] = toNear;
      }
    }
    return found;
  };
}

import { sortedOrder } from "../../linalg/sort";

/**
 * Quantiles of type 7 (Hyndman & Fan 1996, The American Statistician 50:361-365) at 0, 1/k, …, 1 of sorted values.
 *
 * In the order of R's arithmetic: a value that is a quantile must come out on the same side of it.
 */
export function equalQuantiles(sorted: Float64Array, k: number): Float64Array {
  const step = 1 / k;
  return Float64Array.from({ length: k + 1 }, (_, i) => {
    const index = 1 + (sorted.length - 1) * (i === k ? 1 : i * step);
    const low = sorted[Math.floor(index) - 1];
    const high = sorted[Math.ceil(index) - 1];
    const share = index - Math.floor(index);
    return share > 0 && high !== low ? (1 - share) * low + share * high : low;
  });
}

/**
 * The class of each row kept from 0: the number of inner cuts at or below its score, classes without units left out;
 * −1 for other rows.
 *
 * @param cuts - ascending, the outer two do not matter.
 */
export function classesBetween(
  score: Float64Array,
  cuts: Float64Array,
  kept: Uint8Array,
): { readonly classOf: Int32Array; readonly classes: number } {
  const inner = cuts.subarray(1, cuts.length - 1);
  const classOf = score.map((value, row) =>
    kept[row] === 0 ? -1 : inner.reduce((below, cut) => below + (cut <= value ? 1 : 0), 0),
  );
  const number = new Int32Array(cuts.length - 1);
  for (const c of classOf) if (c >= 0) number[c] = 1;
  let classes = 0;
  for (let c = 0; c < number.length; c++) number[c] = number[c] === 1 ? classes++ : -1;
  return { classOf: Int32Array.from(classOf, (c) => (c < 0 ? -1 : number[c])), classes };
}

/**
 * Moves units of one group until each class holds at least `least` of them; their scores stay in the order of classes.
 *
 * The lowest class that is short takes one unit at a time from the next class that has any, on the side where a class
 * with units to spare is nearer (below where equally near); what that leaves short is made up from further on. Of that
 * class the unit with the nearest score moves, the first in the data among equal ones. Callers see to it that there are
 * enough.
 *
 * @param rows - of the group.
 * @param classOf - changed in place.
 * @returns how many units changed class.
 */
export function fillClasses(
  rows: Int32Array,
  score: Float64Array,
  classOf: Int32Array,
  classes: number,
  least: number,
): number {
  const members = byClass(rows, score, classOf, classes);
  const before = Int32Array.from(rows, (row) => classOf[row]);
  for (;;) {
    const short = members.findIndex((list) => list.length < least);
    if (short < 0) break;
    const isFromBelow = stepsToSpare(members, short, -1, least) <= stepsToSpare(members, short, 1, least);
    const step = isFromBelow ? -1 : 1;
    let donor = short + step;
    while (members[donor].length === 0) donor += step;
    const row = isFromBelow ? takeHighest(members[donor], score) : (members[donor].shift() as number);
    if (isFromBelow) members[short].unshift(row);
    else members[short].push(row);
  }
  members.forEach((list, c) => {
    for (const row of list) classOf[row] = c;
  });
  return rows.reduce((moved, row, i) => moved + (classOf[row] === before[i] ? 0 : 1), 0);
}

/** Rows of each class by ascending score, equal scores in data order. */
function byClass(rows: Int32Array, score: Float64Array, classOf: Int32Array, classes: number): number[][] {
  const members = Array.from({ length: classes }, (): number[] => []);
  const order = sortedOrder(Float64Array.from(rows, (row) => score[row]));
  for (const i of order) members[classOf[rows[i]]].push(rows[i]);
  return members;
}

/** How many classes away the nearest one with units to spare is on one side. */
function stepsToSpare(members: readonly number[][], short: number, step: 1 | -1, least: number): number {
  for (let c = short + step; c >= 0 && c < members.length; c += step) {
    if (members[c].length > least) return Math.abs(c - short);
  }
  return Number.POSITIVE_INFINITY;
}

/** Takes out the row with the highest score, the first of equal ones. */
function takeHighest(list: number[], score: Float64Array): number {
  let first = list.length - 1;
  while (first > 0 && score[list[first - 1]] === score[list[list.length - 1]]) first--;
  return list.splice(first, 1)[0];
}

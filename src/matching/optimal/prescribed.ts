import { sortedOrder } from "../../linalg/sort";
import type { UnitLine } from "./line";
import { placesWhere } from "./parts";
import { fillExactly } from "./reward";

/** A group's slots of which a given number is to be filled. */
export interface CountedSlots {
  readonly group: 0 | 1;
  /** Counted slots per unit. */
  readonly each: number;
  readonly wanted: number;
  /** How many are filled without reward, at most `wanted`. */
  readonly unrewarded: number;
  /** How many are filled for any reward, at least `wanted`. */
  readonly most: number;
  /** Partners per place where each counted slot has a reward, and so many per place are favoured in ties. */
  readonly solve: (reward: number, favoured: Int32Array) => Int32Array;
  readonly countFilled: (degree: Int32Array) => number;
}

/** Partners per place in a cheapest solution that fills exactly so many of the counted slots. */
export function prescribedDegrees(line: UnitLine, counted: CountedSlots): Int32Array {
  const { group, each, wanted, unrewarded, most, solve, countFilled } = counted;
  const favoured = new Int32Array(line.row.length);
  let byRow: Int32Array | null = null;
  const favourFirst = (slots: number): void => {
    byRow ??= placesByRow(line, group);
    for (let i = 0; i < byRow.length; i++) favoured[byRow[i]] = Math.min(Math.max(slots - i * each, 0), each);
  };
  return fillExactly({
    solve(reward, first) {
      if (first > 0) favourFirst(first);
      const degree = solve(reward, favoured);
      return { degree, filled: countFilled(degree) };
    },
    excess: (longer, shorter) => excessDistance(line, longer, shorter),
    wanted,
    unrewarded,
    most,
    slots: (group === 1 ? line.focalCount : line.poolCount) * each,
  });
}

/** The places of a group's units, by row of the data. */
function placesByRow({ row, focal }: UnitLine, group: 0 | 1): Int32Array {
  const places = placesWhere(focal, group);
  const rows = Float64Array.from(places, (place) => row[place]);
  return Int32Array.from(sortedOrder(rows), (position) => places[position]);
}

/** The difference of the sums of gap × |imbalance|. Exact where the solutions are alike, as most terms are then zero. */
function excessDistance({ position, focal }: UnitLine, longer: Int32Array, shorter: Int32Array): number {
  let sum = 0;
  for (let i = 0, a = 0, b = 0; i < position.length - 1; i++) {
    a += focal[i] === 1 ? longer[i] : -longer[i];
    b += focal[i] === 1 ? shorter[i] : -shorter[i];
    sum += (position[i + 1] - position[i]) * (Math.abs(a) - Math.abs(b));
  }
  return sum;
}

import { sortedWith } from "../../linalg/sort";

/** The distances of units to possible partners, computed one unit at a time so that they need not be held. */
export interface DistanceRows {
  readonly units: number;
  readonly others: number;
  /** The first of the others that a unit may have, and the one after the last. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Fills in a unit's distances to the others from `from` to `to`: finite, from 0, `Infinity` where a pair is not allowed. */
  readonly fill: (unit: number, distance: Float64Array) => void;
}

/** The nearest others of each unit, as many as were needed so far. */
export interface Candidates {
  /** By unit: others by ascending distance, and those distances. */
  readonly others: Int32Array[];
  readonly distances: Float64Array[];
  /** No other that is not listed is nearer than this; `Infinity` where all are listed. */
  readonly radius: Float64Array;
  /** Lists more; those listed before stay in front. */
  readonly grow: (unit: number) => void;
}

/** Others listed at first, and how many times as many each time after. */
const FIRST = 16;
const GROWTH = 3;

/** Up to so many are kept in order while looking; beyond, sorting everyone is faster. */
const FEW = 200;

/**
 * Lists of nearest others that grow on demand.
 *
 * Equal distances come in the order of the others from a start that moves from unit to unit: units at one point then list
 * different others, and need not all list everyone there.
 */
export function createCandidates({ units, others: size, from, to, fill }: DistanceRows): Candidates {
  const others: Int32Array[] = Array.from({ length: units }, () => new Int32Array(0));
  const distances: Float64Array[] = Array.from({ length: units }, () => new Float64Array(0));
  const radius = new Float64Array(units);
  const distance = new Float64Array(size);
  const found = new Int32Array(size);
  const near = new Float64Array(size);
  const step = Math.max(1, Math.floor(size / units));

  /** Keeps the `most` nearest in order; returns how many there are. */
  const keepFew = (unit: number, start: number, most: number): number => {
    const first = from[unit];
    const end = to[unit];
    let held = 0;
    let limit = Number.POSITIVE_INFINITY;
    for (let part = 0; part < 2; part++) {
      const stop = part === 0 ? end : start;
      for (let c = part === 0 ? start : first; c < stop; c++) {
        const value = distance[c];
        if (!(value < limit)) continue;
        let at = held < most ? held++ : most - 1;
        for (; at > 0 && near[at - 1] > value; at--) {
          near[at] = near[at - 1];
          found[at] = found[at - 1];
        }
        near[at] = value;
        found[at] = c;
        if (held === most) limit = near[most - 1];
      }
    }
    return held;
  };

  /** Puts everyone allowed in order; returns how many there are. */
  const sortAll = (unit: number, start: number): number => {
    const first = from[unit];
    const width = to[unit] - first;
    let held = 0;
    for (let i = 0, c = start; i < width; i++, c = c + 1 === to[unit] ? first : c + 1) {
      if (distance[c] === Number.POSITIVE_INFINITY) continue;
      near[held] = distance[c];
      found[held++] = c;
    }
    const { values, carried } = sortedWith(near.subarray(0, held), Uint32Array.from(found.subarray(0, held)));
    near.set(values);
    found.set(carried);
    return held;
  };

  return {
    others,
    distances,
    radius,
    grow(unit) {
      const width = to[unit] - from[unit];
      const most = Math.max(FIRST, GROWTH * others[unit].length);
      const start = from[unit] + (width === 0 ? 0 : (unit * step) % width);
      fill(unit, distance);
      const held = most <= FEW ? keepFew(unit, start, most) : sortAll(unit, start);
      const isAll = most <= FEW ? held < most : held <= 2 * most;
      const kept = isAll ? held : most;
      others[unit] = found.slice(0, kept);
      distances[unit] = near.slice(0, kept);
      radius[unit] = isAll ? Number.POSITIVE_INFINITY : near[kept - 1];
    },
  };
}

import type { UnitLine } from "./line";

/** Pairs of places on a line, one focal and one pool unit each; `size` of them count. */
export interface Links {
  readonly focal: Int32Array;
  readonly pool: Int32Array;
  readonly size: number;
}

/**
 * Pairs the i-th slot of one group with the i-th of the other. For given numbers of partners that has the least sum of
 * distances, the least longest distance and the least sum of any power from 1, and keeps to a caliper if any pairing does.
 *
 * @param degree - partners per place, the same total in both groups.
 * @see Karp & Li (1975), Discrete Mathematics 13:129-142.
 */
export function linkInOrder(line: UnitLine, degree: Int32Array): Links {
  const { focal: isFocal } = line;
  const n = degree.length;
  let size = 0;
  for (let i = 0; i < n; i++) if (isFocal[i] === 1) size += degree[i];
  const focal = new Int32Array(size);
  const pool = new Int32Array(size);
  for (let i = 0, t = 0, c = 0; i < n; i++) {
    if (isFocal[i] === 1) for (let slot = degree[i]; slot > 0; slot--) focal[t++] = i;
    else for (let slot = degree[i]; slot > 0; slot--) pool[c++] = i;
  }
  return { focal, pool, size };
}

/** The sum of the distances between linked units, on the scale of the score. */
export function linkDistance(line: UnitLine, { focal, pool, size }: Links): number {
  const { score } = line;
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.abs(score[focal[i]] - score[pool[i]]);
  return sum;
}

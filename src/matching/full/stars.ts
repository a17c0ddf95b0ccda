import type { UnitLine } from "../optimal/line";
import type { Links } from "../optimal/links";

/**
 * Goes through the links in order and drops one whose two ends both have another: what is left are stars. In an optimum
 * only links of length 0 and doubled ones go.
 */
export function pruneToStars({ focal, pool, size }: Links, n: number): Links {
  const degree = new Int32Array(n);
  for (let i = 0; i < size; i++) {
    degree[focal[i]]++;
    degree[pool[i]]++;
  }
  let kept = 0;
  for (let i = 0; i < size; i++) {
    const [t, c] = [focal[i], pool[i]];
    if (degree[t] > 1 && degree[c] > 1) {
      degree[t]--;
      degree[c]--;
      continue;
    }
    focal[kept] = t;
    pool[kept++] = c;
  }
  return { focal, pool, size: kept };
}

/** Writes the row of a star's centre (of a pair's focal unit) for each of its members, by row. */
export function markStars(line: UnitLine, { focal, pool, size }: Links, centre: Int32Array): void {
  const { row } = line;
  const poolLinks = new Int32Array(row.length);
  for (let i = 0; i < size; i++) poolLinks[pool[i]]++;
  for (let i = 0; i < size; i++) {
    const middle = row[poolLinks[pool[i]] > 1 ? pool[i] : focal[i]];
    centre[row[focal[i]]] = middle;
    centre[row[pool[i]]] = middle;
  }
}

/** Replaces centres by set numbers, from 0 in the order of the focal units; −1 stays −1. Returns how many there are. */
export function numberSets(centre: Int32Array, focal: Int32Array): number {
  const number = new Int32Array(centre.length).fill(-1);
  let sets = 0;
  for (let i = 0; i < focal.length; i++) {
    const middle = centre[focal[i]];
    if (middle >= 0 && number[middle] < 0) number[middle] = sets++;
  }
  for (let row = 0; row < centre.length; row++) if (centre[row] >= 0) centre[row] = number[centre[row]];
  return sets;
}

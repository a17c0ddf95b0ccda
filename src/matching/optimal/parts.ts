import { takePlaces, type UnitLine } from "./line";
import { type SlotRule, slots, sweepDegrees } from "./sweep";
import { reachOf, type Windows, windowsOn } from "./windows";

export const POOL = 0;
export const FOCAL = 1;

/** The two groups of a line as lists of places, and each one's windows on the other within a caliper. */
export interface Groups {
  readonly focal: Int32Array;
  readonly pool: Int32Array;
  /** Per focal unit, the pool units within the caliper; positions in these lists. */
  readonly ofFocal: Windows;
  /** The other way round. */
  readonly ofPool: Windows;
}

export function groupsOf(line: UnitLine, caliper: number): Groups {
  const focal = placesWhere(line.focal, FOCAL);
  const pool = placesWhere(line.focal, POOL);
  const focalScores = takePlaces(line, focal).score;
  const poolScores = takePlaces(line, pool).score;
  return {
    focal,
    pool,
    ofFocal: windowsOn(focalScores, poolScores, caliper),
    ofPool: windowsOn(poolScores, focalScores, caliper),
  };
}

/** Places whose flag has this value. */
export function placesWhere(flags: Uint8Array, value: number): Int32Array {
  let size = 0;
  for (let i = 0; i < flags.length; i++) if (flags[i] === value) size++;
  const places = new Int32Array(size);
  for (let i = 0, next = 0; i < flags.length; i++) if (flags[i] === value) places[next++] = i;
  return places;
}

/** What a search met in the two groups, as flags per place. */
export function metPlaces(n: number, groups: Groups, focalMet: Uint8Array, poolMet: Uint8Array): Uint8Array {
  const met = new Uint8Array(n);
  for (let i = 0; i < focalMet.length; i++) met[groups.focal[i]] = focalMet[i];
  for (let i = 0; i < poolMet.length; i++) met[groups.pool[i]] = poolMet[i];
  return met;
}

/**
 * Partners per place within a caliper, where every unit of one group has the same fixed number of them.
 *
 * A pairing in order keeps to the caliper if and only if every fixed unit too far before a unit e is paired before e, and
 * no more of the other group are paired up to e than the fixed units up to e's far reach have slots for. Both bound the
 * imbalance, so the sweep only has to close its domain.
 *
 * @returns null where no pairing exists.
 */
export function fixedGroupDegrees(
  line: UnitLine,
  fixed: { readonly group: 0 | 1; readonly each: number },
  others: SlotRule,
  caliper: number,
): Int32Array | null {
  const { position, row, focal: group } = line;
  return sweepDegrees({
    position,
    row,
    group,
    raisingGroup: fixed.group,
    raising: slots(fixed.each, 0),
    lowering: others,
    reach: reachOf(line, fixed.group, caliper),
  });
}

/** Writes a part's numbers to its places on the whole line. */
export function scatter(degree: Int32Array, places: Int32Array, found: Int32Array): void {
  for (let i = 0; i < places.length; i++) degree[places[i]] = found[i];
}

/** More than the distances of any two pairings differ by for one more slot: prices first by it, then by distance. */
export function overwhelmingPrice(line: UnitLine): number {
  return 4 * (line.position[line.position.length - 1] + 1);
}

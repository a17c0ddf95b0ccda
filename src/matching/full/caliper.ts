import { takePlaces, type UnitLine } from "../optimal/line";
import { type Links, linkInOrder } from "../optimal/links";
import { FOCAL, fixedGroupDegrees, groupsOf, metPlaces, POOL, placesWhere, scatter } from "../optimal/parts";
import { reachFrom, takeLowest } from "../optimal/reach";
import { mustBalance, slots } from "../optimal/sweep";
import type { DegreeLimits } from "./limits";

/**
 * The links of a full match within a caliper where a focal unit has at most so many pool units, and a pool unit any
 * number of focal units: all focal units are placed, the fewest pool units left out, then the sum of distances is least.
 *
 * A focal unit with no pool unit of its own costs its nearest distance whatever else happens. So pool units have one slot
 * each, and a focal unit's first slot is worth that distance. Alternating paths from the pool units that a largest set of
 * slots leaves over meet focal units that are all full; the other pool units are all placed. In each part one group's
 * numbers are fixed.
 *
 * @param nearest - each unit's nearest of the other group within the caliper; every unit must have one.
 * @returns links to be pruned to stars.
 * @see Dulmage & Mendelsohn (1958), Canadian Journal of Mathematics 10:517-534, for the parts; Hansen & Klopfer (2006),
 *   Journal of Computational and Graphical Statistics 15:609-627, for the problem.
 */
export function cappedLinks(line: UnitLine, nearest: Int32Array, caliper: number, focalMost: number): Links {
  const degree = new Int32Array(line.row.length);
  const met = metBySurplus(line, caliper, focalMost);
  const crowded = placesWhere(met, 1);
  const crowd = takePlaces(line, crowded);
  scatter(
    degree,
    crowded,
    mustBalance(fixedGroupDegrees(crowd, { group: FOCAL, each: focalMost }, slots(0, 1), caliper)),
  );
  const roomy = placesWhere(met, 0);
  const first = Float64Array.from(roomy, (place) => -Math.abs(line.position[place] - line.position[nearest[place]]));
  const coveredFirst = { ...slots(0, focalMost - 1), first };
  const room = takePlaces(line, roomy);
  scatter(degree, roomy, mustBalance(fixedGroupDegrees(room, { group: POOL, each: 1 }, coveredFirst, caliper)));
  return withNearestLinks(line, degree, nearest);
}

/** 1 = met by alternating paths from pool units that a largest set of slots leaves over. */
function metBySurplus(line: UnitLine, caliper: number, focalMost: number): Uint8Array {
  const groups = groupsOf(line, caliper);
  const taken = takeLowest(groups.ofFocal, focalMost);
  const surplus = new Uint8Array(groups.pool.length).fill(1);
  for (let t = 0; t < taken.from.length; t++) surplus.fill(0, taken.from[t], taken.to[t]);
  const { sources, others } = reachFrom(surplus, groups.ofPool, taken);
  return metPlaces(line.row.length, groups, others, sources);
}

/** Links in order, then focal units without a slot to their nearest. */
function withNearestLinks(line: UnitLine, degree: Int32Array, nearest: Int32Array): Links {
  const own = linkInOrder(line, degree);
  const focal = new Int32Array(own.size + line.focalCount);
  const pool = new Int32Array(own.size + line.focalCount);
  focal.set(own.focal);
  pool.set(own.pool);
  let { size } = own;
  for (let i = 0; i < degree.length; i++) {
    if (line.focal[i] !== FOCAL || degree[i] > 0) continue;
    focal[size] = i;
    pool[size++] = nearest[i];
  }
  return { focal, pool, size };
}

/**
 * Partners per place in a full match within a caliper where one group's units have exactly one each, all units placed.
 *
 * @returns null where that cannot be.
 */
export function fixedLimitDegrees(line: UnitLine, limits: DegreeLimits, caliper: number): Int32Array | null {
  const { focalLeast, focalMost, poolLeast, poolMost } = limits;
  const [fixed, least, most] =
    poolLeast === 1 && poolMost === 1
      ? ([POOL, focalLeast, focalMost] as const)
      : ([FOCAL, poolLeast, poolMost] as const);
  if (most < least) return null;
  return fixedGroupDegrees(line, { group: fixed, each: 1 }, slots(least, most - least), caliper);
}

import { takePlaces, type UnitLine } from "./line";
import { FOCAL, fixedGroupDegrees, groupsOf, metPlaces, overwhelmingPrice, POOL, placesWhere, scatter } from "./parts";
import { reachFrom, takeLowest, takersOf } from "./reach";
import { mustBalance, slots } from "./sweep";

/**
 * Partners per place for k:1 pairs within a caliper: as many pairs as possible, among those as many focal units with a
 * partner as possible, among those the least sum of distances. Ties go to the smaller rows.
 *
 * Alternating paths from focal units that a largest set of pairs leaves short meet some units. In every largest set the
 * pool units met are all used, by focal units met, and the other focal units get k each from the rest of the pool. So in
 * each part one group's numbers are fixed, which turns the caliper into bounds of the sweep.
 *
 * @see Dulmage & Mendelsohn (1958), Canadian Journal of Mathematics 10:517-534, for the parts; Ruzankin (2020),
 *   Methodology and Computing in Applied Probability 22:477-495, for the number of pairs.
 */
export function caliperDegrees(line: UnitLine, ratio: number, caliper: number): Int32Array {
  const degree = new Int32Array(line.row.length);
  const met = metByShort(line, ratio, caliper);
  const filled = placesWhere(met, 0);
  const rest = takePlaces(line, filled);
  scatter(degree, filled, mustBalance(fixedGroupDegrees(rest, { group: FOCAL, each: ratio }, slots(0, 1), caliper)));
  const short = placesWhere(met, 1);
  const scarce = takePlaces(line, short);
  const first = new Float64Array(short.length).fill(-overwhelmingPrice(line));
  const coveredFirst = { ...slots(0, ratio - 1), first };
  scatter(degree, short, mustBalance(fixedGroupDegrees(scarce, { group: POOL, each: 1 }, coveredFirst, caliper)));
  return degree;
}

/** 1 = met by alternating paths from focal units with fewer than k partners in a largest set of pairs. */
function metByShort(line: UnitLine, ratio: number, caliper: number): Uint8Array {
  const groups = groupsOf(line, caliper);
  const taken = takeLowest(groups.ofFocal, ratio);
  const short = new Uint8Array(groups.focal.length);
  for (let t = 0; t < short.length; t++) if (taken.to[t] - taken.from[t] < ratio) short[t] = 1;
  const { sources, others } = reachFrom(short, groups.ofFocal, takersOf(taken, groups.pool.length));
  return metPlaces(line.row.length, groups, sources, others);
}

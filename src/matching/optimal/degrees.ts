import type { UnitLine } from "./line";
import { FOCAL, POOL } from "./parts";
import { mustBalance, type SlotRule, slots, sweepDegrees } from "./sweep";

/**
 * Partners per place for k:1 pairs without a caliper, with the least sum of distances. Ties go to the smaller rows.
 *
 * Where the pool is too small for k each, all of it is used: where it is smaller than the focal group, one each for the
 * focal units that make the sum least; otherwise every focal unit gets ⌊pool / focal⌋ to k, as in MatchIt.
 */
export function pairDegrees(line: UnitLine, ratio: number): Int32Array {
  const { focalCount, poolCount } = line;
  if (poolCount >= ratio * focalCount) return freeDegrees(line, FOCAL, slots(ratio, 0), slots(0, 1));
  const least = Math.floor(poolCount / focalCount);
  const most = least === 0 ? 1 : ratio;
  return freeDegrees(line, POOL, slots(1, 0), slots(least, most - least));
}

/** Partners per place without a caliper, for rules that the caller knows can balance. */
export function freeDegrees(line: UnitLine, raisingGroup: 0 | 1, raising: SlotRule, lowering: SlotRule): Int32Array {
  const { position, row, focal: group } = line;
  return mustBalance(sweepDegrees({ position, row, group, raisingGroup, raising, lowering, reach: null }));
}

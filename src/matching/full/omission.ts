import type { UnitLine } from "../optimal/line";
import { FOCAL, POOL } from "../optimal/parts";
import { prescribedDegrees } from "../optimal/prescribed";
import { mustBalance, slots, sweepDegrees } from "../optimal/sweep";
import type { DegreeLimits } from "./limits";

/**
 * Partners per place in a full match with limits that places at least `kept` pool units and leaves out the others: least
 * sum of distances. Exactly `kept` are placed, unless placing more costs nothing.
 *
 * Needs at most one partner forced on a pool unit; `kept` at most what the focal units' limits can take.
 */
export function omittingDegrees(line: UnitLine, limits: DegreeLimits, kept: number): Int32Array {
  const { position, row, focal: group, focalCount, poolCount } = line;
  const { focalLeast, focalMost, poolMost } = limits;
  const first = new Float64Array(group.length);
  const solve = (reward: number, favoured: Int32Array): Int32Array =>
    mustBalance(
      sweepDegrees({
        position,
        row,
        group,
        raisingGroup: FOCAL,
        raising: slots(focalLeast, focalMost - focalLeast),
        lowering: { forced: 0, first: first.fill(-reward), optional: poolMost - 1, cost: 0, favoured },
        reach: null,
      }),
    );
  const countFilled = (degree: Int32Array): number => {
    let filled = 0;
    for (let i = 0; i < degree.length; i++) if (group[i] === POOL && degree[i] > 0) filled++;
    return filled;
  };
  const cheapest = solve(0, new Int32Array(group.length));
  const unrewarded = countFilled(cheapest);
  if (unrewarded >= kept) return cheapest;
  const most = Math.min(poolCount, focalMost * focalCount);
  return prescribedDegrees(line, { group: POOL, each: 1, wanted: kept, unrewarded, most, solve, countFilled });
}

import { describe, expect, it } from "vitest";
import type { FullProblem } from "../../src/matching/full/matching";
import { type MatchedSet, membersOf, placedPool, setViolations, solveFull } from "./full-sets";
import {
  firstFrom,
  fixedPartViolation,
  flowViolation,
  metFrom,
  type SortedUnits,
  sortUnits,
} from "./optimal-certificate";
import { manyUnits, regimes, type Units } from "./optimal-instances";

const NONE = Number.POSITIVE_INFINITY;
const zeros = (slots: number): number[] => new Array<number>(slots).fill(0);

/** The distance of each unit to its nearest of the other group. */
function nearestDistances({ position, isFocal }: SortedUnits): Float64Array {
  const of = [0, 1].map((group) => position.filter((_, place) => isFocal[place] === group));
  return position.map((x, place) => {
    const others = of[1 - isFocal[place]];
    const after = firstFrom(others, x);
    return Math.min(x - (others[after - 1] ?? -NONE), (others[after] ?? NONE) - x);
  });
}

/** The units that have somebody of the other group within the caliper. */
function withPartners(units: Units, sorted: SortedUnits, distance: Float64Array, caliper: number): Units {
  const isKept = (row: number): boolean => distance[sorted.place[row]] <= caliper;
  return { score: units.score, focal: units.focal.filter(isKept), pool: units.pool.filter(isKept) };
}

/** The number of links of each place, and the places of the links of a set's centre. */
function starDegrees(sorted: SortedUnits, sets: readonly MatchedSet[]): Int32Array {
  const degree = new Int32Array(sorted.rows.length);
  for (const { focal, pool } of sets) {
    for (const row of focal) degree[sorted.place[row]] = pool.length;
    for (const row of pool) degree[sorted.place[row]] = focal.length;
  }
  return degree;
}

/**
 * One link per pool unit of a set. A pool unit with several focal units keeps the link of the one that is not linked to
 * its nearest, if there is one: the others cost their nearest distance wherever they are.
 */
function ownLinks(sorted: SortedUnits, sets: readonly MatchedSet[], nearest: Float64Array): number[][] {
  const mates = sorted.rows.map((): number[] => []);
  const placeOf = (row: number): number => sorted.place[row];
  for (const { focal, pool } of sets) {
    const centre = placeOf(pool[0]);
    const distance = (t: number): number => Math.abs(sorted.position[t] - sorted.position[centre]);
    const own = focal.map(placeOf).find((t) => distance(t) > nearest[t]) ?? placeOf(focal[0]);
    for (const row of pool) {
      mates[own].push(placeOf(row));
      mates[placeOf(row)].push(own);
    }
  }
  return mates;
}

describe.each(regimes)("full matching of $large units, $name", (regime) => {
  const units = manyUnits(regime.large, regime);
  const everyone = sortUnits(units);
  const distance = nearestDistances(everyone);
  const calipers = [0.2, 0.0005].map((width) => Math.ceil((width * regime.distinct) / 8));

  const free: [string, Partial<FullProblem>, [number, number], [number, number]][] = [
    ["without limits", {}, [1, regime.large], [1, regime.large]],
    ["1 to 12 partners for a focal, 1 to 6 for a pool unit", { minControls: 1 / 6, maxControls: 12 }, [1, 12], [1, 6]],
  ];

  it.each(free)("%s: certified", (_, limits, focal, pool) => {
    const sorted = everyone;
    const result = solveFull({ ...units, ...limits, caliper: NONE });
    expect(setViolations(units, result, NONE)).toEqual([]);
    const slots = [pool, focal].map(([least, most]) => ({ forced: least, costs: zeros(most - least) }));
    const degree = starDegrees(sorted, membersOf(units, result));
    const side = Int8Array.from(sorted.isFocal, (is) => (is === 1 ? 1 : -1));
    const flow = { position: sorted.position, side, slotsAt: (place: number) => slots[sorted.isFocal[place]] };
    expect(flowViolation(flow, degree)).toBeNull();
  });

  it.each(
    calipers.flatMap((caliper) => [
      [caliper, regime.large],
      [caliper, 5],
    ]),
  )("caliper %d, at most %i controls: certified, number left out and both parts", (caliper, maxControls) => {
    const kept = withPartners(units, everyone, distance, caliper);
    const sorted = sortUnits(kept);
    const nearest = nearestDistances(sorted);
    const result = solveFull({ ...units, caliper, ...(maxControls > kept.pool.length ? {} : { maxControls }) });
    expect(setViolations(units, result, caliper)).toEqual([]);
    const sets = membersOf(kept, result);
    expect(kept.focal.every((row) => result.set[row] >= 0)).toBe(true);
    const mates = ownLinks(sorted, sets, nearest);
    const degree = Int32Array.from(mates, ({ length }) => length);
    const isFocal = (place: number): boolean => sorted.isFocal[place] === 1;
    expect(placedPool(units, result)).toBe(degree.filter((_, place) => !isFocal(place)).reduce((sum, d) => sum + d, 0));
    const left = [...sorted.rows.keys()].filter((place) => !isFocal(place) && degree[place] === 0);
    const met = metFrom(sorted, caliper, left, (place) => mates[place]);
    // No alternating path from a unit left out ends at a focal unit with room: fewer cannot be left out.
    const room = sorted.rows.findIndex((_, place) => isFocal(place) && met[place] === 1 && degree[place] < maxControls);
    expect(room).toBe(-1);
    const crowd = fixedPartViolation(
      sorted,
      caliper,
      {
        isIn: (place) => met[place] === 1,
        fixedGroup: 1,
        each: maxControls,
        others: () => ({ forced: 0, costs: [0] }),
      },
      degree,
    );
    const later = zeros(Math.min(maxControls, 2000) - 1);
    const rest = fixedPartViolation(
      sorted,
      caliper,
      {
        isIn: (place) => met[place] === 0,
        fixedGroup: 0,
        each: 1,
        others: (place) => ({ forced: 0, costs: [-nearest[place], ...later] }),
      },
      degree,
    );
    expect([crowd, rest]).toEqual([null, null]);
  });
});

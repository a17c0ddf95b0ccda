import { describe, expect, it } from "vitest";
import { type OptimalPairs, type OptimalPairsProblem, optimalPairs } from "../../src/matching/optimal/pairs";
import { fixedPartViolation, flowViolation, metFrom, type SortedUnits, sortUnits } from "./optimal-certificate";
import { manyUnits, regimes, type Units } from "./optimal-instances";

const NONE = Number.POSITIVE_INFINITY;

function solve(problem: OptimalPairsProblem): OptimalPairs {
  const result = optimalPairs(problem);
  if (result.kind !== "matched") throw new Error(result.kind);
  return result;
}

/** Places of the partners of each place, from the pairs. */
function matesByPlace(units: Units, sorted: SortedUnits, { matches, width }: OptimalPairs): number[][] {
  const mates = sorted.rows.map((): number[] => []);
  const placeOf = (row: number): number => sorted.place[row];
  for (const [i, row] of matches.entries()) {
    if (row < 0) continue;
    const [t, c] = [placeOf(units.focal[Math.floor(i / width)]), placeOf(row)];
    mates[t].push(c);
    mates[c].push(t);
  }
  return mates;
}

/** What is wrong with pairs as pairs. Sums are exact, as scores are whole numbers. */
function pairViolations(sorted: SortedUnits, mates: number[][], caliper: number, result: OptimalPairs): Set<string> {
  const violations = new Set<string>();
  let total = 0;
  let pairs = 0;
  let last = -1;
  for (const [t, partners] of mates.entries()) {
    if (sorted.isFocal[t] === 0) {
      if (partners.length > 1) violations.add("a pool unit is used twice");
      continue;
    }
    for (const c of partners) {
      const distance = Math.abs(sorted.position[t] - sorted.position[c]);
      total += distance;
      pairs++;
      if (distance > caliper) violations.add("a pair is beyond the caliper");
      if (c < last) violations.add("pairs cross");
      last = c;
    }
  }
  if (total !== result.totalDistance) violations.add(`total ${result.totalDistance}, pairs add up to ${total}`);
  if (pairs !== result.pairs) violations.add(`${result.pairs} pairs said, ${pairs} there`);
  return violations;
}

const zeros = (slots: number): number[] => new Array<number>(slots).fill(0);

describe.each(regimes)("optimal pairs of $large units, $name", (regime) => {
  const units = manyUnits(regime.large, regime);
  const sorted = sortUnits(units);
  const [n1, n0] = [units.focal.length, units.pool.length];
  const isFocal = (place: number): boolean => sorted.isFocal[place] === 1;

  it.each([1, 2, 4])("ratio %i: certified", (ratio) => {
    const result = solve({ ...units, ratio, caliper: NONE });
    const mates = matesByPlace(units, sorted, result);
    expect([...pairViolations(sorted, mates, NONE, result)]).toEqual([]);
    const isScarce = n0 < ratio * n1;
    const least = isScarce ? Math.floor(n0 / n1) : ratio;
    const most = n0 < n1 ? 1 : ratio;
    const focalSlots = { forced: least, costs: zeros(most - least) };
    const poolSlots = isScarce ? { forced: 1, costs: [] } : { forced: 0, costs: [0] };
    const flow = {
      position: sorted.position,
      side: Int8Array.from(sorted.isFocal, (is) => (is === 1 ? 1 : -1)),
      slotsAt: (place: number) => (isFocal(place) ? focalSlots : poolSlots),
    };
    expect(
      flowViolation(
        flow,
        mates.map(({ length }) => length),
      ),
    ).toBeNull();
  });

  it.each([
    [1, 0.2],
    [1, 0.0005],
    [3, 0.01],
  ])("ratio %i within a caliper of %d sd: certified, number of pairs and both parts", (ratio, width) => {
    const caliper = Math.ceil((width * regime.distinct) / 8);
    const result = solve({ ...units, ratio, caliper });
    const mates = matesByPlace(units, sorted, result);
    const degree = Int32Array.from(mates, ({ length }) => length);
    expect([...pairViolations(sorted, mates, caliper, result)]).toEqual([]);
    const short = [...sorted.rows.keys()].filter((place) => isFocal(place) && degree[place] < ratio);
    const met = metFrom(sorted, caliper, short, (place) => mates[place]);
    // No alternating path from a focal unit with too few ends at a free pool unit: more pairs there cannot be.
    expect(sorted.rows.findIndex((_, place) => !isFocal(place) && met[place] === 1 && degree[place] === 0)).toBe(-1);
    const rest = fixedPartViolation(
      sorted,
      caliper,
      { isIn: (place) => met[place] === 0, fixedGroup: 1, each: ratio, others: () => ({ forced: 0, costs: [0] }) },
      degree,
    );
    const coverage = -4 * (sorted.position[sorted.position.length - 1] - sorted.position[0] + 1);
    const costs = [coverage, ...zeros(ratio - 1)];
    const scarce = fixedPartViolation(
      sorted,
      caliper,
      { isIn: (place) => met[place] === 1, fixedGroup: 0, each: 1, others: () => ({ forced: 0, costs }) },
      degree,
    );
    expect([rest, scarce]).toEqual([null, null]);
  });
});

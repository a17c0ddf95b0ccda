import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FullProblem, fullMatching } from "../../src/matching/full/matching";
import { optimalPairs } from "../../src/matching/optimal/pairs";
import { membersOf, placedPool, setViolations, solveFull } from "./full-sets";
import { bestStars, type StarRules } from "./optimal-brute-force";
import { manyUnits, permuteRows, regimes, smallUnits } from "./optimal-instances";

const NONE = Number.POSITIVE_INFINITY;

type Limits = Pick<FullProblem, "minControls" | "maxControls">;

/** Limits under which pool units can be left out. */
const limits: readonly { controls: Limits; stars: StarRules }[] = [
  { controls: {}, stars: { focalLeast: 1, focalMost: NONE, poolLeast: 1, poolMost: NONE, caliper: NONE } },
  { controls: { maxControls: 1 }, stars: { focalLeast: 1, focalMost: 1, poolLeast: 1, poolMost: NONE, caliper: NONE } },
  { controls: { maxControls: 2 }, stars: { focalLeast: 1, focalMost: 2, poolLeast: 1, poolMost: NONE, caliper: NONE } },
  {
    controls: { minControls: 1 / 2, maxControls: 2 },
    stars: { focalLeast: 1, focalMost: 2, poolLeast: 1, poolMost: 2, caliper: NONE },
  },
  {
    controls: { minControls: 1, maxControls: 2 },
    stars: { focalLeast: 1, focalMost: 2, poolLeast: 1, poolMost: 1, caliper: NONE },
  },
  {
    controls: { minControls: 2, maxControls: 3 },
    stars: { focalLeast: 2, focalMost: 3, poolLeast: 1, poolMost: 1, caliper: NONE },
  },
];

/** The least sum with at least so many pool units placed. */
function leastWith(best: ReadonlyMap<number, number>, kept: number): number {
  return Math.min(...[...best].filter(([placed]) => placed >= kept).map(([, cost]) => cost));
}

describe("full matching that leaves out a share of the pool", () => {
  it.each(limits)("$controls: the least sum of all ways to place at least the rest", ({ controls, stars }) => {
    const met = { matched: 0, infeasible: 0, exact: 0 };
    fc.assert(
      fc.property(smallUnits(4, 6), fc.constantFrom(0, 0.2, 0.4, 0.5, 0.7, 1), (units, omit) => {
        const [n1, n0] = [units.focal.length, units.pool.length];
        const kept = Math.round((1 - omit) * n0);
        const best = bestStars(units, stars);
        const least = leastWith(best, kept);
        const problem = { ...units, ...controls, caliper: NONE, omit };
        if (least === NONE) {
          met.infeasible++;
          const reason = n1 * stars.focalLeast > n0 * stars.poolMost ? "pool-too-small" : "pool-too-large";
          expect(fullMatching(problem)).toEqual({ kind: "infeasible", reason, stratum: 0, focal: n1, pool: n0 });
          return;
        }
        const result = solveFull(problem);
        const placed = placedPool(units, result);
        met.matched++;
        // More are left out than would be without the request to keep them.
        if (leastWith(best, 0) < least) met.exact++;
        expect(setViolations(units, result, NONE)).toEqual([]);
        expect(units.focal.every((row) => result.set[row] >= 0)).toBe(true);
        expect(respects(membersOf(units, result), stars)).toBe(true);
        expect(placed).toBeGreaterThanOrEqual(kept);
        expect(result.totalDistance).toBe(least);
        // Exactly as many as asked, unless more cost nothing.
        if (placed > kept) expect(least).toBe(leastWith(best, 0));
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(met.matched, met.exact)).toBeGreaterThan(30);
  });
});

function respects(members: ReturnType<typeof membersOf>, { focalMost, focalLeast, poolMost }: StarRules): boolean {
  return members.every(({ focal, pool }) =>
    pool.length === 1 && focal.length > 1
      ? focalLeast === 1 && focal.length <= poolMost
      : pool.length >= focalLeast && pool.length <= focalMost,
  );
}

describe("full matching where the limits cannot place the pool", () => {
  const capped = limits.filter(({ stars }) => stars.focalMost < NONE);

  it.each(capped)("$controls, omit fewest: everybody, or else the least sum with the fewest left out", (one) => {
    const met = { omitted: 0, all: 0 };
    fc.assert(
      fc.property(smallUnits(3, 7), ({ ...units }) => {
        const best = bestStars(units, one.stars);
        const problem: FullProblem = { ...units, ...one.controls, caliper: NONE, omit: "fewest" };
        if (best.size === 0) {
          expect(fullMatching(problem)).toMatchObject({ reason: "pool-too-small" });
          return;
        }
        const most = Math.max(...best.keys());
        met[most < units.pool.length ? "omitted" : "all"]++;
        const result = solveFull(problem);
        expect(setViolations(units, result, NONE)).toEqual([]);
        expect([placedPool(units, result), result.totalDistance]).toEqual([most, best.get(most)]);
      }),
      { numRuns: 800 },
    );
    expect(Math.min(met.omitted, met.all)).toBeGreaterThan(50);
  });

  it.each(capped)("$controls, omit recover: the least sum with as many as a match without that limit keeps", (one) => {
    let met = 0;
    fc.assert(
      fc.property(smallUnits(3, 7), (units) => {
        const problem: FullProblem = { ...units, ...one.controls, caliper: NONE, omit: "recover" };
        if (units.pool.length <= one.stars.focalMost * units.focal.length) {
          expect(fullMatching(problem)).toEqual(fullMatching({ ...problem, omit: "none" }));
          return;
        }
        met++;
        const free = solveFull({ ...units, caliper: NONE, minControls: one.controls.minControls ?? 0 });
        const kept = membersOf(units, free).reduce(
          (sum, { pool }) => sum + Math.min(pool.length, one.stars.focalMost),
          0,
        );
        const result = solveFull(problem);
        expect(setViolations(units, result, NONE)).toEqual([]);
        expect(placedPool(units, result)).toBeGreaterThanOrEqual(kept);
        expect(result.totalDistance).toBe(leastWith(bestStars(units, one.stars), kept));
      }),
      { numRuns: 800 },
    );
    expect(met).toBeGreaterThan(100);
  });
});

describe("full matching that leaves out units, edges", () => {
  const units = { score: Float64Array.of(0, 1, 2, 3), focal: Int32Array.of(0), pool: Int32Array.of(1, 2, 3) };

  it("leaves units out by one step of the sum: the farthest go first", () => {
    const sets = [0, 1 / 3, 2 / 3].map((omit) => [...solveFull({ ...units, caliper: NONE, omit }).set]);
    expect(sets).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, -1],
      [0, 0, -1, -1],
    ]);
  });

  it("offers neither a share nor recovery within a caliper, nor omission with several focal units per pool unit", () => {
    const refused = { kind: "infeasible", reason: "not-offered" };
    expect(fullMatching({ ...units, caliper: 5, omit: 0.5 })).toMatchObject(refused);
    expect(fullMatching({ ...units, caliper: 5, omit: "recover" })).toMatchObject(refused);
    expect(fullMatching({ ...units, caliper: NONE, maxControls: 1 / 2, omit: 0.5 })).toMatchObject(refused);
    expect(fullMatching({ ...units, caliper: NONE, maxControls: 1 / 2, omit: "fewest" })).toMatchObject(refused);
  });

  it("cannot keep more than the limits place", () => {
    const result = fullMatching({ ...units, caliper: NONE, maxControls: 2, omit: 0.1 });
    expect(result).toEqual({ kind: "infeasible", reason: "pool-too-large", stratum: 0, focal: 1, pool: 3 });
  });

  it.each(regimes)("at 10,000 units ($name): as many as asked, dearer by the unit", (regime) => {
    const many = manyUnits(10_000, regime);
    const solve = (kept: number, from = many) => {
      const omit = 1 - kept / many.pool.length;
      const result = solveFull({ ...from, caliper: NONE, maxControls: 8, omit });
      expect(placedPool(from, result)).toBe(kept);
      return result.totalDistance;
    };
    const most = Math.min(many.pool.length, 8 * many.focal.length);
    const kept = Math.floor(0.95 * most);
    const [a, b, c] = [solve(kept), solve(kept + 1), solve(kept + 2)];
    // Least cost is convex in the number of units kept.
    expect(b - a).toBeGreaterThanOrEqual(0);
    expect(c - b).toBeGreaterThanOrEqual(b - a);
    expect(solve(kept, permuteRows(many, 8))).toBe(a);
    const fixed = optimalPairs({ ...many, ratio: 8, caliper: NONE });
    if (most < many.pool.length && fixed.kind === "matched") expect(solve(most)).toBe(fixed.totalDistance);
  });
});

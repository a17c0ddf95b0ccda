import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fullMatching } from "../../src/matching/full/matching";
import { membersOf, placedPool, setViolations, solveFull } from "./full-sets";
import { bestStars, type StarRules, withPartners } from "./optimal-brute-force";
import { caliper, permuteRows, rescale, smallUnits, type Units } from "./optimal-instances";

const NONE = Number.POSITIVE_INFINITY;

/** Limits as MatchIt takes them, and the numbers of partners they stand for. */
const limits: readonly {
  controls: { minControls?: number; maxControls?: number };
  stars: Omit<StarRules, "caliper">;
}[] = [
  { controls: {}, stars: { focalLeast: 1, focalMost: NONE, poolLeast: 1, poolMost: NONE } },
  { controls: { maxControls: 1 }, stars: { focalLeast: 1, focalMost: 1, poolLeast: 1, poolMost: NONE } },
  { controls: { maxControls: 2 }, stars: { focalLeast: 1, focalMost: 2, poolLeast: 1, poolMost: NONE } },
  { controls: { minControls: 1 }, stars: { focalLeast: 1, focalMost: NONE, poolLeast: 1, poolMost: 1 } },
  { controls: { minControls: 2 }, stars: { focalLeast: 2, focalMost: NONE, poolLeast: 1, poolMost: 1 } },
  { controls: { minControls: 2, maxControls: 3 }, stars: { focalLeast: 2, focalMost: 3, poolLeast: 1, poolMost: 1 } },
  {
    controls: { minControls: 1 / 2, maxControls: 3 },
    stars: { focalLeast: 1, focalMost: 3, poolLeast: 1, poolMost: 2 },
  },
  { controls: { minControls: 1 / 3 }, stars: { focalLeast: 1, focalMost: NONE, poolLeast: 1, poolMost: 3 } },
  {
    controls: { minControls: 0.4, maxControls: 2.5 },
    stars: { focalLeast: 1, focalMost: 2, poolLeast: 1, poolMost: 2 },
  },
  {
    controls: { minControls: 1 / 3, maxControls: 1 / 2 },
    stars: { focalLeast: 1, focalMost: 1, poolLeast: 2, poolMost: 3 },
  },
  { controls: { maxControls: 1 / 2 }, stars: { focalLeast: 1, focalMost: 1, poolLeast: 2, poolMost: NONE } },
  { controls: { maxControls: 0.4 }, stars: { focalLeast: 1, focalMost: 1, poolLeast: 3, poolMost: NONE } },
];

describe("full matching without limits", () => {
  it("places all who have a partner within the caliper, in stars, with the least sum of all ways", () => {
    const met = { all: 0, some: 0 };
    fc.assert(
      fc.property(smallUnits(5, 5), caliper, (units, width) => {
        const result = solveFull({ ...units, caliper: width });
        expect(setViolations(units, result, width)).toEqual([]);
        const kept = withPartners(units, width);
        met[kept.focal.length + kept.pool.length === units.focal.length + units.pool.length ? "all" : "some"]++;
        const rules = { ...limits[0].stars, caliper: width };
        expect(result.totalDistance).toBe(bestStars(kept, rules).get(kept.pool.length) ?? 0);
        expect(result.set.filter((set) => set >= 0).length).toBe(kept.focal.length + kept.pool.length);
      }),
      { numRuns: 4000 },
    );
    expect(Math.min(met.all, met.some)).toBeGreaterThan(500);
  });
});

describe("full matching with limits, without a caliper", () => {
  it.each(limits)("$controls: the least sum of all ways to place everybody, or which side it cannot place", (one) => {
    const met = { matched: 0, infeasible: 0 };
    fc.assert(
      fc.property(smallUnits(5, 5), (units) => {
        const best = bestStars(units, { ...one.stars, caliper: NONE }).get(units.pool.length);
        const problem = { ...units, ...one.controls, caliper: NONE };
        const [n1, n0] = [units.focal.length, units.pool.length];
        if (best === undefined) {
          met.infeasible++;
          const { focalLeast, poolMost } = one.stars;
          const reason = n1 * focalLeast > n0 * poolMost ? "pool-too-small" : "pool-too-large";
          expect(fullMatching(problem)).toEqual({ kind: "infeasible", reason, stratum: 0, focal: n1, pool: n0 });
          return;
        }
        met.matched++;
        const result = solveFull(problem);
        expect(setViolations(units, result, NONE)).toEqual([]);
        expect(withinLimits(units, result.set, membersOf(units, result), one.stars)).toBe(true);
        expect([result.totalDistance, placedPool(units, result)]).toEqual([best, n0]);
      }),
      // Twice as many as meet the floors below on average, so that an unlucky seed still does.
      { numRuns: 1400 },
    );
    expect(met.matched).toBeGreaterThan(50);
    if (one.stars.focalMost < NONE || one.stars.poolMost < NONE) expect(met.infeasible).toBeGreaterThan(50);
  });
});

/** Whether every set keeps to the numbers of partners; `set` is only looked at for units left out. */
function withinLimits(
  { focal }: Units,
  set: Int32Array,
  members: ReturnType<typeof membersOf>,
  { focalLeast, focalMost, poolLeast, poolMost }: Omit<StarRules, "caliper">,
): boolean {
  return (
    focal.every((row) => set[row] >= 0) &&
    members.every(
      (one) =>
        (one.focal.length === 1 ? one.pool.length >= focalLeast && one.pool.length <= focalMost : focalLeast === 1) &&
        (one.pool.length === 1 ? one.focal.length >= poolLeast && one.focal.length <= poolMost : poolLeast === 1),
    )
  );
}

describe("full matching with a caliper and at most so many controls", () => {
  it("places all focal units, leaves out the fewest of the pool, then has the least sum", () => {
    const met = { all: 0, some: 0, omitted: 0 };
    fc.assert(
      fc.property(smallUnits(5, 5), caliper, fc.integer({ min: 1, max: 3 }), (units, width, maxControls) => {
        if (width === NONE) return;
        const result = solveFull({ ...units, caliper: width, maxControls });
        expect(setViolations(units, result, width)).toEqual([]);
        const kept = withPartners(units, width);
        met[kept.focal.length + kept.pool.length === units.focal.length + units.pool.length ? "all" : "some"]++;
        const stars = { focalLeast: 1, focalMost: maxControls, poolLeast: 1, poolMost: NONE };
        const best = bestStars(kept, { ...stars, caliper: width });
        const most = Math.max(...best.keys());
        if (most < kept.pool.length) met.omitted++;
        expect(kept.focal.every((row) => result.set[row] >= 0)).toBe(true);
        expect(withinLimits(kept, result.set, membersOf(units, result), stars)).toBe(true);
        expect([placedPool(units, result), result.totalDistance]).toEqual([most, best.get(most)]);
      }),
      { numRuns: 6000 },
    );
    expect(Math.min(met.all, met.some, met.omitted)).toBeGreaterThan(500);
  });
});

describe("full matching with a caliper and limits that fix one group at one partner", () => {
  const fixed = limits.filter(
    ({ controls: { minControls = 0, maxControls = NONE } }) => minControls >= 1 || maxControls < 1,
  );

  it.each(fixed)(
    "$controls: the least sum of all ways to place everybody who has a partner, or that there is none",
    (one) => {
      const met = { matched: 0, infeasible: 0 };
      fc.assert(
        fc.property(smallUnits(5, 5), fc.constantFrom(1, 2, 3, 5, 8), (units, width) => {
          const kept = withPartners(units, width);
          const best = bestStars(kept, { ...one.stars, caliper: width }).get(kept.pool.length);
          const problem = { ...units, ...one.controls, caliper: width };
          if (best === undefined) {
            met.infeasible++;
            expect(fullMatching(problem)).toMatchObject({ kind: "infeasible", reason: "caliper", stratum: 0 });
            return;
          }
          met.matched++;
          const result = solveFull(problem);
          expect(setViolations(units, result, width)).toEqual([]);
          expect(withinLimits(kept, result.set, membersOf(units, result), one.stars)).toBe(true);
          expect([result.totalDistance, placedPool(units, result)]).toEqual([best, kept.pool.length]);
        }),
        { numRuns: 1000 },
      );
      expect(Math.min(met.matched, met.infeasible)).toBeGreaterThan(30);
    },
  );
});

const instances = fc
  .record({ units: smallUnits(8, 12), width: caliper, limit: fc.constantFrom(0, 1, 2, 3, 6) })
  .map(({ units, width, limit }) => {
    const offered = width === NONE ? limits[limit].controls : limits[Math.min(limit, 2)].controls;
    return { units, options: { caliper: width, ...offered } };
  });

describe("full matching, what must not change it", () => {
  it("scores scaled by a power of two or shifted by whole numbers: the same sets; turned round: the same sum", () => {
    fc.assert(
      fc.property(instances, fc.integer({ min: -40, max: 40 }), ({ units, options }, power) => {
        const scale = 2 ** power;
        const first = fullMatching({ ...units, ...options });
        const scaled = { ...options, caliper: options.caliper * scale };
        const second = fullMatching({ ...rescale(units, (s) => s * scale), ...scaled });
        const turned = fullMatching({ ...rescale(units, (s) => -s), ...options });
        expect(fullMatching({ ...rescale(units, (s) => s - 9), ...options })).toEqual(first);
        if (first.kind !== "matched" || turned.kind !== "matched") {
          expect([second, turned]).toEqual([first, first]);
          return;
        }
        expect(second).toEqual({ ...first, totalDistance: first.totalDistance * scale });
        expect([turned.totalDistance, placedPool(units, turned)]).toEqual([
          first.totalDistance,
          placedPool(units, first),
        ]);
      }),
      { numRuns: 1500 },
    );
  });

  it("rows in another order: the same sum", () => {
    fc.assert(
      fc.property(instances, fc.integer({ min: 1, max: 1e6 }), ({ units, options }, seed) => {
        const first = fullMatching({ ...units, ...options });
        const second = fullMatching({ ...permuteRows(units, seed), ...options });
        if (first.kind !== "matched" || second.kind !== "matched") expect(second).toEqual(first);
        else expect(second.totalDistance).toBe(first.totalDistance);
      }),
      { numRuns: 1500 },
    );
  });

  it("strata are problems of their own", () => {
    fc.assert(
      fc.property(
        instances,
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 21, maxLength: 21 }),
        (one, draws) => {
          const { units, options } = one;
          const stratum = Int32Array.from(units.score, (_, row) => draws[row]);
          const together = fullMatching({ ...units, ...options, stratum, strata: 3 });
          const parts = [0, 1, 2].map((s) => {
            const within = (rows: Int32Array): Int32Array => rows.filter((row) => stratum[row] === s);
            const part = { score: units.score, focal: within(units.focal), pool: within(units.pool) };
            return { part, result: fullMatching({ ...part, ...options }) };
          });
          const refused = parts.findIndex(({ result }) => result.kind !== "matched");
          if (together.kind !== "matched" || refused >= 0) {
            expect(together).toEqual({ ...parts[refused].result, stratum: refused });
            return;
          }
          let total = 0;
          const named = (sets: ReturnType<typeof membersOf>): string[] => sets.map((set) => JSON.stringify(set)).sort();
          const all: string[] = [];
          for (const { part, result } of parts) {
            if (result.kind !== "matched") continue;
            total += result.totalDistance;
            all.push(...named(membersOf(part, result)));
          }
          expect(setViolations(units, together, options.caliper)).toEqual([]);
          expect(named(membersOf(units, together))).toEqual(all.sort());
          expect(together.totalDistance).toBe(total);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe("full matching, edges", () => {
  const base = { score: Float64Array.of(0, 1, 2), focal: Int32Array.of(0), pool: Int32Array.of(1, 2) };

  it("matches nobody where a group is empty or nobody is within the caliper", () => {
    const nobody = { kind: "matched", set: Int32Array.of(-1, -1, -1), sets: 0, totalDistance: 0 };
    for (const controls of limits.map((one) => one.controls)) {
      expect(fullMatching({ ...base, pool: Int32Array.of(), caliper: NONE, ...controls })).toEqual(nobody);
    }
    expect(fullMatching({ ...base, caliper: 0.5 })).toEqual(nobody);
    expect(fullMatching({ ...base, caliper: 0.5, maxControls: 2 })).toEqual(nobody);
    expect(fullMatching({ ...base, caliper: 0.5, minControls: 2 })).toEqual(nobody);
  });

  it("settles ties by saving nothing for nothing: no pair over a gap of 0, links to the unit before", () => {
    const tied = { score: Float64Array.of(2, 5, 5, 5, 5), focal: Int32Array.of(0, 1, 4), pool: Int32Array.of(2, 3) };
    expect([...solveFull({ ...tied, caliper: NONE }).set]).toEqual([0, 1, 0, 1, 1]);
    const between = { score: Float64Array.of(1, 2, 3, 1), focal: Int32Array.of(0, 2), pool: Int32Array.of(1, 3) };
    expect([...solveFull({ ...between, caliper: NONE }).set]).toEqual([0, 1, 1, 0]);
    const middle = { score: Float64Array.of(0, 1, 2, 3), focal: Int32Array.of(0, 3), pool: Int32Array.of(1, 2) };
    expect([...solveFull({ ...middle, caliper: NONE }).set]).toEqual([0, 0, 1, 1]);
  });

  it("offers no limit on both sides of 1 within a caliper", () => {
    const refused = { kind: "infeasible", reason: "not-offered", stratum: 0, focal: 1, pool: 2 };
    expect(fullMatching({ ...base, caliper: 5, minControls: 0.5, maxControls: 2 })).not.toEqual(refused);
    const larger = { ...base, score: Float64Array.of(0, 1, 2, 3, 4, 5, 6), pool: Int32Array.of(1, 2, 3) };
    const both = { ...larger, focal: Int32Array.of(0, 4, 5, 6), caliper: 5, minControls: 0.5, maxControls: 2 };
    expect(fullMatching(both)).toEqual({ ...refused, focal: 4, pool: 3 });
  });

  it("reads 1/49 as 49 to one and 1/93 as 93, though 1 / (1/49) is more and 1 / (1/93) less", () => {
    expect([1 / (1 / 49) > 49, 1 / (1 / 93) < 93]).toEqual([true, true]);
    for (const n of [49, 93]) {
      const score = Float64Array.from({ length: n + 1 }, (_, row) => row);
      const units = { score, focal: Int32Array.from({ length: n }, (_, row) => row), pool: Int32Array.of(n) };
      expect(solveFull({ ...units, caliper: NONE, minControls: 1 / n, maxControls: 1 / n }).sets).toBe(1);
      const fewer = fullMatching({ ...units, caliper: NONE, minControls: 1 / (n - 1) });
      expect(fewer).toMatchObject({ reason: "pool-too-small" });
    }
  });

  it("says in which stratum scores are too far apart", () => {
    const far = { ...base, score: Float64Array.of(-1.5e308, 1.5e308, 0) };
    expect(fullMatching({ ...far, caliper: NONE })).toEqual({ kind: "out-of-range", stratum: 0 });
  });
});

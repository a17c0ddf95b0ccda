import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { optimalPairs } from "../../src/matching/optimal/pairs";
import { variableRatioPairs } from "../../src/matching/optimal/ratio";
import { bestPairs } from "./optimal-brute-force";
import { manyUnits, permuteRows, regimes, smallUnits } from "./optimal-instances";

const limits = fc
  .record({
    least: fc.integer({ min: 1, max: 2 }),
    spread: fc.integer({ min: 0, max: 3 }),
    share: fc.integer({ min: 0, max: 12 }),
  })
  .map(({ least, spread, share }) => ({ least, most: least + spread, mean: least + (spread * share) / 12 }));

describe("pairs with a variable ratio", () => {
  it("has the least sum of all ways with the same number of pairs, or says that there is none", () => {
    const met = { matched: 0, infeasible: 0, between: 0 };
    fc.assert(
      fc.property(smallUnits(4, 8), limits, (units, { least, most, mean }) => {
        const { score, focal, pool } = units;
        const result = variableRatioPairs({ ...units, least, most, mean });
        const pairs = Math.round(mean * focal.length);
        const noLimit = Number.POSITIVE_INFINITY;
        const merit = ({ distance }: { distance: number }) => [0 - distance];
        const best = bestPairs(units, { least, most, caliper: noLimit, pairs, merit });
        if (best === null) {
          met.infeasible++;
          expect(result).toEqual({
            kind: "infeasible",
            stratum: 0,
            focal: focal.length,
            pool: pool.length,
            wanted: pairs,
          });
          return;
        }
        met.matched++;
        if (pairs > least * focal.length && pairs < Math.min(pool.length, most * focal.length)) met.between++;
        if (result.kind !== "matched") throw new Error(result.kind);
        const partners = [...focal.keys()].map((t) =>
          [...result.matches.subarray(t * most, (t + 1) * most)].filter((row) => row >= 0),
        );
        const used = partners.flat();
        expect(new Set(used).size).toBe(used.length);
        expect(used.every((row) => pool.includes(row))).toBe(true);
        expect(partners.every(({ length }) => length >= least && length <= most)).toBe(true);
        const sum = partners.flatMap((rows, t) => rows.map((row) => Math.abs(score[row] - score[focal[t]])));
        const totalDistance = sum.reduce((total, one) => total + one, 0);
        expect(result).toMatchObject({ width: most, pairs, totalDistance, unmatchedFocal: 0 });
        expect([0 - totalDistance]).toEqual(best);
      }),
      { numRuns: 5000 },
    );
    expect(Math.min(met.matched, met.infeasible, met.between)).toBeGreaterThan(300);
  });

  it("is the fixed ratio where the limits leave no choice", () => {
    fc.assert(
      fc.property(smallUnits(4, 12), fc.integer({ min: 1, max: 3 }), fc.boolean(), (units, ratio, fromAbove) => {
        if (units.pool.length < ratio * units.focal.length) return;
        const fixed = optimalPairs({ ...units, ratio, caliper: Number.POSITIVE_INFINITY });
        const bounds = fromAbove ? { least: 1, most: ratio } : { least: ratio, most: ratio };
        expect(variableRatioPairs({ ...units, ...bounds, mean: ratio })).toMatchObject(fixed);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(regimes.filter(({ share }) => share < 0.4))(
    "at 20,000 units ($name): as many pairs as asked, dearer by the pair",
    (regime) => {
      const units = manyUnits(20_000, regime);
      const solve = (mean: number, from = units) => {
        const result = variableRatioPairs({ ...from, least: 1, most: 5, mean });
        if (result.kind !== "matched") throw new Error(result.kind);
        expect(result.pairs).toBe(Math.round(mean * units.focal.length));
        return result.totalDistance;
      };
      const one = 1 / units.focal.length;
      const [a, b, c] = [solve(2), solve(2 + one), solve(2 + 2 * one)];
      // Least cost is convex in the number of pairs.
      expect(b - a).toBeGreaterThanOrEqual(0);
      expect(c - b).toBeGreaterThanOrEqual(b - a);
      const fixed = optimalPairs({ ...units, ratio: 2, caliper: Number.POSITIVE_INFINITY });
      expect(fixed.kind === "matched" && a <= fixed.totalDistance).toBe(true);
      expect(solve(2, permuteRows(units, 8))).toBe(a);
    },
  );

  it("counts halves up, each stratum for itself, and names the stratum that cannot have its number", () => {
    const units = {
      score: Float64Array.of(0, 1, 2, 3, 4, 10, 11, 12),
      focal: Int32Array.of(0, 5),
      pool: Int32Array.of(1, 2, 3, 4, 6, 7),
      stratum: Int32Array.of(0, 0, 0, 0, 0, 1, 1, 1),
      strata: 2,
    };
    const result = variableRatioPairs({ ...units, least: 1, most: 4, mean: 1.5 });
    expect(result).toMatchObject({ pairs: 4, totalDistance: 6 });
    const short = variableRatioPairs({ ...units, least: 1, most: 4, mean: 3 });
    expect(short).toEqual({ kind: "infeasible", stratum: 1, focal: 1, pool: 2, wanted: 3 });
    const empty = variableRatioPairs({ ...units, focal: Int32Array.of(), least: 1, most: 4, mean: 3 });
    expect(empty).toMatchObject({ kind: "matched", pairs: 0 });
  });
});

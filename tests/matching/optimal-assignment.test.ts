import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignPartners } from "../../src/matching/optimal/assignment";
import { createRng } from "../../src/random/rng";
import { bestMerit, flaws, meritOf, problemOf, type Table } from "./optimal-assignment";

/** Whole distances with many ties, pairs not allowed here and there. */
function tables(mostUnits: number, mostOthers: number): fc.Arbitrary<Table> {
  const plan = fc.record({
    units: fc.integer({ min: 1, max: mostUnits }),
    others: fc.integer({ min: 1, max: mostOthers }),
    slots: fc.integer({ min: 1, max: 3 }),
    firm: fc.integer({ min: 1, max: 3 }),
    span: fc.constantFrom(1, 2, 4, 12, 1000),
    allowed: fc.constantFrom(1, 1, 0.8, 0.5, 0.2),
    seed: fc.integer(),
  });
  return fc.noBias(plan).map(({ units, others, slots, firm, span, allowed, seed }) => {
    const rng = createRng(seed);
    const distances = Array.from({ length: units }, () =>
      Array.from({ length: others }, () => (rng.uniform() < allowed ? rng.integer(span) : Number.POSITIVE_INFINITY)),
    );
    return { distances, slots, firm: Math.min(firm, slots) };
  });
}

describe("partners by any distances", () => {
  it("are as good as the best of all choices, on thousands of small tables with ties", () => {
    let short = 0;
    fc.assert(
      fc.property(tables(4, 7), (table) => {
        const found = assignPartners(problemOf(table));
        const merit = meritOf(table, found);
        expect(merit).toEqual(bestMerit(table));
        if (merit[0] < table.distances.length * table.slots) short++;
        // Whole distances and prices: nothing rounds.
        expect(flaws(table, found, 0)).toEqual([]);
      }),
      { numRuns: 4000 },
    );
    // Both kinds must occur: those with enough for all, and those without.
    expect(short).toBeGreaterThan(500);
    expect(short).toBeLessThan(3500);
  });

  it("come with prices that prove them best, checked on every pair of larger tables", () => {
    fc.assert(
      fc.property(tables(30, 90), (table) => {
        expect(flaws(table, assignPartners(problemOf(table)), 0)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("prove themselves where lists of candidates must grow: everyone wants the same few, or all are alike", () => {
    const rng = createRng(7);
    const popular = Array.from({ length: 120 }, () => Array.from({ length: 600 }, (_, c) => c + rng.uniform()));
    const alike = Array.from({ length: 120 }, () => new Array<number>(600).fill(3));
    const near = Array.from({ length: 300 }, (_, i) =>
      Array.from({ length: 400 }, (_, c) => Math.abs(Math.sin(i) - Math.cos(c)) ** 1.5),
    );
    for (const distances of [popular, alike, near]) {
      for (const slots of [1, 2, 3]) {
        const table = { distances, slots, firm: 1 };
        // Sums along paths of hundreds of distances up to 600 round in the 13th digit.
        expect(flaws(table, assignPartners(problemOf(table)), 1e-10)).toEqual([]);
      }
    }
  });

  it("prove themselves on points in eight dimensions, with enough others, hardly enough and too few", () => {
    const rng = createRng(3);
    const draw = (n: number, shift: number) =>
      Array.from({ length: n }, () => Array.from({ length: 8 }, () => rng.normal() + shift));
    for (const [units, others, slots] of [
      [100, 900, 2],
      [460, 540, 1],
      [250, 540, 2],
      [300, 450, 2],
    ]) {
      const [from, to] = [draw(units, 0.3), draw(others, 0)];
      const distances = from.map((a) => to.map((b) => Math.sqrt(a.reduce((sum, x, j) => sum + (x - b[j]) ** 2, 0))));
      const table = { distances, slots, firm: 1 };
      const found = assignPartners(problemOf(table));
      // Distances are below 10; paths add some tens of them.
      expect(flaws(table, found, 1e-12)).toEqual([]);
      expect(meritOf(table, found)[0]).toBe(Math.min(units * slots, others));
    }
  });

  it("never cost more in another order of units and others", () => {
    fc.assert(
      fc.property(tables(12, 30), fc.integer(), (table, seed) => {
        const rng = createRng(seed);
        const units = rng.shuffle(Int32Array.from(table.distances.keys()));
        const others = rng.shuffle(Int32Array.from(table.distances[0].keys()));
        const shuffled = { ...table, distances: [...units].map((u) => [...others].map((c) => table.distances[u][c])) };
        expect(meritOf(shuffled, assignPartners(problemOf(shuffled)))).toEqual(
          meritOf(table, assignPartners(problemOf(table))),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("of a unit with several slots are those of as many units at one place", () => {
    fc.assert(
      fc.property(tables(8, 40), ({ distances, slots }) => {
        const together = { distances, slots, firm: slots };
        const apart = { distances: distances.flatMap((row) => new Array(slots).fill(row)), slots: 1, firm: 1 };
        const merit = meritOf(together, assignPartners(problemOf(together)));
        const [pairs, , total] = meritOf(apart, assignPartners(problemOf(apart)));
        expect([merit[0], merit[2]]).toEqual([pairs, total]);
      }),
      { numRuns: 500 },
    );
  });
});

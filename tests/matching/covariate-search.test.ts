import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PartnerProblem } from "../../src/matching/covariates/problem";
import { createPointFinder } from "../../src/matching/covariates/search";
import type { FocalOrder } from "../../src/matching/types/subject";
import { createRng } from "../../src/random/rng";
import { matchByHand, nearestByFinder, nearestByHand, type PlainLimit, type PlainProblem } from "./covariate-by-hand";

interface Instance extends PlainProblem {
  readonly limits: PlainLimit[];
  readonly width: number;
  readonly reuseMax: number;
  readonly order: FocalOrder;
  readonly seed: number;
}

/** The kernel's words for an instance. */
function problemOf({ treated, stratum, limits, differ }: Instance): PartnerProblem {
  const rows = Array.from(treated, (_, row) => row);
  return {
    focal: Int32Array.from(rows.filter((row) => treated[row] === 1)),
    pool: Uint8Array.from(treated, (arm) => (arm === 0 ? 1 : 0)),
    stratum: stratum === undefined ? null : Int32Array.from(stratum),
    strata: stratum === undefined ? 1 : Math.max(...stratum) + 1,
    limits: limits.map(({ values, width }) => ({ values: Float64Array.from(values), width })),
    admissible: differ === undefined ? null : (a, b) => differ[a] !== differ[b],
  };
}

function bothWays(instance: Instance, leafSize?: number): [string[], string[]] {
  const { width, reuseMax, order, z } = instance;
  const problem = problemOf(instance);
  const focal = [...problem.focal];
  const sequence = focal.map((_, t) => t);
  if (order === "random") createRng(instance.seed).shuffle(sequence);
  const rounds = { focal, width, reuseMax, sequence, order };
  const points = z.map((column) => Float64Array.from(column));
  const finder = createPointFinder(problem, points, width, null, leafSize);
  return [
    matchByHand({ ...rounds, ...nearestByFinder(finder) }).map((list) => list.join()),
    matchByHand({ ...rounds, nearest: nearestByHand(instance, focal) }).map((list) => list.join()),
  ];
}

/** Few distinct whole numbers, so that distances tie all the time; 2 = takes no part, as a unit discarded. */
const instances: fc.Arbitrary<Instance> = fc
  .record({
    n: fc.integer({ min: 2, max: 24 }),
    p: fc.integer({ min: 1, max: 6 }),
    high: fc.integer({ min: 0, max: 4 }),
  })
  .chain(({ n, p, high }) => {
    const list = (max: number): fc.Arbitrary<number[]> =>
      fc.array(fc.integer({ min: 0, max }), { minLength: n, maxLength: n });
    const limit = fc.record({ values: list(5), width: fc.constantFrom(0, 1, 2, 4, -1, -2) });
    return fc.record({
      treated: fc.array(fc.constantFrom(0, 0, 0, 1, 1, 2), { minLength: n, maxLength: n }),
      z: fc.array(list(high), { minLength: p, maxLength: p }),
      stratum: fc.option(list(2), { nil: undefined }),
      limits: fc.array(limit, { maxLength: 2 }),
      differ: fc.option(list(2), { nil: undefined }),
      width: fc.integer({ min: 1, max: 3 }),
      reuseMax: fc.constantFrom(1, 1, 2, Number.POSITIVE_INFINITY),
      order: fc.constantFrom<FocalOrder>("data", "random", "closest", "farthest"),
      seed: fc.integer({ min: 0, max: 1000 }),
    });
  });

describe("the search by trees", () => {
  it("finds what looking at every pair finds, under every option, whatever the size of the leaves", () => {
    let pairs = 0;
    fc.assert(
      fc.property(instances, fc.constantFrom(1, 2, 5, 1000), (instance, leafSize) => {
        const [ours, byHand] = bothWays(instance, leafSize);
        expect(ours).toEqual(byHand);
        pairs += ours.filter((list) => list !== "").length;
      }),
      { numRuns: 6000 },
    );
    expect(pairs).toBeGreaterThan(10_000);
  });

  it("finds the same in trees of many levels, tied or not, in few and many dimensions", () => {
    const rng = createRng("deep trees");
    for (const p of [1, 2, 3, 5, 8, 9, 17]) {
      for (const levels of [2, 4, Number.POSITIVE_INFINITY]) {
        const n = 240;
        const draw = (): number => (levels === Number.POSITIVE_INFINITY ? rng.normal() : rng.integer(levels));
        const instance: Instance = {
          treated: Array.from({ length: n }, () => (rng.uniform() < 0.4 ? 1 : 0)),
          z: Array.from({ length: p }, () => Array.from({ length: n }, draw)),
          limits: [{ values: Array.from({ length: n }, () => rng.normal()), width: 1.5 }],
          width: 2,
          reuseMax: 1,
          order: levels === 4 ? "closest" : "data",
          seed: 1,
        };
        for (const leafSize of [3, 32]) {
          const [ours, byHand] = bothWays(instance, leafSize);
          expect(ours, `p = ${p}, ${levels} levels`).toEqual(byHand);
        }
      }
    }
  });

  it("chooses among distances as they round, beyond the precision of the coordinates", () => {
    const rng = createRng("offsets");
    for (const offset of [1e8, 1e15, -1e15]) {
      const n = 200;
      const instance: Instance = {
        treated: Array.from({ length: n }, () => rng.integer(2)),
        z: Array.from({ length: 3 }, () => Array.from({ length: n }, () => offset + rng.normal())),
        limits: [],
        width: 1,
        reuseMax: 1,
        order: "data",
        seed: 1,
      };
      const [ours, byHand] = bothWays(instance, 4);
      expect(ours).toEqual(byHand);
    }
  });

  it("ranks units without a partner of their own: those left out count between equal distances", () => {
    // Both controls are as near as each other. Left of the treated unit stand two units that take no part.
    const base = { limits: [], width: 1, reuseMax: 1, order: "data" as const, seed: 1 };
    expect(bothWays({ ...base, treated: [1, 0, 0, 2, 2], z: [[5, 4, 6, 4.5, 4.6]] })[0]).toEqual(["1"]);
    expect(bothWays({ ...base, treated: [1, 0, 0, 2, 2], z: [[5, 4, 6, 5.5, 5.6]] })[0]).toEqual(["2"]);
    // Without them the displacements are equal, and the right side wins.
    expect(bothWays({ ...base, treated: [1, 0, 0], z: [[5, 4, 6]] })[0]).toEqual(["2"]);
  });

  it("takes no notice of a unit without a point", () => {
    const z = [Float64Array.of(0, 1, Number.NaN, 5), Float64Array.of(0, 1, Number.NaN, 5)];
    const problem: PartnerProblem = {
      focal: Int32Array.of(0),
      pool: Uint8Array.of(0, 1, 0, 1),
      stratum: null,
      strata: 1,
      limits: [],
      admissible: null,
    };
    const finder = createPointFinder(problem, z, 1);
    expect(finder.row[finder.search(0, -1)]).toBe(1);
  });
});

describe("what must not change a match", () => {
  /** Pairs by the names of the units. */
  const pairsNamed = (instance: Instance, name: (row: number) => number): string[] => {
    const focal = [...problemOf(instance).focal];
    return bothWays(instance)[0]
      .map((list, t) => `${name(focal[t])}: ${list === "" ? "" : list.split(",").map(Number).map(name)}`)
      .sort();
  };

  it("the order of the rows, where distances are distinct", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.constantFrom<FocalOrder>("closest", "farthest"),
        (seed, order) => {
          const rng = createRng(seed);
          const n = 40;
          const z = Array.from({ length: 3 }, () => Array.from({ length: n }, () => rng.normal()));
          const treated = Array.from({ length: n }, (_, row) => (row % 3 === 0 ? 1 : 0));
          const rows = Array.from({ length: n }, (_, row) => row);
          const shuffled = rng.shuffle([...rows]);
          const base = { limits: [], width: 2, reuseMax: 1, order, seed: 1 };
          const moved = {
            ...base,
            treated: shuffled.map((row) => treated[row]),
            z: z.map((column) => shuffled.map((row) => column[row])),
          };
          expect(pairsNamed(moved, (row) => shuffled[row])).toEqual(pairsNamed({ ...base, treated, z }, (row) => row));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("points scaled by a power of two and shifted (whole numbers, so that both are exact)", () => {
    fc.assert(
      fc.property(
        instances,
        fc.integer({ min: -3, max: 3 }),
        fc.integer({ min: -50, max: 50 }),
        (instance, power, shift) => {
          const moved = {
            ...instance,
            z: instance.z.map((column) => Array.from(column, (v) => v * 2 ** power + shift)),
          };
          expect(bothWays(moved)[0]).toEqual(bothWays(instance)[0]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("a column that is the same for all, which only lengthens every distance by nothing", () => {
    fc.assert(
      fc.property(instances, (instance) => {
        const more = { ...instance, z: [...instance.z, Array.from(instance.treated, () => 3)] };
        expect(bothWays(more)[0]).toEqual(bothWays(instance)[0]);
      }),
      { numRuns: 300 },
    );
  });
});

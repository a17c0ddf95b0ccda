import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLikewiseError, type LikewiseError } from "../../src/errors/error";
import { checkedDistance, createGivenFinder, readDistanceMatrix } from "../../src/matching/covariates/given";
import type { DistanceFunction, DistanceMatrix, PartnerProblem } from "../../src/matching/covariates/problem";
import { createPointFinder } from "../../src/matching/covariates/search";
import { match } from "../../src/matching/match";
import type { Finder } from "../../src/matching/nearest/finder";
import type { FocalOrder } from "../../src/matching/types/subject";
import { createRng } from "../../src/random/rng";
import { matchByHand, nearestByFinder, nearestByHand } from "./covariate-by-hand";

const problemOf = (treated: ArrayLike<number>, more: Partial<PartnerProblem> = {}): PartnerProblem => ({
  focal: Int32Array.from(Array.from(treated, (arm, row) => (arm === 1 ? row : -1)).filter((row) => row >= 0)),
  pool: Uint8Array.from(treated, (arm) => (arm === 0 ? 1 : 0)),
  stratum: null,
  strata: 1,
  limits: [],
  admissible: null,
  ...more,
});

function run(finder: Finder, problem: PartnerProblem, order: FocalOrder, width = 1, reuseMax = 1): string[] {
  const focal = [...problem.focal];
  const sequence = focal.map((_, t) => t);
  const rounds = { focal, width, reuseMax, sequence, order, ...nearestByFinder(finder) };
  return matchByHand(rounds).map((list) => list.join());
}

function errorOf(raise: () => unknown): LikewiseError {
  try {
    raise();
  } catch (error) {
    if (isLikewiseError(error)) return error;
    throw error;
  }
  throw new Error("Nothing was raised.");
}

const treated = Uint8Array.of(1, 0, 0, 1, 0);
const problem = problemOf(treated);

describe("a distance matrix", () => {
  const wide = [
    [3, 1, 2],
    [5, 4, 6],
  ];
  const square = Array.from({ length: 5 }, (_, a) => Array.from({ length: 5 }, (_, b) => 10 * a + b));

  it("is read as focal × others or n × n, as rows or flat", () => {
    const read = (matrix: DistanceMatrix): number[] => {
      const distance = readDistanceMatrix(matrix, treated, problem);
      return [0, 3].flatMap((a) => [1, 2, 4].map((b) => distance(a, b)));
    };
    expect(read(wide)).toEqual([3, 1, 2, 5, 4, 6]);
    expect(read(wide.map((row) => Float64Array.from(row)))).toEqual([3, 1, 2, 5, 4, 6]);
    expect(read(Float64Array.from(wide.flat()))).toEqual([3, 1, 2, 5, 4, 6]);
    expect(read(square)).toEqual([1, 2, 4, 31, 32, 34]);
    expect(read(Float64Array.from(square.flat()))).toEqual([1, 2, 4, 31, 32, 34]);
  });

  it("counts units that take no part: the matrix has the shape of the data", () => {
    const part = { focal: Int32Array.of(3), pool: Uint8Array.of(0, 0, 1, 0, 1) };
    const rest = wide.map((row) => [...row]);
    rest[0] = [Number.NaN, Number.NaN, Number.NaN];
    const distance = readDistanceMatrix(rest, treated, part);
    expect([distance(3, 2), distance(3, 4)]).toEqual([4, 6]);
  });

  it("refuses other shapes", () => {
    const other: [DistanceMatrix, string][] = [
      [[[1, 2, 3]], "has 1 row."],
      [
        [
          [1, 2, 3],
          [1, 2],
        ],
        "has 2 rows, and row 2 has 2 values.",
      ],
      [square.map((row) => row.slice(1)), "has 5 rows, and row 1 has 4 values."],
      [new Float64Array(7), "has 7 values."],
    ];
    for (const [matrix, found] of other) {
      const error = errorOf(() => readDistanceMatrix(matrix, treated, problem));
      expect(error.code).toBe("length-mismatch");
      expect(error.message).toContain(`The distance matrix ${found} It must be 2 × 3, a row for each focal unit`);
      expect(error.message).toContain("or 5 × 5.");
    }
  });

  it("refuses what is no matrix", () => {
    for (const matrix of [[3, 1, 2, 5, 4, 6], { rows: 2, columns: 3 }, [[1, 2, 3], null]]) {
      const error = errorOf(() => readDistanceMatrix(matrix as unknown as DistanceMatrix, treated, problem));
      expect(error.code).toBe("wrong-type");
      expect(error.message).toContain("must be a list of rows, each an array of numbers, or a Float64Array");
    }
  });

  it("refuses what is no distance, naming the rows", () => {
    for (const [value, code] of [
      [Number.NaN, "non-finite"],
      [Number.POSITIVE_INFINITY, "non-finite"],
      [-1, "invalid-argument"],
    ] as const) {
      const error = errorOf(() => readDistanceMatrix([wide[0], [1, 2, value]], treated, problem));
      expect(error.code).toBe(code);
      expect(error.message).toContain(`The distance between row 4 and row 5 is ${value}.`);
    }
  });
});

describe("a distance function", () => {
  it("is asked about pairs that may be, and checked as it answers", () => {
    const asked: string[] = [];
    const distance: DistanceFunction = (a, b) => {
      asked.push(`${a}-${b}`);
      return Math.abs(a - b);
    };
    const some = problemOf(treated, { admissible: (_, b) => b !== 2 });
    expect(run(createGivenFinder(some, checkedDistance(distance), 1), some, "data")).toEqual(["1", "4"]);
    expect(asked.some((pair) => pair.endsWith("-2"))).toBe(false);
    const broken = createGivenFinder(
      problem,
      checkedDistance(() => Number.NaN),
      1,
    );
    expect(errorOf(() => broken.search(0, -1)).message).toBe(
      "The distance between row 1 and row 2 is NaN. Distances must be finite and not negative; to keep units apart use exact, antiexact or a caliper.",
    );
  });

  it("lets the first in data order win ties, under strata, limits and reuse", () => {
    const arms = [1, 0, 0, 0, 1, 0];
    const equal = (more: Partial<PartnerProblem>, width: number, reuseMax: number): string[] => {
      const some = problemOf(arms, more);
      return run(
        createGivenFinder(some, () => 1, width),
        some,
        "data",
        width,
        reuseMax,
      );
    };
    expect(equal({}, 1, 1)).toEqual(["1", "2"]);
    expect(equal({}, 2, 1)).toEqual(["1,3", "2,5"]);
    expect(equal({}, 2, 2)).toEqual(["1,2", "1,2"]);
    expect(equal({}, 3, Number.POSITIVE_INFINITY)).toEqual(["1,2,3", "1,2,3"]);
    expect(equal({ stratum: Int32Array.of(0, 1, 1, 0, 1, 1), strata: 2 }, 2, 1)).toEqual(["3", "1,2"]);
    const values = Float64Array.of(0, 5, 1, 2, 4, 4);
    expect(equal({ limits: [{ values, width: 2 }] }, 2, 1)).toEqual(["2,3", "1,5"]);
    expect(equal({ limits: [{ values, width: -2 }] }, 2, 1)).toEqual(["1,5", "2"]);
  });

  it("finds what looking at all pairs finds, where distances are distinct, in every order", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.constantFrom<FocalOrder>("data", "closest", "farthest"),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
        (seed, order, width, reuseMax) => {
          const rng = createRng(seed);
          const n = 30;
          const arms = Array.from({ length: n }, () => rng.integer(2));
          const stratum = Array.from({ length: n }, () => rng.integer(2));
          const z = [0, 1].map(() => Float64Array.from({ length: n }, () => rng.normal()));
          const some = problemOf(arms, { stratum: Int32Array.from(stratum), strata: 2 });
          const focal = [...some.focal];
          const distance: DistanceFunction = (a, b) => Math.hypot(z[0][a] - z[0][b], z[1][a] - z[1][b]);
          const ours = run(createGivenFinder(some, distance, width), some, order, width, reuseMax);
          const nearest = nearestByHand({ treated: arms, z, stratum }, focal);
          const sequence = focal.map((_, t) => t);
          const byHand = matchByHand({ focal, width, reuseMax, sequence, order, nearest });
          expect(ours).toEqual(byHand.map((list) => list.join()));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("one distance in three forms", () => {
  it("a score, its column as covariate and its matrix give the same pairs, where differences are distinct", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.constantFrom<FocalOrder>("data", "closest", "farthest"),
        fc.integer({ min: 1, max: 2 }),
        (seed, order, ratio) => {
          const rng = createRng(seed);
          const n = 40;
          const score = Float64Array.from({ length: n }, () => rng.uniform());
          const arms = Uint8Array.from({ length: n }, (_, row) => (row % 3 === 0 ? 1 : 0));
          const some = problemOf(arms);
          const matrix = [...some.focal].map((a) =>
            Array.from(score.keys())
              .filter((b) => arms[b] === 0)
              .map((b) => Math.abs(score[a] - score[b])),
          );
          const onScore = match({ treated: arms, score }, { method: "nearest", order, ratio });
          const pairs = [...some.focal].map((_, t) =>
            [...onScore.matches.subarray(t * ratio, (t + 1) * ratio)].filter((row) => row >= 0).join(),
          );
          expect(run(createPointFinder(some, [score], ratio), some, order, ratio)).toEqual(pairs);
          const given = createGivenFinder(some, readDistanceMatrix(matrix, arms, some), ratio);
          expect(run(given, some, order, ratio)).toEqual(pairs);
        },
      ),
      { numRuns: 200 },
    );
  });
});

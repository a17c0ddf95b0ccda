import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeMatch } from "../../src/matching/describe";
import { match } from "../../src/matching/match";
import type { NearestCovariateOptions, NearestScoreOptions } from "../../src/matching/types/options";
import type { NearestMatch } from "../../src/matching/types/result";
import { matchViolations, pairsOf } from "../helpers/match-invariants";
import { errorOf } from "../helpers/reference";
import { type Instance, instances } from "./instances";

const random = (seed: number) => ({ method: "nearest", ties: "random", seed }) as const;

/** How often each row comes out over seeds 1 to `draws`. */
function frequencies(draws: number, rowOf: (seed: number) => number): Map<number, number> {
  const found = new Map<number, number>();
  for (let seed = 1; seed <= draws; seed++) {
    const row = rowOf(seed);
    found.set(row, (found.get(row) ?? 0) + 1);
  }
  return found;
}

/** Each of `k` rows came out as often as k equally likely ones do: within five standard deviations of the mean. */
function expectEven(found: Map<number, number>, rows: readonly number[], draws: number): void {
  expect([...found.keys()].sort((a, b) => a - b)).toEqual(rows);
  const p = 1 / rows.length;
  for (const times of found.values()) {
    expect(Math.abs(times - draws * p)).toBeLessThan(5 * Math.sqrt(draws * p * (1 - p)));
  }
}

/** Row 3 is treated at 5; rows 0, 1, 4, 6, 7 are at a distance of 1 on either side, rows 2 and 5 are further off. */
const treated = [0, 0, 0, 1, 0, 0, 0, 0];
const score = [4, 6, 7, 5, 4, 3, 4, 6];
// Dividing by a standard deviation leaves equal values equal, but rounds 4 and 6 to different distances from 5.
const data = { score, half: score.map((value) => value / 2), side: [6, 6, 9, 5, 6, 10, 6, 6] };
const equals = [0, 1, 4, 6, 7];
const rows = treated.flatMap((arm, row) => (arm === 0 ? [row] : []));
const DRAWS = 1000;

describe('ties: "random" chooses each of the equally near with the same chance', () => {
  const distances: readonly Omit<NearestCovariateOptions, "method">[] = [
    { distance: "euclidean", covariates: ["score"] },
    { distance: "mahalanobis", covariates: ["side"] },
    { distance: "robust-mahalanobis", covariates: ["side"] },
    { distance: "scaled-euclidean", covariates: ["side"] },
    { distance: (a, b) => Math.abs(score[a] - score[b]) },
    { distance: [rows.map((row) => Math.abs(score[row] - 5))] },
  ];

  for (const more of [
    {},
    { replace: true },
    { order: "closest" },
    { order: "farthest" },
    // Conditions on pairs are met by a walk of their own.
    { caliper: { half: 10 } },
    { caliper: { score: { width: 1, units: "raw" } } },
  ] as const) {
    it(`on the score: ${JSON.stringify(more)}`, () => {
      const rowOf = (seed: number): number =>
        match({ treated, score, data }, { ...random(seed), ...more } as NearestScoreOptions).matches[0];
      expectEven(frequencies(DRAWS, rowOf), equals, DRAWS);
    });
  }

  for (const more of distances) {
    it(`by ${typeof more.distance === "string" ? more.distance : typeof more.distance}`, () => {
      const rowOf = (seed: number): number => match({ treated, data }, { ...random(seed), ...more }).matches[0];
      expectEven(frequencies(DRAWS, rowOf), equals, DRAWS);
    });
  }

  it("in a run of many that share one score, also after some of them have gone", () => {
    const many = { treated: [1, 1, 1, 0, 0, 0, 0, 0], score: [1, 1, 1, 1, 1, 1, 1, 1] };
    for (const t of [0, 2]) {
      const rowOf = (seed: number): number => match(many, { ...random(seed), order: "data" }).matches[t];
      expectEven(frequencies(DRAWS, rowOf), [3, 4, 5, 6, 7], DRAWS);
    }
    const second = (seed: number): number => match(many, { ...random(seed), replace: true, ratio: 2 }).matches[1];
    expectEven(frequencies(DRAWS, second), [3, 4, 5, 6, 7], DRAWS);
  });

  it("draws anew for every focal unit where partners are reused", () => {
    const many = { treated: [...new Array<number>(60).fill(1), 0, 0, 0], score: new Array<number>(63).fill(1) };
    const { matches } = match(many, { ...random(5), replace: true });
    for (const row of [60, 61, 62]) expect(matches.filter((partner) => partner === row).length).toBeGreaterThan(8);
  });

  it("lets each of the focal units with equal scores, or equally near partners, go first", () => {
    const contested = { treated: [1, 1, 1, 0], score: [2, 2, 2, 2] };
    for (const order of ["largest", "smallest", "closest", "farthest"] as const) {
      const winner = (seed: number): number => pairsOf(match(contested, { ...random(seed), order }))[0][0];
      expectEven(frequencies(DRAWS, winner), [0, 1, 2], DRAWS);
    }
    const variable = { treated: [1, 1, 1, ...new Array<number>(9).fill(0)], score: new Array<number>(12).fill(2) };
    const most = (seed: number): number => {
      const { matches } = match(variable, { ...random(seed), ratio: 5 / 3, minControls: 1, maxControls: 3 });
      return [0, 1, 2].findIndex((t) => matches[3 * t + 2] >= 0);
    };
    expectEven(frequencies(DRAWS, most), [0, 1, 2], DRAWS);
  });
});

describe('ties: "random" changes nothing but ties', () => {
  function matched({
    treated: arms,
    score: s,
    region,
    school,
    age,
    village,
    options,
  }: Instance): NearestMatch | string {
    try {
      return match({ treated: arms, score: s, data: { region, school, age, village } }, options);
    } catch (error) {
      return (error as { code: string }).code;
    }
  }
  const pairs = (result: NearestMatch | string): unknown =>
    typeof result === "string" ? result : [[...result.focal], [...result.matches], [...result.weights]];

  it("where all differences are distinct, the match is that of the data order, under all options", () => {
    let met = 0;
    fc.assert(
      fc.property(instances, fc.integer(), (instance, seed) => {
        // Powers of 3: no two differences of distinct ones are equal.
        const distinct = instance.score.map((_, row) => 3 ** ((row * 7) % instance.score.length));
        if (new Set(distinct).size < distinct.length) return;
        const [plain, drawn] = [{}, { ties: "random" as const, seed }].map((more) =>
          matched({
            ...instance,
            score: distinct,
            options: { ...instance.options, ...more, ...(instance.options.order === "random" ? { seed: 7 } : {}) },
          }),
        );
        expect(pairs(drawn)).toEqual(pairs(plain));
        if (typeof plain !== "string") met++;
      }),
      { numRuns: 600 },
    );
    expect(met).toBeGreaterThan(150);
  });

  it("every invariant holds under all options, and a seed repeats", () => {
    fc.assert(
      fc.property(instances, fc.integer(), (instance, seed) => {
        const result = matched({ ...instance, options: { ...instance.options, ties: "random", seed } });
        if (typeof result === "string") return;
        const { region, school, age, village } = instance;
        expect(matchViolations(result, { region, school, age, village })).toEqual([]);
        expect(pairs(matched({ ...instance, options: { ...instance.options, ties: "random", seed } }))).toEqual(
          pairs(result),
        );
      }),
      { numRuns: 600 },
    );
  });

  it("every choice is one of the nearest that are free, in order of the data", () => {
    fc.assert(
      fc.property(instances, fc.integer(), (instance, seed) => {
        const { treated: arms, score: s } = instance;
        const result = match({ treated: arms, score: s }, { ...random(seed), order: "data" });
        const free = new Set(arms.flatMap((arm, row) => (arm === 0 ? [row] : [])));
        result.focal.forEach((row, t) => {
          const partner = result.matches[t];
          if (partner < 0) expect(free.size).toBe(0);
          else {
            expect(free.has(partner)).toBe(true);
            const least = Math.min(...Array.from(free, (other) => Math.abs(s[row] - s[other])));
            expect(Math.abs(s[row] - s[partner])).toBe(least);
            free.delete(partner);
          }
        });
      }),
      { numRuns: 400 },
    );
  });

  it("a score scaled by a power of two gives the same draws", () => {
    fc.assert(
      fc.property(instances, fc.integer(), fc.integer({ min: -4, max: 4 }), (instance, seed, power) => {
        const { treated: arms, score: s } = instance;
        const of = (factor: number): number[] => [
          ...match({ treated: arms, score: s.map((value) => value * factor) }, random(seed)).matches,
        ];
        expect(of(2 ** power)).toEqual(of(1));
      }),
      { numRuns: 300 },
    );
  });
});

describe('ties: "random", what is said', () => {
  it("repeats with its seed, is named, and says nothing of ties by row order", () => {
    const tied = { treated: [1, 0, 0, 0, 0], score: [1, 1, 1, 1, 1] };
    const result = match(tied, random(3));
    expect([...match(tied, random(3)).matches]).toEqual([...result.matches]);
    expect(result.options).toMatchObject({ ties: "random", seed: 3 });
    expect(result.diagnostics.map(({ code }) => code)).not.toContain("ties-by-row-order");
    expect(describeMatch(result)[0]).toContain(", ties at random");
    const plain = match(tied, { method: "nearest" });
    expect(plain.diagnostics[0].message).toContain('ties: "random" with several seeds shows how much hangs on it');
    expect(plain.options).toMatchObject({ ties: "data", seed: null });
  });

  it("refuses to draw without a seed, and words there are not", () => {
    const units = { treated: [1, 0], score: [1, 2] };
    const without = errorOf(() => match(units, { method: "nearest", ties: "random" }));
    expect(without.message).toBe('ties: "random" needs a seed, such as seed: 1, so that the match can be repeated.');
    expect(errorOf(() => match(units, { method: "nearest", ties: "first" as never })).message).toContain('"ties"');
    expect(errorOf(() => match(units, random(Number.NaN))).code).toBe("invalid-argument");
  });
});

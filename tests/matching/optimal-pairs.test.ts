import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { match } from "../../src/matching/match";
import { type OptimalPairs, type OptimalPairsProblem, optimalPairs } from "../../src/matching/optimal/pairs";
import { bestPairs, type Merit } from "./optimal-brute-force";
import { caliper, manyUnits, permuteRows, rescale, smallUnits, type Units } from "./optimal-instances";

const ratio = fc.integer({ min: 1, max: 3 });

function solve(problem: OptimalPairsProblem): OptimalPairs {
  const result = optimalPairs(problem);
  if (result.kind !== "matched") throw new Error(result.kind);
  return result;
}

/** Partners of each focal unit. */
function partnersOf({ matches, width }: OptimalPairs): number[][] {
  return Array.from({ length: matches.length / width }, (_, t) =>
    [...matches.subarray(t * width, (t + 1) * width)].filter((row) => row >= 0),
  );
}

/** The number of rows before a row: tells what is smaller in a tie. */
const rank = (rows: Int32Array, row: number): number => rows.filter((other) => other < row).length;

/** Larger for sets that hold smaller rows: one binary digit per row of the pool. */
const poolKey = ({ pool }: Units, rows: Iterable<number>): number =>
  [...rows].reduce((key, row) => key + 2 ** (pool.length - 1 - rank(pool, row)), 0);

/** Larger where focal units of smaller rows have more partners: one digit per focal unit. */
const focalKey = (units: Units, t: number, partners: number): number =>
  partners * 8 ** (units.focal.length - 1 - rank(units.focal, units.focal[t]));

/** What the result itself adds up to, checked pair by pair. */
function meritsOf(units: Units, problem: OptimalPairsProblem, result: OptimalPairs) {
  const { score, focal, pool } = units;
  const partners = partnersOf(result);
  const used = partners.flat();
  expect(new Set(used).size).toBe(used.length);
  expect(used.every((row) => pool.includes(row))).toBe(true);
  const distances = partners.flatMap((rows, t) => rows.map((row) => Math.abs(score[focal[t]] - score[row])));
  expect(distances.every((distance) => distance <= problem.caliper)).toBe(true);
  const distance = distances.reduce((sum, one) => sum + one, 0);
  const covered = partners.filter((rows) => rows.length > 0).length;
  expect(result).toMatchObject({
    kind: "matched",
    width: problem.ratio,
    pairs: used.length,
    unmatchedFocal: focal.length - covered,
    totalDistance: distance,
  });
  return {
    partners,
    merit: [used.length, covered, 0 - distance],
    keys: [poolKey(units, used), partners.reduce((key, rows, t) => key + focalKey(units, t, rows.length), 0)],
  };
}

/** First the pool units used, then the numbers of partners: both are best at once, as each is fixed where the other varies. */
function tieKeys(units: Units, chosen: { focal: number; partners: number; poolSet: number }): Merit {
  const used = units.pool.filter((_, c) => (chosen.poolSet >> c) & 1);
  return [poolKey(units, used), focalKey(units, chosen.focal, chosen.partners)];
}

describe("optimal pairs without a caliper", () => {
  it("has the least sum of all ways to pair, and of those the first rows", () => {
    const met = { enough: 0, scarce: 0, scarcer: 0 };
    fc.assert(
      fc.property(smallUnits(4, 7), ratio, (units, k) => {
        const [n1, n0] = [units.focal.length, units.pool.length];
        met[n0 >= k * n1 ? "enough" : n0 >= n1 ? "scarce" : "scarcer"]++;
        const problem = { ...units, ratio: k, caliper: Number.POSITIVE_INFINITY };
        const found = meritsOf(units, problem, solve(problem));
        const pairs = Math.min(n0, k * n1);
        // MatchIt's rule where the pool is too small: all of it is used, evenly.
        const least = Math.min(k, Math.floor(n0 / n1));
        const rules = { least, most: n0 < n1 ? 1 : k, caliper: Number.POSITIVE_INFINITY, pairs };
        expect(found.partners.every(({ length }) => length >= rules.least && length <= rules.most)).toBe(true);
        const best = bestPairs(units, {
          ...rules,
          merit: ({ distance, ...chosen }) => [0 - distance, ...tieKeys(units, chosen)],
        });
        expect([found.merit[2], ...found.keys]).toEqual(best);
      }),
      { numRuns: 4000 },
    );
    expect(Math.min(met.enough, met.scarce, met.scarcer)).toBeGreaterThan(300);
  });
});

describe("optimal pairs within a caliper", () => {
  it("has the most pairs, then the most focal units with one, then the least sum, then the first rows", () => {
    const met = { full: 0, short: 0 };
    fc.assert(
      fc.property(smallUnits(4, 7), ratio, caliper, (units, k, width) => {
        const problem = { ...units, ratio: k, caliper: width, scarce: "covered" as const };
        const result = solve(problem);
        met[result.pairs === k * units.focal.length ? "full" : "short"]++;
        const found = meritsOf(units, problem, result);
        const rules = { least: 0, most: k, caliper: width };
        const best = bestPairs(units, {
          ...rules,
          merit: (chosen) => [
            chosen.partners,
            chosen.partners > 0 ? 1 : 0,
            0 - chosen.distance,
            ...tieKeys(units, chosen),
          ],
        });
        expect([...found.merit, ...found.keys]).toEqual(best);
      }),
      { numRuns: 6000 },
    );
    expect(Math.min(met.full, met.short)).toBeGreaterThan(600);
  });

  it("tests the given doubles: 0.3 − 0.1 is less than 0.2, 0.8 − 0.6 is more", () => {
    const pair = (a: number, b: number): number =>
      solve({
        score: Float64Array.of(a, b),
        focal: Int32Array.of(0),
        pool: Int32Array.of(1),
        ratio: 1,
        caliper: 0.2,
      }).pairs;
    expect([0.3 - 0.1 <= 0.2, 0.8 - 0.6 <= 0.2]).toEqual([true, false]);
    expect([pair(0.1, 0.3), pair(0.3, 0.1), pair(0.6, 0.8), pair(0.8, 0.6)]).toEqual([1, 1, 0, 0]);
  });
});

const instances = fc.record({
  units: smallUnits(6, 14),
  ratio,
  caliper,
  scarce: fc.constantFrom("even" as const, "covered" as const),
});

describe("optimal pairs, what always holds", () => {
  it("pairs keep the order of the scores", () => {
    fc.assert(
      fc.property(instances, ({ units, ...options }) => {
        const result = solve({ ...units, ...options });
        const byScore = (a: number, b: number): number => units.score[a] - units.score[b] || a - b;
        const partners = partnersOf(result);
        const order = [...partners.keys()].sort((a, b) => byScore(units.focal[a], units.focal[b]));
        const walked = order.flatMap((t) => partners[t]);
        expect(walked).toEqual([...walked].sort(byScore));
      }),
      { numRuns: 2000 },
    );
  });

  it("is never above greedy: neither in pairs lost nor in the sum over as many", () => {
    const met = { more: 0, nearer: 0 };
    const seeds = fc.integer({ min: 1, max: 1e9 });
    const width = fc.constantFrom(5, 40, Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(seeds, ratio, width, fc.constantFrom("largest", "closest", "data"), (seed, k, caliper, order) => {
        const units = manyUnits(200, { seed, share: 0.2, shift: 0.7, distinct: 800 });
        const treated = Uint8Array.from(units.score, (_, row) => (units.focal.includes(row) ? 1 : 0));
        const scoreCaliper = caliper === Number.POSITIVE_INFINITY ? {} : { caliper, caliperUnits: "raw" as const };
        const options = { method: "nearest" as const, ratio: k, order, ...scoreCaliper };
        const greedy = match({ treated, score: units.score }, options);
        if (greedy.matches === null || greedy.totalDistance === null) throw new Error("no pairs");
        const pairs = greedy.matches.filter((row) => row >= 0).length;
        const best = solve({ ...units, ratio: k, caliper });
        expect(best.pairs).toBeGreaterThanOrEqual(pairs);
        if (best.pairs > pairs) met.more++;
        // Where every focal unit has all it may have, only the sums can differ.
        else if (best.pairs === k * units.focal.length) {
          expect(best.totalDistance).toBeLessThanOrEqual(greedy.totalDistance);
          if (best.totalDistance < greedy.totalDistance) met.nearer++;
        }
      }),
      { numRuns: 500 },
    );
    expect(Math.min(met.more, met.nearer)).toBeGreaterThan(100);
  });

  it("scores scaled by a power of two, shifted by whole numbers or turned round: the same sum, scaled", () => {
    fc.assert(
      fc.property(instances, fc.integer({ min: -40, max: 40 }), ({ units, ...options }, power) => {
        const scale = 2 ** power;
        const first = solve({ ...units, ...options });
        const scaled = { ...options, caliper: options.caliper * scale };
        const second = solve({ ...rescale(units, (s) => s * scale), ...scaled });
        expect(second).toEqual({ ...first, totalDistance: first.totalDistance * scale });
        const shifted = solve({ ...rescale(units, (s) => s - 7), ...options });
        expect(shifted).toEqual(first);
        const turned = solve({ ...rescale(units, (s) => -s), ...options });
        expect([turned.totalDistance, turned.pairs, turned.unmatchedFocal]).toEqual([
          first.totalDistance,
          first.pairs,
          first.unmatchedFocal,
        ]);
      }),
      { numRuns: 1000 },
    );
  });

  it("rows in another order: the same sum and numbers", () => {
    fc.assert(
      fc.property(instances, fc.integer({ min: 1, max: 1e6 }), ({ units, ...options }, seed) => {
        const { matches: _, ...first } = solve({ ...units, ...options });
        const { matches: __, ...second } = solve({ ...permuteRows(units, seed), ...options });
        expect(second).toEqual(first);
      }),
      { numRuns: 1000 },
    );
  });

  it("strata are problems of their own", () => {
    fc.assert(
      fc.property(
        instances,
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 21, maxLength: 21 }),
        (one, draws) => {
          const { units, ...options } = one;
          const stratum = Int32Array.from(units.score, (_, row) => draws[row]);
          const together = solve({ ...units, ...options, stratum, strata: 3 });
          const partners = new Map(partnersOf(together).map((rows, t) => [units.focal[t], rows]));
          let total = 0;
          for (const s of [0, 1, 2]) {
            const within = (rows: Int32Array): Int32Array => rows.filter((row) => stratum[row] === s);
            const part = { score: units.score, focal: within(units.focal), pool: within(units.pool) };
            const alone = solve({ ...part, ...options });
            total += alone.totalDistance;
            for (const [t, rows] of partnersOf(alone).entries()) expect(partners.get(part.focal[t])).toEqual(rows);
          }
          expect(together.totalDistance).toBe(total);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("optimal pairs, edges", () => {
  const units = (score: number[], focal: number[]): Units => ({
    score: Float64Array.from(score),
    focal: Int32Array.from(focal),
    pool: Int32Array.from([...score.keys()].filter((row) => !focal.includes(row))),
  });
  const free = { ratio: 1, caliper: Number.POSITIVE_INFINITY };

  it("matches nobody where a group is empty", () => {
    const noPool = solve({ ...units([1, 2], [0, 1]), ...free });
    expect(noPool).toEqual({
      kind: "matched",
      matches: Int32Array.of(-1, -1),
      width: 1,
      totalDistance: 0,
      pairs: 0,
      unmatchedFocal: 2,
    });
    expect(solve({ ...units([1, 2], []), ...free })).toMatchObject({ pairs: 0, unmatchedFocal: 0 });
    expect(solve({ ...units([], []), ...free })).toMatchObject({ pairs: 0, unmatchedFocal: 0 });
  });

  it("takes −0 for 0", () => {
    // In a tie of distance the smaller row is chosen: row 0 with score 0, not row 2 with score −0, and the other way.
    expect([...solve({ ...units([0, 0, -0], [1]), ...free }).matches]).toEqual([0]);
    expect([...solve({ ...units([-0, 0, 0], [1]), ...free }).matches]).toEqual([0]);
  });

  it("matches scores as far apart and as close together as doubles allow", () => {
    const far = solve({ ...units([-8e307, 8e307, 7e307, -7e307], [0, 1]), ...free });
    expect([...far.matches]).toEqual([3, 2]);
    const least = Number.MIN_VALUE;
    const close = solve({ ...units([0, 5 * least, 4 * least, least], [0, 1]), ...free });
    expect([...close.matches]).toEqual([3, 2]);
    expect(close.totalDistance).toBe(2 * least);
  });

  it("says in which stratum scores are too far apart for their distance to be a number", () => {
    const result = optimalPairs({
      ...units([0, 1, -1.5e308, 1.5e308], [0, 2]),
      ...free,
      stratum: Int32Array.of(0, 0, 1, 1),
      strata: 2,
    });
    expect(result).toEqual({ kind: "out-of-range", stratum: 1 });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeMatch } from "../../src/matching/describe";
import { match } from "../../src/matching/match";
import type { NearestCovariateOptions } from "../../src/matching/types/options";
import type { NearestMatch } from "../../src/matching/types/result";
import type { FocalOrder, MatchSubject, Ties } from "../../src/matching/types/subject";
import { createRng } from "../../src/random/rng";
import { matchViolations, pairsOf } from "../helpers/match-invariants";
import { errorOf } from "../helpers/reference";
import { matchByHand, nearestByHand } from "./covariate-by-hand";

/** Two regions; in the north two treated compete for one control, in the east there is none. */
const treated = [1, 1, 1, 0, 0, 0, 1, 0];
const score = [0.9, 0.8, 0.5, 0.1, 0.55, 0.79, 0.3, 0.28];
const region = ["n", "n", "s", "n", "s", "s", "e", "s"];
const subject = { treated, score, data: { region } };

describe("within: groups first, then across", () => {
  it("matches all inside their groups before anyone goes across", () => {
    const result = match(subject, { method: "nearest", within: "region" });
    // Row 0 takes the north's only control although row 5 is nearer; row 1 and row 6 then go across, largest first.
    expect(pairsOf(result)).toEqual([
      [0, 3],
      [1, 5],
      [2, 4],
      [6, 7],
    ]);
    expect(result.pairsByGroup).toEqual({ within: 2, across: 2 });
    expect(result.options.within).toBe("region");
    expect(matchViolations(result, { region })).toEqual([]);
    const found = result.diagnostics.find(({ code }) => code === "matched-across-groups");
    expect(found?.message).toBe(
      '2 of 4 pairs cross the groups of "region", where no partner was left inside; 2 are within. To forbid it, name "region" in exact.',
    );
    expect(found?.details).toEqual({ column: "region", within: 2, across: 2 });
    expect(describeMatch(result)[0]).toContain(", inside region first, then across");
  });

  it("keeps the caliper in both rounds", () => {
    const result = match(subject, { method: "nearest", within: "region", caliper: 0.06, caliperUnits: "raw" });
    expect(pairsOf(result)).toEqual([
      [1, 5],
      [2, 4],
      [6, 7],
    ]);
    expect(result.pairsByGroup).toEqual({ within: 1, across: 2 });
  });

  it("fills each unit's ratio inside before across, partners inside standing first", () => {
    const result = match(subject, { method: "nearest", within: "region", ratio: 2, replace: true });
    const partners = [...result.focal].map((_, t) => [...result.matches.subarray(2 * t, 2 * t + 2)]);
    expect(partners).toEqual([
      [3, 5],
      [3, 5],
      [4, 7],
      [7, 3],
    ]);
    expect(result.pairsByGroup).toEqual({ within: 4, across: 4 });
    expect(matchViolations(result, { region })).toEqual([]);
  });

  it("is exact matching where everyone finds a partner inside, and plain matching where no one can", () => {
    const pairs = (result: NearestMatch): unknown => [[...result.matches], [...result.weights]];
    const units = { treated: [1, 0, 0, 1, 0, 0], score: [5, 1, 2, 3, 2.9, 4.9] };
    const inside = { ...units, data: { group: ["a", "a", "b", "b", "b", "a"] } };
    const first = match(inside, { method: "nearest", within: "group" });
    expect(pairs(first)).toEqual(pairs(match(inside, { method: "nearest", exact: ["group"] })));
    expect(first.diagnostics.map(({ code }) => code)).not.toContain("matched-across-groups");
    const apart = { ...units, data: { group: units.treated } };
    const second = match(apart, { method: "nearest", within: "group" });
    expect(pairs(second)).toEqual(pairs(match(units, { method: "nearest" })));
    expect(second.pairsByGroup).toEqual({ within: 0, across: 2 });
    expect(match(units, { method: "nearest" }).pairsByGroup).toBeNull();
  });

  it("refuses missing groups, and a column that is also exact or antiexact", () => {
    const message = (more: object, region: unknown[] = subject.data.region): string =>
      errorOf(() => match({ ...subject, data: { region } } as never, { method: "nearest", within: "region", ...more }))
        .message;
    expect(message({}, ["n", null, "s", "n", "s", "s", "e", "s"])).toBe(
      'Column "region" for matching within groups is missing in 1 row (first in row 2). Fill them in, remove those rows or leave the column out.',
    );
    expect(message({ exact: ["region"] })).toContain("both within and exact");
    expect(message({ antiexact: ["region"] })).toContain("both within and antiexact");
    expect(message({ within: ["region"] })).toContain("name of one column");
    expect(message({ within: "regoin" })).toContain('"region"');
    expect(errorOf(() => match({ treated, score }, { method: "nearest", within: "region" })).message).toContain(
      "needs a table",
    );
  });
});

interface Drawn {
  readonly score: number[];
  readonly x: number[];
  readonly y: number[];
  readonly arms: number[];
  readonly group: number[];
}

/** Units without ties. */
function draw(seed: number, n: number): Drawn {
  const rng = createRng(seed);
  const column = (): number[] => Array.from({ length: n }, () => rng.uniform());
  const arms = Array.from({ length: n }, (_, row) => (row < 2 ? row : rng.integer(3) === 0 ? 1 : 0));
  return { score: column(), x: column(), y: column(), arms, group: arms.map(() => rng.integer(4)) };
}

const cases = [
  fc.integer({ min: 1, max: 1e9 }),
  fc.constantFrom<FocalOrder>("data", "closest", "farthest", "largest"),
  fc.integer({ min: 1, max: 3 }),
  fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
] as const;

describe("within, on covariates and given distances", () => {
  it("finds what looking at every pair finds, inside and then across", () => {
    fc.assert(
      fc.property(...cases, (seed, order, ratio, reuseMax) => {
        if (order === "largest") return;
        const { x, y, arms, group } = draw(seed, 24);
        const result = match(
          { treated: arms, data: { x, y, group } },
          { method: "nearest", distance: "euclidean", covariates: ["x", "y"], within: "group", order, ratio, reuseMax },
        );
        expect(matchViolations(result, { group })).toEqual([]);
        const focal = [...result.focal];
        // One go inside groups, then one across for those who are short; a partner's uses add up.
        const uses = new Map<number, number>();
        const held = focal.map(() => [] as number[]);
        for (const inside of [true, false]) {
          const plain = { treated: arms, z: [x, y], ...(inside ? { stratum: group } : { differ: group }) };
          const more = matchByHand({
            focal,
            width: ratio,
            wanted: held.map((list) => ratio - list.length),
            reuseMax,
            uses,
            sequence: focal.map((_, t) => t),
            order,
            nearest: nearestByHand(plain, focal),
          });
          more.forEach((list, t) => {
            held[t].push(...list);
          });
        }
        expect(
          focal.map((_, t) => [...result.matches.subarray(t * ratio, (t + 1) * ratio)].filter((row) => row >= 0)),
        ).toEqual(held);
      }),
      { numRuns: 250 },
    );
  });

  it("a score, its column and its matrix give the same pairs, without ties and with random ones", () => {
    fc.assert(
      fc.property(...cases, fc.boolean(), (seed, order, ratio, reuseMax, isRandom) => {
        const { score: s, arms, group } = draw(seed, 30);
        const ties: Ties = isRandom ? "random" : "data";
        const shared = { method: "nearest", within: "group", order, ratio, reuseMax, ties, seed } as const;
        const units = { treated: arms, score: s, data: { s, group } };
        const onScore = match(units, shared);
        const others = arms.flatMap((arm, row) => (arm === 0 ? [row] : []));
        const matrix = [...onScore.focal].map((a) => others.map((b) => Math.abs(s[a] - s[b])));
        const given: Omit<NearestCovariateOptions, "method">[] = [
          { distance: "euclidean", covariates: ["s"] },
          { distance: matrix },
          { distance: (a, b) => Math.abs(s[a] - s[b]) },
        ];
        for (const more of given) {
          const result = match(units, { ...shared, ...more });
          expect([...result.matches]).toEqual([...onScore.matches]);
          expect(result.pairsByGroup).toEqual(onScore.pairsByGroup);
        }
      }),
      { numRuns: 250 },
    );
  });

  it("permuted rows, relabelled groups and rescaled covariates give the same pairs", () => {
    fc.assert(
      fc.property(...cases, (seed, order, ratio, reuseMax) => {
        const { score: s, x, y, arms, group } = draw(seed, 30);
        // Data order is an order of the rows.
        const shared = {
          method: "nearest",
          within: "group",
          order: order === "data" ? "smallest" : order,
          ratio,
          reuseMax,
        } as const;
        const shuffled = createRng(seed).fork("rows").shuffle(Int32Array.from(arms.keys()));
        const permute = (values: number[]): number[] => Array.from(shuffled, (row) => values[row]);
        const named = (result: NearestMatch, rowOf: (row: number) => number): string[] =>
          pairsOf(result)
            .map(([a, b]) => `${rowOf(a)} with ${rowOf(b)}`)
            .sort();
        const onBoth = { ...shared, distance: "mahalanobis", covariates: ["x", "y"] } as const;
        const matchers: ((subject: MatchSubject) => NearestMatch)[] = [
          (units) => match(units, shared),
          (units) => match(units, onBoth),
        ];
        for (const run of matchers) {
          const first = run({ treated: arms, score: s, data: { x, y, group } });
          const permuted = run({
            treated: permute(arms),
            score: permute(s),
            data: { x: permute(x), y: permute(y), group: permute(group).map((code) => `g${9 - code}`) },
          });
          expect(named(permuted, (row) => shuffled[row])).toEqual(named(first, (row) => row));
          // Mahalanobis distance does not see scale, nor an orthogonal or other mixing of the columns.
          const mixed = {
            x: x.map((value, row) => 100 * value - 3 * y[row] + 7),
            y: y.map((value) => value / 50),
            group,
          };
          const rescaled = run({ treated: arms, score: s, data: mixed });
          expect(named(rescaled, (row) => row)).toEqual(named(first, (row) => row));
        }
      }),
      { numRuns: 200 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLikewiseError } from "../../src/errors/error";
import { match } from "../../src/matching/match";
import type { NearestScoreOptions } from "../../src/matching/types/options";
import type { NearestScoreMatch } from "../../src/matching/types/result";
import type { FocalOrder } from "../../src/matching/types/subject";
import { createRng } from "../../src/random/rng";
import { matchViolations, pairsOf } from "../helpers/match-invariants";
import { greedyByHand } from "./greedy-by-hand";
import { type Instance, instances } from "./instances";

/** The match of an instance, or null where no pair is allowed. */
function matchInstance({ treated, score, region, school, age, village, options }: Instance): NearestScoreMatch | null {
  try {
    return match({ treated, score, data: { region, school, age, village } }, options);
  } catch (error) {
    if (isLikewiseError(error) && error.code === "empty-match") return null;
    throw error;
  }
}

function partnersByRow(result: NearestScoreMatch | null): [number, string][] {
  const partners = new Map<number, number[]>();
  for (const [row, partner] of result === null ? [] : pairsOf(result)) {
    partners.set(row, [...(partners.get(row) ?? []), partner]);
  }
  return [...partners].map(([row, list]) => [row, list.join()]);
}

describe("nearest neighbour, small tied instances", () => {
  it("keeps every invariant under every combination of options", () => {
    fc.assert(
      fc.property(instances, (instance) => {
        const { region, school, age, village } = instance;
        const result = matchInstance(instance);
        if (result !== null) expect(matchViolations(result, { region, school, age, village })).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it("finds what looking at every pair by the stated rules finds, column by column", () => {
    let matched = 0;
    fc.assert(
      fc.property(instances, (instance) => {
        const result = matchInstance(instance);
        const takingPart = greedyByHand(instance, []).size;
        const sequence = createRng(7)
          .fork("matching order")
          .shuffle(Int32Array.from({ length: takingPart }, (_, t) => t));
        const expected = [...greedyByHand(instance, [...sequence])]
          .filter(([, partners]) => partners.length > 0)
          .map(([row, partners]) => [row, partners.join()]);
        expect(partnersByRow(result)).toEqual(expected);
        if (result !== null) matched++;
      }),
      { numRuns: 5000 },
    );
    expect(matched).toBeGreaterThan(2500);
  });
});

describe("nearest neighbour, what must not change a match", () => {
  const orders: readonly FocalOrder[] = ["largest", "smallest", "closest", "farthest"];

  it("a score scaled by a power of two and shifted (whole numbers, so that both are exact)", () => {
    fc.assert(
      fc.property(
        instances,
        fc.integer({ min: -3, max: 3 }),
        fc.integer({ min: -50, max: 50 }),
        (instance, power, shift) => {
          const scale = 2 ** power;
          const { caliper } = instance.options;
          const scaled =
            typeof caliper === "object" && typeof caliper.score === "number"
              ? { ...caliper, score: caliper.score * scale }
              : caliper;
          const other = {
            ...instance,
            score: instance.score.map((s) => s * scale + shift),
            options: { ...instance.options, caliper: scaled },
          };
          expect(partnersByRow(matchInstance(other))).toEqual(partnersByRow(matchInstance(instance)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("the order of the rows, where scores and their differences are distinct", () => {
    const distinct = fc.integer({ min: 1, max: 1e9 }).chain((seed) =>
      fc.record({
        seed: fc.constant(seed),
        order: fc.constantFrom(...orders),
        ratio: fc.integer({ min: 1, max: 2 }),
        exact: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(distinct, ({ seed, order, ratio, exact }) => {
        const rng = createRng(seed);
        const n = 40;
        const score = Array.from({ length: n }, () => rng.uniform());
        const treated = Array.from({ length: n }, (_, row) => (row % 3 === 0 ? 1 : 0));
        const group = Array.from({ length: n }, () => rng.integer(3));
        const shuffled = [...rng.shuffle(Int32Array.from({ length: n }, (_, row) => row))];
        const options: NearestScoreOptions = {
          method: "nearest",
          order,
          ratio,
          exact: exact ? ["group"] : [],
          caliper: 0.5,
        };
        const take = (values: number[]): number[] => shuffled.map((row) => values[row]);
        const first = match({ treated, score, data: { group } }, options);
        const second = match({ treated: take(treated), score: take(score), data: { group: take(group) } }, options);
        const named = (pairs: [number, number][]): string[] => pairs.map((pair) => pair.join(" with ")).sort();
        expect(named(pairsOf(second).map(([a, b]) => [shuffled[a], shuffled[b]]))).toEqual(named(pairsOf(first)));
      }),
      { numRuns: 200 },
    );
  });

  it("conditions that every pair satisfies: the walk past refused partners ends where the plain search does", () => {
    fc.assert(
      fc.property(instances, (instance) => {
        const { antiexact, exact, caliper, caliperUnits, ...plain } = instance.options;
        const n = instance.score.length;
        const rows = Array.from({ length: n }, (_, row) => row);
        const always: NearestScoreOptions = {
          ...plain,
          antiexact: ["school"],
          exact: ["region"],
          caliper: { score: 100, age: n },
          caliperUnits: "raw",
        };
        const plainly = matchInstance({ ...instance, options: plain });
        const checked = matchInstance({
          ...instance,
          school: rows,
          age: rows,
          region: rows.map(() => 1),
          options: always,
        });
        expect(partnersByRow(checked)).toEqual(partnersByRow(plainly));
      }),
      { numRuns: 1000 },
    );
  });

  it("the names of the groups: ATC is ATT with treated and controls exchanged", () => {
    fc.assert(
      fc.property(instances, (instance) => {
        const estimand = instance.options.estimand === "ATC" ? "ATT" : "ATC";
        const swap = { none: "none", both: "both", treated: "control", control: "treated" } as const;
        const mirrored = {
          ...instance,
          treated: instance.treated.map((arm) => 1 - arm),
          options: {
            ...instance.options,
            estimand,
            discard: swap[instance.options.discard ?? "none"],
          } as NearestScoreOptions,
        };
        const [first, second] = [matchInstance(instance), matchInstance(mirrored)];
        expect(partnersByRow(second)).toEqual(partnersByRow(first));
        expect(second && [...second.weights]).toEqual(first && [...first.weights]);
      }),
      { numRuns: 500 },
    );
  });

  it("a limit on reuse that no one reaches, for single partners", () => {
    fc.assert(
      fc.property(instances, (instance) => {
        const { minControls, maxControls, ...options } = instance.options;
        const single = { ...options, ratio: 1 };
        const unlimited = matchInstance({ ...instance, options: { ...single, reuseMax: Number.POSITIVE_INFINITY } });
        const unreached = matchInstance({ ...instance, options: { ...single, reuseMax: instance.score.length + 1 } });
        expect(partnersByRow(unreached)).toEqual(partnersByRow(unlimited));
      }),
      { numRuns: 500 },
    );
  });
});

describe("random order", () => {
  const score = Array.from({ length: 60 }, (_, row) => ((row * 37) % 60) / 60);
  const treated = score.map((_, row) => (row % 2 === 0 ? 1 : 0));
  const pairs = (seed: number | string): string =>
    pairsOf(match({ treated, score }, { method: "nearest", order: "random", seed })).join(" ");

  it("repeats with its seed and changes with another", () => {
    expect(pairs(1)).toBe(pairs(1));
    expect(pairs("one")).toBe(pairs("one"));
    expect(pairs(2)).not.toBe(pairs(1));
  });
});

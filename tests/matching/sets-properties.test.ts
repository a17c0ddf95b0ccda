import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { frame } from "../../src/data/frame";
import { isLikewiseError } from "../../src/errors/error";
import { match } from "../../src/matching/match";
import { matchedData, matchedPairs } from "../../src/matching/matched-data";
import type { CemOptions, MatchOptions } from "../../src/matching/types/options";
import type { MatchResult } from "../../src/matching/types/result";
import type { MatchSubject } from "../../src/matching/types/subject";
import { matchViolations } from "../helpers/match-invariants";

const unit = fc.record({
  treated: fc.integer({ min: 0, max: 1 }),
  score: fc.option(fc.integer({ min: 0, max: 8 }), { freq: 12 }),
  age: fc.integer({ min: 10, max: 20 }),
  size: fc.integer({ min: 0, max: 3 }),
  race: fc.constantFrom("a", "b", "c"),
});

const population = fc
  .array(unit, { minLength: 4, maxLength: 24 })
  .filter((units) => [0, 1].every((arm) => units.some(({ treated, score }) => treated === arm && score !== null)))
  .map((units) => ({
    treated: units.map(({ treated }) => treated),
    score: units.map(({ score }) => score),
    columns: {
      age: units.map(({ age }) => age),
      size: units.map(({ size }) => size),
      race: units.map(({ race }) => race),
    },
  }));

type Population = typeof population extends fc.Arbitrary<infer T> ? T : never;

const estimand = fc.constantFrom("ATT" as const, "ATC" as const, "ATE" as const);
const covariates = fc.subarray(["age", "size", "race"], { minLength: 1 });
const discard = fc.constantFrom("none" as const, "none" as const, "both" as const, "treated" as const);

const exact = fc.record({ method: fc.constant("exact" as const), covariates, estimand });

const cem = fc
  .record({
    covariates,
    estimand,
    k2k: fc.boolean(),
    bins: fc.constantFrom(null, 1, 3, "exact" as const),
    grouped: fc.boolean(),
  })
  .map(
    ({ bins, grouped, k2k, ...rest }): CemOptions => ({
      method: "cem",
      covariates: rest.covariates,
      cutPoints: bins === null || !rest.covariates.includes("size") ? {} : { size: bins },
      grouping: {},
      ...(k2k ? { k2k: true, estimand: rest.estimand === "ATE" ? "ATT" : rest.estimand } : { estimand: rest.estimand }),
      ...(grouped && rest.covariates.includes("race") ? { grouping: { race: [["a", "b"]] } } : {}),
    }),
  );

const subclass = fc.record({
  method: fc.constant("subclass" as const),
  subclasses: fc.integer({ min: 2, max: 5 }),
  minPerSubclass: fc.integer({ min: 0, max: 2 }),
  estimand,
  discard,
});

const anyMethod: fc.Arbitrary<MatchOptions> = fc.oneof(exact, cem, subclass);

/** The match, or null where the options leave nothing or ask for too much. */
function matchOrNull(subject: MatchSubject, options: MatchOptions): MatchResult | null {
  try {
    return match(subject, options);
  } catch (error) {
    if (isLikewiseError(error) && ["empty-match", "invalid-argument", "unknown-level"].includes(error.code))
      return null;
    throw error;
  }
}

const subjectOf = ({ treated, score, columns }: Population): MatchSubject => ({
  treated,
  score,
  covariates: Object.keys(columns),
  data: columns,
});

describe("cells and subclasses, small tied instances", () => {
  it("keep every invariant under every combination of options", () => {
    let matched = 0;
    fc.assert(
      fc.property(population, anyMethod, (units, options) => {
        const result = matchOrNull(subjectOf(units), options);
        if (result === null) return;
        matched++;
        expect(matchViolations(result, units.columns)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(matched).toBeGreaterThan(1500);
  });

  it("do not depend on the order of the rows but for the numbers of cells", () => {
    fc.assert(
      fc.property(population, fc.oneof(exact, cem, subclass), fc.infiniteStream(fc.nat()), (units, options, keys) => {
        // Which of equal units moves or is paired is by row order.
        if (options.method === "subclass" && options.minPerSubclass > 0) return;
        if (options.method === "cem" && options.k2k) return;
        const key = units.treated.map(() => keys.next().value as number);
        const order = [...key.keys()].sort((a, b) => key[a] - key[b]);
        const take = <T>(values: readonly T[]): T[] => order.map((row) => values[row]);
        const columns = {
          age: take(units.columns.age),
          size: take(units.columns.size),
          race: take(units.columns.race),
        };
        const first = matchOrNull(subjectOf(units), options);
        const second = matchOrNull(
          subjectOf({ treated: take(units.treated), score: take(units.score), columns }),
          options,
        );
        if (first === null || second === null) {
          expect(second).toBe(first);
          return;
        }
        const moved = take([...first.weights]);
        second.weights.forEach((weight, i) => {
          expect(Math.abs(weight - moved[i])).toBeLessThan(1e-12);
        });
        const sets = take([...(first.subclass as Int32Array)]);
        const there = new Map<number, number>();
        second.subclass?.forEach((set, i) => {
          expect(there.get(sets[i]) ?? set).toBe(set);
          there.set(sets[i], set);
          if (options.method === "subclass") expect(set).toBe(sets[i]);
        });
        expect(new Set(there.values()).size).toBe(there.size);
      }),
      { numRuns: 1000 },
    );
  });

  it("exact matching is coarsened exact matching with each value its own cut", () => {
    fc.assert(
      fc.property(population, covariates, estimand, (units, names, whose) => {
        const distinct = (values: number[]): number[] => [...new Set(values)].sort((a, b) => a - b).slice(1);
        const cutPoints: Record<string, number[] | 1> = {};
        for (const name of ["age", "size"] as const) {
          const cuts = distinct(units.columns[name].filter((_, row) => units.score[row] !== null));
          if (names.includes(name)) cutPoints[name] = cuts.length > 0 ? cuts : 1;
        }
        const subject = subjectOf(units);
        const plain = matchOrNull(subject, { method: "exact", covariates: names, estimand: whose });
        const cut = matchOrNull(subject, { method: "cem", covariates: names, cutPoints, estimand: whose });
        expect(cut?.subclass).toEqual(plain?.subclass);
        expect(cut?.weights).toEqual(plain?.weights);
        const uncut = { age: "exact", size: "exact" } as const;
        const chosen = Object.fromEntries(Object.entries(uncut).filter(([name]) => names.includes(name)));
        const named = matchOrNull(subject, { method: "cem", covariates: names, cutPoints: chosen, estimand: whose });
        expect(named?.subclass).toEqual(plain?.subclass);
      }),
      { numRuns: 500 },
    );
  });

  it("the names of the groups: ATC is ATT with treated and controls exchanged", () => {
    fc.assert(
      fc.property(population, anyMethod, (units, options) => {
        if (options.estimand === "ATE" || ("discard" in options && options.discard === "treated")) return;
        const other = { ...options, estimand: options.estimand === "ATC" ? "ATT" : "ATC" } as MatchOptions;
        const mirrored = { ...units, treated: units.treated.map((arm) => 1 - arm) };
        const [first, second] = [matchOrNull(subjectOf(units), options), matchOrNull(subjectOf(mirrored), other)];
        expect(second?.subclass).toEqual(first?.subclass);
        expect(second?.weights).toEqual(first?.weights);
        expect(second?.matches).toEqual(first?.matches);
      }),
      { numRuns: 1000 },
    );
  });

  it("classes are what the definition of type 7 quantiles says, where nothing moves", () => {
    fc.assert(
      // Halves and quarters are exact as doubles; other shares follow R's rounding (subclass-classes.test.ts).
      fc.property(population, subclass, fc.constantFrom(2, 4), (units, chosen, subclasses) => {
        const options = { ...chosen, subclasses, minPerSubclass: 0, discard: "none" } as const;
        const result = matchOrNull(subjectOf(units), options);
        if (result === null) return;
        const scores = units.score.flatMap((score, row) =>
          score !== null && (options.estimand === "ATE" || units.treated[row] === (options.estimand === "ATT" ? 1 : 0))
            ? [score]
            : [],
        );
        scores.sort((a, b) => a - b);
        // Scores are whole and the share exact, so that this says on which side a score falls in whole numbers.
        const isAtOrAbove = (value: number, i: number): boolean => {
          const k = options.subclasses;
          const h = (scores.length - 1) * i;
          const low = Math.floor(h / k);
          const between = scores[Math.min(low + 1, scores.length - 1)] - scores[low];
          return k * value >= k * scores[low] + (h - k * low) * between;
        };
        const raw = units.score.map((score) => {
          if (score === null) return -1;
          let c = 0;
          for (let i = 1; i < options.subclasses; i++) if (isAtOrAbove(score, i)) c++;
          return c;
        });
        const both = [...new Set(raw)]
          .filter((c) => c >= 0 && new Set(units.treated.filter((_, row) => raw[row] === c)).size === 2)
          .sort((a, b) => a - b);
        expect([...(result.subclass as Int32Array)]).toEqual(
          raw.map((c) => (both.includes(c) ? both.indexOf(c) + 1 : -1)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("agree with the balance and the tables made of them", () => {
    fc.assert(
      fc.property(population, anyMethod, (units, options) => {
        const result = matchOrNull(subjectOf(units), options);
        if (result === null) return;
        const rows = matchedPairs(result);
        expect(rows.rows).toBe(matchedData(result).rows);
        const { treated, weights, estimand: whose } = result;
        const data = frame({ treated, age: units.columns.age, weights });
        if (units.score.includes(null)) return;
        const ours = assessBalance(result, { covariates: ["age"] }).rows.find(({ name }) => name === "age");
        const given = assessBalance({
          treated: "treated",
          covariates: ["age"],
          weights: "weights",
          estimand: whose,
          data,
        });
        expect(ours?.after?.smd).toBe(given.rows[0].after?.smd);
      }),
      { numRuns: 500 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { getColumn, toCategorical } from "../../src/data/column";
import { describeMatch } from "../../src/matching/describe";
import { match } from "../../src/matching/match";
import type { OptimalCovariateMatch, OptimalScoreMatch } from "../../src/matching/types/result";
import { fitPropensity } from "../../src/propensity/fit";
import { createRng } from "../../src/random/rng";
import { matchViolations } from "../helpers/match-invariants";
import { errorOf } from "../helpers/reference";
import { lalonde } from "./lalonde";

/** Overlapping groups on three covariates with ties, in two strata. */
function units(n: number, seed: number, share = 0.35) {
  const rng = createRng(seed);
  const treated = Array.from({ length: n }, (_, i) => (i < 2 ? i : rng.uniform() < share ? 1 : 0));
  const draw = () => treated.map((t) => Math.round(10 * (rng.normal() + 0.4 * t)) / 10);
  const region = treated.map((_, i) => (i < 2 ? "n" : rng.uniform() < 0.5 ? "n" : "s"));
  const x = draw();
  return { treated, score: x, data: { x, y: draw(), z: draw(), region } };
}

/** The result, or null where no pair is allowed. */
function orNull<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if ((error as { code: string }).code === "empty-match") return null;
    throw error;
  }
}

const calipers = (width: number, onScore: boolean): Record<string, number> =>
  onScore ? { score: width, y: 1 } : { y: width };

const pairsOf = ({ matches }: { matches: Int32Array }): number => matches.filter((row) => row >= 0).length;
const coveredOf = ({ matches, width }: { matches: Int32Array; width: number }): number =>
  matches.filter((row, i) => i % width === 0 && row >= 0).length;

const shape = fc.record({
  n: fc.integer({ min: 6, max: 70 }),
  seed: fc.integer(),
  share: fc.constantFrom(0.15, 0.35, 0.6),
  estimand: fc.constantFrom("ATT" as const, "ATC" as const),
  ratio: fc.integer({ min: 1, max: 3 }),
  width: fc.constantFrom(undefined, undefined, 0.6, 0.1),
  strata: fc.boolean(),
});

describe("optimal pairs on covariates", () => {
  it("on one column are as near in all as those that the line solver finds on it as a score", () => {
    fc.assert(
      fc.property(shape, ({ n, seed, share, estimand, ratio, width, strata }) => {
        const { treated, score, data } = units(n, seed, share);
        const exact = strata ? ["region"] : [];
        const common = { method: "optimal", ratio, estimand, exact } as const;
        const onScore = orNull<OptimalScoreMatch>(() =>
          match({ treated, score, data }, { ...common, caliper: width, ...(width ? { caliperUnits: "raw" } : {}) }),
        );
        const caliper = width === undefined ? undefined : { x: { width, units: "raw" as const } };
        const onColumn = orNull<OptimalCovariateMatch>(() =>
          match({ treated, data }, { ...common, distance: "euclidean", covariates: ["x"], caliper }),
        );
        if (onScore === null || onColumn === null) {
          expect([onColumn, onScore]).toEqual([null, null]);
          return;
        }
        expect(pairsOf(onColumn)).toBe(pairsOf(onScore));
        expect(coveredOf(onColumn)).toBe(coveredOf(onScore));
        // The two add the same pairs' distances, or those of equally good ones, in other orders.
        expect(Math.abs(onColumn.totalDistance - onScore.totalDistance)).toBeLessThanOrEqual(
          1e-12 * Math.max(1, onScore.totalDistance),
        );
      }),
      { numRuns: 1500 },
    );
  });

  it("keep every invariant, and are never fewer or farther than greedy ones, over options", () => {
    const plan = fc.record({
      shape,
      distance: fc.constantFrom(
        "mahalanobis" as const,
        "robust-mahalanobis" as const,
        "euclidean" as const,
        "scaled-euclidean" as const,
      ),
      onScore: fc.boolean(),
      antiexact: fc.boolean(),
    });
    fc.assert(
      fc.property(
        plan,
        ({ shape: { n, seed, share, estimand, ratio, width, strata }, distance, onScore, antiexact }) => {
          const subject = { ...units(n, seed, share), covariates: ["x", "y", "z"] };
          const conditions = {
            exact: strata ? ["region"] : [],
            antiexact: antiexact && !strata ? ["region"] : [],
            caliper: width === undefined ? undefined : calipers(2 * width, onScore),
          };
          const optimal = orNull(() => match(subject, { method: "optimal", distance, estimand, ratio, ...conditions }));
          const greedy = orNull(() => match(subject, { method: "nearest", distance, estimand, ratio, ...conditions }));
          if (optimal === null || greedy === null) {
            expect([optimal, greedy]).toEqual([null, null]);
            return;
          }
          expect(matchViolations(optimal, subject.data)).toEqual([]);
          expect(pairsOf(optimal)).toBeGreaterThanOrEqual(pairsOf(greedy));
          if (pairsOf(optimal) > pairsOf(greedy) || coveredOf(optimal) > coveredOf(greedy)) return;
          expect(coveredOf(optimal)).toBe(coveredOf(greedy));
          // Greedy rounds, too, give each focal unit one partner before any a second. Sums round.
          expect(optimal.totalDistance).toBeLessThanOrEqual(greedy.totalDistance * (1 + 1e-12) + 1e-12);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("are the same by columns, by a function and by a matrix of distances", () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 60 }), fc.integer(), fc.constantFrom(0.3, 0.7), (n, seed, share) => {
        const { treated, data } = units(n, seed, share);
        const distance = (a: number, b: number): number =>
          Math.sqrt((data.x[a] - data.x[b]) ** 2 + (data.y[a] - data.y[b]) ** 2);
        const rows = [...treated.keys()];
        const matrix = rows
          .filter((a) => treated[a] === 1)
          .map((a) => rows.filter((b) => treated[b] === 0).map((b) => distance(a, b)));
        const common = { method: "optimal", ratio: 2 } as const;
        const onColumns = match({ treated, data }, { ...common, distance: "euclidean", covariates: ["x", "y"] });
        const byFunction = match({ treated, data }, { ...common, distance });
        const byMatrix = match({ treated, data }, { ...common, distance: matrix });
        expect([...byFunction.matches]).toEqual([...onColumns.matches]);
        expect([...byMatrix.matches]).toEqual([...onColumns.matches]);
        expect(byMatrix.totalDistance).toBe(onColumns.totalDistance);
        expect(byFunction.options.distance).toBe("function");
      }),
      { numRuns: 200 },
    );
  });

  it("cost the same in another order of the rows, and when covariates are rescaled", () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 60 }), fc.integer(), fc.integer({ min: 1, max: 2 }), (n, seed, ratio) => {
        const { treated, data } = units(n, seed);
        const order = createRng(seed).shuffle(Int32Array.from(treated.keys()));
        const take = <T>(values: readonly T[]): T[] => [...order].map((row) => values[row]);
        const options = { method: "optimal", distance: "mahalanobis", covariates: ["x", "y", "z"], ratio } as const;
        const { totalDistance } = match({ treated, data }, options);
        const shuffled = match(
          { treated: take(treated), data: { x: take(data.x), y: take(data.y), z: take(data.z) } },
          options,
        );
        const rescaled = match(
          { treated, data: { x: data.x.map((v) => 40 - 7 * v), y: data.y, z: data.z.map((v, i) => v + data.y[i]) } },
          options,
        );
        // The covariance is summed in another order, or of other numbers.
        expect(Math.abs(shuffled.totalDistance / totalDistance - 1)).toBeLessThan(1e-10);
        expect(Math.abs(rescaled.totalDistance / totalDistance - 1)).toBeLessThan(1e-10);
      }),
      { numRuns: 200 },
    );
  });

  it("on lalonde are closer in all than greedy ones, and describe themselves", () => {
    const model = fitPropensity("treat ~ age + educ + race + married + nodegree + re74 + re75", lalonde());
    const options = { distance: "mahalanobis", caliper: { score: 0.3 }, exact: ["race"] } as const;
    const optimal = match(model, { method: "optimal", ...options });
    const greedy = match(model, { method: "nearest", ...options });
    expect(pairsOf(optimal)).toBeGreaterThanOrEqual(pairsOf(greedy));
    expect(matchViolations(optimal, { race: toCategorical(getColumn(lalonde(), "race")).codes })).toEqual([]);
    const lines = describeMatch(optimal);
    expect(lines[0]).toBe("Method: 1:1 optimal pairs by Mahalanobis distance without replacement, equal in race");
    expect(lines[1]).toContain("Mahalanobis distance on age, educ, race");
    expect(assessBalance(optimal).rows.length).toBeGreaterThan(5);
    const free = { distance: "mahalanobis" } as const;
    const both = (["optimal", "nearest"] as const).map((method) => match(model, { method, ...free }).totalDistance);
    expect(both[0]).toBeLessThan(Number(both[1]));
  });

  it("say what is matched and what is not where there are fewer controls than asked", () => {
    const treated = [1, 1, 1, 0, 0];
    const data = { x: [1, 5, 9, 1, 6] };
    const scarce = match({ treated, data }, { method: "optimal", distance: "euclidean", covariates: ["x"] });
    expect([...scarce.matches]).toEqual([3, 4, -1]);
    expect(scarce.diagnostics.map(({ code }) => code)).toEqual(["focal-unmatched", "few-controls", "units-left-out"]);
    const two = match(
      { treated: [1, 1, 0, 0, 0], data: { x: [1, 5, 1, 2, 6] } },
      { method: "optimal", distance: "euclidean", covariates: ["x"], ratio: 2 },
    );
    expect([...two.matches]).toEqual([2, 3, 4, -1]);
    expect(two.diagnostics.map(({ code }) => code)).toContain("partly-matched");
  });

  it("leave out units with a missing covariate and say so", () => {
    const data = { x: [1, null, 3, 1, 2, 3] };
    const result = match(
      { treated: [1, 1, 0, 0, 0, 0], data },
      { method: "optimal", distance: "euclidean", covariates: ["x"] },
    );
    expect([...result.incomplete]).toEqual([0, 1, 0, 0, 0, 0]);
    expect([...result.focal]).toEqual([0]);
    expect([...result.matches]).toEqual([3]);
    expect(result.counts.all).toEqual({ treated: 1, control: 4 });
    expect(result.diagnostics[0].code).toBe("rows-dropped");
  });
});

describe("what does not fit", () => {
  const subject = { treated: [1, 0, 0], score: [1, 2, 3], data: { x: [1, 2, 3] } };
  const ask = (options: object): string =>
    errorOf(() => match(subject, { method: "optimal", distance: "euclidean", covariates: ["x"], ...options } as never))
      .message;
  const bad: [string, () => string, string][] = [
    ["negative calipers", () => ask({ caliper: { x: -1 } }), "takes calipers from 0"],
    ["negative widths", () => ask({ caliper: { x: { width: -1, units: "raw" } } }), "takes calipers from 0"],
    ["a variable ratio", () => ask({ minControls: 1, maxControls: 2 }), "on the score only"],
    ["an order of choice", () => ask({ order: "closest" }), '"order"'],
    ["a column that there is not", () => ask({ covariates: ["y"] }), '"y"'],
    ["no covariates", () => ask({ covariates: [] }), "needs columns"],
    ["covariates of given distances", () => ask({ distance: () => 1 }), "the distances are given"],
    ["a distance that is no number", () => ask({ distance: () => Number.NaN, covariates: undefined }), "is NaN"],
    ["a matrix of another shape", () => ask({ distance: [[1, 2, 3]], covariates: undefined }), "must be 1 × 2"],
    [
      "a caliper that empties the match",
      () => ask({ caliper: { x: 0.1 }, caliperUnits: "raw" }),
      "No pair is possible",
    ],
    ["covariates on the score", () => ask({ distance: "score" }), 'takes no "covariates"'],
  ];
  it.each(bad)("%s", (_, message, words) => {
    expect(message()).toContain(words);
  });

  it("more pairs than can be looked at, with the sizes and what to do; a caliper makes them fewer", () => {
    const n = 20_002;
    const treated = Uint8Array.from({ length: n }, (_, row) => row % 2);
    const x = Float64Array.from({ length: n }, (_, row) => row % 997);
    const run = (caliper?: number) => () =>
      match(
        { treated, score: x, data: { x } },
        {
          method: "optimal",
          distance: "euclidean",
          covariates: ["x"],
          caliper,
          caliperUnits: caliper === undefined ? undefined : "raw",
        },
      );
    const { message } = errorOf(run());
    expect(message).toContain("10,001 treated units and 10,001 control units make 100,020,001 pairs");
    expect(message).toContain("caliper on the score");
    expect(pairsOf(run(1)())).toBe(10_001);
  });
});

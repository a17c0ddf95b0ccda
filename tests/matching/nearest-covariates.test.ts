import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { numericColumn } from "../../src/data/column";
import { frame } from "../../src/data/frame";
import { estimateEffect } from "../../src/effects/estimate-effect";
import { isLikewiseError, type LikewiseError } from "../../src/errors/error";
import { distanceColumns } from "../../src/matching/covariates/columns";
import { covariatePoints } from "../../src/matching/covariates/points";
import type { CovariateDistance } from "../../src/matching/covariates/problem";
import { describeMatch } from "../../src/matching/describe";
import { match } from "../../src/matching/match";
import { matchedData } from "../../src/matching/matched-data";
import type { NearestCovariateOptions } from "../../src/matching/types/options";
import type { NearestCovariateMatch } from "../../src/matching/types/result";
import type { FocalOrder } from "../../src/matching/types/subject";
import { matchViolations } from "../helpers/match-invariants";
import { squared } from "./covariate-by-hand";
import { covariates, lalonde, specs } from "./lalonde";

interface ReferenceCase {
  readonly seed: number;
  readonly distance: string;
  readonly treated: number[];
  readonly transformed: number[];
  readonly p: number;
  readonly order: FocalOrder;
  readonly reuseMax: number | null;
  readonly columns: number;
  readonly matches: number[];
}

const cases = readFileSync(new URL("../reference/matching/nearest-covariates.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((text) => JSON.parse(text) as ReferenceCase);

function errorOf(raise: () => unknown): LikewiseError {
  try {
    raise();
  } catch (error) {
    if (isLikewiseError(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const codes = (result: NearestCovariateMatch): string[] => result.diagnostics.map(({ code }) => code);

describe("match on covariates: lalonde against MatchIt 4.7.2", () => {
  const data = lalonde();
  const treated = Uint8Array.from(numericColumn(data, "treat"));
  const subject = { treated: "treat", covariates, data };

  it("matches by Mahalanobis distance within a caliper on the score", () => {
    const score = Float64Array.from(specs.default.distance);
    const result = match(
      { ...subject, score },
      { method: "nearest", distance: "mahalanobis", caliper: { score: 0.2 }, exact: ["married"] },
    );
    const married = [...numericColumn(data, "married")];
    expect(matchViolations(result, { married })).toEqual([]);
    expect(result.options.order).toBe("largest");
    expect(result.calipers.map(({ name }) => name)).toEqual(["score"]);
    expect(codes(result)).toContain("focal-unmatched");
    // The largest score first, each takes the nearest of those who are free and allowed.
    const { z } = covariatePoints(
      "mahalanobis",
      distanceColumns(data, covariates),
      treated,
      new Uint8Array(614).fill(1),
    );
    const free = new Set(Array.from(treated.keys()).filter((row) => treated[row] === 0));
    const { width } = result.calipers[0];
    const turns = [...result.focal.keys()].sort((a, b) => score[result.focal[b]] - score[result.focal[a]]);
    for (const t of turns) {
      const own = result.focal[t];
      const allowed = [...free].filter(
        (row) => married[row] === married[own] && Math.abs(score[row] - score[own]) <= width,
      );
      const partner = result.matches[t];
      expect(partner < 0).toBe(allowed.length === 0);
      if (partner < 0) continue;
      expect(squared(z, own, partner)).toBe(Math.min(...allowed.map((row) => squared(z, own, row))));
      free.delete(partner);
    }
    const plain = match({ ...subject, score }, { method: "nearest", distance: "mahalanobis", caliper: 0.2 });
    expect(matchViolations(plain)).toEqual([]);
    expect(describeMatch(plain)[1]).toMatch(
      /^Distance: Mahalanobis distance on age, educ, race, married, nodegree, re74, re75; caliper 0\.2 sd = /,
    );
  });

  /** In pairs without reuse every unit weighs the same. */
  function meanDifference({ focal, matches }: NearestCovariateMatch): number {
    const outcome = numericColumn(data, "re78");
    return focal.reduce((total, row, t) => total + outcome[row] - outcome[matches[t]], 0) / focal.length;
  }

  it("can be balanced and analysed, and adds no distance column without a score", () => {
    const result = match(subject, { method: "nearest", distance: "mahalanobis" });
    expect(assessBalance(result).rows.length).toBeGreaterThan(covariates.length);
    const effect = estimateEffect("re78 ~ treat", result);
    expect(effect.estimate).toBeCloseTo(meanDifference(result), 8);
    expect(matchedData(result).columns.map(({ name }) => name)).not.toContain("distance");
    expect(describeMatch(result).slice(0, 2)).toEqual([
      "Method: 1:1 nearest neighbour by Mahalanobis distance without replacement, in data order",
      "Distance: Mahalanobis distance on age, educ, race, married, nodegree, re74, re75; no caliper",
    ]);
  });
});

describe("match on covariates: cases of MatchIt 4.7.2", () => {
  // Coordinates as columns of the table: every case can be asked for in public.
  function disagreement({ treated, transformed, p, order, reuseMax, columns, matches }: ReferenceCase): string | null {
    const names = Array.from({ length: p }, (_, j) => `x${j}`);
    const data = Object.fromEntries(names.map((name, j) => [name, treated.map((_, row) => transformed[row * p + j])]));
    const result = match(
      { treated, data },
      {
        method: "nearest",
        distance: "euclidean",
        covariates: names,
        order,
        ratio: columns,
        reuseMax: reuseMax ?? Number.POSITIVE_INFINITY,
      },
    );
    const [broken] = matchViolations(result);
    if (broken !== undefined) return broken;
    for (let t = 0; t < result.focal.length; t++) {
      const ours = Array.from(result.matches.subarray(t * columns, (t + 1) * columns), (row) => row + 1);
      const theirs = matches.slice(t * columns, (t + 1) * columns);
      // With replacement the order of the columns is not part of the contract.
      if (reuseMax === null) for (const list of [ours, theirs]) list.sort((a, b) => a - b);
      if (ours.join() !== theirs.join()) return `row ${result.focal[t] + 1} has partners ${ours}, theirs ${theirs}`;
    }
    return null;
  }

  it("has all the cases", () => {
    expect(cases.length).toBe(391);
  });

  for (const distance of ["mahalanobis", "scaled_euclidean", "euclidean"]) {
    it(`gives the same pairs on points transformed for ${distance}`, () => {
      const group = cases.filter((reference) => reference.distance === distance);
      expect(group.length).toBeGreaterThan(100);
      for (const reference of group) {
        const found = disagreement(reference);
        if (found !== null) throw new Error(`Seed ${reference.seed}: ${found} (rows from 1, 0 = none).`);
      }
    });
  }
});

/** No two differences are equal, so that ties decide nothing. */
const treated = [1, 0, 0, 1, 0, 0, 1, 0];
const x = [5.03, 4.1, 6.77, 2.011, 3.3, 0.9, 4.6, 9.0007];

describe("match on covariates: what must come to the same", () => {
  const rows = treated.flatMap((arm, a) => (arm === 1 ? [a] : []));
  const others = treated.flatMap((arm, b) => (arm === 0 ? [b] : []));
  const distance = (a: number, b: number): number => Math.abs(x[a] - x[b]);
  const small = rows.map((a) => others.map((b) => distance(a, b)));
  const full = x.map((_, a) => x.map((_, b) => distance(a, b)));

  for (const more of [
    { order: "data" },
    { order: "closest" },
    { order: "farthest", ratio: 2 },
    { order: "random", seed: 3 },
    { replace: true, ratio: 2 },
    { order: "data", reuseMax: 2, ratio: 2 },
  ] as const) {
    it(`score, one column, function and matrix: ${JSON.stringify(more)}`, () => {
      const onScore = match({ treated, score: x }, { method: "nearest", ...more });
      const by = (given: NearestCovariateOptions["distance"]): NearestCovariateMatch =>
        match(
          { treated, data: { x } },
          {
            method: "nearest",
            ...more,
            distance: given,
            ...(given === "euclidean" ? { covariates: ["x"] } : {}),
          },
        );
      const row = Float64Array.from(small.flat());
      for (const given of ["euclidean", distance, small, full, row, Float64Array.from(full.flat())] as const) {
        const result = by(given);
        expect([...result.matches]).toEqual([...onScore.matches]);
        expect([...result.weights]).toEqual([...onScore.weights]);
        expect(result.score).toBeNull();
        // √ of a square.
        expect(result.totalDistance).toBeCloseTo(onScore.totalDistance, 12);
        expect(matchViolations(result)).toEqual([]);
        expect(structuredClone(result)).toEqual(result);
      }
      expect(by(distance).options).toMatchObject({ distance: "function", covariates: [] });
      expect(by(small).options).toMatchObject({ distance: "matrix", covariates: [] });
      expect(by(full).covariates).toEqual([]);
      expect(describeMatch(by(full))[5]).toBe("Covariates: not known (the distances were given)");
    });
  }

  it("lets the largest score choose first where there is one, the smallest for the ATC", () => {
    const subject = { treated, score: x, covariates: ["x"], data: { x } };
    for (const estimand of ["ATT", "ATC"] as const) {
      const plain = match({ treated, score: x }, { method: "nearest", estimand });
      const result = match(subject, { method: "nearest", distance: "euclidean", estimand });
      expect([...result.matches]).toEqual([...plain.matches]);
      expect(result.options.order).toBe(plain.options.order);
    }
    const variable = { method: "nearest", ratio: 1.5, minControls: 1, maxControls: 2 } as const;
    expect([...match(subject, { ...variable, distance: "euclidean" }).matches]).toEqual([
      ...match({ treated, score: x }, variable).matches,
    ]);
  });

  it("keeps calipers on columns, antiexact and discard", () => {
    const data = { x, age: [30, 31, 40, 35, 36, 33, 50, 51], region: ["a", "b", "a", "b", "b", "a", "b", "a"] };
    const result = match(
      { treated, score: x, data },
      {
        method: "nearest",
        distance: "scaled-euclidean",
        covariates: ["x"],
        caliper: { age: { width: 2, units: "raw" } },
        antiexact: ["region"],
        discard: "both",
      },
    );
    expect(matchViolations(result, data)).toEqual([]);
    expect(describeMatch(result)[1]).toContain("; caliper on age");
    expect(describeMatch(result)[1]).toContain("; units outside common support discarded (both)");
  });
});

describe("match on covariates: columns", () => {
  it("takes text as an indicator per level", () => {
    const data = { region: ["n", "s", "n", "e", "w", "e"], size: [1, 1.2, 1.4, 2, 2.2, 2.9] };
    const arms = [1, 0, 0, 1, 0, 0];
    const result = match(
      { treated: arms, covariates: ["region", "size"], data },
      { method: "nearest", distance: "euclidean" },
    );
    // √(0 + .4²) beats √(1 + .2²); √(0 + .9²) beats √(1 + .2²).
    expect([...result.matches]).toEqual([2, 5]);
    expect(result.totalDistance).toBeCloseTo(1.3, 14);
  });

  it("leaves rows with a missing covariate out, and counts them", () => {
    const data = frame({
      x: x.map((value, row) => (row === 0 || row === 1 ? null : value)),
      id: x.map((_, row) => row),
    });
    for (const score of [undefined, x]) {
      const result = match({ treated, score, covariates: ["x"], data }, { method: "nearest", distance: "euclidean" });
      expect([...result.focal]).toEqual([3, 6]);
      expect([...result.incomplete]).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
      expect(result.counts.all).toEqual({ treated: 2, control: 4 });
      expect(result.diagnostics[0]).toMatchObject({ code: "rows-dropped", details: { count: 2, columns: { x: 2 } } });
      expect(result.diagnostics[0].message).toBe(
        "Left out 2 rows of 8 with a missing covariate of the distance: x (2).",
      );
      expect(matchViolations(result)).toEqual([]);
      expect(assessBalance(result).sampleSizes.all).toEqual({ treated: 2, control: 4 });
    }
  });

  it("speaks of overlap and far pairs in the score only where there is one", () => {
    const far = { treated: [1, 1, 0, 0], data: { x: [9, 8, 1, 2] }, covariates: ["x"] };
    const options = { method: "nearest", distance: "euclidean" } as const;
    expect(codes(match(far, options))).toEqual([]);
    expect(codes(match({ ...far, score: "x" }, options))).toEqual(["poor-matches", "no-overlap"]);
  });
});

describe("match on covariates: what is refused", () => {
  const subject = {
    treated,
    covariates: ["x"],
    data: { x, still: x.map(() => 1), region: x.map((_, row) => `r${row}`) },
  };
  const distance: CovariateDistance = "euclidean";
  const matrix = [
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
    [1, 2, Number.NaN, 4, 5],
  ];

  for (const [what, options, code, ...says] of [
    [
      "a matrix of the wrong shape",
      {
        distance: [
          [1, 2],
          [3, 4],
        ],
      },
      "length-mismatch",
      "3 × 5",
      "8 × 8",
    ],
    ["an array of the wrong length", { distance: new Float64Array(14) }, "length-mismatch", "14 values"],
    ["a distance that is no number", { distance: matrix }, "non-finite", "row 7 and row 5", "NaN"],
    ["a function that gives infinity", { distance: () => Infinity }, "non-finite", "row 1 and row 2"],
    ["a negative distance", { distance: () => -1 }, "invalid-argument", "not negative"],
    ["no covariates", { distance, covariates: [] }, "invalid-argument", '"euclidean"', "covariates"],
    ["an unknown covariate", { distance, covariates: ["y"] }, "unknown-column", '"y"'],
    ["a covariate that does not vary", { distance, covariates: ["still"] }, "constant", "still"],
    ["covariates beside given distances", { distance: () => 1, covariates: ["x"] }, "invalid-argument", "covariates"],
    ["an order by a score that is not there", { distance, order: "largest" }, "invalid-argument", "score"],
    ["common support without a score", { distance, discard: "both" }, "invalid-argument", "discard", "score"],
    ["a variable ratio without a score", { distance, maxControls: 3 }, "invalid-argument", "maxControls", "score"],
    ["a caliper on a score that is not there", { distance, caliper: 0.2 }, "invalid-argument", "caliper", "score"],
    ["a random order without a seed", { distance, order: "random" }, "invalid-argument", "seed"],
    ["conditions that no pair meets", { distance, exact: ["region"] }, "empty-match", "equal region"],
  ] as [string, Omit<NearestCovariateOptions, "method">, string, ...string[]][]) {
    it(what, () => {
      const error = errorOf(() => match(subject, { method: "nearest", ...options }));
      expect(error.code).toBe(code);
      for (const words of says) expect(error.message).toContain(words);
    });
  }

  it("covariates without a table, and covariates for a match on the score", () => {
    const bare = errorOf(() => match({ treated, covariates: ["x"] }, { method: "nearest", distance }));
    expect(bare.message).toContain("needs a table");
    // @ts-expect-error covariates go with a distance on them
    const onScore = errorOf(() => match({ treated, score: x }, { method: "nearest", covariates: ["x"] }));
    expect(onScore.message).toContain('"covariates"');
  });

  it("a group without complete rows", () => {
    const data = { x: x.map((value, row) => (treated[row] === 1 ? null : value)) };
    const error = errorOf(() => match({ treated, covariates: ["x"], data }, { method: "nearest", distance }));
    expect(error.code).toBe("empty-group");
    expect(error.message).toContain("no treated units among the 5");
  });
});

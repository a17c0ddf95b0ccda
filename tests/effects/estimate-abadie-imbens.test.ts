import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateEffect } from "../../src/effects/estimate-effect";
import { match } from "../../src/matching/match";
import type { NearestMatch } from "../../src/matching/types/result";
import { createRng } from "../../src/random/rng";
import { errorOf, worst } from "../helpers/reference";

/** Abadie & Imbens (2006), theorem 7, as it is written: O(n²), partners and neighbours by exhaustive search. */
function byHand(result: NearestMatch, y: Float64Array, neighbours: number): number[] {
  const { treated, score, focal, width, matches } = result;
  const rows = [...treated.keys()];
  const partners = Array.from(focal, (_, t) =>
    [...matches.subarray(t * width, (t + 1) * width)].filter((row) => row >= 0),
  );
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const matched = partners.flatMap((set, t) => (set.length > 0 ? [t] : []));
  const differences = matched.map((t) => y[focal[t]] - mean(partners[t].map((row) => y[row])));
  const effect = mean(differences);
  const arm = 1 - treated[focal[0]];
  const sigma2 = (j: number): number => {
    if (neighbours === 0) {
      return mean(matched.map((t) => mean(partners[t].map((row) => (y[focal[t]] - y[row] - effect) ** 2)))) / 2;
    }
    const others = rows.filter((row) => row !== j && treated[row] === arm);
    const distances = others.map((row) => Math.abs(score[row] - score[j])).sort((a, b) => a - b);
    const near = others.filter((row) => Math.abs(score[row] - score[j]) <= distances[neighbours - 1]);
    return (near.length / (near.length + 1)) * (y[j] - mean(near.map((row) => y[row]))) ** 2;
  };
  let variance = differences.reduce((sum, difference) => sum + (difference - effect) ** 2, 0);
  for (const j of rows.filter((row) => treated[row] === arm)) {
    const shares = matched.filter((t) => partners[t].includes(j)).map((t) => 1 / partners[t].length);
    const [uses, squares] = [shares.reduce((a, b) => a + b, 0), shares.reduce((a, b) => a + b * b, 0)];
    if (shares.length > 0) variance += (uses * uses - squares) * sigma2(j);
  }
  return [effect, Math.sqrt(variance) / matched.length];
}

describe("against the formula written out", () => {
  it("for either group, one or two partners, calipers, tied scores and any number of neighbours", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 12, max: 60 }),
        fc.integer(),
        fc.constantFrom("ATT" as const, "ATC" as const),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom(undefined, 1),
        (n, seed, estimand, ratio, varianceMatches, caliper) => {
          const rng = createRng(seed);
          const column = (of: (row: number) => number): Float64Array =>
            Float64Array.from({ length: n }, (_, row) => of(row));
          // Whole numbers, so that scores tie; a treated unit in every other row.
          const data = { t: column((row) => row % 2), s: column(() => rng.integer(15)), y: column(() => rng.normal()) };
          const result = match(
            { treated: "t", score: "s", data },
            { method: "nearest", replace: true, ratio, estimand, caliper },
          );
          const effect = estimateEffect("y ~ t", result, { se: "abadie-imbens", varianceMatches });
          const sign = estimand === "ATT" ? 1 : -1;
          const [estimate, error] = byHand(result, data.y, varianceMatches);
          expect(Math.abs(effect.estimate - sign * estimate)).toBeLessThan(1e-12);
          expect(Math.abs(effect.standardError / error - 1)).toBeLessThan(1e-11);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("units used once add nothing: the error of a mean of differences", () => {
    const data = { t: [1, 1, 1, 0, 0, 0], s: [1, 5, 9, 1, 5, 9], y: [3, 6, 4, 1, 2, 5] };
    const result = match({ treated: "t", score: "s", data }, { method: "nearest", replace: true });
    const effect = estimateEffect("y ~ t", result, { se: "abadie-imbens" });
    expect(worst([effect.standardError], [Math.sqrt((1 / 3) ** 2 + (7 / 3) ** 2 + (8 / 3) ** 2) / 3])).toBeLessThan(
      1e-14,
    );
  });

  it("the pool is the whole group, matched or not, without those discarded or missing an outcome", () => {
    const data = { t: [1, 1, 0, 0, 0, 0, 0], s: [5, 5, 5, 6, 4, 5.5, 5.6], y: [3, 7, 1, 4, 2, null, 50] };
    const result = match({ treated: "t", score: "s", data }, { method: "nearest", replace: true });
    const discarded = Uint8Array.of(0, 0, 0, 0, 0, 0, 1);
    const options = { data, se: "abadie-imbens", varianceMatches: 2 } as const;
    const effect = estimateEffect("y ~ t", { ...result, discarded }, options);
    // τ = 4, differences 2 and 6; the control serves twice: (4 − 2)(2/3)(1 − 3)².
    expect(worst([effect.standardError ** 2], [(8 + 2 * (2 / 3) * 4) / 4])).toBeLessThan(1e-14);
  });
});

describe("bad input", () => {
  const data = { t: [1, 1, 0, 0, 0], s: [5, 4, 5, 6, 4], x: [1, 2, 1, 3, 2], y: [3, 7, 1, 4, 2] };
  const reused = match({ treated: "t", score: "s", data }, { method: "nearest", replace: true });
  const message = (formula: string, options: object, subject: object = reused): string =>
    errorOf(() => estimateEffect(formula, subject as NearestMatch, { se: "abadie-imbens", ...options })).message;

  it("designs it is not made for", () => {
    const once = match({ treated: "t", score: "s", data }, { method: "nearest" });
    expect(message("y ~ t", {}, once)).toContain("with replacement");
    expect(message("y ~ t + x", {})).toContain("without covariates");
    expect(message("y ~ t", {}, { data, treated: "t", weights: [1, 1, 1, 1, 1], estimand: "ATT" })).toContain(
      "replace: true",
    );
    expect(message("y ~ t", { samplingWeights: [1, 1, 1, 1, 1] })).toContain("samplingWeights");
    expect(message("y ~ t", { cluster: "x" })).toContain("no clusters");
    const onColumns = { ...reused, options: { ...reused.options, distance: "mahalanobis" } };
    expect(message("y ~ t", { data }, onColumns)).toContain("not made on a score");
    const unscored = { ...reused, score: new Float64Array(5).fill(Number.NaN) };
    expect(message("y ~ t", { data }, unscored)).toContain("varianceMatches: 0");
  });

  it("numbers of neighbours that cannot be, and a missing outcome among the matched", () => {
    expect(message("y ~ t", { varianceMatches: 1.5 })).toContain("whole number");
    expect(message("y ~ t", { varianceMatches: 3 })).toContain("3 neighbours");
    expect(message("y ~ t", { data: { ...data, y: [3, 7, null, 4, 2] } })).toContain("Row 3");
  });

  it("clustering on sets that overlap", () => {
    const error = errorOf(() => estimateEffect("y ~ t", reused, { cluster: "subclass" }));
    expect(error.message).toContain("abadie-imbens");
  });
});

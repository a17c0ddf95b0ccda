import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateEffect } from "../../src/effects/estimate-effect";
import type { Effect } from "../../src/effects/estimate-types";
import { match } from "../../src/matching/match";
import type { NearestScoreMatch } from "../../src/matching/types/result";
import { fitPropensity } from "../../src/propensity/fit";
import { createRng } from "../../src/random/rng";
import { weigh } from "../../src/weighting/weigh";
import { errorOf, worst } from "../helpers/reference";

/** Abadie & Imbens (2006), theorem 7, as it is written: O(n²), partners and neighbours by exhaustive search. */
function byHand(result: NearestScoreMatch, y: Float64Array, neighbours: number): number[] {
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
          const estimated = (): Effect => estimateEffect("y ~ t", result, { se: "abadie-imbens", varianceMatches });
          // A caliper may leave a single pair, which has no error.
          if (result.counts.matched.treated + result.counts.matched.control === 2) {
            expect(errorOf(estimated).code).toBe("too-few-rows");
            return;
          }
          const effect = estimated();
          const sign = estimand === "ATT" ? 1 : -1;
          const [estimate, error] = byHand(result, data.y, varianceMatches);
          expect(Math.abs(effect.estimate - sign * estimate)).toBeLessThan(1e-12);
          expect(Math.abs(effect.standardError / error - 1)).toBeLessThan(1e-11);
        },
      ),
      { numRuns: 200, examples: [[12, -993495341, "ATC", 1, 0, 1]] },
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

/** Least squares by the normal equations with Gauss–Jordan elimination: an intercept and two covariates. */
function regression(rows: number[], weights: number[], x: Float64Array[], y: Float64Array): (row: number) => number {
  const terms = (row: number): number[] => [1, ...x.map((column) => column[row])];
  const k = x.length + 1;
  const system = Array.from({ length: k }, (_, a) => [
    ...Array.from({ length: k }, (_, b) =>
      rows.reduce((sum, row, i) => sum + weights[i] * terms(row)[a] * terms(row)[b], 0),
    ),
    rows.reduce((sum, row, i) => sum + weights[i] * terms(row)[a] * y[row], 0),
  ]);
  for (let a = 0; a < k; a++) {
    const best = system
      .slice(a)
      .reduce((most, line, i) => (Math.abs(line[a]) > Math.abs(system[most][a]) ? a + i : most), a);
    [system[a], system[best]] = [system[best], system[a]];
    for (let b = 0; b < k; b++) {
      if (b === a) continue;
      const factor = system[b][a] / system[a][a];
      system[b] = system[b].map((value, c) => value - factor * system[a][c]);
    }
  }
  return (row) => terms(row).reduce((sum, value, a) => sum + (value * system[a][k]) / system[a][a], 0);
}

/** Everything by row, as Abadie & Imbens (2006, section 4; 2011, equation 5) write it, for one match or for both. */
function byRow(
  results: NearestScoreMatch[],
  y: Float64Array,
  x: Float64Array[] | null,
): { effect: number; error: number } {
  const { treated, score } = results[0];
  const rows = [...treated.keys()];
  const partnersOf = new Map<number, number[]>();
  for (const { focal, width, matches } of results) {
    focal.forEach((row, t) => {
      const partners = [...matches.subarray(t * width, (t + 1) * width)].filter((partner) => partner >= 0);
      if (partners.length > 0) partnersOf.set(row, partners);
    });
  }
  const uses = (row: number, power: number): number =>
    [...partnersOf.values()].reduce((sum, set) => sum + (set.includes(row) ? 1 / set.length ** power : 0), 0);
  const predict = [0, 1].map((arm) => {
    const partners = rows.filter((row) => treated[row] === arm && uses(row, 1) > 0);
    if (x === null) return () => 0;
    return partners.length === 0
      ? () => Number.NaN
      : regression(
          partners,
          partners.map((row) => uses(row, 1)),
          x,
          y,
        );
  });
  const effects = [...partnersOf].map(([row, partners]) => {
    const other = predict[1 - treated[row]];
    const imputed =
      partners.reduce((sum, partner) => sum + y[partner] + other(row) - other(partner), 0) / partners.length;
    return treated[row] === 1 ? y[row] - imputed : imputed - y[row];
  });
  const n = effects.length;
  const effect = effects.reduce((sum, value) => sum + value, 0) / n;
  const sigma2 = (row: number): number => {
    const others = rows.filter((other) => other !== row && treated[other] === treated[row]);
    const distances = others.map((other) => Math.abs(score[other] - score[row])).sort((a, b) => a - b);
    const near = others.filter((other) => Math.abs(score[other] - score[row]) <= distances[1]);
    const mean = near.reduce((sum, other) => sum + y[other], 0) / near.length;
    return (near.length / (near.length + 1)) * (y[row] - mean) ** 2;
  };
  let variance = effects.reduce((sum, value) => sum + (value - effect) ** 2, 0);
  for (const row of rows.filter((one) => uses(one, 1) > 0)) {
    const own = partnersOf.has(row) ? 1 : 0;
    variance += (uses(row, 1) ** 2 + 2 * own * uses(row, 1) - uses(row, 2)) * sigma2(row);
  }
  return { effect, error: Math.sqrt(variance) / n };
}

describe("bias adjustment and both groups", () => {
  const column = (n: number, of: (row: number) => number): Float64Array =>
    Float64Array.from({ length: n }, (_, row) => of(row));
  const drawn = (n: number, seed: number) => {
    const rng = createRng(seed);
    return {
      t: column(n, (row) => row % 2),
      s: column(n, () => rng.integer(25)),
      x: column(n, () => rng.normal()),
      z: column(n, () => rng.normal()),
      y: column(n, () => rng.normal()),
    };
  };

  it("are what the papers write, for the ATT, the ATC and the ATE, with one or two partners and calipers", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 50 }),
        fc.integer(),
        fc.integer({ min: 1, max: 2 }),
        fc.boolean(),
        fc.constantFrom(undefined, 1),
        (n, seed, ratio, biasAdjustment, caliper) => {
          const data = drawn(n, seed);
          const options = { method: "nearest", replace: true, ratio, caliper } as const;
          const subject = { treated: "t", score: "s", data };
          const att = match(subject, options);
          const atc = match(subject, { ...options, estimand: "ATC" });
          const formula = biasAdjustment ? "y ~ t + x + z" : "y ~ t";
          const x = biasAdjustment ? [data.x, data.z] : null;
          for (const results of [[att], [atc], [att, atc], [atc, att]]) {
            const partners = new Set(results.flatMap(({ matches }) => [...matches]));
            if (partners.size < 8 * results.length) continue;
            const [result, otherMatch] = results;
            const effect = estimateEffect(formula, result, { se: "abadie-imbens", biasAdjustment, otherMatch });
            const expected = byRow(results, data.y, x);
            expect(effect.estimand).toBe(otherMatch ? "ATE" : result.estimand);
            // Normal equations of a handful of rows lose some digits.
            expect(Math.abs(effect.estimate - expected.effect)).toBeLessThan(
              1e-8 * Math.max(1, Math.abs(expected.effect)),
            );
            expect(Math.abs(effect.standardError / expected.error - 1)).toBeLessThan(1e-7);
            compared++;
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(300);
  });

  it("change nothing where partners have the same covariates", () => {
    const data = { t: [1, 1, 1, 0, 0, 0, 0], s: [1, 2, 3, 1, 2, 3, 3.5], y: [3, 6, 4, 1, 2, 5, 5.5] };
    const result = match({ treated: "t", score: "s", data }, { method: "nearest", replace: true });
    const simple = estimateEffect("y ~ t", result, { se: "abadie-imbens" });
    const adjusted = estimateEffect("y ~ t + s", result, { se: "abadie-imbens", biasAdjustment: true });
    expect(worst([adjusted.estimate, adjusted.standardError], [simple.estimate, simple.standardError])).toBeLessThan(
      1e-13,
    );
  });

  it("remove the bias of a linear outcome wholly", () => {
    const rng = createRng("linear");
    const s = Array.from({ length: 60 }, (_, row) => rng.normal() + (row % 3 === 0 ? 1 : 0));
    const data = {
      s,
      t: s.map((_, row) => (row % 3 === 0 ? 1 : 0)),
      y: s.map((x, row) => 3 * x + (row % 3 === 0 ? 2 : 0)),
    };
    // A little noise where no one is matched: the regression of all rows must leave a remainder.
    const result = match({ treated: "t", score: "s", data }, { method: "nearest", replace: true });
    const noisy = { ...data, y: data.y.map((y, row) => y + (data.t[row] === 1 ? (row % 2) - 0.5 : 0)) };
    const effect = estimateEffect("y ~ t + s", result, { data: noisy, se: "abadie-imbens", biasAdjustment: true });
    expect(worst([effect.estimate], [2])).toBeLessThan(1e-12);
    expect(
      Math.abs(estimateEffect("y ~ t", result, { data: noisy, se: "abadie-imbens" }).estimate - 2),
    ).toBeGreaterThan(0.001);
  });

  it("of both groups is the weighted difference that any standard error can go with", () => {
    const data = drawn(40, 7);
    const subject = { treated: "t", score: "s", data };
    const att = match(subject, { method: "nearest", replace: true });
    const otherMatch = match(subject, { method: "nearest", replace: true, estimand: "ATC" });
    const matching = estimateEffect("y ~ t", att, { se: "abadie-imbens", otherMatch });
    const robust = estimateEffect("y ~ t", att, { otherMatch });
    expect(robust.se).toBe("HC3");
    expect(worst([robust.estimate], [matching.estimate])).toBeLessThan(1e-11);
    const [one, other] = [att, otherMatch].map((result) => estimateEffect("y ~ t", result).estimate);
    expect(worst([(one + other) / 2], [matching.estimate])).toBeLessThan(1e-11);
  });

  it("refuse two matches that do not go together", () => {
    const data = drawn(20, 3);
    const subject = { treated: "t", score: "s", data };
    const att = match(subject, { method: "nearest", replace: true });
    const atc = match(subject, { method: "nearest", replace: true, estimand: "ATC" });
    const once = match(subject, { method: "nearest", estimand: "ATC" });
    const turned = match(
      { ...subject, treated: data.t.map((t) => 1 - t) },
      { method: "nearest", replace: true, estimand: "ATC" },
    );
    for (const [otherMatch, words] of [
      [att, "one for the ATT and one for the ATC"],
      [once, "with replacement"],
      [turned, "other treated"],
    ] as const) {
      expect(errorOf(() => estimateEffect("y ~ t", att, { otherMatch })).message).toContain(words);
    }
    expect(errorOf(() => estimateEffect("y ~ t", att, { otherMatch: atc, estimand: "ATT" })).message).toContain("ATE");
  });
});

describe("bad input", () => {
  const data = { t: [1, 1, 0, 0, 0], s: [5, 4, 5, 6, 4], x: [1, 2, 1, 3, 2], y: [3, 7, 1, 4, 2] };
  const reused = match({ treated: "t", score: "s", data }, { method: "nearest", replace: true });
  const message = (formula: string, options: object, subject: object = reused): string =>
    errorOf(() => estimateEffect(formula, subject as NearestScoreMatch, { se: "abadie-imbens", ...options })).message;

  it("designs it is not made for", () => {
    const once = match({ treated: "t", score: "s", data }, { method: "nearest" });
    expect(message("y ~ t", {}, once)).toContain("with replacement");
    expect(message("y ~ t + x", {})).toContain("biasAdjustment: true");
    expect(message("y ~ t", { biasAdjustment: true })).toContain("needs covariates");
    expect(message("y ~ t + x", { biasAdjustment: 1 })).toContain("true or false");
    expect(message("y ~ t + x", { se: "HC3", biasAdjustment: true })).toContain("belongs to");
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

describe("sampling weights that a propensity model had", () => {
  it("are asked for, until they are given", () => {
    const table = {
      t: [1, 1, 1, 0, 0, 0, 0, 1],
      x: [1, 2, 4, 2, 1, 3, 1, 1],
      y: [3, 2, 1, 5, 4, 2, 2, 3],
      w: [1, 2, 1, 1, 3, 1, 1, 2],
    };
    const codes = (weights: string | undefined, samplingWeights?: string): boolean =>
      estimateEffect("y ~ t", weigh(fitPropensity("t ~ x", table, { weights }), { estimand: "ATE" }), {
        samplingWeights,
      }).diagnostics.some(({ code }) => code === "sampling-weights-unused");
    expect([codes("w"), codes("w", "w"), codes(undefined)]).toEqual([true, false, false]);
  });
});

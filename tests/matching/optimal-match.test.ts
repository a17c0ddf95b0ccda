import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { estimateEffect } from "../../src/effects/estimate-effect";
import { describeMatch } from "../../src/matching/describe";
import { match } from "../../src/matching/match";
import { matchedPairs } from "../../src/matching/matched-data";
import type { FullMatch } from "../../src/matching/types/result";
import { fitPropensity } from "../../src/propensity/fit";
import { createRng } from "../../src/random/rng";
import { matchViolations } from "../helpers/match-invariants";
import { errorOf } from "../helpers/reference";
import { lalonde } from "./lalonde";

const formula = "treat ~ age + educ + race + married + nodegree + re74 + re75";
const model = fitPropensity(formula, lalonde());

/** Overlapping groups on a score with ties, in two strata. */
function units(n: number, seed: number) {
  const rng = createRng(seed);
  const treated = Array.from({ length: n }, (_, i) => (i < 2 ? i : rng.uniform() < 0.35 ? 1 : 0));
  const score = Float64Array.from(treated, (t) => Math.round(20 * (rng.normal() + 0.5 * t)) / 20);
  const region = treated.map((_, i) => (i < 2 ? "n" : rng.uniform() < 0.5 ? "n" : "s"));
  return { treated, score, data: { region } };
}

const instance = fc.tuple(fc.integer({ min: 6, max: 60 }), fc.integer());

describe("optimal pairs", () => {
  it("keep every invariant and never exceed greedy pairs in distance, over options", () => {
    fc.assert(
      fc.property(
        instance,
        fc.constantFrom("ATT" as const, "ATC" as const),
        fc.constantFrom(undefined, 0.5, 0.1),
        fc.boolean(),
        ([n, seed], estimand, caliper, strata) => {
          const subject = units(n, seed);
          const exact = strata ? ["region"] : [];
          const run = (method: "optimal" | "nearest") => {
            try {
              return match(subject, { method, estimand, exact, caliper });
            } catch (error) {
              if ((error as { code: string }).code === "empty-match") return null;
              throw error;
            }
          };
          const [optimal, greedy] = [run("optimal"), run("nearest")];
          if (optimal === null || greedy === null) return optimal === greedy;
          expect(matchViolations(optimal, { region: subject.data.region })).toEqual([]);
          const pairs = (matches: Int32Array): number => matches.filter((row) => row >= 0).length;
          if (pairs(optimal.matches) !== pairs(greedy.matches)) return pairs(optimal.matches) > pairs(greedy.matches);
          return optimal.totalDistance <= greedy.totalDistance + 1e-9;
        },
      ),
      { numRuns: 300 },
    );
  });

  it("on lalonde are closer in all than greedy ones, 1:1 and 2:1", () => {
    for (const ratio of [1, 2]) {
      const optimal = match(model, { method: "optimal", ratio });
      const greedy = match(model, { method: "nearest", ratio });
      expect(matchViolations(optimal)).toEqual([]);
      expect(optimal.counts.matched).toEqual(greedy.counts.matched);
      expect(optimal.totalDistance).toBeLessThan(greedy.totalDistance);
    }
  });

  it("with a variable ratio use as many controls as asked", () => {
    const result = match(model, { method: "optimal", ratio: 2, minControls: 1, maxControls: 4 });
    expect(result.counts.matched.control).toBe(370);
    expect(matchViolations(result)).toEqual([]);
  });

  it("describe themselves, and go into balance and effects", () => {
    const result = match(model, { method: "optimal", caliper: 0.2 });
    expect(describeMatch(result)[0]).toBe("Method: 1:1 optimal pairs without replacement");
    expect(assessBalance(result).rows[0].after?.pairDistance).toBeLessThan(0.2);
    expect(estimateEffect("re78 ~ treat", result).estimand).toBe("ATT");
  });
});

describe("full matching", () => {
  it("keeps every invariant over options, and leaves no one out without a caliper", () => {
    fc.assert(
      fc.property(
        instance,
        fc.constantFrom("ATT" as const, "ATC" as const, "ATE" as const),
        fc.constantFrom(undefined, 0.5),
        ([n, seed], estimand, caliper) => {
          const subject = units(n, seed);
          let result: FullMatch;
          try {
            result = match(subject, { method: "full", estimand, caliper });
          } catch (error) {
            return caliper !== undefined && (error as { code: string }).code === "empty-match";
          }
          expect(matchViolations(result)).toEqual([]);
          return caliper !== undefined || result.subclass.every((set) => set > 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("limits sets, and says which limit cannot be kept", () => {
    const result = match(model, { method: "full", minControls: 0.25, maxControls: 8 });
    const sizes = new Map<number, [number, number]>();
    result.subclass.forEach((set, row) => {
      const entry = sizes.get(set) ?? [0, 0];
      entry[result.treated[row]]++;
      sizes.set(set, entry);
    });
    for (const [control, treated] of sizes.values())
      expect(control <= 8 * treated && treated <= 4 * control).toBe(true);
    expect(errorOf(() => match(model, { method: "full", maxControls: 1 })).message).toContain("Raise maxControls");
    expect(errorOf(() => match(model, { method: "full", minControls: 3 })).message).toContain("Lower minControls");
  });

  it("leaves out some of the other group where that is asked for", () => {
    const full = (more: object): FullMatch => match(model, { method: "full", maxControls: 2, ...more });
    const refusal = (more: object): string => errorOf(() => full(more)).message;
    expect(refusal({})).toBe(
      "Full matching: 185 treated units and 429 control units leave some over under minControls 0 and maxControls 2. " +
        'Raise maxControls, or leave some out with omit: "fewest".',
    );
    // As many as 2:1 pairs take, at no greater a distance than theirs.
    const fewest = full({ omit: "fewest" });
    expect(fewest.counts.unmatched).toEqual({ treated: 0, control: 429 - 370 });
    expect(matchViolations(fewest)).toEqual([]);
    const pairs = match(model, { method: "optimal", ratio: 2 });
    expect(Math.abs(fewest.totalDistance / (pairs.totalDistance ?? 0) - 1)).toBeLessThan(1e-12);
    expect(describeMatch(fewest)[0]).toBe(
      "Method: optimal full matching, 0 to 2 of the other group per focal unit, the fewest left out",
    );
    expect(fewest.diagnostics.find(({ code }) => code === "units-left-out")?.message).toBe(
      "Left out: 59 control units (59 left over by the limits on sets).",
    );
    // What optmatch keeps: of each set of a match without the limit two controls.
    const sizes = new Map<number, number>();
    const free = match(model, { method: "full" });
    free.subclass.forEach((set, row) => {
      if (free.treated[row] === 0) sizes.set(set, (sizes.get(set) ?? 0) + 1);
    });
    const kept = [...sizes.values()].reduce((sum, size) => sum + Math.min(size, 2), 0);
    const recovered = full({ omit: "recover" });
    expect(recovered.counts.matched).toEqual({ treated: 185, control: kept });
    expect(recovered.totalDistance).toBeLessThan(fewest.totalDistance);
    const share = full({ omit: 0.4 });
    expect(share.counts.matched.control).toBe(Math.round(0.6 * 429));
    expect(matchViolations(share)).toEqual([]);
    expect(describeMatch(share)[0]).toMatch(/at most 40 % of the other group left out$/);
    expect(refusal({ omit: 0.1 })).toContain("or leave more out with omit.");
    expect(refusal({ omit: 0.5, caliper: 0.2 })).toContain("by itself");
    expect(refusal({ omit: 1 })).toContain("from 0 to below 1, or a word, not 1");
    expect(refusal({ omit: "fewst" })).toContain('Did you mean "fewest"?');
  });

  it("balances lalonde's score better than greedy pairs, with everyone in", () => {
    const full = match(model, { method: "full" });
    const greedy = match(model, { method: "nearest" });
    const smd = (result: Parameters<typeof assessBalance>[0]): number =>
      Math.abs(assessBalance(result).rows[0].after?.smd ?? 9);
    expect(smd(full)).toBeLessThan(0.05);
    expect(smd(full)).toBeLessThan(smd(greedy));
    expect(full.counts.unmatched).toEqual({ treated: 0, control: 0 });
    expect(describeMatch(full)[0]).toBe("Method: optimal full matching");
    expect(matchedPairs(full).rows).toBe(614);
    expect(Number.isFinite(estimateEffect("re78 ~ treat", full).standardError)).toBe(true);
  });
});

describe("options that do not fit", () => {
  const bad: [string, () => unknown, string][] = [
    ["calipers on columns", () => match(model, { method: "optimal", caliper: { age: 2 } as never }), "score only"],
    ["negative calipers", () => match(model, { method: "full", caliper: -0.1 }), "score only"],
    ["replacement", () => match(model, { method: "optimal", replace: true } as never), '"replace"'],
    [
      "a variable ratio in a caliper",
      () => match(model, { method: "optimal", maxControls: 3, caliper: 0.1 }),
      "leave one of them out",
    ],
    [
      "more partners than there are",
      () => match(model, { method: "optimal", ratio: 3, maxControls: 5 }),
      "Lower the ratio",
    ],
    ["limits upside down", () => match(model, { method: "full", minControls: 3, maxControls: 2 }), "minControls"],
    [
      "a caliper that empties the match",
      () => match({ treated: [1, 0], score: [1, 9] }, { method: "optimal", caliper: 1, caliperUnits: "raw" }),
      "caliper",
    ],
  ];
  it.each(bad)("%s", (_, call, words) => {
    expect(errorOf(call).message).toContain(words);
  });
});

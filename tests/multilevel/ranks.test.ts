import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalCdf } from "../../src/distributions/normal";
import { compareGroups } from "../../src/multilevel/compare-groups";
import { fitMixed } from "../../src/multilevel/fit";
import { rankGroups } from "../../src/multilevel/ranks";
import { errorOf, referenceFrame } from "../helpers/reference";
import { formula, pupils } from "./dense";

const exam = fitMixed("normexam ~ standlrt + (1 | school)", referenceFrame("exam.csv"));

describe("rankGroups", () => {
  const model = fitMixed(formula, pupils);
  const table = rankGroups(model, { draws: 20_000, seed: "ranks" });

  it("expected ranks are 1 and the chances that each other group is above", () => {
    for (const own of table.ranks) {
      let expected = 1;
      for (const other of table.ranks) {
        if (other.level === own.level) continue;
        const { z } = compareGroups(model, other.level, own.level);
        expected += normalCdf(z);
      }
      expect(own.expectedRank).toBeCloseTo(expected, 12);
    }
  });

  it("expected ranks sum to that of 1 to J, and so do the naive ones", () => {
    const sum = (of: "rank" | "expectedRank"): number => table.ranks.reduce((total, entry) => total + entry[of], 0);
    expect(sum("rank")).toBe(28);
    expect(sum("expectedRank")).toBeCloseTo(28, 12);
  });

  it("probabilities of being best add to 1, of the top quarter to its size, and agree with two groups' exact one", () => {
    const total = (of: "probabilityBest" | "probabilityTopQuarter"): number =>
      table.ranks.reduce((sum, entry) => sum + entry[of], 0);
    expect(total("probabilityBest")).toBeCloseTo(1, 12);
    expect(total("probabilityTopQuarter")).toBeCloseTo(2, 12);
    const pair = fitMixed("y ~ 1 + (1 | g)", { g: ["a", "a", "a", "b", "b", "b"], y: [1, 2, 3, 2, 3, 4.5] });
    const [a] = rankGroups(pair, { draws: 40_000 }).ranks;
    const exact = normalCdf(compareGroups(pair, "a", "b").z);
    // Five standard errors of a share of 40,000.
    expect(Math.abs(a.probabilityBest - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / 40_000));
  });

  it("intervals hold the expected rank, narrow with the level, and stay within 1 to J", () => {
    const narrow = rankGroups(model, { draws: 20_000, seed: "ranks", level: 0.5 });
    table.ranks.forEach((entry, j) => {
      expect(entry.lower).toBeLessThanOrEqual(entry.expectedRank);
      expect(entry.upper).toBeGreaterThanOrEqual(entry.expectedRank);
      expect(entry.lower).toBeGreaterThanOrEqual(1);
      expect(entry.upper).toBeLessThanOrEqual(7);
      expect(narrow.ranks[j].upper - narrow.ranks[j].lower).toBeLessThanOrEqual(entry.upper - entry.lower);
    });
  });

  it("says the same for the same seed, and something else for another", () => {
    expect(rankGroups(exam)).toEqual(rankGroups(exam, { seed: 1 }));
    expect(rankGroups(exam, { seed: 2 })).not.toEqual(rankGroups(exam));
  });

  it("orders the schools as their estimates do, whatever the order of the levels", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 8 }), (shifts) => {
        const school = shifts.flatMap((_, j) => [`s${j}`, `s${j}`, `s${j}`]);
        const y = shifts.flatMap((shift, j) => [shift * 4, shift * 4 + 1 + j / 10, shift * 4 - 1]);
        const fitted = fitMixed("y ~ 1 + (1 | school)", { school, y });
        if (fitted.variances.group === 0) return;
        const sorted = rankGroups(fitted, { draws: 100 }).ranks.toSorted((a, b) => b.estimate - a.estimate);
        expect(sorted.map((entry) => entry.rank)).toEqual(sorted.map((_, i) => i + 1));
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it("the leaders of the Exam schools are far from certain", () => {
    const best = rankGroups(exam).ranks.find((entry) => entry.rank === 1)!;
    expect(best.probabilityBest).toBeLessThan(0.9);
    expect(best.upper).toBeGreaterThan(1);
  });

  it("refuses boundary fits, few draws and impossible levels", () => {
    const flat = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff2.csv"));
    expect(errorOf(() => rankGroups(flat)).code).toBe("not-identified");
    expect(errorOf(() => rankGroups(exam, { draws: 10 })).message).toContain("draws");
    expect(errorOf(() => rankGroups(exam, { level: 1 })).code).toBe("invalid-argument");
  });
});

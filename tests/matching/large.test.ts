import { describe, expect, it } from "vitest";
import { match } from "../../src/matching/match";
import type { NearestScoreOptions } from "../../src/matching/types/options";
import { createRng } from "../../src/random/rng";
import { cpuSeconds, growthOverSixteen } from "../helpers/cpu-time";

/** Logistic scores and the treatments drawn from them. */
function population(n: number, mean: number, sd: number): { treated: Uint8Array; score: Float64Array } {
  const rng = createRng("large matches");
  const score = new Float64Array(n);
  const treated = new Uint8Array(n);
  for (let row = 0; row < n; row++) {
    score[row] = 1 / (1 + Math.exp(-mean - sd * rng.normal()));
    treated[row] = rng.uniform() < score[row] ? 1 : 0;
  }
  return { treated, score };
}

/** What a double loop over 1e5 units takes minutes for; twenty times what ours take, so that slow machines pass. */
const NOT_QUADRATIC = 15;

describe("large matches", () => {
  it("matches a million units 1:1 in a second or so", () => {
    const units = population(1_000_000, -1.85, 0.6);
    let matched = 0;
    expect(
      cpuSeconds(() => {
        matched = match(units, { method: "nearest" }).counts.matched.treated;
      }),
    ).toBeLessThan(NOT_QUADRATIC);
    expect(matched).toBe(units.treated.reduce((sum, arm) => sum + arm, 0));
  });

  it("does not slow down where partners run out, whatever the order", () => {
    const units = population(100_000, -0.2, 1.5);
    const options: NearestScoreOptions[] = [
      { method: "nearest" },
      { method: "nearest", order: "closest" },
      { method: "nearest", order: "farthest" },
      { method: "nearest", ratio: 3, caliper: 0.2 },
      { method: "nearest", replace: true, ratio: 3 },
    ];
    for (const chosen of options)
      expect(
        cpuSeconds(() => match(units, chosen)),
        JSON.stringify(chosen),
      ).toBeLessThan(NOT_QUADRATIC);
  });

  // Walking past those who are taken would make each of few scores quadratic, though quickly at this size: hence growth.
  it.each(["data", "random"] as const)("takes thousands of equal scores in its stride, ties: %s", (ties) => {
    for (const order of ["largest", "closest"] as const) {
      const options = { method: "nearest", order, ratio: 2, ties, seed: 1 } as const;
      const prepare = (n: number): (() => unknown) => {
        const { treated, score } = population(n, -0.5, 1);
        const units = { treated, score: score.map((s) => Math.round(s * 2) / 2) };
        return () => match(units, options);
      };
      expect(growthOverSixteen(12_500, prepare), order).toBeLessThan(80);
    }
  });

  it("matches inside 5,000 groups first, and then across", () => {
    const { treated, score } = population(200_000, -1, 1);
    const school = score.map((_, row) => row % 5000);
    const options = { method: "nearest", within: "school", ratio: 2 } as const;
    expect(cpuSeconds(() => match({ treated, score, data: { school } }, options))).toBeLessThan(NOT_QUADRATIC);
  });
});

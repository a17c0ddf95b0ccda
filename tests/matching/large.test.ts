import { describe, expect, it } from "vitest";
import { match } from "../../src/matching/match";
import type { NearestScoreOptions } from "../../src/matching/types/options";
import { createRng } from "../../src/random/rng";

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

/** Milliseconds of the faster of two runs. */
function time(run: () => unknown): number {
  const times = [0, 1].map(() => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

describe("large matches", () => {
  it("matches a million units 1:1 in a second or so (bound 3 s for slow machines)", () => {
    const units = population(1_000_000, -1.85, 0.6);
    let matched = 0;
    expect(
      time(() => {
        matched = match(units, { method: "nearest" }).counts.matched.treated;
      }),
    ).toBeLessThan(3000);
    expect(matched).toBe(units.treated.reduce((sum, arm) => sum + arm, 0));
  });

  it("does not slow down where partners run out, whatever the order (bound 3 s; a double loop takes minutes)", () => {
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
        time(() => match(units, chosen)),
        JSON.stringify(chosen),
      ).toBeLessThan(3000);
  });

  it("takes thousands of equal scores in its stride", () => {
    const { treated, score } = population(200_000, -0.5, 1);
    const rounded = score.map((s) => Math.round(s * 20) / 20);
    for (const ties of ["data", "random"] as const) {
      for (const order of ["largest", "closest"] as const) {
        const options = { method: "nearest", order, ratio: 2, ties, seed: 1 } as const;
        expect(time(() => match({ treated, score: rounded }, options))).toBeLessThan(3000);
      }
    }
  });

  it("matches inside 5,000 groups first, and then across", () => {
    const { treated, score } = population(200_000, -1, 1);
    const school = score.map((_, row) => row % 5000);
    const options = { method: "nearest", within: "school", ratio: 2 } as const;
    expect(time(() => match({ treated, score, data: { school } }, options))).toBeLessThan(3000);
  });
});

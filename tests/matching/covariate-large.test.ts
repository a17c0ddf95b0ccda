import { describe, expect, it } from "vitest";
import type { PartnerProblem } from "../../src/matching/covariates/problem";
import { createPointFinder } from "../../src/matching/covariates/search";
import { transformCovariates } from "../../src/matching/covariates/transform";
import { createRng } from "../../src/random/rng";

/** Comparing all pairs takes a minute; ours takes a second, so that slow machines pass. */
const NOT_ALL_PAIRS = 15;

/** Matches 1:1 in data order; CPU seconds (the wall clock also counts the turns of others) and the number of pairs. */
function matchPopulation(n: number, p: number, levels: number | null, more: Partial<PartnerProblem> = {}) {
  const rng = createRng("large covariates");
  const draw = (): number => (levels === null ? rng.normal() : rng.integer(levels));
  const columns = Array.from({ length: p }, () => Float64Array.from({ length: n }, draw));
  const treated = Uint8Array.from({ length: n }, () => (rng.uniform() < 0.3 ? 1 : 0));
  const start = process.cpuUsage();
  const { z } = transformCovariates("mahalanobis", columns, treated, new Uint8Array(n).fill(1));
  const problem: PartnerProblem = {
    focal: Int32Array.from(treated.keys()).filter((row) => treated[row] === 1),
    pool: treated.map((arm) => 1 - arm),
    stratum: null,
    strata: 1,
    limits: [],
    admissible: null,
    ...more,
  };
  const finder = createPointFinder(problem, z, 1);
  let pairs = 0;
  for (let t = 0; t < problem.focal.length; t++) {
    const place = finder.search(t, -1);
    if (place < 0) continue;
    pairs++;
    finder.remove(place);
  }
  const { user, system } = process.cpuUsage(start);
  return { seconds: (user + system) / 1e6, pairs, focal: problem.focal.length };
}

describe("large matches on covariates", () => {
  it("matches 30,000 units on 8 covariates in half a second or so", () => {
    const { seconds, pairs, focal } = matchPopulation(30_000, 8, null);
    expect(pairs).toBe(focal);
    expect(seconds).toBeLessThan(NOT_ALL_PAIRS);
  });

  it("takes thousands of equal points in its stride", () => {
    for (const p of [1, 4, 8]) {
      const { seconds, pairs, focal } = matchPopulation(100_000, p, 2);
      expect(pairs).toBe(focal);
      expect(seconds, `${p} covariates of two values`).toBeLessThan(NOT_ALL_PAIRS);
    }
  });
});

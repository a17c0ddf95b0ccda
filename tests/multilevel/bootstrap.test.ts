import { describe, expect, it } from "vitest";
import { bootstrap } from "../../src/multilevel/bootstrap";
import { confint } from "../../src/multilevel/confint";
import { fitMixed } from "../../src/multilevel/fit";
import { createRng } from "../../src/random/rng";
import { errorOf, referenceFrame } from "../helpers/reference";

const average = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const sd = (values: ArrayLike<number>): number => {
  const mean = average(values);
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};

const sizes = [4, 9, 6, 12, 3, 8, 7, 5, 10, 6, 8, 4];
const school = sizes.flatMap((size, j) => Array(size).fill(`s${j}`) as string[]);
const draw = createRng("design");
const x = school.map(() => draw.normal());
const z = school.map((name) => Number(name.slice(1)) % 3);
const formula = "y ~ x + z + (1 | school)";

/** Rows simulated from a model, the ordinary way. */
function simulateRows(seed: number, beta: readonly number[], groupSd: number, residualSd: number): number[] {
  const rng = createRng(seed);
  const u = sizes.map(() => groupSd * rng.normal());
  return school.map(
    (name, i) => beta[0] + beta[1] * x[i] + beta[2] * z[i] + u[Number(name.slice(1))] + residualSd * rng.normal(),
  );
}

describe("the bootstrap on the summary", () => {
  const model = fitMixed(formula, { school, x, z, y: simulateRows(1, [1, 0.5, -0.3], 1, 1) });
  const { coefficients, groupSd, residualSd } = bootstrap(model, { seed: 2, replicates: 3000 });

  it("has the distribution of refits of simulated rows: means and spreads within Monte Carlo error", () => {
    const b = Array.from(model.coefficients);
    const { group, residual } = model.variances;
    const refits = Array.from({ length: 1500 }, (_, seed) => {
      const y = simulateRows(seed + 10, b, Math.sqrt(group), Math.sqrt(residual));
      return fitMixed(formula, { school, x, z, y }, { df: "none" });
    });
    const compare = (ours: ArrayLike<number>, theirs: readonly number[]): void => {
      const error = Math.sqrt(sd(ours) ** 2 / ours.length + sd(theirs) ** 2 / theirs.length);
      // Four standard errors of a difference of means; spreads within 4/√(2n) of each other, n = 1,500.
      expect(Math.abs(average(ours) - average(theirs)) / error).toBeLessThan(4);
      expect(Math.abs(Math.log(sd(ours) / sd(theirs)))).toBeLessThan(4 * Math.sqrt(1 / 3000 + 1 / 6000));
    };
    [0, 1, 2].forEach((k) => {
      compare(
        coefficients.filter((_, i) => i % 3 === k),
        refits.map((refit) => refit.coefficients[k]),
      );
    });
    compare(
      groupSd,
      refits.map((refit) => Math.sqrt(refit.variances.group)),
    );
    compare(
      residualSd,
      refits.map((refit) => Math.sqrt(refit.variances.residual)),
    );
  });

  it("is the same for the same seed, and another for another", () => {
    const again = bootstrap(model, { seed: 2, replicates: 50 });
    expect(again.coefficients).toEqual(coefficients.slice(0, 150));
    expect(bootstrap(model, { seed: 3, replicates: 50 }).coefficients).not.toEqual(again.coefficients);
  });

  it("gives percentile intervals that hold the estimate", () => {
    for (const interval of confint(model, { type: "bootstrap", seed: 1, replicates: 400 })) {
      expect(interval.lower).toBeLessThan(interval.estimate);
      expect(interval.upper).toBeGreaterThan(interval.estimate);
    }
    expect(errorOf(() => confint(model, { type: "bootstrap" })).message).toContain("seed");
  });

  it("counts boundary fits, tells its progress and stops when asked", () => {
    const flat = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff2.csv"));
    const seen: number[] = [];
    const result = bootstrap(flat, { seed: 1, replicates: 300, onProgress: (done) => seen.push(done) });
    expect(result.boundaryFits).toBeGreaterThan(100);
    expect(seen).toEqual([100, 200, 300]);
    expect(errorOf(() => bootstrap(flat, { seed: 1, signal: { aborted: true } })).message).toContain("stopped");
    expect(errorOf(() => bootstrap(flat, { seed: 1, replicates: 0 })).code).toBe("invalid-argument");
  });
});

describe("Rng.chiSquared", () => {
  it.each([0.7, 3, 40])("has mean df and variance 2 df (df %d)", (df) => {
    const rng = createRng(`chi ${df}`);
    const values = Array.from({ length: 40_000 }, () => rng.chiSquared(df));
    // Five standard errors of the mean, √(2df/n); the variance within 10 %.
    expect(Math.abs(average(values) - df)).toBeLessThan(5 * Math.sqrt((2 * df) / 40_000));
    expect(Math.abs(sd(values) ** 2 / (2 * df) - 1)).toBeLessThan(0.1);
  });
});

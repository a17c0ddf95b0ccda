import { describe, expect, it } from "vitest";
import { type Bootstrap, bootstrap } from "../../src/multilevel/bootstrap";
import { confint } from "../../src/multilevel/confint";
import { fitMixed } from "../../src/multilevel/fit";
import { simulate } from "../../src/multilevel/simulate";
import type { MixedModel } from "../../src/multilevel/types";
import { summary } from "../../src/summary";
import { tidy } from "../../src/tidy";
import { errorOf, referenceFrame, worst } from "../helpers/reference";
import { nestedRows } from "./nested-dense";
import { schoolsWithSlopes } from "./slopes-data";

const average = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const sd = (values: ArrayLike<number>): number => {
  const mean = average(values);
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};
const quantile = (values: ArrayLike<number>, share: number): number =>
  Array.from(values).sort((a, b) => a - b)[Math.floor(share * values.length)];

/** Coefficients, random parameters, residual sd of a fit. */
function quantities({ coefficients, randomTerms, variances, formula }: MixedModel): number[] {
  const random = randomTerms.flatMap(({ covariance }) =>
    covariance.flatMap((row, k) => [
      Math.sqrt(row[k]),
      ...(formula.includes("||") ? [] : row.slice(k + 1)).map(
        (value, l) => value / Math.sqrt(row[k] * covariance[k + 1 + l][k + 1 + l]),
      ),
    ]),
  );
  return [...coefficients, ...random, Math.sqrt(variances.residual)];
}

function columns({ terms, parameters, coefficients, random, residualSd }: Bootstrap): Float64Array[] {
  const column = (values: Float64Array, width: number, k: number) => values.filter((_, i) => i % width === k);
  return [
    ...terms.map((_, k) => column(coefficients, terms.length, k)),
    ...parameters.map((_, k) => column(random, parameters.length, k)),
    residualSd,
  ];
}

/**
 * Means, spreads and quartiles of two samples of sizes n and m: within 4.5 of their Monte Carlo standard errors, those of the
 * quartiles for a normal density (1.36 sd/√n), and of sds with twice a normal's, since variances are skewed.
 */
function compare(ours: Float64Array, refits: readonly number[]): void {
  const valid = refits.filter((value) => !Number.isNaN(value));
  const own = ours.filter((value) => !Number.isNaN(value));
  expect(Math.abs(valid.length / refits.length - own.length / ours.length)).toBeLessThan(0.05);
  const spread = sd(valid);
  const root = Math.sqrt(1 / own.length + 1 / valid.length);
  expect(Math.abs(average(own) - average(valid)) / (spread * root)).toBeLessThan(4.5);
  expect(Math.abs(Math.log(sd(own) / spread)) / root).toBeLessThan(4.5 * Math.SQRT2);
  for (const share of [0.25, 0.5, 0.75]) {
    expect(Math.abs(quantile(own, share) - quantile(valid, share)) / (1.5 * spread * root)).toBeLessThan(4.5);
  }
}

const { groups, ...nested } = nestedRows("bootstrap", [8, 4], 6, [0.9, 0.7]);
const nestedData = { a: groups[0], b: groups[1], ...nested };
const slopesData = schoolsWithSlopes([5, 9, 12, 1, 8, 15, 6, 10, 2, 11, 7, 9], "bootstrap");

const cases: readonly (readonly [string, string, Record<string, ArrayLike<number> | string[]>, object])[] = [
  ["nested intercepts", "y ~ x + z + (1 | a/b)", nestedData, {}],
  ["slopes", "y ~ x + z + (1 + x | school)", slopesData, {}],
  ["slopes without correlation, by ML", "y ~ x + (1 + x || school)", slopesData, { method: "ML" }],
];

describe.each(cases)("the bootstrap on the summary: %s", (_, formula, data, options) => {
  const model = fitMixed(formula, data as never, options);
  const result = bootstrap(model, { seed: 5, replicates: 700 });

  it("has the distribution of refits of simulated rows, within Monte Carlo error", () => {
    const replicates = 350;
    const rows = simulate(model, { seed: 11, replicates });
    const refits = rows.columns.map((column) =>
      quantities(
        fitMixed(formula, { ...data, y: (column as { values: Float64Array }).values } as never, {
          ...options,
          df: "none",
        }),
      ),
    );
    columns(result).forEach((ours, k) => {
      compare(
        ours,
        refits.map((refit) => refit[k]),
      );
    });
  });

  it("is the same for the same seed, in part and in whole", () => {
    const again = bootstrap(model, { seed: 5, replicates: 20 });
    expect(again.random).toEqual(result.random.slice(0, 20 * result.parameters.length));
    expect(bootstrap(model, { seed: 6, replicates: 20 }).random).not.toEqual(again.random);
  });

  it("gives percentile intervals with the model's own estimates, and a table", () => {
    const intervals = confint(model, { type: "bootstrap", seed: 1, replicates: 60 });
    const estimates = intervals.map(({ estimate }) => estimate);
    expect(worst(estimates.slice(0, -1), quantities(model), 1e-9)).toBeLessThan(1e-9);
    expect(intervals[intervals.length - 1]).toMatchObject({ name: "icc", estimate: model.icc });
    for (const { lower, upper } of intervals) expect(lower).toBeLessThan(upper);
    const names = [...result.terms, ...result.parameters, "sd(residual)"];
    expect(intervals.map(({ name }) => name)).toEqual([...names, "icc"]);
    expect(summary(result).rows.map(([name]) => name)).toEqual(names);
    expect(tidy(result).rows).toBe(names.length);
  });
});

describe("boundary fits", () => {
  it("are counted, level by level", () => {
    const flat = fitMixed("yield ~ 1 + (1 | half/batch)", {
      ...Object.fromEntries([
        ["batch", Array.from({ length: 30 }, (_, i) => `b${Math.floor(i / 5)}`)],
        // Batches of two halves that no one made.
        ["half", Array.from({ length: 30 }, (_, i) => `h${Math.floor(i / 10)}`)],
      ]),
      yield: (referenceFrame("dyestuff2.csv").columns.find((each) => each.name === "yield") as { values: Float64Array })
        .values,
    });
    expect(flat.optimum.boundary).toBe(true);
    const result = bootstrap(flat, { seed: 1, replicates: 200 });
    const zeros = Array.from({ length: 200 }, (_, b) => result.random[2 * b] === 0 || result.random[2 * b + 1] === 0);
    expect(result.boundaryFits).toBe(zeros.filter(Boolean).length);
    expect(result.boundaryFits).toBeGreaterThan(100);
    expect(summary(result).notes![0]).toContain("A variance was estimated as 0");
  });

  it("tell their progress and stop when asked", () => {
    const model = fitMixed("y ~ x + (1 + x | school)", slopesData);
    const seen: number[] = [];
    bootstrap(model, { seed: 1, replicates: 100, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([100]);
    expect(errorOf(() => bootstrap(model, { seed: 1, signal: { aborted: true } })).message).toContain("stopped");
  });
});

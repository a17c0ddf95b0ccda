import { describe, expect, it } from "vitest";
import { bindFormula } from "../../src/formula/bind";
import { fromJson, toJson } from "../../src/json";
import { testTerms } from "../../src/multilevel/f-test";
import { type FitMixedOptions, fitMixed } from "../../src/multilevel/fit";
import { influence } from "../../src/multilevel/influence";
import { mergeSummaries } from "../../src/multilevel/merge";
import { requireStationary } from "../../src/multilevel/nested/fit";
import { summariseNested } from "../../src/multilevel/nested/summarise";
import { randomEffects } from "../../src/multilevel/random-effects";
import { requireSettled } from "../../src/multilevel/slopes/fit";
import { summariseSlopes } from "../../src/multilevel/slopes/summarise";
import type { SlopesSummary } from "../../src/multilevel/slopes/types";
import type { MixedModel } from "../../src/multilevel/types";
import { testGroupVariance } from "../../src/multilevel/variance-test";
import { createRng } from "../../src/random/rng";
import { errorOf, worst } from "../helpers/reference";

/**
 * Rows in which x2 is x but for `apart`, and d = x2 − x exactly. y ~ x + x2 and y ~ x + d are one model, and the second is well
 * conditioned: what it gives stands for the truth.
 */
function rowsWith(apart: number, seed: string) {
  const rng = createRng(seed);
  return Array.from({ length: 40 }, (_, j) => {
    const [effect, slope, z] = [rng.normal(), rng.normal(), rng.normal()];
    return Array.from({ length: 5 + (j % 4) }, (__, i) => {
      const x = rng.normal() + 0.1 * j;
      const extra = Math.sin(7 * j + i);
      const x2 = x + apart * extra;
      const y = 0.4 * x + 0.3 * z + 0.5 * Math.sin(j % 9) + 0.6 * effect + (0.3 * effect + 0.15 * slope) * x;
      return { school: `s${j}`, alliance: `a${j % 9}`, z, x, x2, d: x2 - x, extra, y: y + rng.normal() };
    });
  }).flat();
}

const RANDOM = [
  "(1 | school)",
  "(1 | alliance/school)",
  "(1 + z | alliance)",
  "(1 + x | school)",
  "(1 + x || alliance)",
];

/** The same model by way of nearly dependent columns and without them. */
function pair(random: string, apart: number, seed: string, options: FitMixedOptions = {}): MixedModel[] {
  const rows = rowsWith(apart, seed);
  return ["x2", "d"].map((other) => fitMixed(`y ~ x + ${other} + z + ${random}`, rows, options));
}

/** Coefficients that both have (the intercept, that of x2 or d, and z's) in standard errors, and all else of a fit. */
function fitted(model: MixedModel, by: MixedModel): number[] {
  return [
    ...[0, 2, 3].flatMap((k) => [
      1 + model.fixed[k].estimate / by.fixed[k].standardError,
      model.fixed[k].standardError,
      model.fixed[k].df,
    ]),
    1 + model.criterion,
    ...[model.theta].flat().map((theta) => 1 + theta),
    model.variances.residual,
  ];
}

/** Columns are doubles: what they say beside one another has lost log10(1/apart) of 16 digits, and sums over 260 rows two more. */
const tolerance = (apart: number): number => 1e-14 / apart;

describe("columns alike but for a small part of their spread", () => {
  describe.each(RANDOM)("%s", (random) => {
    it.each([
      ["satterthwaite", "REML"],
      ["satterthwaite", "ML"],
      ["kenward-roger", "REML"],
      ["between-within", "REML"],
    ] as const)("%s, %s: the fit without them", (df, method) => {
      for (const apart of [1e-3, 1e-4, 1e-5]) {
        for (const seed of ["m0", "m1", "m3"]) {
          const [near, far] = pair(random, apart, seed, { df, method });
          expect(near.terms).toHaveLength(4);
          expect(worst(fitted(near, far), fitted(far, far))).toBeLessThan(tolerance(apart));
        }
      }
    });

    it("tests of terms, of a variance and the groups' effects too", () => {
      for (const apart of [1e-3, 1e-5]) {
        const numbers = pair(random, apart, "m2").map((model) => {
          const f = testTerms(model, { terms: [model.terms[2], "z"] });
          const slope = model.randomTerms[0].columns.length > 1 ? model.randomTerms[0].columns[1] : undefined;
          const { chiSquared } = testGroupVariance(model, slope === undefined ? {} : { column: slope });
          const effects = randomEffects(model).flatMap((each) => [1 + each.estimate, 1 + each.comparativeSe]);
          return [f.f, f.denominatorDf, 1 + chiSquared, ...effects];
        });
        // Effects of a single random intercept are computed in the given columns, whose products have lost the digits twice.
        expect(worst(numbers[0], numbers[1])).toBeLessThan(
          random === "(1 | school)" ? 1e-15 / apart ** 2 + 1e-10 : tolerance(apart),
        );
      }
    });

    it("a refit without each group is finite and the same", () => {
      const [near, far] = pair(random, 1e-4, "m1").map((model) => influence(model));
      expect(near.diagnostics).toEqual([]);
      const numbers = (groups: typeof near.groups): number[] =>
        groups.flatMap(({ dfbetas, cooksDistance, covarianceRatio, variances }) => [
          ...[0, 2, 3].map((k) => 1 + dfbetas[k]),
          1 + cooksDistance,
          covarianceRatio,
          1 + variances.group,
          variances.residual,
        ]);
      expect(numbers(near.groups).every(Number.isFinite)).toBe(true);
      // Groups' own cross-products are doubles: the digits are lost twice, 1e-16/1e-8, and sums lose one or two.
      expect(worst(numbers(near.groups), numbers(far.groups))).toBeLessThan(1e-6);
    });
  });

  it("of nested groups parts merge without loss, of slopes to what cross-products in doubles keep", () => {
    const rows = rowsWith(1e-4, "parts");
    const parts = [rows.filter((_, i) => i % 3 === 0), rows.filter((_, i) => i % 3 !== 0)];
    const merged = (formula: string, isNested: boolean): MixedModel => {
      const bound = bindFormula(formula, rows);
      if (isNested) return fitMixed(mergeSummaries(...parts.map((part) => summariseNested(bound, part))));
      return fitMixed(mergeSummaries(...parts.map((part) => summariseSlopes(bound, part))));
    };
    const difference = (random: string, isNested: boolean): number => {
      const near = merged(`y ~ x + x2 + z + ${random}`, isNested);
      const far = merged(`y ~ x + d + z + ${random}`, isNested);
      return worst(fitted(near, far), fitted(far, far));
    };
    expect(difference("(1 | alliance/school)", true)).toBeLessThan(tolerance(1e-4));
    expect(difference("(1 + z | alliance)", false)).toBeLessThan(1e-14 / 1e-4 ** 2);
  });

  it("of a summary of slopes come through JSON with all their digits", () => {
    const formula = "y ~ x + x2 + z + (1 + z | alliance)";
    const rows = rowsWith(1e-5, "json");
    const summary = summariseSlopes(formula, rows);
    expect(summary.withinLow).toBeDefined();
    const [before, after] = [fitMixed(formula, rows), fitMixed(fromJson(toJson(summary)) as SlopesSummary)];
    expect(after.fixed).toEqual(before.fixed);
    expect(after.criterion).toBe(before.criterion);
  });

  it.each([
    ["x", "x2", "d", 1e-3],
    ["x", "x2", "d", 1e-5],
    // Raw years and their squares are the common case: t, the year less 2010, has a square with 6e-4 of the spread of that.
    ["year", "I(year^2)", "I(t^2)", 6e-4],
  ])("random %s and %s: the fit without them", (first, second, other, apart) => {
    const rows = rowsWith(apart, "random").map((row, i) => ({
      ...row,
      t: (i % 9) - 4,
      year: 2006 + (i % 9),
      y: row.y + Math.sin(i % 9) * row.extra,
    }));
    for (const df of ["satterthwaite", "kenward-roger"] as const) {
      const [near, far] = [
        fitMixed(`y ~ x + (1 + ${first} + ${second} | alliance)`, rows, { df }),
        fitMixed(`y ~ x + (1 + ${first === "year" ? "t" : first} + ${other} | alliance)`, rows, { df }),
      ];
      const numbers = (model: MixedModel): number[] => [
        ...model.fixed.flatMap(({ estimate, standardError, df: own }) => [
          1 + estimate / standardError,
          standardError,
          own,
        ]),
        model.criterion,
        model.variances.residual,
        testTerms(model, { terms: ["x"] }).denominatorDf,
      ];
      expect(worst(numbers(near), numbers(far))).toBeLessThan(tolerance(apart));
      // The mean of z'Ψz over rows is a sum of products that cancel.
      expect(worst([near.variances.group], [far.variances.group])).toBeLessThan(1e-14 / apart ** 2);
    }
  });
});

it("random columns alike whose difference has no variance: the boundary fit without them", () => {
  const rows = rowsWith(1e-5, "b1");
  const [near, far] = ["x2", "d"].map((other) => fitMixed(`y ~ x + (1 + x + ${other} | school)`, rows));
  expect(near.optimum.boundary && far.optimum.boundary).toBe(true);
  const numbers = ({ fixed, criterion }: MixedModel): number[] => [
    criterion,
    ...fixed.flatMap(({ estimate, standardError, df }) => [1 + estimate / standardError, standardError, df]),
  ];
  expect(worst(numbers(near), numbers(far))).toBeLessThan(tolerance(1e-5));
});

describe("a search for variances that does not settle", () => {
  const rows = rowsWith(1e-4, "m1");
  const nested = summariseNested("y ~ x + x2 + z + (1 | alliance/school)", rows);
  const stopped = (best: object) => ({ best, slopes: { gradient: [1, 0] } }) as never;

  it("names the columns that nearly follow from one another, fixed and random, with what to do", () => {
    const says = /The fixed columns x, x2 nearly follow from one another.*Leave one out/;
    const error = errorOf(() => requireStationary(stopped({ phi: [1, 1], criterion: 1 }), nested));
    expect(error.code).toBe("no-convergence");
    expect(error.message).toMatch(says);
    const slopesOf = (formula: string) =>
      errorOf(() => requireSettled({ decrement: 1 }, summariseSlopes(formula, rows)));
    expect(slopesOf("y ~ x + x2 + z + (1 + z | alliance)").message).toMatch(says);
    expect(slopesOf("y ~ x + (1 + x + x2 | alliance)").message).toMatch(/The random columns x, x2 nearly follow/);
  });

  it("says so where there are none", () => {
    const summary = summariseNested("y ~ x + z + (1 | alliance/school)", rows);
    const error = errorOf(() => requireStationary(stopped({ phi: [1, 1], criterion: 1 }), summary));
    expect(error.message).toMatch(/Leave a level out, or report this/);
    const slopes = errorOf(() => requireSettled({ decrement: 1 }, summariseSlopes("y ~ x + (1 + z | alliance)", rows)));
    expect(slopes.message).toMatch(/Leave a random column out, or report this/);
    expect(() =>
      requireSettled({ decrement: 1e-12 }, summariseSlopes("y ~ x + (1 + z | alliance)", rows)),
    ).not.toThrow();
  });
});

import { describe, expect, it } from "vitest";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { type FitMixedOptions, fitMixed } from "../../src/multilevel/fit";
import { randomEffects } from "../../src/multilevel/random-effects";
import type { MixedModel } from "../../src/multilevel/types";
import { createRng } from "../../src/random/rng";
import { errorOf, worst } from "../helpers/reference";

/** Alliances of three schools of unequal sizes, with a slope that varies. */
const rng = createRng("replicated");
const sizes = [6, 11, 2, 9, 14, 7, 5, 10, 1, 12, 3, 9, 4, 8, 6];
const rows = sizes.flatMap((size, j) => Array(size).fill(j) as number[]);
const alliance = sizes.map((_, j) => Math.floor(j / 3));
const u = sizes.map(() => 0.8 * rng.normal());
const slope = sizes.map(() => 0.5 * rng.normal());
const v = alliance.map(() => 0.7 * rng.normal());
const z = sizes.map(() => rng.normal());
const x = rows.map(() => rng.normal());
const pupils = {
  alliance: rows.map((j) => `a${alliance[j]}`),
  school: rows.map((j) => `s${j}`),
  x,
  z: rows.map((j) => z[j]),
  y: rows.map((j, i) => 2 + 0.4 * z[j] + v[alliance[j]] + u[j] + (0.5 + slope[j]) * x[i] + rng.normal()),
  copies: rows.map(() => 1 + rng.integer(3)),
  omega: rows.map((j) => 1 + (j % 3)),
};
type Pupils = typeof pupils;

/** Every row as often as said, in schools named anew for each copy or not. */
function replicate(times: readonly number[], school: (name: string, copy: number) => string): Pupils {
  const all = rows.flatMap((_, i) => Array.from({ length: times[i] }, (__, copy) => ({ i, copy })));
  const table = Object.fromEntries(
    Object.entries(pupils).map(([name, values]) => [name, all.map(({ i }) => values[i])]),
  ) as unknown as Pupils;
  return { ...table, school: all.map(({ i, copy }) => school(pupils.school[i], copy)) };
}

const random = (model: MixedModel): number[] => [
  ...model.randomTerms.flatMap((term) => term.covariance.flat()),
  model.variances.residual,
];
const tests = (model: MixedModel): number[] => model.fixed.flatMap((f) => [f.standardError, f.df, f.lower, f.upper]);
const inRows = replicate(pupils.copies, (name) => name);
const inSchools = replicate(pupils.omega, (name, copy) => `${name} copy ${copy}`);

const STRUCTURES = [
  ["intercept", "y ~ x + z + (1 | school)"],
  ["nested", "y ~ x + z + (1 | alliance/school)"],
  ["slopes", "y ~ x + z + (1 + x | school)"],
  ["uncorrelated slopes", "y ~ x + z + (1 + x || school)"],
] as const;
const TESTS: FitMixedOptions[] = [{ method: "REML" }, { method: "ML" }, { method: "REML", df: "kenward-roger" }];

describe.each(STRUCTURES)("frequency weights with %s", (_, formula) => {
  it.each(TESTS)("equal replicated pupils in everything, %o", (options) => {
    const weighted = fitMixed(formula, pupils, { ...options, weights: { pupils: "copies", kind: "frequency" } });
    const replicated = fitMixed(formula, inRows, options);
    expect([weighted.nobs, weighted.ngroups]).toEqual([replicated.nobs, replicated.ngroups]);
    expect(worst(weighted.coefficients, replicated.coefficients)).toBeLessThan(1e-10);
    expect(worst(weighted.vcov, replicated.vcov, 1e-4)).toBeLessThan(1e-10);
    expect(worst(random(weighted), random(replicated), 1e-3)).toBeLessThan(1e-10);
    expect(worst(tests(weighted), tests(replicated), 1e-3)).toBeLessThan(1e-9);
    const ends = (model: MixedModel): number[] => [model.criterion, model.logLik, model.aic, model.bic, model.icc];
    expect(worst(ends(weighted), ends(replicated))).toBeLessThan(1e-11);
    const effects = (model: MixedModel): number[] =>
      randomEffects(model).flatMap((e) => [e.estimate, e.conditionalSd, e.comparativeSe, e.reliability]);
    expect(worst(effects(weighted), effects(replicated), 1e-2)).toBeLessThan(1e-8);
  });
});

describe("one random intercept", () => {
  const formula = STRUCTURES[0][1];

  it.each(["CR0", "CR2"] as const)(
    "%s and between-within under frequency weights are those of replicated pupils",
    (type) => {
      const weights = { pupils: "copies", kind: "frequency" } as const;
      const weighted = clusterRobust(fitMixed(formula, pupils, { weights }), { type });
      const replicated = clusterRobust(fitMixed(formula, inRows), { type });
      expect(worst(weighted.vcov, replicated.vcov, 1e-4)).toBeLessThan(1e-10);
      const between = fitMixed(formula, pupils, { weights, df: "between-within" });
      expect(tests(between)).toHaveLength(12);
      expect(worst(tests(between), tests(fitMixed(formula, inRows, { df: "between-within" })))).toBeLessThan(1e-10);
    },
  );

  it.each(["REML", "ML"] as const)("whole weights of schools equal replicated schools, %s", (method) => {
    const weighted = fitMixed(formula, pupils, { method, weights: { schools: "omega" } });
    const replicated = fitMixed(formula, inSchools, { method });
    expect(worst(weighted.coefficients, replicated.coefficients)).toBeLessThan(1e-10);
    expect(worst(random(weighted), random(replicated))).toBeLessThan(1e-10);
    expect(worst([weighted.criterion, weighted.icc], [replicated.criterion, replicated.icc])).toBeLessThan(1e-10);
    // What is known is the schools there are: errors do not shrink with copies.
    expect(weighted.fixed[2].standardError).toBeGreaterThan(1.1 * replicated.fixed[2].standardError);
  });

  it.each(["REML", "ML"] as const)("both at once equal replicated schools of replicated pupils, %s", (method) => {
    const both = fitMixed(formula, pupils, {
      method,
      weights: { pupils: "copies", kind: "frequency", schools: "omega" },
    });
    const times = pupils.copies.map((copies, i) => copies * pupils.omega[i]);
    const replicated = fitMixed(
      formula,
      replicate(times, (name, copy) => `${name} copy ${copy % Number(1 + (Number(name.slice(1)) % 3))}`),
      { method },
    );
    expect(worst(both.coefficients, replicated.coefficients)).toBeLessThan(1e-10);
    expect(worst(random(both), random(replicated))).toBeLessThan(1e-10);
    expect(worst([both.criterion], [replicated.criterion])).toBeLessThan(1e-10);
  });

  it("precision weights of one, school weights of one: the plain fit, but for whose errors they are", () => {
    const ones = rows.map(() => 1);
    const plain = fitMixed(formula, pupils);
    const precision = fitMixed(formula, pupils, { weights: { pupils: ones } });
    const schools = fitMixed(formula, pupils, { weights: { schools: ones } });
    expect(worst(precision.vcov, plain.vcov, 1e-4)).toBeLessThan(1e-11);
    expect(worst(schools.coefficients, plain.coefficients)).toBeLessThan(1e-11);
    expect(worst([precision.criterion, schools.criterion], [plain.criterion, plain.criterion])).toBeLessThan(1e-12);
  });
});

describe.each(STRUCTURES)("bad weights with %s", (structure, formula) => {
  const at = (row: number, value: number): number[] => rows.map((_, i) => (i === row ? value : 1));
  const cases: [string, () => unknown, string[]][] = [
    [
      "zero",
      () => fitMixed(formula, { ...pupils, w: at(3, 0) }, { weights: { pupils: "w" } }),
      ['row 4 ("w") is 0', "Leave rows"],
    ],
    [
      "negative",
      () => fitMixed(formula, { ...pupils, w: at(7, -2) }, { weights: { pupils: "w" } }),
      ['row 8 ("w") is -2', "positive"],
    ],
    [
      "infinite",
      () => fitMixed(formula, { ...pupils, w: at(2, Number.POSITIVE_INFINITY) }, { weights: { pupils: "w" } }),
      ['"w"', "row 3"],
    ],
    [
      "zero frequencies",
      () => fitMixed(formula, { ...pupils, w: at(0, 0) }, { weights: { pupils: "w", kind: "frequency" } }),
      ['row 1 ("w") is 0', "whole numbers from 1"],
    ],
    ["too few", () => fitMixed(formula, pupils, { weights: { pupils: [1, 2] } }), ["2 values", `${rows.length} rows`]],
    ["text", () => fitMixed(formula, pupils, { weights: { pupils: "school" } }), ['"school"', "text"]],
    ["in no column", () => fitMixed(formula, pupils, { weights: { pupils: "copeis" } }), ['Did you mean "copies"?']],
    [
      "of schools",
      () => fitMixed(formula, { ...pupils, w: at(1, 0) }, { weights: { schools: "w" } }),
      structure === "intercept" ? ['row 2 ("w") is 0'] : [structure === "nested" ? "(1 | school)" : ""],
    ],
  ];
  it.each(cases)("%s", (_, call, words) => {
    const { message } = errorOf(call);
    for (const word of words) expect(message).toContain(word);
  });
});

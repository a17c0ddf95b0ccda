import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import type { BalanceMeasures, BalanceUnits } from "../../src/balance/types";
import { frame } from "../../src/data/frame";
import { match } from "../../src/matching/match";
import type { NearestOptions } from "../../src/matching/types/options";
import { createRng } from "../../src/random/rng";
import { errorOf } from "../helpers/reference";
import { covariates, lalonde, scoreSpecs, specs } from "../matching/lalonde";
import { type Compared, measuresByHand, pairDistanceByHand, plainSd } from "./balance-by-hand";

/** Two ways of adding the same few numbers: 1e-10 relative leaves room for rounding only. */
function expectClose(actual: number | null, expected: number | null, what: string): void {
  if (actual === null || expected === null || !Number.isFinite(expected)) expect(actual, what).toEqual(expected);
  else
    expect(Math.abs(actual - expected), `${what}: ${actual} for ${expected}`).toBeLessThan(
      1e-10 * Math.max(1, Math.abs(expected)),
    );
}

function expectMeasures(actual: BalanceMeasures, compared: Compared, what: string): void {
  for (const [name, value] of Object.entries(measuresByHand(compared))) {
    expectClose(actual[name as keyof BalanceMeasures], value, `${what} ${name}`);
  }
}

const unit = fc.record({
  treated: fc.integer({ min: 0, max: 1 }),
  weight: fc.constantFrom(0, 0.5, 1, 1, 2, 3.7),
  age: fc.option(fc.integer({ min: 20, max: 26 }), { nil: null, freq: 8 }),
  income: fc.integer({ min: -500_000, max: 500_000 }).map((cents) => cents / 100),
  urban: fc.integer({ min: 0, max: 1 }),
  set: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null, freq: 5 }),
});

/** Enough units with a weight and an age in each group for every variance to exist. */
const data = fc
  .array(unit, { minLength: 8, maxLength: 30 })
  .filter((units) =>
    [0, 1].every((arm) => units.filter((u) => u.treated === arm && u.weight > 0 && u.age !== null).length > 2),
  );

describe("assessBalance against the formulas written out", () => {
  it("agrees before and after weighting, for every estimand, with missing values and pairs within sets", () => {
    let compared = 0;
    fc.assert(
      fc.property(data, fc.constantFrom("ATT" as const, "ATC" as const, "ATE" as const), (units, estimand) => {
        const column = <K extends keyof (typeof units)[number]>(name: K): (typeof units)[number][K][] =>
          units.map((u) => u[name]);
        const treated = column("treated");
        const weights = column("weight");
        const balance = assessBalance({
          treated,
          covariates: { age: column("age"), income: column("income"), urban: column("urban") },
          weights,
          subclass: column("set"),
          estimand,
        });
        expect(balance.rows.map((row) => row.name)).toEqual(["age", "income", "urban"]);
        for (const row of balance.rows) {
          const values = column(row.name as "age" | "income" | "urban").map((value) => value ?? Number.NaN);
          const before: Compared = { treated, values, weights: weights.map(() => 1), estimand };
          if (plainSd(before) < 1e-6) continue;
          expectMeasures(row.before, before, `${row.name} before`);
          expectMeasures(row.after as BalanceMeasures, { ...before, weights }, `${row.name} after`);
          expect(row.before.pairDistance).toBeNull();
          expectClose(
            row.after?.pairDistance as number,
            pairDistanceByHand(before, column("set")),
            `${row.name} pairs`,
          );
          compared++;
        }
      }),
      { numRuns: 1000 },
    );
    expect(compared).toBeGreaterThan(2000);
  });

  it("agrees when nearly every row has a weight of its own", () => {
    const n = 70_000;
    const rng = createRng("weights");
    const treated = Array.from({ length: n }, () => rng.integer(2));
    const weights = treated.map(() => rng.uniform());
    const x = treated.map((arm) => Math.round(20 * rng.normal() + arm));
    const [row] = assessBalance({ treated, covariates: { x }, weights }).rows;
    expectMeasures(row.before, { treated, values: x, weights: weights.map(() => 1), estimand: "ATT" }, "before");
    expectMeasures(row.after as BalanceMeasures, { treated, values: x, weights, estimand: "ATT" }, "after");
  });
});

describe("assessBalance: what must not change it", () => {
  it("where the weights come from: a match, or the same weights and subclasses given by hand", () => {
    const table = lalonde();
    for (const name of ["default", "ratio2", "cal02", "discard_both", "var_ratio"]) {
      const score = specs[name].distance;
      const result = match({ treated: "treat", score, covariates, data: table }, scoreSpecs[name]);
      const ours = assessBalance(result);
      const { weights } = result;
      const subclass = result.subclass as Int32Array;
      const byHand = assessBalance({ treated: "treat", covariates, score, weights, subclass, data: table });
      const bySets = assessBalance({ treated: "treat", covariates, score, subclass, data: table });
      for (const other of [byHand, bySets]) {
        expect(other.rows.map((row) => row.name)).toEqual(ours.rows.map((row) => row.name));
        ours.rows.forEach((row, k) => {
          expect(other.rows[k].before).toEqual(row.before);
          for (const [key, value] of Object.entries(row.after as BalanceMeasures)) {
            expectClose(
              other.rows[k].after?.[key as keyof BalanceMeasures] as number | null,
              value,
              `${name} ${row.name} ${key}`,
            );
          }
        });
      }
    }
  });

  it("the scale of the weights, the order of the rows and a far origin of a covariate", () => {
    fc.assert(
      fc.property(data, fc.integer({ min: 1, max: 1e6 }), (units, seed) => {
        const base = units.map((u) => u.treated);
        const order = [...createRng(seed).shuffle(Int32Array.from(units, (_, i) => i))];
        const assess = (rows: number[], scale: number, shift: number): BalanceMeasures =>
          assessBalance({
            treated: rows.map((row) => base[row]),
            covariates: {
              age: rows.map((row) => (units[row].age === null ? null : (units[row].age as number) + shift)),
            },
            weights: rows.map((row) => units[row].weight * scale),
          }).rows[0].after as BalanceMeasures;
        const plain = assess([...units.keys()], 1, 0);
        for (const other of [
          assess(order, 1, 0),
          assess([...units.keys()], 8, 0),
          assess([...units.keys()], 1, 1e12),
        ]) {
          for (const name of ["difference", "smd", "varianceRatio", "ecdfMean", "ecdfMax"] as const) {
            // Whole years keep their differences exactly at any origin; the rest is the order of summation.
            const [here, there] = [plain[name] as number, other[name] as number];
            if (Number.isFinite(here)) expect(Math.abs(there - here)).toBeLessThan(1e-10 * Math.max(1, Math.abs(here)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("the names of the groups, but for the signs", () => {
    const units = { covariates: { x: [1, 4, 2, 8, 5, 7] }, weights: [1, 2, 1, 1, 1, 3] };
    const [one] = assessBalance({ ...units, treated: [1, 1, 1, 0, 0, 0], estimand: "ATT" }).rows;
    const [other] = assessBalance({ ...units, treated: [0, 0, 0, 1, 1, 1], estimand: "ATC" }).rows;
    expect(other.after?.smd).toBe(-(one.after?.smd as number));
    expect(other.after?.ecdfMean).toBe(one.after?.ecdfMean);
    expect(other.after?.varianceRatio).toBeCloseTo(1 / (one.after?.varianceRatio as number), 14);
  });
});

describe("assessBalance: rows and sizes", () => {
  it("gives factors and text a row per level that occurs, logicals and 0/1 one row, the score first", () => {
    const table = frame(
      {
        t: [1, 0, 1, 0],
        s: [0.5, 0.4, 0.6, 0.1],
        sector: ["public", "catholic", "public", "public"],
        size: ["m", "l", "s", "m"],
        urban: [true, false, null, true],
        girls: [0, 0, 0, 0],
      },
      { levels: { size: ["s", "m", "l", "xl"] } },
    );
    const balance = assessBalance({
      treated: "t",
      covariates: ["sector", "size", "urban", "girls"],
      score: "s",
      data: table,
    });
    expect(balance.rows.map(({ name, variable, level, kind }) => [name, variable, level, kind])).toEqual([
      ["distance", "distance", null, "distance"],
      ["sectorcatholic", "sector", "catholic", "binary"],
      ["sectorpublic", "sector", "public", "binary"],
      ["sizes", "size", "s", "binary"],
      ["sizem", "size", "m", "binary"],
      ["sizel", "size", "l", "binary"],
      ["urban", "urban", null, "binary"],
      ["girls", "girls", null, "binary"],
    ]);
    expect(balance.rows[2].before).toMatchObject({
      meanTreated: 1,
      meanControl: 0.5,
      difference: 0.5,
      varianceRatio: null,
    });
    expect(balance.rows.every((row) => row.after === null)).toBe(true);
    expect(balance.maxAbsSmd.after).toBeNull();
    expect(balance.diagnostics.find(({ code }) => code === "rows-dropped")?.message).toContain("urban (1)");
  });

  it("leaves units without a score out, before and after", () => {
    const table = { x: [1, 2, 3, 4, 100], y: [1, 2, 3, 5, 200] };
    const units = { treated: [1, 0, 0, 1, 1], score: [1, 1.1, 0, 2, null], covariates: ["x"], data: table };
    const result = match(units, { method: "nearest" });
    const balance = assessBalance(result);
    expect(balance.rows[1].before.meanTreated).toBe(2.5);
    expect(balance.sampleSizes.all).toEqual({ treated: 2, control: 2 });
    expect(assessBalance(result, { covariates: ["y"] }).rows[1].before.meanTreated).toBe(3);
    expect(assessBalance(result, { covariates: ["z"], data: { z: [7, 0, 0, 9, 1] } }).rows[1].before.meanTreated).toBe(
      8,
    );
  });

  it("counts pairs with replacement once each, and needs no covariates", () => {
    const options: NearestOptions = { method: "nearest", replace: true, ratio: 2 };
    const result = match({ treated: [1, 1, 0, 0, 0], score: [5, 6, 5, 7, 0] }, options);
    const balance = assessBalance(result);
    expect(balance.rows.map((row) => row.name)).toEqual(["distance"]);
    // Distances 0, 2 and 1, 1 over the standard deviation of 5 and 6.
    expect(balance.rows[0].after?.pairDistance).toBeCloseTo(1 / Math.SQRT1_2, 14);
    expect(balance.maxAbsSmd.before).toBe(Math.abs(balance.rows[0].before.smd));
  });

  it("weights by subclass for each estimand: 1 and other over own, or 1 + other over own", () => {
    // Set a: two treated, one control; set b: one treated, two controls; the last two are in none.
    const treated = [1, 1, 0, 1, 0, 0, 1, 0];
    const subclass = ["a", "a", "a", "b", "b", "b", null, null];
    const x = [1, 2, 4, 8, 16, 32, 64, 128];
    const means = (estimand: "ATT" | "ATC" | "ATE"): number[] => {
      const after = assessBalance({ treated, subclass, estimand, covariates: { x } }).rows[0].after as BalanceMeasures;
      return [after.meanTreated, after.meanControl];
    };
    const mean = (values: number[], weights: number[]): number =>
      values.reduce((total, value, i) => total + value * weights[i], 0) / weights.reduce((total, w) => total + w, 0);
    const expected = {
      ATT: [mean([1, 2, 8], [1, 1, 1]), mean([4, 16, 32], [2, 0.5, 0.5])],
      ATC: [mean([1, 2, 8], [0.5, 0.5, 2]), mean([4, 16, 32], [1, 1, 1])],
      ATE: [mean([1, 2, 8], [1.5, 1.5, 3]), mean([4, 16, 32], [3, 1.5, 1.5])],
    };
    for (const estimand of ["ATT", "ATC", "ATE"] as const) {
      means(estimand).forEach((value, k) => {
        expect(value).toBeCloseTo(expected[estimand][k], 13);
      });
    }
  });
});

describe("assessBalance: columns without variance", () => {
  it("standardises by the pooled within-group sd where the group has none, and says so", () => {
    const [row] = assessBalance({ treated: [1, 1, 0, 0, 0], covariates: { x: [0.1, 0.1, 1, 2, 3] } }).rows;
    // Within groups Σ(x − m)² = 0 + 2, over 5 − 2.
    expect(row.before.smd).toBeCloseTo((0.1 - 2) / Math.sqrt(2 / 3), 14);
    expect(row.before.varianceRatio).toBe(0);
    const binary = assessBalance({ treated: [1, 1, 0, 0], covariates: { x: [1, 1, 0, 1] } });
    // p(1 − p) pooled by n: (2 · 0 + 2 · 1/4) / 4.
    expect(binary.rows[0].before.smd).toBeCloseTo(0.5 / Math.sqrt(1 / 8), 14);
    expect(binary.diagnostics).toMatchObject([{ code: "zero-variance", details: { columns: ["x"] } }]);
  });

  it("finds no difference in a constant, and an infinite one between two constants", () => {
    const balance = assessBalance({
      treated: [1, 1, 0, 0, 0],
      covariates: { same: [0.1, 0.1, 0.1, 0.1, 0.1], apart: [0.3, 0.3, 0.1, 0.1, 0.1] },
      weights: [0.3, 0.7, 0.1, 0.2, 0.4],
    });
    expect(balance.rows[0].before).toMatchObject({ difference: 0, smd: 0, ecdfMax: 0 });
    expect(balance.rows[0].after?.smd).toBe(0);
    expect(balance.rows[1].before.smd).toBe(Number.POSITIVE_INFINITY);
    expect(balance.maxAbsSmd.before).toBe(Number.POSITIVE_INFINITY);
  });

  it("does so for a single treated unit too", () => {
    const [row] = assessBalance({ treated: [1, 0, 0, 0], covariates: { x: [5, 1, 2, 3] } }).rows;
    expect(row.before.smd).toBe(3);
  });
});

describe("assessBalance refuses, in a sentence,", () => {
  const units = { treated: [1, 0, 0], covariates: { x: [1, 2, 3] } };
  const result = match({ treated: [1, 0, 0], score: [1, 2, 3], data: { x: [1, 2, 3] } }, { method: "nearest" });
  const refusals: readonly [string, string, string, () => unknown][] = [
    ["no subject", "invalid-argument", "subject", () => assessBalance(null as never)],
    ["unknown keys", "invalid-argument", '"weights"', () => assessBalance({ ...units, weight: [1, 1, 1] } as never)],
    ["unknown options", "invalid-argument", '"covariates"', () => assessBalance(result, { covariate: ["x"] } as never)],
    ["options beside units", "invalid-argument", "in the subject", () => assessBalance(units, { covariates: ["x"] })],
    ["no covariates", "invalid-argument", "covariates", () => assessBalance({ treated: [1, 0] } as never)],
    [
      "an empty list",
      "invalid-argument",
      "empty",
      () => assessBalance({ ...units, covariates: [], data: { x: [1, 2, 3] } }),
    ],
    ["names without data", "invalid-argument", "data", () => assessBalance({ ...units, covariates: ["x"] })],
    ["an unknown covariate", "unknown-column", '"x"', () => assessBalance(result, { covariates: ["xx"] })],
    ["other rows", "length-mismatch", "2 rows for 3", () => assessBalance({ ...units, covariates: { x: [1, 2] } })],
    [
      "other data",
      "length-mismatch",
      "2 rows",
      () => assessBalance(result, { covariates: ["x"], data: { x: [1, 2] } }),
    ],
    ["weights of another length", "length-mismatch", "2 values", () => assessBalance({ ...units, weights: [1, 2] })],
    ["sets of another length", "length-mismatch", "2 values", () => assessBalance({ ...units, subclass: [1, 2] })],
    ["a negative weight", "invalid-argument", "row 2 is -1", () => assessBalance({ ...units, weights: [1, -1, 1] })],
    ["a missing weight", "missing-values", "row 3", () => assessBalance({ ...units, weights: [1, 1, null] })],
    ["no treated", "empty-group", "no treated", () => assessBalance({ ...units, treated: [0, 0, 0] })],
    [
      "no control with a weight",
      "empty-group",
      "no control unit with a weight",
      () => assessBalance({ ...units, weights: [1, 0, 0] }),
    ],
    ["three treatments", "not-binary", "3: 0, 1, 2", () => assessBalance({ ...units, treated: [0, 1, 2] })],
    [
      "an infinite value",
      "non-finite",
      '"x"',
      () => assessBalance({ ...units, covariates: { x: [1, 2, Number.NEGATIVE_INFINITY] } }),
    ],
    [
      "a covariate missing in a group",
      "missing-values",
      "all treated units",
      () => assessBalance({ ...units, covariates: { x: [null, 2, 3] } }),
    ],
    [
      "a covariate missing wherever there is a weight",
      "missing-values",
      "all control units with a weight",
      () => assessBalance({ ...units, covariates: { x: [1, null, 3] }, weights: [1, 1, 0] }),
    ],
    [
      "an unknown estimand",
      "invalid-argument",
      '"ATE"',
      () => assessBalance({ ...units, estimand: "ATO" } as unknown as BalanceUnits),
    ],
  ];
  for (const [what, code, words, call] of refusals) {
    it(what, () => {
      const error = errorOf(call);
      expect([error.code, error.message]).toEqual([code, error.message]);
      expect(error.message).toContain(words);
    });
  }
});

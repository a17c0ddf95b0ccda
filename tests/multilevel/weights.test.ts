import { describe, expect, it } from "vitest";
import { bindFormula } from "../../src/formula/bind";
import { bootstrap } from "../../src/multilevel/bootstrap";
import { confint } from "../../src/multilevel/confint";
import { fitMixed } from "../../src/multilevel/fit";
import { mergeSummaries } from "../../src/multilevel/merge";
import { summariseGroups } from "../../src/multilevel/summarise";
import { createRng } from "../../src/random/rng";
import { errorOf, single, worst } from "../helpers/reference";

const rng = createRng("weights");
const sizes = [6, 11, 4, 9, 14, 7, 5, 10, 8, 12, 3, 9];
const codes = sizes.flatMap((size, j) => Array(size).fill(j) as number[]);
const u = sizes.map(() => rng.normal());
const z = sizes.map(() => rng.normal());
const omega = sizes.map((_, j) => 1 + (j % 3));
const data = {
  school: codes.map((j) => `s${j}`),
  x: Float64Array.from(codes, () => rng.normal()),
  z: Float64Array.from(codes, (j) => z[j]),
  y: Float64Array.from(codes, (j) => u[j] + 0.4 * z[j] + rng.normal()),
  omega: Float64Array.from(codes, (j) => omega[j]),
  copies: Float64Array.from(codes, () => 1 + rng.integer(3)),
};
const formula = "y ~ x + z + (1 | school)";
const rows = (indices: readonly number[], school: (i: number, at: number) => string) => ({
  school: indices.map(school),
  x: indices.map((i) => data.x[i]),
  z: indices.map((i) => data.z[i]),
  y: indices.map((i) => data.y[i]),
});
const all = codes.map((_, i) => i);

describe.each(["REML", "ML"] as const)("%s", (method) => {
  it("frequency weights equal replicated pupils, in estimates, tests and criteria", () => {
    const weighted = fitMixed(formula, data, { method, weights: { pupils: "copies", kind: "frequency" } });
    const repeated = all.flatMap((i) => Array(data.copies[i]).fill(i) as number[]);
    const replicated = fitMixed(
      formula,
      rows(repeated, (i) => data.school[i]),
      { method },
    );
    expect(weighted.nobs).toBe(replicated.nobs);
    expect(worst(weighted.coefficients, replicated.coefficients)).toBeLessThan(1e-11);
    expect(worst(weighted.vcov, replicated.vcov, 1e-3)).toBeLessThan(1e-11);
    expect(
      worst([weighted.criterion, weighted.aic, weighted.bic], [replicated.criterion, replicated.aic, replicated.bic]),
    ).toBeLessThan(1e-12);
    expect(
      worst(
        weighted.fixed.map((f) => f.df),
        replicated.fixed.map((f) => f.df),
      ),
    ).toBeLessThan(1e-9);
  });

  it("whole school weights equal replicated schools", () => {
    const weighted = fitMixed(formula, data, { method, weights: { schools: "omega" } });
    const repeated = all.flatMap((i) => Array.from({ length: data.omega[i] }, (_, copy) => [i, copy]));
    const replicated = fitMixed(
      formula,
      rows(
        repeated.map(([i]) => i),
        (i, at) => `${data.school[i]} copy ${repeated[at][1]}`,
      ),
      { method },
    );
    expect(worst(weighted.coefficients, replicated.coefficients)).toBeLessThan(1e-11);
    const { group, residual } = weighted.variances;
    expect(worst([group, residual], [replicated.variances.group, replicated.variances.residual])).toBeLessThan(1e-10);
    expect(worst([weighted.criterion], [replicated.criterion])).toBeLessThan(1e-12);
  });
});

describe("the sandwich of school weights", () => {
  const weighted = fitMixed(formula, data, { weights: { schools: "omega" } });

  it("does not take weights for schools: scaling all weights changes nothing but the criterion", () => {
    const doubled = fitMixed(
      formula,
      { ...data, omega: data.omega.map((w) => 2 * w) },
      { method: "ML", weights: { schools: "omega" } },
    );
    const once = fitMixed(formula, data, { method: "ML", weights: { schools: "omega" } });
    expect(worst(doubled.coefficients, once.coefficients)).toBeLessThan(1e-10);
    expect(worst(doubled.vcov, once.vcov, 1e-4)).toBeLessThan(1e-8);
  });

  it("is the sum of outer products of weighted scores, by hand", () => {
    const { group, residual } = weighted.variances;
    const b = weighted.coefficients;
    const p = 3;
    const design = (i: number): number[] => [1, data.x[i], data.z[i]];
    const bread = Array.from({ length: p }, () => new Float64Array(p));
    const meat = Array.from({ length: p }, () => new Float64Array(p));
    sizes.forEach((size, j) => {
      const own = all.filter((i) => codes[i] === j);
      // V⁻¹v = (v − λ v̄)/σ² with λ = nφ/(1 + nφ) by group.
      const lambda = (size * group) / (residual + size * group);
      const inverse = (v: number[]): number[] => {
        const mean = v.reduce((a, c) => a + c, 0) / size;
        return v.map((value) => (value - lambda * mean) / residual);
      };
      const e = inverse(own.map((i) => data.y[i] - design(i).reduce((sum, value, k) => sum + value * b[k], 0)));
      const score = [0, 1, 2].map((k) => omega[j] * own.reduce((sum, i, at) => sum + design(i)[k] * e[at], 0));
      for (let k = 0; k < p; k++) {
        const column = inverse(own.map((i) => design(i)[k]));
        for (let l = 0; l < p; l++) {
          meat[k][l] += score[k] * score[l];
          bread[k][l] += omega[j] * own.reduce((sum, i, at) => sum + design(i)[l] * column[at], 0);
        }
      }
    });
    // vcov × bread = bread⁻¹ × meat, so bread × vcov × bread = meat.
    for (let k = 0; k < p; k++) {
      for (let l = 0; l < p; l++) {
        let sum = 0;
        for (let a = 0; a < p; a++)
          for (let c = 0; c < p; c++) sum += bread[k][a] * weighted.vcov[a * p + c] * bread[c][l];
        expect(Math.abs(sum - meat[k][l])).toBeLessThan(1e-8 * Math.sqrt(meat[k][k] * meat[l][l]));
      }
    }
  });

  it("says what it is, and refuses what rests on a likelihood", () => {
    expect(weighted.diagnostics.map((entry) => entry.code)).toContain("school-weights");
    expect(weighted.fixed[1].df).toBe(sizes.length - 3);
    expect(weighted.aic).toBeNaN();
    expect(errorOf(() => confint(weighted, { type: "profile" })).message).toContain("school weights");
    expect(errorOf(() => bootstrap(weighted, { seed: 1 })).message).toContain("school weights");
    expect(errorOf(() => fitMixed(single(weighted).summary, { df: "kenward-roger" })).message).toContain(
      "school weights",
    );
  });

  it("summaries with school weights merge, and clash where a school has two", () => {
    const bound = bindFormula(formula, data);
    const half = (odd: boolean, weights: Float64Array) => {
      const kept = all.filter((i) => (i % 2 === 1) === odd);
      const table = { ...rows(kept, (i) => data.school[i]), omega: kept.map((i) => weights[i]) };
      return summariseGroups(bound, table, { weights: { schools: "omega" } });
    };
    const merged = fitMixed(mergeSummaries(half(true, data.omega), half(false, data.omega)));
    expect(worst(merged.coefficients, weighted.coefficients)).toBeLessThan(1e-11);
    expect(worst(merged.vcov, weighted.vcov, 1e-4)).toBeLessThan(1e-9);
    const other = data.omega.map((w) => w + 1);
    expect(errorOf(() => mergeSummaries(half(true, data.omega), half(false, other))).code).toBe("summary-mismatch");
  });
});

describe("bad weights", () => {
  const bad: [string, () => unknown, string][] = [
    ["without a name", () => fitMixed(formula, data, { weights: "copies" as never }), "need a name"],
    [
      "of another kind",
      () => fitMixed(formula, data, { weights: { pupils: "copies", kind: "probability" as never } }),
      '"probability"',
    ],
    [
      "fractions as frequencies",
      () => fitMixed(formula, data, { weights: { pupils: data.x.map(() => 1.5), kind: "frequency" } }),
      "whole numbers",
    ],
    ["that vary within a school", () => fitMixed(formula, data, { weights: { schools: "copies" } }), "differs within"],
    ["of zero", () => fitMixed(formula, data, { weights: { schools: data.x.map(() => 0) } }), "positive"],
    ["in no column", () => fitMixed(formula, data, { weights: { schools: "omgea" } }), 'Did you mean "omega"?'],
  ];
  it.each(bad)("%s", (_, call, words) => {
    expect(errorOf(call).message).toContain(words);
  });
});

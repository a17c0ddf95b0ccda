import { describe, expect, it } from "vitest";
import { bindFormula } from "../../src/formula/bind";
import { fromJson, toJson } from "../../src/json";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { confint } from "../../src/multilevel/confint";
import { fitMixed } from "../../src/multilevel/fit";
import { mergeSummaries } from "../../src/multilevel/merge";
import { summariseGroups } from "../../src/multilevel/summarise";
import type { GroupSummary, WeightScaling } from "../../src/multilevel/types";
import { createRng } from "../../src/random/rng";
import { fewPupils, firstDerivative } from "../helpers/dense-mixed";
import { errorOf, single, worst } from "../helpers/reference";

const sizes = [6, 11, 4, 9, 14, 7, 5, 10, 8, 12];
const data = fewPupils("sampling", sizes, 1);
const omega = data.school.map((name) => 1 + (Number(name.slice(1)) % 3));
const formula = "y ~ x + z + (1 | school)";
const all = data.y.map((_, i) => i);
const take = (rows: readonly number[]) => ({
  school: rows.map((i) => data.school[i]),
  x: rows.map((i) => data.x[i]),
  z: rows.map((i) => data.z[i]),
  y: rows.map((i) => data.y[i]),
  w: rows.map((i) => data.w[i]),
  omega: rows.map((i) => omega[i]),
});
const sampling = (more: object = {}) => ({ weights: { pupils: "w", kind: "sampling" as const, ...more } });
const names = sizes.map((_, j) => `s${j}`);

/** The weights scaled within schools, by hand. */
function scaledByHand(scaling: WeightScaling): number[] {
  return all.map((i) => {
    const own = all.filter((other) => data.school[other] === data.school[i]).map((other) => data.w[other]);
    const sum = own.reduce((a, b) => a + b, 0);
    const target = scaling === "size" ? own.length : sum ** 2 / own.reduce((a, b) => a + b * b, 0);
    return (data.w[i] * target) / sum;
  });
}

/**
 * Rabe-Hesketh and Skrondal's pseudo-likelihood as they write it, −2 Σ ω_j log ∫ Π f(y_ij | u)^w_ij dN(u; 0, σ_u²), by the
 * trapezium rule, which converges geometrically for integrands of this kind.
 */
function pseudoDeviance(
  beta: readonly number[],
  group: number,
  residual: number,
  w: readonly number[],
  useOmega: boolean,
) {
  return (
    -2 *
    names.reduce((sum, name) => {
      const own = all.filter((i) => data.school[i] === name);
      const logs: number[] = [];
      const step = Math.sqrt(group) / 64;
      for (let k = -64 * 12; k <= 64 * 12; k++) {
        const u = k * step;
        let log = -(u * u) / (2 * group) - Math.log(2 * Math.PI * group) / 2 + Math.log(step);
        for (const i of own) {
          const e = data.y[i] - beta[0] - beta[1] * data.x[i] - beta[2] * data.z[i] - u;
          log += w[i] * (-(e * e) / (2 * residual) - Math.log(2 * Math.PI * residual) / 2);
        }
        logs.push(log);
      }
      const largest = Math.max(...logs);
      const log = largest + Math.log(logs.reduce((total, value) => total + Math.exp(value - largest), 0));
      return sum + (useOmega ? omega[own[0]] : 1) * log;
    }, 0)
  );
}

describe.each([
  ["size", false],
  ["effective", false],
  ["size", true],
  ["effective", true],
] as const)("scaling %s, school weights: %s", (scaling, schools) => {
  const model = single(
    fitMixed(formula, data, { method: "ML", ...sampling({ scaling, ...(schools && { schools: omega }) }) }),
  );
  const w = scaledByHand(scaling);
  const { group, residual } = model.variances;
  const beta = Array.from(model.coefficients);

  it("has the published pseudo-likelihood as its criterion, and is stationary for it", () => {
    const at = pseudoDeviance(beta, group, residual, w, schools);
    expect(worst([model.criterion], [at])).toBeLessThan(1e-11);
    const slopes = [
      ...beta.map((_, k) =>
        firstDerivative(
          (h) =>
            pseudoDeviance(
              beta.map((b, l) => b + (k === l ? h : 0)),
              group,
              residual,
              w,
              schools,
            ),
          0.02,
        ),
      ),
      firstDerivative((h) => pseudoDeviance(beta, group + h, residual, w, schools), 0.02 * group),
      firstDerivative((h) => pseudoDeviance(beta, group, residual + h, w, schools), 0.01 * residual),
    ];
    // Steps of a hundredth leave differences of order eight some 1e-9 of the curvature.
    expect(Math.max(...slopes.map(Math.abs))).toBeLessThan(1e-6);
  });

  it("has the sandwich of schools' scores: derivatives of their own parts of the pseudo-likelihood", () => {
    const p = 3;
    const bread = new Float64Array(p * p);
    const meat = new Float64Array(p * p);
    for (const name of names) {
      const own = all.filter((i) => data.school[i] === name);
      const s = own.reduce((sum, i) => sum + w[i], 0);
      const lambda = (s * group) / (residual + s * group);
      const times = (v: number[]): number[] => {
        const mean = own.reduce((sum, i, at) => sum + w[i] * v[at], 0) / s;
        return own.map((i, at) => (w[i] * (v[at] - lambda * mean)) / residual);
      };
      const design = own.map((i) => [1, data.x[i], data.z[i]]);
      const e = times(own.map((i, at) => data.y[i] - design[at].reduce((sum, value, k) => sum + value * beta[k], 0)));
      const weight = schools ? omega[own[0]] : 1;
      for (let k = 0; k < p; k++) {
        const column = times(design.map((row) => row[k]));
        const score = (l: number): number => weight * design.reduce((sum, row, at) => sum + row[l] * e[at], 0);
        for (let l = 0; l < p; l++) {
          meat[k * p + l] += score(k) * score(l);
          bread[k * p + l] += weight * design.reduce((sum, row, at) => sum + row[l] * column[at], 0);
        }
      }
    }
    for (let k = 0; k < p; k++) {
      for (let l = 0; l < p; l++) {
        let sum = 0;
        for (let a = 0; a < p; a++)
          for (let c = 0; c < p; c++) sum += bread[k * p + a] * model.vcov[a * p + c] * bread[c * p + l];
        expect(Math.abs(sum - meat[k * p + l])).toBeLessThan(1e-9 * Math.sqrt(meat[k * p + k] * meat[l * p + l]));
      }
    }
  });

  it("does not see the scale of the weights within a school", () => {
    const rescaled = data.w.map((value, i) => value * (1 + sizes[Number(data.school[i].slice(1))]));
    const again = fitMixed(formula, data, {
      method: "ML",
      weights: { pupils: rescaled, kind: "sampling", scaling, ...(schools && { schools: omega }) },
    });
    expect(worst(again.coefficients, model.coefficients)).toBeLessThan(1e-11);
    expect(worst(again.vcov, model.vcov, 1e-4)).toBeLessThan(1e-10);
    expect(worst([again.criterion], [model.criterion])).toBeLessThan(1e-12);
  });

  it("chunks that split schools, and JSON, give the same fit", () => {
    const bound = bindFormula(formula, data);
    const options = sampling({ scaling, ...(schools && { schools: "omega" }) });
    const part = (odd: number): GroupSummary => summariseGroups(bound, take(all.filter((i) => i % 2 === odd)), options);
    const merged = mergeSummaries(part(1), fromJson(toJson(part(0))) as GroupSummary);
    const again = fitMixed(fromJson(toJson(merged)) as GroupSummary, { method: "ML" });
    expect(worst(again.coefficients, model.coefficients)).toBeLessThan(1e-11);
    expect(worst(again.vcov, model.vcov, 1e-4)).toBeLessThan(1e-10);
    expect(again.nobs).toBe(all.length);
  });
});

describe.each(["REML", "ML"] as const)("%s", (method) => {
  it.each(["size", "effective"] as const)(
    "weights of one, scaling %s: unweighted estimates with CR0 standard errors",
    (scaling) => {
      const ones = fitMixed(formula, data, {
        method,
        weights: { pupils: data.y.map(() => 1), kind: "sampling", scaling },
      });
      const plain = fitMixed(formula, data, { method });
      const robust = clusterRobust(plain, { type: "CR0" });
      expect(worst(ones.coefficients, plain.coefficients)).toBeLessThan(1e-11);
      expect(
        worst([ones.variances.group, ones.variances.residual], [plain.variances.group, plain.variances.residual]),
      ).toBeLessThan(1e-10);
      expect(worst([ones.criterion], [plain.criterion])).toBeLessThan(1e-12);
      expect(
        worst(
          ones.fixed.map((effect) => effect.standardError),
          robust.fixed.map((effect) => effect.standardError),
        ),
      ).toBeLessThan(1e-9);
      expect(ones.fixed.map((effect) => effect.df)).toEqual([7, 7, 7]);
    },
  );

  it("whole school weights equal replicated schools with their pupils' weights", () => {
    const weighted = fitMixed(formula, data, { method, ...sampling({ schools: omega }) });
    const repeated = all.flatMap((i) => Array.from({ length: omega[i] }, (_, copy) => [i, copy]));
    const rows = take(repeated.map(([i]) => i));
    const copies = { ...rows, school: rows.school.map((name, at) => `${name} ${repeated[at][1]}`) };
    const replicated = fitMixed(formula, copies, { method, ...sampling() });
    expect(worst(weighted.coefficients, replicated.coefficients)).toBeLessThan(1e-11);
    expect(worst([weighted.criterion], [replicated.criterion])).toBeLessThan(1e-12);
    expect(worst([weighted.variances.group], [replicated.variances.group])).toBeLessThan(1e-10);
  });
});

describe("pupils who score low sampled less often", () => {
  // 300 schools; a pupil below their school's level is taken with probability ¼, another with ¾.
  const rng = createRng("informative");
  const rows: { school: string; y: number; w: number }[] = [];
  for (let j = 0; j < 300; j++) {
    const u = 0.6 * rng.normal();
    for (let i = 0; i < 60; i++) {
      const e = rng.normal();
      const chance = e < 0 ? 0.25 : 0.75;
      if (rng.uniform() < chance) rows.push({ school: `s${j}`, y: 2 + u + e, w: 1 / chance });
    }
  }
  const of = (options: object) => single(fitMixed("y ~ 1 + (1 | school)", rows, options));

  it("the weights give back mean and variances, which the sample alone misses", () => {
    const weighted = of(sampling());
    const [intercept] = weighted.fixed;
    expect(Math.abs(intercept.estimate - 2)).toBeLessThan(3 * intercept.standardError);
    expect(intercept.standardError).toBeLessThan(0.06);
    const plain = of({}).fixed[0];
    expect(plain.estimate - 2).toBeGreaterThan(5 * plain.standardError);
    // Standard errors of some 1.5 % (σ²) and 9 % (σ_u²); scaled weights leave biases of the order of 1/n_j.
    expect(worst([weighted.variances.residual], [1])).toBeLessThan(0.06);
    expect(worst([weighted.variances.group], [0.36])).toBeLessThan(0.25);
    expect(of({}).variances.residual).toBeLessThan(0.9);
  });
});

describe("what it says and refuses", () => {
  const model = single(fitMixed(formula, data, sampling()));

  it("a note with the scaling, no AIC, no profile", () => {
    const note = model.diagnostics.find((entry) => entry.code === "sampling-weights");
    expect(note?.message).toContain("sampling weights, scaled to sum to each school's number of rows");
    expect(model.aic).toBeNaN();
    expect(model.summary).toMatchObject({ pupilWeights: "sampling", scaling: "size" });
    expect(errorOf(() => confint(model, { type: "profile" })).message).toContain("sampling weights");
    expect(errorOf(() => clusterRobust(model)).message).toContain("sampling weights");
  });

  it("refits of the model's own summary do not scale twice, and it cannot be merged", () => {
    const effective = single(fitMixed(formula, data, { method: "ML", ...sampling({ scaling: "effective" }) }));
    const again = fitMixed(effective.summary, { method: "ML" });
    expect(worst(again.coefficients, effective.coefficients)).toBe(0);
    expect(errorOf(() => mergeSummaries(effective.summary)).message).toContain("scaled by a fit");
  });

  it("summaries scaled differently do not merge", () => {
    const bound = bindFormula(formula, data);
    const of = (scaling: WeightScaling): GroupSummary => summariseGroups(bound, data, sampling({ scaling }));
    const error = errorOf(() => mergeSummaries(of("size"), of("effective")));
    expect(error.code).toBe("summary-mismatch");
    expect(error.message).toContain('sampling of pupils (scaling "effective")');
  });

  it("no more groups than coefficients", () => {
    const few = take(all.filter((i) => ["s0", "s1", "s2"].includes(data.school[i])));
    const error = errorOf(() => fitMixed(formula, few, sampling()));
    expect(error.code).toBe("too-few-groups");
    expect(error.message).toContain("3 groups of school cannot give those of 3 coefficients");
  });

  it("other scalings, and scaling without sampling weights", () => {
    expect(errorOf(() => fitMixed(formula, data, sampling({ scaling: "raw" }))).message).toContain('not "raw"');
    const frequency = { weights: { pupils: omega, kind: "frequency" as const, scaling: "size" as const } };
    expect(errorOf(() => fitMixed(formula, data, frequency)).message).toContain("scaling belongs to sampling weights");
  });
});

import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/data/types";
import { fitMixed } from "../../src/multilevel/fit";
import { simulate } from "../../src/multilevel/simulate";
import { summariseGroups } from "../../src/multilevel/summarise";
import { createRng } from "../../src/random/rng";
import { errorOf, single } from "../helpers/reference";
import { formula, pupils } from "./dense";

const outcomes = (simulated: Frame): Float64Array[] =>
  simulated.columns.map((column) => (column as { values: Float64Array }).values);

const rng = createRng("simulate");
const groups = 3001;
const big = {
  school: Array.from({ length: groups }, (_, i) => `s${i % 60}`),
  x: Float64Array.from({ length: groups }, () => rng.normal()),
  y: Float64Array.from({ length: groups }, (_, i) => (i % 60) / 20 + rng.normal()),
};
const model = single(fitMixed("y ~ x + (1 | school)", big));

describe("simulate", () => {
  it("gives the same outcomes in chunks as at once, wherever they are cut", () => {
    const whole = outcomes(simulate(model, { seed: 5, replicates: 2 }));
    for (const cuts of [
      [0, 1, 1023, 1025, 3001],
      [0, 1024, 2048, 3001],
      [0, 2500, 3001],
    ]) {
      cuts.slice(1).forEach((end, at) => {
        const from = cuts[at];
        const data = { school: big.school.slice(from, end), x: big.x.slice(from, end) };
        const part = outcomes(simulate(model, { seed: 5, replicates: 2, data, firstRow: from }));
        part.forEach((values, b) => {
          expect(values).toEqual(whole[b].slice(from, end));
        });
      });
    }
  });

  it("gives a replicate the same outcomes however many there are, and other ones for another seed", () => {
    const three = outcomes(simulate(model, { seed: "a", replicates: 3 }));
    const [one] = outcomes(simulate(model, { seed: "a" }));
    expect(three[0]).toEqual(one);
    expect(three[1]).not.toEqual(one);
    expect(outcomes(simulate(model, { seed: "b" }))[0]).not.toEqual(one);
  });

  it("has the model's means, variances and intraclass covariance", () => {
    const replicates = 400;
    const all = outcomes(simulate(model, { seed: 9, replicates }));
    const { group, residual } = model.variances;
    const [a, b] = model.coefficients;
    const rest = all.map((values) => values.map((value, i) => value - a - b * big.x[i]));
    // Rows 0 and 60 share a school, 0 and 1 do not.
    const moment = (i: number, j: number): number =>
      rest.reduce((sum, values) => sum + values[i] * values[j], 0) / replicates;
    const total = group + residual;
    // Five standard errors: √((v_ii v_jj + v_ij²)/replicates).
    const error = (covariance: number): number => 5 * Math.sqrt((total ** 2 + covariance ** 2) / replicates);
    expect(Math.abs(moment(0, 0) - total)).toBeLessThan(error(total));
    expect(Math.abs(moment(0, 60) - group)).toBeLessThan(error(group));
    expect(Math.abs(moment(0, 1))).toBeLessThan(error(0));
    const refit = fitMixed("y ~ x + (1 | school)", { ...big, y: all[0] });
    expect(Math.abs(refit.coefficients[1] - b)).toBeLessThan(5 * refit.fixed[1].standardError);
    expect(Math.abs(refit.variances.residual / residual - 1)).toBeLessThan(5 * Math.sqrt(2 / groups));
  });

  it("precision weights: residuals of variance σ²/w", () => {
    const weighted = single(fitMixed(formula, pupils, { weights: { pupils: "precision" } }));
    const replicates = 2000;
    const all = outcomes(simulate(weighted, { seed: 2, replicates }));
    const { group, residual } = weighted.variances;
    for (const i of [0, 3, 20]) {
      const mean = all.reduce((sum, values) => sum + values[i], 0) / replicates;
      const variance = all.reduce((sum, values) => sum + (values[i] - mean) ** 2, 0) / (replicates - 1);
      const expected = group + residual / pupils.precision[i];
      expect(Math.abs(variance / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / replicates));
    }
  });

  it("leaves incomplete rows missing without moving the others' numbers", () => {
    const x = big.x.map((value, i) => (i === 7 ? Number.NaN : value));
    const [values] = outcomes(simulate(model, { seed: 5, data: { ...big, x } }));
    const [whole] = outcomes(simulate(model, { seed: 5 }));
    expect(values[7]).toBeNaN();
    expect(values.slice(8)).toEqual(whole.slice(8));
  });

  it("draws schools that the model does not know", () => {
    const data = { school: ["new", "new"], x: [0, 0] };
    expect(outcomes(simulate(model, { seed: 1, data }))[0].every(Number.isFinite)).toBe(true);
  });

  it("refuses what it cannot do", () => {
    expect(errorOf(() => simulate(model, { seed: 1, replicates: 0 })).message).toContain("replicates");
    expect(errorOf(() => simulate(model, { seed: 1, firstRow: -1 })).message).toContain("firstRow");
    const copies = fitMixed(formula, pupils, { weights: { pupils: "copies", kind: "frequency" } });
    expect(errorOf(() => simulate(copies, { seed: 1 })).message).toContain("several pupils");
    const summary = fitMixed(summariseGroups(formula, pupils));
    expect(errorOf(() => simulate(summary, { seed: 1 })).message).toContain("remembers no rows");
    expect(errorOf(() => simulate(model, {} as { seed: number })).code).toBe("invalid-argument");
  });
});

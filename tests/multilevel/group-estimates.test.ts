import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { compareGroups, comparisonIntervals } from "../../src/multilevel/compare-groups";
import { fitMixed } from "../../src/multilevel/fit";
import { randomEffects } from "../../src/multilevel/random-effects";
import { createRng } from "../../src/random/rng";
import { errorOf, referenceFrame, single, worst } from "../helpers/reference";
import { asMatrix, dense, formula, henderson, pupils } from "./dense";

const kinds = [
  ["plain", undefined, null],
  ["precision weights", { pupils: "precision" }, pupils.precision],
] as const;

// Inverting 45 × 45 and 10 × 10 matrices leaves about 1e-12.
describe.each(["REML", "ML"] as const)("%s", (method) => {
  describe.each(kinds)("%s: the errors of û against Henderson's equations", (_, weights, perRow) => {
    const model = single(fitMixed(formula, pupils, { method, weights }));
    const matrices = dense(model, perRow);
    const { x, z, v, y, l, groupVariance } = matrices;
    const joint = henderson(matrices);
    const effects = randomEffects(model);

    it("estimates, conditional, comparative and diagnostic standard errors", () => {
      const rest = Matrix.sub(y, x.mmul(l).mmul(y));
      const blup = z.transpose().mmul(inverse(v)).mmul(rest).mul(groupVariance).to1DArray();
      expect(
        worst(
          effects.map((effect) => effect.estimate),
          blup,
          1e-3,
        ),
      ).toBeLessThan(1e-9);
      const known = Matrix.sub(
        Matrix.eye(7).mul(groupVariance),
        z
          .transpose()
          .mmul(inverse(v))
          .mmul(z)
          .mul(groupVariance ** 2),
      );
      effects.forEach((effect, j) => {
        const variance = joint.get(3 + j, 3 + j);
        expect(worst([effect.conditionalSd ** 2], [known.get(j, j)])).toBeLessThan(1e-9);
        expect(worst([effect.comparativeSe ** 2], [variance])).toBeLessThan(1e-9);
        // var(û) = var(u) − var(û − u), for BLUP errors are uncorrelated with predictions.
        expect(worst([effect.diagnosticSe ** 2], [groupVariance - variance], 1e-2)).toBeLessThan(1e-9);
      });
    });

    it("every pair's difference has the standard error of the joint covariance", () => {
      for (let a = 0; a < 7; a++) {
        for (let b = 0; b < 7; b++) {
          if (a === b) continue;
          const { difference, standardError } = compareGroups(model, `s${a + 1}`, `s${b + 1}`);
          const [i, k] = [a + 3, b + 3];
          const variance = joint.get(i, i) + joint.get(k, k) - 2 * joint.get(i, k);
          expect(worst([standardError ** 2], [variance])).toBeLessThan(1e-9);
          expect(difference).toBe(effects[a].estimate - effects[b].estimate);
        }
      }
    });
  });

  it("frequency weights are replicated pupils", () => {
    const weighted = fitMixed(formula, pupils, { method, weights: { pupils: "copies", kind: "frequency" } });
    const rows = pupils.school.flatMap((_, i) => Array(pupils.copies[i]).fill(i) as number[]);
    const take = (values: ArrayLike<number>): number[] => rows.map((i) => values[i]);
    const replicated = fitMixed(
      formula,
      { school: rows.map((i) => pupils.school[i]), x: take(pupils.x), z: take(pupils.z), y: take(pupils.y) },
      { method },
    );
    const numbers = (model: typeof weighted): number[] =>
      randomEffects(model).flatMap((e) => [e.estimate, e.comparativeSe, e.diagnosticSe, e.reliability]);
    expect(worst(numbers(weighted), numbers(replicated), 1e-2)).toBeLessThan(1e-9);
  });

  it("school weights: the sandwich takes the place of C, and û keeps its exact covariance with β̂", () => {
    const model = single(fitMixed(formula, pupils, { method, weights: { schools: "omega" } }));
    const { x, z, v, l, groupVariance } = dense(model, null, pupils.omega);
    // û = B(y − Xβ̂) with B = GZ'V⁻¹, var(β̂) the sandwich and cov(β̂, y) = LV.
    const b = z.transpose().mmul(inverse(v)).mul(groupVariance);
    const bx = b.mmul(x);
    const sandwich = bx.mmul(asMatrix(model.vcov, 3)).mmul(bx.transpose());
    const cross = bx.mmul(l).mmul(v).mmul(b.transpose());
    const variance = Matrix.add(
      Matrix.sub(Matrix.sub(b.mmul(v).mmul(b.transpose()), cross), cross.transpose()),
      sandwich,
    );
    const known = Matrix.sub(Matrix.eye(7).mul(groupVariance), b.mmul(z).mul(groupVariance));
    randomEffects(model).forEach((effect, j) => {
      if (variance.get(j, j) < 0) expect(effect.diagnosticSe).toBeNaN();
      else expect(worst([effect.diagnosticSe ** 2], [variance.get(j, j)], 1e-2)).toBeLessThan(1e-9);
      expect(worst([effect.comparativeSe ** 2], [known.get(j, j) + sandwich.get(j, j)])).toBeLessThan(1e-9);
    });
  });
});

describe("balanced one-way layouts", () => {
  const model = single(fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff.csv")));
  const { group, residual } = model.variances;
  const lambda = (5 * group) / (5 * group + residual);

  it("a difference has variance 2σ_u²(1 − λ): what is common to all groups cancels", () => {
    const { standardError, z, p, lower, upper, difference } = compareGroups(model, "A", "F");
    expect(worst([standardError ** 2], [2 * group * (1 - lambda)])).toBeLessThan(1e-13);
    expect(z).toBe(difference / standardError);
    expect(p).toBeGreaterThan(0);
    expect(worst([upper - lower], [2 * 1.959963984540054 * standardError])).toBeLessThan(1e-12);
  });

  it("the factor is z √(2σ_u²(1 − λ))/(2 s), a bit below Goldstein and Healy's z/√2 for independent estimates", () => {
    const { factor, intervals } = comparisonIntervals(model);
    const s = Math.sqrt(group * (1 - lambda) + lambda ** 2 * model.vcov[0]);
    expect(worst([factor], [(1.959963984540054 * Math.sqrt(2 * group * (1 - lambda))) / (2 * s)])).toBeLessThan(1e-12);
    expect(factor).toBeLessThan(1.3859);
    expect(worst([intervals[0].upper - intervals[0].lower], [2 * factor * s])).toBeLessThan(1e-12);
  });
});

describe("comparisonIntervals", () => {
  it.each([0.95, 0.8])("leave a gap by chance in 1 − level of the pairs on average (%d)", (level) => {
    const model = fitMixed(formula, pupils);
    const { factor, intervals } = comparisonIntervals(model, { level });
    const chances = intervals.flatMap((a, i) =>
      intervals.slice(0, i).map((b) => {
        const { standardError } = compareGroups(model, a.level, b.level);
        return 2 * tail((factor * (a.comparativeSe + b.comparativeSe)) / standardError);
      }),
    );
    expect(chances.reduce((sum, chance) => sum + chance, 0) / chances.length).toBeCloseTo(1 - level, 12);
  });

  it("is 1.39 with many schools of one size, whose fixed effects are all but known", () => {
    const rng = createRng("balanced");
    const school = Array.from({ length: 1200 }, (_, i) => `s${Math.floor(i / 4)}`);
    const effects = new Map(school.map((name) => [name, rng.normal()]));
    const y = school.map((name) => (effects.get(name) as number) + rng.normal());
    const { factor } = comparisonIntervals(fitMixed("y ~ 1 + (1 | school)", { school, y }));
    // What 300 schools leave unknown of the intercept takes 0.7 % off.
    expect(factor).toBeGreaterThan(1.37);
    expect(factor).toBeLessThan(1.386);
  });
});

/** 1 − Φ(t) for t > 0: the density integrated over t + e^(π/2 sinh s) by the trapezoidal rule, to 1e-14. */
function tail(t: number): number {
  const step = 0.01;
  let sum = 0;
  for (let s = -4; s <= 4; s += step) {
    const w = Math.exp((Math.PI / 2) * Math.sinh(s));
    sum += Math.exp(-((t + w) ** 2) / 2) * w * (Math.PI / 2) * Math.cosh(s);
  }
  return (sum * step) / Math.sqrt(2 * Math.PI);
}

describe("what cannot be compared", () => {
  const model = fitMixed(formula, pupils);

  it("names the group it does not know, and the nearest", () => {
    const error = errorOf(() => compareGroups(model, "s1", "S2x"));
    expect(error.code).toBe("unknown-level");
    expect(error.message).toContain('"S2x"');
    expect(errorOf(() => compareGroups(model, "s1", "s1")).code).toBe("invalid-argument");
  });

  it("refuses boundary fits and levels outside (0, 1)", () => {
    const flat = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff2.csv"));
    expect(errorOf(() => compareGroups(flat, "A", "B")).code).toBe("not-identified");
    expect(errorOf(() => comparisonIntervals(flat)).message).toContain("batch variance is estimated as 0");
    expect(errorOf(() => comparisonIntervals(model, { level: 95 })).code).toBe("invalid-argument");
    expect(errorOf(() => compareGroups(model, "s1", "s2", { level: 0 })).code).toBe("invalid-argument");
  });
});

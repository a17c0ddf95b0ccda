import { describe, expect, it } from "vitest";
import { testTerms } from "../../src/multilevel/f-test";
import { fitMixed } from "../../src/multilevel/fit";
import { randomEffects } from "../../src/multilevel/random-effects";
import { asArray, referenceFrame, referenceJson, worst } from "../helpers/reference";

type Numbers = number | readonly number[];

interface NestedReference {
  csv: string;
  formula: string;
  method: "REML" | "ML";
  weights: string | null;
  nobs: number;
  ngroups: Record<string, number>;
  terms: string | readonly string[];
  beta: Numbers;
  se: Numbers;
  variances: Record<string, number>;
  sigma2: number;
  criterion: number;
  aic: number;
  bic: number;
  logLik: number;
  satterthwaite: Numbers;
  random: Record<string, { levels: string[]; estimate: number[]; sd: number[] }>;
  kenwardRoger?: { se: Numbers; df: Numbers };
  test?: { terms: string[]; F: number; denDf: number; kr?: { F: number; denDf: number } };
}

const references = referenceJson<NestedReference[]>("nested.json");

describe.each(references.map((r) => [`${r.csv} ${r.method}${r.weights ? " weighted" : ""}`, r] as const))(
  "lme4 on %s",
  (_, r) => {
    const data = referenceFrame(r.csv);
    const weights = r.weights ? { pupils: r.weights } : undefined;
    const model = fitMixed(r.formula, data, { method: r.method, weights });

    it("has its groups in its order", () => {
      expect(model.structure).toBe("nested");
      expect(model.terms).toEqual(asArray(r.terms));
      expect(model.nobs).toBe(r.nobs);
      expect(model.randomTerms.map((term) => [term.group.replaceAll(/[()]/g, ""), term.levels.length])).toEqual(
        Object.entries(r.ngroups).map(([group, size]) => [group.replaceAll(/[()]/g, ""), size]),
      );
    });

    // lme4 stops a little before the optimum: 1e-8 to 1e-7 in its variances, the square of that in the criterion.
    it("agrees to 1e-7, and in the criterion to 1e-11", () => {
      expect(worst([model.criterion], [r.criterion])).toBeLessThan(1e-11);
      expect(model.criterion).toBeLessThan(r.criterion + 1e-10);
      expect(worst([model.aic, model.bic, model.logLik], [r.aic, r.bic, r.logLik])).toBeLessThan(1e-11);
      expect(worst(model.coefficients, asArray(r.beta), 0.1)).toBeLessThan(1e-7);
      expect(
        worst(
          model.fixed.map((effect) => effect.standardError),
          asArray(r.se),
        ),
      ).toBeLessThan(1e-7);
      const variances = [...model.randomTerms.map((term) => term.covariance[0][0]), model.variances.residual];
      expect(worst(variances, [...Object.values(r.variances), r.sigma2])).toBeLessThan(1e-7);
    });

    // lmerTest differentiates numerically.
    it("has lmerTest's degrees of freedom", () => {
      expect(
        worst(
          model.fixed.map((effect) => effect.df),
          asArray(r.satterthwaite),
        ),
      ).toBeLessThan(1e-6);
    });

    it("has its random effects with their standard deviations", () => {
      const effects = randomEffects(model);
      Object.values(r.random).forEach(({ levels, estimate, sd }, k) => {
        const own = effects.filter((effect) => effect.group === model.randomTerms[k].group);
        const inOrder = levels.map((level) => own.find((effect) => effect.level === level)!);
        expect(own.length).toBe(levels.length);
        expect(
          worst(
            inOrder.map((effect) => effect.estimate),
            estimate,
            0.1,
          ),
        ).toBeLessThan(1e-6);
        expect(
          worst(
            inOrder.map((effect) => effect.conditionalSd),
            sd,
          ),
        ).toBeLessThan(1e-6);
      });
    });

    if (r.kenwardRoger) {
      const { se, df } = r.kenwardRoger;
      it("has pbkrtest's Kenward-Roger tests", () => {
        const kr = fitMixed(r.formula, data, { method: r.method, weights, df: "kenward-roger" });
        expect(
          worst(
            kr.fixed.map((effect) => effect.standardError),
            asArray(se),
          ),
        ).toBeLessThan(1e-6);
        expect(
          worst(
            kr.fixed.map((effect) => effect.df),
            asArray(df),
          ),
        ).toBeLessThan(1e-6);
        if (r.test?.kr) {
          const test = testTerms(kr, { terms: r.test.terms });
          expect(worst([test.f, test.denominatorDf], [r.test.kr.F, r.test.kr.denDf])).toBeLessThan(1e-6);
        }
      });
    }

    if (r.test) {
      const { terms, F, denDf } = r.test;
      it("has lmerTest's F test", () => {
        const test = testTerms(model, { terms });
        expect(worst([test.f, test.denominatorDf], [F, denDf])).toBeLessThan(1e-6);
      });
    }
  },
);

// Bates, Mächler, Bolker & Walker print 247.0 and 248.0.
it("Pastes: the criterion to ten decimals", () => {
  const pastes = referenceFrame("pastes.csv");
  const formula = "strength ~ 1 + (1 | batch/cask)";
  expect(fitMixed(formula, pastes).criterion).toBeCloseTo(246.9907458535, 10);
  expect(fitMixed(formula, pastes, { method: "ML" }).criterion).toBeCloseTo(247.9944658624, 9);
});

import { describe, expect, it } from "vitest";
import { fitMixed } from "../../src/multilevel/fit";
import { influence } from "../../src/multilevel/influence";
import { predict } from "../../src/multilevel/predict";
import { residuals } from "../../src/multilevel/residuals";
import { asArray, referenceFrame, referenceJson, worst } from "../helpers/reference";

interface Fit {
  rows: number[];
  conditional: number[];
  marginal: number[];
  elsewhere: number[];
  scaledResiduals: number[];
  influence: {
    level: string;
    coefficients: number | number[];
    group: number;
    residual: number;
    cooks: number;
    dfbetas: number | number[];
    ratio: number;
  }[];
}
type Case = { name: string; csv: string; formula: string } & Record<"REML" | "ML", Fit>;
const reference = referenceJson<{ models: Case[]; boundary: { csv: string; rstandard: number[] } }>(
  "mixed-post-estimation.json",
);
const runs = reference.models.flatMap((entry) =>
  (["REML", "ML"] as const).map((method) => ({ ...entry, method, fit: entry[method] })),
);

// lme4 stops 1e-8 to 2e-7 short in θ.
describe.each(runs)("lme4: $name, $method", ({ csv, formula, method, fit }) => {
  const model = fitMixed(formula, referenceFrame(csv), { method });
  const at = (values: Float64Array): number[] => fit.rows.map((row) => values[row - 1]);

  it("predictions with and without random effects", () => {
    expect(worst(at(predict(model).values), fit.conditional, 0.1)).toBeLessThan(1e-6);
    const marginal = predict(model, undefined, { randomEffects: "exclude" });
    expect(worst(at(marginal.values), fit.marginal, 0.1)).toBeLessThan(1e-6);
    expect(worst(at(marginal.values), fit.elsewhere, 0.1)).toBeLessThan(1e-6);
  });

  it("scaled residuals", () => {
    expect(worst(at(residuals(model, { type: "pearson" })), fit.scaledResiduals, 0.1)).toBeLessThan(1e-6);
  });

  it("refits without each group, and what they say", () => {
    const result = influence(model);
    expect(result.groups.map((entry) => entry.level)).toEqual(fit.influence.map((entry) => String(entry.level)));
    result.groups.forEach((own, j) => {
      const theirs = fit.influence[j];
      expect(worst(own.coefficients, asArray(theirs.coefficients), 0.1)).toBeLessThan(1e-6);
      // The variances and what is squared move with the first power of θ's error.
      expect(worst([own.variances.group, own.variances.residual], [theirs.group, theirs.residual])).toBeLessThan(1e-5);
      expect(worst(own.dfbetas, asArray(theirs.dfbetas), 0.1)).toBeLessThan(1e-5);
      expect(worst([own.cooksDistance], [theirs.cooks], 1e-2)).toBeLessThan(1e-5);
      expect(worst([own.covarianceRatio], [theirs.ratio])).toBeLessThan(1e-5);
    });
  });
});

it("lm's studentised residuals on the boundary", () => {
  const model = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame(reference.boundary.csv));
  expect(worst(residuals(model, { type: "standardised" }), reference.boundary.rstandard, 1e-3)).toBeLessThan(1e-12);
});

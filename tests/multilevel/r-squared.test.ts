import { describe, expect, it } from "vitest";
import { fitMixed } from "../../src/multilevel/fit";
import { rSquared } from "../../src/multilevel/r-squared";
import { referenceFrame, referenceJson } from "../helpers/reference";

interface Fit {
  r2?: { marginal: number; conditional: number | "NA" };
  icc?: { unadjusted: number };
}
type Case = { name: string; csv: string; formula: string } & Record<"REML" | "ML", Fit>;

const runs = referenceJson<Case[]>("mixed.json")
  .flatMap((entry) => (["REML", "ML"] as const).map((method) => ({ ...entry, method, fit: entry[method] })))
  .filter(({ fit }) => fit.r2 && fit.r2.conditional !== "NA");

// performance works on lme4's fit, which stops about 1e-8 short.
describe.each(runs)("performance: $name, $method", ({ csv, formula, method, fit }) => {
  it("marginal and conditional R², and the unadjusted ICC", () => {
    const ours = rSquared(fitMixed(formula, referenceFrame(csv), { method }));
    expect(Math.abs(ours.marginal - fit.r2!.marginal)).toBeLessThan(1e-6);
    expect(Math.abs(ours.conditional - (fit.r2!.conditional as number))).toBeLessThan(1e-6);
    if (fit.icc) expect(Math.abs(ours.iccUnadjusted - fit.icc.unadjusted)).toBeLessThan(1e-6);
  });
});

it("is 0 for an empty model, and covers all of the variance", () => {
  const model = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff.csv"));
  const { marginal, conditional, variances } = rSquared(model);
  expect(marginal).toBe(0);
  expect(conditional).toBeCloseTo(model.icc, 14);
  expect(variances.fixed).toBe(0);
});

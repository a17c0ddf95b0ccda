import { describe, expect, it } from "vitest";
import { fitPropensity } from "../../src/propensity/fit";
import type { Link } from "../../src/propensity/links";
import { referenceFrame, referenceJson, worst } from "../helpers/reference";

interface Case {
  name: string;
  csv: string;
  formula: string;
  link: Link;
  weightValues: number[] | null;
  terms: string[];
  coefficients: number[];
  standardErrors: number[];
  deviance: number;
  nullDeviance: number;
  aic: number | null;
  fitted: number[];
  vcov: number[][];
}

const cases = referenceJson<Case[]>("logistic.json");
const restarted = new Map(
  referenceJson<Pick<Case, "name" | "coefficients" | "standardErrors" | "fitted" | "vcov">[]>(
    "logistic-restarted.json",
  ).map((entry) => [entry.name, entry]),
);

describe.each(cases)("R's glm: $name", (reference) => {
  const model = fitPropensity(reference.formula, referenceFrame(reference.csv), {
    link: reference.link,
    weights: reference.weightValues ?? undefined,
  });
  const best = restarted.get(reference.name)!;

  it("has R's columns in R's order", () => {
    expect(model.terms).toEqual(reference.terms);
  });

  it("has the deviances and AIC to 1e-12", () => {
    expect(worst([model.deviance, model.nullDeviance], [reference.deviance, reference.nullDeviance])).toBeLessThan(
      1e-12,
    );
    if (reference.aic === null) expect(model.aic).toBeNaN();
    else expect(worst([model.aic], [reference.aic])).toBeLessThan(1e-12);
  });

  // R's fit restarted until nothing moves: both are at the optimum, and 1e-10 leaves room for rounding alone.
  it("has the coefficients, standard errors, vcov and fitted values of R at full convergence", () => {
    expect(worst(model.coefficients, best.coefficients)).toBeLessThan(1e-10);
    expect(worst(model.standardErrors, best.standardErrors)).toBeLessThan(1e-10);
    expect(worst(model.scores, best.fitted)).toBeLessThan(1e-10);
    // Covariances near 0 are sums that cancel: judged against the product of their standard errors.
    const p = model.terms.length;
    const scaled = (value: number, i: number): number =>
      value / (best.standardErrors[Math.floor(i / p)] * best.standardErrors[i % p]);
    expect(worst(model.vcov.map(scaled), best.vcov.flat().map(scaled), 1)).toBeLessThan(1e-10);
  });

  // As R stops by itself: on the flat deviance, up to 7.2e-8 short in a coefficient of the probit and cloglog fits, and
  // with standard errors from the weights one iteration earlier (4.6e-8). The logit fits stop on the optimum.
  it("has R's own values", () => {
    const tolerance = reference.link === "logit" ? 1e-8 : 1e-7;
    expect(worst(model.coefficients, reference.coefficients)).toBeLessThan(tolerance);
    expect(worst(model.scores, reference.fitted)).toBeLessThan(tolerance);
    expect(worst(model.standardErrors, reference.standardErrors)).toBeLessThan(tolerance);
  });
});

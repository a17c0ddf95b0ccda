import { describe, expect, it } from "vitest";
import { testTerms } from "../../src/multilevel/f-test";
import { fitMixed } from "../../src/multilevel/fit";
import { randomEffects } from "../../src/multilevel/random-effects";
import { slopeModes } from "../../src/multilevel/slopes/modes";
import type { DfMethod, MixedModel, SlopesModel } from "../../src/multilevel/types";
import { asArray, referenceFrame, referenceJson, worst } from "../helpers/reference";

interface Values {
  readonly terms: readonly string[] | string;
  readonly theta: readonly number[] | number;
  readonly beta: readonly number[] | number;
  readonly se: readonly number[] | number;
  readonly sigma2: number;
  readonly criterion: number;
  readonly lme4: { readonly criterion: number; readonly aic: number; readonly bic: number; readonly singular: boolean };
  readonly df: readonly number[];
  readonly lmerTest: readonly number[];
  readonly modes: {
    readonly levels: readonly (string | number)[];
    readonly values: readonly (number | readonly number[])[];
  };
  readonly nobs: number;
  readonly groups: number;
  readonly kenwardRoger?: { readonly se: readonly number[]; readonly df: readonly number[] };
}

interface Case {
  readonly name: string;
  readonly csv: string;
  readonly formula: string;
  readonly REML: Values;
  readonly ML: Values;
}

const cases = referenceJson<Case[]>("slopes.json");
const frames = new Map([...new Set(cases.map(({ csv }) => csv))].map((csv) => [csv, referenceFrame(csv)]));

function fitCase({ formula, csv }: Case, method: "REML" | "ML", df: DfMethod = "satterthwaite"): SlopesModel {
  return slopes(fitMixed(formula, frames.get(csv)!, { method, df }));
}

function slopes(model: MixedModel): SlopesModel {
  if (model.structure !== "slopes") throw new Error(`expected slopes, not ${model.structure}`);
  return model;
}

const both = cases.flatMap((entry) => (["REML", "ML"] as const).map((method) => [entry.name, method, entry] as const));

describe("against R", () => {
  // The reference's θ solves the same equations from dense matrices to about 1e-13.
  it.each(both)("%s, %s: estimates", (_, method, entry) => {
    const expected = entry[method];
    const model = fitCase(entry, method);
    expect(model.terms).toEqual(asArray(expected.terms));
    expect(Math.abs(model.criterion - expected.criterion)).toBeLessThan(1e-9);
    expect(worst(model.theta, asArray(expected.theta), 1e-3)).toBeLessThan(1e-9);
    expect(worst(model.coefficients, asArray(expected.beta), 1e-6)).toBeLessThan(1e-9);
    expect(worst([model.variances.residual], [expected.sigma2])).toBeLessThan(1e-10);
    expect(
      worst(
        model.fixed.map((effect) => effect.standardError),
        asArray(expected.se),
      ),
    ).toBeLessThan(1e-10);
    expect(worst(model.optimum.gradient, new Float64Array(model.theta.length), 1)).toBeLessThan(1e-7);
  });

  it.each(both)("%s, %s: lme4 at the same θ", (_, method, entry) => {
    const { lme4, nobs, groups } = entry[method];
    const model = fitCase(entry, method);
    expect(worst([model.criterion, model.aic, model.bic], [lme4.criterion, lme4.aic, lme4.bic])).toBeLessThan(1e-12);
    expect([model.nobs, model.ngroups]).toEqual([nobs, groups]);
    expect(model.optimum.boundary).toBe(lme4.singular);
  });

  it.each(both)("%s, %s: Satterthwaite", (_, method, entry) => {
    const { df, lmerTest } = entry[method];
    const actual = fitCase(entry, method).fixed.map((effect) => effect.df);
    // The exact derivatives, differenced once: about 1e-9. lmerTest differences values twice, which costs half the digits,
    // and with slopes of very different scales a few more.
    expect(worst(actual, df)).toBeLessThan(2e-8);
    expect(worst(actual, lmerTest)).toBeLessThan(/two slopes|three slopes/.test(entry.name) ? 5e-5 : 1e-6);
  });

  it.each(cases.filter((entry) => entry.REML.kenwardRoger).map((entry) => [entry.name, entry] as const))(
    "%s: Kenward-Roger by pbkrtest",
    (_, entry) => {
      const { se, df } = entry.REML.kenwardRoger!;
      const { fixed } = fitCase(entry, "REML", "kenward-roger");
      expect(
        worst(
          fixed.map((effect) => effect.standardError),
          se,
        ),
      ).toBeLessThan(1e-9);
      expect(
        worst(
          fixed.map((effect) => effect.df),
          df,
        ),
      ).toBeLessThan(1e-9);
    },
  );

  it.each(both)("%s, %s: conditional modes", (_, method, entry) => {
    const { levels, values } = entry[method].modes;
    const modes = slopeModes(fitCase(entry, method));
    const q = modes.columns.length;
    const actual = levels.flatMap((level) => {
      const j = modes.levels.indexOf(String(level));
      return Array.from(modes.estimates.subarray(j * q, (j + 1) * q));
    });
    // lme4 solves a sparse system in other coordinates; 1e-3 of the largest mode is where digits are counted from.
    const expected = values.flatMap((row) => asArray(row));
    expect(worst(actual, expected, 1e-3 * Math.max(...expected.map(Math.abs), 1e-9))).toBeLessThan(1e-8);
  });
});

describe("boundary fits", () => {
  const named = (name: string): Case => cases.find((entry) => entry.name === name)!;
  const words = (name: string): string | undefined =>
    fitCase(named(name), "REML").diagnostics.find(({ code }) => code === "boundary-fit")?.message;

  it("say what is 0 or ±1", () => {
    expect(words("zero slope variance")).toMatch(/the variance of x in \(1 \+ x \|\| school\) is estimated as 0\./);
    expect(words("correlation one")).toMatch(/the correlation of \(Intercept\) and x .* is estimated as (−1|1)\./);
    expect(words("three slopes")).toMatch(/estimated as singular/);
    expect(words("sleepstudy")).toBeUndefined();
  });

  it("are certified", () => {
    for (const { name } of cases) {
      const { optimum } = fitCase(named(name), "REML");
      expect(optimum.certificate, name).toBeGreaterThanOrEqual(optimum.boundary ? -1e-6 : Number.POSITIVE_INFINITY);
    }
  });
});

describe("verbs", () => {
  const sleepstudy = slopes(fitMixed("reaction ~ days + (1 + days | subject)", referenceFrame("sleepstudy.csv")));

  it("random effects: one entry per group and column, with the square roots of the modes' variances", () => {
    const effects = randomEffects(sleepstudy);
    const modes = slopeModes(sleepstudy);
    expect(effects).toHaveLength(36);
    expect(effects[18]).toMatchObject({ group: "subject", level: "308", column: "days" });
    effects.forEach((effect, i) => {
      const [k, j] = [Math.floor(i / 18), i % 18];
      const own = (2 * j + k) * 2 + k;
      expect(
        worst([effect.estimate, effect.conditionalSd ** 2], [modes.estimates[2 * j + k], modes.conditional[own]]),
      ).toBeLessThan(1e-12);
      expect(effect.comparativeSe).toBeGreaterThan(effect.conditionalSd);
      // The variance of a mode and that of its error add up to the effect's.
      const whole = effect.diagnosticSe ** 2 + effect.comparativeSe ** 2;
      expect(worst([whole], [sleepstudy.randomTerms[0].covariance[k][k]])).toBeLessThan(1e-12);
    });
  });

  it("an F test of one coefficient is its t test squared, by both methods", () => {
    for (const df of ["satterthwaite", "kenward-roger"] as const) {
      const model = fitMixed(sleepstudy.summary, { df });
      const test = testTerms(model, { terms: ["days"] });
      expect(worst([test.f, test.denominatorDf], [model.fixed[1].t ** 2, model.fixed[1].df])).toBeLessThan(1e-9);
    }
  });
});

import { describe, expect, it } from "vitest";
import { confint } from "../../src/multilevel/confint";
import { fitMixed } from "../../src/multilevel/fit";
import { randomEffects } from "../../src/multilevel/random-effects";
import { asArray, referenceFrame, referenceJson, single, worst } from "../helpers/reference";

type Numbers = number | number[];
interface Fit {
  terms: string | string[];
  exact: { beta: Numbers; se: Numbers; sigma2: number; tau2: number; theta: number; deviance: number };
  lme4: { aic: number; bic: number };
  satterthwaite: { df: Numbers; t: Numbers; p: Numbers };
  randomEffects: { level: string[]; blup: number[]; condSd: number[] };
  icc?: { adjusted: number };
  kenwardRoger?: { se: Numbers; df: Numbers };
}
interface Case {
  name: string;
  csv: string;
  formula: string;
  nobs: number;
  groups: number;
  REML: Fit;
  ML: Fit;
}

const runs = referenceJson<Case[]>("mixed.json").flatMap((reference) =>
  (["REML", "ML"] as const).map((method) => ({ ...reference, method, fit: reference[method] })),
);

describe.each(runs)("$name, $method", ({ csv, formula, nobs, groups, method, fit }) => {
  const model = fitMixed(formula, referenceFrame(csv), { method });

  // The optimum to machine precision; 2e-13 is ten times what the file's own rounding (2e-14) allows.
  it("has the exact estimates", () => {
    expect(model.terms).toEqual(asArray(fit.terms));
    expect([model.nobs, model.ngroups]).toEqual([nobs, groups]);
    expect(worst(model.coefficients, asArray(fit.exact.beta))).toBeLessThan(2e-13);
    expect(
      worst(
        model.fixed.map((effect) => effect.standardError),
        asArray(fit.exact.se),
      ),
    ).toBeLessThan(2e-13);
    expect(worst([model.variances.residual], [fit.exact.sigma2])).toBeLessThan(2e-13);
    expect(worst([model.variances.group, single(model).theta], [fit.exact.tau2, fit.exact.theta])).toBeLessThan(2e-13);
    expect(worst([model.criterion], [fit.exact.deviance])).toBeLessThan(2e-13);
  });

  // lme4 stops 1e-8 to 2e-7 short in θ, so everything that comes from its fit is compared at 1e-6.
  it("has lmerTest's Satterthwaite degrees of freedom, t and p", () => {
    const { df, t, p } = fit.satterthwaite;
    const column = (name: "df" | "t" | "p"): number[] => model.fixed.map((effect) => effect[name]);
    expect(worst(column("df"), asArray(df))).toBeLessThan(1e-6);
    expect(worst(column("t"), asArray(t), 1)).toBeLessThan(1e-6);
    // Deep tails magnify the error of t: compared on the log scale. Where R prints 0, so do we.
    const log = (value: number): number => (value === 0 ? 0 : Math.log(value));
    expect(worst(column("p").map(log), asArray(p).map(log), 1)).toBeLessThan(1e-6);
  });

  it("has lme4's random effects, AIC and BIC, and the ICC", () => {
    const effects = randomEffects(model).slice(0, fit.randomEffects.level.length);
    expect(effects.map((effect) => effect.level)).toEqual(fit.randomEffects.level.map(String));
    const column = (name: "estimate" | "conditionalSd"): number[] => effects.map((effect) => effect[name]);
    expect(worst(column("estimate"), fit.randomEffects.blup)).toBeLessThan(1e-6);
    expect(worst(column("conditionalSd"), fit.randomEffects.condSd)).toBeLessThan(1e-6);
    expect(worst([model.aic, model.bic], [fit.lme4.aic, fit.lme4.bic])).toBeLessThan(1e-9);
    if (fit.icc) expect(worst([model.icc], [fit.icc.adjusted])).toBeLessThan(1e-6);
  });
});

const kr = runs.filter(({ method, fit }) => method === "REML" && fit.kenwardRoger);

describe.each(kr)("pbkrtest: $name", ({ csv, formula, fit }) => {
  it("has the Kenward-Roger standard errors and degrees of freedom to 1e-6, where lme4 stops", () => {
    const model = fitMixed(formula, referenceFrame(csv), { df: "kenward-roger" });
    const ours = model.fixed.map((effect) => [effect.standardError, effect.df]);
    const { se, df } = fit.kenwardRoger!;
    expect(
      worst(
        ours.map(([value]) => value),
        asArray(se),
      ),
    ).toBeLessThan(1e-6);
    expect(
      worst(
        ours.map(([, value]) => value),
        asArray(df),
      ),
    ).toBeLessThan(1e-6);
  });
});

describe("published figures", () => {
  const pupils = referenceFrame("hsb-joined.csv");

  it("High School & Beyond by sector, as printed in textbooks", () => {
    const model = fitMixed("mathach ~ catholic + (1 | school)", pupils);
    const digits = (value: number): string => value.toFixed(6);
    expect(model.fixed.map((effect) => [effect.estimate, effect.standardError].map(digits))).toEqual([
      ["11.393044", "0.292831"],
      ["2.804887", "0.439056"],
    ]);
    expect([model.variances.group, model.variances.residual].map(digits)).toEqual(["6.676956", "39.151399"]);
  });

  it("the empty model of High School & Beyond", () => {
    const { variances } = fitMixed("mathach ~ 1 + (1 | school)", pupils);
    expect([variances.group, variances.residual].map((value) => value.toFixed(5))).toEqual(["8.61402", "39.14832"]);
  });
});

describe("NIST certified values", () => {
  it("SmLs01: balanced, 13 digits", () => {
    const data = referenceFrame("nist-smls01.csv");
    const reml = fitMixed("y ~ 1 + (1 | group)", data);
    const ml = fitMixed("y ~ 1 + (1 | group)", data, { method: "ML" });
    // 0.01 and the F statistic 21 with 9 groups of 21: σ_u² = σ²(F − 1)/21.
    expect(worst([reml.variances.residual, reml.variances.group], [0.01, (0.01 * 20) / 21])).toBeLessThan(1e-13);
    expect(worst([ml.variances.group], [(0.01 * ((8 / 9) * 21 - 1)) / 21])).toBeLessThan(1e-13);
  });

  it.each([
    ["nist-smls04.csv", 1e6],
    ["nist-smls07.csv", 1e12],
  ])("%s: the same answers at an offset, exact in tenths", (file) => {
    const data = referenceFrame(file);
    const column = data.columns.find((entry) => entry.name === "y")!;
    const tenths = "values" in column ? column.values.map((value) => Math.round(value * 10)) : new Float64Array(0);
    const group = data.columns.find((entry) => entry.name === "group")!;
    const table = { y: tenths, group: "values" in group ? group.values : [] };
    const reml = fitMixed("y ~ 1 + (1 | group)", table);
    expect(worst([reml.variances.residual, reml.variances.group], [1, 20 / 21])).toBeLessThan(1e-13);
  });

  it("SiRstv: REML inside, ML on the boundary", () => {
    const data = referenceFrame("nist-sirstv.csv");
    const reml = fitMixed("y ~ 1 + (1 | group)", data);
    const ml = fitMixed("y ~ 1 + (1 | group)", data, { method: "ML" });
    expect(reml.variances.group.toFixed(11)).toBe("0.00039094748");
    expect(ml.variances.group).toBe(0);
    expect(ml.optimum.boundary).toBe(true);
    expect(ml.variances.residual.toFixed(12)).toBe("0.010711312864");
  });
});

interface ProfileCase {
  name: string;
  csv: string;
  formula: string;
  ML: { profileCI?: { rows: string[]; lower: number[]; upper: number[] } };
}

const profiled = referenceJson<ProfileCase[]>("mixed.json").filter((entry) => entry.ML.profileCI);

describe.each(profiled)("lme4's profile intervals: $name", ({ name, csv, formula, ML }) => {
  const model = fitMixed(formula, referenceFrame(csv));
  const ours = new Map(confint(model, { type: "profile" }).map((interval) => [interval.name, interval]));
  const theirs = ML.profileCI!;

  // lme4 interpolates the profile with splines: 1e-5 for smooth ones, worse at dyestuff's lower end (see below).
  it.each(theirs.rows)("%s", (row) => {
    const i = theirs.rows.indexOf(row);
    const interval = ours.get({ ".sig01": "sd(group)", ".sigma": "sd(residual)" }[row] ?? row)!;
    const tolerance = name === "dyestuff" ? 2e-4 : 5e-6;
    expect(worst([interval.lower, interval.upper], [theirs.lower[i], theirs.upper[i]])).toBeLessThan(tolerance);
  });
});

it("dyestuff's lower end of the school sd is 12.196505, solved without interpolation", () => {
  const model = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff.csv"));
  const interval = confint(model, { type: "profile" }).find((entry) => entry.name === "sd(group)")!;
  expect(interval.lower.toFixed(6)).toBe("12.196505");
});

it("on the boundary the interval of the school sd starts at 0", () => {
  const model = fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff2.csv"));
  const [, sd, , icc] = confint(model, { type: "profile" });
  expect([sd.lower, icc.lower]).toEqual([0, 0]);
  expect(sd.upper).toBeGreaterThan(0);
});

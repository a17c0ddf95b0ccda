import { describe, expect, it } from "vitest";
import { columnNames, getColumn, numericColumn, valueAt } from "../src/data/column";
import { isFrame } from "../src/data/frame";
import { join } from "../src/data/join";
import { filterRows, renameColumns, selectColumns, toRows } from "../src/data/select";
import { normalQuantile } from "../src/distributions/normal";
import { fitMixed } from "../src/multilevel/fit";
import { predict } from "../src/multilevel/predict";
import { fitPropensity } from "../src/propensity/fit";
import { type Tidyable, tidy } from "../src/tidy";
import { asArray, errorOf, referenceFrame, referenceJson, worst } from "./helpers/reference";
import { model, pastes, propensity, pupils, RESULTS, slopes } from "./helpers/results";

const WITHOUT_ROWS = [
  "match-result",
  "weights",
  "minimum-detectable-effect",
  "design-effect",
  "r-squared",
  "numbers",
  "frame",
];
const TESTED = ["estimate", "std.error", "statistic", "df", "p.value", "conf.low", "conf.high"];

const texts = (frame: ReturnType<typeof tidy>, name: string) => {
  const column = getColumn(frame, name);
  return Array.from({ length: frame.rows }, (_, row) => valueAt(column, row));
};

describe("tidy of every result", () => {
  it.each(Object.keys(RESULTS).filter((kind) => !WITHOUT_ROWS.includes(kind)))("%s is a frame with rows", (kind) => {
    const rows = tidy(RESULTS[kind as keyof typeof RESULTS] as Tidyable);
    expect(isFrame(rows)).toBe(true);
    expect(rows.rows).toBeGreaterThan(0);
    expect(columnNames(rows).every((name) => /^\.?[A-Za-z]+(\.[a-z]+)*$/.test(name))).toBe(true);
  });

  it.each(WITHOUT_ROWS)("%s has none, and the error says what has", (kind) => {
    const error = errorOf(() => tidy(RESULTS[kind as keyof typeof RESULTS] as never));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toMatch(/glance\(x\)|augment\(model\)|table already/);
  });
});

describe("tidy of a mixed model", () => {
  it("has broom.mixed's columns and rows", () => {
    const rows = tidy(slopes);
    expect(columnNames(rows)).toEqual(["effect", "group", "term", ...TESTED]);
    expect(toRows(selectColumns(rows, ["effect", "group", "term"])).map(Object.values)).toEqual([
      ["fixed", null, "(Intercept)"],
      ["fixed", null, "days"],
      ["ran_pars", "subject", "sd__(Intercept)"],
      ["ran_pars", "subject", "cor__(Intercept).days"],
      ["ran_pars", "subject", "sd__days"],
      ["ran_pars", "Residual", "sd__Observation"],
    ]);
    const { covariance } = slopes.randomTerms[0];
    const sd = [Math.sqrt(covariance[0][0]), Math.sqrt(covariance[1][1])];
    expect(
      worst(numericColumn(rows, "estimate").slice(2), [
        sd[0],
        covariance[0][1] / (sd[0] * sd[1]),
        sd[1],
        Math.sqrt(slopes.variances.residual),
      ]),
    ).toBeLessThan(1e-14);
  });

  it("lists correlations of three columns by the lower triangle, and none under ||", () => {
    const sleep = referenceFrame("sleepstudy.csv");
    const apart = tidy(fitMixed("reaction ~ days + (1 + days || subject)", sleep), { effects: ["ran_pars"] });
    expect(texts(apart, "term")).toEqual(["sd__(Intercept)", "sd__days", "sd__Observation"]);
    const three = fitMixed("y ~ x + z + (1 + x + z | school)", referenceFrame("slopes.csv"));
    expect(texts(tidy(three, { effects: ["ran_pars"] }), "term")).toEqual([
      "sd__(Intercept)",
      "cor__(Intercept).x",
      "cor__(Intercept).z",
      "sd__x",
      "cor__x.z",
      "sd__z",
      "sd__Observation",
    ]);
  });

  interface Case {
    readonly name: string;
    readonly csv: string;
    readonly formula: string;
    readonly REML: {
      readonly lme4: { readonly beta: number | number[]; readonly se: number | number[]; readonly theta: number };
      readonly satterthwaite: {
        readonly df: number | number[];
        readonly t: number | number[];
        readonly p: number | number[];
      };
    };
  }

  it("holds lme4's and lmerTest's numbers for the coefficients", () => {
    const cases = referenceJson<readonly Case[]>("mixed.json").filter(({ name }) => /^(sleep|dyestuff$)/.test(name));
    expect(cases.length).toBeGreaterThan(0);
    for (const { csv, formula, REML } of cases) {
      const rows = tidy(fitMixed(formula, referenceFrame(csv.replace(/.*\//, ""))), { effects: ["fixed"] });
      // lme4 stops some 1e-7 short of the optimum; lmerTest differentiates numerically.
      expect(worst(numericColumn(rows, "estimate"), asArray(REML.lme4.beta))).toBeLessThan(1e-6);
      expect(worst(numericColumn(rows, "std.error"), asArray(REML.lme4.se))).toBeLessThan(1e-6);
      expect(worst(numericColumn(rows, "df"), asArray(REML.satterthwaite.df))).toBeLessThan(1e-5);
      expect(worst(numericColumn(rows, "statistic"), asArray(REML.satterthwaite.t))).toBeLessThan(1e-6);
    }
  });

  it("gives the groups' estimates on request, with levels", () => {
    const rows = tidy(pastes, { effects: ["ran_vals"] });
    expect(columnNames(rows)).toEqual(["effect", "group", "level", "term", ...TESTED]);
    expect(rows.rows).toBe(40);
    expect(new Set(texts(rows, "group"))).toEqual(new Set(["cask:batch", "batch"]));
    const [low, estimate, error] = ["conf.low", "estimate", "std.error"].map((name) => numericColumn(rows, name)[0]);
    expect(low).toBeCloseTo(estimate - normalQuantile(0.975) * error, 12);
    const all = tidy(pastes, { effects: ["fixed", "ran_pars", "ran_vals"] });
    expect(all.rows).toBe(1 + 3 + 40);
    expect(texts(all, "level").slice(0, 5)).toEqual([null, null, null, null, expect.any(String)]);
  });

  it("refuses effects that there are not", () => {
    for (const effects of [[], ["random"], "fixed"]) {
      expect(errorOf(() => tidy(model, { effects: effects as never })).message).toContain('"ran_pars"');
    }
  });

  it("can be joined with another model's, and filtered", () => {
    const other = tidy(fitMixed("mathach ~ ses + (1 | school)", pupils), { effects: ["fixed"] });
    const both = join(
      selectColumns(tidy(model, { effects: ["fixed"] }), ["term", "estimate"]),
      renameColumns(selectColumns(other, ["term", "estimate"]), { estimate: "without" }),
      { on: "term", unmatched: "drop" },
    );
    expect(columnNames(both)).toEqual(["term", "estimate", "without"]);
    expect(filterRows(tidy(model), "effect", (value) => value === "ran_pars").rows).toBe(2);
  });
});

describe("tidy of other results", () => {
  it("a propensity model: glm's Wald tests and R's confint.default", () => {
    const { glm } = referenceJson<{ glm: { formula: string; waldLow: number[]; waldHigh: number[] } }>(
      "summary-and-broom.json",
    );
    const rows = tidy(fitPropensity(glm.formula, referenceFrame("lalonde.csv")));
    expect(columnNames(rows)).toEqual(["term", ...TESTED.filter((name) => name !== "df")]);
    expect(worst(numericColumn(rows, "conf.low"), glm.waldLow)).toBeLessThan(1e-8);
    expect(worst(numericColumn(rows, "conf.high"), glm.waldHigh)).toBeLessThan(1e-8);
    const z = propensity.coefficients[1] / propensity.standardErrors[1];
    expect(numericColumn(tidy(propensity), "statistic")[1]).toBe(z);
  });

  it("a balance: before and after, covariate by covariate", () => {
    const { rows } = RESULTS.balance;
    const tidied = tidy(RESULTS.balance);
    expect(texts(tidied, "term")).toEqual(rows.flatMap(({ name }) => [name, name]));
    expect(texts(tidied, "sample").slice(0, 2)).toEqual(["before", "after"]);
    expect([...numericColumn(tidied, "smd")]).toEqual(rows.flatMap(({ before, after }) => [before.smd, after!.smd]));
    const before = filterRows(tidied, "sample", (value) => value === "before");
    expect([...numericColumn(before, "variance.ratio")]).toEqual(
      rows.map((row) => row.before.varianceRatio ?? Number.NaN),
    );
  });

  it("effects: the result's own fields under broom's names", () => {
    const { estimate, standardError, t, df, p, lower, upper, treatment, estimand } = RESULTS.effect;
    expect(toRows(tidy(RESULTS.effect))).toEqual([
      {
        term: treatment,
        estimand,
        estimate,
        "std.error": standardError,
        statistic: t,
        df,
        "p.value": p,
        "conf.low": lower,
        "conf.high": upper,
      },
    ]);
    const sizes = tidy(RESULTS["effect-sizes"]);
    expect(texts(sizes, "term").slice(0, 3)).toEqual(["effect", "delta", "standardised"]);
    expect(numericColumn(sizes, "estimate")[1]).toBe(RESULTS["effect-sizes"].delta);
    const hedges = toRows(tidy(RESULTS["hedges-g"]));
    expect(hedges.map(({ variances, sd }) => `${variances} ${sd}`)).toEqual([
      "conditional within",
      "conditional total",
      "unconditional within",
      "unconditional total",
    ]);
    expect(hedges[3].estimate).toBe(RESULTS["hedges-g"].unconditional.total.estimate);
    expect(toRows(tidy(RESULTS["e-value"])).map((row) => row["e.value"])).toEqual([
      RESULTS["e-value"].estimate,
      RESULTS["e-value"].interval,
    ]);
    expect(texts(tidy(RESULTS["standardised-coefficients"]), "level")).toEqual([null, "pupils", "schools"]);
    expect([...numericColumn(tidy(RESULTS["rosenbaum-bounds"]), "p.value.high")]).toEqual(
      RESULTS["rosenbaum-bounds"].bounds.map(({ upper: high }) => high),
    );
  });

  it("tests and comparisons", () => {
    const { f, numeratorDf, denominatorDf, p } = RESULTS["f-test"];
    expect(toRows(tidy(RESULTS["f-test"]))[0]).toEqual({
      term: "ses, catholic",
      statistic: f,
      "num.df": numeratorDf,
      "den.df": denominatorDf,
      "p.value": p,
      method: "satterthwaite",
    });
    const comparison = RESULTS["model-comparison"];
    expect(toRows(tidy(comparison)).map((row) => row["p.value"])).toEqual([null, comparison.p]);
    expect(toRows(tidy(comparison)).map(({ AIC }) => AIC)).toEqual([comparison.aic.smaller, comparison.aic.larger]);
    const robust = RESULTS["cluster-robust"];
    expect(columnNames(tidy(robust))).toEqual(["term", ...TESTED]);
    expect([...numericColumn(tidy(robust), "std.error")]).toEqual(
      robust.fixed.map(({ standardError }) => standardError),
    );
  });

  it("groups: estimates, ranks, intervals, influence", () => {
    const effects = RESULTS["random-effects"];
    const rows = tidy(effects);
    expect(texts(rows, "level")).toEqual(effects.map(({ level }) => level));
    expect([...numericColumn(rows, "comparative.se")]).toEqual(effects.map(({ comparativeSe }) => comparativeSe));
    const { ranks } = RESULTS["group-ranks"];
    expect([...numericColumn(tidy(RESULTS["group-ranks"]), "rank.high")]).toEqual(ranks.map(({ upper }) => upper));
    const { groups, terms } = RESULTS.influence;
    const influence = tidy(RESULTS.influence);
    expect(influence.rows).toBe(groups.length * terms.length);
    expect(numericColumn(influence, "dfbetas")[terms.length + 1]).toBe(groups[1].dfbetas[1]);
    expect(numericColumn(influence, "cooksd")[terms.length]).toBe(groups[1].cooksDistance);
  });

  it("predictions: one row per row, limits where there are any", () => {
    expect(columnNames(tidy(RESULTS.predictions))).toEqual([".fitted", ".se.fit", ".lower", ".upper"]);
    expect(columnNames(tidy(predict(model)))).toEqual([".fitted", ".se.fit"]);
    expect(numericColumn(tidy(RESULTS.predictions), ".upper")).toEqual(RESULTS.predictions.upper);
  });

  it("a recovery: its rows", () => {
    const row = { scenario: "null", estimator: "M3", bias: 0.01, failed: 0 };
    expect(toRows(tidy({ kind: "recovery", rows: [row] } as never))).toEqual([row]);
  });

  it("a bootstrap: means and percentile intervals of the replicates", () => {
    const { residualSd, terms } = RESULTS.bootstrap;
    const rows = tidy(RESULTS.bootstrap);
    expect(texts(rows, "term")).toEqual([...terms, "sd(group)", "sd(residual)"]);
    const last = terms.length + 1;
    const mean = residualSd.reduce((sum, value) => sum + value, 0) / residualSd.length;
    expect(numericColumn(rows, "mean")[last]).toBeCloseTo(mean, 12);
    const [low, high] = ["conf.low", "conf.high"].map((name) => numericColumn(rows, name)[last]);
    expect(residualSd.filter((value) => value < low)).toHaveLength(1);
    expect(residualSd.filter((value) => value > high)).toHaveLength(1);
  });
});

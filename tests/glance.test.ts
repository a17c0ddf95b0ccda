import { describe, expect, it } from "vitest";
import { assessBalance } from "../src/balance/assess";
import { columnNames } from "../src/data/column";
import { toRows } from "../src/data/select";
import { estimateEffect } from "../src/effects/estimate-effect";
import { type Glanceable, glance } from "../src/glance";
import { fitMixed } from "../src/multilevel/fit";
import { fitPropensity } from "../src/propensity/fit";
import { tidy } from "../src/tidy";
import { errorOf, referenceFrame, referenceJson } from "./helpers/reference";
import { propensity, RESULTS, schools } from "./helpers/results";

type Numbers = Readonly<Record<string, number>>;

const reference = referenceJson<{
  models: readonly { data: string; formula: string; REML: boolean; glance: Numbers }[];
  glm: { formula: string; glance: Numbers };
}>("summary-and-broom.json");

const GLANCED = [
  "propensity-model",
  "mixed-model",
  "match-result",
  "weights",
  "balance",
  "effect",
  "rosenbaum-bounds",
  "minimum-detectable-effect",
  "r-squared",
  "design-effect",
];

describe("glance", () => {
  it.each(reference.models.map((each) => [each.formula, each] as const))(
    "%s: lme4's numbers",
    (_, { data, formula, REML, glance: theirs }) => {
      const model = fitMixed(formula, referenceFrame(`${data}.csv`), { method: REML ? "REML" : "ML" });
      const criterion = REML ? "REMLcrit" : "deviance";
      expect(columnNames(glance(model))).toEqual(["nobs", "sigma", "logLik", "AIC", "BIC", criterion, "df.residual"]);
      const [row] = toRows(glance(model));
      expect(row[criterion]).toBe(model.criterion);
      // lme4 stops some 1e-7 short of the optimum where slopes vary; the criterion is flat there.
      for (const [name, value] of Object.entries(theirs)) {
        expect(Math.abs(Number(row[name]) / value - 1), name).toBeLessThan(name === "sigma" ? 1e-6 : 1e-10);
      }
    },
  );

  it("a propensity model: glm's", () => {
    const [row] = toRows(glance(fitPropensity(reference.glm.formula, referenceFrame("lalonde.csv"))));
    expect(Object.keys(row)).toEqual(Object.keys(reference.glm.glance));
    for (const [name, value] of Object.entries(reference.glm.glance)) {
      expect(Math.abs(Number(row[name]) / value - 1), name).toBeLessThan(1e-12);
    }
  });

  it("a weighted propensity model has no likelihood", () => {
    const weighted = fitPropensity("catholic ~ size", schools, { weights: new Float64Array(160).fill(2) });
    expect(toRows(glance(weighted))[0]).toMatchObject({ logLik: null, AIC: null, BIC: null, nobs: 160 });
  });

  it("matches, weights, balances and effects: their sizes", () => {
    const { counts } = RESULTS["match-result"];
    expect(toRows(glance(RESULTS["match-result"]))[0]).toMatchObject({
      method: "nearest",
      estimand: "ATT",
      "matched.treated": counts.matched.treated,
      "unmatched.control": counts.unmatched.control,
    });
    expect(toRows(glance(RESULTS.weights))[0]).toMatchObject({
      method: "propensity-score",
      "ess.control": RESULTS.weights.counts.effective.control,
    });
    const { maxAbsSmd, rows } = RESULTS.balance;
    expect(toRows(glance(RESULTS.balance))[0]).toMatchObject({
      covariates: rows.length - 1,
      "max.smd.before": maxAbsSmd.before,
      "max.smd.after": maxAbsSmd.after,
    });
    expect(toRows(glance(RESULTS.effect))[0]).toMatchObject({
      nobs: RESULTS.effect.n,
      "se.type": "cluster",
      nclusters: RESULTS.effect.clusters![0].count,
    });
  });

  it("what was neither weighted nor clustered has nothing after and no clusters", () => {
    const balance = assessBalance({ treated: [1, 0, 1, 0, 1], covariates: { x: [1, 2, 3, 4, 6] } });
    expect(toRows(glance(balance))[0]).toMatchObject({ "max.smd.after": null, "unbalanced.after": null });
    expect(tidy(balance).rows).toBe(1);
    const effect = estimateEffect("size ~ catholic", RESULTS.weights, { se: "HC3" });
    expect(toRows(glance(effect))[0]).toMatchObject({ nclusters: null, "se.type": "HC3" });
  });

  it.each(Object.keys(RESULTS))("%s: one row, or an error that says what has rows", (kind) => {
    const result = RESULTS[kind as keyof typeof RESULTS];
    if (GLANCED.includes(kind)) expect(glance(result as Glanceable).rows).toBe(1);
    else {
      const error = errorOf(() => glance(result as never));
      expect(error.code).toBe("invalid-argument");
      expect(error.message).toContain("tidy(x)");
    }
  });

  it("refuses what is no result", () => {
    expect(errorOf(() => glance(null as never)).message).toBe(
      "glance needs a result, such as a model, a match, a balance or an effect, not null.",
    );
    expect(glance(propensity).rows).toBe(1);
  });
});

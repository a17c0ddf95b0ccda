import { describe, expect, it } from "vitest";
import {
  assessBalance,
  balanceEntropy,
  clusterRobust,
  confint,
  effectSizes,
  estimateEffect,
  fitMixed,
  fitPropensity,
  fromJson,
  type GroupSummary,
  type MatchResult,
  type MixedModel,
  match,
  mergeSummaries,
  randomEffects,
  summariseGroups,
  toJson,
  type Weights,
  weigh,
} from "../src/index";
import { errorOf, referenceFrame } from "./helpers/reference";

const pupils = referenceFrame("hsb-joined.csv");
const schools = referenceFrame("hsb-schools.csv");
const formula = "mathach ~ ses + catholic + (1 | school)";
const model = fitMixed(formula, pupils);
const propensity = fitPropensity("catholic ~ size + meanses", schools);
const matched = match(propensity, { method: "nearest", caliper: 0.2 });

describe("toJson and fromJson", () => {
  const empty = fitMixed("mathach ~ 1 + (1 | school)", pupils);
  const results = {
    model,
    none: fitMixed(formula, pupils, { df: "none" }),
    z: fitMixed(formula, pupils, { df: "z" }),
    summary: summariseGroups(formula, pupils, { blocks: true }),
    propensity,
    weighted: fitPropensity("catholic ~ size", schools, { weights: new Float64Array(160).fill(2) }),
    matched,
    replaced: match(propensity, { method: "nearest", replace: true }),
    balance: assessBalance(matched),
    robust: clusterRobust(model),
    effect: estimateEffect("size ~ catholic", matched),
    weights: weigh(propensity, { estimand: "ATT" }),
    entropy: balanceEntropy("catholic ~ size + meanses", schools, { estimand: "ATT" }),
    full: match(propensity, { method: "full" }),
    sizes: effectSizes({ empty, adjusted: empty, treated: model }, { treatment: "catholic" }),
  };

  it.each(Object.entries(results))("%s comes back as it was, typed arrays and all", (_, result) => {
    expect(fromJson(toJson(result))).toEqual(structuredClone(result));
  });

  it("an effect from weights is that from the same numbers as columns", () => {
    const weights = weigh(propensity, { estimand: "ATT" });
    const direct = estimateEffect("size ~ catholic", weights);
    const back = fromJson(toJson(weights)) as Weights;
    expect(estimateEffect("size ~ catholic", back, { data: schools }).estimate).toBe(direct.estimate);
  });

  it("a fit from JSON is the fit from rows", () => {
    const summary = fromJson(toJson(summariseGroups(formula, pupils))) as GroupSummary;
    expect(fitMixed(summary).coefficients).toEqual(model.coefficients);
    expect(fitMixed(mergeSummaries(summary)).criterion).toBe(model.criterion);
  });

  it("a model from JSON answers what needs no rows", () => {
    const back = fromJson(toJson(model)) as MixedModel;
    expect(randomEffects(back)).toEqual(randomEffects(model));
    expect(confint(back, { type: "profile" })).toEqual(confint(model, { type: "profile" }));
    const match = fromJson(toJson(matched)) as MatchResult;
    expect(assessBalance(match, { data: schools, covariates: ["size"] }).rows[1].name).toBe("size");
  });

  it("keeps names that look like numbers", () => {
    const odd = { school: ["NaN", "NaN", "Infinity", "Infinity", "x", "x"], y: [1, 2, 4, 5, 3, 3.5] };
    const summary = summariseGroups("y ~ 1 + (1 | school)", odd);
    expect((fromJson(toJson(summary)) as GroupSummary).levels).toEqual(summary.levels);
  });

  it("refuses small groups when asked, naming them", () => {
    const error = errorOf(() => toJson(model, { minimumGroupSize: 20 }));
    expect(error.code).toBe("small-groups");
    expect(error.message).toMatch(/8367/);
    expect(toJson(model, { minimumGroupSize: 5 })).toContain('"kind":"mixed-model"');
  });

  it("refuses what is not a result", () => {
    expect(errorOf(() => fromJson("{")).code).toBe("invalid-argument");
    expect(errorOf(() => fromJson("[1]")).message).toContain("not of a result");
    expect(errorOf(() => toJson({})).code).toBe("invalid-argument");
    const later = toJson(model).replace('"version":1', '"version":2');
    expect(errorOf(() => fromJson(later)).code).toBe("summary-mismatch");
  });
});

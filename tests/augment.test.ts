import { describe, expect, it } from "vitest";
import { augment } from "../src/augment";
import { columnNames, numericColumn } from "../src/data/column";
import { renameColumns, takeRows, toRows } from "../src/data/select";
import { fromJson, toJson } from "../src/json";
import { match } from "../src/matching/match";
import { fitMixed } from "../src/multilevel/fit";
import type { MixedModel } from "../src/multilevel/types";
import { fitPropensity } from "../src/propensity/fit";
import type { PropensityModel } from "../src/propensity/types";
import { balanceEntropy } from "../src/weighting/balance-entropy";
import { errorOf, referenceFrame, referenceJson, worst } from "./helpers/reference";
import { matched, model, propensity, pupils, RESULTS, schools } from "./helpers/results";

const reference = referenceJson<{
  models: readonly {
    data: string;
    formula: string;
    REML: boolean;
    rows: number[];
    fitted: number[];
    resid: number[];
    hat: number[];
    fixed: number[];
  }[];
  glm: { formula: string; rows: number[]; fitted: number[]; resid: number[] };
}>("summary-and-broom.json");

const added = (frame: ReturnType<typeof augment>) => columnNames(frame).filter((name) => name.startsWith("."));
const at = (frame: ReturnType<typeof augment>, name: string, rows: readonly number[]) =>
  rows.map((row) => numericColumn(frame, name)[row]);

describe("augment of a mixed model", () => {
  it.each(reference.models.map((each) => [each.formula, each] as const))("%s: lme4's rows", (_, theirs) => {
    const data = referenceFrame(`${theirs.data}.csv`);
    const rows = augment(fitMixed(theirs.formula, data, { method: theirs.REML ? "REML" : "ML" }));
    expect(rows.rows).toBe(data.rows);
    expect(columnNames(rows)).toEqual([...columnNames(data), ".fitted", ".resid", ".hat", ".fixed"]);
    // lme4 stops some 1e-7 short of the optimum, which the shrinkage feels.
    for (const name of ["fitted", "resid", "hat", "fixed"] as const) {
      expect(worst(at(rows, `.${name}`, theirs.rows), theirs[name]), name).toBeLessThan(2e-6);
    }
  });

  const incomplete = {
    school: ["a", "a", "b", "b", "c", "c", "d", "b", "a", "c"],
    ses: [0, 1, 1, 3, null, 2, 1, 2, 3, 1],
    score: [8, 10, 13, null, 5, 6, null, 11, 9, 7],
  };

  it("keeps the caller's rows; those left out hold NaN, also where a group has no complete row", () => {
    const rows = augment(fitMixed("score ~ ses + (1 | school)", incomplete));
    expect(rows.rows).toBe(10);
    for (const name of [".fitted", ".resid", ".hat", ".fixed"]) {
      const leftOut = [...numericColumn(rows, name)].flatMap((value, row) => (Number.isNaN(value) ? [row] : []));
      expect(leftOut, name).toEqual([3, 4, 6]);
    }
    const first = toRows(rows)[0];
    expect(Number(first[".fitted"]) + Number(first[".resid"])).toBeCloseTo(8, 12);
  });

  it("has a leverage that adds up to the effective number of parameters: p + Σ λ_j less what both share", () => {
    const balanced = { g: ["a", "a", "b", "b", "c", "c"], y: [8, 10, 13, 15, 5, 6] };
    const fit = fitMixed("y ~ 1 + (1 | g)", balanced);
    const lambda = (2 * fit.variances.group) / (2 * fit.variances.group + fit.variances.residual);
    const hat = numericColumn(augment(fit), ".hat");
    // The intercept takes one, each group's own deviation λ (J − 1) in all.
    expect(hat.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1 + 2 * lambda, 12);
  });

  it("leaves .hat out where rows do not count alike", () => {
    const weights = new Float64Array(pupils.rows).fill(1);
    weights[0] = 2;
    const precise = fitMixed("mathach ~ ses + (1 | school)", pupils, {
      weights: { pupils: weights, kind: "precision" },
    });
    expect(added(augment(precise))).toEqual([".fitted", ".resid", ".fixed"]);
    const counted = fitMixed("mathach ~ ses + (1 | school)", pupils, {
      weights: { pupils: weights, kind: "frequency" },
    });
    expect(added(augment(counted))).toContain(".hat");
  });

  it("takes the rows again where the model has forgotten them, and no others", () => {
    const back = fromJson(toJson(model)) as MixedModel;
    expect(augment(back, pupils)).toEqual(augment(model));
    expect(errorOf(() => augment(back)).code).toBe("invalid-argument");
    expect(errorOf(() => augment(back, takeRows(pupils, [0, 1, 2]))).code).toBe("summary-mismatch");
  });
});

describe("augment of designs", () => {
  it("a propensity model: scores, and glm's link and deviance residuals", () => {
    const { glm } = reference;
    const fit = fitPropensity(glm.formula, referenceFrame("lalonde.csv"));
    const rows = augment(fit);
    expect(added(rows)).toEqual([".pscore", ".fitted", ".resid"]);
    expect(worst(at(rows, ".fitted", glm.rows), glm.fitted)).toBeLessThan(1e-10);
    expect(worst(at(rows, ".resid", glm.rows), glm.resid)).toBeLessThan(1e-10);
    expect(numericColumn(rows, ".pscore")).toEqual(fit.scores);
    const squares = numericColumn(rows, ".resid").reduce((sum, value) => sum + value ** 2, 0);
    expect(squares).toBeCloseTo(fit.deviance, 8);
  });

  it("rows that the score leaves out hold NaN", () => {
    const fit = fitPropensity("t ~ x", { t: [0, 1, 0, 1, 0, 1, 1], x: [1, 2, 3, 3, 2, 4, null] });
    expect(toRows(augment(fit))[6]).toEqual({ t: 1, x: null, ".pscore": null, ".fitted": null, ".resid": null });
  });

  it("a match: score, weights and sets, all rows kept", () => {
    const rows = augment(matched);
    expect(added(rows)).toEqual([".pscore", ".weights", ".subclass"]);
    expect(rows.rows).toBe(schools.rows);
    expect(numericColumn(rows, ".weights")).toEqual(matched.weights);
    const sets = numericColumn(rows, ".subclass");
    matched.subclass!.forEach((set, row) => {
      expect(sets[row]).toBe(set < 0 ? Number.NaN : set);
    });
    expect(added(augment(match(propensity, { method: "nearest", replace: true })))).toEqual([".pscore", ".weights"]);
    expect(added(augment(match(propensity, { method: "nearest", distance: "linear" })))[0]).toBe(".distance");
  });

  it("weights: 0 for units left out, NaN for incomplete rows", () => {
    expect(added(augment(RESULTS.weights))).toEqual([".pscore", ".weights"]);
    const data = { t: [0, 1, 0, 1, 0, 1, 0], x: [1, 2, 3, 3, 2, 1.5, null] };
    const rows = augment(balanceEntropy("t ~ x", data, { estimand: "ATT" }));
    expect(added(rows)).toEqual([".weights"]);
    expect(Array.from(numericColumn(rows, ".weights"), Number.isNaN)).toEqual([
      ...new Array<boolean>(6).fill(false),
      true,
    ]);
  });

  it("refuses data of another length, data that are not there, and to write over a column", () => {
    expect(errorOf(() => augment(propensity, { x: [1, 2] })).code).toBe("length-mismatch");
    expect(errorOf(() => augment(fromJson(toJson(propensity)) as PropensityModel)).message).toContain(
      "second argument",
    );
    const error = errorOf(() => augment(matched, augment(RESULTS.weights)));
    expect(error.code).toBe("column-conflict");
    expect(error.message).toContain('".pscore"');
    const renamed = renameColumns(augment(RESULTS.weights), { ".pscore": "score", ".weights": "odds" });
    expect(added(augment(matched, renamed))).toEqual([".pscore", ".weights", ".subclass"]);
  });

  it("refuses results that say nothing of rows", () => {
    const error = errorOf(() => augment(RESULTS.effect as never));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toBe('augment does not know results of kind "effect": it says nothing of single rows.');
  });
});

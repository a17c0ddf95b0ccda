import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { valueAt } from "../../src/data/column";
import { match } from "../../src/matching/match";
import type { NearestScoreMatch } from "../../src/matching/types/result";
import { fitPropensity } from "../../src/propensity/fit";
import { errorOf } from "../helpers/reference";
import { covariates, disagreement, lalonde, refitSpecs, scoreSpecs, specs, subclassSpecs } from "./lalonde";

const data = lalonde();
const model = fitPropensity(`treat ~ ${covariates.join(" + ")}`, data);

/** The largest difference of our score from MatchIt's. */
function scoreError(score: Float64Array, theirs: readonly number[]): number {
  return theirs.reduce((most, value, row) => Math.max(most, Math.abs(score[row] - value)), 0);
}

/** SMDs of every covariate and the score, before and after. */
function expectSameBalance(result: NearestScoreMatch, name: string): void {
  const { rows } = assessBalance(result);
  const { balance_all: before, balance_matched: after } = specs[name];
  expect(rows.map((row) => row.name)).toEqual(Object.keys(before));
  for (const row of rows) {
    // MatchIt's scores stop 3e-9 short of full convergence.
    expect(Math.abs(row.before.smd - (before[row.name][2] as number)), `${row.name} before`).toBeLessThan(1e-7);
    expect(Math.abs((row.after?.smd as number) - (after[row.name][2] as number)), row.name).toBeLessThan(1e-7);
  }
}

describe("from our own propensity model to MatchIt's match", () => {
  for (const [name, options] of Object.entries({ ...scoreSpecs, ...refitSpecs })) {
    it(`gives the same scores, pairs, weights and calipers: ${name}`, () => {
      const isLinear = name === "link_linear" || name === "cal02lin";
      const result = match(model, { ...options, distance: isLinear ? "linear" : "score" });
      // How far R's glm stops short of convergence: 3e-9 in a score, 3e-8 in a linear predictor.
      expect(scoreError(result.score, specs[name].distance)).toBeLessThan(isLinear ? 1e-7 : 1e-8);
      const found = disagreement(result, specs[name]);
      if (found !== null) throw new Error(`Against MatchIt: ${found}.`);
    });
  }

  for (const [name, options] of Object.entries(subclassSpecs)) {
    it(`gives the same subclasses: ${name}`, () => {
      const found = disagreement(match(model, options), specs[name]);
      if (found !== null) throw new Error(`Against MatchIt: ${found}.`);
    });
  }

  it("compares the model's covariates by default, with the data it remembers", () => {
    const result = match(model, { method: "nearest" });
    expect(result.covariates).toEqual(covariates);
    expectSameBalance(result, "default");
  });
});

describe("reestimate", () => {
  const formula = `treat ~ ${covariates.join(" + ")}`;
  const options = { method: "nearest", discard: "both", reestimate: true } as const;

  it("gives MatchIt's balance", () => {
    expectSameBalance(match(model, options), "discard_re");
  });

  it("fits again as the model was fitted: link, weights by row or by name, penalty; discarded units keep their score", () => {
    const w = Float64Array.from({ length: data.rows }, (_, row) => 1 + (row % 3));
    const weighted = { ...data, columns: [...data.columns, { kind: "numeric", name: "w", values: w } as const] };
    const byRow = match(fitPropensity(formula, data, { link: "probit", weights: w }), options);
    const byName = match(fitPropensity(formula, weighted, { link: "probit", weights: "w" }), options);
    expect([...byRow.score]).toEqual([...byName.score]);
    expect(byRow.options.reestimate).toBe(true);
    const first = fitPropensity(formula, data, { link: "probit", weights: w });
    const kept = Array.from(byRow.discarded.keys()).filter((row) => byRow.discarded[row] === 0);
    const again = fitPropensity(
      formula,
      Object.fromEntries(data.columns.map((column) => [column.name, kept.map((row) => valueAt(column, row))])),
      { link: "probit", weights: kept.map((row) => w[row]) },
    );
    for (let row = 0, i = 0; row < data.rows; row++) {
      expect(byRow.score[row]).toBe(byRow.discarded[row] === 1 ? first.scores[row] : again.scores[i++]);
    }
    const firth = match(fitPropensity(formula, data, { penalty: "firth" }), options);
    expect([...firth.score]).not.toEqual([...match(model, options).score]);
    expect(firth.diagnostics.some(({ code }) => code === "penalised")).toBe(true);
  });

  it("reads the linear predictor where that is matched on, also beside a distance on covariates", () => {
    const linear = match(model, { ...options, distance: "linear" });
    const beside = match(model, {
      ...options,
      distance: "mahalanobis",
      scale: "linear",
      caliper: 0.2,
    });
    expect([...(beside.score as Float64Array)]).toEqual([...linear.score]);
    expect(beside.scale).toBe("linear");
    expect(beside.calipers[0].sd).toBe(match(model, { ...options, distance: "linear", caliper: 0.2 }).calipers[0].sd);
  });

  it("refuses scores that were given, models without their data, and no discarding, in a sentence", () => {
    const message = (run: () => unknown): string => errorOf(run).message;
    const given = { treated: "treat", score: model.scores, data };
    expect(message(() => match(given, options))).toContain("scores were given");
    expect(message(() => match(structuredClone(model), options))).toContain("does not remember them");
    expect(message(() => match(model, { method: "nearest", reestimate: true }))).toContain('discard: "both"');
    expect(message(() => match(model, { ...options, reestimate: 1 as never }))).toContain("true or false");
  });
});

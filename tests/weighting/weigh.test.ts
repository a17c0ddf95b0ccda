import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { sourceOf } from "../../src/data/source";
import { fitPropensity } from "../../src/propensity/fit";
import type { PropensityModel } from "../../src/propensity/types";
import { describeWeights } from "../../src/weighting/describe";
import { weightsTable } from "../../src/weighting/table";
import type { WeighOptions, WeightEstimand } from "../../src/weighting/types";
import { weigh } from "../../src/weighting/weigh";
import { errorOf } from "../helpers/reference";
import { meanOf, sample, weightViolations } from "./support";

const ESTIMANDS: readonly WeightEstimand[] = ["ATE", "ATT", "ATC", "overlap", "matching"];

/** A model whose scores are given, all else as fitted. */
function withScores(scores: readonly number[], treated: readonly number[]): PropensityModel {
  const template = fitPropensity("treated ~ x", { treated: [0, 0, 1, 1], x: [0, 1, 0, 1] });
  return { ...template, scores: Float64Array.from(scores), treated: Uint8Array.from(treated) };
}

const data = sample(11, 400);
const FORMULA = "treated ~ age + prior + urban + region";
const model = fitPropensity(FORMULA, data);

describe("closed forms", () => {
  it("each formula, by hand", () => {
    const given = withScores([0.25, 0.8, 0.25, 0.8], [1, 1, 0, 0]);
    const expected: Record<WeightEstimand, number[]> = {
      ATE: [4, 1.25, 4 / 3, 5],
      ATT: [1, 1, 1 / 3, 4],
      ATC: [3, 0.25, 1, 1],
      overlap: [0.75, 0.2, 0.25, 0.8],
      matching: [1, 0.25, 1 / 3, 1],
    };
    for (const estimand of ESTIMANDS) {
      const { weights } = weigh(given, { estimand });
      // Two roundings.
      weights.forEach((weight, i) => {
        expect(weight).toBeCloseTo(expected[estimand][i], 14);
      });
    }
  });

  it("in saturated strata inverse probability weighting is standardisation", () => {
    // urban × selective; cells of treated and control and their mean outcomes.
    const cells = [
      { urban: 0, selective: 0, treated: 3, control: 9, outcomes: [5, 2] },
      { urban: 0, selective: 1, treated: 4, control: 2, outcomes: [9, 7] },
      { urban: 1, selective: 0, treated: 7, control: 5, outcomes: [3, 4] },
      { urban: 1, selective: 1, treated: 6, control: 1, outcomes: [8, 1] },
    ];
    const rows = cells.flatMap((cell) => [
      ...Array.from({ length: cell.treated }, (_, i) => ({
        ...cell,
        arm: 1,
        y: cell.outcomes[0] + (i % 2 ? 0.5 : -0.5),
      })),
      ...Array.from({ length: cell.control }, (_, i) => ({ ...cell, arm: 0, y: cell.outcomes[1] + 0.25 * i })),
    ]);
    const fit = fitPropensity(
      "arm ~ urban * selective",
      rows.map(({ arm, urban, selective }) => ({ arm, urban, selective })),
    );
    const y = rows.map((row) => row.y);
    const arms = rows.map((row) => row.arm);
    const cellMean = (cell: (typeof cells)[number], arm: number): number => {
      const own = rows.filter((row) => row.urban === cell.urban && row.selective === cell.selective && row.arm === arm);
      return own.reduce((sum, row) => sum + row.y, 0) / own.length;
    };
    const sizes: Partial<Record<WeightEstimand, (cell: (typeof cells)[number]) => number>> = {
      ATE: (cell) => cell.treated + cell.control,
      ATT: (cell) => cell.treated,
      ATC: (cell) => cell.control,
      overlap: (cell) => (cell.treated * cell.control) / (cell.treated + cell.control),
      matching: (cell) => Math.min(cell.treated, cell.control),
    };
    for (const estimand of ESTIMANDS) {
      const { weights } = weigh(fit, { estimand });
      const size = sizes[estimand]!;
      const total = cells.reduce((sum, cell) => sum + size(cell), 0);
      const standardised =
        cells.reduce((sum, cell) => sum + size(cell) * (cellMean(cell, 1) - cellMean(cell, 0)), 0) / total;
      const weighted = meanOf(y, weights, arms, 1) - meanOf(y, weights, arms, 0);
      // The scores are the cells' shares up to the fit's tolerance of 1e-10 standard errors.
      expect(Math.abs(weighted - standardised), estimand).toBeLessThan(1e-9);
    }
  });

  it("stabilised ATE weights are the plain ones times the group's share, and average 1 in saturated strata", () => {
    const plain = weigh(model, { estimand: "ATE" });
    const stabilised = weigh(model, { estimand: "ATE", stabilise: true });
    const share = data.treated.filter((value) => value === 1).length / 400;
    stabilised.weights.forEach((weight, row) => {
      expect(weight).toBeCloseTo(plain.weights[row] * (data.treated[row] === 1 ? share : 1 - share), 12);
    });
    for (const arm of ["treated", "control"] as const) {
      expect(stabilised.counts.effective[arm]).toBeCloseTo(plain.counts.effective[arm], 9);
    }
    const saturated = fitPropensity("treated ~ urban", data);
    const { weights } = weigh(saturated, { estimand: "ATE", stabilise: true });
    // Horvitz–Thompson: each group's weights 1/e add up to n, so that shares of it add up to the group's size.
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(400, 6);
  });
});

describe("identities", () => {
  it("every estimand keeps what must hold of weights", () => {
    for (const estimand of ESTIMANDS) {
      for (const trim of [undefined, 0.95, { type: "trim", bounds: [0.2, 0.7] }] as const) {
        expect(weightViolations(weigh(model, { estimand, trim })), `${estimand} ${JSON.stringify(trim)}`).toEqual([]);
      }
    }
  });

  it("the focal group weighs 1, and ATE weights are the sum of ATT and ATC weights", () => {
    const [ate, att, atc] = (["ATE", "ATT", "ATC"] as const).map((estimand) => weigh(model, { estimand }).weights);
    data.treated.forEach((arm, row) => {
      expect(arm === 1 ? att[row] : atc[row]).toBe(1);
      expect(Math.abs(ate[row] - att[row] - atc[row])).toBeLessThan(1e-13 * ate[row]);
    });
  });

  it("overlap weights of a logit model balance every term's mean exactly (Li, Morgan & Zaslavsky 2018, theorem 3)", () => {
    const { weights } = weigh(model, { estimand: "overlap" });
    const columns = {
      age: data.age,
      prior: data.prior,
      urban: data.urban,
      south: data.region.map((r) => (r === "south" ? 1 : 0)),
      west: data.region.map((r) => (r === "west" ? 1 : 0)),
    };
    for (const [name, x] of Object.entries(columns)) {
      const difference = meanOf(x, weights, data.treated, 1) - meanOf(x, weights, data.treated, 0);
      expect(Math.abs(difference), name).toBeLessThan(1e-8);
    }
    const sums = [0, 1].map((arm) =>
      weights.reduce((sum, weight, row) => sum + (data.treated[row] === arm ? weight : 0), 0),
    );
    expect(Math.abs(sums[0] - sums[1])).toBeLessThan(1e-8);
  });

  it("swapping treated and control swaps ATT and ATC and leaves the others", () => {
    const swapped = fitPropensity(FORMULA, { ...data, treated: data.treated.map((value) => 1 - value) });
    const partner: Record<WeightEstimand, WeightEstimand> = {
      ATE: "ATE",
      ATT: "ATC",
      ATC: "ATT",
      overlap: "overlap",
      matching: "matching",
    };
    for (const estimand of ESTIMANDS) {
      const one = weigh(model, { estimand }).weights;
      const other = weigh(swapped, { estimand: partner[estimand] }).weights;
      // Both fits stop within 1e-10 standard errors.
      one.forEach((weight, row) => {
        expect(Math.abs(weight - other[row])).toBeLessThan(1e-8 * Math.max(1, weight));
      });
    }
  });
});

describe("trimming and truncation", () => {
  const scores = [0.05, 0.2, 0.5, 0.95, 0.04, 0.3, 0.6, 0.97];
  const treated = [1, 1, 1, 1, 0, 0, 0, 0];

  it("bounds leave out who is outside, and keep the bounds themselves", () => {
    const result = weigh(withScores(scores, treated), { estimand: "ATE", trim: { type: "trim", bounds: [0.05, 0.6] } });
    expect([...result.weights].map((weight) => weight > 0)).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(result.counts.trimmed).toEqual({ treated: 1, control: 2 });
    expect(result.counts.all).toEqual({ treated: 4, control: 4 });
    expect(result.counts.weighted).toEqual({ treated: 3, control: 2 });
    expect(result.diagnostics[0].message).toContain("1 treated and 2 control units");
  });

  it("shares for stabilising are those of the units kept", () => {
    const trim = { type: "trim", bounds: [0.05, 0.6] } as const;
    const { weights } = weigh(withScores(scores, treated), { estimand: "ATE", stabilise: true, trim });
    expect(weights[0]).toBeCloseTo(3 / 5 / 0.05, 12);
    expect(weights[5]).toBeCloseTo(2 / 5 / 0.7, 12);
  });

  it("truncation sets weights above R's type 7 quantile to it and counts them", () => {
    const given = withScores(scores, treated);
    const plain = weigh(given, { estimand: "ATE" }).weights;
    const result = weigh(given, { estimand: "ATE", trim: 0.75 });
    const sorted = [...plain].sort((a, b) => a - b);
    // (8 − 1) × 0.75 = 5.25: a quarter of the way from the sixth to the seventh.
    const limit = sorted[5] + 0.25 * (sorted[6] - sorted[5]);
    plain.forEach((weight, row) => {
      expect(result.weights[row]).toBeCloseTo(Math.min(weight, limit), 12);
    });
    expect(result.counts.truncated).toEqual({ treated: 1, control: 1 });
    expect(weigh(given, { estimand: "ATE", trim: { type: "truncate", quantile: 0.75 } }).weights).toEqual(
      result.weights,
    );
  });

  it("ATT truncation looks at the controls only", () => {
    const result = weigh(withScores(scores, treated), { estimand: "ATT", trim: 0.5 });
    const odds = [0.04 / 0.96, 0.3 / 0.7, 0.6 / 0.4, 0.97 / 0.03];
    const limit = (odds[1] + odds[2]) / 2;
    expect([...result.weights.subarray(0, 4)]).toEqual([1, 1, 1, 1]);
    odds.forEach((value, i) => {
      expect(result.weights[4 + i]).toBeCloseTo(Math.min(value, limit), 12);
    });
    expect(result.counts.truncated).toEqual({ treated: 0, control: 2 });
  });

  it("Crump's bounds satisfy their equation and minimise the variance over all bounds", () => {
    const strong = sample(5, 600, 2.2);
    const fit = fitPropensity(FORMULA, strong);
    const result = weigh(fit, { estimand: "ATE", trim: { type: "trim", bounds: "crump" } });
    const { trim } = result.options as Extract<typeof result.options, { method: "propensity-score" }>;
    const [bound, upper] = (trim as Extract<typeof trim, { type: "trim" }>).bounds;
    expect(bound).toBeGreaterThan(0.01);
    expect(upper).toBe(1 - bound);
    const g = Array.from(fit.scores, (e) => 1 / (e * (1 - e)));
    const threshold = 1 / (bound * (1 - bound));
    const within = g.filter((value) => value <= threshold);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(threshold / (2 * mean(within)) - 1)).toBeLessThan(1e-12);
    const variance = (limit: number): number => {
      const kept = g.filter((value) => value <= limit);
      return mean(kept) / kept.length;
    };
    const best = variance(threshold);
    for (const limit of g) expect(best).toBeLessThanOrEqual(variance(limit) * (1 + 1e-12));
    expect(result.counts.trimmed.treated + result.counts.trimmed.control).toBe(600 - within.length);
  });

  it("Crump's rule keeps all where scores are moderate, and says so", () => {
    const result = weigh(withScores([0.4, 0.5, 0.6, 0.45], [1, 0, 1, 0]), {
      estimand: "ATE",
      trim: { type: "trim", bounds: "crump" },
    });
    expect(result.options).toMatchObject({ trim: { bounds: [0, 1] } });
    expect(result.diagnostics[0]).toMatchObject({ severity: "info" });
  });
});

describe("what to worry about", () => {
  it("names rows whose score all but rules out their group, where the estimand feels it", () => {
    const given = withScores([0.005, 0.5, 0.995, 0.005, 0.5, 0.995], [1, 1, 1, 0, 0, 0]);
    const rowsOf = (estimand: WeightEstimand): unknown =>
      weigh(given, { estimand }).diagnostics.find(({ details }) => "within" in details)?.details.rows;
    expect(rowsOf("ATE")).toEqual([0, 5]);
    expect(rowsOf("ATT")).toEqual([5]);
    expect(rowsOf("ATC")).toEqual([0]);
    expect(rowsOf("overlap")).toBeUndefined();
  });

  it("tells of a unit that outweighs its group", () => {
    const treated = Array.from({ length: 60 }, (_, i) => i % 2);
    const scores = treated.map((_, i) => (i === 1 ? 0.02 : 0.5));
    const result = weigh(withScores(scores, treated), { estimand: "ATE" });
    // 50 among 29 of weight 2.
    expect(result.largestShare.treated).toBeCloseTo(50 / 108, 12);
    expect(result.topPercentShare.treated).toBeCloseTo(50 / 108, 12);
    expect(result.diagnostics.map(({ message }) => message).join()).toContain("One of 30 treated units holds 46.3 %");
  });

  it("rows without a score weigh 0 and are counted", () => {
    const age = data.age.map((value, row) => (row < 3 ? Number.NaN : value));
    const result = weigh(fitPropensity(FORMULA, { ...data, age }), { estimand: "ATE" });
    expect([...result.weights.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(result.counts.all.treated + result.counts.all.control).toBe(397);
    expect(result.diagnostics[0]).toMatchObject({ code: "rows-dropped", details: { count: 3 } });
    expect(weightViolations(result)).toEqual([]);
  });
});

describe("what others do with weights", () => {
  it("assessBalance takes them, and they improve balance", () => {
    const { treated, covariates, weights } = weigh(model, { estimand: "overlap" });
    const balance = assessBalance({ treated, covariates, weights, estimand: "ATE", data });
    expect(balance.maxAbsSmd.before).toBeGreaterThan(0.3);
    expect(balance.maxAbsSmd.after).toBeLessThan(1e-8);
    const att = weigh(model, { estimand: "ATT" });
    expect(
      assessBalance({ treated, covariates, weights: att.weights, estimand: "ATT", data }).maxAbsSmd.after,
    ).toBeLessThan(0.1);
  });

  it("remembers the data, and survives JSON but for typed arrays", () => {
    const result = weigh(model, { estimand: "ATT" });
    expect(sourceOf(result)?.data?.rows).toBe(400);
    expect(Object.keys(JSON.parse(JSON.stringify(result)))).toEqual(Object.keys(result));
  });

  it("describes itself", () => {
    const lines = describeWeights(weigh(model, { estimand: "ATE", stabilise: true, trim: 0.9 }));
    expect(lines[0]).toBe("Method: stabilised inverse probability weights from a propensity score (logit)");
    expect(lines[1]).toMatch(/^Trimming: weights truncated at the 0.9 quantile, \d/);
    expect(lines[2]).toMatch(/^Units: 400 \(\d+ treated and \d+ control\)$/);
    expect(lines[3]).toMatch(/^Worth: \d+\.\d treated and \d+\.\d control effective; the largest weight is/);
    expect(lines[4]).toBe("Estimand: ATE, for all units");
    expect(lines[5]).toBe("Covariates: age, prior, urban, region");
    const table = weightsTable(weigh(model, { estimand: "ATT" }));
    expect(table.rows[0].slice(1)).toEqual([
      model.treated.filter((value) => value === 1).length,
      model.treated.filter((value) => value === 0).length,
    ]);
    expect(table.rows.every((row) => row.length === table.columns.length)).toBe(true);
  });
});

describe("bad input", () => {
  const refusals: readonly { what: string; options: unknown; says: readonly string[] }[] = [
    { what: "no options", options: undefined, says: ["options object"] },
    { what: "no estimand", options: {}, says: ['"ATE"', "not nothing"] },
    { what: "an unknown estimand", options: { estimand: "overlpa" }, says: ['"overlap"', '"overlpa"'] },
    { what: "an unknown option", options: { estimand: "ATE", stabilize: true }, says: ['Did you mean "stabilise"?'] },
    { what: "stabilised ATT", options: { estimand: "ATT", stabilise: true }, says: ["ATE only", '"ATT"'] },
    { what: "stabilise in words", options: { estimand: "ATE", stabilise: "yes" }, says: ["true or false"] },
    { what: "a low quantile", options: { estimand: "ATE", trim: 0.1 }, says: ["0.5 up to 1", "bounds: [0.1, 0.9]"] },
    { what: "a quantile of 1", options: { estimand: "ATE", trim: 1 }, says: ["0.5 up to 1"] },
    { what: "a quantile of NaN", options: { estimand: "ATE", trim: Number.NaN }, says: ["NaN"] },
    { what: "trim in words", options: { estimand: "ATE", trim: "crump" }, says: ["quantile such as 0.99"] },
    {
      what: "swapped bounds",
      options: { estimand: "ATE", trim: { type: "trim", bounds: [0.9, 0.1] } },
      says: ["ascending"],
    },
    {
      what: "a bound beyond 1",
      options: { estimand: "ATE", trim: { type: "trim", bounds: [0.1, 1.1] } },
      says: ["from 0 to 1"],
    },
    {
      what: "Crump for the ATT",
      options: { estimand: "ATT", trim: { type: "trim", bounds: "crump" } },
      says: ["ATE", '"ATT"'],
    },
    {
      what: "a stray key",
      options: { estimand: "ATE", trim: { type: "trim", bound: [0.1, 0.9] } },
      says: ['"bounds"'],
    },
  ];
  it.each(refusals)("$what", ({ options, says }) => {
    const { code, message } = errorOf(() => weigh(model, options as WeighOptions));
    expect(code).toBe("invalid-argument");
    for (const words of says) expect(message).toContain(words);
  });

  it("a subject that is no model, scores beyond 0 and 1, infinite weights, an empty group", () => {
    const wrong = errorOf(() => weigh({ kind: "match-result" } as unknown as PropensityModel, { estimand: "ATE" }));
    expect(wrong).toMatchObject({ code: "wrong-type", message: expect.stringContaining("fitPropensity") });
    const beyond = errorOf(() => weigh(withScores([0.5, 1.5], [0, 1]), { estimand: "ATE" }));
    expect(beyond.message).toContain("row 2 is 1.5");
    const certain = withScores([1, 0.5, 0.5, 0], [0, 1, 0, 1]);
    const infinite = errorOf(() => weigh(certain, { estimand: "ATE" }));
    expect(infinite).toMatchObject({
      code: "non-finite",
      message: expect.stringContaining("row 1 is a control with a score of 1"),
    });
    expect(weightViolations(weigh(certain, { estimand: "overlap" }))).toEqual([]);
    expect(weightViolations(weigh(certain, { estimand: "ATE", trim: { type: "trim", bounds: [0.1, 0.9] } }))).toEqual(
      [],
    );
    const empty = errorOf(() =>
      weigh(withScores([0.2, 0.9], [0, 1]), { estimand: "ATE", trim: { type: "trim", bounds: [0.1, 0.5] } }),
    );
    expect(empty).toMatchObject({
      code: "empty-group",
      message: expect.stringContaining("no treated unit with a score from 0.1 to 0.5"),
    });
  });
});

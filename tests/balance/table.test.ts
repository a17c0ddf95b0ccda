import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { balanceTable } from "../../src/balance/table";
import { render } from "../../src/display/render";
import { match } from "../../src/matching/match";
import { covariates, lalonde, scoreSpecs, specs } from "../matching/lalonde";

const matched = match({ treated: "treat", score: specs.cal02.distance, covariates, data: lalonde() }, scoreSpecs.cal02);

describe("balanceTable in MatchIt's words", () => {
  it("has its columns in its order, all data above matched data, sizes and a tally", () => {
    const balance = assessBalance(matched);
    const table = balanceTable(balance);
    expect(table.columns.map(({ name }) => name)).toEqual([
      "",
      "Means Treated",
      "Means Control",
      "Std. Mean Diff.",
      "Var. Ratio",
      "eCDF Mean",
      "eCDF Max",
      "Std. Pair Dist.",
    ]);
    expect(table.rows.length).toBe(2 * (1 + 10));
    expect(table.rows[0][0]).toBe("Summary of Balance for All Data");
    expect(table.rows[11][0]).toBe("Summary of Balance for Matched or Weighted Data");
    // MatchIt's own table, in its order of columns.
    const married = table.rows[11 + 7] as number[];
    expect(married[0]).toBe("married");
    specs.cal02.balance_matched.married.forEach((value, k) => {
      if (value === null) expect(married[k + 1]).toBeNull();
      else expect(married[k + 1]).toBeCloseTo(value, 9);
    });
    expect(table.notes?.[0]).toBe(
      "185 treated and 429 control units; 113 and 113 matched or weighted, worth 113.0 and 113.0 (effective sample size).",
    );
    const balanced = balance.rows.slice(1).filter((row) => Math.abs(row.after?.smd ?? 1) <= 0.1).length;
    expect(table.notes?.[2]).toContain(`1 before and ${balanced} after of 9 covariates; the worst is nodegree (0.156)`);
    const units = { treated: [1, 0, 1, 0], covariates: { x: [1, 2, 4, 7] } };
    const worst = (weights: number[]): string | undefined =>
      balanceTable(assessBalance({ ...units, weights })).notes?.[2];
    expect(worst([1, 1, 1, 1])).toContain("the worst is x (−0.943)");
    // 2 · .9 + 7 · .1 = 2.5: even, but for a difference that three digits do not show.
    expect(worst([1, 0.9, 1, 0.100000001])).toMatch(/the worst is x \(−\d\.\d\de−\d+\)/);
  });

  it("shows improvements on request, and raw differences of binaries on request", () => {
    const table = balanceTable(assessBalance(matched, { improvement: true, binary: "raw" }));
    expect(table.rows.length).toBe(3 * (1 + 10));
    expect(table.columns[3].name).toBe("Mean Diff.");
    expect(render(table)).toContain("raw differences of proportions");
    const race = assessBalance(matched).rows[3];
    expect(table.rows[4][3]).toBe(race.before.difference);
    expect(table.rows[22 + 4][3]).toMatchObject({ value: race.improvement?.smd });
  });

  it("shows one side where nothing was matched", () => {
    const table = balanceTable(assessBalance({ treated: [1, 1, 0, 0], covariates: { x: [1, 2, 2, 3] } }));
    expect(table.columns.length).toBe(7);
    expect(table.rows.length).toBe(1);
    const [name, ...numbers] = table.rows[0];
    expect(name).toBe("x");
    [1.5, 2.5, -Math.SQRT2, 1, 1 / 3, 0.5].forEach((value, k) => {
      expect(numbers[k]).toBeCloseTo(value, 14);
    });
    expect(table.notes?.[0]).toBe("2 treated and 2 control units.");
  });

  it("puts subclasses and what clusters range over below", () => {
    const table = balanceTable(assessBalance(matched, { bySubclass: true, cluster: "race", covariates: ["age"] }));
    const titles = table.rows.flatMap(([name, first]) => (first === null && name !== "age" ? [String(name)] : []));
    expect(titles.length).toBe(2 + 113 + 3 + 3);
    expect(titles.slice(2, 4)).toEqual(["Subclass 1 (1 treated, 1 control)", "Subclass 2 (1 treated, 1 control)"]);
    expect(titles).toContain("Largest over 3 clusters of race");
  });
});

describe("balanceTable in cobalt's words", () => {
  it("leaves binaries raw, and says what keeps to each threshold", () => {
    const balance = assessBalance(matched, { style: "cobalt", thresholds: { smd: 0.1, varianceRatio: 2 } });
    const table = balanceTable(balance);
    expect(table.columns.map(({ name }) => name)).toEqual([
      "",
      "Type",
      "Diff.Un",
      "V.Ratio.Un",
      "KS.Un",
      "Diff.Adj",
      "V.Ratio.Adj",
      "KS.Adj",
      "M.Threshold",
      "V.Threshold",
    ]);
    const [distance, age] = table.rows;
    const married = balance.rows[6];
    expect(distance.slice(0, 2)).toEqual(["distance", "Distance"]);
    expect(distance.slice(8)).toEqual([null, null]);
    expect(age.slice(8)).toEqual(["Balanced, <0.1", "Not Balanced, >2"]);
    expect(table.rows[6].slice(0, 3)).toEqual(["married", "Binary", married.before.difference]);
    expect(table.rows[6].slice(5)).toEqual([
      married.after?.difference,
      null,
      married.after?.ecdfMax,
      "Balanced, <0.1",
      null,
    ]);
    expect(table.notes?.[3]).toBe(
      "Variance ratio between 1/2 and 2: 2 before and 3 after of 4 covariates; the worst is age (0.379).",
    );
  });
});

import { describe, expect, it } from "vitest";
import { render } from "../../src/display/render";
import type { Cell, FormattedCell, Table } from "../../src/display/table";
import { fitMixed } from "../../src/multilevel/fit";
import { numbersTable } from "../../src/multilevel/number-tables";
import { predict } from "../../src/multilevel/predict";
import { modelTable } from "../../src/multilevel/tables";
import { type Summarisable, summary } from "../../src/summary";
import { errorOf, referenceFrame } from "../helpers/reference";
import { model, pastes, pupils, RESULTS, slopes } from "../helpers/results";

const rawValue = (cell: Cell | FormattedCell): Cell => (typeof cell === "object" && cell !== null ? cell.value : cell);
const rowsOf = ({ rows }: Table): Cell[][] => rows.map((row) => row.map(rawValue));
const rowOf = (table: Table, label: string): Cell[] => rowsOf(table).find(([name]) => name === label)!;

describe("summary of every result", () => {
  it.each(Object.keys(RESULTS))("%s renders in all formats, as many cells as columns", (kind) => {
    const table = summary(RESULTS[kind as keyof typeof RESULTS] as Summarisable);
    for (const each of [table, ...(table.before ?? []), ...(table.after ?? [])]) {
      for (const row of each.rows) expect(row).toHaveLength(each.columns.length);
    }
    for (const format of ["text", "markdown", "html", "csv"] as const) {
      const page = render(table, format);
      expect(page.length).toBeGreaterThan(10);
      expect(page).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it("ranks and comparison intervals: the highest first", () => {
    const { ranks } = RESULTS["group-ranks"];
    const expected = rowsOf(summary(RESULTS["group-ranks"])).map((row) => row[3] as number);
    expect(expected).toEqual(ranks.map(({ expectedRank }) => expectedRank).sort((a, b) => a - b));
    const estimates = rowsOf(summary(RESULTS["comparison-intervals"])).map((row) => row[1] as number);
    expect(estimates).toEqual([...estimates].sort((a, b) => b - a));
    expect(estimates).toHaveLength(RESULTS["comparison-intervals"].intervals.length);
  });

  it("influence: the ten worst schools, the worst first, each with its most moved term", () => {
    const { groups, terms } = RESULTS.influence;
    const table = summary(RESULTS.influence);
    const shown = rowsOf(table);
    const distances = groups.map(({ cooksDistance }) => cooksDistance).sort((a, b) => b - a);
    expect(shown.map((row) => row[1])).toEqual(distances.slice(0, 10));
    const worst = groups.find(({ level }) => level === shown[0][0])!;
    const largest = Math.max(...worst.dfbetas.map(Math.abs));
    expect(shown[0].slice(3, 5)).toEqual([
      largest,
      terms[worst.dfbetas.findIndex((value) => Math.abs(value) === largest)],
    ]);
    expect(table.notes![0]).toContain(`of ${groups.length} groups`);
  });

  it("influence: a group that alone has a column comes first, and is explained", () => {
    const alone = {
      ...RESULTS.influence.groups[0],
      level: "alone",
      cooksDistance: Number.NaN,
      dfbetas: [0.5, Number.NaN, 0],
    };
    const table = summary({ ...RESULTS.influence, groups: [...RESULTS.influence.groups.slice(0, 2), alone] });
    expect(table.rows[0].slice(0, 5)).toEqual(["alone", Number.NaN, alone.covarianceRatio, 0.5, "(Intercept)"]);
    expect(table.notes).toEqual(["Without a Cook's distance: a coefficient cannot be estimated without the group."]);
  });

  it("residuals: R's quartiles, mean, deviation, missing ones counted", () => {
    const table = numbersTable(Float64Array.of(4, Number.NaN, 1, 2, 3));
    expect(rowsOf(table)[0].slice(0, 6)).toEqual([1, 1.75, 2.5, 3.25, 4, 2.5]);
    expect(rowsOf(table)[0][6]).toBeCloseTo(Math.sqrt(5 / 3), 14);
    expect(table.notes).toEqual(["1 row without a value."]);
    expect(render(numbersTable(Float64Array.of(Number.NaN)))).toContain("1 row without a value.");
  });

  it("predictions: new groups and missing rows are said", () => {
    const rows = { school: ["new", "new"], ses: [0, null], catholic: [1, 1] };
    const { title, notes } = summary(predict(model, rows, { newGroups: "zero", interval: "confidence" }));
    expect(title).toBe("2 predictions, groups included, with 95 % confidence intervals");
    expect(notes!.join(" ")).toMatch(/does not know: new\. .*ses 1/);
  });

  it("comparisons say what was refitted and what is conservative", () => {
    expect(summary(RESULTS["model-comparison"]).notes).toEqual([
      "REML models were refitted by maximum likelihood for the comparison.",
    ]);
    const conservative = { ...RESULTS["model-comparison"], refitted: false, conservative: true };
    expect(summary(conservative).notes![0]).toContain("upper bound");
  });

  it("single numbers stand in their rows", () => {
    expect(rowOf(summary(RESULTS["design-effect"]), "design effect")[1]).toBe(RESULTS["design-effect"].designEffect);
    expect(rowsOf(summary(RESULTS["variance-parts"]))[0][3]).toBe(model.icc);
    expect(rowOf(summary(RESULTS["r-squared"]), "R² marginal (fixed effects)")[1]).toBe(RESULTS["r-squared"].marginal);
    expect(rowOf(summary(RESULTS["variance-reduction"]), "group")[3]).toBe(
      RESULTS["variance-reduction"].group.reduction,
    );
    expect(rowsOf(summary(RESULTS["f-test"]))).toEqual([
      ["ses, catholic", 2, RESULTS["f-test"].denominatorDf, RESULTS["f-test"].f, RESULTS["f-test"].p],
    ]);
    expect(summary(RESULTS.bootstrap).notes![0]).toMatch(/^Seed 1\./);
  });
});

describe("modelTable", () => {
  const sleep = referenceFrame("sleepstudy.csv");
  const plain = fitMixed("reaction ~ days + (1 | subject)", sleep);

  it("shows estimates with errors, variances, ICC, numbers of rows and groups, and criteria", () => {
    const table = modelTable({ plain, slopes });
    expect(rowsOf(table).map(([label]) => label)).toEqual([
      "(Intercept)",
      "days",
      "subject variance",
      "subject days variance",
      "subject (Intercept), days correlation",
      "residual variance",
      "ICC",
      "rows",
      "groups (subject)",
      "log-likelihood",
      "AIC",
      "BIC",
    ]);
    expect(rowOf(table, "days")).toEqual([
      "days",
      plain.fixed[1].estimate,
      plain.fixed[1].standardError,
      slopes.fixed[1].estimate,
      slopes.fixed[1].standardError,
    ]);
    expect(rowOf(table, "subject days variance")).toEqual([
      "subject days variance",
      null,
      null,
      slopes.randomTerms[0].covariance[1][1],
      null,
    ]);
    expect(rowOf(table, "AIC").slice(1)).toEqual([plain.aic, null, slopes.aic, null]);
    expect(rowOf(table, "log-likelihood")[3]).toBe(slopes.logLik);
  });

  it("puts models of all three structures side by side, terms by first mention", () => {
    const table = modelTable({ pastes, slopes, plain, model });
    expect(
      rowsOf(table)
        .slice(0, 4)
        .map(([label]) => label),
    ).toEqual(["(Intercept)", "days", "ses", "catholic"]);
    expect(rowOf(table, "cask:batch variance")[1]).toBe(pastes.randomTerms[0].covariance[0][0]);
    expect(rowOf(table, "groups (batch)").slice(1)).toEqual([10, null, null, null, null, null, null, null]);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  });

  it("says how the models were fitted", () => {
    const ml = fitMixed("reaction ~ 1 + (1 | subject)", sleep, { method: "ML" });
    expect(modelTable({ plain }).notes![0]).toMatch(/^Fitted by REML: .*same fixed effects\.$/);
    expect(modelTable({ ml }).notes).toEqual(["Fitted by maximum likelihood."]);
    expect(modelTable({ ml, plain }).notes![0]).toMatch(/^plain fitted by REML, the rest by maximum likelihood/);
  });

  it("marks significance on request, in columns of their own, with a legend", () => {
    const weak = fitMixed("mathach ~ ses + minority + female + (1 | school)", pupils);
    const table = modelTable({ weak, model }, { stars: true });
    expect(table.columns.map(({ name }) => name)).toEqual(["", "weak", "(SE)", "", "model", "(SE)", ""]);
    for (const { term, p } of weak.fixed) {
      expect(rowOf(table, term)[3]).toBe("*".repeat([0.05, 0.01, 0.001].filter((limit) => p < limit).length));
    }
    expect(table.notes!.at(-1)).toContain("*** p < .001");
    expect(rowOf(table, "catholic").slice(1, 4)).toEqual([null, null, null]);
    const untested = fitMixed("mathach ~ ses + (1 | school)", pupils, { df: "none" });
    expect(rowOf(modelTable({ untested }, { stars: true }), "ses")[3]).toBe("");
  });

  it("has as many decimals as asked for", () => {
    expect(render(modelTable({ plain }, { digits: 1 }))).toMatch(/days +10\.5 +0\.8/);
  });

  it("refuses no models, other results and odd digits", () => {
    expect(errorOf(() => modelTable({})).code).toBe("invalid-argument");
    expect(errorOf(() => modelTable({ odd: RESULTS.effect as never })).message).toContain('"odd" is no mixed model');
    expect(errorOf(() => modelTable({ plain }, { digits: 1.5 })).message).toContain("1.5");
  });
});

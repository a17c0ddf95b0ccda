import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { toRows } from "../../src/data/select";
import { describeMatch } from "../../src/matching/describe";
import { match } from "../../src/matching/match";
import { matchedData, matchedPairs } from "../../src/matching/matched-data";
import { matchTable } from "../../src/matching/table";
import type { MatchOptions } from "../../src/matching/types/options";
import type { MatchSubject } from "../../src/matching/types/subject";
import { errorOf } from "../helpers/reference";

const data = {
  treated: [1, 0, 0, 1, 0, 1],
  region: ["n", "n", "s", "s", "n", "w"],
  age: [30, 31, 40, 41, 30, 50],
  flag: [true, false, true, false, true, true],
  gap: [1, 2, null, 4, 5, 6],
  id: [1, 2, 3, 4, 5, 6],
};
const subject = { treated: "treated", covariates: ["region"], data };

describe("exact and coarsened exact matching", () => {
  it("weigh for the ATT, the ATC and the ATE", () => {
    const weights = (estimand: "ATT" | "ATC" | "ATE"): number[] =>
      Array.from(match(subject, { method: "exact", estimand }).weights, (weight) => Number(weight.toFixed(14)));
    expect(weights("ATT")).toEqual([1, 0.75, 1.5, 1, 0.75, 0]);
    // 2 and 1 controls per treated, then mean 1.
    // 2 and 1 controls per treated, then mean 1.
    expect(weights("ATC")).toEqual([4 / 3, 1, 1, 2 / 3, 1, 0].map((weight) => Number(weight.toFixed(14))));
    // Treated 1 + 2, 1 + 1, mean 5/2; controls 1 + 1/2 twice, 1 + 1, mean 5/3.
    expect(weights("ATE")).toEqual([1.2, 0.9, 1.2, 0.8, 0.9, 0]);
  });

  it("cut where they are told, a value at a cut point going above it, and group levels", () => {
    const cem = (options: object): number[] =>
      Array.from(match({ ...subject, covariates: ["age"] }, { method: "cem", ...options }).subclass);
    expect(cem({ cutPoints: { age: [31, 41] } })).toEqual([1, 2, 2, 3, 1, 3].map((s) => [0, 1, -1, -1][s]));
    expect(cem({ cutPoints: { age: [41] } })).toEqual([1, 1, 1, -1, 1, -1]);
    // Two bins of 10 years: the cut is at 40.
    expect(cem({ cutPoints: { age: 2 } })).toEqual([1, 1, 2, 2, 1, 2]);
    const grouped = match(subject, { method: "cem", grouping: { region: [["s", "w"]] } });
    expect([...grouped.subclass]).toEqual([1, 1, 2, 2, 1, 2]);
    expect(grouped.options.grouping).toEqual({ region: [["s", "w"]] });
  });

  it("say who is in no cell, and for whom the effect is then", () => {
    const att = match(subject, { method: "exact" });
    expect(att.diagnostics.map(({ message }) => message)).toEqual([
      "1 treated unit of 3 is in no cell with controls: row 6. The effect is that of the 2 matched, not the ATT of all.",
    ]);
    const ate = match(subject, { method: "exact", estimand: "ATE" });
    expect(ate.diagnostics[0].message).toContain("1 unit of 6 is in no cell with both groups: row 6");
    expect(match(subject, { method: "exact", estimand: "ATC" }).diagnostics).toEqual([]);
  });

  it("describe themselves in six lines", () => {
    expect(describeMatch(match(subject, { method: "exact" })).slice(0, 6)).toEqual([
      "Method: exact matching on region",
      "Distance: none; units of a cell have equal values",
      "Units: 6 (3 treated, 3 control)",
      "Matched: 2 treated with 3 control (worth 2.7) in 2 sets; lost: 1 treated unmatched, 0 control unmatched",
      "Estimand: ATT, for the 2 matched treated units only",
      "Covariates: region",
    ]);
    const grouped = match(subject, { method: "cem", grouping: { region: [["s", "w"]] } });
    expect(describeMatch(grouped)[0]).toBe("Method: coarsened exact matching on region (s with w)");
    const cem = match(
      { ...subject, covariates: ["age", "region"] },
      { method: "cem", k2k: true, cutPoints: { age: 2 } },
    );
    expect(describeMatch(cem).slice(0, 2)).toEqual([
      "Method: coarsened exact matching on age (2 bins), region, then 1:1 pairs within cells, in data order",
      "Distance: Mahalanobis, within cells of alike values",
    ]);
    expect([cem.width, cem.focal, cem.matches]).toEqual([1, Int32Array.of(0, 3, 5), Int32Array.of(4, 2, -1)]);
    const classes = match(
      { treated: [1, 0, 1, 0], score: [1, 1, 2, 2] },
      { method: "subclass", subclasses: 2, estimand: "ATE" },
    );
    const lines = describeMatch(classes);
    expect(lines[0]).toBe("Method: 2 subclasses by quantiles of all scores, at least 1 of each group in each");
    expect(lines[1]).toBe("Distance: a score that was given; no caliper");
    expect(lines[4]).toBe("Estimand: ATE, for all 4 units");
    expect(matchTable(classes).rows[1]).toEqual(["Matched", 2, 2]);
  });

  it("give their rows with sets and weights, and no distance where there is no score", () => {
    const result = match(subject, { method: "exact" });
    const [first] = toRows(matchedData(result));
    expect(first).toMatchObject({ weights: 1, subclass: 1 });
    expect(first).not.toHaveProperty("distance");
    const rows = toRows(matchedPairs(result)).map(({ subclass, row, weights }) => [subclass, row, weights]);
    expect(rows).toEqual([
      [1, 0, 1],
      [1, 1, 0.5],
      [1, 4, 0.5],
      [2, 3, 1],
      [2, 2, 1],
    ]);
  });

  it("are compared with the estimand's own standard deviation, pair distances over all of a cell", () => {
    const row = (estimand: "ATT" | "ATE") =>
      assessBalance(match(subject, { method: "exact", estimand }), { covariates: ["age"] }).rows[0];
    const variance = (values: number[]): number => {
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
      return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
    };
    const [ofTreated, ofControl] = [variance([30, 41, 50]), variance([31, 40, 30])];
    const difference = (30 + 41 + 50) / 3 - (31 + 40 + 30) / 3;
    expect(row("ATT").before.smd).toBeCloseTo(difference / Math.sqrt(ofTreated), 13);
    expect(row("ATE").before.smd).toBeCloseTo(difference / Math.sqrt((ofTreated + ofControl) / 2), 13);
    // |30 − 31|, |30 − 30|, |41 − 40|.
    expect(row("ATT").after?.pairDistance).toBeCloseTo(2 / 3 / Math.sqrt(ofTreated), 13);
  });

  it("take a propensity model's covariates and leave out the units it left out", () => {
    const model = {
      kind: "propensity-model" as const,
      treated: Uint8Array.from(data.treated),
      scores: Float64Array.of(0.5, 0.4, Number.NaN, 0.6, 0.3, 0.7),
      linearPredictor: new Float64Array(6),
      link: "logit" as const,
      treatment: { name: "treated" },
      covariates: ["region"],
    };
    expect(errorOf(() => match(model, { method: "exact" })).message).toContain('give the subject "data"');
    const result = match(model, { method: "subclass", subclasses: 2 });
    expect(result.counts.all).toEqual({ treated: 3, control: 2 });
    expect(result.subclass[2]).toBe(-1);
  });

  it("compile only with options of the method", () => {
    // @ts-expect-error cells have no caliper
    const caliper: MatchOptions = { method: "exact", caliper: 0.2 };
    // @ts-expect-error pairs cannot estimate the ATE
    const pairs: MatchOptions = { method: "cem", k2k: true, estimand: "ATE" };
    // @ts-expect-error nor can nearest-neighbour matching
    const nearest: MatchOptions = { method: "nearest", estimand: "ATE" };
    // @ts-expect-error classes have no ratio
    const classes: MatchOptions = { method: "subclass", ratio: 2 };
    expect([caliper, pairs, nearest, classes].length).toBe(4);
  });
});

const scored = { treated: [1, 1, 0, 0, 0], score: [0.9, 0.4, 0.5, 0.3, 0.1] };

const refusals: readonly {
  readonly what: string;
  readonly code: string;
  readonly says: readonly string[];
  readonly options: object;
  readonly subject?: object;
}[] = [
  {
    what: "a caliper on cells",
    code: "invalid-argument",
    says: ['Exact matching has no option "caliper"'],
    options: { method: "exact", caliper: 1 },
  },
  {
    what: "a ratio of classes",
    code: "invalid-argument",
    says: ['Subclassification has no option "ratio"'],
    options: { method: "subclass", ratio: 1 },
    subject: scored,
  },
  {
    what: "cut points for exact matching, whose method has none",
    code: "invalid-argument",
    says: ['"cutPoints"'],
    options: { method: "exact", cutPoints: {} },
  },
  {
    what: "nothing to be equal on",
    code: "invalid-argument",
    says: ["nothing to be equal on"],
    options: { method: "exact" },
    subject: { treated: "treated", data },
  },
  {
    what: "an unknown column",
    code: "unknown-column",
    says: ['"regoin"', '"region"'],
    options: { method: "exact", covariates: ["regoin"] },
  },
  {
    what: "a missing value in a column to be equal on",
    code: "missing-values",
    says: ['"gap"', "row 3", "exact matching"],
    options: { method: "exact", covariates: ["gap"] },
  },
  {
    what: "a missing value in a column to be coarsened",
    code: "missing-values",
    says: ['"gap"', "row 3"],
    options: { method: "cem", covariates: ["gap"] },
  },
  {
    what: "cells of one group each, naming the finest column",
    code: "empty-match",
    says: ["2 columns make 6 cells of 6 units", 'The finest is "id" with 6 values', 'method: "cem"'],
    options: { method: "exact", covariates: ["region", "id"] },
  },
  {
    what: "bins of one group each",
    code: "empty-match",
    says: ['The finest is "id" with 6 bins', "fewer cut points"],
    options: { method: "cem", covariates: ["flag", "id"], cutPoints: { id: 6 } },
  },
  {
    what: "cut points that separate no one",
    code: "invalid-argument",
    says: ['"age"', "30 to 50", "20, 60"],
    options: { method: "cem", covariates: ["age"], cutPoints: { age: [20, 60] } },
  },
  {
    what: "cut points out of order",
    code: "invalid-argument",
    says: ['"age"', "35 follows 40 (position 2)"],
    options: { method: "cem", covariates: ["age"], cutPoints: { age: [40, 35] } },
  },
  {
    what: "a cut point of NaN",
    code: "invalid-argument",
    says: ["Cut point 2", "NaN"],
    options: { method: "cem", covariates: ["age"], cutPoints: { age: [40, Number.NaN] } },
  },
  {
    what: "no cut points",
    code: "invalid-argument",
    says: ["[20, 30]"],
    options: { method: "cem", covariates: ["age"], cutPoints: { age: [] } },
  },
  {
    what: "half a bin",
    code: "invalid-argument",
    says: ["number of bins", "2.5"],
    options: { method: "cem", covariates: ["age"], cutPoints: { age: 2.5 } },
  },
  {
    what: "cut points for text",
    code: "wrong-type",
    says: ['"region"', "text", "grouping"],
    options: { method: "cem", cutPoints: { region: [1] } },
  },
  {
    what: "cut points for true and false",
    code: "wrong-type",
    says: ['"flag"', "true or false"],
    options: { method: "cem", covariates: ["flag"], cutPoints: { flag: 2 } },
  },
  {
    what: "cut points of a column that is not matched on",
    code: "unknown-column",
    says: ['"age"', "not matched on"],
    options: { method: "cem", cutPoints: { age: [40] } },
  },
  {
    what: "cut points without a column",
    code: "invalid-argument",
    says: ["by column"],
    options: { method: "cem", cutPoints: [40] },
  },
  {
    what: "grouping numbers",
    code: "wrong-type",
    says: ['"age"', "cutPoints"],
    options: { method: "cem", covariates: ["age"], grouping: { age: [["30"]] } },
  },
  {
    what: "grouping a level that does not occur",
    code: "unknown-level",
    says: ['"north"'],
    options: { method: "cem", grouping: { region: [["north"]] } },
  },
  {
    what: "grouping a level twice",
    code: "invalid-argument",
    says: ['"n" twice'],
    options: { method: "cem", grouping: { region: [["n", "s"], ["n"]] } },
  },
  {
    what: "grouping without lists",
    code: "invalid-argument",
    says: ["lists of levels"],
    options: { method: "cem", grouping: { region: ["n"] } },
  },
  { what: "k2k in words", code: "invalid-argument", says: ['"k2k"'], options: { method: "cem", k2k: "yes" } },
  {
    what: "pairs for the ATE",
    code: "invalid-argument",
    says: ["ATE", "k2k"],
    options: { method: "cem", k2k: true, estimand: "ATE" },
  },
  {
    what: "an unknown estimand",
    code: "invalid-argument",
    says: ['"ATE"', '"ATO"'],
    options: { method: "exact", estimand: "ATO" },
  },
  {
    what: "classes without a score",
    code: "invalid-argument",
    says: ['"score"'],
    options: { method: "subclass" },
  },
  {
    what: "one class",
    code: "invalid-argument",
    says: ["subclasses", "whole number from 2"],
    options: { method: "subclass", subclasses: 1 },
    subject: scored,
  },
  {
    what: "more classes than treated units",
    code: "invalid-argument",
    says: ["subclasses: 6", "2 treated units"],
    options: { method: "subclass" },
    subject: scored,
  },
  {
    what: "a minimum that cannot be met",
    code: "invalid-argument",
    says: ["2 treated units cannot give each of 2 subclasses at least 2", "minPerSubclass: 0"],
    options: { method: "subclass", subclasses: 2, minPerSubclass: 2 },
    subject: scored,
  },
  {
    what: "no class with both groups",
    code: "empty-match",
    says: ["None of the 2 subclasses"],
    options: { method: "subclass", subclasses: 2, minPerSubclass: 0, estimand: "ATE" },
    subject: { treated: [1, 1, 0, 0], score: [3, 4, 1, 2] },
  },
  {
    what: "no controls",
    code: "empty-group",
    says: ["among the 2 no one has the value 0"],
    options: { method: "exact", covariates: ["x"] },
    subject: { treated: [1, 1], data: { x: [1, 2] } },
  },
];

describe("cells and subclasses refuse, in a sentence,", () => {
  for (const { what, code, says, options, subject: given } of refusals) {
    it(what, () => {
      const error = errorOf(() => match((given ?? subject) as MatchSubject, options as MatchOptions));
      expect({ code: error.code, message: error.message }).toEqual({ code, message: error.message });
      for (const words of says) expect(error.message).toContain(words);
    });
  }
});

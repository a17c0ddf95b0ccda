import { describe, expect, it } from "vitest";
import { columnNames, numericColumn } from "../../src/data/column";
import { toRows } from "../../src/data/select";
import type { DistanceFunction, DistanceMatrix } from "../../src/matching/covariates/problem";
import { describeMatch } from "../../src/matching/describe";
import { match } from "../../src/matching/match";
import { matchedData, matchedPairs } from "../../src/matching/matched-data";
import { matchTable } from "../../src/matching/table";
import type { MatchOptions, NearestScoreOptions } from "../../src/matching/types/options";
import { fitPropensity } from "../../src/propensity/fit";
import { lalonde, specs } from "./lalonde";

const schools = {
  name: ["a", "b", "c", "d", "e"],
  catholic: [0, 1, 0, 1, 0],
  score: [0.3, 0.9, 0.5, 0.4, 0.1],
};
const subject = { treated: "catholic", score: "score", data: schools };

describe("matchedData", () => {
  it("gives the matched rows in data order with distance, weights and subclass", () => {
    const result = match(subject, { method: "nearest" });
    expect(toRows(matchedData(result))).toEqual([
      { name: "a", catholic: 0, score: 0.3, distance: 0.3, weights: 1, subclass: 2 },
      { name: "b", catholic: 1, score: 0.9, distance: 0.9, weights: 1, subclass: 1 },
      { name: "c", catholic: 0, score: 0.5, distance: 0.5, weights: 1, subclass: 1 },
      { name: "d", catholic: 1, score: 0.4, distance: 0.4, weights: 1, subclass: 2 },
    ]);
  });

  it("has no subclass with replacement, takes other data of the same rows and other names", () => {
    const result = match({ treated: schools.catholic, score: schools.score }, { method: "nearest", replace: true });
    const table = matchedData(result, { weights: [1, 2, 3, 4, 5] }, { names: { weights: "w" } });
    expect(columnNames(table)).toEqual(["weights", "distance", "w"]);
    expect([...numericColumn(table, "weights")]).toEqual([2, 3, 4]);
  });
});

describe("matchedPairs", () => {
  it("repeats a reused unit in each of its sets, the focal unit first", () => {
    const result = match(subject, { method: "nearest", replace: true, ratio: 2 });
    const rows = toRows(matchedPairs(result)).map(({ name, subclass, row, weights }) => [name, subclass, row, weights]);
    expect(rows).toEqual([
      ["b", 1, 1, 1],
      ["c", 1, 2, 0.5],
      ["a", 1, 0, 0.5],
      ["d", 2, 3, 1],
      ["c", 2, 2, 0.5],
      ["a", 2, 0, 0.5],
    ]);
  });

  it("adds up to the match weights once they are scaled", () => {
    const data = lalonde();
    const score = specs.replace3.distance;
    const result = match(
      { treated: "treat", score, data },
      { method: "nearest", replace: true, ratio: 3, caliper: 0.1 },
    );
    const pairs = matchedPairs(result);
    const sums = new Float64Array(data.rows);
    const rows = numericColumn(pairs, "row");
    numericColumn(pairs, "weights").forEach((weight, i) => {
      sums[rows[i]] += weight;
    });
    const controls = [...sums.keys()].filter((row) => sums[row] > 0 && result.treated[row] === 0);
    const mean = controls.reduce((sum, row) => sum + sums[row], 0) / controls.length;
    for (const row of controls) expect(sums[row] / mean).toBeCloseTo(result.weights[row], 12);
  });
});

describe("describeMatch", () => {
  const covariates = ["age", "educ"];

  it("takes six lines, then one for each diagnostic", () => {
    const result = match(
      { treated: "treat", score: specs.cal02.distance, covariates, data: lalonde() },
      { method: "nearest", caliper: 0.2, exact: ["married"], discard: "both" },
    );
    const lines = describeMatch(result);
    expect(lines.length).toBe(6 + result.diagnostics.length);
    expect(lines[0]).toBe("Method: 1:1 nearest neighbour without replacement, largest score first, equal in married");
    expect(lines[1]).toBe(
      "Distance: a score that was given; caliper 0.2 sd = 0.0572; units outside common support discarded (both)",
    );
    expect(lines[2]).toBe("Units: 614 (185 treated, 429 control)");
    const { matched, unmatched, discarded } = result.counts;
    expect(lines[3]).toBe(
      `Matched: ${matched.treated} treated with ${matched.control} control; lost: ${unmatched.treated} treated unmatched and ` +
        `${discarded.treated} discarded, ${unmatched.control} control unmatched and ${discarded.control} discarded`,
    );
    expect(lines[4]).toBe(`Estimand: ATT, for the ${matched.treated} matched treated units only`);
    expect(lines[5]).toBe("Covariates: age, educ");
    expect(lines.slice(6)).toEqual(result.diagnostics.map(({ message }) => message));
  });

  it("gives a probability's caliper in logits too: a step over p(1 − p)", () => {
    const result = match(
      {
        kind: "propensity-model",
        treated: Uint8Array.of(1, 0, 0),
        scores: Float64Array.of(0.5, 0.45, 0.1),
        linearPredictor: Float64Array.of(0, -0.2, -2.2),
        link: "logit",
        treatment: { name: "t" },
        covariates: [],
      },
      { method: "nearest", caliper: 0.1, caliperUnits: "raw" },
    );
    expect(describeMatch(result)[1]).toMatch(
      /^Distance: propensity score \(logit\), probability; caliper 0\.459 sd = 0\.1 \(about 0\.4 logits where p = 0\.5\)$/,
    );
    expect(describeMatch(result)[4]).toBe("Estimand: ATT, for the 1 treated unit");
  });

  it("words replacement, variable ratio, order and effective size", () => {
    const units = { treated: [1, 1, 1, 0, 0, 0, 0, 0], score: [5, 5, 2, 5.1, 1, 2, 3, 4] };
    const first = (options: object): string => describeMatch(match(units, { method: "nearest", ...options }))[0];
    expect(first({ replace: true, ratio: 2 })).toBe("Method: 2:1 nearest neighbour with replacement");
    expect(first({ reuseMax: 2, order: "closest" })).toBe(
      "Method: 1:1 nearest neighbour with replacement, at most 2 uses, closest pairs first",
    );
    expect(first({ ratio: 1.5, maxControls: 3, order: "data" })).toBe(
      "Method: 1 to 3:1 (mean 1.5) nearest neighbour without replacement, in data order",
    );
    // Weights 4/3 and 2/3: (4/3 + 2/3)² / (16/9 + 4/9) = 1.8.
    expect(describeMatch(match(units, { method: "nearest", replace: true }))[3]).toContain("2 control (worth 1.8)");
  });

  it("gives a caliper on each scale that it has", () => {
    const data = { t: [1, 0, 1, 0, 1, 0, 0, 1], x: [4, 1, 2, 2.5, 3, 3.5, 5, 6] };
    const model = fitPropensity("t ~ x", data);
    const distance = (options: MatchOptions): string => describeMatch(match(model, options as NearestScoreOptions))[1];
    // Sets have no focal units; their caliper is read at the mean score of the matched treated all the same.
    expect(distance({ method: "full", caliper: 1 })).toMatch(
      /; caliper 1 sd = [.\d]+ \(about [.\d]+ logits where p = 0\.\d+\)$/,
    );
    expect(distance({ method: "nearest", distance: "linear", caliper: 1 })).toMatch(/; caliper 1 sd = [.\d]+ logits$/);
    const same = match({ treated: [1, 0], score: [3, 3] }, { method: "nearest", caliper: 0.2, caliperUnits: "raw" });
    expect(describeMatch(same)[1]).toBe("Distance: a score that was given; caliper 0.2");
  });

  it("words distances that were given", () => {
    const units = { treated: [1, 0, 0] };
    const lines = (distance: DistanceFunction | DistanceMatrix): string[] =>
      describeMatch(match(units, { method: "nearest", distance })).slice(0, 2);
    expect(lines(() => 1)).toEqual([
      "Method: 1:1 nearest neighbour by a distance function without replacement, in data order",
      "Distance: a distance function that was given; no caliper",
    ]);
    expect(lines([[1, 2]])).toEqual([
      "Method: 1:1 nearest neighbour by a distance matrix without replacement, in data order",
      "Distance: a distance matrix that was given; no caliper",
    ]);
  });

  it("stands below the table of sample sizes", () => {
    const result = match({ treated: [1, 0, 0], score: [0.7, 0.6, 0.1] }, { method: "nearest" });
    const table = matchTable(result);
    expect(table.rows).toEqual([
      ["All", 1, 2],
      ["Matched", 1, 1],
      ["Matched, effective", 1, 1],
      ["Unmatched", 0, 1],
      ["Discarded", 0, 0],
    ]);
    expect(table.notes).toEqual(describeMatch(result));
  });
});

import { describe, expect, it } from "vitest";
import { frame } from "../../src/data/frame";
import { remember } from "../../src/data/source";
import { match } from "../../src/matching/match";
import type { MatchOptions, NearestScoreOptions } from "../../src/matching/types/options";
import type { ScoredModel } from "../../src/matching/types/subject";
import { matchViolations } from "../helpers/match-invariants";

const codes = (result: { diagnostics: readonly { code: string }[] }): string[] =>
  result.diagnostics.map(({ code }) => code);

describe("match: subjects", () => {
  const score = [0.62, 0.3, 0.6, 0.45, 0.41];
  const expected = { focal: [0, 3], matches: [2, 4] };

  it("takes arrays, typed arrays, booleans, two-valued text and column names alike", () => {
    const words = ["catholic", "public", "public", "catholic", "public"];
    const data = { sector: words, s: score, flag: words.map((word) => word === "catholic") };
    const subjects = [
      { treated: [1, 0, 0, 1, 0], score },
      { treated: Uint8Array.of(1, 0, 0, 1, 0), score: Float64Array.from(score) },
      { treated: [true, false, false, true, false], score },
      { treated: words, treatedLevel: "catholic", score },
      { treated: [2, 1, 1, 2, 1], treatedLevel: 2, score },
      { treated: "sector", treatedLevel: "catholic", score: "s", data },
      { treated: "flag", score: "s", data: frame(data) },
    ];
    for (const subject of subjects) {
      const result = match(subject, { method: "nearest" });
      expect({ focal: [...result.focal], matches: [...result.matches] }).toEqual(expected);
      expect([...result.treated]).toEqual([1, 0, 0, 1, 0]);
    }
  });

  it("lets a treated level turn 0 and 1 around", () => {
    const result = match({ treated: [0, 1, 1, 0, 1], treatedLevel: 0, score }, { method: "nearest" });
    expect([...result.focal]).toEqual(expected.focal);
  });

  const model: ScoredModel = {
    kind: "propensity-model",
    treated: Uint8Array.of(1, 0, 0, 1, 0),
    scores: Float64Array.from(score),
    // Not a function of the scores, so that one can see which was used.
    linearPredictor: Float64Array.of(1, 0.9, 5, 2, 2.2),
    link: "logit",
    treatment: { name: "sector" },
    covariates: ["size"],
  };

  it("takes a model's probability or its linear predictor, and its data and covariates", () => {
    const known = remember({ ...model }, { data: frame({ size: [1, 2, 3, 4, 5], region: ["a", "a", "b", "b", "b"] }) });
    const onScore = match(known, { method: "nearest", exact: ["region"] });
    expect([...onScore.matches]).toEqual([1, 4]);
    expect(onScore).toMatchObject({ scale: "probability", link: "logit", covariates: ["size"] });
    const onLinear = match(known, { method: "nearest", distance: "linear" });
    expect([...onLinear.matches]).toEqual([1, 4]);
    expect(onLinear.scale).toBe("linear");
    expect([...onLinear.score]).toEqual([...model.linearPredictor]);
  });

  it("leaves units without a score out of everything, and counts them", () => {
    const scores = Float64Array.of(0.62, Number.NaN, 0.6, 0.45, 0.41);
    const result = match({ ...model, scores }, { method: "nearest" });
    expect([...result.focal]).toEqual([0, 3]);
    expect(result.counts.all).toEqual({ treated: 2, control: 2 });
    expect(result.weights[1]).toBe(0);
    expect(result.subclass?.[1]).toBe(-1);
    expect(result.diagnostics[0]).toMatchObject({ code: "rows-dropped", details: { count: 1 } });
    expect(matchViolations(result)).toEqual([]);
    const withoutTreated = match(
      { treated: [1, 1, 0, 0], score: [null, 0.5, 0.4, null], data: { x: ["a", "b", "b", null] } },
      { method: "nearest", exact: ["x"], caliper: 2 },
    );
    expect([...withoutTreated.focal]).toEqual([1]);
    expect([...withoutTreated.matches]).toEqual([2]);
    expect(matchViolations(withoutTreated, { x: ["a", "b", "b", ""] })).toEqual([]);
  });
});

describe("match: results", () => {
  const units = { treated: [1, 1, 0, 0, 0], score: [0.9, 0.4, 0.5, 0.3, 0.1] };

  it("says how it was done, with everything resolved", () => {
    const plain = match(units, { method: "nearest" });
    expect(plain.options).toEqual({
      method: "nearest",
      ratio: 1,
      reuseMax: 1,
      order: "largest",
      ties: "data",
      seed: null,
      distance: "score",
      exact: [],
      antiexact: [],
      within: null,
      estimand: "ATT",
      discard: "none",
      reestimate: false,
      minControls: null,
      maxControls: null,
    });
    expect(match(units, { method: "nearest", estimand: "ATC" }).options.order).toBe("smallest");
    const reused = match(units, { method: "nearest", replace: true, order: "closest" });
    expect(reused.options).toMatchObject({ reuseMax: Number.POSITIVE_INFINITY, order: "data" });
    expect(match(units, { method: "nearest", reuseMax: 2 }).subclass).toBeNull();
  });

  it("resolves calipers in raw and sd units, the score first", () => {
    const data = { age: [1, 2, 3, 4, 5] };
    const result = match(
      { ...units, data },
      { method: "nearest", caliper: { age: { width: 4, units: "raw" }, score: 1 } },
    );
    const sd = Math.sqrt(0.088);
    expect(result.calipers.map(({ name, units: given }) => [name, given])).toEqual([
      ["score", "sd"],
      ["age", "raw"],
    ]);
    expect(result.calipers[0].width).toBeCloseTo(sd, 14);
    expect(result.calipers[0].widthInSd).toBe(1);
    expect(result.calipers[1]).toMatchObject({ width: 4, sd: Math.sqrt(2.5) });
    expect(result.calipers[1].widthInSd).toBeCloseTo(4 / Math.sqrt(2.5), 14);
  });

  it("is plain data that survives a structured clone", () => {
    const result = match({ ...units, data: { a: [1, 2, 3, 4, 5] } }, { method: "nearest" });
    expect(Object.keys(result)).not.toContain("data");
    expect(structuredClone(result)).toEqual(result);
  });

  it("does not change what it was given", () => {
    const score = Float64Array.from(units.score);
    const treated = Uint8Array.from(units.treated);
    match({ treated, score }, { method: "nearest", discard: "both", ratio: 2 });
    expect([...score]).toEqual(units.score);
    expect([...treated]).toEqual(units.treated);
  });

  it("gives a variable ratio by Ming and Rosenbaum's rule: the smallest scores seek most", () => {
    const many = {
      treated: [1, 1, 1, 1, ...new Array<number>(20).fill(0)],
      score: [4, 3, 2, 1, ...Array.from({ length: 20 }, (_, k) => k / 4)],
    };
    const sets = match(many, { method: "nearest", ratio: 2, minControls: 1, maxControls: 4 });
    const sizes = [0, 1, 2, 3].map((t) => sets.matches.subarray(4 * t, 4 * t + 4).filter((row) => row >= 0).length);
    expect(sizes).toEqual([1, 1, 2, 4]);
    const fraction = match(many, { method: "nearest", ratio: 1.5, maxControls: 2 });
    expect(fraction.matches.filter((row) => row >= 0).length).toBe(6);
  });

  it("compiles only with options of the method", () => {
    const good: MatchOptions = { method: "nearest", ratio: 2 };
    // @ts-expect-error an option that nearest-neighbour matching does not have
    const bad: MatchOptions = { method: "nearest", subclasses: 5 };
    // @ts-expect-error the method is part of the contract
    const none: MatchOptions = { ratio: 2 };
    expect([good, bad, none].length).toBe(3);
  });
});

describe("match: diagnostics", () => {
  it("names unmatched focal units, at most five, and that the estimand changes", () => {
    const treated = [...new Array<number>(8).fill(1), 0, 0];
    const result = match({ treated, score: treated.map((_, row) => row) }, { method: "nearest" });
    const found = result.diagnostics.find(({ code }) => code === "focal-unmatched");
    expect(found?.message).toContain("6 treated units of 8 found no partner: rows 1, 2, 3, 4, 5 and 1 more");
    expect(found?.message).toContain("not the ATT of all");
    expect(found?.details.rows).toEqual([0, 1, 2, 3, 4, 5]);
    expect(codes(result)).toContain("few-controls");
  });

  it("counts focal units with fewer partners than asked", () => {
    const result = match({ treated: [1, 1, 0, 0, 0], score: [1, 2, 1, 2, 2] }, { method: "nearest", ratio: 2 });
    const found = result.diagnostics.find(({ code }) => code === "partly-matched");
    expect(found?.message).toContain("1 treated unit found fewer control units than asked (1 fewer in all)");
    expect(result.diagnostics.find(({ code }) => code === "few-controls")?.details).toEqual({ asked: 4, available: 3 });
  });

  it("warns of distant pairs with the ratio of the groups, and not where a caliper keeps them near", () => {
    const units = { treated: [1, 1, 1, 0, 0, 0], score: [0.9, 0.8, 0.85, 0.86, 0.2, 0.1] };
    const found = match(units, { method: "nearest" }).diagnostics.find(({ code }) => code === "poor-matches");
    expect(found?.message).toContain("2 of 3 pairs");
    expect(found?.message).toContain("3 treated and 3 control units (1.00 to 1)");
    expect(codes(match(units, { method: "nearest", caliper: 0.2 }))).not.toContain("poor-matches");
  });

  it("says when the groups do not overlap", () => {
    expect(codes(match({ treated: [1, 1, 0, 0], score: [3, 4, 1, 2] }, { method: "nearest" }))).toContain("no-overlap");
    expect(codes(match({ treated: [1, 1, 0, 0], score: [2, 4, 1, 2] }, { method: "nearest" }))).not.toContain(
      "no-overlap",
    );
  });

  it("says when many possible partners share a score", () => {
    const tied = match({ treated: [1, 0, 0, 0, 0], score: [1, 1, 1, 2, 3] }, { method: "nearest" });
    const found = tied.diagnostics.find(({ code }) => code === "ties-by-row-order");
    expect(found?.details).toEqual({ shared: 2, partners: 4 });
    expect(codes(match({ treated: [1, 0, 0, 0, 0], score: [1, 1, 2, 3, 4] }, { method: "nearest" }))).toEqual([]);
  });

  it("speaks of controls where they are the focal units", () => {
    const options: NearestScoreOptions = { method: "nearest", estimand: "ATC", discard: "both" };
    const result = match({ treated: [1, 0, 0, 0, 1], score: [3, 1, 2.5, 2.8, 2.4] }, options);
    expect(codes(result).slice(0, 2)).toEqual(["focal-discarded", "focal-unmatched"]);
    // Rows 2 and 4 are outside and inside common support; only the one that looked for a partner counts as unmatched.
    const [outside, alone] = result.diagnostics;
    expect(outside.message).toBe(
      "1 control unit of 3 lies outside common support and was discarded: row 2. The effect is not the ATC of all.",
    );
    expect(alone.message).toContain("1 control unit of 2 found no partner: row 4.");
    expect(alone.details).toEqual({ rows: [3] });
  });
});

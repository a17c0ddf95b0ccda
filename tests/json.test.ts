import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toRows } from "../src/data/select";
import {
  assessBalance,
  balanceEntropy,
  confint,
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
import { runStudy } from "../src/study/run-study";
import { summary } from "../src/summary";
import { simulateSchools } from "../src/synthetic/simulate";
import { tidy } from "../src/tidy";
import { errorOf, referenceFrame } from "./helpers/reference";
import { matched, model, pastes, propensity, pupils, RESULTS, schools, slopes, UNSUMMARISED } from "./helpers/results";

const formula = "mathach ~ ses + catholic + (1 | school)";

const study = runStudy({
  data: simulateSchools({ seed: 1, scale: 0.5 }),
  roles: ["teaching"],
  keyStages: ["KS2"],
  years: [2014],
  cohorts: [{ cohort: 1, year: 2011, month: 9 }],
  sensitivity: "latest",
});

/** Every kind, and results of one kind that differ in their fields. */
const results: Readonly<Record<string, object>> = {
  ...Object.fromEntries(Object.entries(RESULTS).filter(([, result]) => "kind" in result)),
  ...UNSUMMARISED,
  study,
  pastes,
  slopes,
  table: { kind: "table", columns: [], rows: [[Number.POSITIVE_INFINITY, null, "NaN"]] },
  withoutTests: fitMixed(formula, pupils, { df: "none" }),
  withNormalTests: fitMixed(formula, pupils, { df: "z" }),
  weightedScores: fitPropensity("catholic ~ size", schools, { weights: new Float64Array(160).fill(2) }),
  replaced: match(propensity, { method: "nearest", replace: true }),
  full: match(propensity, { method: "full" }),
  subclassMatch: match(propensity, { method: "subclass" }),
  entropy: balanceEntropy("catholic ~ size + meanses", schools, { estimand: "ATT" }),
  interactions: assessBalance(matched, { interactions: true }),
};

/** Kinds that no result has, and why. */
const NOT_WRITTEN: Readonly<Record<string, string>> = {
  name: "a token of a formula",
  numbers: "a column while a formula is read",
  codes: "a column while a formula is read",
  matched: "a solver's answer",
  infeasible: "a solver's answer",
  "too-many": "a solver's answer",
  "out-of-range": "a solver's answer",
  listed: "pairs while balance is assessed",
  sets: "pairs while balance is assessed",
  "study-source": "holds functions",
  "simulated-schools": "holds functions: a seed and options say the same",
  "pupil-stream": "holds functions",
  replication: "a line of a recovery's log: numbers and text alone, as recovery is",
  recovery: "numbers and text alone; long to run",
  report: "text and tables: written as HTML, Markdown or data",
};

describe("toJson and fromJson", () => {
  it.each(Object.entries(results))("%s comes back as it was, typed arrays and all", (_, result) => {
    expect(fromJson(toJson(result))).toEqual(structuredClone(result));
  });

  it("know every kind of the library", () => {
    const root = new URL("../src/", import.meta.url);
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const declared = files.flatMap((file) =>
      [...readFileSync(new URL(file, root), "utf8").matchAll(/readonly kind: "([a-z-]+)"/g)].map(([, kind]) => kind),
    );
    expect(declared.length).toBeGreaterThan(40);
    const written = new Set(Object.values(results).flatMap((result) => toJson(result).match(/(?<="kind":")[^"]+/g)!));
    const missing = [...new Set(declared)].filter((kind) => !written.has(kind) && !Object.hasOwn(NOT_WRITTEN, kind));
    expect(missing, "kinds without a round trip: add a result to this test").toEqual([]);
  });

  it("read a study that the other verbs take as the first one", () => {
    const back = fromJson(toJson(study)) as typeof study;
    expect(summary(back)).toEqual(summary(study));
    expect(summary(back.cells[0])).toEqual(summary(study.cells[0]));
    expect(toRows(tidy(back)).map(({ estimate }) => estimate)).toEqual(study.grid.map(({ estimate }) => estimate));
  });

  it("write plain arrays for other programs, and say aside which are typed", () => {
    const { coefficients, fixed, $types } = JSON.parse(toJson(model));
    expect(coefficients).toEqual(Array.from(model.coefficients));
    expect(fixed[0].estimate).toBe(model.coefficients[0]);
    expect($types["/coefficients"]).toBe("Float64Array");
    expect($types["/summary/means"]).toBe("Float64Array");
    expect(JSON.parse(toJson(fitMixed(formula, pupils, { df: "none" }))).fixed[0].df).toBe("NaN");
  });

  it("tell texts from the numbers they look like, under any key", () => {
    const odd = {
      kind: "odd",
      "a/b": { "~": "NaN", "": Float64Array.of(1, Number.NaN, Number.NEGATIVE_INFINITY) },
      "a~1b": "Infinity",
      list: ["NaN", Number.NaN, "text", null, [Number.POSITIVE_INFINITY, "-Infinity"]],
      codes: Int32Array.of(-1, 2),
      flags: Uint8Array.of(0, 1),
      places: Uint32Array.of(7),
    };
    expect(fromJson(toJson(odd))).toEqual(odd);
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
    const whole = fitMixed(formula, referenceFrame("hsb-joined.csv"));
    const error = errorOf(() => toJson(whole, { minimumGroupSize: 20 }));
    expect(error.code).toBe("small-groups");
    expect(error.message).toMatch(/8367/);
    expect(toJson(whole, { minimumGroupSize: 5 })).toContain('"kind":"mixed-model"');
  });

  it("refuses what is not a result", () => {
    expect(errorOf(() => fromJson("{")).code).toBe("invalid-argument");
    expect(errorOf(() => fromJson("[1]")).message).toContain("not of a result");
    expect(errorOf(() => fromJson('{"kind":"effect"}')).message).toContain('no "$types"');
    expect(errorOf(() => fromJson('{"kind":"effect","x":[1],"$types":{"/x":"Map"}}')).message).toContain("no Map");
    expect(errorOf(() => toJson({})).code).toBe("invalid-argument");
    expect(errorOf(() => toJson({ kind: "odd", x: new Float32Array(1) })).message).toContain("Float32Array at /x");
    const later = toJson(model).replace('"version":1', '"version":2');
    expect(errorOf(() => fromJson(later)).code).toBe("summary-mismatch");
  });
});

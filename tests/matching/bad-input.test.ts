import { describe, expect, it } from "vitest";
import { match } from "../../src/matching/match";
import { matchedData } from "../../src/matching/matched-data";
import type { MatchOptions } from "../../src/matching/types/options";
import type { MatchSubject } from "../../src/matching/types/subject";
import { errorOf } from "../helpers/reference";

const units = {
  treated: [1, 1, 0, 0, 0],
  score: [0.9, 0.4, 0.5, 0.3, 0.1],
  data: {
    region: ["n", "s", "n", "s", "s"],
    age: [30, 40, null, 44, 60],
    sex: ["f", null, "m", "f", "m"],
    size: [1, 2, 3, 4, Number.POSITIVE_INFINITY],
  },
};

const refusals: readonly {
  readonly what: string;
  readonly code: string;
  /** What the message must hold. */
  readonly says: readonly string[];
  readonly subject?: unknown;
  readonly options?: unknown;
}[] = [
  { what: "no options", code: "invalid-argument", says: ["method"], options: null },
  { what: "no method", code: "invalid-argument", says: ["method"], options: {} },
  {
    what: "an unknown method",
    code: "invalid-argument",
    says: ['"nearest"', '"nearst"'],
    options: { method: "nearst" },
  },
  {
    what: "an unknown option",
    code: "invalid-argument",
    says: ['"calipers"', '"caliper"'],
    options: { calipers: 0.2 },
  },
  { what: "a ratio of 0", code: "invalid-argument", says: ["ratio", "whole number from 1"], options: { ratio: 0 } },
  { what: "a fractional ratio", code: "invalid-argument", says: ["ratio", "1.5"], options: { ratio: 1.5 } },
  {
    what: "reuse against replace",
    code: "invalid-argument",
    says: ["reuseMax: 2"],
    options: { replace: false, reuseMax: 2 },
  },
  {
    what: "replace without reuse",
    code: "invalid-argument",
    says: ["reuseMax: 1"],
    options: { replace: true, reuseMax: 1 },
  },
  { what: "replace in words", code: "invalid-argument", says: ["replace", '"yes"'], options: { replace: "yes" } },
  { what: "a reuse of NaN", code: "invalid-argument", says: ["reuseMax", "NaN"], options: { reuseMax: Number.NaN } },
  { what: "an unknown order", code: "invalid-argument", says: ["order", '"closest"'], options: { order: "best" } },
  { what: "a random order without seed", code: "invalid-argument", says: ["seed"], options: { order: "random" } },
  { what: "an unknown distance", code: "invalid-argument", says: ["distance"], options: { distance: "logit" } },
  {
    what: "linear without a model",
    code: "invalid-argument",
    says: ["propensity model"],
    options: { distance: "linear" },
  },
  { what: "an unknown estimand", code: "invalid-argument", says: ["estimand", '"ATT"'], options: { estimand: "ATE" } },
  { what: "an unknown discard", code: "invalid-argument", says: ["discard"], options: { discard: "all" } },
  { what: "a caliper of NaN", code: "invalid-argument", says: ["score", "NaN"], options: { caliper: Number.NaN } },
  { what: "a caliper of text", code: "invalid-argument", says: ["caliper"], options: { caliper: ".2" } },
  {
    what: "unknown caliper units",
    code: "invalid-argument",
    says: ["caliperUnits"],
    options: { caliper: 1, caliperUnits: "logit" },
  },
  {
    what: "caliper units without a caliper",
    code: "invalid-argument",
    says: ["caliperUnits"],
    options: { caliperUnits: "sd" },
  },
  {
    what: "units of one caliper",
    code: "invalid-argument",
    says: ["caliper.age.units"],
    options: { caliper: { age: { width: 1, units: "m" } } },
  },
  {
    what: "a caliper on an unknown column",
    code: "unknown-column",
    says: ['"agee"', '"age"'],
    options: { caliper: { agee: 1 } },
  },
  { what: "a caliper on text", code: "wrong-type", says: ['"region"'], options: { caliper: { region: 1 } } },
  {
    what: "a caliper on a missing value",
    code: "missing-values",
    says: ['"age"', "row 3"],
    options: { caliper: { age: 1 } },
  },
  {
    what: "a caliper on an infinite value",
    code: "non-finite",
    says: ['"size"', "row 5"],
    options: { caliper: { size: 1 } },
  },
  { what: "exact as one name", code: "invalid-argument", says: ['["region"]'], options: { exact: "region" } },
  {
    what: "exact on an unknown column",
    code: "unknown-column",
    says: ['"regon"', '"region"'],
    options: { exact: ["regon"] },
  },
  { what: "exact on a missing value", code: "missing-values", says: ['"sex"', "row 2"], options: { exact: ["sex"] } },
  {
    what: "antiexact on a missing value",
    code: "missing-values",
    says: ['"sex"', "row 2"],
    options: { antiexact: ["sex"] },
  },
  {
    what: "a column both exact and antiexact",
    code: "invalid-argument",
    says: ['"region"'],
    options: { exact: ["region"], antiexact: ["region"] },
  },
  {
    what: "exact without data",
    code: "invalid-argument",
    says: ["data"],
    subject: { treated: [1, 0], score: [1, 2] },
    options: { exact: ["region"] },
  },
  { what: "a minimum alone", code: "invalid-argument", says: ["maxControls"], options: { minControls: 1 } },
  {
    what: "a maximum at the ratio",
    code: "invalid-argument",
    says: ["minControls ≤ ratio < maxControls"],
    options: { ratio: 2, maxControls: 2 },
  },
  {
    what: "a variable ratio with reuse",
    code: "invalid-argument",
    says: ["without replacement"],
    options: { ratio: 2, maxControls: 3, replace: true },
  },
  { what: "no subject", code: "invalid-argument", says: ["propensity model"], subject: null },
  { what: "another result as the subject", code: "wrong-type", says: ["balance"], subject: { kind: "balance" } },
  {
    what: "an unknown key in the subject",
    code: "invalid-argument",
    says: ['"scores"', '"score"'],
    subject: { treated: [1, 0], scores: [1, 2] },
  },
  { what: "no treatment", code: "invalid-argument", says: ["treated"], subject: { score: [1, 2] } },
  { what: "no score", code: "invalid-argument", says: ["score"], subject: { treated: [1, 0] } },
  { what: "no units", code: "empty-data", says: ["no units"], subject: { treated: [], score: [] } },
  { what: "one unit", code: "too-few-rows", says: ["there is 1"], subject: { treated: [1], score: [0.5] } },
  {
    what: "no unit with a score",
    code: "too-few-rows",
    says: ["there are none"],
    subject: { treated: [1, 0], score: [Number.NaN, null] },
  },
  {
    what: "no treated",
    code: "empty-group",
    says: ["no treated units", "value 1"],
    subject: { treated: [0, 0], score: [1, 2] },
  },
  {
    what: "no controls with a score",
    code: "empty-group",
    says: ["no control units", '"t"'],
    subject: { treated: "t", score: "s", data: { t: [1, 1, 0], s: [1, 2, null] } },
  },
  {
    what: "three treatments",
    code: "not-binary",
    says: ["3: 0, 1, 2"],
    subject: { treated: [0, 1, 2], score: [1, 2, 3] },
  },
  {
    what: "treatments in words",
    code: "not-binary",
    says: ["catholic, public", 'treatedLevel: "public"'],
    subject: { treated: ["public", "catholic"], score: [1, 2] },
  },
  {
    what: "numbers other than 0 and 1",
    code: "not-binary",
    says: ["1, 2", "treatedLevel: 2"],
    subject: { treated: [1, 2], score: [1, 2] },
  },
  {
    what: "a level that does not occur",
    code: "unknown-level",
    says: ['"Catholic"', '"catholic"'],
    subject: { treated: ["public", "catholic"], treatedLevel: "Catholic", score: [1, 2] },
  },
  {
    what: "a missing treatment",
    code: "missing-values",
    says: ["row 2"],
    subject: { treated: [1, null, 0], score: [1, 2, 3] },
  },
  {
    what: "an unknown treatment column",
    code: "unknown-column",
    says: ['"treatd"', '"treated"'],
    subject: { treated: "treatd", score: [1, 2], data: { treated: [1, 0] } },
  },
  {
    what: "a column name without data",
    code: "invalid-argument",
    says: ["data"],
    subject: { treated: "treated", score: [1, 2] },
  },
  {
    what: "fewer scores than units",
    code: "length-mismatch",
    says: ["2 values", "3 units"],
    subject: { treated: [1, 0, 0], score: [1, 2] },
  },
  {
    what: "fewer rows of data than units",
    code: "length-mismatch",
    says: ["2 rows"],
    subject: { treated: [1, 0, 0], score: [1, 2, 3], data: { a: [1, 2] } },
  },
  {
    what: "an infinite score",
    code: "non-finite",
    says: ["row 2"],
    subject: { treated: [1, 0], score: [1, Number.NEGATIVE_INFINITY] },
  },
  {
    what: "a score in words",
    code: "wrong-type",
    says: ["high"],
    subject: { treated: [1, 0], score: ["high", "low"] },
  },
  {
    what: "a treatment that is a number",
    code: "wrong-type",
    says: ["number"],
    subject: { treated: 1, score: [1, 2] },
  },
  {
    what: "all controls discarded",
    code: "empty-match",
    says: ['discard: "control"', "no control unit"],
    subject: { treated: [1, 1, 0], score: [1, 2, 3] },
    options: { discard: "control" },
  },
  {
    what: "everyone discarded",
    code: "empty-match",
    says: ['discard: "both"', "no treated unit", "hardly overlap"],
    subject: { treated: [1, 1, 0, 0], score: [5, 6, 1, 2] },
    options: { discard: "both" },
  },
  {
    what: "scores whose differences overflow",
    code: "non-finite",
    says: ["differences overflow", "Rescale"],
    subject: { treated: [1, 0, 0], score: [1.5e308, -1.5e308, 0] },
  },
  {
    what: "covariates whose squares overflow",
    code: "non-finite",
    says: ['"x"', "4e+200", "Rescale"],
    subject: { treated: [1, 0, 0], data: { x: [4e200, 1, 2] } },
    options: { distance: "mahalanobis", covariates: ["x"] },
  },
  {
    what: "no treated, for a distance on covariates",
    code: "empty-group",
    says: ["no treated units", "value 1"],
    subject: { treated: [0, 0], data: { x: [1, 2] } },
    options: { distance: "euclidean", covariates: ["x"] },
  },
  {
    what: "an infinite covariate",
    code: "non-finite",
    says: ['"size"', "row 5"],
    options: { distance: "mahalanobis", covariates: ["size"] },
  },
  {
    what: "exact on a missing value beside a distance on covariates",
    code: "missing-values",
    says: ['"sex"', "row 2"],
    subject: { treated: [1, 1, 0], data: { x: [1, 2, 3], sex: ["f", null, "m"] } },
    options: { distance: "euclidean", covariates: ["x"], exact: ["sex"] },
  },
  {
    what: "a caliper that empties a match on covariates",
    code: "empty-match",
    says: ["the caliper on x", "The distance itself excludes no one"],
    subject: { treated: [1, 0], data: { x: [1, 2] } },
    options: {
      distance: "euclidean",
      covariates: ["x"],
      caliper: { x: { width: 0.5, units: "raw" } },
    },
  },
  {
    what: "distances in words",
    code: "non-finite",
    says: ["row 1 and row 3", "near"],
    options: { distance: () => "near" },
  },
  {
    what: "a matrix with a short row",
    code: "length-mismatch",
    says: ["2 rows, and row 2 has 2 values", "2 × 3", "5 × 5"],
    options: {
      distance: [
        [1, 2, 3],
        [1, 2],
      ],
    },
  },
  {
    what: "a scale that is not there",
    code: "invalid-argument",
    says: ['"scale"', '"linear"'],
    options: { distance: "euclidean", covariates: ["age"], scale: "logit" },
  },
  {
    what: "a scale for a match on the score",
    code: "invalid-argument",
    says: ['"scale"', 'distance: "linear"'],
    options: { scale: "linear" },
  },
  {
    what: "a caliper that is too narrow",
    code: "empty-match",
    says: ["at most 0.01", "smallest difference there is 0.1"],
    options: { caliper: 0.01, caliperUnits: "raw" },
  },
  {
    what: "a negative caliper that is too wide",
    code: "empty-match",
    says: ["above 0.9"],
    options: { caliper: -0.9, caliperUnits: "raw" },
  },
  {
    what: "strata with one group each",
    code: "empty-match",
    says: ["equal id"],
    subject: { treated: [1, 0], score: [1, 2], data: { id: [1, 2] } },
    options: { exact: ["id"] },
  },
  {
    what: "antiexact that no pair satisfies",
    code: "empty-match",
    says: ["different one"],
    subject: { treated: [1, 0], score: [1, 2], data: { one: [1, 1] } },
    options: { antiexact: ["one"] },
  },
];

describe("match refuses, in a sentence,", () => {
  for (const { what, code, says, subject, options } of refusals) {
    it(what, () => {
      const given = options === null || what === "no method" ? options : { method: "nearest", ...(options as object) };
      const error = errorOf(() =>
        match((subject === undefined ? units : subject) as MatchSubject, given as MatchOptions),
      );
      expect({ code: error.code, message: error.message }).toEqual({ code, message: error.message });
      for (const words of says) expect(error.message).toContain(words);
    });
  }

  it("a column of one stratum whose caliper leaves nothing, naming all conditions", () => {
    const { message } = errorOf(() =>
      match(units, { method: "nearest", exact: ["region"], caliper: 1e-6, caliperUnits: "raw" }),
    );
    expect(message).toContain("besides equal region");
    expect(message).toContain("smallest difference there is 0.1");
  });
});

describe("match says what a method cannot do, and which can", () => {
  const model = { treated: [1, 0, 1, 0], score: [1, 2, 3, 4] };
  const refused = (options: object): string =>
    errorOf(() => match(model, options as MatchOptions & { method: "full" })).message;

  it.each([["mahalanobis"], [() => 1], [[[1]]]])("full matching on %s", (distance) => {
    expect(refused({ method: "full", distance })).toBe(
      'Full matching is on the score: distance must be "score" or "linear". For a distance on covariates or one of your own use method: "optimal" or "nearest".',
    );
  });

  it("a method, a distance or an estimand that there is not", () => {
    expect(refused({ method: "neareast" })).toMatch(/not "neareast". Did you mean "nearest"\?$/);
    expect(refused({ method: "nearest", distance: "mahalanobis distance" })).toContain('or "scaled-euclidean"');
    for (const method of ["nearest", "optimal"]) {
      expect(refused({ method, estimand: "ATE" })).toMatch(
        /estimand.*"ATT" or "ATC".*For the ATE use method: "full", "subclass", "cem" or "exact"\.$/,
      );
    }
  });
});

describe("match says, and goes on,", () => {
  it("where there are fewer controls than asked: who is matched and who is not", () => {
    const few = { treated: [1, 1, 1, 1, 0, 0], score: [1, 2, 3, 4, 5, 6] };
    const result = match(few, { method: "nearest", ratio: 2 });
    expect(result.counts.matched).toEqual({ treated: 2, control: 2 });
    expect(result.diagnostics.slice(0, 3).map(({ message }) => message)).toEqual([
      "2 treated units of 4 found no partner: rows 1, 2. The effect is that of the 2 matched, not the ATT of all.",
      "2 treated units found fewer control units than asked (2 fewer in all); the weights allow for it.",
      "The treated units ask for 8 partners, but there are only 2 control units. Who goes without depends on the order of choice; consider a smaller ratio or replacement.",
    ]);
  });

  it("where the covariance is singular: by the generalised inverse, without what others determine", () => {
    const x = [1, 2, 3, 4, 6, 5.5, 9];
    const subject = { treated: [1, 1, 0, 0, 0, 1, 0], data: { x, twice: x.map((value) => 2 * value) } };
    const options = { method: "nearest", distance: "mahalanobis" } as const;
    const result = match(subject, { ...options, covariates: ["x", "twice"] });
    expect(result.diagnostics[0]).toMatchObject({ code: "aliased-columns", details: { columns: ["twice"] } });
    expect(result.diagnostics[0].message).toContain("generalised inverse");
    expect([...result.matches]).toEqual([...match(subject, { ...options, covariates: ["x"] }).matches]);
  });
});

describe("matchedData refuses", () => {
  const result = match({ treated: [1, 0, 0], score: [0.7, 0.6, 0.1] }, { method: "nearest" });

  it("to guess the data", () => {
    expect(errorOf(() => matchedData(result)).code).toBe("invalid-argument");
  });

  it("data of another length", () => {
    const error = errorOf(() => matchedData(result, { a: [1, 2] }));
    expect(error.code).toBe("length-mismatch");
    expect(error.message).toContain("2 rows");
  });

  it("columns that clash, offering a name", () => {
    const error = errorOf(() => matchedData(result, { weights: [1, 2, 3] }));
    expect(error.code).toBe("column-conflict");
    expect(error.message).toContain('names: { weights: "match_weights" }');
  });

  it("unknown names", () => {
    expect(errorOf(() => matchedData(result, { a: [1, 2, 3] }, { names: { weight: "w" } as never })).message).toContain(
      '"weights"',
    );
  });
});

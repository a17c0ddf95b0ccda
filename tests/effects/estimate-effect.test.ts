import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numericColumn } from "../../src/data/column";
import { takeRows } from "../../src/data/select";
import type { Frame } from "../../src/data/types";
import { tQuantile } from "../../src/distributions/student-t";
import { estimateEffect } from "../../src/effects/estimate-effect";
import type { Effect, StandardErrorType } from "../../src/effects/estimate-types";
import { match } from "../../src/matching/match";
import { createRng } from "../../src/random/rng";
import { errorOf, worst } from "../helpers/reference";
import { lalonde, specs } from "../matching/lalonde";

/** Weighted regression in R: tests/reference/scripts/estimate-reference.R, base R 4.2.2, 16 digits. */
const R: Record<"ATT" | "ATC" | "ATE", Record<string, number>> = {
  ATT: {
    estimate: 896.8697179012053,
    HC0: 940.0182368258993,
    HC1: 952.6983935768085,
    HC2: 957.3528081946291,
    HC3: 975.4884917877099,
    cluster: 872.0581132116829,
    "two-way": 865.8702555450524,
  },
  ATC: {
    estimate: -45.49819826185825,
    HC0: 1000.584286560587,
    HC1: 1014.081434912651,
    HC2: 1046.394636635535,
    HC3: 1095.79308503425,
    cluster: 1106.115967428033,
    "two-way": 1143.056188676644,
  },
  ATE: {
    estimate: 240.4405169197567,
    HC0: 856.7492489426903,
    HC1: 868.3061681036437,
    HC2: 890.9702419300471,
    HC3: 927.8830392614673,
    cluster: 966.0108587779333,
    "two-way": 1032.393130106114,
  },
};

const data = lalonde();
const weights = numericColumn(data, "age").map((age) => age % 3);
const clusterOf: Record<string, string | string[]> = { cluster: "age", "two-way": ["age", "educ"] };

describe.each(["ATT", "ATC", "ATE"] as const)("g-computation with interactions against R, %s", (estimand) => {
  const units = { data, treated: "treat", weights, estimand };
  const formula = "re78 ~ treat * (age + educ + race) + re75";

  it.each(["HC0", "HC1", "HC2", "HC3", "cluster", "two-way"] as const)("%s", (se) => {
    const effect = estimateEffect(formula, units, { se, cluster: clusterOf[se] });
    // R's normal equations lose three or four of 16 digits on columns left uncentred.
    expect(worst([effect.estimate], [R[estimand].estimate])).toBeLessThan(1e-10);
    expect(worst([effect.standardError], [R[estimand][se]])).toBeLessThan(1e-10);
    expect(effect.n).toBe(416);
    expect(effect.terms.length).toBe(11);
    expect(effect.df).toBe(se === "cluster" ? 26 : se === "two-way" ? 16 : 405);
  });
});

describe("closed forms", () => {
  const small = { treat: [1, 1, 1, 0, 0], y: [4, 6, 11, 1, 3], w: [1, 2, 1, 3, 1], school: ["a", "a", "b", "b", "c"] };
  const units = { data: small, treated: "treat", weights: "w", estimand: "ATT" as const };
  const [mean1, mean0] = [27 / 4, 6 / 4];

  it("without covariates the effect is the difference of weighted means", () => {
    const effect = estimateEffect("y ~ treat", units);
    expect(worst([effect.estimate], [mean1 - mean0])).toBeLessThan(1e-14);
    expect(effect).toMatchObject({
      kind: "effect",
      se: "HC3",
      df: 3,
      n: 5,
      clusters: null,
      outcome: "y",
      treatment: "treat",
    });
    expect(worst(effect.coefficients, [mean0, mean1 - mean0])).toBeLessThan(1e-14);
    expect(effect.terms).toEqual(["(Intercept)", "treat"]);
  });

  /** Σ (w e/W)²/(1 − h)^power over both groups: h = w/W in a group of weight W. */
  const byHand = (power: number): number =>
    Math.sqrt(
      small.y.reduce((sum, y, r) => {
        const [mean, total] = small.treat[r] === 1 ? [mean1, 4] : [mean0, 4];
        const [w, e] = [small.w[r], y - mean];
        return sum + ((w * e) / total) ** 2 / (1 - w / total) ** power;
      }, 0),
    );

  it("HC0 to HC3 by hand", () => {
    const errors = (["HC0", "HC2", "HC3"] as const).map(
      (se) => estimateEffect("y ~ treat", units, { se }).standardError,
    );
    expect(worst(errors, [byHand(0), byHand(1), byHand(2)])).toBeLessThan(1e-14);
    const hc1 = estimateEffect("y ~ treat", units, { se: "HC1" }).standardError;
    expect(worst([hc1], [byHand(0) * Math.sqrt(5 / 3)])).toBeLessThan(1e-14);
  });

  it("CR1 by hand", () => {
    // A cluster's share of the effect's error: Σ ± w e/W over its rows.
    const share = (rows: number[]): number =>
      rows.reduce((sum, r) => {
        const sign = small.treat[r] === 1 ? 1 : -1;
        return sum + (sign * small.w[r] * (small.y[r] - (sign === 1 ? mean1 : mean0))) / 4;
      }, 0);
    const variance = (share([0, 1]) ** 2 + share([2, 3]) ** 2 + share([4]) ** 2) * (3 / 2) * (4 / 3);
    const effect = estimateEffect("y ~ treat", units, { cluster: "school" });
    expect(worst([effect.standardError], [Math.sqrt(variance)])).toBeLessThan(1e-14);
    expect(effect.clusters).toEqual([{ name: "school", count: 3 }]);
    expect(effect.df).toBe(2);
  });

  it("t, p and interval belong together", () => {
    const effect = estimateEffect("y ~ treat", units, { level: 0.9 });
    const half = tQuantile(0.95, 3) * effect.standardError;
    expect(effect.t).toBe(effect.estimate / effect.standardError);
    expect(worst([effect.lower, effect.upper], [effect.estimate - half, effect.estimate + half])).toBeLessThan(1e-15);
    const touching = estimateEffect("y ~ treat", units, { level: 1 - effect.p });
    expect(Math.abs(touching.lower)).toBeLessThan(1e-9);
  });

  it("the contrast of the coefficients gives estimate and error; vcov is theirs", () => {
    const effect = estimateEffect("y ~ treat", units);
    expect(worst([Math.sqrt((effect.vcov as Float64Array)[3])], [effect.standardError])).toBeLessThan(1e-13);
  });
});

describe("pairs", () => {
  const pairs = {
    treat: [1, 0, 1, 0, 1, 0, 1, 0],
    score: [0.9, 0.89, 0.7, 0.69, 0.5, 0.49, 0.3, 0.29],
    y: [5, 3, 8, 7, 2, 4, 9, 4],
    school: ["a", "b", "a", "b", "c", "d", "c", "d"],
  };
  const matched = match({ treated: "treat", score: "score", data: pairs }, { method: "nearest" });

  it("clustered on pairs the error is that of the mean difference within pairs", () => {
    const differences = [2, 1, -2, 5];
    const sd = Math.sqrt(differences.reduce((sum, d) => sum + (d - 1.5) ** 2, 0) / 3);
    const effect = estimateEffect("y ~ treat", matched);
    // CR1's factor for N = 8, k = 2 over the paired t test's.
    expect(worst([effect.standardError], [(sd / 2) * Math.sqrt(7 / 6)])).toBeLessThan(1e-14);
    expect(effect.df).toBe(3);
  });

  it("strata are no pairs: HC3 by default, clusters on request", () => {
    const strata = {
      ...matched,
      method: "subclass",
      focal: null,
      matches: null,
      width: 0,
    } as unknown as typeof matched;
    expect(estimateEffect("y ~ treat", strata, { data: pairs }).se).toBe("HC3");
    expect(estimateEffect("y ~ treat", strata, { data: pairs, se: "cluster" }).clusters).toEqual([
      { name: "subclass", count: 4 },
    ]);
  });

  it("says so where pairs are left out of the error or cut by other clusters", () => {
    const concern = (options: object): string[] =>
      estimateEffect("y ~ treat", matched, options).diagnostics.map(({ code }) => code);
    expect(concern({ se: "HC3" })).toContain("pairs-not-clustered");
    expect(concern({ cluster: "school" })).toContain("pairs-not-clustered");
    expect(concern({})).not.toContain("pairs-not-clustered");
    const advice = (options: object): string | undefined =>
      estimateEffect("y ~ treat", matched, options).diagnostics.find(({ code }) => code === "pairs-not-clustered")
        ?.message;
    expect(advice({ se: "HC3" })).toMatch(/independent\. To cluster on the matched sets, say se: "cluster"\.$/);
    expect(advice({ cluster: "school" })).toMatch(
      /To cluster on both, say se: "two-way", cluster: \["subclass", "school"\]\.$/,
    );
    const { distance } = specs.default;
    const large = match({ treated: "treat", score: distance, data }, { method: "nearest" });
    const both = estimateEffect("re78 ~ treat", large, { cluster: ["subclass", "educ"] });
    expect(both.diagnostics.map(({ code }) => code)).not.toContain("pairs-not-clustered");
    expect(both.clusters?.[0]).toEqual({ name: "subclass", count: 185 });
    const whole = { ...pairs, school: ["a", "a", "a", "a", "c", "c", "c", "c"] };
    expect(concern({ data: whole, cluster: "school" })).not.toContain("pairs-not-clustered");
  });

  it("a bootstrap is refused, with the reason where units are reused", () => {
    const reused = match(
      { treated: "treat", score: specs.default.distance, data },
      { method: "nearest", replace: true },
    );
    const refusal = (subject: typeof reused): string =>
      errorOf(() => estimateEffect("re78 ~ treat", subject, { se: "bootstrap" as "HC3" })).message;
    expect(refusal(reused)).toBe(
      'se: "bootstrap" is not offered: resampling matched units is wrong where they are reused (Abadie & Imbens 2008). Use se: "abadie-imbens" or "HC3".',
    );
  });

  it("a two-way variance that is not positive is refused, not clipped", () => {
    const error = errorOf(() => estimateEffect("y ~ treat", matched, { cluster: ["subclass", "school"] }));
    expect(error.code).toBe("not-identified");
  });

  it("a column that looks like sampling weights is named, once they are used no more", () => {
    const survey = { ...pairs, sampling_weight: [1, 2, 1, 1, 3, 1, 1, 2] };
    const before = estimateEffect("y ~ treat", matched, { data: survey });
    expect(before.diagnostics.some(({ code }) => code === "sampling-weights-unused")).toBe(true);
    const after = estimateEffect("y ~ treat", matched, { data: survey, samplingWeights: "sampling_weight" });
    expect(after.diagnostics.some(({ code }) => code === "sampling-weights-unused")).toBe(false);
    expect(worst([after.estimate], [(5 + 8 + 6 + 9) / 6 - (6 + 7 + 4 + 8) / 6])).toBeLessThan(1e-14);
  });

  it("missing values drop rows, and broken pairs are counted", () => {
    const holes = { ...pairs, y: [5, null, 8, 7, 2, 4, 9, 4] };
    const effect = estimateEffect("y ~ treat", matched, { data: holes });
    expect(effect.n).toBe(7);
    expect(effect.diagnostics.map(({ code }) => code).filter((code) => code === "rows-dropped").length).toBe(1);
    expect(effect.diagnostics.find(({ code }) => code === "sets-broken")?.details.sets).toBe(1);
  });
});

describe("the treatment", () => {
  const wide = {
    arm: ["new", "new", "old", "old", "old", "new"],
    x: [1, 2, 3, 1, 2, 5],
    y: [3, 5, 2, 1, 2, 9],
    w: [1, 1, 1, 1, 1, 1],
  };
  const numbers = { ...wide, arm: [1, 1, 0, 0, 0, 1] };
  const ofText = { data: wide, treated: "arm", treatedLevel: "new", weights: "w", estimand: "ATT" as const };

  it("may be text, a factor, true and false, or coded 2 and 1", () => {
    const expected = estimateEffect("y ~ arm * x", { data: numbers, treated: "arm", weights: "w", estimand: "ATT" });
    const logical = { ...wide, arm: wide.arm.map((arm) => arm === "new") };
    const coded = { ...wide, arm: wide.arm.map((arm) => (arm === "new" ? 2 : 1)) };
    const others = [
      estimateEffect("y ~ arm * x", ofText),
      estimateEffect("y ~ factor(arm) * x", { ...ofText, data: numbers, treatedLevel: 1 }),
      estimateEffect("y ~ arm * x", { ...ofText, data: logical, treatedLevel: true }),
      estimateEffect("y ~ arm * x", { ...ofText, data: coded, treatedLevel: 2 }),
    ];
    for (const effect of others) {
      expect(worst([effect.estimate, effect.standardError], [expected.estimate, expected.standardError])).toBeLessThan(
        1e-13,
      );
    }
  });

  it("is the formula's first variable where weights come alone", () => {
    const effect = estimateEffect("y ~ arm + x", { data: numbers, weights: "w", estimand: "ATE" });
    expect(effect.treatment).toBe("arm");
  });

  it("may be named by the weights, or by an option where two columns are it", () => {
    const treated = Uint8Array.from(numbers.arm);
    const weights = {
      kind: "weights" as const,
      treated,
      weights: new Float64Array(6).fill(1),
      estimand: "overlap" as const,
    };
    const twice = { ...numbers, again: numbers.arm };
    expect(estimateEffect("y ~ x + arm", weights, { data: numbers })).toMatchObject({
      treatment: "arm",
      estimand: "overlap",
    });
    const named = { ...weights, treatment: { name: "arm" } };
    expect(errorOf(() => estimateEffect("y ~ x", named, { data: numbers })).message).toContain(
      'lacks the treatment "arm"',
    );
    expect(errorOf(() => estimateEffect("y ~ x + arm:again", weights, { data: twice })).message).toContain(
      "more than once",
    );
    expect(estimateEffect("y ~ x + arm:again", weights, { data: twice, treatment: "arm" }).treatment).toBe("arm");
    expect(errorOf(() => estimateEffect("y ~ arm", weights)).message).toContain("option data");
  });

  it("alone in the formula must be coded 0 and 1", () => {
    const alone = { data: wide, weights: "w", estimand: "ATT" as const };
    expect(errorOf(() => estimateEffect("y ~ arm + x", alone)).message).toContain(
      'treated: "arm", treatedLevel: "old"',
    );
    expect(errorOf(() => estimateEffect("y ~ arm + x", { ...alone, treatedLevel: "new" })).message).toContain(
      'needs "treated"',
    );
  });

  it("is found by its values in a match, wherever it stands", () => {
    const data = { t: [1, 0, 1, 0, 0], s: [0.9, 0.8, 0.3, 0.2, 0.1], x: [1, 2, 3, 4, 5], y: [3, 1, 5, 2, 0] };
    const matched = match({ treated: "t", score: "s", data }, { method: "nearest", replace: true });
    expect(estimateEffect("y ~ x + t", matched, { se: "HC0" }).treatment).toBe("t");
  });
});

describe("properties", () => {
  interface Sample {
    readonly data: Frame;
    readonly weights: Float64Array;
  }
  const sample = (n: number, seed: number): Sample => {
    const rng = createRng(seed);
    const draw = (of: (row: number) => number): Float64Array => Float64Array.from({ length: n }, (_, row) => of(row));
    const treat = draw((row) => (row % 3 === 0 ? 1 : 0));
    const x = draw(() => rng.normal());
    const school = draw((row) => row % 7);
    const y = draw((row) => 2 * treat[row] + x[row] * (1 + treat[row]) + 0.3 * school[row] + rng.normal());
    const columns = Object.entries({ treat, x, school, y }).map(([name, values]) => ({
      kind: "numeric" as const,
      name,
      values,
    }));
    return { data: { kind: "frame", rows: n, columns }, weights: draw(() => 0.2 + rng.uniform()) };
  };
  const all = (given: Sample, se: StandardErrorType, cluster?: string | string[]): Effect =>
    estimateEffect("y ~ treat * x", { ...given, treated: "treat", estimand: "ATT" }, { se, cluster });
  const numbers = ({ estimate, standardError }: Effect): number[] => [estimate, standardError];
  const cases = fc.tuple(fc.integer({ min: 15, max: 80 }), fc.integer());

  it("the order of rows is immaterial", () => {
    fc.assert(
      fc.property(cases, ([n, seed]) => {
        const given = sample(n, seed);
        const order = createRng(seed).shuffle(Int32Array.from({ length: n }, (_, row) => row));
        const moved = {
          data: takeRows(given.data, order),
          weights: Float64Array.from(order, (row) => given.weights[row]),
        };
        expect(worst(numbers(all(moved, "HC3")), numbers(all(given, "HC3")), 1e-3)).toBeLessThan(1e-10);
        expect(
          worst(numbers(all(moved, "cluster", "school")), numbers(all(given, "cluster", "school")), 1e-3),
        ).toBeLessThan(1e-10);
      }),
      { numRuns: 50 },
    );
  });

  it("clusters may be called what they like, and weights have any scale", () => {
    fc.assert(
      fc.property(cases, ([n, seed]) => {
        const given = sample(n, seed);
        const names = ["oak", "elm", "ash", "fir", "yew", "bay", "box"];
        const school = numericColumn(given.data, "school");
        const codes = Int32Array.from(school);
        const columns = [...given.data.columns, { kind: "text" as const, name: "named", codes, levels: names }];
        const renamed = { data: { ...given.data, columns }, weights: given.weights.map((w) => 1000 * w) };
        expect(
          worst(numbers(all(renamed, "cluster", "named")), numbers(all(given, "cluster", "school")), 1e-3),
        ).toBeLessThan(1e-10);
      }),
      { numRuns: 50 },
    );
  });

  it("clusters of one row each are HC0 times N/(N − 1) · (N − 1)/(N − k), which is HC1; two-way with them is one-way", () => {
    fc.assert(
      fc.property(cases, ([n, seed]) => {
        const given = sample(n, seed);
        const own = {
          kind: "numeric" as const,
          name: "own",
          values: Float64Array.from({ length: n }, (_, row) => row),
        };
        const withOwn = { ...given, data: { ...given.data, columns: [...given.data.columns, own] } };
        expect(worst(numbers(all(withOwn, "cluster", "own")), numbers(all(given, "HC1")), 1e-3)).toBeLessThan(1e-10);
        expect(
          worst(numbers(all(withOwn, "two-way", ["own", "school"])), numbers(all(given, "cluster", "school")), 1e-3),
        ).toBeLessThan(1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it("with interactions the ATE lies between ATT and ATC, in their shares", () => {
    const given = sample(60, 1);
    const effect = (estimand: "ATT" | "ATC" | "ATE"): number =>
      estimateEffect("y ~ treat * x", { ...given, treated: "treat", estimand }).estimate;
    const share =
      given.weights.reduce((sum, w, row) => sum + (row % 3 === 0 ? w : 0), 0) / given.weights.reduce((a, b) => a + b);
    expect(worst([effect("ATE")], [share * effect("ATT") + (1 - share) * effect("ATC")])).toBeLessThan(1e-12);
  });
});

describe("bad input", () => {
  const base = {
    treat: [1, 1, 1, 0, 0, 0, 0],
    x: [1, 2, 4, 1, 3, 2, 5],
    y: [4, 6, 11, 1, 3, 2, 6],
    w: [1, 1, 1, 1, 1, 1, 0],
    school: ["a", "a", "b", "b", "c", "c", null],
    one: ["a", "a", "a", "a", "a", "a", "a"],
    word: ["p", "q", "p", "q", "p", "q", "p"],
  };
  const units = { data: base, treated: "treat", weights: "w", estimand: "ATT" as const };
  const failing = (formula: string, options: object = {}, subject: object = units): { code: string; message: string } =>
    errorOf(() => estimateEffect(formula, subject as typeof units, options));

  it.each([
    ["y ~ x", "invalid-argument", 'lacks the treatment "treat"'],
    ["~ treat", "invalid-argument", "no outcome"],
    ["y ~ treat + (1 | school)", "invalid-argument", "fitMixed"],
    ["word ~ treat", "wrong-type", '"word"'],
    ["y ~ treat + I(1 - treat) * x + zz", "unknown-column", "zz"],
  ])("%s: %s", (formula, code, words) => {
    const error = failing(formula);
    expect(error.message).toContain(words);
    expect(error.code).toBe(code);
  });

  it("an outcome that is constant or missing, or explained without remainder", () => {
    expect(failing("c ~ treat", {}, { ...units, data: { ...base, c: [2, 2, 2, 2, 2, 2, 9] } }).code).toBe("constant");
    expect(
      failing("m ~ treat", {}, { ...units, data: { ...base, m: [null, null, null, null, null, null, 1] } }).code,
    ).toBe("missing-values");
    expect(failing("t2 ~ treat", {}, { ...units, data: { ...base, t2: [3, 3, 3, 1, 1, 1, 1] } }).code).toBe(
      "perfect-fit",
    );
  });

  it("a treatment that other columns copy is refused, in whichever order", () => {
    const copied = { ...units, data: { ...base, copy: [1, 1, 1, 0, 0, 0, 0] } };
    for (const formula of ["y ~ treat + copy", "y ~ copy + treat", "y ~ x + copy * treat"]) {
      const error = failing(formula, {}, copied);
      expect(error.code).toBe("not-identified");
      expect(error.message).toContain('"treat"');
    }
  });

  it("other collinear columns are dropped and named", () => {
    const effect = estimateEffect("y ~ treat + x + I(2 * x) + one2", {
      ...units,
      data: { ...base, one2: [7, 7, 7, 7, 7, 7, 7] },
    });
    expect(effect.diagnostics.find(({ code }) => code === "aliased-columns")?.details.columns).toEqual([
      "I(2 * x)",
      "one2",
    ]);
    expect(worst([effect.estimate], [estimateEffect("y ~ treat + x", units).estimate])).toBeLessThan(1e-13);
  });

  it("an interaction with a level that only controls have leaves the ATT, not the ATC", () => {
    const race = ["p", "q", "p", "p", "q", "r", "r"];
    const given = { ...units, data: { ...base, race, x2: [1, 5, 2, 2, 8, 1, 4] }, weights: [1, 1, 1, 1, 1, 1, 1] };
    expect(estimateEffect("y ~ treat * race", given, { se: "HC0" }).kind).toBe("effect");
    expect(failing("y ~ treat * race", { se: "HC0" }, { ...given, estimand: "ATC" }).code).toBe("not-identified");
  });

  it("clusters: one, unknown, missing, or not fitting the kind of error", () => {
    expect(failing("y ~ treat", { cluster: "one" }).code).toBe("too-few-groups");
    expect(failing("y ~ treat", { cluster: "scool" }).message).toContain('Did you mean "school"?');
    expect(estimateEffect("y ~ treat", units, { cluster: "school" }).clusters).toEqual([{ name: "school", count: 3 }]);
    expect(failing("y ~ treat", { cluster: "school" }, { ...units, weights: [1, 1, 1, 1, 1, 1, 1] }).code).toBe(
      "missing-values",
    );
    expect(failing("y ~ treat", { se: "cluster" }).message).toContain("on what");
    expect(failing("y ~ treat", { se: "two-way", cluster: "school" }).message).toContain("two clusters");
    expect(failing("y ~ treat", { se: "HC3", cluster: "school" }).message).toContain("no clusters");
    expect(failing("y ~ treat", { cluster: ["school", "school"] }).code).toBe("invalid-argument");
    expect(failing("y ~ treat", { se: "HC4" }).message).toContain('"HC4"');
  });

  it("weights: none, negative, missing, of another length, one group only", () => {
    expect(failing("y ~ treat", {}, { ...units, weights: new Float64Array(7) }).code).toBe("empty-match");
    expect(failing("y ~ treat", {}, { ...units, weights: [1, 1, 1, 1, 1, 1, -1] }).message).toContain("row 7");
    expect(failing("y ~ treat", {}, { ...units, weights: [1, 1, Number.NaN, 1, 1, 1, 1] }).code).toBe("missing-values");
    expect(failing("y ~ treat", {}, { ...units, weights: [1, 1] }).code).toBe("length-mismatch");
    expect(failing("y ~ treat", {}, { ...units, weights: [1, 1, 1, 0, 0, 0, 0] }).code).toBe("empty-group");
  });

  it("estimands: unknown, unsaid, or another than the weights were made for", () => {
    expect(failing("y ~ treat", { estimand: "ATU" }, { ...units, estimand: undefined }).message).toContain('"ATU"');
    expect(failing("y ~ treat", {}, { ...units, estimand: undefined }).message).toContain("whose effect");
    expect(failing("y ~ treat", { estimand: "ATE" }).message).toContain("made for the ATT");
  });

  it("too few rows, or a row that alone determines a coefficient", () => {
    expect(failing("y ~ treat * x + I(x^2) + I(x^3)", { se: "HC0" }).code).toBe("too-few-rows");
    const lone = { ...units, weights: [1, 0, 0, 1, 1, 1, 1] };
    expect(failing("y ~ treat", {}, lone).message).toContain("Row 1 alone");
    expect(estimateEffect("y ~ treat", lone, { se: "HC1" }).n).toBe(5);
  });

  it("subjects and options that are none", () => {
    expect(failing("y ~ treat", {}, { ...units, weight: "w" }).message).toContain('"weights"');
    expect(failing("y ~ treat", { clusters: "school" }).message).toContain('Did you mean "cluster"?');
    expect(failing("y ~ treat", { level: 95 }).message).toContain("between 0 and 1");
    expect(failing("y ~ treat", { varianceMatches: 1 }).message).toContain("abadie-imbens");
    expect(errorOf(() => estimateEffect("y ~ treat", null as never)).code).toBe("invalid-argument");
    expect(errorOf(() => estimateEffect("y ~ treat", { kind: "balance" } as never)).code).toBe("wrong-type");
  });
});

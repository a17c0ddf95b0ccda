import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindFormula } from "../../src/formula/bind";
import type { BoundFormula } from "../../src/formula/types";
import { fromJson, toJson } from "../../src/json";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { fitMixed } from "../../src/multilevel/fit";
import { mergeSummaries } from "../../src/multilevel/merge";
import { nestedSummariser, summariseNested } from "../../src/multilevel/nested/summarise";
import { slopesSummariser, summariseSlopes } from "../../src/multilevel/slopes/summarise";
import { groupSummariser, type SummariseOptions, summariseGroups } from "../../src/multilevel/summarise";
import type { GroupSummary, MixedModel, NestedSummary } from "../../src/multilevel/types";
import { createRng } from "../../src/random/rng";
import { errorOf, worst } from "../helpers/reference";

type Table = Record<string, readonly (string | number)[]>;

/** Schools in alliances, unbalanced, with a slope that varies; every label of a school stands in two alliances. */
function pupils(seed: string) {
  const rng = createRng(seed);
  const schools = Array.from({ length: 14 }, (_, j) => ({
    school: `s${Math.floor(j / 2)}`,
    alliance: `a${j % 5}`,
    size: 1 + ((j * 7) % 9),
    u: rng.normal(),
    slope: 0.5 * rng.normal(),
    z: rng.normal(),
  }));
  const alliances = Array.from({ length: 5 }, () => rng.normal());
  const rows = schools.flatMap((school) => Array.from({ length: school.size }, () => school));
  const x = rows.map(() => 3 + rng.normal());
  const sex = rows.map(() => (rng.uniform() < 0.5 ? "F" : "M"));
  return {
    alliance: rows.map(({ alliance }) => alliance),
    school: rows.map(({ school }) => school),
    z: rows.map(({ z }) => z),
    x,
    sex,
    y: rows.map((row, i) => {
      const fixed = 40 + 0.5 * x[i] + 0.3 * row.z + (sex[i] === "F" ? 0.4 : 0);
      return fixed + row.u + row.slope * x[i] + alliances[Number(row.alliance.slice(1))] + rng.normal();
    }),
    w: rows.map(() => 0.5 + rng.uniform()),
    copies: rows.map(() => 1 + rng.integer(3)),
  };
}

const data = pupils("chunks");
const n = data.y.length;
const take = (rows: readonly number[]): Table =>
  Object.fromEntries(Object.entries(data).map(([name, values]) => [name, rows.map((i) => values[i])]));
const table: Table = data;

interface Summariser {
  add(data: Table): void;
  finish(): MixedModel["summary"];
}

/** What each structure offers, under one type. */
const STRUCTURES = {
  intercept: { summarise: summariseGroups, summariser: groupSummariser },
  nested: { summarise: summariseNested, summariser: nestedSummariser },
  slopes: { summarise: summariseSlopes, summariser: slopesSummariser },
} as const satisfies Record<
  MixedModel["structure"],
  {
    summarise: (bound: BoundFormula, data: Table, options?: SummariseOptions) => MixedModel["summary"];
    summariser: (bound: BoundFormula, options?: SummariseOptions) => Summariser;
  }
>;

const merge = mergeSummaries as (...parts: readonly MixedModel["summary"][]) => MixedModel["summary"];

/** The largest relative difference in anything that is estimated. */
function gap(a: MixedModel, b: MixedModel): number {
  const numbers = (model: MixedModel): number[] => [
    ...model.coefficients,
    ...model.vcov,
    ...model.randomTerms.flatMap((term) => term.covariance.flat()),
    model.variances.residual,
    model.criterion,
    model.nobs,
  ];
  return worst(numbers(a), numbers(b), 1e-2);
}

const precision = { weights: { pupils: "w" } } as const;
const frequency = { weights: { pupils: "copies", kind: "frequency" } } as const;
const sampling = { weights: { pupils: "w", kind: "sampling" } } as const;
const CASES: [MixedModel["structure"], string, SummariseOptions, number][] = [
  ["intercept", "y ~ x + z + sex + (1 | school)", {}, 1e-12],
  ["intercept", "y ~ x + z + sex + (1 | school)", precision, 1e-12],
  ["intercept", "y ~ x + z + sex + (1 | school)", frequency, 1e-12],
  ["intercept", "y ~ x + z + sex + (1 | school)", sampling, 1e-11],
  ["intercept", "y ~ within(x, school) + between(x, school) + (1 | school)", { blocks: true }, 1e-12],
  ["nested", "y ~ x + z + sex + (1 | alliance/school)", {}, 1e-12],
  ["nested", "y ~ poly(x, 2) + (1 | alliance/school)", frequency, 1e-12],
  ["nested", "y ~ x + (1 | alliance/school/sex)", precision, 1e-12],
  // Newton steps stop a few units of rounding apart, and covariances of slopes are the flattest of all estimates.
  ["slopes", "y ~ x + z + sex + (1 + x | school)", {}, 1e-10],
  ["slopes", "y ~ x + z + sex + (1 + x | school)", precision, 1e-10],
  ["slopes", "y ~ x + z + sex + (1 + x | school)", frequency, 1e-10],
  ["slopes", "y ~ x + (1 + x || school)", {}, 1e-10],
  ["slopes", "y ~ x + (0 + x | school)", {}, 1e-10],
  ["slopes", "y ~ 0 + sex + (0 + sex | school)", {}, 1e-10],
  ["slopes", "y ~ z + (1 + scale(x) | school)", {}, 1e-10],
  ["slopes", "y ~ x + sex + (1 + sex | school) + (0 + x | school)", {}, 1e-10],
];

describe.each(CASES)("%s, %s, %o", (structure, formula, options, tolerance) => {
  const { summarise, summariser } = STRUCTURES[structure];
  const bound = bindFormula(formula, table);
  const whole = fitMixed(formula, table, options);

  it("chunks in any order and cut, merged in any order and grouping, give one fit", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: n - 1 }), { maxLength: 5 }), fc.integer(), (cuts, seed) => {
        const rng = createRng(seed);
        const order = [...Array(n).keys()]
          .map((i) => ({ i, key: rng.uniform() }))
          .sort((a, b) => a.key - b.key)
          .map(({ i }) => i);
        const edges = [...new Set([0, ...cuts, n])].sort((a, b) => a - b);
        const chunks = edges.slice(1).map((edge, k) => take(order.slice(edges[k], edge)));
        const stream = summariser(bound, options);
        for (const chunk of chunks) stream.add(chunk);
        const parts = chunks.map((chunk) => summarise(bound, chunk, options));
        const half = Math.ceil(parts.length / 2);
        const grouped =
          parts.length > 1 ? merge(merge(...parts.slice(half)), merge(...parts.slice(0, half))) : parts[0];
        const shuffled = parts.map((part) => ({ part, key: rng.uniform() })).sort((a, b) => a.key - b.key);
        const fits = [stream.finish(), grouped, merge(...shuffled.map(({ part }) => part))].map((part) =>
          fitMixed(part),
        );
        for (const fit of fits) expect(gap(fit, whole)).toBeLessThan(tolerance);
      }),
      { numRuns: 8, seed: 4 },
    );
  });

  it("a row at a time, and by whole schools, give it too", () => {
    for (const chunks of [
      Array.from({ length: n }, (_, i) => [i]),
      [...new Set(table.school)].map((school) => [...Array(n).keys()].filter((i) => table.school[i] === school)),
    ]) {
      const stream = summariser(bound, options);
      for (const rows of chunks) stream.add(take(rows));
      expect(gap(fitMixed(stream.finish()), whole)).toBeLessThan(tolerance);
    }
  });

  it("through JSON as well, bound formula and all", () => {
    const parts = [0, 1].map((half) => {
      const rows = [...Array(n).keys()].filter((i) => i % 2 === half);
      const sent = JSON.parse(JSON.stringify(bound)) as BoundFormula;
      return fromJson(toJson(summarise(sent, take(rows), options))) as MixedModel["summary"];
    });
    expect(gap(fitMixed(merge(...parts)), whole)).toBeLessThan(tolerance);
  });
});

describe("chunks", () => {
  const bound = bindFormula("y ~ x + (1 | school)", table);

  it("count the rows they leave out together, as one table does", () => {
    const x = data.x.map((value, i) => (i % 10 === 3 ? Number.NaN : value));
    const gaps = { ...table, x, y: data.y.map((value, i) => (i % 10 === 5 ? Number.NaN : value)) };
    for (const [structure, formula] of [
      ["intercept", "y ~ x + (1 | school)"],
      ["nested", "y ~ x + (1 | alliance/school)"],
      ["slopes", "y ~ x + (1 + x | school)"],
    ] as const) {
      const whole = fitMixed(formula, gaps);
      const stream = STRUCTURES[structure].summariser(bindFormula(formula, gaps));
      for (let from = 0; from < n; from += 7) {
        stream.add(
          Object.fromEntries(Object.entries(gaps).map(([name, values]) => [name, values.slice(from, from + 7)])),
        );
      }
      const merged = fitMixed(stream.finish());
      expect(gap(merged, whole)).toBeLessThan(1e-10);
      expect(merged.diagnostics[0]).toEqual(whole.diagnostics[0]);
      expect(merged.diagnostics.map(({ code }) => code)).toEqual(whole.diagnostics.map(({ code }) => code));
    }
  });

  it("without a complete row are none; without any there is nothing to fit", () => {
    const missing = { school: ["s1", "s2"], alliance: ["a1", "a2"], x: [Number.NaN, Number.NaN], y: [1, 2] };
    for (const [structure, formula] of [
      ["intercept", "y ~ x + (1 | school)"],
      ["nested", "y ~ x + (1 | alliance/school)"],
      ["slopes", "y ~ x + (1 + x | school)"],
    ] as const) {
      const at = bindFormula(formula, table);
      const stream = STRUCTURES[structure].summariser(at);
      stream.add(missing);
      stream.add(table);
      expect(gap(fitMixed(stream.finish()), fitMixed(formula, table))).toBeLessThan(1e-10);
      const empty = STRUCTURES[structure].summariser(at);
      expect(errorOf(() => empty.finish())).toMatchObject({
        code: "empty-data",
        message: "No data were added to the summary.",
      });
      empty.add(missing);
      expect(errorOf(() => empty.finish()).message).toContain("No row of any part is complete");
    }
  });

  it("may go on after a first look", () => {
    for (const [structure, formula] of [
      ["intercept", "y ~ x + (1 | school)"],
      ["nested", "y ~ x + (1 | alliance/school)"],
      ["slopes", "y ~ x + (1 + x | school)"],
    ] as const) {
      const stream = STRUCTURES[structure].summariser(bindFormula(formula, table));
      const rows = [...Array(n).keys()];
      stream.add(take(rows.slice(0, 40)));
      const first = JSON.stringify(stream.finish());
      const look = stream.finish();
      stream.add(take(rows.slice(40, 60)));
      fitMixed(stream.finish());
      stream.add(take(rows.slice(60)));
      expect(JSON.stringify(look)).toBe(first);
      expect(gap(fitMixed(stream.finish()), fitMixed(formula, table))).toBeLessThan(1e-10);
    }
  });

  it("of another structure point to its summariser", () => {
    const nested = bindFormula("y ~ x + (1 | alliance/school)", table);
    const slopes = bindFormula("y ~ x + (1 + x | school)", table);
    expect(errorOf(() => groupSummariser(nested)).message).toContain("nestedSummariser");
    expect(errorOf(() => summariseGroups(slopes, table)).message).toContain("slopesSummariser");
    expect(errorOf(() => nestedSummariser(bound)).message).toContain("(1 | alliance/school)");
    expect(errorOf(() => slopesSummariser(nested)).message).toContain("(1 + ses | school)");
  });
});

describe("nested groups in chunks", () => {
  const formula = "y ~ x + (1 | alliance/school)";

  it("a label in two alliances is two schools, in whatever chunks; in one alliance it is one", () => {
    const stream = nestedSummariser(bindFormula(formula, table));
    for (let i = 0; i < n; i++) stream.add(take([i]));
    const summary = stream.finish() as NestedSummary;
    const pairs = new Set(table.school.map((school, i) => `${school}:${table.alliance[i]}`));
    expect(new Set(summary.inner.levels)).toEqual(pairs);
    expect(pairs.size).toBeGreaterThan(new Set(table.school).size);
    expect(summary.nesting).toEqual(summariseNested(formula, table).nesting);
  });

  it("two schools that joined labels cannot tell apart are named, even in different chunks", () => {
    const at = bindFormula("y ~ 1 + (1 | alliance/school)", { y: [1, 2], alliance: ["c", "b"], school: ["a", "b"] });
    const stream = nestedSummariser(at);
    stream.add({ y: [1, 2], alliance: ["c", "c"], school: ["a:b", "d"] });
    expect(errorOf(() => stream.add({ y: [1], alliance: ["b:c"], school: ["a"] })).message).toContain('"a:b:c"');
  });
});

describe("groups' own cross-products", () => {
  it.each([
    ["intercept", "y ~ x + z + sex + (1 | school)"],
    ["nested", "y ~ x + z + sex + (1 | alliance/school)"],
    ["slopes", "y ~ x + z + sex + (1 + x | school)"],
  ] as const)("survive cuts and merges: cluster-robust errors of %s are those from rows", (structure, formula) => {
    const bound = bindFormula(formula, table);
    const parts = [0, 1, 2].map((k) => {
      const rows = [...Array(n).keys()].filter((i) => (i * 5) % 3 === k);
      return STRUCTURES[structure].summarise(bound, take(rows), { blocks: true });
    });
    for (const type of ["CR0", "CR2"] as const) {
      const merged = clusterRobust(fitMixed(merge(...parts)), { type });
      const whole = clusterRobust(fitMixed(formula, table), { type });
      expect(worst(merged.vcov, whole.vcov, 1e-3)).toBeLessThan(1e-10);
      expect(
        worst(
          merged.fixed.map(({ df }) => df),
          whole.fixed.map(({ df }) => df),
        ),
      ).toBeLessThan(1e-9);
    }
  });
});

describe("slopes in parts", () => {
  it("random columns that a part does not have are 0 there", () => {
    const withDummy = { ...table, late: data.x.map((_, i) => (i > n / 2 && i % 3 === 0 ? 1 : 0)) };
    const formula = "y ~ x + (1 | school) + (0 + late | school)";
    const bound = bindFormula(formula, withDummy);
    const part = (from: number, to: number) =>
      summariseSlopes(
        bound,
        Object.fromEntries(Object.entries(withDummy).map(([name, values]) => [name, values.slice(from, to)])),
      );
    const [early, late] = [part(0, Math.floor(n / 3)), part(Math.floor(n / 3), n)];
    expect(early.random.map(({ columns }) => columns)).toEqual([["(Intercept)"], []]);
    const whole = fitMixed(formula, withDummy);
    expect(gap(fitMixed(mergeSummaries(early, late)), whole)).toBeLessThan(1e-10);
    expect(gap(fitMixed(mergeSummaries(late, early)), whole)).toBeLessThan(1e-10);
    expect(errorOf(() => fitMixed(early)).message).toContain("(0 + late | school) are 0 in every row");
  });

  it("a large offset of a column and of the outcome costs no digits", () => {
    // Multiples of 1/64: shifted exactly.
    const exact = (values: readonly (string | number)[]): number[] =>
      values.map((v) => Math.round(64 * Number(v)) / 64);
    const near = { ...table, x: exact(data.x), y: exact(data.y) };
    const far = { ...near, x: near.x.map((v) => v + 2 ** 30), y: near.y.map((v) => v - 2 ** 30) };
    const formula = "y ~ x + sex + (1 + x | school)";
    const bound = bindFormula(formula, far);
    const stream = slopesSummariser(bound);
    for (let from = 0; from < n; from += 9) {
      stream.add(Object.fromEntries(Object.entries(far).map(([name, values]) => [name, values.slice(from, from + 9)])));
    }
    const merged = fitMixed(stream.finish());
    const whole = fitMixed(formula, near);
    expect(worst(merged.coefficients.slice(1), whole.coefficients.slice(1))).toBeLessThan(1e-10);
    expect(Math.abs(merged.criterion - whole.criterion)).toBeLessThan(1e-9);
    expect(worst([merged.randomTerms[0].covariance[1][1]], [whole.randomTerms[0].covariance[1][1]])).toBeLessThan(1e-9);
  });

  it("parts far apart, one of them constant in a column, still give the whole", () => {
    const sorted = [...Array(n).keys()].sort((a, b) => Number(data.x[a]) - Number(data.x[b]));
    const formula = "y ~ x + z + (1 + x | school)";
    const bound = bindFormula(formula, table);
    const cuts = [
      [0, 1],
      [1, 4],
      [4, n - 3],
      [n - 3, n],
    ];
    const parts = cuts.map(([from, to]) => summariseSlopes(bound, take(sorted.slice(from, to))));
    const whole = fitMixed(formula, table);
    expect(gap(fitMixed(mergeSummaries(...parts)), whole)).toBeLessThan(1e-10);
    expect(gap(fitMixed(mergeSummaries(...parts.reverse())), whole)).toBeLessThan(1e-10);
  });
});

describe("levels met late", () => {
  const early = take([...Array(n).keys()].filter((i) => table.sex[i] === "F"));
  const two = { ...take([0, 1, 2]), sex: ["F", "M", "X"] };
  const bound = {
    intercept: bindFormula("y ~ x + sex + (1 | school)", table),
    nested: bindFormula("y ~ x + sex + (1 | alliance/school)", table),
    slopes: bindFormula("y ~ x + sex + (1 + x | school)", table),
    random: bindFormula("y ~ x + (1 + sex | school)", table),
  };

  it.each(Object.entries(bound))("%s: the column, the level, the row and what to do", (name, at) => {
    const structure = name === "random" ? "slopes" : (name as keyof typeof STRUCTURES);
    const stream = STRUCTURES[structure].summariser(at);
    stream.add(early);
    const error = errorOf(() => stream.add(two));
    expect(error.code).toBe("unknown-level");
    expect(error.message).toContain('sex has the value "X" in row 3');
    expect(error.message).toContain("F, M");
    expect(error.message).toContain("bind the formula to all data");
    expect(error.message).toContain('levels: { sex: ["F", "M", "X"] }');
  });

  it("of a random column are found in the caller's row, rows left out or not", () => {
    const gaps = { ...two, x: [Number.NaN, 1, 2] };
    expect(errorOf(() => summariseSlopes(bound.random, gaps)).message).toContain("in row 3");
  });

  it("parts bound apart are refused, saying which levels, columns, bases or formulas differ", () => {
    const parts = (formula: string, structure: keyof typeof STRUCTURES): (() => unknown) => {
      const own = { ...early, sex: early.sex.map((_, i) => (i % 2 === 0 ? "F" : "X")) };
      return () =>
        merge(
          STRUCTURES[structure].summarise(formula as never, table),
          STRUCTURES[structure].summarise(formula as never, own),
        );
    };
    const expected: [string, keyof typeof STRUCTURES, string][] = [
      [
        "y ~ sex + (1 | school)",
        "intercept",
        "levels cannot be merged: sex with the levels F, M and sex with the levels F, X",
      ],
      ["y ~ sex + (1 | alliance/school)", "nested", "sex with the levels F, X"],
      ["y ~ sex + (1 + x | school)", "slopes", "sex with the levels F, X"],
      ["y ~ x + (1 + sex | school)", "slopes", "sex with the levels F, X"],
      ["y ~ x + (1 + scale(x) | school)", "slopes", "scale(x) of one part and of another, bound to other data"],
      ["y ~ poly(x, 2) + (1 | school)", "intercept", "poly(x, 2) of one part and of another, bound to other data"],
      ["scale(y) ~ x + (1 | school)", "intercept", "scale(y) of one part and of another, bound to other data"],
    ];
    for (const [formula, structure, words] of expected) {
      const error = errorOf(parts(formula, structure));
      expect(error.code).toBe("summary-mismatch");
      expect(error.message).toContain(words);
      expect(error.message).toContain("Bind the formula once");
    }
  });

  it("kinds, formulas, contents and weights that differ are named", () => {
    const at = (formula: string, options?: SummariseOptions) => summariseGroups(formula, table, options);
    const slope = (formula: string, options?: SummariseOptions) => summariseSlopes(formula, table, options);
    const pairs: [MixedModel["summary"], MixedModel["summary"], string][] = [
      [at("y ~ x + (1 | school)"), slope("y ~ x + (1 + x | school)"), "A group summary and a slopes summary"],
      [
        summariseNested("y ~ x + (1 | alliance/school)", table),
        at("y ~ x + (1 | school)"),
        "A nested summary and a group summary",
      ],
      [slope("y ~ x + (1 + x | school)"), slope("y ~ z + (1 + x | school)"), '"y ~ x + (1 + x | school)" and "y ~ z'],
      [at("y ~ x + (1 | school)"), at("y ~ x + (1 | school)", { blocks: true }), "without blocks and with blocks"],
      [
        slope("y ~ x + (1 + x | school)"),
        slope("y ~ x + (1 + x | school)", precision),
        "none of pupils and precision of pupils",
      ],
    ];
    for (const [a, b, words] of pairs) {
      const error = errorOf(() => merge(a, b));
      expect(error.code).toBe("summary-mismatch");
      expect(error.message).toContain(words);
    }
  });
});

describe("frequency weights", () => {
  it("count rows beside what they stand for, and parts add both up", () => {
    const bound = bindFormula("y ~ x + (1 | school)", table);
    const part = (rows: number[]): GroupSummary => summariseGroups(bound, take(rows), frequency);
    const whole = part([...Array(n).keys()]);
    const merged = mergeSummaries(part([...Array(20).keys()]), part(Array.from({ length: n - 20 }, (_, i) => 20 + i)));
    expect(merged.rows).toEqual(whole.rows);
    expect(merged.sizes).toEqual(whole.sizes);
    expect(whole.rows!.reduce((a, b) => a + b)).toBe(n);
    expect(summariseGroups(bound, table).rows).toBeUndefined();
  });
});

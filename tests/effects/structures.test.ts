import { describe, expect, it } from "vitest";
import { render } from "../../src/display/render";
import { effectSizes, effectTable } from "../../src/effects/effect-sizes";
import { hedgesG } from "../../src/effects/hedges";
import { standardiseCoefficients } from "../../src/effects/standardise";
import { fitMixed } from "../../src/multilevel/fit";
import { tidy } from "../../src/tidy";
import { errorOf, worst } from "../helpers/reference";
import { nestedRows } from "../multilevel/nested-dense";
import { schoolsWithSlopes } from "../multilevel/slopes-data";

const rows = nestedRows("b", [8, 4], 6, [1.2, 1]);
const [alliance, school] = rows.groups;
const id = school.map((name, i) => `${name}:${alliance[i]}`);
const isTreated = (name: string): boolean => ["g1", "g4", "g5"].includes(name);
const nested = {
  alliance,
  school,
  x: rows.x,
  z: rows.z,
  treated: alliance.map((name) => (isTreated(name) ? 1 : 0)),
  partly: id.map((name) => (name.startsWith("g0") ? 1 : 0)),
  y: rows.y.map((value, i) => value + (isTreated(alliance[i]) ? 0.8 : 0)),
};
const part = "(1 | alliance/school)";
const fitNested = (fixed: string) => fitMixed(`y ~ ${fixed} + ${part}`, nested);
const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
const sd = (x: ArrayLike<number>): number => {
  const middle = mean(x);
  return Math.sqrt(Array.from(x).reduce((sum, value) => sum + (value - middle) ** 2, 0) / (x.length - 1));
};
/** The value of a column in each group's first row. */
const byGroup = (names: readonly string[], values: ArrayLike<number>): number[] =>
  [...new Set(names)].map((name) => values[names.indexOf(name)]);
const fields = (all: readonly { estimate: number; standardError: number; lower: number; upper: number }[]): number[] =>
  all.flatMap((row) => [row.estimate, row.standardError, row.lower, row.upper]);

describe("effectSizes of nested groups", () => {
  const models = { empty: fitNested("1"), adjusted: fitNested("x"), treated: fitNested("x + treated") };
  const sizes = effectSizes(models, { treatment: "treated" });
  const of = (model: (typeof models)["empty"], k: number): number => model.randomTerms[k].covariance[0][0];

  it("has every level's drop and share, which add up to the whole", () => {
    const total = ({ variances }: (typeof models)["empty"]): number => variances.group + variances.residual;
    expect(sizes.levels.map(({ group }) => group)).toEqual(["school:alliance", "alliance"]);
    sizes.levels.forEach((level, k) => {
      const drop = of(models.adjusted, k) - of(models.treated, k);
      expect(level.drop).toBe(drop);
      expect(level.ofGroupVariance).toBe(drop / of(models.adjusted, k));
      expect(level.ofTotalEmpty).toBe(drop / total(models.empty));
    });
    expect(sizes.levels[0].drop + sizes.levels[1].drop).toBeCloseTo(sizes.groupVarianceDrop, 12);
    expect(sizes.standardised).toBe(sizes.effect.estimate / Math.sqrt(total(models.empty)));
    expect(sizes.delta).toBe(sizes.effect.estimate / Math.sqrt(models.treated.variances.residual));
  });

  it("counts the alliances where these are treated, the schools where they are", () => {
    const alliances = [...new Set(alliance)];
    expect(sizes.treatedShare.of).toBe("alliance");
    expect(sizes.treatedShare.groups).toBe(alliances.filter(isTreated).length / alliances.length);
    expect(sizes.treatedShare.pupils).toBeCloseTo(mean(nested.treated), 14);
    const ofSchools = effectSizes({ ...models, treated: fitNested("x + partly") }, { treatment: "partly" });
    const schools = byGroup(id, nested.partly);
    expect(ofSchools.treatedShare.of).toBe("school:alliance");
    expect(ofSchools.treatedShare.groups).toBe(mean(schools));
    expect(ofSchools.expectedDrop).toBeCloseTo(
      ofSchools.effect.estimate ** 2 * mean(schools) * (1 - mean(schools)),
      12,
    );
  });

  it("shows the levels in its table and rows", () => {
    const text = render(effectTable(sizes), "text");
    expect(text).toContain("share of school:alliance variance");
    expect(text).toContain("of alliance; shares of variance depend on it");
    expect(tidy(sizes).rows).toBe(11 + 4);
  });

  it("refuses models of other groups, and treatments of pupils", () => {
    const single = fitMixed("y ~ 1 + (1 | alliance)", nested);
    expect(errorOf(() => effectSizes({ ...models, empty: single }, { treatment: "treated" })).message).toContain(
      "same grouping columns",
    );
    expect(errorOf(() => effectSizes(models, { treatment: "x" })).code).toBe("not-binary");
  });
});

const slopes = schoolsWithSlopes([9, 12, 5, 7, 14, 8, 10, 6, 11, 9], "effects");
const dummy = slopes.school.map((name) => (["s1", "s4", "s6", "s7"].includes(name) ? 1 : 0));
const slopesData = { ...slopes, treated: dummy } as Record<string, string[] | Float64Array | number[]>;

describe("effectSizes with random slopes", () => {
  const random = "(1 + x | school)";
  const empty = fitMixed("y ~ 1 + (1 | school)", slopesData);
  const adjusted = fitMixed(`y ~ x + ${random}`, slopesData);
  const treated = fitMixed(`y ~ x + treated + ${random}`, slopesData);

  it("takes the mean variance over rows, and counts treated schools from the summary", () => {
    const sizes = effectSizes({ empty, adjusted, treated }, { treatment: "treated" });
    expect(sizes.groupVarianceDrop).toBe(adjusted.variances.group - treated.variances.group);
    expect(sizes.treatedShare.groups).toBe(0.4);
    expect(sizes.treatedShare.pupils).toBeCloseTo(mean(dummy), 14);
    expect(sizes.levels).toEqual([
      {
        group: "school",
        drop: sizes.groupVarianceDrop,
        ...sizes.dropShare,
      },
    ]);
    const simple = effectSizes(
      {
        empty,
        adjusted: fitMixed("y ~ x + (1 | school)", slopesData),
        treated: fitMixed("y ~ x + treated + (1 | school)", slopesData),
      },
      { treatment: "treated" },
    );
    expect(sizes.treatedShare.pupils).toBeCloseTo(simple.treatedShare.pupils, 12);
  });

  it("refuses a treatment that varies within schools, other random parts, and no random intercept", () => {
    const pupils = fitMixed(`y ~ x + sex + ${random}`, slopesData);
    const term = pupils.terms[2];
    expect(errorOf(() => effectSizes({ empty, adjusted, treated: pupils }, { treatment: term })).code).toBe(
      "not-binary",
    );
    const intercept = fitMixed("y ~ x + (1 | school)", slopesData);
    expect(
      errorOf(() => effectSizes({ empty, adjusted: intercept, treated }, { treatment: "treated" })).message,
    ).toContain("same random terms");
    const bare = fitMixed("y ~ x + treated + (0 + x | school)", slopesData);
    const base = fitMixed("y ~ x + (0 + x | school)", slopesData);
    expect(
      errorOf(() => effectSizes({ empty, adjusted: base, treated: bare }, { treatment: "treated" })).message,
    ).toContain("Let the intercept vary too");
  });
});

it("hedgesG says why it is of a single random intercept", () => {
  expect(errorOf(() => hedgesG(fitNested("treated"), { treatment: "treated" })).message).toContain("Hedges 2011");
  const model = fitMixed("y ~ x + treated + (1 + x | school)", slopesData);
  expect(errorOf(() => hedgesG(model, { treatment: "treated" })).message).toContain("no one correlation");
});

describe("standardiseCoefficients", () => {
  it("nested, by total: equals a refit to scaled columns", () => {
    const { coefficients } = standardiseCoefficients(fitNested("x + z + treated"));
    const refit = fitMixed(`scale(y) ~ scale(x) + scale(z) + scale(treated) + ${part}`, nested);
    expect(worst(fields(coefficients.slice(1)), fields(refit.fixed.slice(1)), 0.1)).toBeLessThan(1e-8);
    expect(coefficients.map(({ level }) => level)).toEqual([null, "pupils", "school:alliance", "alliance"]);
  });

  it("nested, by level: each level's own standard deviations", () => {
    const model = fitNested("x + z + treated");
    const empty = fitNested("1");
    const { coefficients } = standardiseCoefficients(model, { by: "level" });
    const squares = rows.x.reduce((sum, value, i) => {
      const own = [...id.keys()].filter((k) => id[k] === id[i]).map((k) => rows.x[k]);
      return sum + (value - mean(own)) ** 2;
    }, 0);
    const expected = [
      Math.sqrt(squares / (id.length - new Set(id).size)),
      sd(byGroup(id, rows.z)),
      sd(byGroup(alliance, nested.treated)),
    ];
    const sds = [empty.variances.residual, ...empty.randomTerms.map(({ covariance }) => covariance[0][0])].map(
      Math.sqrt,
    );
    coefficients.slice(1).forEach(({ sdColumn, sdOutcome, estimate }, k) => {
      expect(worst([sdColumn, sdOutcome], [expected[k], sds[k]])).toBeLessThan(1e-9);
      expect(worst([estimate], [(model.coefficients[k + 1] * expected[k]) / sds[k]], 0.1)).toBeLessThan(1e-9);
    });
  });

  it("slopes, by total: equals a refit to scaled columns", () => {
    const { coefficients } = standardiseCoefficients(fitMixed("y ~ x + z + (1 + x | school)", slopesData));
    const refit = fitMixed("scale(y) ~ scale(x) + scale(z) + (1 + scale(x) | school)", slopesData);
    expect(worst(fields(coefficients.slice(1)), fields(refit.fixed.slice(1)), 0.1)).toBeLessThan(1e-6);
    expect(coefficients.map(({ level }) => level)).toEqual([null, "pupils", "schools"]);
  });

  it("slopes, by level: as the random intercept's columns, over the empty random intercept", () => {
    const slope = standardiseCoefficients(fitMixed("y ~ x + z + (1 + x | school)", slopesData), { by: "level" });
    const simple = standardiseCoefficients(fitMixed("y ~ x + z + (1 | school)", slopesData), { by: "level" });
    const sds = (of: typeof slope): number[] =>
      of.coefficients.slice(1).flatMap(({ sdColumn, sdOutcome }) => [sdColumn, sdOutcome]);
    expect(worst(sds(slope), sds(simple))).toBeLessThan(1e-9);
  });

  it("names the level without variance", () => {
    const data = nestedRows("a", [4, 4], 6, [1, 1]);
    const table = { alliance: data.groups[0], school: data.groups[1], y: data.y, x: data.x };
    const w = table.alliance.map((name) => Number(name.slice(1)) ** 2);
    const flat = fitMixed(`y ~ 1 + ${part}`, table);
    expect(flat.theta).toEqual([expect.any(Number), 0]);
    const result = standardiseCoefficients(fitMixed(`y ~ w + ${part}`, { ...table, w }), { by: "level" });
    expect(result.diagnostics[0].message).toContain("groups of alliance,");
    expect(result.coefficients[1].estimate).toBeNaN();
  });

  it("refuses random parts without an intercept", () => {
    const model = fitMixed("y ~ x + (0 + x | school)", slopesData);
    expect(errorOf(() => standardiseCoefficients(model)).message).toContain("Let the intercept vary too");
  });
});

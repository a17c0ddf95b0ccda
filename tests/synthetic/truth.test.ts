import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectShare, exposureMonths } from "../../src/synthetic/exposure";
import { drawPupils } from "../../src/synthetic/pupil-stream";
import { simulateSchools } from "../../src/synthetic/simulate";
import { truthOf } from "../../src/synthetic/truth";
import { errorOf } from "../helpers/reference";
import { mean, numbers, schoolsWhere, words } from "./columns";

const NOTHING = { teaching: { KS2: 0, KS4: 0 } };

describe("exposureMonths", () => {
  it("counts from designation to the tests in May", () => {
    const table = [1, 2, 3].map((cohort) => [2012, 2013, 2014].map((year) => exposureMonths(cohort, year)));
    expect(table).toEqual([
      [8, 20, 32],
      [2, 14, 26],
      [-9, 3, 15],
    ]);
  });

  it("refuses other cohorts, and years that are none", () => {
    expect(errorOf(() => exposureMonths(4, 2012)).message).toMatch(/cohorts 1, 2 and 3, not the number 4/);
    expect(errorOf(() => exposureMonths(1, 2012.5)).code).toBe("invalid-argument");
  });

  it("effects are nil up to two months, grow evenly with growth, and never pass the full effect (property)", () => {
    expect([-9, 0, 2].map((months) => effectShare(months, 0.5))).toEqual([0, 0, 0]);
    expect([3, 16, 32].map((months) => effectShare(months, 0))).toEqual([1, 1, 1]);
    expect(effectShare(16, 1)).toBeCloseTo(0.5, 12);
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (months, growth) => {
        expect(effectShare(months, growth)).toBeLessThanOrEqual(1 + 1e-12);
        expect(effectShare(months + 1, growth)).toBeGreaterThanOrEqual(effectShare(months, growth));
      }),
    );
  });
});

describe("potential outcomes", () => {
  const simulated = simulateSchools({
    seed: 6,
    scale: 0.05,
    truth: { strategicPartner: 0.1, allianceMember: 0.2, growth: 0.5 },
  });
  const without = simulateSchools({ seed: 6, scale: 0.05, truth: NOTHING });
  const { schools } = simulated.truth;
  const [y0, y1, effect, year, cohort, months, designated] = [
    "y0",
    "y1",
    "effect",
    "year",
    "cohort",
    "exposureMonths",
    "designated",
  ].map((name) => numbers(schools, name));
  const [role, school] = ["role", "school"].map((name) => words(schools, name));
  const rows = Array.from(y0.keys());

  it("effect = y1 − y0, and y0 does not depend on the truth", () => {
    for (const k of rows) expect(y1[k]).toBeCloseTo(y0[k] + effect[k], 14);
    expect(numbers(without.truth.schools, "y0")).toEqual(y0);
  });

  it("is 0 in placebo years: cohort 3 in 2012, and cohort 2 in 2012", () => {
    const placebo = rows.filter((k) => months[k] <= 2);
    expect(new Set(placebo.map((k) => `${cohort[k]} in ${year[k]}`))).toEqual(new Set(["2 in 2012", "3 in 2012"]));
    expect(placebo.every((k) => effect[k] === 0)).toBe(true);
  });

  it("is what was asked for in every other year", () => {
    const full = (k: number): number =>
      role[k] === "strategic partner"
        ? 0.1
        : role[k] === "alliance member"
          ? 0.2
          : school[k].startsWith("P")
            ? 0.45
            : 0.4;
    for (const k of rows.filter((row) => months[row] > 2 || role[row] === "none")) {
      const exposure = role[k] === "none" ? exposureMonths(1, year[k]) : months[k];
      expect(effect[k]).toBeCloseTo(full(k) * (0.5 + (0.5 * exposure) / 32), 12);
    }
    expect(new Set(rows.filter((k) => designated[k] === 1).map((k) => role[k])).has("none")).toBe(false);
  });

  it("pupils carry exactly the effect of their school and year, and nothing else changes", () => {
    // All schools of the programme, and some outside.
    const some = schoolsWhere(
      simulated.schools,
      (row) => row % 20 === 0 || words(simulated.schools, "role")[row] !== "none",
    );
    const [pupils, twins] = [simulated, without].map((world) => drawPupils(world, { schools: some }));
    for (const name of ["prior", "fsm", "idaci", "birthMonth"])
      expect(numbers(twins, name)).toEqual(numbers(pupils, name));
    const added = new Map(rows.map((k) => [`${school[k]} ${year[k]}`, designated[k] === 1 ? effect[k] : 0]));
    const [a, b, ofYear] = [numbers(pupils, "outcome"), numbers(twins, "outcome"), numbers(pupils, "year")];
    let worst = 0;
    words(pupils, "school").forEach((name, k) => {
      worst = Math.max(worst, Math.abs(a[k] - b[k] - added.get(`${name} ${ofYear[k]}`)!));
    });
    expect(worst).toBeLessThan(1e-12);
  });

  it("lists every school and year with its pupils", () => {
    expect(schools.rows).toBe(3 * simulated.schools.rows);
    const total = numbers(schools, "pupils").reduce((sum, value) => sum + value, 0);
    expect(total).toBe(simulated.pupils.rows);
  });
});

describe.each(["primary", "secondary"] as const)("the mean outcome of %s schools", (phase) => {
  const simulated = simulateSchools({ seed: 12, scale: phase === "primary" ? 0.05 : 0.2, years: [2012, 2013] });
  const stage = words(simulated.schools, "phase");
  const names = schoolsWhere(simulated.schools, (row) => stage[row] === phase);
  const rows = Array.from(stage.keys()).filter((row) => stage[row] === phase);
  const pupils = drawPupils(simulated, { schools: names, years: [2013] });
  const code = new Map(names.map((name, k) => [name, k]));
  const [sum, size] = [new Float64Array(names.length), new Float64Array(names.length)];
  const outcome = numbers(pupils, "outcome");
  words(pupils, "school").forEach((name, k) => {
    sum[code.get(name)!] += outcome[k];
    size[code.get(name)!]++;
  });
  const { KS2, KS4 } = simulated.truth.variance;
  const parts = phase === "primary" ? KS2 : KS4;
  const [y0, effect, designated] = ["y0", "effect", "designated"].map((name) => {
    const values = numbers(simulated.truth.schools, name);
    return Float64Array.from(rows, (row) => values[2 * row + 1]);
  });
  const means = sum.map((total, k) => total / size[k] - designated[k] * effect[k]);
  const earlier = Float64Array.from(rows, (row) => numbers(simulated.schools, "outcome2011")[row]);
  const centred = (values: Float64Array): Float64Array => {
    const middle = mean(values);
    return values.map((value) => value - middle);
  };
  const product = (a: Float64Array, b: Float64Array): Float64Array => {
    const [x, y] = [centred(a), centred(b)];
    return x.map((value, k) => value * y[k]);
  };
  const standardError = (values: Float64Array): number => Math.sqrt(mean(product(values, values)) / values.length);

  it("follows its y0 one for one, within 4.5 standard errors", () => {
    const slope = mean(product(means, y0)) / mean(product(y0, y0));
    const rest = means.map((value, k) => value - slope * y0[k]);
    const error = Math.sqrt(mean(product(rest, rest)) / mean(product(y0, y0)) / names.length);
    expect(Math.abs(slope - 1)).toBeLessThan(4.5 * error);
    expect(error).toBeLessThan(0.1);
  });

  it("covaries with the mean of 2011 by what lasts: composition, authority and persistent effect", () => {
    const products = product(means, earlier);
    const lasting = parts.covariatesBetween + parts.authority + parts.persistent;
    expect(Math.abs(mean(products) - lasting)).toBeLessThan(4.5 * standardError(products));
    expect(standardError(products)).toBeLessThan(lasting / 8);
  });
});

describe("engagement", () => {
  it("the preset gives .2 to about a quarter of partners and members, so that the mean effect dilutes to .05", () => {
    const { truth } = simulateSchools({ seed: 1, scale: 0.5, truth: "engagement" });
    const role = words(truth.schools, "role");
    const [effect, year] = [numbers(truth.schools, "effect"), numbers(truth.schools, "year")];
    const of = effect.filter(
      (_, k) => year[k] === 2014 && (role[k] === "alliance member" || role[k] === "strategic partner"),
    );
    expect(new Set(of)).toEqual(new Set([0, 0.2]));
    // 4.5 standard errors of a share of a quarter.
    expect(Math.abs(mean(of) / 0.2 - 0.25)).toBeLessThan(4.5 * Math.sqrt((0.25 * 0.75) / of.length));
  });
});

describe("the selection world", () => {
  const simulated = simulateSchools({ seed: 3, world: "selection", years: [2012, 2014] });
  const { schools } = simulated.truth;
  const role = words(schools, "role");
  const [y0, effect, cohort, year] = ["y0", "effect", "cohort", "year"].map((name) => numbers(schools, name));

  it("has no effect at all", () => {
    expect(effect.every((value) => value === 0)).toBe(true);
  });

  it("but designates better schools: also cohort 3 in 2012, before its designation, which gives it away", () => {
    const sd = Math.sqrt(
      simulated.truth.variance.KS2.persistent +
        simulated.truth.variance.KS2.quality +
        simulated.truth.variance.KS2.yearly,
    );
    for (const c of [1, 2, 3]) {
      const of = y0.filter((_, k) => role[k] === "teaching" && cohort[k] === c && year[k] === 2012);
      const others = y0.filter((_, k) => role[k] === "none" && year[k] === 2012);
      expect(mean(of) - mean(others)).toBeGreaterThan((4 * sd) / Math.sqrt(of.length));
    }
  });

  it("through a quality that the causal world's teaching schools do not have", () => {
    const qualityOf = ({ truth }: typeof simulated): number => {
      const roles = words(truth.schools, "role");
      return mean(numbers(truth.schools, "quality").filter((_, k) => roles[k] === "teaching"));
    };
    expect(qualityOf(simulated)).toBeGreaterThan(0.8);
    // 312 schools at two years: a standard error of 1/√312.
    expect(Math.abs(qualityOf(simulateSchools({ seed: 3, years: [2014] })))).toBeLessThan(4.5 / Math.sqrt(312));
  });

  it("which hardly shows before 2012: outcomes of those years correlate with it a quarter as much", () => {
    const quality = numbers(schools, "quality").filter((_, k) => k % 2 === 0);
    const later = y0.filter((_, k) => k % 2 === 0);
    const earlier = numbers(simulated.schools, "outcome2011");
    const covariance = (a: Float64Array, b: Float64Array): number => {
      const [ma, mb] = [mean(a), mean(b)];
      return mean(a.map((value, k) => (value - ma) * (b[k] - mb)));
    };
    // Covariances are .2 and .25 × .2; their standard errors are sd/√18,430, at most .004.
    expect(Math.abs(covariance(quality, later) - 0.2)).toBeLessThan(4.5 * 0.004);
    expect(Math.abs(covariance(quality, earlier) - 0.05)).toBeLessThan(4.5 * 0.004);
  });
});

describe("truthOf", () => {
  const simulated = simulateSchools({ seed: 9, scale: 0.1, truth: { growth: 1 } });
  const [role, phase] = ["role", "phase"].map((name) => words(simulated.schools, name));
  const named = (wanted: string, stage = "primary"): string[] =>
    schoolsWhere(simulated.schools, (row) => role[row] === wanted && phase[row] === stage);
  const treated = named("teaching");
  const comparators = named("none").slice(0, treated.length);
  const { schools } = simulated.truth;
  const rowOf = new Map(words(schools, "school").map((name, k) => [`${name} ${numbers(schools, "year")[k]}`, k]));
  const value = (name: string, column: string): number => numbers(schools, column)[rowOf.get(`${name} 2013`)!];

  it("weighs effects by pupils, and gives shares of pupils and schools", () => {
    const cell = truthOf(simulated, { treated, comparators, year: 2013 });
    const pupils = (names: readonly string[]): number => names.reduce((sum, name) => sum + value(name, "pupils"), 0);
    const weighted = (names: readonly string[], column: string): number =>
      names.reduce((sum, name) => sum + value(name, "pupils") * value(name, column), 0) / pupils(names);
    const p = pupils(treated) / (pupils(treated) + pupils(comparators));
    expect(cell.effect).toBeCloseTo(weighted(treated, "effect"), 12);
    expect(cell.effectPerSchool).toBeCloseTo(mean(treated.map((name) => value(name, "effect"))), 12);
    expect(cell.headStart).toBeCloseTo(weighted(treated, "y0") - weighted(comparators, "y0"), 12);
    expect(cell.treatedShareOfPupils).toBeCloseTo(p, 12);
    expect(cell.treatedShareOfSchools).toBe(0.5);
    expect(cell.shareOfTotal).toBeCloseTo(cell.effect ** 2 * p * (1 - p), 12);
  });

  it("at the default truth and half the schools treated, designation is a third of school variance", () => {
    const england = simulateSchools({ seed: 9, scale: 0.1 });
    for (const [stage, total] of [
      ["primary", 0.05],
      ["secondary", 0.04],
    ] as const) {
      const inside = named("teaching", stage);
      const cell = truthOf(england, {
        treated: inside,
        comparators: named("none", stage).slice(0, inside.length),
        year: 2014,
      });
      expect(cell.shareOfSchoolVariance).toBeCloseTo(1 / 3, 2);
      // The share of pupils is not a half exactly.
      expect(Math.abs(cell.shareOfTotal - total)).toBeLessThan(0.004);
    }
  });

  it.each([
    [{ treated: named("none").slice(0, 2), comparators, year: 2013 }, /treated school is in no alliance/],
    [{ treated, comparators: treated, year: 2013 }, /comparator is in the programme/],
    [{ treated, comparators: named("none", "secondary"), year: 2013 }, /schools of one phase/],
    [{ treated, comparators, year: 2011 }, /no year the number 2011/],
    [{ treated: [], comparators, year: 2013 }, /must list schools/],
    [{ treated, comparators, year: 2013, role: "teaching" }, /no option "role"/],
  ])("refuses bad questions (%#)", (query, message) => {
    const error = errorOf(() => truthOf(simulated, query as never));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toMatch(message);
  });
});

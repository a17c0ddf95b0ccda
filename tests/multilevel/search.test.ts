import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootstrap } from "../../src/multilevel/bootstrap";
import { designLadder } from "../../src/multilevel/design-ladder";
import { fitMixed } from "../../src/multilevel/fit";
import { optimiseNear, optimiseProfile } from "../../src/multilevel/optimise";
import { classesAreFew, profileAt, profileFrom } from "../../src/multilevel/profile";
import { designPoint, designSums, type ProfileProblem, weightedSums } from "../../src/multilevel/profile-design";
import { scaleSummary } from "../../src/multilevel/scale";
import { summariseGroups } from "../../src/multilevel/summarise";
import { createRng } from "../../src/random/rng";
import { referenceFrame, worst } from "../helpers/reference";

interface Settings {
  readonly fixed?: string;
  readonly reml?: boolean;
  /** Standard deviations of the schools' own differences and of pupils. */
  readonly between?: number;
  readonly within?: number;
  readonly weighted?: boolean;
}

/** Schools of the given sizes with two pupil columns, one of the school, and an outcome. */
function problemOf(sizes: readonly number[], seed: number, settings: Settings = {}): ProfileProblem {
  const { fixed = "x + x2 + z", reml = true, between = 0.5, within = 0.5, weighted = false } = settings;
  const rng = createRng(seed);
  const rows = sizes.flatMap((size, j) => Array(size).fill(j) as number[]);
  const z = sizes.map(() => rng.normal());
  const u = sizes.map(() => between * rng.normal());
  const data = {
    school: rows.map((j) => `s${j}`),
    x: rows.map((j) => z[j] + rng.normal()),
    x2: rows.map(() => rng.normal()),
    z: rows.map((j) => z[j]),
    y: rows.map((j) => 3 * z[j] + u[j] + within * rng.normal()),
    w: rows.map(() => 0.5 + rng.uniform()),
  };
  const options = weighted ? { weights: { pupils: "w", kind: "precision" as const } } : {};
  return scaleSummary(summariseGroups(`y ~ ${fixed} + (1 | school)`, data, options), reml).problem;
}

/** Pairs of equal schools: a class for every two. */
const paired = Array.from({ length: 40 }, (_, j) => 2 + 2 * Math.floor(j / 2));

describe("weightedSums", () => {
  it("adds up each row with the weights and their powers, for odd and even numbers of rows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 9 }), fc.integer(), (rows, width, seed) => {
        const rng = createRng(seed);
        const values = Float64Array.from({ length: rows * width }, () => rng.normal());
        const g = Float64Array.from({ length: width }, () => rng.uniform());
        return weightedSums(values, g).every((sums, r) => {
          const expected = Array.from({ length: rows }, (_, i) =>
            g.reduce((sum, weight, c) => sum + weight ** (r + 1) * values[i * width + c], 0),
          );
          return sums.length === rows && worst(sums, expected, 1) < 1e-14;
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe("sums over size classes instead of groups", () => {
  it.each([
    ["REML", true],
    ["ML", false],
  ])("give the same criterion and derivatives (%s)", (_, reml) => {
    const problem = problemOf(paired, 3, { reml });
    expect(classesAreFew(problem)).toBe(true);
    for (const phi of [0, 0.01, 0.7, 30]) {
      const exact = profileAt(problem, phi)!;
      const byClass = profileAt({ ...problem, residualsByClass: true }, phi)!;
      expect(byClass.beta).toEqual(exact.beta);
      expect(
        worst(
          [byClass.criterion, byClass.sigma2, byClass.parts.r2Second],
          [exact.criterion, exact.sigma2, exact.parts.r2Second],
        ),
      ).toBeLessThan(1e-11);
      // The slope is a difference of sums of order J.
      expect(Math.abs(byClass.slope - exact.slope) * Math.max(phi, 0.01)).toBeLessThan(1e-11);
    }
  });

  it("are left where they would lose the digits, and the groups taken", () => {
    // Schools that differ by z alone, but for one part in 1e6: Σ ρ² is 1e-12 of Σ ȳ².
    const problem = problemOf(paired, 4, { between: 1e-6, within: 1e-6 });
    const byClass = profileAt({ ...problem, residualsByClass: true }, 0.5)!;
    expect({ ...byClass, parts: null }).toEqual({ ...profileAt(problem, 0.5)!, parts: null });
  });

  it("find the optima that a search over all groups finds, to rounding", () => {
    let humps = 0;
    fc.assert(
      fc.property(
        // Single pupils beside large schools: profiles with two optima among them.
        fc.oneof(
          fc.array(fc.constantFrom(1, 2, 5, 30), { minLength: 8, maxLength: 30 }),
          fc.array(fc.constantFrom(1, 60), { minLength: 4, maxLength: 6 }),
        ),
        fc.integer(),
        fc.constantFrom("1", "x + z"),
        fc.boolean(),
        (sizes, seed, fixed, reml) => {
          fc.pre(sizes.some((size) => size > 1));
          const problem = problemOf(sizes, seed, { fixed, reml, between: 0.7, within: 1 });
          const quick = optimiseProfile(problem);
          const whole = optimiseProfile(problem, (phi) => profileAt(problem, phi));
          if (quick === null || whole === null) return quick === whole;
          if (whole.other !== null) humps++;
          const same = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(b, 1e-3);
          return (
            (quick.other === null) === (whole.other === null) &&
            same(quick.best.phi, whole.best.phi) &&
            Math.abs(quick.best.criterion - whole.best.criterion) <= 1e-11 * Math.abs(whole.best.criterion) &&
            same(quick.other?.phi ?? 0, whole.other?.phi ?? 0)
          );
        },
      ),
      { numRuns: 600, seed: 1 },
    );
    expect(humps).toBeGreaterThan(5);
  });

  it("leave the certificate to the groups: the slope at the optimum is 0 to rounding", () => {
    const problem = problemOf(paired, 5);
    const { best, boundary } = optimiseProfile(problem)!;
    expect(boundary).toBe(false);
    // Of the terms that cancel in D' the first alone is Σ g.
    expect(Math.abs(best.slope)).toBeLessThan(1e-11 * best.parts.sumG);
    expect({ ...profileAt(problem, best.phi)!, parts: null }).toEqual({ ...best, parts: null });
  });
});

describe("designLadder", () => {
  const many = Array.from({ length: 30 }, (_, j) => 1 + j);
  const problems: readonly [string, ProfileProblem][] = [
    ["30 sizes, REML", problemOf(many, 1)],
    ["30 sizes, ML", problemOf(many, 1, { reml: false })],
    ["precision weights", problemOf(many, 2, { weighted: true })],
    ["few sizes", problemOf(paired.slice(0, 8), 2)],
  ];

  it.each(problems)("is the direct sum at any φ (%s)", (_, problem) => {
    const at = designLadder(problem, [0, 0.25]);
    const rng = createRng("phi");
    const random = Array.from({ length: 200 }, () => Math.exp(16 * rng.uniform() - 8));
    for (const phi of [0, 0.25, 1e-12, 1e9, ...random]) {
      const direct = designPoint(problem, phi, designSums(problem, phi))!;
      const carried = at(phi)!;
      expect(carried.phi).toBe(phi);
      // Sums of positive terms, and series that end below rounding.
      expect(worst(carried.inverse, direct.inverse, Math.max(...direct.inverse))).toBeLessThan(1e-12);
      expect(worst(carried.m2, direct.m2, Math.max(...direct.m2))).toBeLessThan(1e-13);
      expect(worst([carried.sumG, carried.logDeterminant], [direct.sumG, direct.logDeterminant], 1)).toBeLessThan(
        1e-13,
      );
      expect(Math.abs(carried.logDeterminantSlope - direct.logDeterminantSlope)).toBeLessThan(1e-12 * direct.sumG);
      const second = problem.classCounts.reduce((sum, count, c) => sum + count * direct.sums.g[c] ** 2, 0);
      expect(Math.abs(carried.logDeterminantSecond - direct.logDeterminantSecond)).toBeLessThan(1e-11 * second);
    }
  });

  it("leads a refit to the optimum that direct sums lead to", () => {
    for (const [, problem] of problems) {
      const at = designLadder(problem, [0]);
      const direct = optimiseNear(problem, 0.3)!.best;
      const carried = optimiseNear(problem, 0.3, (phi) => {
        const design = at(phi);
        return design && profileFrom(problem, design);
      })!.best;
      expect(worst([carried.phi, carried.sigma2], [direct.phi, direct.sigma2])).toBeLessThan(1e-12);
    }
  });
});

describe("bootstrap replicates", () => {
  // What criteria summed up anew for every φ gave, to the digits that two ways of adding leave: a seed stays good for its numbers.
  it("are those of refits without any shortcut", () => {
    const exam = bootstrap(fitMixed("normexam ~ standlrt + (1 | school)", referenceFrame("exam.csv")), {
      seed: 7,
      replicates: 3,
    });
    expect(
      worst(
        exam.coefficients,
        [
          -0.0000951892013150732, 0.5564978560297187, -0.07331899941857592, 0.5618221732622393, 0.04258267540525527,
          0.547153872743382,
        ],
        0.01,
      ),
    ).toBeLessThan(1e-10);
    expect(worst(exam.groupSd, [0.31973982593468325, 0.3450776814868584, 0.30274768934580026])).toBeLessThan(1e-10);
    expect(worst(exam.residualSd, [0.7425425522170629, 0.7487532967454213, 0.7635701591596255])).toBeLessThan(1e-10);
    const dyestuff = bootstrap(fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff.csv")), {
      seed: 7,
      replicates: 3,
    });
    expect(worst(dyestuff.coefficients, [1534.5774006717625, 1534.8254148041879, 1518.1159452038853])).toBeLessThan(
      1e-10,
    );
    expect(worst(dyestuff.groupSd, [43.25268741704575, 36.60815155843327, 52.652918412492916])).toBeLessThan(1e-10);
    expect(worst(dyestuff.residualSd, [45.3366324481125, 41.03736786737648, 39.35928970681788])).toBeLessThan(1e-10);
  });
});

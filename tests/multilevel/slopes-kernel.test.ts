import { determinant, inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { frame } from "../../src/data/frame";
import { bindFormula } from "../../src/formula/bind";
import { semidefiniteFactor } from "../../src/linalg/symmetric";
import { fitMixed } from "../../src/multilevel/fit";
import { compressGroups } from "../../src/multilevel/slopes/compress";
import { randomColumnsOf } from "../../src/multilevel/slopes/design";
import { devianceAt } from "../../src/multilevel/slopes/deviance";
import { fitSlopes } from "../../src/multilevel/slopes/fit";
import { slopeModes } from "../../src/multilevel/slopes/modes";
import { optimiseSlopes } from "../../src/multilevel/slopes/optimise";
import { lambdaEntries, lambdaOf, type SlopeProblem } from "../../src/multilevel/slopes/problem";
import { createRng } from "../../src/random/rng";
import { single, worst } from "../helpers/reference";
import { type SlopesData, schoolsWithSlopes } from "./slopes-data";

const identity = (columns: readonly Float64Array[]) => ({
  columns,
  shift: new Float64Array(columns.length),
  scale: new Float64Array(columns.length).fill(1),
});

function codesOf(school: readonly string[]): { codes: Int32Array; levels: string[] } {
  const levels = [...new Set(school)];
  return { codes: Int32Array.from(school, (name) => levels.indexOf(name)), levels };
}

function problemOf(
  data: SlopesData,
  blocks: readonly number[],
  reml: boolean,
  weights: Float64Array | null = null,
): SlopeProblem {
  const { codes, levels } = codesOf(data.school);
  const one = new Float64Array(data.y.length).fill(1);
  const z = [one, data.x, data.w].slice(
    0,
    blocks.reduce((sum, size) => sum + size, 0),
  );
  const x = [one, data.x, data.z];
  const { factors, projections, within } = compressGroups(
    identity(z),
    identity([...x, data.y]),
    codes,
    levels.length,
    weights,
  );
  return {
    q: z.length,
    p: x.length,
    groups: levels.length,
    entries: lambdaEntries(blocks),
    factors,
    projections,
    within,
    withinFactor: semidefiniteFactor(within, x.length + 1, 1e-13).r,
    m: data.y.length - (reml ? x.length : 0),
    reml,
    sumLogWeights: weights === null ? 0 : weights.reduce((sum, w) => sum + Math.log(w), 0),
  };
}

/** The profiled criterion from the n × n covariance matrix, as the textbook writes it. */
function denseCriterion(
  data: SlopesData,
  problem: SlopeProblem,
  theta: Float64Array,
  weights: Float64Array | null,
): number {
  const { q, p, m, reml } = problem;
  const n = data.y.length;
  const lambda = new Matrix(
    Array.from({ length: q }, (_, i) => Array.from(lambdaOf(theta, problem.entries, q).subarray(i * q, (i + 1) * q))),
  );
  const psi = lambda.mmul(lambda.transpose());
  const z = Array.from({ length: n }, (_, i) => [1, data.x[i], data.w[i]].slice(0, q));
  const v = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (data.school[i] !== data.school[j]) continue;
      let value = 0;
      for (let k = 0; k < q; k++) for (let l = 0; l < q; l++) value += z[i][k] * psi.get(k, l) * z[j][l];
      v.set(i, j, value);
    }
    v.set(i, i, v.get(i, i) + 1 / (weights?.[i] ?? 1));
  }
  const x = new Matrix(Array.from({ length: n }, (_, i) => [1, data.x[i], data.z[i]]));
  const vi = inverse(v);
  const a = x.transpose().mmul(vi).mmul(x);
  const y = Matrix.columnVector(Array.from(data.y));
  const beta = inverse(a).mmul(x.transpose()).mmul(vi).mmul(y);
  const e = Matrix.sub(y, x.mmul(beta));
  const r2 = e.transpose().mmul(vi).mmul(e).get(0, 0);
  expect(p).toBe(3);
  return Math.log(determinant(v)) + m * (1 + Math.log((2 * Math.PI * r2) / m)) + (reml ? Math.log(determinant(a)) : 0);
}

const small = schoolsWithSlopes([4, 7, 1, 9, 2, 6, 3], "kernel");
const weights = Float64Array.from(small.y, (_, i) => 0.5 + (i % 5) / 2);
const thetas: Readonly<Record<string, readonly number[]>> = {
  "1": [0.8],
  "2": [0.8, -0.3, 0.5],
  "1,1": [0.8, 0.5],
  "3": [0.9, 0.2, -0.1, 0.6, 0.3, 0.4],
  "1,2": [0.9, 0.6, 0.3, 0.4],
  "1,1,1": [0.9, 0, 0.4],
};
const settings = Object.keys(thetas).flatMap((blocks) =>
  [true, false].flatMap((reml) =>
    [null, weights].map((w) => [blocks, reml ? "REML" : "ML", w ? "weighted" : "unweighted", w] as const),
  ),
);

describe("the profiled deviance", () => {
  it.each(settings)("blocks %s, %s, %s: equals the dense one", (blocks, method, _, w) => {
    const problem = problemOf(small, blocks.split(",").map(Number), method === "REML", w);
    const theta = Float64Array.from(thetas[blocks]);
    expect(Math.abs(devianceAt(problem, theta)!.criterion - denseCriterion(small, problem, theta, w))).toBeLessThan(
      1e-9,
    );
  });

  // Central differences of step 1e-4 with one Richardson step: their own error is about 1e-10.
  it.each(settings)("blocks %s, %s, %s: first and second derivatives", (blocks, method, _, w) => {
    const problem = problemOf(small, blocks.split(",").map(Number), method === "REML", w);
    const theta = Float64Array.from(thetas[blocks]);
    const point = devianceAt(problem, theta)!;
    const d = theta.length;
    const at = (a: number, step: number) =>
      devianceAt(
        problem,
        theta.map((value, b) => (a === b ? value + step : value)),
      )!;
    const differences = (read: (point: ReturnType<typeof at>) => ArrayLike<number>, a: number): number[] => {
      const central = (h: number) => {
        const [up, down] = [read(at(a, h)), read(at(a, -h))];
        return Array.from(up, (value, i) => (value - down[i]) / (2 * h));
      };
      const [coarse, fine] = [central(2e-4), central(1e-4)];
      return fine.map((value, i) => (4 * value - coarse[i]) / 3);
    };
    for (let a = 0; a < d; a++) {
      expect(
        worst(
          [point.gradient[a]],
          differences((p) => [p.criterion], a),
          1,
        ),
      ).toBeLessThan(1e-7);
      expect(
        worst(
          point.hessian.subarray(a * d, (a + 1) * d),
          differences((p) => p.gradient, a),
          1,
        ),
      ).toBeLessThan(1e-7);
      expect(
        worst(
          [point.r2Gradient[a]],
          differences((p) => [p.sigma2 * problem.m], a),
          1,
        ),
      ).toBeLessThan(1e-7);
    }
  });

  it("a single intercept is the random-intercept model", () => {
    const data = schoolsWithSlopes([12, 5, 30, 8, 1, 17, 9], "one");
    const formula = "y ~ x + z + (1 | school)";
    for (const method of ["REML", "ML"] as const) {
      const intercept = single(fitMixed(formula, data, { method }));
      const slopes = fitSlopes(bindFormula(formula, data), data, { method });
      expect(Math.abs(slopes.criterion - intercept.criterion)).toBeLessThan(1e-9);
      expect(worst(slopes.theta, [intercept.theta])).toBeLessThan(1e-10);
      expect(worst(slopes.coefficients, intercept.coefficients)).toBeLessThan(1e-10);
      expect(worst(slopes.vcov, intercept.vcov, 1e-6)).toBeLessThan(1e-10);
      expect(
        worst(
          slopes.fixed.map((effect) => effect.df),
          intercept.fixed.map((effect) => effect.df),
        ),
      ).toBeLessThan(1e-8);
      expect(worst([slopes.icc], [intercept.icc])).toBeLessThan(1e-10);
    }
    const adjusted = [
      single(fitMixed(formula, data, { df: "kenward-roger" })),
      fitSlopes(bindFormula(formula, data), data, { df: "kenward-roger" }),
    ].map((model) => model.fixed.flatMap((effect) => [effect.standardError, effect.df]));
    expect(worst(adjusted[1], adjusted[0])).toBeLessThan(1e-9);
  });
});

describe("the optimum", () => {
  it("is not beaten from random starts, and every boundary is certified", () => {
    const rng = createRng("starts");
    let boundaries = 0;
    for (let round = 0; round < 40; round++) {
      const sizes = Array.from({ length: 5 + Math.floor(8 * rng.uniform()) }, () => 1 + Math.floor(7 * rng.uniform()));
      const data = schoolsWithSlopes(sizes, `starts ${round}`, [
        0.6 * rng.uniform(),
        0.4 * rng.uniform(),
        0.2 * rng.uniform(),
      ]);
      const blocks = [[2], [1, 1], [3], [1, 2]][round % 4];
      const problem = problemOf(data, blocks, round % 3 > 0);
      if (data.y.length <= problem.q * problem.groups) continue;
      const { best, boundary, certificate } = optimiseSlopes(problem)!;
      if (boundary) boundaries++;
      expect(certificate).toBeGreaterThan(-1e-7);
      expect(worst(best.gradient, new Float64Array(best.gradient.length), 1)).toBeLessThan(1e-6);
      for (let start = 0; start < 100; start++) {
        const size = 10 ** (3 * rng.uniform() - 2);
        const near = best.theta.map((value) => (start % 2 ? value : 0) + size * rng.normal());
        const other = devianceAt(problem, near);
        expect(other === null || other.criterion > best.criterion - 1e-9).toBe(true);
      }
    }
    expect(boundaries).toBeGreaterThan(5);
  });
});

describe("conditional modes", () => {
  const data = schoolsWithSlopes([4, 7, 1, 9, 2, 6, 3, 12, 8, 5], "modes");
  const model = fitSlopes(bindFormula("y ~ x + z + (1 + x | school)", data), data, {});
  const modes = slopeModes(model);
  const table = frame(data);
  const columns = randomColumnsOf(model.summary.random, table, null);
  const n = data.y.length;
  const x = new Matrix(Array.from({ length: n }, (_, i) => [1, data.x[i], data.z[i]]));
  const sigma = new Matrix(model.randomTerms[0].covariance.map((row) => [...row]));
  const zs = modes.levels.map(
    (level) =>
      new Matrix(
        data.school.map((name, i) => (name === level ? columns.map((column) => column[i]) : columns.map(() => 0))),
      ),
  );
  const v = zs
    .map((z) => z.mmul(sigma).mmul(z.transpose()))
    .reduce((sum, part) => sum.add(part), Matrix.eye(n, n).mul(model.variances.residual));
  const vi = inverse(v);
  const c = inverse(x.transpose().mmul(vi).mmul(x));
  const e = Matrix.sub(
    Matrix.columnVector(Array.from(data.y)),
    x.mmul(Matrix.columnVector(Array.from(model.coefficients))),
  );

  it("and their covariances equal the dense ones", () => {
    modes.levels.forEach((_, j) => {
      const pull = sigma.mmul(zs[j].transpose()).mmul(vi);
      const conditional = Matrix.sub(sigma, pull.mmul(zs[j]).mmul(sigma));
      const fixed = pull.mmul(x);
      const comparative = Matrix.add(conditional, fixed.mmul(c).mmul(fixed.transpose()));
      expect(worst(modes.estimates.subarray(2 * j, 2 * j + 2), pull.mmul(e).to1DArray(), 1e-3)).toBeLessThan(1e-9);
      expect(worst(modes.conditional.subarray(4 * j, 4 * j + 4), conditional.to1DArray(), 1e-3)).toBeLessThan(1e-9);
      expect(worst(modes.comparative.subarray(4 * j, 4 * j + 4), comparative.to1DArray(), 1e-3)).toBeLessThan(1e-9);
    });
  });

  it("move with β as their pulls say", () => {
    const shifted = x.clone();
    for (let i = 0; i < n; i++) for (let k = 1; k < 3; k++) shifted.set(i, k, x.get(i, k) - model.summary.shift[k]);
    modes.levels.forEach((_, j) => {
      const expected = sigma.mmul(zs[j].transpose()).mmul(vi).mmul(shifted);
      expect(worst(modes.pulls.subarray(6 * j, 6 * j + 6), expected.to1DArray(), 1e-3)).toBeLessThan(1e-9);
    });
  });

  it("the group variance is the mean of z'Σz over rows", () => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const z = columns.map((column) => column[i]);
      z.forEach((a, k) => {
        z.forEach((b, l) => {
          sum += a * b * sigma.get(k, l);
        });
      });
    }
    expect(worst([model.variances.group], [sum / n])).toBeLessThan(1e-12);
  });
});

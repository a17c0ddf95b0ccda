import { EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { fromJson, toJson } from "../../src/json";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { fitMixed } from "../../src/multilevel/fit";
import { summariseNested } from "../../src/multilevel/nested/summarise";
import { summariseSlopes } from "../../src/multilevel/slopes/summarise";
import type { MixedModel } from "../../src/multilevel/types";
import { errorOf, worst } from "../helpers/reference";
import { levelNames, nestedRows } from "./nested-dense";
import { schoolsWithSlopes } from "./slopes-data";

/** The part of a matrix in the given rows and columns. */
const part = (a: Matrix, rows: number[], columns: number[]): Matrix =>
  new Matrix(rows.map((i) => columns.map((j) => a.get(i, j))));

/** A symmetric matrix to a power, eigenvalues that are 0 left out. */
function power(a: Matrix, exponent: number): Matrix {
  const { realEigenvalues, eigenvectorMatrix: v } = new EigenvalueDecomposition(a, { assumeSymmetric: true });
  const largest = Math.max(...realEigenvalues);
  const values = realEigenvalues.map((value) => (value > 1e-10 * largest ? value ** exponent : 0));
  return v.mmul(Matrix.diag(values)).mmul(v.transpose());
}

/**
 * Cluster-robust covariance and degrees of freedom as Pustejovsky & Tipton (2018) write them, with n × n matrices.
 *
 * A_j = D_j'(D_j (Φ_j − X_jCX_j') D_j')^(+½) D_j, Φ_j = D_j'D_j, here by symmetric roots; for a contrast l, ν = (tr P)²/tr P² with
 * P_ij = g_i'Φg_j and g_j the n-vector (I − H)_j'A_jΦ_j⁻¹X_jCl.
 */
function dense(x: Matrix, y: Matrix, v: Matrix, cluster: readonly string[], type: "CR0" | "CR2") {
  const n = x.rows;
  const p = x.columns;
  const vi = inverse(v);
  const c = inverse(x.transpose().mmul(vi).mmul(x));
  const hat = x.mmul(c).mmul(x.transpose()).mmul(vi);
  const e = Matrix.sub(y, hat.mmul(y));
  const columns = Array.from({ length: p }, (_, k) => k);
  const all = Array.from({ length: n }, (_, i) => i);
  const maps = [...new Set(cluster)].map((name) => {
    const rows = all.filter((i) => cluster[i] === name);
    const phi = part(v, rows, rows);
    const xj = part(x, rows, columns);
    const root = power(phi, 0.5);
    const middle = root.mmul(Matrix.sub(phi, xj.mmul(c).mmul(xj.transpose()))).mmul(root);
    const a = type === "CR0" ? Matrix.eye(rows.length) : root.mmul(power(middle, -0.5)).mmul(root);
    // C X_j'Φ_j⁻¹A_j, p × n_j
    const left = c.mmul(xj.transpose()).mmul(inverse(phi)).mmul(a);
    return { left, rows };
  });
  let vcov = Matrix.zeros(p, p);
  for (const { left, rows } of maps) {
    const score = left.mmul(part(e, rows, [0]));
    vcov = Matrix.add(vcov, score.mmul(score.transpose()));
  }
  const residual = Matrix.sub(Matrix.eye(n), hat);
  const df = columns.map((k) => {
    const g = new Matrix(
      maps.map(({ left, rows }) =>
        part(left, [k], all.slice(0, rows.length))
          .mmul(part(residual, rows, all))
          .to1DArray(),
      ),
    );
    const products = g.mmul(v).mmul(g.transpose());
    return products.trace() ** 2 / products.mmul(products).trace();
  });
  return { se: columns.map((k) => Math.sqrt(vcov.get(k, k))), df };
}

const indicators = (names: readonly string[]): Matrix => {
  const levels = [...new Set(names)];
  return new Matrix(names.map((name) => levels.map((level) => (level === name ? 1 : 0))));
};

function check(model: MixedModel, expected: ReturnType<typeof dense>, type: "CR0" | "CR2"): void {
  const { fixed } = clusterRobust(model, { type });
  // The square roots of nearly singular matrices cost a few digits of the n × n computation.
  expect(
    worst(
      fixed.map((effect) => effect.standardError),
      expected.se,
    ),
  ).toBeLessThan(1e-8);
  expect(
    worst(
      fixed.map((effect) => effect.df),
      expected.df,
    ),
  ).toBeLessThan(1e-7);
}

describe.each(["CR0", "CR2"] as const)("%s against n × n matrices", (type) => {
  it.each([
    ["two levels", [6, 4], [0.9, 0.7]],
    ["three levels", [5, 3, 3], [0.8, 0.6, 0.5]],
  ] as const)("nested intercepts, %s: clusters are the outermost groups", (name, widths, sds) => {
    const rows = nestedRows(`robust ${name}`, widths, 5, sds);
    const columns = Object.fromEntries(rows.groups.map((values, k) => [`g${k}`, values]));
    const random = `(1 | ${rows.groups.map((_, k) => `g${k}`).join("/")})`;
    const model = fitMixed(`y ~ x + z + ${random}`, { ...columns, x: rows.x, z: rows.z, y: rows.y });
    const n = rows.y.length;
    let v = Matrix.eye(n).mul(model.variances.residual);
    model.randomTerms.forEach(({ covariance }, k) => {
      const z = indicators(levelNames(rows, k));
      v = Matrix.add(v, z.mmul(z.transpose()).mul(covariance[0][0]));
    });
    const x = new Matrix(Array.from(rows.y, (_, i) => [1, rows.x[i], rows.z[i]]));
    check(model, dense(x, Matrix.columnVector(Array.from(rows.y)), v, rows.groups[0], type), type);
  });

  it.each([
    ["correlated", "y ~ x + z + (1 + x | school)"],
    ["two slopes, uncorrelated", "y ~ x + z + (1 + x + w || school)"],
  ])("slopes, %s: clusters are the groups", (_, formula) => {
    // Groups of one and of two rows have fewer rows than columns.
    const rows = schoolsWithSlopes([5, 9, 12, 1, 8, 15, 2, 10, 7], `robust ${formula}`);
    const model = fitMixed(formula, rows);
    const n = rows.y.length;
    const z = formula.includes("w") ? [rows.x.map(() => 1), rows.x, rows.w] : [rows.x.map(() => 1), rows.x];
    const { covariance } = model.randomTerms[0];
    const v = new Matrix(
      Array.from({ length: n }, (__, i) =>
        Array.from({ length: n }, (___, j) => {
          let sum = i === j ? model.variances.residual : 0;
          if (rows.school[i] !== rows.school[j]) return sum;
          covariance.forEach((row, k) => {
            row.forEach((value, l) => {
              sum += value * z[k][i] * z[l][j];
            });
          });
          return sum;
        }),
      ),
    );
    const x = new Matrix(Array.from(rows.y, (__, i) => [1, rows.x[i], rows.z[i]]));
    check(model, dense(x, Matrix.columnVector(Array.from(rows.y)), v, rows.school, type), type);
  });
});

describe("cluster-robust errors of deeper structures", () => {
  const nested = nestedRows("blocks", [6, 4], 5, [0.9, 0.7]);
  const nestedData = { a: nested.groups[0], b: nested.groups[1], x: nested.x, z: nested.z, y: nested.y };
  const slopes = schoolsWithSlopes([5, 9, 12, 3, 8, 15, 2, 10, 7], "blocks");

  it.each([
    ["nested", "y ~ x + z + (1 | a/b)", nestedData, summariseNested],
    ["slopes", "y ~ x + z + (1 + x | school)", slopes, summariseSlopes],
  ] as const)("%s: need rows or a summary with blocks", (_, formula, data, summarise) => {
    const ofRows = clusterRobust(fitMixed(formula, data));
    const bare = summarise(formula, data);
    expect(errorOf(() => clusterRobust(fitMixed(bare as never))).message).toContain("blocks: true");
    const kept = fromJson(toJson(summarise(formula, data, { blocks: true })));
    const ofSummary = clusterRobust(fitMixed(kept as never));
    expect(worst(ofSummary.vcov, ofRows.vcov)).toBeLessThan(1e-12);
    expect(ofSummary.fixed.map(({ df }) => df)).toEqual(ofRows.fixed.map(({ df }) => expect.closeTo(df, 8)));
  });

  it("frequency weights are replicated rows, precision weights have CR0 only", () => {
    const copies = Float64Array.from(nested.y, (_, i) => 1 + (i % 3));
    const repeat = <T>(values: ArrayLike<T>): T[] =>
      Array.from(values).flatMap((value, i) => Array<T>(copies[i]).fill(value));
    const formula = "y ~ x + z + (1 | a/b)";
    const replicated = Object.fromEntries(
      Object.entries(nestedData).map(([key, values]) => [key, repeat<unknown>(values)]),
    );
    const weighted = fitMixed(formula, { ...nestedData, copies }, { weights: { pupils: "copies", kind: "frequency" } });
    const [ours, theirs] = [clusterRobust(weighted), clusterRobust(fitMixed(formula, replicated as never))];
    expect(worst(ours.vcov, theirs.vcov)).toBeLessThan(1e-9);
    const precise = fitMixed(
      "y ~ x + (1 + x | school)",
      { ...slopes, w2: slopes.x.map((v) => 1 + v * v) },
      {
        weights: { pupils: "w2" },
      },
    );
    expect(errorOf(() => clusterRobust(precise)).message).toContain('type: "CR0"');
    expect(clusterRobust(precise, { type: "CR0" }).fixed.every(({ df }) => df > 0)).toBe(true);
  });
});

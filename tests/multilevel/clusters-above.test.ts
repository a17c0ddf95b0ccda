import { type AbstractMatrix, EVD, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { tQuantile } from "../../src/distributions/student-t";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { fitMixed } from "../../src/multilevel/fit";
import type { InterceptModel } from "../../src/multilevel/types";
import { createRng } from "../../src/random/rng";
import { multiplyAll } from "../helpers/dense-mixed";
import { errorOf, worst } from "../helpers/reference";

const rng = createRng("clusters-above");
const sizes = [5, 8, 3, 7, 4, 6, 9, 2, 5, 6, 4, 8, 3, 5, 7];
/** Schools in alliances of one to four. */
const ALLIANCE = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4, 4, 5, 5, 5];
const WEIGHT = [1, 0.5, 0.5, 1, 0.5, 0.5, 2, 1, 0.5, 1, 1, 2, 1, 0.5, 0.5];
const shocks = Array.from({ length: 6 }, () => rng.normal());
const data = sizes.flatMap((size, j) => {
  const school = rng.normal() + shocks[ALLIANCE[j]];
  const z = rng.normal();
  return Array.from({ length: size }, () => {
    const x = rng.normal() + 0.3 * j;
    const y = 0.5 * x + z + school + rng.normal();
    return { school: `s${j}`, alliance: `a${ALLIANCE[j]}`, w: WEIGHT[j], x, z, y };
  });
});
const clusters = Object.fromEntries(sizes.map((_, j) => [`s${j}`, `a${ALLIANCE[j]}`]));

/** A root of a symmetric matrix's (pseudo-)inverse, or with +½ of itself. */
function power(matrix: AbstractMatrix, exponent: number): Matrix {
  const symmetric = Matrix.mul(Matrix.add(matrix, matrix.transpose()), 0.5);
  const { realEigenvalues, eigenvectorMatrix: v } = new EVD(symmetric, { assumeSymmetric: true });
  const largest = Math.max(...realEigenvalues);
  const powers = realEigenvalues.map((value) => (value > 1e-11 * largest ? value ** exponent : 0));
  return multiplyAll(v, Matrix.diag(powers), v.transpose());
}

/** Pustejovsky & Tipton's formulas with n × n matrices: standard errors and degrees of freedom. */
function dense(model: InterceptModel, omega: readonly number[], clusterOf: readonly string[], type: "CR0" | "CR2") {
  const n = data.length;
  const { group, residual } = model.variances;
  const x = new Matrix(data.map((row) => [1, row.x, row.z]));
  const e = Matrix.columnVector(
    data.map((row) => row.y - model.coefficients.reduce((sum, b, k) => sum + b * [1, row.x, row.z][k], 0)),
  );
  const v = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) if (data[i].school === data[k].school) v.set(i, k, group + (i === k ? residual : 0));
  const w = Matrix.diag([...omega]).mmul(power(v, -1));
  const m = power(multiplyAll(x.transpose(), w, x), -1);
  const keep = Matrix.sub(Matrix.eye(n, n), multiplyAll(x, m, x.transpose(), w));
  const residuals = multiplyAll(keep, v, keep.transpose());
  const members = [...new Set(clusterOf)].map((name) => clusterOf.flatMap((own, i) => (own === name ? [i] : [])));
  const parts = members.map((rows) => {
    const root = power(v.selection(rows, rows), 0.5);
    const b = multiplyAll(root, residuals.selection(rows, rows), root);
    const adjust = type === "CR0" ? Matrix.eye(rows.length, rows.length) : multiplyAll(root, power(b, -0.5), root);
    const xw = multiplyAll(w.selection(rows, rows), x.selection(rows, [0, 1, 2]));
    return {
      rows,
      score: multiplyAll(xw.transpose() as Matrix, adjust, e.selection(rows, [0]) as Matrix),
      reach: multiplyAll(adjust.transpose(), xw, m),
    };
  });
  const meat = Matrix.zeros(3, 3);
  for (const { score } of parts) meat.add(score.mmul(score.transpose()));
  const vcov = multiplyAll(m, meat, m);
  const df = [0, 1, 2].map((k) => {
    const p = parts.map((a) =>
      parts.map((b) =>
        multiplyAll(
          a.reach.getColumnVector(k).transpose(),
          residuals.selection(a.rows, b.rows),
          b.reach.getColumnVector(k),
        ).get(0, 0),
      ),
    );
    const trace = p.reduce((sum, row, i) => sum + row[i], 0);
    return trace ** 2 / p.flat().reduce((sum, value) => sum + value ** 2, 0);
  });
  return { se: [0, 1, 2].map((k) => Math.sqrt(vcov.get(k, k))), df };
}

const found = ({ fixed }: ReturnType<typeof clusterRobust>): number[] =>
  fixed.flatMap((effect) => [effect.standardError, effect.df]);

describe.each(["CR0", "CR2"] as const)("%s against n × n matrices", (type) => {
  const formula = "y ~ x + z + (1 | school)";
  const plain = fitMixed(formula, data) as InterceptModel;
  const weighted = fitMixed(formula, data, { weights: { schools: "w" } }) as InterceptModel;
  const alliances = data.map((row) => row.alliance);

  // Eigenvectors of n × n matrices keep about 12 digits; the root of a near-singular R loses up to three more.
  it.each([
    ["schools in alliances", plain, data.map(() => 1), alliances, clusters],
    ["schools with weights in alliances", weighted, data.map((row) => row.w), alliances, clusters],
    ["schools with weights", weighted, data.map((row) => row.w), data.map((row) => row.school), undefined],
  ] as const)("%s", (_, model, omega, clusterOf, named) => {
    const { se, df } = dense(model, omega, clusterOf, type);
    const expected = se.flatMap((value, k) => [value, df[k]]);
    expect(worst(found(clusterRobust(model, { type, clusters: named })), expected)).toBeLessThan(1e-9);
  });

  it("takes a column of the rows for the clusters", () => {
    expect(found(clusterRobust(plain, { type, clusters: "alliance" }))).toEqual(
      found(clusterRobust(plain, { type, clusters })),
    );
  });

  it("with every school its own cluster is that without clusters", () => {
    const own = Object.fromEntries(sizes.map((_, j) => [`s${j}`, j]));
    expect(found(clusterRobust(plain, { type, clusters: own }))).toEqual(found(clusterRobust(plain, { type })));
  });
});

it("CR0 of school weights has the standard errors that the model itself prints", () => {
  const model = fitMixed("y ~ x + z + (1 | school)", data, { weights: { schools: "w" } });
  const { fixed } = clusterRobust(model, { type: "CR0" });
  // The model's own sandwich is the same sum in another order.
  expect(
    worst(
      fixed.map((f) => f.standardError),
      model.fixed.map((f) => f.standardError),
    ),
  ).toBeLessThan(1e-10);
});

describe("matched schools", () => {
  const pairs = 12;
  const size = 6;
  const effect = Array.from({ length: 3 * pairs }, () => rng.normal());
  const mean = (y: readonly number[], school: number): number =>
    y.slice(school * size, (school + 1) * size).reduce((sum, value) => sum + value, 0) / size;
  /** The t test of one number per set. */
  const tTest = (differences: readonly number[]): { estimate: number; se: number } => {
    const estimate = differences.reduce((sum, value) => sum + value, 0) / pairs;
    const squares = differences.reduce((sum, value) => sum + (value - estimate) ** 2, 0);
    return { estimate, se: Math.sqrt(squares / (pairs - 1) / pairs) };
  };

  it("pairs of equally large schools: the t test of the pairs' differences", () => {
    const rows = Array.from({ length: 2 * pairs * size }, (_, i) => {
      const school = Math.floor(i / size);
      const pair = Math.floor(school / 2);
      return { school: `s${school}`, pair, treated: school % 2, y: effect[school] + pair / 5 + rng.normal() };
    });
    const y = rows.map((row) => row.y);
    const { estimate, se } = tTest(Array.from({ length: pairs }, (_, k) => mean(y, 2 * k + 1) - mean(y, 2 * k)));
    const effectFound = clusterRobust(fitMixed("y ~ treated + (1 | school)", rows), { clusters: "pair" }).fixed[1];
    // Closed forms: what is left is rounding, and φ's last bits.
    expect(effectFound.estimate).toBeCloseTo(estimate, 11);
    expect(effectFound.standardError).toBeCloseTo(se, 11);
    expect(effectFound.df).toBeCloseTo(pairs - 1, 8);
    expect(effectFound.upper - estimate).toBeCloseTo(tQuantile(0.975, pairs - 1) * se, 9);
  });

  it("sets of one and two that share a weight: the t test of the sets' differences", () => {
    const rows = Array.from({ length: 3 * pairs * size }, (_, i) => {
      const school = Math.floor(i / size);
      const treated = school % 3 === 0 ? 1 : 0;
      const set = Math.floor(school / 3);
      return { school: `s${school}`, set, treated, w: treated ? 1 : 0.5, y: effect[school] + rng.normal() };
    });
    const y = rows.map((row) => row.y);
    const { estimate, se } = tTest(
      Array.from({ length: pairs }, (_, k) => mean(y, 3 * k) - (mean(y, 3 * k + 1) + mean(y, 3 * k + 2)) / 2),
    );
    const model = fitMixed("y ~ treated + (1 | school)", rows, { weights: { schools: "w" } });
    const effectFound = clusterRobust(model, { clusters: "set" }).fixed[1];
    expect(effectFound.estimate).toBeCloseTo(estimate, 11);
    expect(effectFound.standardError).toBeCloseTo(se, 11);
    expect(effectFound.df).toBeCloseTo(pairs - 1, 8);
  });
});

describe.each(["y ~ x + (1 | school)", "y ~ x + (1 | school/class)", "y ~ x + (1 + z2 | school)"])(
  "rows that %s left out",
  (formula) => {
    const rows = data.map((row, i) => ({ ...row, class: `c${i % 3}`, z2: Math.sin(i), pupils: 1 + (i % 2) }));
    /** Rows of school s0 in another alliance, each without something that the fit needs. */
    const strays = [{ y: null }, { x: null }, { z2: null }, { pupils: null }, { school: null }].map((missing) => ({
      ...rows[0],
      alliance: "elsewhere",
      ...missing,
    }));
    const weights = { pupils: "pupils", kind: "frequency" } as const;

    it("say nothing of its clusters", () => {
      const used = formula.includes("z2") ? strays : strays.filter(({ z2 }) => z2 !== null);
      const expected = clusterRobust(fitMixed(formula, rows, { weights }), { clusters: "alliance" });
      const found = clusterRobust(fitMixed(formula, [...used, ...rows], { weights }), { clusters: "alliance" });
      // The same rows about another centre.
      expect(worst(found.vcov, expected.vcov)).toBeLessThan(1e-11);
    });

    it("but a used row does", () => {
      const model = fitMixed(formula, [{ ...rows[0], alliance: "elsewhere" }, ...rows], { weights });
      const error = errorOf(() => clusterRobust(model, { clusters: "alliance" }));
      expect(error.message).toContain('The school "s0" is in the alliance "elsewhere" and, in row 2, in "a0"');
    });
  },
);

describe("clusters that cannot be", () => {
  const model = fitMixed("y ~ x + (1 | school)", data);

  it("names the school without one", () => {
    const { s3: _, ...others } = clusters;
    expect(errorOf(() => clusterRobust(model, { clusters: others })).message).toContain('"s3" has no cluster');
  });

  it("names the school in two", () => {
    const rows = data.map((row, i) => ({ ...row, half: i % 2 }));
    const error = errorOf(() => clusterRobust(fitMixed("y ~ x + (1 | school)", rows), { clusters: "half" }));
    expect(error.message).toContain('The school "s0" is in the half "0" and, in row 2, in "1"');
  });

  it("refuses one cluster, an unknown column and unknown options", () => {
    const one = Object.fromEntries(sizes.map((_, j) => [`s${j}`, "all"]));
    expect(errorOf(() => clusterRobust(model, { clusters: one })).code).toBe("too-few-groups");
    expect(errorOf(() => clusterRobust(model, { clusters: "aliance" })).message).toContain('"alliance"');
    expect(errorOf(() => clusterRobust(model, { cluster: "alliance" } as object)).message).toContain("clusters");
  });
});

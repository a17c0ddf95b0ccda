import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { testTerms } from "../../src/multilevel/f-test";
import { fitMixed } from "../../src/multilevel/fit";
import { errorOf, referenceFrame, worst } from "../helpers/reference";
import { schoolsWithSlopes } from "./slopes-data";

const sizes = [5, 9, 12, 1, 8, 15, 2, 10, 7, 11];
const rows = schoolsWithSlopes(sizes, "observed");
const n = rows.y.length;
const dfOf = (formula: string, data: object = rows): number[] =>
  fitMixed(formula, data as never, { df: "between-within" }).fixed.map(({ df }) => df);

describe("between-within degrees of freedom with slopes", () => {
  it("of columns that no slope contains, rows less the groups' columns; of others, groups", () => {
    // (Intercept), x, z, w. x says nothing of its own in the school of one pupil: 9 slopes, 19 intercepts and slopes in all.
    expect(dfOf("y ~ x + z + w + (1 + x | school)")).toEqual([10 - 2, 9 - 1, 10 - 2, n - 19 - 1]);
  });

  it("interactions across levels belong to the slope", () => {
    const [intercept, x, z, xz] = dfOf("y ~ x * z + (1 + x | school)");
    expect([intercept, z]).toEqual([8, 8]);
    expect([x, xz]).toEqual([7, 7]);
  });

  it("is the rule of a random intercept where there is no more", () => {
    const single = fitMixed("y ~ x + z + w + (1 | school)", rows, { df: "between-within" }).fixed.map(({ df }) => df);
    // A slope on a column that is not among the fixed ones takes one degree of freedom per school from those.
    const withSlope = dfOf("y ~ x + z + w + (1 | school) + (0 + u | school)", {
      ...rows,
      u: rows.x.map((value, i) => Math.sin(7 * value) + (i % 3)),
    });
    expect(withSlope[0]).toBe(single[0]);
    expect(withSlope[2]).toBe(single[2]);
    expect(withSlope[1]).toBe(single[1] - 9);
  });

  it("does not depend on units or origin, nor on || in place of |", () => {
    const moved = { ...rows, x: rows.x.map((value) => 60 * value + 1e5) };
    expect(dfOf("y ~ x + z + (1 + x | school)", moved)).toEqual(dfOf("y ~ x + z + (1 + x | school)"));
    expect(dfOf("y ~ x + z + (1 + x || school)")).toEqual(dfOf("y ~ x + z + (1 + x | school)"));
  });
});

describe("Kenward and Roger by observed information, with slopes", () => {
  /** From n × n matrices: D_rs = 2y'PG_rPG_sPy − tr PG_rPG_s. */
  function dense(random: readonly Float64Array[], covariance: readonly (readonly number[])[], residual: number) {
    const x = new Matrix(Array.from(rows.y, (_, i) => [1, rows.x[i], rows.z[i]]));
    const y = Matrix.columnVector(Array.from(rows.y));
    const pattern = (of: (k: number, l: number) => number): Matrix =>
      new Matrix(
        Array.from({ length: n }, (_, i) =>
          Array.from({ length: n }, (__, j) => {
            let sum = 0;
            if (rows.school[i] === rows.school[j]) {
              random.forEach((a, k) => {
                random.forEach((b, l) => {
                  sum += of(k, l) * a[i] * b[j];
                });
              });
            }
            return sum;
          }),
        ),
      );
    const parts = [
      pattern((k, l) => (k === 0 && l === 0 ? 1 : 0)),
      pattern((k, l) => (k !== l ? 1 : 0)),
      pattern((k, l) => (k === 1 && l === 1 ? 1 : 0)),
      Matrix.eye(n),
    ];
    const v = Matrix.add(
      pattern((k, l) => covariance[k][l]),
      Matrix.eye(n).mul(residual),
    );
    const vi = inverse(v);
    const phi = inverse(x.transpose().mmul(vi).mmul(x));
    const p = Matrix.sub(vi, vi.mmul(x).mmul(phi).mmul(x.transpose()).mmul(vi));
    const py = p.mmul(y);
    const information = new Matrix(
      parts.map((g) =>
        parts.map((h) => {
          const quadratic = py.transpose().mmul(g).mmul(p).mmul(h).mmul(py).get(0, 0);
          return 2 * quadratic - p.mmul(g).mmul(p).mmul(h).trace();
        }),
      ),
    );
    const w = inverse(information).mul(2);
    const half = parts.map((g) => vi.mmul(g));
    const first = half.map((g) => x.transpose().mmul(g).mmul(vi).mmul(x).mul(-1));
    let middle = Matrix.zeros(3, 3);
    half.forEach((g, r) => {
      half.forEach((h, s) => {
        const q = x.transpose().mmul(g).mmul(h).mmul(vi).mmul(x);
        middle = Matrix.add(middle, Matrix.sub(q, first[r].mmul(phi).mmul(first[s])).mul(w.get(r, s)));
      });
    });
    const adjusted = Matrix.add(phi, phi.mmul(middle).mmul(phi).mul(2));
    const df = [0, 1, 2].map((k) => {
      const slopes = Matrix.columnVector(first.map((each) => phi.mmul(each).mmul(phi).get(k, k)));
      return (2 * phi.get(k, k) ** 2) / slopes.transpose().mmul(w).mmul(slopes).get(0, 0);
    });
    return { se: [0, 1, 2].map((k) => Math.sqrt(adjusted.get(k, k))), df };
  }

  const model = fitMixed("y ~ x + z + (1 + x | school)", rows, { df: "kenward-roger", information: "observed" });

  it("is what n × n matrices give", () => {
    expect(model.optimum.boundary).toBe(false);
    expect(model.information).toBe("observed");
    const { se, df } = dense([rows.x.map(() => 1), rows.x], model.randomTerms[0].covariance, model.variances.residual);
    expect(
      worst(
        model.fixed.map((effect) => effect.standardError),
        se,
      ),
    ).toBeLessThan(1e-9);
    expect(
      worst(
        model.fixed.map((effect) => effect.df),
        df,
      ),
    ).toBeLessThan(1e-8);
  });

  it("has F tests of its own, and differs from the expected one", () => {
    const [, { t, df }] = model.fixed;
    const test = testTerms(model, { terms: ["x"] });
    expect(worst([test.f, test.denominatorDf], [t * t, df])).toBeLessThan(1e-9);
    const expected = fitMixed("y ~ x + z + (1 + x | school)", rows, { df: "kenward-roger" });
    expect(Math.abs(expected.fixed[1].df / df - 1)).toBeGreaterThan(1e-3);
  });

  it("is not there where the covariance is singular", () => {
    const options = { df: "kenward-roger", information: "observed" } as const;
    const observed = () => fitMixed("flat ~ x + (1 + x | school)", referenceFrame("slopes.csv"), options);
    expect(errorOf(observed).message).toContain("singular");
  });
});

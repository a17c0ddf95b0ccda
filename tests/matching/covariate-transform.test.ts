import fc from "fast-check";
import { Matrix, pseudoInverse } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { generalisedInverse, pivotedFactor } from "../../src/matching/covariates/metric";
import type { CovariateDistance } from "../../src/matching/covariates/problem";
import { midranks, pooledDeviations } from "../../src/matching/covariates/spread";
import { transformCovariates } from "../../src/matching/covariates/transform";
import { createRng } from "../../src/random/rng";
import { squared } from "./covariate-by-hand";

/** Covariates of unlike kinds: correlated, skewed, binary, with ties, far from zero. */
function sample(seed: string, n: number): { columns: Float64Array[]; treated: Uint8Array; kept: Uint8Array } {
  const rng = createRng(seed);
  const columns = Array.from({ length: 4 }, () => new Float64Array(n));
  const treated = new Uint8Array(n);
  for (let row = 0; row < n; row++) {
    const common = rng.normal();
    columns[0][row] = common + rng.normal();
    columns[1][row] = 2016 + Math.round(2 * (common + rng.normal()));
    columns[2][row] = rng.uniform() < 0.3 ? 1 : 0;
    columns[3][row] = Math.exp(common);
    treated[row] = rng.uniform() < 1 / (1 + Math.exp(-common)) ? 1 : 0;
  }
  const kept = treated.map((_, row) => (row % 7 === 3 ? 0 : 1));
  return { columns, treated, kept };
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Σ of products of deviations from the means of groups, by definition. */
function products(a: ArrayLike<number>, b: ArrayLike<number>, groups: number[][]): number {
  return groups.reduce((sum, rows) => {
    const [ma, mb] = [mean(rows.map((row) => a[row])), mean(rows.map((row) => b[row]))];
    return sum + rows.reduce((inner, row) => inner + (a[row] - ma) * (b[row] - mb), 0);
  }, 0);
}

/** Squared distances (x − y)'A(x − y) with A the pseudo-inverse of a covariance, by ml-matrix's singular values. */
function quadratic(columns: readonly ArrayLike<number>[], covariance: number[][]): (a: number, b: number) => number {
  const inverse = pseudoInverse(new Matrix(covariance));
  return (a, b) => {
    const d = columns.map((column) => column[a] - column[b]);
    return d.reduce((sum, dj, j) => sum + dj * d.reduce((inner, dk, k) => inner + inverse.get(j, k) * dk, 0), 0);
  };
}

function largestDifference(z: readonly Float64Array[], expected: (a: number, b: number) => number): number {
  let largest = 0;
  const n = z[0].length;
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) {
      const wanted = expected(a, b);
      largest = Math.max(largest, Math.abs(squared(z, a, b) - wanted) / Math.max(1, wanted));
    }
  }
  return largest;
}

function groupsOf(treated: Uint8Array, kept: Uint8Array): number[][] {
  const rows = Array.from(treated.keys()).filter((row) => kept[row] === 1);
  return [0, 1].map((arm) => rows.filter((row) => treated[row] === arm));
}

describe("points for a distance", () => {
  const { columns, treated, kept } = sample("points", 60);
  const groups = groupsOf(treated, kept);
  const n = groups[0].length + groups[1].length;

  it("mahalanobis: plain distance on Z is that of the inverse pooled covariance of the rows kept", () => {
    const covariance = columns.map((a) => columns.map((b) => products(a, b, groups) / (n - 2)));
    const { z, rank } = transformCovariates("mahalanobis", columns, treated, kept);
    expect(rank).toBe(4);
    // Coordinates near 2016 standard deviations of 3 carry 1e-13 of it.
    expect(largestDifference(z, quadratic(columns, covariance))).toBeLessThan(1e-9);
  });

  it("mahalanobis: the points have the identity as pooled covariance", () => {
    const { z } = transformCovariates("mahalanobis", columns, treated, kept);
    z.forEach((a, j) => {
      z.forEach((b, k) => {
        expect(Math.abs(products(a, b, groups) / (n - 2) - (j === k ? 1 : 0))).toBeLessThan(1e-11);
      });
    });
  });

  it("robust: midranks in the metric of their total covariance, each variance raised to that without ties", () => {
    const all = [groups.flat()];
    const ranks = columns.map((column) => {
      const sorted = all[0].map((row) => column[row]);
      return Array.from(column, (value) => {
        const below = sorted.filter((other) => other < value).length;
        const equal = sorted.filter((other) => other === value).length;
        return below + (equal + 1) / 2;
      });
    });
    const sd = ranks.map((a) => Math.sqrt(products(a, a, all) / (n - 1)));
    const untied = (n * (n + 1)) / 12;
    const covariance = ranks.map((a, j) =>
      ranks.map((b, k) => ((products(a, b, all) / (n - 1)) * untied) / (sd[j] * sd[k])),
    );
    const { z } = transformCovariates("robust-mahalanobis", columns, treated, kept);
    expect(largestDifference(z, quadratic(ranks, covariance))).toBeLessThan(1e-11);
  });

  it("scaled euclidean: divided by √(Σ(x − group mean)²/(n − 2)), for two values √(Σ n_g p(1 − p)/n)", () => {
    const { z } = transformCovariates("scaled-euclidean", columns, treated, kept);
    const sd = columns.map((a) => Math.sqrt(products(a, a, groups) / (n - 2)));
    const pq = groups.map((rows) => {
      const p = mean(rows.map((row) => columns[2][row]));
      return (rows.length * p * (1 - p)) / n;
    });
    sd[2] = Math.sqrt(pq[0] + pq[1]);
    z.forEach((column, j) => {
      column.forEach((value, row) => {
        expect(Math.abs(value - columns[j][row] / sd[j])).toBeLessThan(1e-13 * Math.max(1, Math.abs(value)));
      });
    });
  });

  it("euclidean: as given", () => {
    expect(transformCovariates("euclidean", columns, treated, kept).z).toEqual(columns);
  });

  it("gives equal rows the same bits", () => {
    const twice = columns.map((column) => Float64Array.of(...column, ...column));
    const doubled = <T extends Uint8Array>(values: T): Uint8Array => Uint8Array.of(...values, ...values);
    for (const distance of ["mahalanobis", "robust-mahalanobis"] as const) {
      const { z } = transformCovariates(distance, twice, doubled(treated), doubled(kept));
      for (const column of z) expect(column.slice(0, 60)).toEqual(column.slice(60));
    }
  });

  it("mahalanobis does not change under an affine map of the covariates, robust not under a monotone one", () => {
    const mapped = [0, 1, 2, 3].map((j) =>
      columns[0].map((_, row) => {
        const x = columns.map((column) => column[row]);
        return 5 * j + (2 + j) * x[j] + x[(j + 1) % 4] - (j > 1 ? 0.5 * x[0] : 0);
      }),
    );
    const plain = transformCovariates("mahalanobis", columns, treated, kept).z;
    const other = transformCovariates("mahalanobis", mapped, treated, kept).z;
    expect(largestDifference(other, (a, b) => squared(plain, a, b))).toBeLessThan(1e-8);
    const cubed = columns.map((column) => column.map((value) => (value / 1000) ** 3));
    expect(transformCovariates("robust-mahalanobis", cubed, treated, kept).z).toEqual(
      transformCovariates("robust-mahalanobis", columns, treated, kept).z,
    );
  });

  it("leaves a column that others determine out of the Mahalanobis distances", () => {
    const indicator = columns[2];
    const levels = [indicator, indicator.map((value) => 1 - value)];
    for (const distance of ["mahalanobis", "robust-mahalanobis"] as const) {
      const with2 = transformCovariates(distance, [columns[0], columns[1], ...levels], treated, kept);
      const with1 = transformCovariates(distance, [columns[0], columns[1], indicator], treated, kept);
      expect([with2.rank, with2.z.length]).toEqual([3, 3]);
      expect(largestDifference(with2.z, (a, b) => squared(with1.z, a, b))).toBeLessThan(1e-9);
    }
  });

  it("leaves a column without spread out, and says which", () => {
    // A tenth has no exact double: its sums leave a trace of rounding that must not pass for spread.
    const flat = columns[0].map(() => 0.1);
    for (const distance of ["mahalanobis", "robust-mahalanobis", "scaled-euclidean", "euclidean"] as const) {
      const points = transformCovariates(distance, [columns[0], flat, columns[2]], treated, kept);
      const without = transformCovariates(distance, [columns[0], columns[2]], treated, kept);
      expect(points.constant).toEqual([false, true, false]);
      expect(points.rank).toBe(2);
      expect(largestDifference(points.z, (a, b) => squared(without.z, a, b))).toBeLessThan(1e-12);
    }
  });
});

describe("the parts", () => {
  it("midranks are means of the places that equal values share", () => {
    expect([...midranks(Float64Array.of(3, 1, 3, 2, 3), new Uint8Array(5).fill(1))]).toEqual([4, 1, 4, 2, 4]);
    // A row that is not kept gets the rank it would share; a missing one none.
    const kept = Uint8Array.of(1, 1, 0, 0, 1, 0);
    expect([...midranks(Float64Array.of(1, 2, 2, 1.5, 3, Number.NaN), kept)]).toEqual([1, 2, 2, 1.5, 3, Number.NaN]);
  });

  it("the spread of two values apart from 0 and 1 is the distance of the values times that of 0 and 1", () => {
    const group = Uint8Array.of(0, 0, 0, 1, 1, 1, 1);
    const rows = { group, kept: group.map(() => 1) };
    const zeroOne = Float64Array.of(0, 1, 1, 0, 0, 1, 0);
    const [plain] = pooledDeviations([zeroOne], rows);
    expect(plain).toBeCloseTo(Math.sqrt((3 * (2 / 9) + 4 * (3 / 16)) / 7), 15);
    expect(pooledDeviations([zeroOne.map((value) => 10 - 4 * value)], rows)[0]).toBeCloseTo(4 * plain, 14);
  });

  it("an offset of 1e9 costs the spread no digits", () => {
    const group = Uint8Array.of(0, 0, 0, 1, 1);
    const rows = { group, kept: group.map(() => 1) };
    const values = Float64Array.of(1, 2, 3, 10, 12);
    expect(pooledDeviations([values.map((v) => v + 1e9)], rows)).toEqual(pooledDeviations([values], rows));
  });

  it("the generalised inverse satisfies Penrose's conditions, the factor gives it back", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        (seed, p, rank) => {
          const rng = createRng(seed);
          const r = Math.min(rank, p);
          const root = new Matrix(Array.from({ length: r }, () => Array.from({ length: p }, () => rng.integer(7) - 3)));
          const s = root.transpose().mmul(root);
          if (s.max() === 0) return;
          const found = generalisedInverse(Float64Array.from(s.to1DArray()), p);
          const a = Matrix.from1DArray(p, p, found.inverse);
          // Whole numbers of size 3: the smallest eigenvalue seen is 1e-3, which costs three digits or four.
          // `abs` changes the matrix itself.
          const size = (x: Matrix): number => x.clone().abs().max();
          const near = (x: Matrix, y: Matrix): number => size(Matrix.sub(x, y)) / Math.max(1, size(y));
          expect(near(s.mmul(a).mmul(s), s)).toBeLessThan(1e-9);
          expect(near(a.mmul(s).mmul(a), a)).toBeLessThan(1e-9);
          expect(near(s.mmul(a), s.mmul(a).transpose())).toBeLessThan(1e-9);
          const factor = Matrix.from1DArray(found.rank, p, pivotedFactor(found.inverse, p, found.rank));
          expect(near(factor.transpose().mmul(factor), a)).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("the factor takes the largest diagonal first and leaves the columns in order", () => {
    const factor = pivotedFactor(Float64Array.of(4, 2, 2, 2, 9, 3, 2, 3, 2), 3, 3);
    expect([...factor.slice(0, 3)]).toEqual([2 / 3, 3, 1]);
    // The second pivot is the first column, of which 4 − 4/9 is left against 2 − 1.
    expect(factor[3]).toBeCloseTo(Math.sqrt(4 - 4 / 9), 15);
    expect(factor[4]).toBe(0);
    expect([...factor.slice(6, 8)]).toEqual([0, 0]);
  });

  it("knows every distance by name", () => {
    const names: CovariateDistance[] = ["mahalanobis", "robust-mahalanobis", "scaled-euclidean", "euclidean"];
    const { columns, treated, kept } = sample("names", 30);
    const lengths = names.map((name) => Math.sqrt(squared(transformCovariates(name, columns, treated, kept).z, 0, 1)));
    expect(new Set(lengths).size).toBe(4);
  });
});

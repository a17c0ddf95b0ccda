import fc from "fast-check";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { addGram, BLOCK, columnScales, mirror } from "../../src/linalg/gram";
import {
  bilinear,
  factorise,
  principal,
  sandwich,
  semidefiniteFactor,
  traceOfProduct,
} from "../../src/linalg/symmetric";
import { createRng } from "../../src/random/rng";
import { worst } from "../helpers/reference";

function randomColumns(q: number, rows: number, seed: number): Float64Array[] {
  const rng = createRng(seed);
  return Array.from({ length: q }, () => Float64Array.from({ length: rows }, () => rng.normal()));
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

function gramOf(columns: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: columns.length ** 2 }, (_, i) =>
    dot(columns[Math.floor(i / columns.length)], columns[i % columns.length]),
  );
}

describe("addGram", () => {
  it("is the plain cross-product for any number of columns and rows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: BLOCK }), fc.integer(), (q, rows, seed) => {
        const columns = randomColumns(q, rows, seed);
        const block = new Float64Array(q * BLOCK);
        columns.forEach((column, k) => {
          block.set(column, k * BLOCK);
        });
        const gram = new Float64Array(q * q);
        addGram(block, rows, q, gram);
        return worst(mirror(gram, q), gramOf(columns), 1) < 1e-12 * rows;
      }),
      { numRuns: 60 },
    );
  });
});

describe("columnScales", () => {
  it("keeps the deviation at an offset of 1e12", () => {
    const column = Float64Array.from([1, 2, 3, 4], (value) => 1e12 + value);
    const { mean, scale } = columnScales([column], 4, true);
    expect(mean[0]).toBe(1e12 + 2.5);
    expect(scale[0]).toBe(Math.sqrt(1.25));
  });

  it("without centring, is the root mean square", () => {
    expect(columnScales([Float64Array.of(3, 4)], 2, false).scale[0]).toBe(Math.sqrt(12.5));
  });
});

describe("factorise", () => {
  it("solves, inverts and has the determinant", () => {
    const a = Float64Array.of(4, 2, 2, 3);
    const factor = factorise(a, 2)!;
    expect(worst(factor.solve(Float64Array.of(8, 7)), [1.25, 1.5])).toBeLessThan(1e-15);
    expect(worst(factor.inverse(), [3 / 8, -2 / 8, -2 / 8, 4 / 8])).toBeLessThan(1e-15);
    expect(factor.logDeterminant()).toBeCloseTo(Math.log(8), 14);
  });

  it("reads one triangle, so that rounding between the two does not matter", () => {
    const factor = factorise(Float64Array.of(4, 2, 2 + 1e-15, 3), 2)!;
    expect(worst(factor.solve(Float64Array.of(8, 7)), [1.25, 1.5])).toBeLessThan(1e-15);
  });

  it("inverts and solves what is ill conditioned with small residuals, and the inverse is symmetric to the bit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer(), (p, seed) => {
        const columns = randomColumns(p, p + 2, seed);
        // Scales from 1 to 1e-8 and nearly square data: condition numbers up to 1e20 before scaling.
        const a = gramOf(columns.map((column, k) => column.map((value) => value * 10 ** -k)));
        const factor = factorise(a, p);
        if (factor === null) return false;
        const b = columns[0].slice(0, p);
        const x = factor.solve(b);
        const inverse = factor.inverse();
        const size = (j: number): number => Math.sqrt(a[j * p + j]);
        // Backward stable: |b − Ax| ≤ c ε √a_jj Σ √a_kk |x_k|.
        const isSmall = b.every((value, j) => {
          let residual = value;
          let bound = 0;
          for (let k = 0; k < p; k++) {
            residual -= a[j * p + k] * x[k];
            bound += size(j) * size(k) * Math.abs(x[k]);
          }
          return Math.abs(residual) <= 1e-14 * bound;
        });
        const isSymmetric = inverse.every((value, i) => value === inverse[(i % p) * p + Math.floor(i / p)]);
        return isSmall && isSymmetric;
      }),
      { numRuns: 200 },
    );
  });

  it("agrees with ml-matrix's decomposition", () => {
    const columns = randomColumns(6, 30, 1);
    const a = gramOf(columns);
    const rows = Array.from({ length: 6 }, (_, j) => Array.from(a.subarray(j * 6, (j + 1) * 6)));
    const theirs = new CholeskyDecomposition(new Matrix(rows));
    const factor = factorise(a, 6)!;
    expect(worst(factor.inverse(), theirs.solve(Matrix.eye(6)).to1DArray(), 1e-3)).toBeLessThan(1e-13);
    expect(
      worst(
        factor.solve(columns[0].slice(0, 6)),
        theirs.solve(Matrix.columnVector(columns[0].slice(0, 6))).to1DArray(),
      ),
    ).toBeLessThan(1e-12);
  });

  it("of no columns is empty", () => {
    const factor = factorise(new Float64Array(0), 0)!;
    expect([factor.logDeterminant(), factor.inverse().length, factor.solve(new Float64Array(0)).length]).toEqual([
      0, 0, 0,
    ]);
  });

  it("refuses what is not positive definite", () => {
    expect(factorise(Float64Array.of(Number.POSITIVE_INFINITY), 1)).toBeNull();
    expect(factorise(Float64Array.of(1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1), 2)).toBeNull();
    expect(factorise(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toBeNull();
    expect(factorise(Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
    expect(factorise(Float64Array.of(Number.NaN), 1)).toBeNull();
    expect(factorise(Float64Array.of(0, 0, 0, 0), 2)).toBeNull();
  });
});

describe("semidefiniteFactor", () => {
  it("reproduces the matrix and finds dependent columns in order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.integer(), (q, seed) => {
        const columns = randomColumns(q, 40, seed);
        const sum = columns[0].map((value, i) => value - 2 * columns[1][i]);
        const all = [columns[0], columns[1], sum, ...columns.slice(2)];
        const gram = gramOf(all);
        const { r, independent } = semidefiniteFactor(gram, all.length, 1e-11);
        const product = Float64Array.from(gram, (_, i) => {
          const [j, k] = [Math.floor(i / all.length), i % all.length];
          return all.reduce((total, __, l) => total + r[l * all.length + j] * r[l * all.length + k], 0);
        });
        return !independent.includes(2) && independent.length === q && worst(product, gram, 1) < 1e-10;
      }),
      { numRuns: 60 },
    );
  });
});

describe("small products", () => {
  const a = Float64Array.of(2, 1, 1, 3);

  it("sandwich, bilinear, trace, principal", () => {
    expect([...sandwich(Float64Array.of(1, 1, 0, 2), a, 2, 2)]).toEqual([7, 8, 8, 12]);
    expect(bilinear([1, 1], a, [0, 2], 2)).toBe(8);
    expect(traceOfProduct(a, a)).toBe(15);
    expect([...principal(a, 2, [1])]).toEqual([3]);
  });
});

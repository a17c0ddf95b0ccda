import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindFormula } from "../../src/formula/bind";
import { buildDesign } from "../../src/formula/design";
import { evaluateBasis, meanAndSd, orthogonalBasis, rawPowers } from "../../src/formula/poly";

const reference = JSON.parse(readFileSync(new URL("../reference/model-matrix.json", import.meta.url), "utf8"));
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

describe("orthogonal polynomials", () => {
  it("poly(1:10, 2) has the closed form", () => {
    const x = Float64Array.from({ length: 10 }, (_, i) => i + 1);
    const basis = orthogonalBasis(x, 2);
    expect(basis.alpha[0]).toBe(5.5);
    expect(basis.norm2[1]).toBe(10);
    expect(basis.norm2[2]).toBe(82.5);
    const [first, second] = evaluateBasis(x, basis);
    // Exact up to rounding: (x − 5.5)/√82.5 and ((x − 5.5)² − 8.25)/√528.
    x.forEach((value, i) => {
      expect(first[i]).toBeCloseTo((value - 5.5) / Math.sqrt(82.5), 15);
      expect(second[i]).toBeCloseTo(((value - 5.5) ** 2 - 8.25) / Math.sqrt(528), 15);
    });
  });

  it.each([
    ["x", 0],
    ["x", 1],
    ["z", 2],
  ])("alpha, norm2 and predictions of R for %s (case %i)", (column, index) => {
    const { degree, alpha, norm2, at, predicted } = reference.poly[index];
    const basis = orthogonalBasis(Float64Array.from(reference.data[column]), degree);
    // R goes through a QR decomposition: agreement to rounding (values of order 1 to 1e4, recorded to 15 digits).
    basis.alpha.forEach((value, k) => {
      expect(Math.abs(value / alpha[k] - 1)).toBeLessThan(1e-13);
    });
    basis.norm2.forEach((value, k) => {
      expect(Math.abs(value / norm2[k] - 1)).toBeLessThan(1e-12);
    });
    evaluateBasis(Float64Array.from(at), basis).forEach((values, k) => {
      values.forEach((value, i) => {
        expect(Math.abs(value - predicted[k][i]) / Math.max(1, Math.abs(predicted[k][i]))).toBeLessThan(1e-12);
      });
    });
  });

  it("is orthonormal, and orthogonal to the constant, also far from 0", () => {
    const numbers = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 8, maxLength: 60 });
    fc.assert(
      fc.property(numbers, fc.constantFrom(0, 1e6), (values, offset) => {
        const x = Float64Array.from(values, (value) => value + offset);
        const columns = evaluateBasis(x, orthogonalBasis(x, 3));
        columns.forEach((a, j) => {
          // An offset of 1e6 costs 6 of the 16 digits of the alphas.
          const tolerance = offset === 0 ? 1e-10 : 1e-7;
          expect(Math.abs(a.reduce((sum, value) => sum + value, 0))).toBeLessThan(tolerance * 10);
          columns.forEach((b, k) => {
            expect(Math.abs(dot(a, b) - (j === k ? 1 : 0))).toBeLessThan(tolerance);
          });
        });
      }),
    );
  });

  it("new data are evaluated on the basis of the binding", () => {
    const x = [2, 5, 1, 9, 4, 7];
    const bound = bindFormula("~ poly(x / 10, 3)", { x });
    const whole = buildDesign(bound, { x }).x;
    const part = buildDesign(bound, { x: x.slice(2, 4) }).x;
    expect(part.map((column) => [...column])).toEqual(whole.map((column) => [...column.slice(2, 4)]));
  });

  it("a missing value in another column leaves the basis as in R, a missing x is left out", () => {
    const x = [1, 2, 3, 4, null];
    const bound = bindFormula("y ~ poly(x, 1)", { x, y: [1, null, 3, 4, 5] });
    expect(bound.variables[0].basis?.alpha).toEqual([2.5]);
    expect(bound.variables[0].basis?.norm2).toEqual([1, 4, 5]);
  });

  it("raw powers and scale()", () => {
    const x = Float64Array.of(1, 2, 3);
    expect(rawPowers(x, 3).map((column) => [...column])).toEqual([
      [1, 2, 3],
      [1, 4, 9],
      [1, 8, 27],
    ]);
    expect(meanAndSd(Float64Array.of(1e9 + 1, 1e9 + 2, Number.NaN, 1e9 + 3))).toEqual({ mean: 1e9 + 2, sd: 1 });
  });
});

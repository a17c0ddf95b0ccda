import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contradictions, fitLeastSquares, type LeastSquaresFit, onStandardised } from "../../src/linalg/least-squares";
import { clusteredMeat, crossedCodes, hatValues, robustMeat } from "../../src/linalg/sandwich";
import { sandwich } from "../../src/linalg/symmetric";
import { createRng } from "../../src/random/rng";
import { worst } from "../helpers/reference";

const ones = (n: number): Float64Array => new Float64Array(n).fill(1);

function regress(
  x: ArrayLike<number>[],
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
  intercept = true,
): LeastSquaresFit {
  const columns = x.map((column) => Float64Array.from(column));
  return fitLeastSquares({
    x: intercept ? [ones(y.length), ...columns] : columns,
    y: Float64Array.from(y),
    weights: weights ? Float64Array.from(weights) : ones(y.length),
    n: y.length,
    intercept,
  });
}

/** (X'WX)⁻¹ in the units given. */
const inverseOf = ({ back, inverse, kept }: LeastSquaresFit): Float64Array =>
  sandwich(back, inverse, kept.length, kept.length);

function randomProblem(
  n: number,
  p: number,
  seed: number,
): { x: Float64Array[]; y: Float64Array; weights: Float64Array } {
  const rng = createRng(seed);
  const normals = (): Float64Array => Float64Array.from({ length: n }, () => rng.normal());
  return {
    x: Array.from({ length: p }, normals),
    y: normals(),
    weights: normals().map((value) => 0.1 + Math.abs(value)),
  };
}

// Longley (1967), JASA 62:819-841, as in NIST's StRD: columns nearly collinear, condition number about 5e9 as given.
const LONGLEY = {
  y: [60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551],
  x: [
    [830, 885, 882, 895, 962, 981, 990, 1000, 1012, 1046, 1084, 1108, 1126, 1142, 1157, 1169].map((v) => v / 10),
    [
      234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601,
      518173, 554894,
    ],
    [2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007],
    [1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827],
    [
      107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368,
      127852, 130081,
    ],
    Array.from({ length: 16 }, (_, i) => 1947 + i),
  ],
};

describe("fitLeastSquares", () => {
  it("gives NIST's certified values for Longley's data", () => {
    const certified = [
      -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359,
      -0.0511041056535807, 1829.15146461355,
    ];
    const errors = [
      890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675, 0.22607320006937,
      455.478499142212,
    ];
    const longley = regress(LONGLEY.x, LONGLEY.y);
    // Certified to 15 digits; a condition number near 1e5 after centring leaves 11 of the 16 that doubles have.
    expect(worst(longley.coefficients, certified)).toBeLessThan(1e-11);
    const inverse = inverseOf(longley);
    const ours = errors.map((_, k) => Math.sqrt((inverse[k * 7 + k] * longley.residualSum) / 9));
    expect(worst(ours, errors)).toBeLessThan(1e-10);
    expect(worst([longley.residualSum], [836424.055505915])).toBeLessThan(1e-10);
    expect(worst([longley.totalSum], [185008826])).toBeLessThan(1e-14);
  });

  it("a line has the textbook's slope, intercept and variances", () => {
    const [x, y] = [
      [1, 2, 4, 5],
      [3, 5, 6, 10],
    ];
    const line = regress([x], y);
    // Sxx = 10, Sxy = 15, means 3 and 6.
    expect(worst(line.coefficients, [6 - 1.5 * 3, 1.5])).toBeLessThan(1e-15);
    expect(worst(inverseOf(line), [1 / 4 + 9 / 10, -3 / 10, -3 / 10, 1 / 10])).toBeLessThan(1e-14);
  });

  it("two groups have their weighted means", () => {
    const both = regress([[0, 0, 1, 1, 1]], [1, 4, 2, 3, 7], [1, 3, 2, 1, 1]);
    expect(worst(both.coefficients, [13 / 4, 14 / 4 - 13 / 4])).toBeLessThan(1e-14);
  });

  it("through the origin", () => {
    const line = regress([[1, 2, 3]], [2, 3, 7], [1, 2, 1], false);
    expect(worst(line.coefficients, [(2 + 12 + 21) / (1 + 8 + 9)])).toBeLessThan(1e-15);
  });

  it("leaves residuals that the columns do not explain", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 10, max: 1200 }), fc.integer(), (p, n, seed) => {
        const { x, y, weights } = randomProblem(n, p, seed);
        const { residuals } = regress(x, y, weights);
        for (const column of [ones(n), ...x]) {
          const left = column.reduce((sum, value, r) => sum + weights[r] * value * residuals[r], 0);
          expect(Math.abs(left)).toBeLessThan(1e-11 * n);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("a weight of three is a row that stands there three times", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 12, maxLength: 40 }),
        fc.integer(),
        (counts, seed) => {
          const { x, y } = randomProblem(counts.length, 2, seed);
          const rows = counts.flatMap((times, row) => Array<number>(times).fill(row));
          const repeated = regress(
            x.map((column) => rows.map((row) => column[row])),
            rows.map((row) => y[row]),
          );
          const weighted = regress(x, y, counts);
          expect(worst(weighted.coefficients, repeated.coefficients, 1)).toBeLessThan(1e-11);
          expect(worst(weighted.inverse, repeated.inverse, 1 / rows.length)).toBeLessThan(1e-10);
        },
      ),
    );
  });

  it("drops later columns that earlier ones determine, and constants, and says how", () => {
    const [a, b] = [
      [1, 2, 4, 5, 7, 8],
      [0, 1, 0, 1, 1, 0],
    ];
    const sum = a.map((value, r) => 3 + 2 * value - b[r]);
    const dropped = regress([a, b, sum, [5, 5, 5, 5, 5, 5]], [1, 3, 2, 5, 4, 9]);
    expect(dropped.kept).toEqual([0, 1, 2]);
    expect(dropped.aliased.map(({ column }) => column)).toEqual([3, 4]);
    const { dependence, scale, mean } = dropped.aliased[0];
    const { columns } = dropped;
    // Back on the units given: slopes 2 and −1.
    expect(
      worst(
        [1, 2].map((j) => (dependence[j] * scale) / columns.scale[j]),
        [2, -1],
      ),
    ).toBeLessThan(1e-13);
    expect(mean).toBeCloseTo(3 + 2 * 4.5 - 0.5, 13);
    expect(dropped.aliased[1]).toMatchObject({ mean: 5, scale: 0 });
  });

  it("knows which functionals of the coefficients the rows determine", () => {
    const treat = [0, 1, 0, 1, 1, 0];
    const copy = regress([treat, treat], [1, 3, 2, 5, 4, 9]);
    expect(contradictions(copy, Float64Array.of(0, 1, 0), true)).toEqual([2]);
    expect(contradictions(copy, Float64Array.of(0, 1, 1), true)).toEqual([]);
    expect(contradictions(copy, Float64Array.of(0, 0, 1), true)).toEqual([2]);
    expect(worst(onStandardised(copy, Float64Array.of(0, 1, 0), true), [0, 2])).toBeLessThan(1e-15);
  });
});

describe("sandwiches", () => {
  it("hat values add up to the number of coefficients and are those of the textbook on a line", () => {
    const x = [1, 2, 4, 5];
    const line = regress([x], [3, 5, 6, 10]);
    const hat = hatValues(line.columns, line.inverse, ones(4));
    expect(
      worst(
        hat,
        x.map((value) => 1 / 4 + (value - 3) ** 2 / 10),
      ),
    ).toBeLessThan(1e-14);
    const { x: columns, y, weights } = randomProblem(700, 5, 3);
    const many = regress(columns, y, weights);
    const total = hatValues(many.columns, many.inverse, weights).reduce((sum, value) => sum + value, 0);
    expect(worst([total], [6])).toBeLessThan(1e-12);
  });

  it("clusters of one row are the robust middle, by any codes", () => {
    const { x, y, weights } = randomProblem(600, 3, 4);
    const { columns, residuals } = regress(x, y, weights);
    const u = residuals.map((value, r) => value * weights[r]);
    const own = Int32Array.from({ length: 600 }, (_, r) => (r * 7) % 600);
    expect(worst(clusteredMeat(columns, u, own, 600), robustMeat(columns, u), 1e-3)).toBeLessThan(1e-11);
  });

  it("one cluster of all rows adds up to nothing: the residuals are orthogonal to the columns", () => {
    const { x, y, weights } = randomProblem(50, 2, 5);
    const { columns, residuals } = regress(x, y, weights);
    const u = residuals.map((value, r) => value * weights[r]);
    expect(Math.max(...clusteredMeat(columns, u, new Int32Array(50), 1).map(Math.abs))).toBeLessThan(1e-24);
  });

  it("crosses codes by first appearance", () => {
    const { codes, size } = crossedCodes(Int32Array.of(1, 0, 1, 1), Int32Array.of(0, 2, 0, 1), 3);
    expect([...codes]).toEqual([0, 1, 0, 2]);
    expect(size).toBe(3);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  at,
  divide,
  exactProduct,
  exactSum,
  inverseOfUpper,
  multiply,
  type Precise,
  preciseFactor,
  preciseZeros,
  setAt,
  squareRoot,
  subtract,
} from "../../src/linalg/double-double";
import { BLOCK } from "../../src/linalg/gram";
import { nearlyDependent } from "../../src/linalg/near-dependence";
import { addPreciseGram } from "../../src/linalg/precise-gram";

/** A double as a whole number of units of 2^-1074 times 2^-k: exact in BigInt. */
function exact(value: number, bits = 1074): bigint {
  const [exponent, sign] = [Math.max(-1022, Math.floor(Math.log2(Math.abs(value) || 1))), Math.sign(value)];
  const mantissa = Math.abs(value) * 2 ** (52 - exponent);
  const shift = bits + exponent - 52;
  return BigInt(sign) * (shift >= 0 ? BigInt(mantissa) << BigInt(shift) : BigInt(mantissa) >> BigInt(-shift));
}

const exactOf = ([high, low]: Precise, bits = 1074): bigint => exact(high, bits) + exact(low, bits);

/** |a − b| / |b| of two whole numbers. */
const relative = (a: bigint, b: bigint): number =>
  b === 0n ? (a === 0n ? 0 : Infinity) : Math.abs(Number(((a - b) * 10n ** 40n) / b)) / 1e40;

const moderate = fc.double({ min: -1e8, max: 1e8, noNaN: true }).map((value) => (Math.abs(value) < 1e-8 ? 0 : value));
const precise = fc.tuple(moderate, fc.double({ min: -1, max: 1, noNaN: true })).map(([high, share]): Precise => {
  const low = high * share * 2 ** -54;
  return exactSum(high, Math.abs(low) < 1e-28 ? 0 : low);
});

describe("numbers of 32 digits", () => {
  it("sums and products of doubles are exact", () => {
    fc.assert(
      fc.property(moderate, moderate, (a, b) => {
        expect(exactOf(exactSum(a, b))).toBe(exact(a) + exact(b));
        expect(exactOf(exactProduct(a, b)) << 1074n).toBe(exact(a) * exact(b));
      }),
    );
  });

  // Two doubles hold 106 bits, 1.2e-32; products and quotients lose a few units of the last.
  it("arithmetic is right to 31 digits", () => {
    fc.assert(
      fc.property(precise, precise, (a, b) => {
        const [x, y] = [exactOf(a), exactOf(b)];
        expect(relative(exactOf(multiply(a, b)) << 1074n, x * y)).toBeLessThan(1e-31);
        const size = (x < 0n ? -x : x) + (y < 0n ? -y : y) || 1n;
        expect(relative(exactOf(add(a, b)) - (x + y) + size, size)).toBeLessThan(1e-31);
        expect(relative(exactOf(subtract(a, b)) - (x - y) + size, size)).toBeLessThan(1e-31);
        if (b[0] !== 0) expect(relative(exactOf(multiply(divide(a, b), b)), x)).toBeLessThan(1e-31);
        if (a[0] === 0) return;
        const root = squareRoot([Math.abs(a[0]), a[0] < 0 ? -a[1] : a[1]]);
        expect(relative(exactOf(multiply(root, root)), x < 0n ? -x : x)).toBeLessThan(1e-31);
      }),
    );
  });

  // The Hilbert matrix of size 8 has a condition number of 1.5e10.
  it("factorises a Hilbert matrix and inverts the factor", () => {
    const p = 8;
    const hilbert = preciseZeros(p * p);
    for (let j = 0; j < p; j++) {
      for (let k = 0; k < p; k++) setAt(hilbert, j * p + k, divide([1, 0], [j + k + 1, 0]));
    }
    const { r, independent } = preciseFactor(hilbert, p, 1e-25);
    expect(independent).toHaveLength(p);
    const inverse = inverseOfUpper(r, p);
    for (let j = 0; j < p; j++) {
      for (let k = 0; k < p; k++) {
        let sum: Precise = [0, 0];
        for (let i = 0; i < p; i++) sum = add(sum, multiply(at(r, i * p + j), at(r, i * p + k)));
        expect(Math.abs(subtract(sum, at(hilbert, j * p + k))[0])).toBeLessThan(1e-30);
        let unit: Precise = [j === k ? -1 : 0, 0];
        for (let i = 0; i < p; i++) unit = add(unit, multiply(at(r, j * p + i), at(inverse, i * p + k)));
        expect(Math.abs(unit[0])).toBeLessThan(1e-25);
      }
    }
  });

  it("gives a dependent column a zero row", () => {
    const a = { high: Float64Array.of(4, 2, 6, 2, 5, 7, 6, 7, 13), low: new Float64Array(9) };
    const { r, independent } = preciseFactor(a, 3, 1e-25);
    expect(independent).toEqual([0, 1]);
    expect(Array.from(r.high)).toEqual([2, 1, 3, 0, 2, 2, 0, 0, 0]);
  });
});

describe("cross-products in 32 digits", () => {
  it("are exact for columns of any doubles with low parts of their own", () => {
    const value = fc.tuple(fc.maxSafeInteger(), fc.integer({ min: -1000, max: 1000 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: BLOCK }), (rows) => {
        const block = preciseZeros(3 * BLOCK);
        const whole = rows.map((row) => row.map(([a, b]) => BigInt(a) * 2n ** 60n + BigInt(b)));
        rows.forEach((row, r) => {
          row.forEach(([a, b], k) => {
            setAt(block, k * BLOCK + r, exactSum(a * 2 ** 60, b));
          });
        });
        const gram = preciseZeros(9);
        addPreciseGram(block, rows.length, 3, gram);
        for (let j = 0; j < 3; j++) {
          for (let k = j; k < 3; k++) {
            const expected = whole.reduce((sum, row) => sum + row[j] * row[k], 0n);
            const size = whole.reduce(
              (sum, row) => sum + (row[j] * row[k] < 0n ? -row[j] * row[k] : row[j] * row[k]),
              1n,
            );
            const found = BigInt(gram.high[j * 3 + k]) + BigInt(gram.low[j * 3 + k]);
            expect(relative(found - expected + size, size)).toBeLessThan(1e-30);
          }
        }
      }),
    );
  });
});

describe("near dependence", () => {
  const gram = (columns: number[][]): Float64Array =>
    Float64Array.from(columns.flatMap((a) => columns.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0))));
  const [a, b] = [
    [1, -1, 1, -1],
    [1, 1, -1, -1],
  ];
  const mixed = (share: number): number[] => a.map((value, i) => value + share * b[i]);

  it("is a remaining share below a thousandth, whatever the columns' scales", () => {
    expect(nearlyDependent(gram([a, b]), 2)).toBe(false);
    expect(nearlyDependent(gram([a, mixed(0.05)]), 2)).toBe(false);
    expect(nearlyDependent(gram([a, mixed(0.02)]), 2)).toBe(true);
    expect(nearlyDependent(gram([a, mixed(0.02).map((value) => value * 1e9)]), 2)).toBe(true);
  });

  it("leaves dependent columns and columns without variation alone", () => {
    expect(nearlyDependent(gram([a, b, mixed(1)]), 3)).toBe(false);
    expect(nearlyDependent(gram([a, [0, 0, 0, 0], b]), 3)).toBe(false);
  });
});

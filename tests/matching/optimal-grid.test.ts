import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { putOnGrid } from "../../src/matching/optimal/grid";

function positions(scores: number[]): number[] | null {
  const grid = new Float64Array(scores.length);
  return putOnGrid(Float64Array.from(scores), grid) ? [...grid] : null;
}

describe("the grid", () => {
  it("puts the range on 2⁴⁹ steps where it is a power of two, and on at least half of them elsewhere", () => {
    expect(positions([0, 0.5, 1])).toEqual([0, 2 ** 48, 2 ** 49]);
    expect(positions([0, 0.25, 0.5])).toEqual([0, 2 ** 48, 2 ** 49]);
    expect(positions([-3, -1, 5])).toEqual([0, 2 ** 47, 2 ** 49]);
    expect(positions([0, 3])).toEqual([0, 3 * 2 ** 47]);
    expect(positions([7, 7])).toEqual([0, 0]);
    expect(positions([7])).toEqual([0]);
    expect(positions([0, 1 + 2 ** -52])).toEqual([0, 2 ** 48]);
  });

  it("gives the same positions at every scale that doubles allow", () => {
    const whole = [0, 1, 5, 11, 12];
    const expected = positions(whole);
    for (let power = -1074; power <= 1019; power++) {
      const scaled = whole.map((x) => x * 2 ** power);
      expect(positions(scaled)).toEqual(expected);
    }
  });

  it("refuses a range beyond the doubles", () => {
    expect(positions([-1e308, 1e308])).toBeNull();
    expect(positions([-8e307, 8e307])).not.toBeNull();
  });

  it("keeps order, and distances to one step", () => {
    const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(scores, (values) => {
        const ascending = values.sort((a, b) => a - b);
        const grid = positions(ascending) as number[];
        const range = ascending[ascending.length - 1] - ascending[0];
        expect(grid.every((q, i) => Number.isInteger(q) && (i === 0 || q >= grid[i - 1]))).toBe(true);
        const step = range / grid[grid.length - 1];
        const off = grid.map((q, i) => Math.abs(q - (ascending[i] - ascending[0]) / step));
        // Half a step of rounding at either end, and a little for the division.
        if (range > 1e-290) expect(Math.max(...off)).toBeLessThanOrEqual(1.001);
      }),
    );
  });
});

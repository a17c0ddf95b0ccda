import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sortedOrder, sortedWith } from "../../src/linalg/sort";

/** The order by the engine's own stable comparison sort. */
function byComparison(values: ArrayLike<number>): number[] {
  return Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
}

describe("sortedOrder", () => {
  it("puts every kind of double in ascending order", () => {
    const values = Float64Array.of(
      1,
      -1,
      0,
      5e-324,
      -5e-324,
      1.7e308,
      -1.7e308,
      Infinity,
      -Infinity,
      2 ** -1030,
      1 + 2 ** -52,
      1,
    );
    const sorted = Array.from(sortedOrder(values), (i) => values[i]);
    expect(sorted).toEqual([
      -Infinity,
      -1.7e308,
      -1,
      -5e-324,
      0,
      5e-324,
      2 ** -1030,
      1,
      1,
      1 + 2 ** -52,
      1.7e308,
      Infinity,
    ]);
  });

  it("keeps equal values, and −0 and 0, in the order they stand in", () => {
    expect([...sortedOrder(Float64Array.of(0, -0, 0, -0, -1, -0))]).toEqual([4, 0, 1, 2, 3, 5]);
    expect([...sortedOrder(Float64Array.of(2, 1, 2, 1, 2))]).toEqual([1, 3, 0, 2, 4]);
  });

  it("tells values apart that differ in their last bits only", () => {
    const values = Float64Array.from({ length: 5_000 }, (_, i) => 1 + ((i * 1_237) % 5_000) * Number.EPSILON);
    expect([...sortedOrder(values)]).toEqual(byComparison(values));
  });

  it("takes no values and one value", () => {
    expect([...sortedOrder(new Float64Array(0))]).toEqual([]);
    expect([...sortedOrder(Float64Array.of(3))]).toEqual([0]);
  });

  it("agrees with a stable comparison sort on any finite doubles and on many ties", () => {
    const doubles = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 300 });
    const tied = fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 300 });
    fc.assert(
      fc.property(fc.oneof(doubles, tied), (values) => {
        expect([...sortedOrder(Float64Array.from(values))]).toEqual(byComparison(values));
      }),
    );
  });

  it("agrees beyond the length where the digits become wider", () => {
    for (const make of [
      (i: number) => Math.sin(i * 12.9898) * 43758.5453,
      (i: number) => (i * 7919) % 61,
      (i: number) => 1e12 + ((i * 7919) % 1000) * 2 ** -10,
      (i: number) => 1 - i * 2 ** -40,
    ]) {
      const values = Float64Array.from({ length: 70_001 }, (_, i) => make(i));
      expect(Array.from(sortedOrder(values))).toEqual(byComparison(values));
    }
  });
});

describe("sortedWith", () => {
  it("gives back the values themselves, each with its companion, and leaves both arrays alone", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 200 }), (list) => {
        const values = Float64Array.from(list, (x) => x + 0);
        const carried = Uint32Array.from(list, (_, i) => 3 * i + 1);
        const order = byComparison(values);
        const sorted = sortedWith(values, carried);
        expect([...sorted.values]).toEqual(order.map((i) => values[i]));
        expect([...sorted.carried]).toEqual(order.map((i) => 3 * i + 1));
        expect([...values]).toEqual(list.map((x) => x + 0));
        expect(carried.every((value, i) => value === 3 * i + 1)).toBe(true);
      }),
    );
  });
});

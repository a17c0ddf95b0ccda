import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { match } from "../../src/matching/match";
import { equalQuantiles, fillClasses } from "../../src/matching/sets/subclass-classes";

describe("quantiles of type 7", () => {
  // quantile(x, seq(0, 1, length.out = k + 1)) in R 4.2.2, all digits.
  const x = Float64Array.of(0.11, 0.2, 0.2, 0.35, 0.5, 0.61, 0.61, 0.7, 0.83, 0.9, 0.97);
  const ofR: Readonly<Record<number, readonly number[]>> = {
    3: [0.11, 0.39999999999999991, 0.66999999999999993, 0.96999999999999997],
    5: [0.11, 0.20000000000000001, 0.5, 0.6100000000000001, 0.82999999999999996, 0.96999999999999997],
    6: [
      0.11, 0.20000000000000001, 0.39999999999999991, 0.60999999999999999, 0.66999999999999993, 0.85333333333333328,
      0.96999999999999997,
    ],
    7: [
      0.11, 0.20000000000000001, 0.32857142857142846, 0.53142857142857136, 0.60999999999999999, 0.71857142857142842,
      0.87000000000000011, 0.96999999999999997,
    ],
  };

  it("are R's to the last bit", () => {
    for (const [k, expected] of Object.entries(ofR)) expect([...equalQuantiles(x, Number(k))]).toEqual(expected);
  });

  it("round as R's do, which decides on which side equal scores fall", () => {
    const tied = Float64Array.of(0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 2);
    expect([...equalQuantiles(tied, 5)]).toEqual([0, 0, 0, 8.8817841970012523e-16, 2, 2]);
  });
});

describe("the minimum of each class", () => {
  const fill = (
    score: number[],
    classOf: number[],
    classes: number,
    least: number,
  ): { moved: number; now: number[] } => {
    const now = Int32Array.from(classOf);
    const rows = Int32Array.from(score.keys());
    const moved = fillClasses(rows, Float64Array.from(score), now, classes, least);
    return { moved, now: [...now] };
  };

  it("takes the nearest score from the side that can spare more", () => {
    expect(fill([1, 2, 3, 9], [0, 0, 0, 2], 3, 1)).toEqual({ moved: 1, now: [0, 0, 1, 2] });
    expect(fill([1, 7, 8, 9], [0, 2, 2, 2], 3, 1)).toEqual({ moved: 1, now: [0, 1, 2, 2] });
    // Two to spare on each side, but those above stand next door: 2/2 against 2/1.
    expect(fill([1, 2, 3, 4, 7, 8, 9], [0, 0, 0, 1, 3, 3, 3], 4, 1)).toEqual({ moved: 1, now: [0, 0, 0, 1, 2, 3, 3] });
    // As much below as above: below.
    expect(fill([1, 2, 8, 9], [0, 0, 2, 2], 3, 1)).toEqual({ moved: 1, now: [0, 1, 2, 2] });
  });

  it("passes units on where the next class has none to spare, and fills the ends", () => {
    expect(fill([1, 2, 3], [2, 2, 2], 3, 1)).toEqual({ moved: 2, now: [0, 1, 2] });
    expect(fill([1, 2, 3], [0, 0, 0], 3, 1)).toEqual({ moved: 2, now: [0, 1, 2] });
    expect(fill([5, 5, 5, 5], [0, 0, 0, 0], 2, 2)).toEqual({ moved: 2, now: [1, 1, 0, 0] });
    expect(fill([1, 2], [0, 1], 2, 1)).toEqual({ moved: 0, now: [0, 1] });
  });

  it("always ends with enough in each class, in the order of the scores, moving no one needlessly", () => {
    const cases = fc.integer({ min: 2, max: 5 }).chain((classes) =>
      fc.record({
        classes: fc.constant(classes),
        least: fc.integer({ min: 0, max: 3 }),
        units: fc.array(fc.record({ c: fc.nat(classes - 1), within: fc.nat(4) }), {
          minLength: 3 * classes,
          maxLength: 24,
        }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ classes, least, units }) => {
        const score = units.map(({ c, within }) => 5 * c + within);
        const before = units.map(({ c }) => c);
        const { moved, now } = fill(score, before, classes, least);
        const sizes = Array.from({ length: classes }, (_, c) => now.filter((other) => other === c).length);
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(least);
        now.forEach((a, i) => {
          now.forEach((b, j) => {
            if (a < b) expect(score[i]).toBeLessThanOrEqual(score[j]);
          });
        });
        const wasShort =
          before.length > 0 &&
          Array.from({ length: classes }, (_, c) => before.filter((b) => b === c).length).some((size) => size < least);
        expect(moved > 0).toBe(wasShort);
      }),
      { numRuns: 600 },
    );
  });
});

describe("subclassification", () => {
  it("says what it moved, what ties left of the classes, and who is in none", () => {
    const treated = [1, 1, 1, 1, 0, 0, 0, 0];
    const moved = match({ treated, score: [5, 6, 7, 8, 1, 2, 3, 5] }, { method: "subclass", subclasses: 2 });
    expect([...moved.subclass]).toEqual([1, 1, 2, 2, 1, 1, 1, 2]);
    expect(moved.diagnostics.find(({ code }) => code === "units-moved")).toMatchObject({
      message: expect.stringContaining("0 treated units and 1 control unit moved"),
      details: { treated: 0, control: 1, moves: [{ arm: "control", from: 1, to: 2, units: 1 }] },
    });
    const left = match(
      { treated, score: [5, 6, 7, 8, 1, 2, 3, 5] },
      { method: "subclass", subclasses: 2, minPerSubclass: 0 },
    );
    expect([...left.subclass]).toEqual([1, 1, -1, -1, 1, 1, 1, 1]);
    expect(left.diagnostics.find(({ code }) => code === "focal-unmatched")?.message).toBe(
      "2 treated units of 4 are in no subclass with controls: rows 3, 4. The effect is that of the 2 matched, not the ATT of all.",
    );
    const tied = match({ treated, score: [1, 1, 1, 2, 1, 1, 2, 2] }, { method: "subclass", subclasses: 4 });
    expect(tied.diagnostics.map(({ code }) => code)).toContain("fewer-subclasses");
    expect([...tied.subclass]).toEqual([1, 1, 1, 2, 1, 1, 2, 2]);
  });
});

import { expect, test } from "vitest";
import { benjaminiHochberg, holm } from "../../src/study/multiplicity";

// R 4: p.adjust(c(.01, .04, .03, .005, .2, NA, .04), "holm" and "BH"); p.adjust(c(1e-5, .5, .9, .0012), ...).
const FIRST = [0.01, 0.04, 0.03, 0.005, 0.2, Number.NaN, 0.04];
const SECOND = [1e-5, 0.5, 0.9, 0.0012];

/** To rounding: the same products in another order. */
function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, i) => {
    if (Number.isNaN(wanted[i])) expect(value).toBeNaN();
    else expect(value).toBeCloseTo(wanted[i], 14);
  });
}

test("Holm's p-values are those of R's p.adjust, missing ones left out", () => {
  expectClose(holm(FIRST), [0.05, 0.12, 0.12, 0.03, 0.2, Number.NaN, 0.12]);
  expectClose(holm(SECOND), [4e-5, 1, 1, 3.6e-3]);
});

test("Benjamini and Hochberg's p-values are those of R's p.adjust", () => {
  expectClose(benjaminiHochberg(FIRST), [0.03, 0.048, 0.048, 0.03, 0.2, Number.NaN, 0.048]);
  expectClose(benjaminiHochberg(SECOND), [4e-5, 2 / 3, 0.9, 2.4e-3]);
});

test("nothing to adjust stays nothing", () => {
  expect(holm([])).toEqual([]);
  expect(benjaminiHochberg([Number.NaN])).toEqual([Number.NaN]);
});

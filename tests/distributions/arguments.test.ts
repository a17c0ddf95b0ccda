import { describe, expect, test } from "vitest";
import { type ErrorCode, isLikewiseError } from "../../src/errors/error";
import { functions } from "./support";

const families = [
  { family: "normal", degrees: [] },
  { family: "t", degrees: [7.3] },
  { family: "chiSquared", degrees: [7.3] },
  { family: "f", degrees: [3, 7.3] },
] as const;
const tails = ["Cdf", "Survival", "LogSurvival"] as const;
const quantiles = ["Quantile", "QuantileUpper"] as const;

/** What a call raises. */
function raised(call: () => unknown): { code: ErrorCode; message: string; details: unknown } {
  try {
    call();
  } catch (error) {
    if (isLikewiseError(error)) return error;
  }
  throw new Error("expected a LikewiseError");
}

describe.each(families)("$family", ({ family, degrees }) => {
  const names = [...tails, ...quantiles].map((suffix) => family + suffix);

  test.each(names)("%s answers NaN with NaN", (name) => {
    expect(functions[name](Number.NaN, ...degrees)).toBeNaN();
    degrees.forEach((_, position) => {
      const broken: number[] = [...degrees];
      broken[position] = Number.NaN;
      expect(functions[name](0.3, ...broken)).toBeNaN();
    });
  });

  test.each(quantiles.map((suffix) => family + suffix))("%s refuses what is no probability", (name) => {
    for (const p of [-1e-300, 1.0000000000000002, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const error = raised(() => functions[name](p, ...degrees));
      expect(error.code).toBe("invalid-argument");
      expect(error.message).toBe(`${name} needs a probability between 0 and 1, but was given ${p}.`);
      expect(error.details).toEqual({ p });
    }
  });

  test.each(names)("%s refuses degrees of freedom that are not above 0", (name) => {
    degrees.forEach((_, position) => {
      for (const df of [0, -2, Number.NEGATIVE_INFINITY]) {
        const broken: number[] = [...degrees];
        broken[position] = df;
        const error = raised(() => functions[name](0.3, ...broken));
        const parameter = degrees.length === 1 ? "df" : `df${position + 1}`;
        expect(error.code).toBe("invalid-argument");
        expect(error.message).toBe(`${name} needs degrees of freedom above 0, but ${parameter} is ${df}.`);
        expect(error.details).toEqual({ [parameter]: df });
      }
    });
  });

  test("the ends of the line", () => {
    const at = (suffix: string, x: number): number => functions[family + suffix](x, ...degrees);
    const infinity = Number.POSITIVE_INFINITY;
    const bottom = family === "normal" || family === "t" ? -infinity : 0;
    for (const x of [bottom, -infinity]) {
      expect(at("Cdf", x)).toBe(0);
      expect(at("Survival", x)).toBe(1);
      expect(Math.abs(at("LogSurvival", x))).toBe(0);
    }
    expect([at("Cdf", infinity), at("Survival", infinity), at("LogSurvival", infinity)]).toEqual([1, 0, -infinity]);
    expect([at("Quantile", 0), at("Quantile", 1)]).toEqual([bottom, infinity]);
    expect([at("QuantileUpper", 0), at("QuantileUpper", 1)]).toEqual([infinity, bottom]);
    if (bottom === 0) expect([at("Cdf", -3), at("Survival", -3)]).toEqual([0, 1]);
  });
});

test("the middle of a symmetric distribution is exactly 0, not −0", () => {
  for (const name of ["normalQuantile", "normalQuantileUpper"]) expect(functions[name](0.5)).toBe(0);
  for (const name of ["tQuantile", "tQuantileUpper"]) expect(functions[name](0.5, 4)).toBe(0);
  expect(functions.tCdf(0, 4)).toBe(0.5);
  expect(functions.normalCdf(0)).toBe(0.5);
});

test.each([...tails, ...quantiles])("chiSquared%s refuses infinite degrees of freedom", (suffix) => {
  const error = raised(() => functions[`chiSquared${suffix}`](0.3, Number.POSITIVE_INFINITY));
  expect(error.code).toBe("invalid-argument");
  expect(error.message).toContain("finite degrees of freedom");
});

test("quantiles beyond the doubles are 0 or infinite", () => {
  expect(functions.chiSquaredQuantile(0.5, 1e-4)).toBe(0);
  expect(functions.fQuantile(0.3, 1e-3, 5)).toBe(0);
  expect(functions.fQuantileUpper(0.3, 5, 1e-3)).toBe(Number.POSITIVE_INFINITY);
  expect(functions.tQuantile(0.1, 1e-3)).toBe(Number.NEGATIVE_INFINITY);
});

test("extreme degrees of freedom give probabilities, whatever x", () => {
  const extremes = [1e-18, 1e-9, 1e-3, 0.5, 1e4, 1e9, 1e15, 1e18];
  for (const x of [1e-300, 1e-20, 1e-3, 0.999999, 1, 1.000001, 7, 1e6, 1e150, 1e290]) {
    for (const df of extremes) {
      const calls = extremes.flatMap((df2) => [functions.fCdf(x, df, df2), functions.fSurvival(x, df, df2)]);
      const scaled = [functions.chiSquaredCdf(x * df, df), functions.chiSquaredSurvival(x * df, df)];
      for (const p of [...calls, ...scaled, functions.tCdf(x, df), functions.tSurvival(x, df)]) {
        expect(p >= 0 && p <= 1).toBe(true);
      }
      const logs = extremes.map((df2) => functions.fLogSurvival(x, df, df2));
      logs.push(functions.tLogSurvival(x, df), functions.tLogSurvival(-x, df));
      logs.push(functions.chiSquaredLogSurvival(x, df), functions.chiSquaredLogSurvival(x * df, df));
      for (const log of logs) expect(log <= 0).toBe(true);
    }
  }
});

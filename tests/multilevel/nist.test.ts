import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindFormula } from "../../src/formula/bind";
import { fromJson, toJson } from "../../src/json";
import { fitMixed } from "../../src/multilevel/fit";
import { mergeSummaries } from "../../src/multilevel/merge";
import { summariseGroups } from "../../src/multilevel/summarise";
import type { GroupSummary, MixedModel } from "../../src/multilevel/types";
import { errorOf, referenceFrame, worst } from "../helpers/reference";

/** NIST StRD Longley (1967): year, employment, and what should explain it; y first. Nearly collinear columns. */
const LONGLEY = {
  y: [60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551],
  x1: [83, 88.5, 88.2, 89.5, 96.2, 98.1, 99, 100, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9],
  x2: [
    234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601,
    518173, 554894,
  ],
  x3: [2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007],
  x4: [1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827],
  x5: [
    107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368,
    127852, 130081,
  ],
  x6: [1947, 1948, 1949, 1950, 1951, 1952, 1953, 1954, 1955, 1956, 1957, 1958, 1959, 1960, 1961, 1962],
};

/** Certified least squares: intercept, slopes, residual sum of squares. */
const CERTIFIED = {
  beta: [
    -3482258.63459582, 15.0618722713733, -0.35819179292591e-1, -2.02022980381683, -1.03322686717359,
    -0.511041056535807e-1, 1829.15146461355,
  ],
  rss: 836424.055505915,
};

/** J copies of a regression data set, each with a shift of its own in y; the shifts add up to 0. */
function shiftedCopies(data: Record<string, number[]>, shifts: readonly number[]): Record<string, (number | string)[]> {
  const copies = Object.fromEntries(
    Object.entries(data).map(([name, values]) => [
      name,
      shifts.flatMap((shift) => values.map((value) => (name === "y" ? value + shift : value))),
    ]),
  );
  return { ...copies, copy: shifts.flatMap((_, j) => data.y.map(() => `copy ${j}`)) };
}

describe("Longley's data in shifted copies: certified slopes and variances in closed form", () => {
  const shifts = [-4000, -1000, 500, 1500, 3000];
  const n = 16;
  const [J, p] = [shifts.length, 7];
  const model = fitMixed("y ~ x1 + x2 + x3 + x4 + x5 + x6 + (1 | copy)", shiftedCopies(LONGLEY, shifts));
  const residual = (J * CERTIFIED.rss) / (J * (n - 1) - (p - 1));
  const group = ((n * shifts.reduce((sum, d) => sum + d * d, 0)) / (J - 1) - residual) / n;

  // The certified values have 15 digits, and their quotients lose half of one.
  it("keeps every nearly collinear column, to 14 digits", () => {
    expect(model.terms).toHaveLength(7);
    expect(worst(model.coefficients, CERTIFIED.beta)).toBeLessThan(2e-14);
  });

  it("has the variances to 14 digits", () => {
    expect(worst([model.variances.residual, model.variances.group], [residual, group])).toBeLessThan(2e-14);
  });

  it("gives the same slopes with 1e7 added to a column", () => {
    const moved = { ...LONGLEY, x3: LONGLEY.x3.map((value) => value + 1e7) };
    const far = fitMixed("y ~ x1 + x2 + x3 + x4 + x5 + x6 + (1 | copy)", shiftedCopies(moved, shifts));
    expect(worst(far.coefficients.slice(1), CERTIFIED.beta.slice(1))).toBeLessThan(2e-14);
  });
});

describe("Norris's data in shifted copies", () => {
  const x = [
    0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777, 558.2, 0.4, 0.6, 775.5, 666.9, 338, 447.5, 11.6,
    556, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999, 779, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5,
  ];
  const y = [
    0.1, 338.8, 118.1, 888, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9, 10.8,
    557.7, 228.3, 998, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2,
  ];
  const shifts = [-4, -1, 0, 2, 3];
  const residual = (5 * 26.6173985294224) / (5 * 35 - 1);
  const group = ((36 * 30) / 4 - residual) / 36;
  const tenths = (values: number[]): number[] => values.map((value) => Math.round(value * 10));

  // The line leaves 6e-6 of the outcome's variation. In whole tenths the data are exact, and the certified values have 15 digits.
  it("has coefficients and variances to 14 digits", () => {
    const data = shiftedCopies({ x: tenths(x), y: tenths(y) }, tenths(shifts));
    const model = fitMixed("y ~ x + (1 | copy)", data);
    expect(worst(model.coefficients, [-2.62323073774029, 1.00211681802045])).toBeLessThan(2e-14);
    expect(worst([model.variances.residual, model.variances.group], [100 * residual, 100 * group])).toBeLessThan(2e-14);
  });

  // As doubles, values near 1000 are off by some 1e-14 to 1e-13, beside residuals near 1 and an intercept of .26.
  it("has them to 12 digits from decimals", () => {
    const model = fitMixed("y ~ x + (1 | copy)", shiftedCopies({ x, y }, shifts));
    expect(worst(model.coefficients, [-0.262323073774029, 1.00211681802045])).toBeLessThan(1e-12);
    expect(worst([model.variances.residual, model.variances.group], [residual, group])).toBeLessThan(1e-12);
  });
});

describe("Wampler's data in shifted copies: powers x to x⁵ with certified coefficients of 1", () => {
  const x = Array.from({ length: 21 }, (_, i) => i);
  const powers = [1, 2, 3, 4, 5].map((k) => x.map((value) => value ** k));
  const sums = x.map((_, i) => powers.reduce((sum, power) => sum + power[i], 1));
  // Wampler3; Wampler4 and 5 have a hundred and ten thousand times these. Orthogonal to the powers; Σ e² is certified.
  const noise = [
    759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 2523, -2048,
    2048, -2048, 759,
  ];
  const rss = 83554268;
  const formula = "y ~ x1 + x2 + x3 + x4 + x5 + (1 | copy)";
  const outcomes = (times: number): Record<string, number[]> => ({
    y: sums.map((sum, i) => sum + times * noise[i]),
    ...Object.fromEntries(powers.map((power, k) => [`x${k + 1}`, power])),
  });
  const shiftsOf = (times: number): number[] => [-8, -2, 1, 3, 6].map((shift) => shift * 500_000 * times);
  const [J, n, p] = [5, 21, 6];
  const residual = (times: number): number => (J * rss * times ** 2) / (J * (n - 1) - (p - 1));
  const group = (times: number): number =>
    ((n * shiftsOf(times).reduce((sum, d) => sum + d * d, 0)) / (J - 1) - residual(times)) / n;
  const isCertified = ({ coefficients, variances }: MixedModel, times: number): void => {
    expect(worst(coefficients, Array(p).fill(1))).toBeLessThan(1e-14);
    expect(worst([variances.residual, variances.group as number], [residual(times), group(times)])).toBeLessThan(1e-14);
  };

  describe.each([
    ["Wampler3", 1],
    ["Wampler4", 100],
    ["Wampler5", 10_000],
  ] as const)("%s", (_, times) => {
    const data = shiftedCopies(outcomes(times), shiftsOf(times));
    const bound = bindFormula(formula, data);
    const rows = (from: number, to: number): Record<string, (number | string)[]> =>
      Object.fromEntries(Object.entries(data).map(([name, values]) => [name, values.slice(from, to)]));

    // Whole numbers throughout, and every sum is kept to 32 digits: what is left is the last rounding.
    it("from rows", () => isCertified(fitMixed(formula, data), times));

    it("from chunks that cut through copies, single rows among them, merged in any order and through JSON", () => {
      fc.assert(
        fc.property(
          fc.uniqueArray(fc.integer({ min: 1, max: J * n - 1 }), { maxLength: 12 }),
          fc.infiniteStream(fc.nat()),
          (cuts, random) => {
            const ends = [...cuts.sort((a, b) => a - b), J * n];
            let parts = ends.map((end, i) => summariseGroups(bound, rows(i === 0 ? 0 : ends[i - 1], end)));
            while (parts.length > 1) {
              const [a] = parts.splice((random.next().value as number) % parts.length, 1);
              const [b] = parts.splice((random.next().value as number) % parts.length, 1);
              parts = [...parts, mergeSummaries(fromJson(toJson(a)) as GroupSummary, b)];
            }
            isCertified(fitMixed(parts[0]), times);
          },
        ),
        { numRuns: 20 },
      );
    });

    it("in nested copies and with random slopes: every group has the same columns, so that their coefficients stay certified", () => {
      const nested = { ...data, outer: data.copy.map((copy) => (copy < data.copy[2 * n] ? "a" : "b")) };
      const standardError = Math.sqrt((residual(1) * 15) / rss / J) * 0.112324854679312 * times;
      for (const df of ["satterthwaite", "kenward-roger"] as const) {
        const levels = fitMixed(formula.replace("copy", "outer/copy"), nested, { df });
        expect(worst(levels.coefficients.slice(1), Array(p - 1).fill(1))).toBeLessThan(1e-14);
        expect(worst([levels.variances.residual], [residual(times)])).toBeLessThan(1e-14);
        expect(worst([levels.fixed[5].standardError], [standardError])).toBeLessThan(1e-13);
        const slopes = fitMixed(formula.replace("1 |", "1 + x2 |"), data, { df });
        // Rows are projected in doubles, which see an outcome that differs between copies by 1e4 residuals.
        for (const { estimate, standardError: own } of slopes.fixed)
          expect(Math.abs(estimate - 1) / own).toBeLessThan(1e-11);
        expect(worst([slopes.fixed[5].standardError], [standardError])).toBeLessThan(1e-12);
        expect(worst([slopes.variances.residual], [residual(times)])).toBeLessThan(1e-12);
      }
    });

    it("with the variance of the coefficients, which is the certified one of the regression", () => {
      const model = fitMixed(formula, data);
      // NIST's standard error of the coefficient of x⁵ in Wampler3; 15 degrees of freedom there.
      const certified = 0.112324854679312 * times * Math.sqrt((residual(1) * 15) / rss / J);
      expect(worst([model.fixed[5].standardError], [certified])).toBeLessThan(1e-13);
    });
  });

  it("with frequency weights, and with school weights, what replicated rows and schools give", () => {
    const data = shiftedCopies(outcomes(1), shiftsOf(1));
    const twice = Object.fromEntries(Object.entries(data).map(([name, values]) => [name, [...values, ...values]]));
    const rows = fitMixed(formula, twice);
    const frequency = fitMixed(
      formula,
      { ...data, w: data.copy.map(() => 2) },
      { weights: { pupils: "w", kind: "frequency" } },
    );
    expect(worst(frequency.coefficients, rows.coefficients)).toBeLessThan(1e-14);
    expect(worst([frequency.variances.residual], [rows.variances.residual])).toBeLessThan(1e-14);
    const renamed = { ...twice, copy: [...data.copy, ...data.copy.map((copy) => `${copy} again`)] };
    const schools = fitMixed(
      formula,
      { ...renamed, w: renamed.copy.map(() => 2) },
      { weights: { schools: "w" }, method: "ML" },
    );
    const single = fitMixed(formula, renamed, { method: "ML" });
    expect(worst(schools.coefficients, single.coefficients)).toBeLessThan(1e-14);
    expect(worst([schools.variances.residual], [single.variances.residual])).toBeLessThan(1e-14);
  });

  it("Wampler1 and Wampler2, without noise, are refused as perfect fits", () => {
    expect(errorOf(() => fitMixed(formula, shiftedCopies(outcomes(0), shiftsOf(1)))).code).toBe("perfect-fit");
    const tenths = {
      ...outcomes(0),
      y: x.map((_, i) => powers.reduce((sum, power, k) => sum + power[i] / 10 ** (k + 1), 1)),
    };
    expect(errorOf(() => fitMixed(formula, shiftedCopies(tenths, [-8, -2, 1, 3, 6]))).code).toBe("perfect-fit");
  });
});

/** NIST StRD one-way layouts SmLs01-09: treatment j holds its level and then, in pairs, a tenth less and a tenth more. */
function smls(rows: number, offset: number): { y: number[]; group: string[] } {
  const table = referenceFrame("nist-smls01.csv");
  const y = table.columns[1];
  const group = table.columns[0];
  if (!("values" in y) || !("values" in group)) throw new Error("unexpected columns");
  const firsts = Array.from({ length: 9 }, (_, j) => Math.round(y.values[group.values.indexOf(j + 1)] * 10));
  const tenths = firsts.flatMap((first) =>
    Array.from({ length: rows }, (_, i) => first + (i === 0 ? 0 : i % 2 ? -1 : 1)),
  );
  return {
    y: tenths.map((value) => value + 10 * offset),
    group: firsts.flatMap((_, j) => Array(rows).fill(`t${j}`) as string[]),
  };
}

it("the construction of SmLs is that of the file SmLs01", () => {
  const table = referenceFrame("nist-smls01.csv");
  const y = table.columns[1];
  expect("values" in y && Array.from(y.values, (value) => Math.round(value * 10))).toEqual(smls(21, 0).y);
});

describe.each([
  ["SmLs01", 21, 0],
  ["SmLs02", 201, 0],
  ["SmLs03", 2001, 0],
  ["SmLs04", 21, 1e6],
  ["SmLs05", 201, 1e6],
  ["SmLs06", 2001, 1e6],
  ["SmLs07", 21, 1e12],
  ["SmLs08", 201, 1e12],
  ["SmLs09", 2001, 1e12],
] as const)("%s in whole tenths", (_, rows, offset) => {
  const data = smls(rows, offset);
  // In tenths the within mean square is 1 exactly; the nine levels differ by known whole tenths.
  const levels = Array.from({ length: 9 }, (__, j) => data.y[j * rows] - 10 * offset);
  const mean = levels.reduce((a, b) => a + b, 0) / 9;
  const spread = levels.reduce((sum, level) => sum + (level - mean) ** 2, 0);

  it("13 digits, REML and ML", () => {
    const reml = fitMixed("y ~ 1 + (1 | group)", data).variances;
    const ml = fitMixed("y ~ 1 + (1 | group)", data, { method: "ML" }).variances;
    expect(worst([reml.residual, reml.group], [1, spread / 8 - 1 / rows])).toBeLessThan(1e-13);
    expect(worst([ml.residual, ml.group], [1, spread / 9 - 1 / rows])).toBeLessThan(1e-13);
  });
});

it("AtmWtAg: the variances of two instruments' means, in closed form, to 13 digits of what the doubles hold", () => {
  const table = referenceFrame("nist-atmwtag.csv");
  const y = table.columns[1];
  if (!("values" in y)) throw new Error("unexpected columns");
  // In units of 1e-7 the data are whole numbers near 1078681000: exact as doubles.
  const units = y.values.map((value) => Math.round(value * 1e7));
  const shifted = units.map((value) => value - 1078681000);
  const means = [shifted.slice(0, 24), shifted.slice(24)].map((part) => part.reduce((a, b) => a + b, 0) / 24);
  const within = shifted.reduce((sum, value, i) => sum + (value - means[i < 24 ? 0 : 1]) ** 2, 0) / 46;
  const between = 12 * (means[0] - means[1]) ** 2;
  const { variances } = fitMixed("y ~ 1 + (1 | group)", {
    y: units,
    group: Array.from(units, (_, i) => (i < 24 ? "a" : "b")),
  });
  expect(worst([variances.residual, variances.group], [within, (between - within) / 24])).toBeLessThan(1e-13);
});

describe("SiRstv: five instruments by five", () => {
  const table = referenceFrame("nist-sirstv.csv");
  const [group, y] = table.columns;
  if (!("values" in group) || !("values" in y)) throw new Error("unexpected columns");
  const decimals = Array.from(y.values);
  const instruments = Array.from(group.values, (value) => `i${value}`);
  // Sums of squares in units of 1e-8, in whole numbers: n Σy² − ΣT² and J ΣT² − G².
  const units = decimals.map((value) => BigInt(Math.round(value * 1e4)));
  const square = (value: bigint): bigint => value * value;
  const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
  const totals = [1, 2, 3, 4, 5].map((i) => sum(units.filter((_, row) => instruments[row] === `i${i}`)));
  const withinSquares = Number(5n * sum(units.map(square)) - sum(totals.map(square))) / 5;
  const betweenSquares = Number(5n * sum(totals.map(square)) - square(sum(totals))) / 25;
  const residual = withinSquares / 20;
  const between = (betweenSquares / 4 - residual) / 5;
  const whole = { y: units.map(Number), group: instruments };

  it("the sums are those that NIST certifies", () => {
    expect(worst([betweenSquares * 1e-8, withinSquares * 1e-8], [0.0511462616, 0.21663656])).toBeLessThan(1e-8);
  });

  it("13 digits of the REML variances, from whole numbers", () => {
    const { variances } = fitMixed("y ~ 1 + (1 | group)", whole);
    expect(worst([variances.residual, variances.group], [residual, between])).toBeLessThan(1e-13);
  });

  // A double near 196 is off by up to 1.4e-14, some 1e-13 of the spread of .1, and the small variance is a difference.
  it("12 digits from decimals", () => {
    const { variances } = fitMixed("y ~ 1 + (1 | group)", { y: decimals, group: instruments });
    expect(worst([variances.residual, variances.group], [residual * 1e-8, between * 1e-8])).toBeLessThan(1e-12);
  });

  it("13 digits of the ML fit on the boundary, which is all variation over all rows", () => {
    const { variances, optimum } = fitMixed("y ~ 1 + (1 | group)", whole, { method: "ML" });
    expect(optimum.boundary).toBe(true);
    expect(variances.group).toBe(0);
    expect(worst([variances.residual], [(withinSquares + betweenSquares) / 25])).toBeLessThan(1e-13);
  });
});

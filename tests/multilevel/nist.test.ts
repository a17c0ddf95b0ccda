import { describe, expect, it } from "vitest";
import { fitMixed } from "../../src/multilevel/fit";
import { referenceFrame, worst } from "../helpers/reference";

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

  // Cross-products square the condition number of the columns (about 110 when centred and scaled): 12 digits of 16.
  it("keeps every nearly collinear column, to 12 digits", () => {
    expect(model.terms).toHaveLength(7);
    expect(worst(model.coefficients, CERTIFIED.beta)).toBeLessThan(2e-12);
  });

  it("has the variances to 12 digits", () => {
    expect(worst([model.variances.residual, model.variances.group], [residual, group])).toBeLessThan(1e-12);
  });

  it("gives the same slopes with 1e7 added to a column", () => {
    const moved = { ...LONGLEY, x3: LONGLEY.x3.map((value) => value + 1e7) };
    const far = fitMixed("y ~ x1 + x2 + x3 + x4 + x5 + x6 + (1 | copy)", shiftedCopies(moved, shifts));
    expect(worst(far.coefficients.slice(1), CERTIFIED.beta.slice(1))).toBeLessThan(2e-12);
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
  const model = fitMixed("y ~ x + (1 | copy)", shiftedCopies({ x, y }, shifts));
  const residual = (5 * 26.6173985294224) / (5 * 35 - 1);

  it("has the certified coefficients and the group variance to 12 digits", () => {
    expect(worst(model.coefficients, [-0.262323073774029, 1.00211681802045])).toBeLessThan(2e-12);
    expect(worst([model.variances.group], [((36 * 30) / 4 - residual) / 36])).toBeLessThan(2e-12);
  });

  // The line leaves 6e-6 of the outcome's variation, which cross-products hold to 1e-16/6e-6 times a few dozen.
  it("has the residual variance to 9 digits", () => {
    expect(worst([model.variances.residual], [residual])).toBeLessThan(1e-9);
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

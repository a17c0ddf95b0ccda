import { describe, expect, test } from "vitest";
import {
  argumentsOf,
  type Checked,
  check,
  families,
  offenders,
  readHighPrecision,
  readR,
  relativeError,
} from "./support";

/*
 * R 4's pt, pf, … on a grid that reaches both tails, printed to 15 digits (tests/reference/scripts/distributions-reference.R).
 */

describe("tails against R", () => {
  const columns = [
    ["lower", "Cdf"],
    ["upper", "Survival"],
    ["logUpper", "LogSurvival"],
  ] as const;
  for (const family of families) {
    test.each(columns)(`${family} %s`, (column, suffix) => {
      const table = readR(`${family}Cdf`);
      const rows = table.x.map((_, row): Checked => {
        return check(`${family}${suffix}`, argumentsOf(table, row), table[column][row] as number);
      });
      expect(rows.length).toBeGreaterThan(16);
      // 15 printed digits and R's roundings: at fSurvival(500, 3, 4050), where the difference is largest, 9e-14, R is that
      // much off (50 digits give 2.1138171014755916e-276) and we are off by 6e-15.
      expect(offenders(rows, 2e-13)).toEqual([]);
    });
  }
});

describe("quantiles against R", () => {
  const truth = new Map(readHighPrecision().map((row) => [`${row.kind} ${row.values}`, row.results[0]]));

  /*
   * R iterates to a coarser tolerance in places: qf at small p (it answers 0 for 1e-16), qt with few degrees of freedom
   * near p = ½ and far out. There the values of 50-digit arithmetic (reference/scripts/distributions-high-precision.py) decide, and closed forms
   * below agree with them. Everywhere else R and 50 digits agree to 1e-11, and so do we with both. What lies beyond the
   * doubles, −1e599 or 1e-600, is not in that file: −Infinity and 0 for R and us.
   */
  const expected = {
    normal: { rows: 19, wrongInR: 0, beyond: 0 },
    t: { rows: 190, wrongInR: 12, beyond: 1 },
    chiSquared: { rows: 114, wrongInR: 0, beyond: 3 },
    f: { rows: 256, wrongInR: 36, beyond: 0 },
  };
  for (const family of families) {
    test(family, () => {
      const table = readR(`${family}Quantile`);
      const againstR: Checked[] = [];
      const found = { rows: table.p.length, wrongInR: 0, beyond: 0 };
      table.p.forEach((_, row) => {
        const name = `${family}Quantile`;
        const values = argumentsOf(table, row);
        const fromR = table.quantile[row] ?? Number.NEGATIVE_INFINITY; // the one null
        const exact = truth.get(`${name} ${values}`);
        if (exact === undefined) found.beyond++;
        if (relativeError(fromR, exact ?? fromR) > 1e-11) found.wrongInR++;
        else againstR.push(check(name, values, fromR));
      });
      expect(offenders(againstR, 1e-11)).toEqual([]);
      expect(found).toEqual(expected[family]);
    });
  }

  test("where R and 50 digits differ, closed forms side with the latter", () => {
    const t = readR("tQuantile");
    const f = readR("fQuantile");
    let differences = 0;
    const rows: Checked[] = [];
    const judge = (name: string, values: number[], fromR: number, closedForm: number): void => {
      if (relativeError(fromR, closedForm) > 1e-11) differences++;
      rows.push(check(name, values, closedForm));
    };
    t.p.forEach((p, row) => {
      // Cauchy: −cot πp in the lower tail, tan π(p − ½) in the middle, where p − ½ is exact.
      if (t.df[row] !== 1) return;
      const closedForm = p! < 0.25 ? -1 / Math.tan(Math.PI * p!) : Math.tan(Math.PI * (p! - 0.5));
      if (p! < 0.9) judge("tQuantile", [p!, 1], t.quantile[row]!, closedForm);
    });
    f.p.forEach((p, row) => {
      // P(F(2, d) > x) = (1 + 2x/d)^(−d/2).
      const d = f.df2[row]!;
      const closedForm = (d / 2) * Math.expm1((-2 / d) * Math.log1p(-p!));
      if (f.df1[row] === 2) judge("fQuantile", [p!, 2, d], f.quantile[row]!, closedForm);
    });
    expect(offenders(rows, 2e-13)).toEqual([]);
    expect(differences).toBe(13);
  });
});

import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import type { BalanceMeasures, BalanceRow } from "../../src/balance/types";
import { match } from "../../src/matching/match";
import { cemSpecs, covariates, lalonde, scoreSpecs, specs, subclassSpecs } from "../matching/lalonde";

const data = lalonde();

/** Pair distances that MatchIt leaves unstandardised where the matched means agree to 1.5e-8. */
const UNSTANDARDISED = new Set(["cal_cov raceblack", "atc_replace raceblack", "replace_cal racewhite"]);

const COLUMNS = [
  "mean treated",
  "mean control",
  "standardised difference",
  "variance ratio",
  "eCDF mean",
  "eCDF max",
  "pair distance",
];

function inOrder(measures: BalanceMeasures): (number | null)[] {
  const { meanTreated, meanControl, smd, varianceRatio, ecdfMean, ecdfMax, pairDistance } = measures;
  return [meanTreated, meanControl, smd, varianceRatio, ecdfMean, ecdfMax, pairDistance];
}

function compare(ours: (number | null)[], theirs: (number | null)[], where: string): void {
  theirs.forEach((value, k) => {
    const mine = ours[k];
    if (value === null || mine === null) expect(mine, `${where}, ${COLUMNS[k]}`).toBe(value);
    else
      expect(
        Math.abs(mine - value) / Math.max(1e-3, Math.abs(value)),
        `${where}, ${COLUMNS[k]}: ${mine} for ${value}`,
      ).toBeLessThan(1e-9);
  });
}

function standardDeviation({ before }: BalanceRow): number {
  return before.difference / before.smd;
}

describe("balance on the lalonde data against MatchIt 4.7.2", () => {
  for (const [name, options] of Object.entries({ ...scoreSpecs, ...subclassSpecs, ...cemSpecs })) {
    it(`gives both tables: ${name}`, () => {
      const spec = specs[name];
      const score = options.method === "cem" ? undefined : spec.distance;
      const result = match({ treated: "treat", score, covariates, data }, options);
      const balance = assessBalance(result);
      expect(balance.rows.map((row) => row.name)).toEqual(Object.keys(spec.balance_all));
      for (const row of balance.rows) {
        compare(inOrder(row.before), spec.balance_all[row.name], `${row.name} before`);
        const after = [...spec.balance_matched[row.name]];
        if (UNSTANDARDISED.has(`${name} ${row.name}`)) after[6] = (after[6] as number) / standardDeviation(row);
        compare(inOrder(row.after as BalanceMeasures), after, `${row.name} after`);
      }
      expect(balance.sampleSizes).toBe(result.counts);
    });
  }
});

describe("balance of MatchIt's weights and pairs given as they are", () => {
  for (const name of ["discard_re", "mahal", "rmahal"]) {
    it(`gives both tables: ${name}`, () => {
      const { distance, weights, subclass, balance_all, balance_matched } = specs[name];
      const score = "distance" in balance_all ? distance : undefined;
      const sets = subclass?.map((set) => set ?? -1);
      const { rows } = assessBalance({ treated: "treat", covariates, score, weights, subclass: sets, data });
      expect(rows.map((row) => row.name)).toEqual(Object.keys(balance_all));
      for (const row of rows) {
        compare(inOrder(row.before), balance_all[row.name], `${row.name} before`);
        compare(inOrder(row.after as BalanceMeasures), balance_matched[row.name], `${row.name} after`);
      }
    });
  }
});

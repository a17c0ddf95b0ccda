import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import type { Balance, BalanceMeasures, BalanceRow } from "../../src/balance/types";
import { match } from "../../src/matching/match";
import type { CemOptions, MatchOptions } from "../../src/matching/types/options";
import { fitPropensity } from "../../src/propensity/fit";
import {
  cemSpecs,
  covariateSpecs,
  covariates,
  lalonde,
  refitSpecs,
  scoreSpecs,
  specs,
  subclassSpecs,
} from "../matching/lalonde";

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

function compare(ours: (number | null)[], theirs: (number | null)[], where: string, tolerance: number): void {
  theirs.forEach((value, k) => {
    const mine = ours[k];
    if (value === null || mine === null) expect(mine, `${where}, ${COLUMNS[k]}`).toBe(value);
    else
      expect(
        Math.abs(mine - value) / Math.max(1e-3, Math.abs(value)),
        `${where}, ${COLUMNS[k]}: ${mine} for ${value}`,
      ).toBeLessThan(tolerance);
  });
}

function standardDeviation({ before }: BalanceRow): number {
  return before.difference / before.smd;
}

/**
 * Compares both tables.
 *
 * @param ofScore - tolerance for the score's own row; 1e-9 for the others, as asked for.
 */
function expectBothTables(balance: Balance, name: string, ofScore = 1e-9): void {
  const { balance_all: before, balance_matched: matched } = specs[name];
  expect(balance.rows.map((row) => row.name)).toEqual(Object.keys(before));
  for (const row of balance.rows) {
    const tolerance = row.kind === "distance" ? ofScore : 1e-9;
    compare(inOrder(row.before), before[row.name], `${row.name} before`, tolerance);
    const after = [...matched[row.name]];
    if (UNSTANDARDISED.has(`${name} ${row.name}`)) after[6] = (after[6] as number) / standardDeviation(row);
    compare(inOrder(row.after as BalanceMeasures), after, `${row.name} after`, tolerance);
  }
}

describe("balance on the lalonde data against MatchIt 4.7.2", () => {
  const rmahal = { rmahal: covariateSpecs.rmahal };
  for (const [name, options] of Object.entries<MatchOptions>({
    ...scoreSpecs,
    ...rmahal,
    ...subclassSpecs,
    ...cemSpecs,
  })) {
    it(`gives both tables: ${name}`, () => {
      const spec = specs[name];
      const score = "distance" in spec.balance_all ? spec.distance : undefined;
      const result = match({ treated: "treat", score, covariates, data }, options as CemOptions);
      const balance = assessBalance(result);
      expectBothTables(balance, name);
      expect(balance.sampleSizes).toBe(result.counts);
    });
  }

  it("gives both tables: discard_re, from our own model fitted twice", () => {
    const model = fitPropensity(`treat ~ ${covariates.join(" + ")}`, data);
    // R's scores stop 3e-9 short of full convergence.
    expectBothTables(assessBalance(match(model, refitSpecs.discard_re)), "discard_re", 1e-7);
  });
});

describe("balance of MatchIt's weights and pairs given as they are", () => {
  // In mahal rounding decides a mirror tie: two of 185 pairs are not ours.
  for (const name of ["discard_re", "mahal", "rmahal"]) {
    it(`gives both tables: ${name}`, () => {
      const { distance, weights, subclass, balance_all } = specs[name];
      const score = "distance" in balance_all ? distance : undefined;
      const sets = subclass?.map((set) => set ?? -1);
      expectBothTables(assessBalance({ treated: "treat", covariates, score, weights, subclass: sets, data }), name);
    });
  }
});

import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import { match } from "../../src/matching/match";
import type { NearestMatch } from "../../src/matching/types/result";
import { fitPropensity } from "../../src/propensity/fit";
import { covariates, lalonde, scoreSpecs, specs } from "./lalonde";

const data = lalonde();
const model = fitPropensity(`treat ~ ${covariates.join(" + ")}`, data);

describe("from our own propensity model to MatchIt's pairs", () => {
  for (const [name, options] of Object.entries(scoreSpecs)) {
    it(`gives the same partners: ${name}`, () => {
      const isLinear = name === "link_linear" || name === "cal02lin";
      const result = match(model, { ...options, distance: isLinear ? "linear" : "score" });
      const sets = (matches: ArrayLike<number>): string[] =>
        Array.from(result.focal, (_, t) =>
          Array.from({ length: result.width }, (_, r) => matches[t * result.width + r])
            .sort((a, b) => a - b)
            .join(),
        );
      const theirs = specs[name].mm_index1.map((row) => (row === null ? -1 : row - 1));
      expect(sets(result.matches)).toEqual(sets(theirs));
    });
  }

  it("compares the model's covariates by default, with the data it remembers", () => {
    const result: NearestMatch = match(model, { method: "nearest" });
    expect(result.covariates).toEqual(covariates);
    const balance = assessBalance(result);
    expect(balance.rows.map((row) => row.name)).toEqual(Object.keys(specs.default.balance_all));
    for (const row of balance.rows) {
      // MatchIt's scores stop 3e-9 short of full convergence.
      expect(Math.abs(row.before.smd - (specs.default.balance_all[row.name][2] as number))).toBeLessThan(1e-7);
      expect(
        Math.abs((row.after?.smd as number) - (specs.default.balance_matched[row.name][2] as number)),
      ).toBeLessThan(1e-7);
    }
  });
});

import { describe, expect, it } from "vitest";
import { resolveOptions } from "../../src/synthetic/options";
import { simulateSchools } from "../../src/synthetic/simulate";
import { errorOf } from "../helpers/reference";

describe("options of simulateSchools", () => {
  it("have the documented defaults", () => {
    expect(resolveOptions(undefined)).toEqual({
      seed: 1,
      scale: 1,
      years: [2012, 2013, 2014],
      world: "causal",
      truth: { teaching: { KS2: 0.45, KS4: 0.4 }, strategicPartner: 0, allianceMember: 0, engagement: 1, growth: 0 },
      hidden: { designation: 0, outcome: 0, earlier: 0.25 },
      selection: { outcomes: 0.4, academy: 0.4, urban: 0.4 },
      icc: { KS2: 0.15, KS4: 0.12 },
      authorityShare: 0.1,
      yearCorrelation: 0.8,
      ofstedCorrelation: 0.5,
      alliances: { primary: 8, secondary: 5, strategicPartners: 2 },
      cohorts: [100, 86, 126],
      missingPrior: 0.04,
    });
  });

  it("resolve to themselves, so that a simulation can be made again from its result", () => {
    for (const options of [
      {},
      { truth: "engagement" as const, hidden: 0.3, selection: "strong" as const, years: [2014, 2012] },
    ]) {
      const once = resolveOptions(options);
      expect(resolveOptions(once)).toEqual(once);
    }
    expect(resolveOptions({ years: [2014, 2012] }).years).toEqual([2012, 2014]);
  });

  it("presets", () => {
    expect(resolveOptions({ truth: "engagement" }).truth).toMatchObject({
      strategicPartner: 0.2,
      allianceMember: 0.2,
      engagement: 0.25,
    });
    expect(resolveOptions({ world: "selection" })).toMatchObject({
      truth: { teaching: { KS2: 0, KS4: 0 } },
      hidden: { designation: 1.5, outcome: 0.2 },
    });
    expect(resolveOptions({ hidden: 0.5 }).hidden).toEqual({ designation: 0.75, outcome: 0.1, earlier: 0.25 });
    expect(resolveOptions({ truth: { teaching: { KS4: 0.1 } } }).truth.teaching).toEqual({ KS2: 0.45, KS4: 0.1 });
  });

  it.each([
    [{ scale: 0 }, /"scale" must be a number from 0.01 to 1, not the number 0/],
    [{ scale: 1.5 }, /"scale"/],
    [{ scale: "1" }, /"scale" must be a number .* not the text "1"/],
    [{ seed: Number.NaN }, /"seed" must be a finite number or a text/],
    [{ years: [2015] }, /years among 2012, 2013, 2014, not the number 2015/],
    [{ years: [] }, /"years" must list/],
    [{ world: "casual" }, /"world" must be "causal" or "selection".*Did you mean "causal"/],
    [{ truth: { teching: { KS2: 1 } } }, /"truth" has no option "teching"\. Did you mean "teaching"/],
    [{ truth: { teaching: 0.4 } }, /"truth.teaching" takes an object with KS2, KS4, not the number 0.4/],
    [{ truth: { teaching: { KS2: 2 } } }, /"truth.teaching.KS2" must be a number from -1 to 1/],
    [{ truth: { engagement: 2 } }, /"truth.engagement"/],
    [{ truth: { growth: -0.1 } }, /"truth.growth"/],
    [{ truth: "engaged" }, /"truth" must be an object or "engagement"/],
    [{ world: "selection", truth: {} }, /designation has no effect/],
    [{ hidden: 2 }, /"hidden" must be a number from 0 to 1/],
    [{ hidden: { outcome: 0.5 } }, /"hidden.outcome" must be a number from 0 to 0.3/],
    [{ selection: "week" }, /"selection" must be .*Did you mean "weak"/],
    [{ selection: { outcomes: 9 } }, /"selection.outcomes" must be a number from -3 to 3/],
    [{ icc: { KS2: 0.5 } }, /"icc.KS2" must be a number from 0.06 to 0.3/],
    [{ authorityShare: 0.6 }, /"authorityShare"/],
    [{ yearCorrelation: 0.05 }, /"yearCorrelation" must be a number from 0.1 to 1/],
    [{ ofstedCorrelation: 1 }, /"ofstedCorrelation"/],
    [{ alliances: { primary: 2 } }, /"alliances.primary" must be a whole number from 3 to 60/],
    [{ cohorts: [1, 2] }, /"cohorts" must be three numbers/],
    [{ cohorts: [1, 2, 0.5] }, /"cohorts\[2\]" must be a whole number/],
    [{ missingPrior: 0.5 }, /"missingPrior" must be a number from 0 to 0.3/],
    [{ sede: 1 }, /no option "sede"\. Did you mean "seed"/],
    [7, /simulateSchools takes an object .* not the number 7/],
  ])("refuse %j", (options, message) => {
    const error = errorOf(() => simulateSchools(options as never));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toMatch(message);
  });

  it("refuse more teaching schools, members or hidden variance than there is", () => {
    expect(errorOf(() => simulateSchools({ scale: 0.01, cohorts: [1000, 1000, 1000] })).message).toMatch(
      /teaching schools, but only \d+ are Outstanding/,
    );
    expect(errorOf(() => simulateSchools({ scale: 0.02, alliances: { secondary: 60 } })).message).toMatch(
      /more secondary schools than there are/,
    );
    expect(
      errorOf(() => simulateSchools({ scale: 0.01, hidden: { designation: 1, outcome: 0.3, earlier: 0 } })).message,
    ).toMatch(/hidden quality of 0.3 sd .* KS2\. Take at most 0\.\d+/);
  });

  it("work at both ends of their ranges", () => {
    for (const options of [
      { icc: { KS2: 0.06, KS4: 0.06 } },
      { icc: { KS2: 0.3, KS4: 0.3 } },
      { authorityShare: 0, yearCorrelation: 0 },
      { authorityShare: 0.5, yearCorrelation: 1 },
      { ofstedCorrelation: 0 },
      { ofstedCorrelation: 0.9 },
      { alliances: { primary: 1, secondary: 1, strategicPartners: 0 } },
      { missingPrior: 0 },
      { missingPrior: 0.3 },
      { cohorts: [1, 1, 1] as const },
      { hidden: 1 },
    ]) {
      const { pupils } = simulateSchools({ scale: 0.01, ...options });
      for (const chunk of pupils.chunks()) {
        const outcome = chunk.columns.find((column) => column.name === "outcome")!;
        expect("values" in outcome && outcome.values.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

import { describe, expect, it } from "vitest";
import { match } from "../../src/matching/match";
import type { MatchOptions } from "../../src/matching/types/options";
import type { MatchResult } from "../../src/matching/types/result";

const leftOut = ({ diagnostics }: MatchResult) => diagnostics.find(({ code }) => code === "units-left-out");

describe("units left out", () => {
  const treated = [1, 0, 0, 0, 0, 1, 0];
  const score = [0, 0.01, 0.02, 0.03, 5, 9, 0.01];
  const data = { area: ["a", "a", "a", "a", "a", "a", "b"] };
  const within = { exact: ["area"], caliper: 0.1, caliperUnits: "raw" } as const;

  it("of a full match are counted by group, with the reason", () => {
    const result = match({ treated, score, data }, { method: "full", maxControls: 2, ...within });
    expect([...result.subclass]).toEqual([1, 1, 1, -1, -1, -1, -1]);
    expect(leftOut(result)).toMatchObject({
      severity: "info",
      message:
        "Left out: 1 treated unit (1 with nobody of the other group allowed by the caliper or other conditions); " +
        "3 control units (1 in an exact stratum without the other group, " +
        "1 with nobody of the other group allowed by the caliper or other conditions, 1 left over by the limits on sets).",
      details: { treated: { unreachable: 1 }, control: { alone: 1, unreachable: 1, limit: 1 } },
    });
    expect(leftOut(match({ treated, score }, { method: "full" }))).toBeUndefined();
  });

  it("of optimal pairs too, on a score and on the same column: only those whose effect it is", () => {
    const column = { ...data, x: score };
    const results: MatchResult[] = [
      match({ treated, score, data }, { method: "optimal", ...within }),
      match(
        { treated, data: column },
        { method: "optimal", distance: "euclidean", covariates: ["x"], ...within, caliper: { x: 0.1 } },
      ),
    ];
    for (const result of results)
      expect(leftOut(result)?.details).toEqual({ treated: { unreachable: 1 }, control: {} });
    // Controls that no one needs are nothing to worry about.
    const plenty = { treated: [1, 0, 0, 0], score: [1, 1.1, 5, 9] };
    for (const caliper of [undefined, 1]) {
      expect(leftOut(match(plenty, { method: "optimal", caliper }))).toBeUndefined();
    }
  });

  it("because others have their partners", () => {
    const scarce = match({ treated: [1, 1, 0], score: [1, 2, 1] }, { method: "optimal" });
    expect(leftOut(scarce)?.details).toEqual({ treated: { taken: 1 }, control: {} });
  });
});

describe("units outside common support", () => {
  const units = { treated: [1, 1, 1, 0, 0, 0], score: [2, 2.5, 9, 1, 3, 2.2] };

  it.each(["nearest", "optimal", "full", "subclass"] as const)(
    "are named by %s, as the effect is not that of all",
    (method) => {
      const options = method === "subclass" ? { method, subclasses: 2 } : { method };
      const { diagnostics } = match(units, { ...options, discard: "treated" } as MatchOptions & {
        method: typeof method;
      });
      expect(diagnostics.filter(({ code }) => code === "focal-discarded" || code === "focal-unmatched")).toEqual([
        {
          code: "focal-discarded",
          severity: "warning",
          message:
            "1 treated unit of 3 lies outside common support and was discarded: row 3. The effect is not the ATT of all.",
          details: { rows: [2] },
        },
      ]);
      expect(diagnostics.map(({ code }) => code)).not.toContain("units-left-out");
    },
  );

  it("count in both groups for the ATE", () => {
    const { diagnostics } = match(units, { method: "full", discard: "both", estimand: "ATE" });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      [
        "focal-discarded",
        "2 units of 6 lie outside common support and were discarded: rows 3, 4. The effect is not the ATE of all.",
      ],
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { match } from "../../src/matching/match";
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
        "1 with nobody of the other group allowed by the caliper or other conditions, 1 beyond maxControls).",
      details: { treated: { unreachable: 1 }, control: { alone: 1, unreachable: 1, limit: 1 } },
    });
    expect(leftOut(match({ treated, score }, { method: "full" }))).toBeUndefined();
  });

  it("of optimal pairs too, on a score and on the same column", () => {
    const column = { ...data, x: score };
    const results: MatchResult[] = [
      match({ treated, score, data }, { method: "optimal", ...within }),
      match(
        { treated, data: column },
        { method: "optimal", distance: "euclidean", covariates: ["x"], ...within, caliper: { x: 0.1 } },
      ),
    ];
    for (const result of results) {
      expect(leftOut(result)?.details).toEqual({
        treated: { unreachable: 1 },
        control: { "not-needed": 2, unreachable: 1, alone: 1 },
      });
    }
  });

  it("because others have their partners, or outside common support", () => {
    const scarce = match({ treated: [1, 1, 0], score: [1, 2, 1] }, { method: "optimal" });
    expect(leftOut(scarce)?.details).toEqual({ treated: { taken: 1 }, control: {} });
    const outside = match({ treated: [1, 1, 0, 0], score: [2, 9, 1, 3] }, { method: "full", discard: "treated" });
    expect(leftOut(outside)?.message).toBe("Left out: 1 treated unit (1 outside common support).");
  });
});

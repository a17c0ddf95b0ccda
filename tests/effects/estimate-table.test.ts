import { describe, expect, it } from "vitest";
import { render } from "../../src/display/render";
import { estimateEffect } from "../../src/effects/estimate-effect";
import { estimateTable } from "../../src/effects/estimate-table";

describe("the table of an effect", () => {
  const data = { treat: [1, 1, 1, 0, 0], y: [4, 6, 11, 1, 3], school: ["a", "a", "b", "b", "c"] };
  const units = { data, treated: "treat", weights: [1, 1, 1, 1, 1], estimand: "ATT" as const };

  it("has the numbers, how they were made and what to worry about", () => {
    const shown = render(estimateTable(estimateEffect("y ~ treat", units, { cluster: "school" })), "text");
    expect(shown).toContain("Effect of treat on y (ATT: the treated)");
    expect(shown).toMatch(/estimate\s+5\.000/);
    expect(shown).toContain("cluster, on school (3); t with 2 degrees of freedom; 95 % interval");
    expect(shown).toContain("only 3 clusters");
  });
});

import { describe, expect, it } from "vitest";
import { effectSizes, effectTable } from "../../src/effects/effect-sizes";
import { fitMixed } from "../../src/multilevel/fit";
import { errorOf, referenceFrame, worst } from "../helpers/reference";

const pupils = referenceFrame("hsb-joined.csv");
const empty = fitMixed("mathach ~ 1 + (1 | school)", pupils);
const sector = fitMixed("mathach ~ catholic + (1 | school)", pupils);

describe("High School & Beyond, sector alone", () => {
  const sizes = effectSizes({ empty, adjusted: empty, treated: sector }, { treatment: "catholic" });

  // Published to four digits: the drop is 1.937; β²p(1 − p) is 1.936 with schools' share, 1.966 with pupils'.
  it("the drop in school variance is what the treated share of schools says", () => {
    expect(sizes.groupVarianceDrop.toFixed(3)).toBe("1.937");
    expect(sizes.expectedDrop.toFixed(3)).toBe("1.936");
    expect(sizes.effectVariance.toFixed(3)).toBe("1.966");
  });

  it("takes 22.5 % of the school variance and 4.1 % of the total", () => {
    expect((100 * sizes.dropShare.ofGroupVariance).toFixed(1)).toBe("22.5");
    expect((100 * sizes.dropShare.ofTotalEmpty).toFixed(1)).toBe("4.1");
  });

  it("counts the treated shares of schools and pupils", () => {
    expect(sizes.treatedShare.groups).toBe(70 / 160);
    const treated = pupils.columns.find((column) => column.name === "catholic")!;
    const share = "values" in treated ? treated.values.reduce((a, b) => a + b, 0) / 7185 : 0;
    expect(worst([sizes.treatedShare.pupils], [share])).toBeLessThan(1e-14);
  });

  it("the variance of the effect over pupils is β²p(1 − p) exactly", () => {
    const p = sizes.treatedShare.pupils;
    const values = [...Array(7185).keys()].map((i) => (i < Math.round(7185 * p) ? sizes.effect.estimate : 0));
    const mean = values.reduce((a, b) => a + b, 0) / 7185;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 7185;
    expect(worst([sizes.effectVariance], [variance])).toBeLessThan(1e-10);
  });

  it("prints both shares", () => {
    const names = effectTable(sizes).rows.map((row) => row[0]);
    expect(names).toContain("treated groups");
    expect(names).toContain("treated pupils");
  });
});

describe("bad input", () => {
  it("models of other rows are refused", () => {
    const other = fitMixed("mathach ~ 1 + (1 | school)", referenceFrame("hsb-pupils.csv"));
    const fewer = fitMixed("mathach ~ 1 + (1 | school)", {
      mathach: [1, 2, 3, 5, 4, 9],
      school: ["a", "a", "b", "b", "c", "c"],
    });
    expect(effectSizes({ empty: other, adjusted: other, treated: sector }, { treatment: "catholic" }).kind).toBe(
      "effect-sizes",
    );
    const error = errorOf(() =>
      effectSizes({ empty: fewer, adjusted: empty, treated: sector }, { treatment: "catholic" }),
    );
    expect(error.code).toBe("summary-mismatch");
  });

  it("an unknown term, or one that varies within schools", () => {
    const models = { empty, adjusted: empty, treated: fitMixed("mathach ~ catholic + female + (1 | school)", pupils) };
    expect(errorOf(() => effectSizes(models, { treatment: "cathlic" })).message).toContain('Did you mean "catholic"?');
    expect(errorOf(() => effectSizes(models, { treatment: "female" })).code).toBe("not-binary");
  });
});

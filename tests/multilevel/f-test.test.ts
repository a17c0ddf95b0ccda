import { describe, expect, it } from "vitest";
import { testTerms } from "../../src/multilevel/f-test";
import { fitMixed } from "../../src/multilevel/fit";
import { errorOf, referenceFrame, referenceJson, single, worst } from "../helpers/reference";

interface Case {
  csv: string;
  formula: string;
  terms: string[];
  satterthwaite: { F: number; denDf: number; p: number };
  kenwardRoger: { F: number; denDf: number; p: number };
}

const cases = referenceJson<Case[]>("f-tests.json");

// R's tests stand on lme4's fit, up to 1e-7 short in θ; degrees of freedom feel that up to ten times over.
describe.each(cases)("$csv: $terms", ({ csv, formula, terms, satterthwaite, kenwardRoger }) => {
  const data = referenceFrame(csv);

  it("lmerTest's Satterthwaite F", () => {
    const test = testTerms(fitMixed(formula, data), { terms });
    expect(worst([test.f, test.denominatorDf], [satterthwaite.F, satterthwaite.denDf])).toBeLessThan(1e-6);
    expect(worst([test.p], [satterthwaite.p])).toBeLessThan(1e-4);
  });

  it("pbkrtest's Kenward-Roger F", () => {
    const test = testTerms(fitMixed(formula, data, { df: "kenward-roger" }), { terms });
    expect(worst([test.f, test.denominatorDf], [kenwardRoger.F, kenwardRoger.denDf])).toBeLessThan(1e-6);
    expect(worst([test.p], [kenwardRoger.p])).toBeLessThan(1e-4);
  });
});

describe("one coefficient", () => {
  const model = fitMixed("normexam ~ standlrt + sex + (1 | school)", referenceFrame("exam.csv"));

  it("is the square of its t test", () => {
    const test = testTerms(model, { terms: ["sexM"] });
    const { t, df, p } = model.fixed[2];
    expect(worst([test.f, test.denominatorDf, test.p], [t * t, df, p])).toBeLessThan(1e-10);
  });

  it("by Kenward and Roger likewise", () => {
    const kr = fitMixed(single(model).summary, { df: "kenward-roger" });
    const test = testTerms(kr, { terms: ["sexM"] });
    const { t, df } = kr.fixed[2];
    expect(worst([test.f, test.denominatorDf], [t * t, df])).toBeLessThan(1e-9);
  });

  it("unknown terms are named", () => {
    expect(errorOf(() => testTerms(model, { terms: ["sexF"] })).message).toContain('Did you mean "sexM"?');
    expect(errorOf(() => testTerms(model, { terms: [] })).code).toBe("invalid-argument");
  });
});

import { describe, expect, it } from "vitest";
import { filterRows } from "../../src/data/select";
import { bindFormula } from "../../src/formula/bind";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { fitMixed } from "../../src/multilevel/fit";
import { mergeSummaries } from "../../src/multilevel/merge";
import { summariseGroups } from "../../src/multilevel/summarise";
import { asArray, errorOf, referenceFrame, referenceJson, worst } from "../helpers/reference";

type Numbers = number | number[];
interface Case {
  name: string;
  csv: string;
  formula: string;
  REML: Record<"CR0" | "CR2", { se: Numbers; df: Numbers }>;
}

const runs = referenceJson<Case[]>("mixed.json").flatMap((entry) =>
  (["CR0", "CR2"] as const).map((type) => ({ ...entry, type })),
);

// clubSandwich works on lme4's fit, which stops about 1e-8 short in θ: 1e-7 leaves ten times that.
describe.each(runs)("clubSandwich: $name, $type", ({ csv, formula, REML, type }) => {
  it("standard errors and degrees of freedom", () => {
    const { fixed } = clusterRobust(fitMixed(formula, referenceFrame(csv)), { type });
    expect(
      worst(
        fixed.map((effect) => effect.standardError),
        asArray(REML[type].se),
      ),
    ).toBeLessThan(1e-7);
    expect(
      worst(
        fixed.map((effect) => effect.df),
        asArray(REML[type].df),
      ),
    ).toBeLessThan(1e-7);
  });
});

describe("where the blocks come from", () => {
  const exam = referenceFrame("exam.csv");
  const formula = "normexam ~ standlrt + sex + (1 | school)";
  const model = fitMixed(formula, exam);

  it("merged summaries with blocks give what the remembered rows give", () => {
    const bound = bindFormula(formula, exam);
    const parts = ["F", "M"].map((sex) =>
      summariseGroups(
        bound,
        filterRows(exam, "sex", (value) => value === sex),
        { blocks: true },
      ),
    );
    const merged = fitMixed(mergeSummaries(...parts));
    const ses = (fit: typeof model): number[] => clusterRobust(fit).fixed.map((effect) => effect.standardError);
    expect(worst(ses(merged), ses(model))).toBeLessThan(1e-10);
  });

  it("blocks add up to the pooled cross-products", () => {
    const { blocks, within, shift } = summariseGroups(formula, exam, { blocks: true });
    const size = shift.length ** 2;
    const sums = within.map((_, i) => {
      let sum = 0;
      for (let at = i; at < blocks!.length; at += size) sum += blocks![at];
      return sum;
    });
    expect(worst(sums, within, 1)).toBeLessThan(1e-12);
    expect(worst(summariseGroups(formula, exam).within, within, 1)).toBeLessThan(1e-10);
  });

  it("a model that went through JSON says what it needs", () => {
    const bare = structuredClone(model);
    const error = errorOf(() => clusterRobust(bare));
    expect(error.message).toContain("blocks: true");
  });

  it("with blocks and without cannot be merged", () => {
    const error = errorOf(() =>
      mergeSummaries(summariseGroups(formula, exam), summariseGroups(formula, exam, { blocks: true })),
    );
    expect(error.code).toBe("summary-mismatch");
  });

  it("refuses weights and other types", () => {
    const weighted = fitMixed(formula, exam, { weights: { pupils: new Float64Array(exam.rows).fill(2) } });
    expect(errorOf(() => clusterRobust(weighted)).message).toContain("pupil weights");
    expect(errorOf(() => clusterRobust(model, { type: "CR9" as "CR2" })).message).toContain("CR9");
  });
});

import { describe, expect, it } from "vitest";
import { join } from "../../src/data/join";
import { filterRows, renameColumns, selectColumns, takeRows, toRows, withColumn } from "../../src/data/select";
import type { Frame, NumericColumn } from "../../src/data/types";
import { bindFormula } from "../../src/formula/bind";
import { fromJson, toJson } from "../../src/json";
import { match } from "../../src/matching/match";
import { matchedData, matchedPairs } from "../../src/matching/matched-data";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { fitMixed } from "../../src/multilevel/fit";
import { groupSummariser, type SummariseOptions, summariseGroups } from "../../src/multilevel/summarise";
import type { MixedModel } from "../../src/multilevel/types";
import { fitPropensity } from "../../src/propensity/fit";
import { errorOf, referenceFrame } from "../helpers/reference";

const schools = referenceFrame("hsb-schools.csv");
const pupils = referenceFrame("hsb-joined.csv");
const propensity = fitPropensity("catholic ~ size + himinty + meanses", schools);
const twoToOne = match(propensity, { method: "nearest", distance: "linear", ratio: 2, caliper: 0.2 });
const pairs = match(propensity, { method: "nearest", distance: "linear", caliper: 0.2 });
const formula = "mathach ~ ses + minority + catholic + (1 | school)";
const inMatched = (result: typeof pairs): Frame =>
  join(pupils, matchedData(result), { on: "school", unmatched: "drop" });
const sample = inMatched(twoToOne);

const withSector = (table: Frame): Frame =>
  withColumn(
    table,
    "sector",
    Array.from({ length: table.rows }, (_, i) => (i % 2 ? "a" : "b")),
  );
const said = (model: MixedModel): string[] => model.diagnostics.map(({ code }) => code);
/** What was estimated, without what was said. */
const numbers = ({ summary, diagnostics, ...rest }: MixedModel): object => {
  const { diagnostics: _, ...own } = summary as { diagnostics: unknown };
  return { ...rest, own };
};

describe("weights of matched schools", () => {
  const plain = fitMixed(formula, sample);
  const named = fitMixed(formula, sample, { weights: { schools: "weights" } });

  it("enter as school weights by default, bit for bit as if they had been named", () => {
    expect(numbers(plain)).toEqual(numbers(named));
    expect(said(plain)).toEqual(["school-weights-from-match", ...said(named)]);
    expect(said(named)).toContain("school-weights");
    expect(plain.diagnostics[0]).toMatchObject({ severity: "info", details: { column: "weights", group: "school" } });
    expect(plain.diagnostics[0].message).toContain('weights: "none"');
  });

  it("and in a summary of the rows, and in what is computed from the rows again", () => {
    expect(numbers(fitMixed(summariseGroups(formula, sample)))).toEqual(numbers(named));
    expect(said(fitMixed(summariseGroups(formula, sample)))).toContain("school-weights-from-match");
    expect(clusterRobust(plain).fixed).toEqual(clusterRobust(named).fixed);
  });

  it.each<[string, SummariseOptions]>([
    ['"none"', { weights: "none" }],
    ["weights without a name", { weights: {} }],
  ])("are left out by %s", (_, options) => {
    const off = fitMixed(formula, sample, options);
    const bare = fitMixed(formula, toRows(sample));
    expect(numbers(off)).toEqual(numbers(bare));
    expect(said(off)).not.toContain("school-weights");
  });

  it("give way to weights that are named", () => {
    const twos = { weights: { schools: new Float64Array(sample.rows).fill(2) } };
    expect(numbers(fitMixed(formula, sample, twos))).not.toEqual(numbers(named));
    expect(said(fitMixed(formula, sample, twos))).not.toContain("school-weights-from-match");
  });

  it("go where their column goes: other names, rows, columns, further joins, JSON", () => {
    const renamed = renameColumns(sample, { weights: "w" });
    const reordered = takeRows(
      sample,
      Array.from({ length: sample.rows }, (_, i) => sample.rows - 1 - i),
    );
    const chosen = selectColumns(sample, ["school", "mathach", "ses", "minority", "catholic", "weights"]);
    const girls = filterRows(sample, "female", (female) => female === 1);
    const twice = join(selectColumns(pupils, ["school", "mathach", "ses", "minority"]), matchedData(twoToOne), {
      on: "school",
      unmatched: "drop",
    });
    const back = fromJson(toJson(sample)) as Frame;
    const named = matchedData(twoToOne, undefined, { names: { weights: "match_weight" } });
    for (const table of [renamed, reordered, chosen, girls, withSector(sample), twice, back]) {
      expect(said(fitMixed(formula, table))).toContain("school-weights-from-match");
    }
    expect(fitMixed(formula, chosen).coefficients).toEqual(plain.coefficients);
    expect(named.columns.find(({ name }) => name === "match_weight")).toMatchObject({ role: "match-weights" });
    // Without their column, or made anew, there is nothing to take.
    const without = selectColumns(sample, ["school", "mathach", "ses", "minority", "catholic"]);
    const anew = withColumn(sample, "weights", (sample.columns.at(-2) as NumericColumn).values);
    for (const table of [without, anew]) expect(said(fitMixed(formula, table))).not.toContain("school-weights");
  });

  it("of pairs are all 1 and change nothing at all", () => {
    const table = inMatched(pairs);
    const model = fitMixed(formula, table);
    expect(numbers(model)).toEqual(numbers(fitMixed(formula, table, { weights: "none" })));
    expect(said(model)).not.toContain("school-weights-from-match");
    expect(model.aic).toBeGreaterThan(0);
    expect(model.fixed[3].df).not.toBe(model.ngroups - 4);
  });

  it("of full matching and of replacement too", () => {
    for (const result of [
      match(propensity, { method: "full" }),
      match(propensity, { method: "nearest", replace: true }),
    ]) {
      const table = join(pupils, matchedData(result), { on: "school", unmatched: "drop" });
      const model = fitMixed(formula, table);
      expect(numbers(model)).toEqual(numbers(fitMixed(formula, table, { weights: { schools: "weights" } })));
      expect(said(model)).toContain("school-weights-from-match");
    }
  });
});

describe("where the weights are not plainly those of schools", () => {
  it("pupils were matched: an error that says how to name the weights", () => {
    const matchedPupils = matchedData(
      match(fitPropensity("catholic ~ ses + minority", pupils), { method: "nearest", ratio: 2, caliper: 0.05 }),
    );
    const error = errorOf(() => fitMixed(formula, matchedPupils));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toMatch(/whose weights \("weights"\) differ within the school "\d+" \(/);
    expect(error.message).toContain('weights: { pupils: "weights", kind: "sampling" }');
    expect(error.message).toContain('weights: "none"');
    expect(fitMixed(formula, matchedPupils, { weights: "none" }).nobs).toBe(matchedPupils.rows);
  });

  it("deeper random parts take none yet: an error, and a way out", () => {
    for (const [random, words] of [
      ["(1 | sector/school)", "nested groups"],
      ["(1 + ses | school)", "random slopes"],
    ]) {
      const table = withSector(sample);
      const deeper = `mathach ~ ses + ${random}`;
      expect(errorOf(() => fitMixed(deeper, table)).message).toContain(
        `models with ${words} take no weights of schools`,
      );
      expect(fitMixed(deeper, table, { weights: "none" }).nobs).toBe(sample.rows);
      expect(fitMixed(deeper, withSector(inMatched(pairs))).nobs).toBe(inMatched(pairs).rows);
    }
  });

  it("chunks must be told", () => {
    const bound = bindFormula(formula, sample);
    expect(errorOf(() => groupSummariser(bound).add(sample)).message).toContain('weights: { schools: "weights" }');
    const stream = groupSummariser(bound, { weights: { schools: "weights" } });
    stream.add(sample);
    expect(fitMixed(stream.finish()).coefficients).toEqual(fitMixed(formula, sample).coefficients);
  });

  it("two matches in one table must be told apart", () => {
    const full = renameColumns(matchedData(match(propensity, { method: "full" })), { weights: "full_weights" });
    const both = join(sample, selectColumns(full, ["school", "full_weights"]), { on: "school", unmatched: "drop" });
    expect(errorOf(() => fitMixed(formula, both)).message).toContain('"weights", "full_weights" hold weights');
  });

  it("rows of pairs have weights of their own kind, which are not taken", () => {
    const rows = matchedPairs(twoToOne);
    expect(rows.columns.every((column) => !("role" in column))).toBe(true);
  });
});

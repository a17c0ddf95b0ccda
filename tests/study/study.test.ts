import { beforeAll, describe, expect, test } from "vitest";
import { getColumn, numericColumn } from "../../src/data/column";
import { fromJson, toJson } from "../../src/json";
import { randomEffects } from "../../src/multilevel/random-effects";
import { holm } from "../../src/study/multiplicity";
import { runCell, runStudy } from "../../src/study/run-study";
import type { CellAnalysis, Study, StudyCell } from "../../src/study/types";
import { COHORT, COVARIATES, world } from "./world";

const data = world();
const options = {
  data,
  schoolCovariates: COVARIATES,
  roles: ["teaching", "alliance member"],
  keyStages: ["KS2"],
  cohorts: [COHORT],
  years: [2012, 2014],
  sensitivity: "none",
} as const;
let study: Study;
const progress: [number, number, string][] = [];
let teaching: StudyCell;
let analysis: CellAnalysis;

beforeAll(() => {
  study = runStudy({ ...options, onProgress: (done, total, cell) => progress.push([done, total, cell.name]) });
  teaching = study.cells[1];
  analysis = teaching.analysis as CellAnalysis;
});

test("every cell of role × key stage × cohort × year is run, in order, and reported", () => {
  expect(study.cells.map(({ name }) => name)).toEqual([
    "teaching schools, KS2, cohort 3, 2012",
    "teaching schools, KS2, cohort 3, 2014",
    "alliance members, KS2, cohort 3, 2012",
    "alliance members, KS2, cohort 3, 2014",
  ]);
  expect(progress.map(([done, total]) => [done, total])).toEqual([1, 2, 3, 4].map((done) => [done, 4]));
  expect(progress.map(([, , name]) => name)).toEqual(study.cells.map(({ name }) => name));
  expect(study.cells.map(({ reason }) => reason)).toEqual([null, null, null, null]);
});

test("a year before designation is a placebo with a truth of 0, matched on years before it", () => {
  expect(study.cells.map(({ exposureMonths }) => exposureMonths)).toEqual([-9, 15, -9, 15]);
  expect(study.grid.map(({ placebo }) => placebo)).toEqual([true, false, true, false]);
  expect(study.grid.filter(({ placebo }) => placebo).map(({ truth }) => truth)).toEqual([0, 0]);
  expect(study.grid[1].truth).toBeCloseTo(0.45, 12);
  expect(study.grid[0].reading).toMatch(/^Before designation could matter/);
});

describe("both identities of step 5", () => {
  test("the variance of the role's part over pupils is β²p(1 − p), p of pupils", () => {
    const { sizes, models, flow } = analysis;
    const beta = models.M3.fixed.find(({ term }) => term === "treated")!.estimate;
    const p = flow.complete.treated / (flow.complete.treated + flow.complete.control);
    expect(sizes.treatedShare.pupils).toBeCloseTo(p, 14);
    expect(sizes.effectVariance).toBeCloseTo(beta ** 2 * p * (1 - p), 14);
    expect(sizes.effectVariance).not.toBeCloseTo(sizes.expectedDrop, 6);
  });

  test("the fall in school variance from M2 to M3 is near β²p(1 − p), p of schools", () => {
    // M2 takes the role's part up through no other column here but by chance: within a fifth.
    const { sizes, models } = analysis;
    expect(sizes.treatedShare.groups).toBe(0.5);
    expect(models.M2.variances.group - models.M3.variances.group).toBe(sizes.groupVarianceDrop);
    expect(sizes.groupVarianceDrop / sizes.expectedDrop).toBeGreaterThan(0.8);
    expect(sizes.groupVarianceDrop / sizes.expectedDrop).toBeLessThan(1.2);
  });

  test("the grid shows both treated shares", () => {
    expect(study.grid[1].treatedShareOfSchools).toBe(analysis.sizes.treatedShare.groups);
    expect(study.grid[1].treatedShareOfPupils).toBe(analysis.sizes.treatedShare.pupils);
  });
});

test("all models are of the same rows, and the flow adds up by arm", () => {
  const { models, flow, schools } = analysis;
  const nobs = flow.complete.treated + flow.complete.control;
  for (const model of [models.M0, models.M1, models.M2, models.M3, models.paired!]) expect(model.nobs).toBe(nobs);
  expect(schools).toEqual({ treated: 33, control: 33 });
  expect(flow.lostTo.map(({ column }) => column)).toEqual(["prior"]);
  for (const arm of ["treated", "control"] as const) {
    expect(flow.inMatchedSchools[arm] - flow.complete[arm]).toBe(flow.lostTo[0].rows[arm]);
    expect(flow.lostTo[0].rows[arm]).toBeGreaterThan(0);
  }
  expect(flow.brokenPairs).toBe(0);
});

test("M1 has the pupils' columns, M2 the schools' too, M3 the role", () => {
  const { M0, M1, M2, M3, paired } = analysis.models;
  expect(M0.terms).toEqual(["(Intercept)"]);
  expect(M1.terms).toContain("fsmTRUE");
  expect(M1.terms).not.toContain("earlier_mean");
  expect(M2.terms).toEqual(expect.arrayContaining(["earlier_mean", "earlier_trend", "fsm_school", "intake"]));
  expect(M3.terms).toEqual([...M2.terms, "treated"]);
  expect(paired!.randomTerms.map(({ group }) => group)).toEqual(["school:pair", "pair"]);
  expect(analysis.effect).toEqual(paired!.fixed.find(({ term }) => term === "treated"));
  expect(analysis.effectFrom).toBe("pair/school");
});

test("teaching schools meet Outstanding comparators only, others schools of their own grade; no other alliance school", () => {
  for (const cell of study.cells) {
    const { schools } = cell.design!;
    const grade = getColumn(schools, "ofsted") as { codes: Int32Array; levels: readonly string[] };
    const pair = numericColumn(schools, "pair");
    const grades = new Map<number, Set<string>>();
    pair.forEach((set, row) => {
      grades.set(set, (grades.get(set) ?? new Set()).add(grade.levels[grade.codes[row]]));
    });
    for (const found of grades.values()) expect(found.size).toBe(1);
    if (cell.key.role === "teaching")
      expect([...grades.values()].every((found) => found.has("outstanding"))).toBe(true);
    expect(new Set(cell.design!.schoolRows).size).toBe(schools.rows);
  }
});

test("the design does not see the outcomes: without an effect it is the same", () => {
  const without = runCell({ ...options, data: world({ truth: { teaching: { KS2: 0, KS4: 0 } } }) }, teaching.key);
  expect(without.design!.schoolRows).toEqual(teaching.design!.schoolRows);
  expect(without.analysis!.effect.estimate).not.toBe(analysis.effect.estimate);
  expect(without.analysis!.effect.estimate).toBeCloseTo(analysis.effect.estimate - 0.45, 10);
});

test("years that know the same earlier years share their design", () => {
  const both = runStudy({ ...options, roles: ["teaching"], years: [2013, 2014] });
  expect(both.cells[0].design).toBe(both.cells[1].design);
});

test("partners and members have the effect by alliance and FSM × role", () => {
  const member = study.cells[3].analysis!;
  expect(analysis.effectByAlliance).toBeNull();
  expect(member.effectByAlliance!.estimate).toBeCloseTo(member.effect.estimate, 1);
  expect(member.effectByAlliance!.standardError).toBeGreaterThan(0);
  expect(member.subgroup!.term).toBe("fsmTRUE:treated");
  expect(analysis.subgroup!.term).toMatch(/fsmTRUE/);
});

test("only the latest year is asked whether it would survive, unless all are", () => {
  const sensed = (sensitivity: "all" | "latest", year: number): boolean =>
    runCell({ ...options, roles: ["teaching"], sensitivity }, { ...teaching.key, year }).sensitivity !== null;
  expect([sensed("latest", 2012), sensed("all", 2012)]).toEqual([false, true]);
});

test("p-values are adjusted within role and key stage, over cells that are no placebos", () => {
  for (const row of study.grid) {
    if (row.placebo) expect([row.holm, row.benjaminiHochberg]).toEqual([Number.NaN, Number.NaN]);
    else expect(row.holm).toBe(row.p);
  }
  const years = runStudy({ ...options, roles: ["teaching"], years: [2012, 2013, 2014] });
  const real = years.grid.filter(({ placebo }) => !placebo);
  expect(real.map((row) => row.holm)).toEqual(holm(real.map(({ p }) => p)));
  expect(real.some((row) => row.holm > row.p)).toBe(true);
});

test("readings say what the numbers say", () => {
  const [, real, , member] = study.grid;
  expect(real.holm).toBeLessThan(0.05);
  expect(real.reading).toMatch(
    /^Pupils did better than in comparable schools by 0\.\d\d sd \[0\.\d\d, 0\.\d\d\], as far apart as pupils number 50 and [67]\d of 100 in the nation\. The fall in school variance is \d+\.\d % of the total variance of M0, \d+\.\d % of M2's\./,
  );
  expect(member.holm).toBeGreaterThan(0.05);
  expect(member.reading).toMatch(/^Nothing clear: /);
});

test("a cell alone is the grid's to the last bit, and its models remember their pupils", () => {
  const alone = runCell(options, teaching.key);
  expect(toJson(alone)).toBe(toJson(teaching));
  expect(randomEffects(alone.analysis!.models.M3)).toHaveLength(66);
});

test("the seed of the data decides: the same again, another otherwise", () => {
  const again = runCell({ ...options, data: world() }, teaching.key);
  expect(toJson(again)).toBe(toJson(teaching));
  const other = runCell({ ...options, data: world({ seed: 2 }) }, teaching.key);
  expect(other.analysis!.effect.estimate).not.toBe(analysis.effect.estimate);
});

test("a study survives JSON", () => {
  const back = fromJson(toJson(study)) as Study;
  expect(back.grid).toEqual(study.grid);
  expect(back.cells[1].analysis!.models.M3.coefficients).toBeInstanceOf(Float64Array);
  expect(back.cells[1].analysis!.models.paired!.summary.nesting[0].parents).toBeInstanceOf(Int32Array);
});

test("an aborted study stops before its next cell", () => {
  const signal = { aborted: false };
  const done: string[] = [];
  const run = (): Study =>
    runStudy({
      ...options,
      signal,
      onProgress: (_, __, cell) => {
        done.push(cell.name);
        signal.aborted = true;
      },
    });
  expect(run).toThrow(
    expect.objectContaining({ code: "stopped", message: expect.stringMatching(/before it was done/) }),
  );
  expect(done).toHaveLength(1);
});

import { expect, it } from "vitest";
import type { Table } from "../../src/display/table";
import { fromJson, toJson } from "../../src/json";
import { reportData } from "../../src/report/data";
import { toHtml } from "../../src/report/html";
import { toMarkdown } from "../../src/report/markdown";
import { studyReport } from "../../src/report/study-report";
import { runStudy } from "../../src/study/run-study";
import type { Study } from "../../src/study/types";
import { COHORT, COVARIATES, world } from "../study/world";

const study = runStudy({
  data: world(),
  schoolCovariates: COVARIATES,
  roles: ["teaching", "alliance member"],
  keyStages: ["KS2"],
  cohorts: [COHORT],
  years: [2012, 2013, 2014],
});
const report = studyReport(study);
const markdown = toMarkdown(report);
const blocks = report.sections.flatMap((section) => section.blocks);
const run = study.cells.filter(({ placebo, analysis }) => !placebo && analysis !== null);

function table(id: string): Table {
  const block = blocks.find((one) => one.type === "table" && one.id === id);
  if (block?.type !== "table") throw new Error(`no table ${id}`);
  return block.table;
}

/** The first column of that name at or after another. */
function column(id: string, name: string, after = 0): readonly unknown[] {
  const { columns, rows } = table(id);
  const at = columns.findIndex((one, k) => k >= after && one.name === name);
  return rows.map((row) => row[at]);
}

it("tells each design once, and pupils lost by arm", () => {
  expect(column("schools", "schools")).toEqual(["teaching schools, KS2, cohort 3", "alliance members, KS2, cohort 3"]);
  expect(column("schools", "in pool: of the role")).toEqual([0, 3].map((k) => study.cells[k].design?.pool.treated));
  const { flow } = study.cells[0].analysis!;
  expect(column("flow", "lost")[0]).toBeCloseTo(1 - flow.complete.treated / flow.inMatchedSchools.treated, 14);
  expect(column("flow", "lost there")[0]).toBeCloseTo(1 - flow.complete.control / flow.inMatchedSchools.control, 14);
  expect(markdown).toMatch(/The two groups lose most unequally in .* against .*Missing are values of prior\./);
});

it("tells the same of a study that comes back from its file", () => {
  expect(reportData(studyReport(fromJson(toJson(study)) as Study))).toBe(reportData(report));
});

it("names every school without a comparator, by its design", () => {
  const unmatched = study.cells[0].design?.unmatched ?? [];
  const sentence =
    unmatched.length === 0 && study.cells[3].design?.unmatched.length === 0
      ? "Every school of the role found a comparator."
      : `- ${unmatched.length > 0 ? "teaching schools" : "alliance members"}, KS2, cohort 3: `;
  expect(markdown).toContain(sentence);
});

it("has the balance of schools and of their pupils", () => {
  const smds = study.cells[0].design!.balance.rows.filter(({ kind }) => kind !== "distance");
  expect(column("balance", "beyond 0.1 after")[0]).toBe(smds.filter((row) => Math.abs(row.after!.smd) > 0.1).length);
  expect(column("balance", "largest after")[0]).toBe(Math.max(...smds.map((row) => Math.abs(row.after!.smd))));
  expect(column("pupil-balance", "largest")).toEqual(
    study.cells.map(({ analysis }) => Math.max(...analysis!.pupilBalance.rows.map((row) => Math.abs(row.before.smd)))),
  );
});

it("has all of step 5: g within and in total, both ways, with limits; shares with both denominators and both treated shares", () => {
  const [first] = run;
  const { hedges, sizes } = first.analysis!;
  const four = [
    hedges!.conditional.within,
    hedges!.conditional.total,
    hedges!.unconditional.within,
    hedges!.unconditional.total,
  ];
  expect(table("hedges").rows[0].slice(1)).toEqual(
    four.flatMap(({ estimate, lower, upper }) => [estimate, lower, upper]),
  );
  expect(column("variance-shares", "of M0's total variance")[0]).toBe(sizes.dropShare.ofTotalEmpty);
  expect(column("variance-shares", "of M2's total variance")[0]).toBe(sizes.dropShare.ofTotalAdjusted);
  expect(column("variance-shares", "schools with the role")[0]).toBe(sizes.treatedShare.groups);
  expect(column("variance-shares", "pupils with the role")[0]).toBe(sizes.treatedShare.pupils);
});

it("has members' effects with alliances taken into account, and the subgroup with its limits", () => {
  const members = run.filter(({ key }) => key.role === "alliance member");
  expect(column("by-alliance", "from")).toEqual(members.map(({ analysis }) => analysis!.effectByAlliance!.lower));
  expect(column("subgroup", "to")).toEqual(run.map(({ analysis }) => analysis!.subgroup!.upper));
});

it("says what it would take for every role: schools by name, what could be seen, every other choice", () => {
  const sensed = study.cells.filter(({ sensitivity }) => sensitivity !== null);
  expect(sensed.map(({ key }) => key.role)).toEqual(["teaching", "alliance member"]);
  expect(column("survival", "without")).toEqual(
    sensed.map(({ sensitivity }) => sensitivity!.leaveOneOut!.lower.school),
  );
  const detectable = column("detectable", "detectable (sd)") as number[];
  // Some 2.8 standard errors by a formula of equal schools: of the order of the fit's own.
  sensed.forEach(({ analysis }, k) => {
    const ratio = detectable[k] / (2.8 * analysis!.effect.standardError);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
  });
  expect(table("specifications").rows).toHaveLength(
    sensed.reduce((sum, { sensitivity }) => sum + sensitivity!.specifications.length, 0),
  );
});

it("counts placebos that show something beside what chance would, and says what tells two worlds apart", () => {
  const found = study.grid.filter(({ placebo, p }) => placebo && p < 0.05).length;
  const words = found === 0 ? "none finds" : found === 1 ? "1 finds" : `${found} find`;
  expect(markdown).toContain(`Of 2 placebo comparisons ${words} a difference`);
  expect(table("placebos").columns.map(({ name }) => name)).not.toContain("Holm");
  expect(markdown).toContain("What tells them apart is the placebo comparisons");
});

it("shows what matching and models had to confess", () => {
  const codes = new Set(study.cells.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code)));
  codes.delete("rows-dropped");
  if (codes.size === 0) expect(markdown).not.toContain("had to confess");
  else expect(table("diagnostics").rows.length).toBeGreaterThanOrEqual(codes.size);
});

it("has the options that simulate these pupils again", () => {
  const code = blocks.find(({ type }) => type === "code") as { readonly text: string };
  expect(JSON.parse(code.text).simulation).toEqual(study.simulation);
  expect(study.simulation).toMatchObject({ seed: 1, scale: 0.1, world: "causal", cohorts: [10, 10, 600] });
});

it("folds long tables on the page, where the keyboard opens them", async () => {
  const page = await toHtml(report);
  const folded = blocks.filter((block) => block.type === "table" && block.isFolded);
  expect(folded.length).toBeGreaterThan(5);
  expect(page.match(/<details class="fold"><summary>Table: /g)).toHaveLength(folded.length);
  expect(page).toContain('<p class="source">Every table and figure names its place in report.json');
});

import { expect, test } from "vitest";
import { render } from "../../src/display/render";
import { runStudy } from "../../src/study/run-study";
import { cellTable, readingTable, studyTable } from "../../src/study/table";
import { COHORT, COVARIATES, world } from "./world";

const study = runStudy({
  data: world(),
  schoolCovariates: COVARIATES,
  roles: ["teaching", "strategic partner"],
  keyStages: ["KS2"],
  cohorts: [COHORT, { cohort: 9, year: 2013, month: 9 }],
  years: [2012, 2014],
  caliper: 0.05,
  sensitivity: "none",
});

test("the grid as a table: every number as it is, the truth beside the estimate", () => {
  const table = studyTable(study);
  expect(table.rows).toHaveLength(8);
  const names = table.columns.map(({ name }) => name);
  const cell = (row: number, name: string) => table.rows[row][names.indexOf(name)];
  expect(names.at(-1)).toBe("truth");
  expect(cell(1, "effect")).toBe(study.grid[1].estimate);
  expect(cell(1, "Holm")).toBe(study.grid[1].holm);
  expect(cell(1, "schools treated")).toBe(0.5);
  expect(cell(1, "pupils treated")).toBe(study.grid[1].treatedShareOfPupils);
  expect(cell(1, "schools")).toBe(`${study.grid[1].treatedSchools}/${study.grid[1].controlSchools}`);
  expect(cell(2, "schools")).toBe("");
});

test("its notes count placebos, cells that were not run with their reasons, and schools without a comparator", () => {
  const notes = studyTable(study).notes!.join("\n");
  expect(notes).toMatch(/4 comparisons before designation could matter/);
  expect(notes).toMatch(
    /Not run \(teaching schools, KS2, cohort 9, 2012, .*\): No school is of cohort 9: "cohort" has 1, 2, 3\./,
  );
  expect(notes).toMatch(/schools? of the programme found no comparator \(P\d{5}/);
});

test("readings stand in a table of their own", () => {
  expect(readingTable(study).rows[1]).toEqual([study.grid[1].name, study.grid[1].reading]);
  expect(render(readingTable(study), "markdown")).toContain("Could not be run");
});

test("one comparison: M0 to M3 and the recommended model side by side", () => {
  const [, cell] = study.cells;
  const table = cellTable(cell);
  expect(table.columns.map(({ name }) => name)).toEqual(["", "M0", "M1", "M2", "M3", "M3, pairs"]);
  const { models } = cell.analysis!;
  const effects = table.rows[0].map((value) => (typeof value === "object" && value !== null ? value.value : value));
  expect(effects.slice(1, 4)).toEqual([null, null, null]);
  expect(effects[4]).toBe(models.M3.fixed.find(({ term }) => term === "treated")!.estimate);
  expect(effects[5]).toBe(cell.analysis!.effect.estimate);
  const notes = table.notes!.join("\n");
  expect(notes).toMatch(/Recommended \(pair\/school\): 0\.\d{3}, 95 % interval/);
  expect(notes).toMatch(/The true effect in these schools is 0\.450/);
  expect(notes).toMatch(/lost to prior \d+ and \d+/);
  expect(notes).toMatch(/With the role are 50 % of the schools and \d\d % of the pupils/);
  for (const { message } of cell.diagnostics) expect(notes).toContain(message);
  expect(render(table)).toContain("variance between schools");
});

test("a comparison that was not run says why", () => {
  const table = cellTable(study.cells[2]);
  expect(table.rows).toEqual([]);
  expect(table.notes).toEqual([study.cells[2].reason]);
});

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fromJson } from "../../src/json";
import { runStudy } from "../../src/study/run-study";
import { simulateSchools } from "../../src/synthetic/simulate";
import { inFolder, likewise } from "./run";

/** One comparison, on a small part of England. */
const SIMULATION = ["--scale", "0.04", "--seed", "3"];
const ONE = [
  ..."--roles,alliance member,--key-stages,KS2,--years,2014,--sensitivity,none,--threads,1".split(","),
  "--school-covariates",
  "intake,roll",
  "--pupil-covariates",
  "prior + gender",
  "--cohorts",
  '[{"cohort":1,"year":2011,"month":9}]',
];

const direct = () =>
  runStudy({
    data: simulateSchools({ scale: 0.04, seed: 3 }),
    roles: ["alliance member"],
    keyStages: ["KS2"],
    years: [2014],
    cohorts: [{ cohort: 1, year: 2011, month: 9 }],
    schoolCovariates: ["intake", "roll"],
    pupilCovariates: "prior + gender",
    sensitivity: "none",
  });

describe("likewise study", () => {
  it("writes the report, and prints what was found; never over what is there", () =>
    inFolder(async (folder) => {
      const out = join(folder, "deep", "report");
      const first = await likewise(["study", ...SIMULATION, ...ONE, "--out", out, "--full"]);
      expect([first.code, first.err]).toEqual([0, ""]);
      expect(readdirSync(out).sort()).toEqual(["report.html", "report.json", "report.md", "study.json"]);
      expect(readFileSync(join(out, "report.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
      expect(readFileSync(join(out, "report.md"), "utf8")).toContain("# ");
      expect(Object.keys(JSON.parse(readFileSync(join(out, "report.json"), "utf8")))).toContain("tables");
      const full = JSON.parse(readFileSync(join(out, "study.json"), "utf8"));
      const [cell] = direct().grid;
      expect(full.grid[0].estimate).toBe(cell.estimate);
      const schools = `${cell.treatedSchools} + ${cell.controlSchools}`;
      expect(first.out).toContain(`KS2, 1  2014  ${schools}`);
      expect(first.out).toMatch(
        /1 comparison in [\d.]+ s \(data [\d.]+, study [\d.]+, report [\d.]+, files [\d.]+\)\.\nReport: /,
      );

      writeFileSync(join(out, "report.md"), "mine");
      const again = await likewise(["study", ...SIMULATION, ...ONE, "--out", out]);
      expect(again.code).toBe(1);
      expect(again.err).toBe(
        `"${join(out, "report.html")}", "${join(out, "report.md")}", "${join(out, "report.json")}" exist already. Choose another place, or allow them to be replaced with --force.\n`,
      );
      expect(readFileSync(join(out, "report.md"), "utf8")).toBe("mine");
    }));

  it("gives the same from the CSV files of likewise simulate, with a config that the command line overrides", () =>
    inFolder(async (folder) => {
      const { code } = await likewise(["simulate", ...SIMULATION, "--years", "2014", "--out", folder, "--quiet"]);
      expect(code).toBe(0);
      const config = {
        schools: "schools.csv",
        pupils: "pupils.csv",
        columns: { school: "school" },
        roles: ["alliance member"],
        keyStages: ["KS2"],
        years: [2014],
        cohorts: [{ cohort: 1, year: 2011, month: 9 }],
        schoolCovariates: ["intake", "roll"],
        pupilCovariates: "prior + gender",
        sensitivity: "none",
        threads: 1,
        caliper: 0.01,
        out: "report",
      };
      writeFileSync(join(folder, "study.json"), JSON.stringify(config));
      const { out, err } = await likewise([
        "study",
        "--config",
        join(folder, "study.json"),
        "--caliper",
        "0.2",
        "--json",
      ]);
      expect(err).toBe("");
      const { grid, files, origin, simulation, settings } = JSON.parse(out);
      expect([origin, simulation, settings.caliper]).toEqual(["tables", null, 0.2]);
      expect(files).toEqual(["report.html", "report.md", "report.json"].map((name) => join(folder, "report", name)));
      const [cell] = direct().grid;
      expect(grid[0].treatedSchools).toBe(cell.treatedSchools);
      // Levels of text come in another order, and sums with them: the digits of a solver's tolerance.
      expect(grid[0].estimate).toBeCloseTo(cell.estimate, 7);
      expect(grid[0].standardError).toBeCloseTo(cell.standardError, 7);
    }));

  it("says with --json what world simulated pupils came from", () =>
    inFolder(async (folder) => {
      const { out } = await likewise(["study", ...SIMULATION, ...ONE, "--out", join(folder, "out"), "--json"]);
      expect(fromJson(out)).toMatchObject({ origin: "simulated", simulation: direct().simulation });
    }));

  it("writes nothing where no comparison could be run, and gives five reasons and how many more there are", () =>
    inFolder(async (folder) => {
      const { code, out, err } = await likewise(["study", "--scale", "0.02", "--out", join(folder, "out")]);
      expect([code, out]).toEqual([1, ""]);
      const [first, second, ...others] = err.trimEnd().split("\n");
      expect(first).toBe("No comparison could be run, and no report is written.");
      expect(second).toMatch(
        /^Could not be run: teaching schools, KS2, cohort 1, 2012 and 2 more\. Too few schools at KS2 in cohort 1: 1 teaching school and \d+ comparators, where a propensity model needs at least 5 of each\./,
      );
      expect(others).toHaveLength(5);
      expect(others[4]).toMatch(/^\d+ more reasons for others\.$/);
      expect(readdirSync(folder)).toEqual([]);
    }));

  it("says what is wrong with a user's tables", () =>
    inFolder(async (folder) => {
      const [schools, pupils] = ["schools.csv", "pupils.csv"].map((name) => join(folder, name));
      writeFileSync(schools, "URN,phase\n0012,primary\n");
      writeFileSync(pupils, "URN,year,outcome\n0012,2014,0.1\n");
      const tables = ["study", "--schools", schools, "--pupils", pupils, "--out", join(folder, "out")];
      const { code, err } = await likewise([...tables, "--columns", '{"school":"UNR"}']);
      expect([code, err]).toEqual([
        1,
        `"${schools}" has no columns "UNR" (perhaps "URN"), "role", "cohort", "alliance", "ofsted", "intake", "fsm", "eal" and 6 more. ` +
          "Say what they are called there in columns.school, columns.role, columns.cohort, columns.alliance, columns.ofsted, " +
          "columns.schoolCovariates. Its columns are URN, phase.\n",
      ]);
      expect(existsSync(join(folder, "out"))).toBe(false);
    }));

  it("replaces files with --force, and leaves others alone", () =>
    inFolder(async (folder) => {
      const words = ["simulate", "--scale", "0.01", "--years", "2013", "--out", folder, "--quiet"];
      for (const name of ["truth.csv", "mine.csv"]) writeFileSync(join(folder, name), "mine");
      const { code, err } = await likewise(words);
      expect([code, err]).toEqual([
        1,
        `"${join(folder, "truth.csv")}" exists already. Choose another place, or allow it to be replaced with --force.\n`,
      ]);
      expect(readdirSync(folder).sort()).toEqual(["mine.csv", "truth.csv"]);
      expect(await likewise([...words, "--force"])).toEqual({ code: 0, out: "", err: "" });
      expect(readdirSync(folder).sort()).toEqual(["mine.csv", "pupils.csv", "schools.csv", "truth.csv"]);
      expect(readFileSync(join(folder, "truth.csv"), "utf8")).toMatch(/^school,year,/);
      expect(readFileSync(join(folder, "mine.csv"), "utf8")).toBe("mine");
    }));

  it("does not begin where the folder cannot be written", () =>
    inFolder(async (folder) => {
      const file = join(folder, "file");
      writeFileSync(file, "");
      const { code, err } = await likewise(["study", "--out", join(file, "inside")]);
      expect([code, err]).toEqual([
        1,
        `Cannot write "${join(file, "inside")}": a part of the path is a file, not a folder.\n`,
      ]);
      const same = await likewise(["study", "--out", file, "--force"]);
      expect([same.code, same.err]).toEqual([1, `Cannot write "${file}": it is a file, not a folder.\n`]);
    }));

  it("shows progress on a terminal, and none elsewhere or when quiet", () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, "b"));
      const words = (name: string): string[] => ["simulate", "--scale", "0.01", "--out", join(folder, name)];
      const terminal = { isTerminal: true, width: 50 };
      const shown = await likewise(words("a"), terminal);
      const frames = shown.err.split("\r\u001b[K").filter((frame) => frame !== "");
      expect(frames.at(-1)).toBe("████████████████████████ 100 %  pupils.csv");
      expect(shown.err.endsWith("\r\u001b[K")).toBe(true);
      for (const frame of frames) expect(frame.length).toBeLessThan(50);
      expect((await likewise([...words("b"), "--quiet"], terminal)).err).toBe("");
      expect((await likewise(words("c"))).err).toBe("");
    }));

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("stops at %s with nothing written, and the exit code %i", (signal, expected) =>
    inFolder(async (folder) => {
      const { code, out, err } = await likewise(["study", ...SIMULATION, ...ONE, "--out", join(folder, "out")], {
        onInterrupt: (callback) => {
          setTimeout(callback, 50, signal);
          return () => {};
        },
      });
      expect([code, out]).toEqual([expected, ""]);
      expect(err).toBe("Interrupted. The study was stopped before it was done, after 0 of 1 comparison.\n");
      expect(readdirSync(folder)).toEqual([]);
    }),
  );
});

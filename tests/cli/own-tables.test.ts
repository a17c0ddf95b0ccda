import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { renameColumns, selectColumns, withColumn } from "../../src/data/select";
import type { Frame } from "../../src/data/types";
import { csvPieces } from "../../src/node/write-csv";
import { runStudy } from "../../src/study/run-study";
import { drawPupils } from "../../src/synthetic/pupil-stream";
import { simulateSchools } from "../../src/synthetic/simulate";
import { inFolder, likewise } from "./run";

/** England as a council's analyst might have it: other names, other words, a column too many. */
const SCHOOL_NAMES = {
  school: "URN",
  phase: "stage",
  role: "programme",
  cohort: "wave",
  alliance: "tsa",
  ofsted: "grade",
};
const PUPIL_NAMES = { school: "URN", year: "summer", outcome: "z_score", fsm: "ever6", prior: "ks1" };

const config = {
  schools: "schools.csv",
  pupils: "pupils.csv",
  columns: {
    ...SCHOOL_NAMES,
    earlierOutcome: "mean_z_{year}",
    year: "summer",
    outcome: "z_score",
    subgroup: "ever6",
  },
  missing: ["SUPP", "NA"],
  roles: ["alliance member"],
  keyStages: ["KS2"],
  years: [2014],
  cohorts: [{ cohort: 1, year: 2011, month: 9 }],
  schoolCovariates: ["intake", "roll"],
  pupilCovariates: "ks1 + gender + ever6",
  sensitivity: "none",
  threads: 1,
  out: "report",
};

let england: ReturnType<typeof simulateSchools>;
let schools: string;
let pupils: string;

beforeAll(() => {
  england = simulateSchools({ seed: 3, scale: 0.04 });
  const drawn = drawPupils(england, { years: [2014] });
  const text = (table: Frame): string => [...csvPieces([table])].join("");
  const earlier = [2009, 2010, 2011].map((year) => [`outcome${year}`, `mean_z_${year}`]);
  schools = text(renameColumns(england.schools, { ...SCHOOL_NAMES, ...Object.fromEntries(earlier) }));
  const note = Array.from({ length: drawn.rows }, (_, row) => (row % 1000 === 0 ? "moved in, late" : null));
  const kept = selectColumns(drawn, ["school", "year", "prior", "gender", "fsm", "outcome"]);
  pupils = text(renameColumns(withColumn(kept, "note", note), PUPIL_NAMES)).replace(/^([^,]*,2014,),/gm, "$1SUPP,");
});

/** A folder with the two tables and a config, each changed as told; then likewise study. */
async function study(
  folder: string,
  changes: { readonly schools?: string; readonly pupils?: string; readonly config?: object } = {},
) {
  writeFileSync(join(folder, "schools.csv"), changes.schools ?? schools);
  writeFileSync(join(folder, "pupils.csv"), changes.pupils ?? pupils);
  writeFileSync(join(folder, "study.json"), JSON.stringify({ ...config, ...changes.config }));
  const outcome = await likewise(["study", "--config", join(folder, "study.json"), "--json"]);
  if (outcome.code !== 0) expect(existsSync(join(folder, "report"))).toBe(false);
  return { ...outcome, files: { schools: join(folder, "schools.csv"), pupils: join(folder, "pupils.csv") } };
}

describe("likewise study on a user's own tables", () => {
  it("with their own names of columns is the study of the same schools in memory", () =>
    inFolder(async (folder) => {
      const { code, out, err } = await study(folder);
      expect([code, err]).toEqual([0, ""]);
      const { grid, diagnostics } = JSON.parse(out);
      const [direct] = runStudy({
        data: england,
        roles: ["alliance member"],
        keyStages: ["KS2"],
        years: [2014],
        cohorts: [{ cohort: 1, year: 2011, month: 9 }],
        schoolCovariates: ["intake", "roll"],
        pupilCovariates: "prior + gender + fsm",
        sensitivity: "none",
      }).grid;
      expect([grid[0].treatedSchools, grid[0].pupils]).toEqual([direct.treatedSchools, direct.pupils]);
      // The order of a covariate's levels differs, and with it the last digits.
      for (const name of ["estimate", "standardError", "lower", "p", "icc", "hedges"] as const) {
        expect(grid[0][name]).toBeCloseTo(direct[name], 9);
      }
      // The secondary schools are in the table, and pupils of all phases.
      expect(diagnostics).toEqual([]);
      expect(readdirSync(join(folder, "report")).sort()).toEqual(["report.html", "report.json", "report.md"]);
    }));

  const columns = (changed: object): object => ({ config: { columns: { ...config.columns, ...changed } } });
  const cases: [string, () => Parameters<typeof study>[1], (files: { schools: string; pupils: string }) => string][] = [
    [
      "a column of schools that is not there",
      () => columns({ school: "UNR" }),
      (files) => `"${files.schools}" has no column "UNR", which columns.school names. Did you mean "URN"?`,
    ],
    [
      "a column of pupils that is not there",
      () => columns({ outcome: "zscore" }),
      (files) => `"${files.pupils}" has no column "zscore", which columns.outcome names. Did you mean "z_score"?`,
    ],
    [
      "a covariate that is not there",
      () => ({ config: { pupilCovariates: "ks1 + gendr" } }),
      (files) => `"${files.pupils}" has no column "gendr", which columns.pupilCovariates names. Did you mean "gender"?`,
    ],
    [
      "several columns that are not there, all of them",
      () => columns({ phase: "keystage", role: "part" }),
      (files) =>
        `"${files.schools}" has no columns "keystage", "part". Say what they are called there in columns.phase, columns.role. ` +
        `Its columns are ${schools.split("\r\n")[0].split(",").slice(0, 12).join(", ")} and ${schools.split("\r\n")[0].split(",").length - 12} more.`,
    ],
    [
      "keys that do not meet",
      () => ({ pupils: pupils.replaceAll(/^[PS]/gm, "X") }),
      () =>
        `None of the ${rowsOf(pupils).toLocaleString("en-GB")} pupils has a school of the schools' table: their "URN" is such as X00001, X00002, X00003, ` +
        `that of schools such as P00001, P00002, P00003. Write both in the same way, or name another column with columns.school.`,
    ],
    [
      "a school that stands twice",
      () => ({ schools: `${schools}${schools.split("\r\n")[1]}\r\n` }),
      (files) => {
        const rows = rowsOf(schools);
        return `"${files.schools}": the school P00001 stands twice, in rows 1 and ${rows + 1}. Leave one of them out.`;
      },
    ],
    [
      "a school without a key",
      () => ({ schools: schools.replace("P00004,", ",") }),
      (files) => `"${files.schools}": row 4 has no "URN". Every school needs one.`,
    ],
    [
      "a word among outcomes",
      () => ({
        config: { missing: ["NA"] },
        pupils: pupils
          .replace(/,[-.\d]+,moved in/, ",absent,moved in")
          .replace(/,[-.\d]+,"moved in/, ',absent,"moved in'),
      }),
      (files) =>
        `"${files.pupils}": Column "z_score" holds text where numbers are needed: 1 of its ${(rowsOf(pupils)).toLocaleString("en-GB")} values is no number: "absent". ` +
        'Correct them, or read the file with missing: ["absent"].',
    ],
    [
      "a ragged row",
      () => ({ pupils: pupils.replace(/(\r\n[^\r]*){3}/, "$&,9") }),
      (files) =>
        `"${files.pupils}", line 4 has 8 cells where the header has 7. Complete the row, quote cells that hold the separator "," (or give another delimiter), and look for a stray quote.`,
    ],
    [
      "an outcome that is missing for the year",
      () => ({ pupils: pupils.replace(/^([^,]*,2014,[^,]*,[^,]*,[^,]*,)[^,]*/gm, "$1SUPP") }),
      () =>
        "No comparison could be run, and no report is written.\n" +
        'Could not be run: alliance members, KS2, cohort 1, 2014. None of the 706 pupils of the matched schools in 2014 has a value of "z_score".',
    ],
    [
      "a role that names no one",
      () => ({ schools: schools.replaceAll(",alliance member,", ",member,") }),
      () =>
        "No comparison could be run, and no report is written.\n" +
        '45 schools left out for a "programme" that the study does not know: "member". It knows teaching, strategic partner, alliance member, none.\n' +
        'Could not be run: alliance members, KS2, cohort 1, 2014. No school has the role "alliance member"; those in "programme" are "member", "none", "strategic partner", "teaching". ' +
        "They should be teaching, strategic partner, alliance member and none.",
    ],
  ];
  it.each(cases)("says in a sentence: %s", (_, changes, sentence) =>
    inFolder(async (folder) => {
      const { code, err, files } = await study(folder, changes());
      expect(err).toBe(`${sentence(files)}\n`);
      expect(code).toBe(1);
    }),
  );

  it("counts pupils without schools and schools without pupils, says which earlier years there were, and goes on", () =>
    inFolder(async (folder) => {
      const { out } = await study(folder, {
        schools: schools.replace(/^P0000[1-7],.*\r\n/gm, "").replace("mean_z_2011", "z_2011"),
        pupils: pupils.replace(/^P0001[1-2],.*\r\n/gm, ""),
        config: { full: true },
      });
      const { diagnostics } = JSON.parse(out);
      expect(diagnostics.map(({ code }: { code: string }) => code)).toEqual([
        "pupils-without-school",
        "schools-without-pupils",
      ]);
      expect(diagnostics[0].message).toMatch(
        /pupils left out: their "URN" is not among the schools \(P00001, P00002, P00003, P00004, P00005 and 2 more\)/,
      );
      expect(diagnostics[1].message).toBe("2 schools without a pupil: P00011, P00012.");
      const [cell] = JSON.parse(readFileSync(join(folder, "report", "study.json"), "utf8")).cells;
      expect(cell.diagnostics[0]).toMatchObject({
        code: "fewer-earlier-years",
        message:
          "Matched on mean outcomes of 2009, 2010 only: the schools' table has no other of 2011 or before, where 3 years are asked for.",
      });
    }));
});

function rowsOf(text: string): number {
  return text.split("\r\n").length - 2;
}

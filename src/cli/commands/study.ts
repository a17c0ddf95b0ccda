import type { Frame } from "../../data/types";
import { toJson } from "../../json";
import { runStudyInWorkers } from "../../node/parallel-study";
import { type FileToWrite, requireRoom, writeFiles } from "../../node/write-files";
import { reportData } from "../../report/data";
import type { Report } from "../../report/document";
import { toHtml } from "../../report/html";
import { toMarkdown } from "../../report/markdown";
import { studyReport } from "../../report/study-report";
import { DEFAULT_COLUMNS } from "../../study/columns";
import type { StudyOptions } from "../../study/settings";
import { requirePupilColumns, requireSchoolColumns } from "../../study/tables";
import type { Study, StudyColumns, StudyTables } from "../../study/types";
import { simulateSchools } from "../../synthetic/simulate";
import type { SimulatedSchools } from "../../synthetic/types";
import { type Command, type CommandIo, failUsage, type Given, optionsOf, stoppable } from "../command";
import { configSchema, readConfig } from "../config";
import { readWithProgress, type TableOptions, withTextKeys } from "../files";
import { anyText, choice, flag, list, number, path, record, whole } from "../kinds";
import { type Progress, progressBar } from "../progress";
import { refuseTogether } from "../read-options";
import {
  caliper,
  common,
  earlierYears,
  encoding,
  force,
  keyStage,
  missing,
  role,
  scale,
  seed,
  studyDf,
  threads,
  WORLD_NAMES,
  world,
} from "../shared-options";
import { simulationOf } from "../simulation";
import { stopwatch } from "../stopwatch";
import { account, jsonOf, requireFindings } from "../study-account";

const columns = record(
  Object.fromEntries(
    Object.keys(DEFAULT_COLUMNS).map((name) => [
      name,
      name === "schoolCovariates"
        ? list(anyText)
        : name === "earlierOutcome"
          ? { type: "text" as const, pattern: "\\{year\\}" }
          : anyText,
    ]),
  ),
);

export const study: Command = {
  name: "study",
  summary: "Run the national study of teaching schools, strategic partners and alliance members, and write its report.",
  description:
    "For every role, key stage, cohort and year: matches schools on what was known before designation, fits four models to " +
    "their pupils, and asks whether the effect would survive. On synthetic pupils with a known truth, or on two tables of your own, " +
    "where --schools and --pupils name them. Into a folder it writes report.html to read, report.md (the same in Markdown) and " +
    "report.json (its numbers): all three or, where anything fails, none.",
  groups: [
    {
      title: "Synthetic schools and pupils",
      options: [seed, scale, ...world],
    },
    {
      title: "Or two tables of your own",
      options: [
        {
          name: "schools",
          kind: path,
          value: "FILE",
          help: "A row per school: CSV, or Parquet where hyparquet is installed.",
        },
        { name: "pupils", kind: path, value: "FILE", help: "A row per pupil and year." },
        missing,
        encoding,
        {
          name: "columns",
          kind: columns,
          value: "JSON",
          help: 'Names of columns that differ from those of likewise simulate: {"school":"URN","earlierOutcome":"mean_{year}"}.',
        },
      ],
    },
    {
      title: "Study",
      options: [
        {
          name: "roles",
          kind: list(role),
          value: "ROLES",
          help: "Of teaching, strategic partner, alliance member.",
          otherwise: "all",
        },
        { name: "keyStages", kind: list(keyStage), value: "STAGES", help: "Of KS2, KS4.", otherwise: "both" },
        {
          name: "cohorts",
          kind: list(record({ cohort: whole(1), year: whole(), month: whole(1, 12) }, ["cohort", "year", "month"])),
          value: "JSON",
          help: 'Cohorts and when they were designated: [{"cohort":1,"year":2011,"month":9}].',
          otherwise: "September 2011, March 2012, February 2013",
        },
        {
          name: "years",
          kind: list(whole()),
          value: "YEARS",
          help: "Summers of the tests.",
          otherwise: "2012,2013,2014",
        },
        {
          name: "schoolCovariates",
          kind: list(anyText),
          value: "COLUMNS",
          help: "School covariates to match on and adjust for.",
          otherwise: "all",
        },
        {
          name: "pupilCovariates",
          kind: anyText,
          value: "TERMS",
          help: 'Pupil covariates as in a formula: "prior + gender".',
          otherwise: "all",
        },
        caliper,
        { name: "ratio", kind: whole(1, 5), value: "K", help: "Comparators per school.", otherwise: "1" },
        earlierYears,
        studyDf,
        {
          name: "sensitivity",
          kind: choice("all", "latest", "none"),
          value: "CELLS",
          help: "Which comparisons are asked whether they would survive: all, latest or none.",
          otherwise: "latest",
        },
        {
          name: "confounder",
          kind: record({ difference: number(), outcome: number() }),
          value: "JSON",
          help: "The unmeasured quality they are held against, in standard deviations.",
          otherwise: '{"difference":0.5,"outcome":0.2}',
        },
        threads,
      ],
    },
    {
      title: "Files",
      options: [
        {
          name: "config",
          kind: path,
          value: "FILE",
          help: "These options as JSON; those on the command line override it.",
          isLineOnly: true,
        },
        {
          name: "configSchema",
          kind: flag,
          help: "Print the JSON schema of a config, and do nothing else.",
          isLineOnly: true,
        },
        { name: "out", kind: path, value: "DIR", help: "The folder to write into.", otherwise: "./likewise-study" },
        { name: "full", kind: flag, help: "Write study.json too: every model, match and balance." },
        force,
      ],
    },
    common(),
  ],
  examples: [
    ["likewise study", "England: 18,400 schools, 54 comparisons"],
    [
      "likewise study --scale 0.2 --roles teaching --key-stages KS2 --school-covariates intake,fsm --out small",
      "a fifth of it, one role at one key stage; few schools allow few covariates",
    ],
    ["likewise study --world selection --seed 7", "a world where designation does nothing"],
    ['likewise study --schools schools.csv --pupils pupils.csv --columns \'{"school":"URN"}\'', "your own tables"],
    ["likewise study --config study.json --caliper 0.1", "options from a file, one of them overridden"],
  ],
  notes: [
    'A config has the options in camel case, { "$schema": "study.schema.json", "keyStages": ["KS2"], "caliper": 0.1 }; its paths are relative to it. ' +
      "The schema, by which editors complete it, is in the package: node_modules/likewise/src/cli/study.schema.json.",
    "Tables of your own have the columns of those that likewise simulate writes, or --columns says what they are called there. Of schools: " +
      "school (the key), phase (primary or secondary), role (teaching, strategic partner, alliance member or none), cohort, alliance, ofsted, " +
      "outcome2011 and more (mean outcomes of earlier years) and the school covariates. Of pupils: school, year, outcome (in national " +
      "standard deviations) and the pupil covariates.",
  ],
  run,
};

async function run(line: Given, io: CommandIo): Promise<void> {
  if (line.configSchema === true) {
    io.out(`${JSON.stringify(configSchema("Options of likewise study", optionsOf(study)), null, 2)}\n`);
    return;
  }
  const config = line.config === undefined ? {} : await readConfig(line.config as string, optionsOf(study));
  const given = { ...config, ...line };
  checkData(given);
  const folder = (given.out as string | undefined) ?? "likewise-study";
  const names = ["report.html", "report.md", "report.json", ...(given.full === true ? ["study.json"] : [])];
  await requireRoom(folder, names, given.force === true);

  const clock = stopwatch(io.now);
  const { result, report, paths } = await stoppable(io, async (signal) => {
    const data = await dataOf(given, io, signal);
    clock.lap("data");
    const progress = progressBar(io, given.quiet === true);
    const found = await runStudyInWorkers(studyOptions(given, data, progress, signal), {
      threads: given.threads as number | undefined,
    }).finally(progress.end);
    clock.lap("study");
    requireFindings(found);
    const made = studyReport(found);
    const files = await filesOf(found, made, names);
    clock.lap("report");
    const written = await writeFiles(folder, files, { overwrite: given.force === true, signal });
    return { result: found, report: made, paths: written };
  });
  clock.lap("files");
  if (given.json === true) io.out(jsonOf(result, paths));
  else if (given.quiet !== true) io.out(account(result, report, paths, clock.text()));
}

function checkData(given: Given): void {
  if (given.schools === undefined && given.pupils === undefined) {
    refuseTogether(given, "they are of tables of your own, which --schools and --pupils name", [
      "columns",
      "missing",
      "encoding",
    ]);
    return;
  }
  const missing = ["schools", "pupils"].find((name) => given[name] === undefined);
  if (missing !== undefined) failUsage(`--schools and --pupils go together: --${missing} is not given.`);
  refuseTogether(given, "the data are your own tables, not simulated", ["seed", "scale", ...WORLD_NAMES]);
}

/** Simulated schools, or the two tables: of the pupils, who may be millions, only what the study reads. */
async function dataOf(given: Given, io: CommandIo, signal: AbortSignal): Promise<SimulatedSchools | StudyTables> {
  if (given.schools === undefined) return simulateSchools(simulationOf(given));
  const { missing, encoding } = given as Pick<TableOptions, "missing" | "encoding">;
  const named = given.columns as Partial<StudyColumns> | undefined;
  const { schoolCovariates, pupilCovariates } = given as Partial<StudyColumns>;
  const columns = {
    ...DEFAULT_COLUMNS,
    ...named,
    ...(schoolCovariates && { schoolCovariates }),
    ...(pupilCovariates && { pupilCovariates }),
  };
  const files = { schools: given.schools as string, pupils: given.pupils as string };
  const titles = { schools: `"${files.schools}"`, pupils: `"${files.pupils}"` };
  const read = (table: "schools" | "pupils", choose: (names: readonly string[]) => readonly string[]): Promise<Frame> =>
    readWithProgress(files[table], io, given.quiet === true, { missing, encoding, signal, columns: choose });
  const schools = await read("schools", (names) => {
    requireSchoolColumns(names, columns, titles.schools);
    return names;
  });
  const pupils = await read("pupils", (names) => requirePupilColumns(names, columns, titles.pupils));
  return {
    schools: withTextKeys(schools, [columns.school, columns.alliance]),
    pupils: withTextKeys(pupils, [columns.school]),
    columns: named,
    titles,
  };
}

const STUDY_NAMES = [
  "roles",
  "keyStages",
  "cohorts",
  "years",
  "schoolCovariates",
  "pupilCovariates",
  "caliper",
  "ratio",
  "earlierYears",
  "df",
  "sensitivity",
] as const satisfies readonly (keyof StudyOptions)[];

function studyOptions(given: Given, data: StudyOptions["data"], progress: Progress, signal: AbortSignal): StudyOptions {
  const named = STUDY_NAMES.filter((name) => name in given).map((name) => [name, given[name]]);
  return {
    ...Object.fromEntries(named),
    // `hidden` is of the simulated data on the command line.
    ...(given.confounder === undefined ? {} : { hidden: given.confounder }),
    data,
    signal,
    onProgress: (done, total, cell) => progress.update(done, total, cell.name),
  };
}

async function filesOf(result: Study, report: Report, names: readonly string[]): Promise<FileToWrite[]> {
  const html = await toHtml(report);
  const contents = [() => html, () => toMarkdown(report), () => reportData(report), () => `${toJson(result)}\n`];
  return names.map((name, k) => ({ name, content: contents[k]() }));
}

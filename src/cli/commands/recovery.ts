import { frame } from "../../data/frame";
import { render } from "../../display/render";
import { toJson } from "../../json";
import { recoverTruthInWorkers } from "../../node/parallel-recovery";
import { recoveryTable } from "../../study/recovery-table";
import type { RecoveryOptions } from "../../study/recovery-types";
import { type Command, type CommandIo, type Given, stoppable } from "../command";
import { requireRoomFor, writeOut } from "../files";
import { anyText, choice, list, path, whole } from "../kinds";
import { progressBar } from "../progress";
import {
  caliper,
  common,
  earlierYears,
  force,
  keyStage,
  out,
  role,
  scale,
  seed,
  studyDf,
  threads,
  world,
} from "../shared-options";
import { simulationOf } from "../simulation";

const SCENARIOS = ["no selection", "weak selection", "strong selection", "hidden confounder"];

/** What scenarios set themselves. */
const ELSEWHERE = world.filter(({ name }) => name !== "selection" && name !== "hidden");

export const recovery: Command = {
  name: "recovery",
  summary:
    "Repeat the study on simulated schools, and tell how well each way to estimate the effect recovers the truth.",
  description:
    "Simulates England again and again under no, weak and strong selection and with a hidden confounder, runs one comparison of the study, " +
    "and reports bias, root mean squared error, coverage and power of four estimators, with Monte Carlo standard errors. With --resume what is done " +
    "is kept in a file, and the same command goes on from there.",
  groups: [
    {
      title: "Repetition",
      options: [
        {
          name: "replications",
          kind: whole(2, 1_000_000),
          value: "N",
          help: "Studies per scenario.",
          otherwise: "200",
        },
        { ...seed, help: "Master seed: the same seed gives the same replications." },
        {
          name: "scenarios",
          kind: list(choice(...SCENARIOS)),
          value: "NAMES",
          help: `Of ${SCENARIOS.join(", ")}.`,
          otherwise: "all",
        },
        threads,
        { name: "resume", kind: path, value: "FILE", help: "Keep finished replications here, and go on from them." },
      ],
    },
    {
      title: "The comparison",
      options: [
        {
          name: "role",
          kind: role,
          value: "ROLE",
          help: "teaching, strategic partner or alliance member.",
          otherwise: "teaching",
        },
        { name: "keyStage", kind: keyStage, value: "STAGE", help: "KS2 or KS4.", otherwise: "KS2" },
        { name: "cohort", kind: whole(1, 3), value: "N", help: "1, 2 or 3.", otherwise: "1" },
        { name: "year", kind: whole(2012, 2014), value: "YEAR", help: "Summer of the tests.", otherwise: "2014" },
        {
          name: "schoolCovariates",
          kind: list(anyText),
          value: "COLUMNS",
          help: "School covariates to match on and adjust for.",
          otherwise: "all",
        },
        caliper,
        earlierYears,
        studyDf,
      ],
    },
    { title: "Simulated schools", options: [scale, ...ELSEWHERE] },
    { title: "Files", options: [out("the table"), force] },
    common(),
  ],
  examples: [
    [
      "likewise recovery --replications 1000 --resume recovery.jsonl",
      "an hour or more; Ctrl-C, and the same again goes on",
    ],
    ['likewise recovery --scenarios "strong selection" --key-stage KS4 --replications 100', "one scenario"],
  ],
  run,
};

async function run(given: Given, io: CommandIo): Promise<void> {
  await requireRoomFor(given, ["out"]);
  const start = io.now();
  const progress = progressBar(io, given.quiet === true);
  const result = await stoppable(io, (signal) =>
    recoverTruthInWorkers(
      {
        ...recoveryOptions(given),
        signal,
        onProgress: (done, total, { scenario, replication }) =>
          progress.update(done, total, `${scenario} ${replication}`),
      },
      { threads: given.threads as number | undefined, resume: given.resume as string | undefined },
    ),
  ).finally(progress.end);
  const seconds = ((io.now() - start) / 1000).toFixed(1);
  const paths = await writeOut(given, io, { out: () => frame(result.rows) });
  if (given.json === true) io.out(`${toJson(result)}\n`);
  else if (given.quiet !== true) {
    io.out(
      `${render(recoveryTable(result))}\n${paths.map((written) => `\nWritten: ${written}`).join("")}\n${seconds} s\n`,
    );
  }
}

const NAMES = [
  "replications",
  "seed",
  "scenarios",
  "scale",
  "role",
  "keyStage",
  "cohort",
  "year",
  "schoolCovariates",
  "caliper",
  "earlierYears",
  "df",
] as const satisfies readonly (keyof RecoveryOptions)[];

function recoveryOptions(given: Given): RecoveryOptions {
  const named = NAMES.filter((name) => name in given).map((name) => [name, given[name]]);
  const { seed: _seed, scale: _scale, ...simulate } = simulationOf(given);
  return { ...Object.fromEntries(named), simulate };
}

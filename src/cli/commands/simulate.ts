import { columnNames } from "../../data/column";
import type { Frame } from "../../data/types";
import { count } from "../../errors/words";
import { csvPieces } from "../../node/write-csv";
import { requireRoom, writeFiles } from "../../node/write-files";
import { simulateSchools } from "../../synthetic/simulate";
import type { SimulatedSchools } from "../../synthetic/types";
import { type Command, type CommandIo, type Given, stoppable } from "../command";
import { list, path, whole } from "../kinds";
import { type Progress, progressBar } from "../progress";
import { common, force, scale, seed, world } from "../shared-options";
import { simulationOf } from "../simulation";

const FILES = ["schools.csv", "pupils.csv", "truth.csv"];

export const simulate: Command = {
  name: "simulate",
  summary: "Write synthetic schools and pupils of England, with a known truth, as CSV files.",
  description:
    "Writes schools.csv (one row per school), pupils.csv (one row per pupil and year) and truth.csv (what nobody would know: each school's " +
    "outcome with and without designation). The same seed and options give the same files. At full scale pupils.csv has 3.4 million rows.",
  groups: [
    {
      title: "Schools and pupils",
      options: [
        seed,
        scale,
        {
          name: "years",
          kind: list(whole()),
          value: "YEARS",
          help: "Summers of the tests, among 2012, 2013 and 2014.",
          otherwise: "all",
        },
        ...world,
      ],
    },
    {
      title: "Files",
      options: [
        { name: "out", kind: path, value: "DIR", help: "The folder to write into.", otherwise: "./likewise-data" },
        force,
      ],
    },
    common(),
  ],
  examples: [
    ["likewise simulate --scale 0.05 --out england", "a twentieth of England"],
    ["likewise simulate --world selection --seed 7 --out selection", "no effect, but good schools are chosen"],
    ['likewise simulate --truth \'{"teaching":{"KS2":0.2,"KS4":0.2}}\' --out small-effects', "another truth"],
  ],
  run,
};

async function run(given: Given, io: CommandIo): Promise<void> {
  const folder = (given.out as string | undefined) ?? "likewise-data";
  const overwrite = given.force === true;
  await requireRoom(folder, FILES, overwrite);
  const { years } = given as { years?: readonly number[] };
  const england = simulateSchools({ ...simulationOf(given), ...(years === undefined ? {} : { years }) });
  const progress = progressBar(io, given.quiet === true);
  const start = io.now();
  const paths = await stoppable(io, (signal) =>
    writeFiles(
      folder,
      [
        { name: FILES[0], content: () => csvPieces([england.schools]) },
        { name: FILES[1], content: () => csvPieces(counted(england, progress)) },
        { name: FILES[2], content: () => csvPieces([england.truth.schools]) },
      ],
      { overwrite, signal },
    ),
  ).finally(progress.end);
  const tables = [
    { path: paths[0], rows: england.schools.rows, columns: columnNames(england.schools) },
    { path: paths[1], rows: england.pupils.rows },
    { path: paths[2], rows: england.truth.schools.rows, columns: columnNames(england.truth.schools) },
  ];
  if (given.json === true) {
    io.out(`${JSON.stringify({ kind: "simulated-files", options: england.options, files: tables }, null, 1)}\n`);
  } else if (given.quiet !== true) {
    io.out(`${tables.map((table) => `${table.path}  ${count(table.rows, "row")}`).join("\n")}\n`);
    io.out(`${count(england.pupils.rows, "pupil record")} in ${((io.now() - start) / 1000).toFixed(1)} s\n`);
  }
}

/** The pupils, chunk by chunk, with the progress that they make. */
function* counted(england: SimulatedSchools, progress: Progress): Generator<Frame> {
  let done = 0;
  for (const chunk of england.pupils.chunks()) {
    yield chunk;
    done += chunk.rows;
    progress.update(done, england.pupils.rows, "pupils.csv");
  }
}

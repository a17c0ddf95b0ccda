import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/command-line";
import { frame } from "../../src/data/frame";
import { renameColumns } from "../../src/data/select";
import type { DataLike } from "../../src/data/types";
import { csvPieces } from "../../src/node/write-csv";
import { drawPupils } from "../../src/synthetic/pupil-stream";
import { simulateSchools } from "../../src/synthetic/simulate";
import { inFolder, likewise, wordsOf } from "./run";

/** What makes an hour of national examples a few seconds; what an example says itself stands. */
const COHORTS = '[{"cohort":1,"year":2011,"month":9}]';
const ONE = ["--years", "2014", "--cohorts", COHORTS, "--sensitivity", "none"];
const SMALL = ["--scale", "0.04", "--school-covariates", "intake", "--threads", "1"];
const LESS: Readonly<Record<string, readonly string[]>> = {
  simulate: ["--scale", "0.01"],
  study: ["--roles", "alliance member", "--key-stages", "KS2", "--pupil-covariates", "prior", ...SMALL, ...ONE],
  recovery: ["--role", "alliance member", "--scenarios", "weak selection", ...SMALL],
};

/** The files that the examples name. */
function tablesFor(command: string): Readonly<Record<string, DataLike>> {
  if (command === "study") {
    const england = simulateSchools({ seed: 3, scale: 0.04, years: [2014] });
    const named = { school: "URN" };
    return {
      "schools.csv": renameColumns(england.schools, named),
      "pupils.csv": renameColumns(drawPupils(england, {}), named),
    };
  }
  const school = Array.from({ length: 80 }, (_, i) => `S${i}`);
  const at = (i: number, k: number): number => ((i * 37 + k * 11) % 29) / 29;
  const intake = school.map((_, i) => at(i, 1));
  const programme = school.map((_, i) => 0.5 * intake[i] + ((i * 7919) % 101) / 101 > 0.9);
  const size = school.map((_, i) => 100 + Math.round(900 * at(i, 2)));
  const region = school.map((_, i) => (i % 2 === 0 ? "North" : "South"));
  const pupils = Array.from({ length: 800 }, (_, i) => ({
    school: `S${i % 80}`,
    prior: at(i, 5),
    score: at(i, 5) + at(i % 80, 7) + at(i * 7, 9),
  }));
  return { "schools.csv": { school, programme, intake, size, region }, "pupils.csv": pupils };
}

/** The words of an example, with its files in a folder, and less work where it does not say how much. */
function lighter(name: string, words: readonly string[], folder: string, out: string): string[] {
  const here = words.map((word, k) => {
    if (words[k - 1] === "--replications") return "2";
    return /\.(csv|jsonl?)$/.test(word) || words[k - 1] === "--out" ? join(folder, word) : word;
  });
  const less = LESS[name] ?? [];
  for (let k = 0; k < less.length; k += 2) {
    const isOfUse = less[k] !== "--scale" || !words.includes("--schools");
    if (isOfUse && !words.includes(less[k])) here.push(less[k], less[k + 1]);
  }
  return name === "study" && !words.includes("--out") ? [...here, "--out", join(folder, out)] : here;
}

it.each(COMMANDS.map((command) => [command.name, command] as const))(
  "the examples of likewise %s run",
  (name, command) =>
    inFolder(async (folder) => {
      for (const [file, table] of Object.entries(tablesFor(name))) {
        writeFileSync(join(folder, file), [...csvPieces([frame(table)])].join(""));
      }
      writeFileSync(join(folder, "study.json"), JSON.stringify({ ratio: 1 }));
      // balance and fit read what the examples of match write.
      const before = COMMANDS.find((other) => other.name === "match")!.examples;
      const examples = ["balance", "fit"].includes(name) ? [...before, ...command.examples] : command.examples;
      for (const [k, [line]] of examples.entries()) {
        const [, command, ...words] = wordsOf(line);
        const { code, err } = await likewise([command, ...lighter(command, words, folder, `out${k}`)]);
        expect([line, err, code]).toEqual([line, "", 0]);
      }
    }),
);

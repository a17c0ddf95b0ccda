import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readCsv } from "../../src/node/read-csv";
import { inFolder, likewise } from "./run";

const WORDS = [
  ..."recovery,--replications,2,--scale,0.15,--scenarios,weak selection,--threads,1".split(","),
  "--school-covariates",
  "intake,fsm",
];

it("prints the table, goes on from a file, and writes CSV", () =>
  inFolder(async (folder) => {
    const [log, out] = [join(folder, "recovery.jsonl"), join(folder, "table.csv")];
    const first = await likewise([...WORDS, "--resume", log, "--out", out]);
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(first.out).toContain("Recovery of a known truth: teaching, KS2, cohort 1, 2014");
    expect(first.out).toMatch(/weak selection {2}matched \+ multilevel {2,}2 /);
    expect((await readCsv(out)).rows).toBe(5);
    const lines = readFileSync(log, "utf8");
    const again = await likewise([...WORDS, "--resume", log, "--json"]);
    expect(JSON.parse(again.out).records).toHaveLength(2);
    expect(readFileSync(log, "utf8")).toBe(lines);
    const other = await likewise([...WORDS, "--resume", log, "--seed", "5"]);
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/holds replications with another seed/);
  }));

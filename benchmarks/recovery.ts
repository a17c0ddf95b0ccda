/**
 * Recovery of a known truth at national scale: teaching schools of cohort 1 in 2014, at both key stages.
 *
 *   tsx benchmarks/recovery.ts [replications] [folder]
 *
 * Writes benchmarks/recovery.json and prints the tables as Markdown. Finished replications are kept in the folder, where one
 * is named, and are not run again.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { render } from "../src/display/render";
import { recoverTruthInWorkers } from "../src/node/parallel-recovery";
import { recoveryTable } from "../src/study/recovery-table";
import type { Recovery } from "../src/study/recovery-types";

const [replications = "300", folder] = process.argv.slice(2);

async function recover(keyStage: "KS2" | "KS4"): Promise<Recovery> {
  return recoverTruthInWorkers(
    {
      replications: Number(replications),
      seed: 2016,
      keyStage,
      onProgress: (done, total) => {
        if (done % 100 === 0) process.stderr.write(`${keyStage}: ${done} of ${total}\n`);
      },
    },
    folder === undefined ? {} : { resume: join(folder, `recovery-${keyStage}.jsonl`) },
  );
}

/** Means over the replications of a scenario that could be run; they explain the biases. */
function meansOf({ records }: Recovery, scenario: string): object {
  const own = records.flatMap((record) =>
    record.scenario === scenario && record.headStart !== null ? [{ ...record, headStart: record.headStart }] : [],
  );
  const mean = (of: (record: (typeof own)[number]) => number): number =>
    own.reduce((sum, record) => sum + of(record), 0) / own.length;
  return {
    scenario,
    treatedSchools: mean(({ treatedSchools }) => treatedSchools),
    matchedSchools: mean(({ matchedSchools }) => matchedSchools),
    headStartInPool: mean(({ headStart }) => headStart.pool),
    headStartMatched: mean(({ headStart }) => headStart.matched),
  };
}

const recoveries = [await recover("KS2"), await recover("KS4")];
const results = recoveries.map((recovery) => {
  const { records, ...rest } = recovery;
  return { ...rest, means: recovery.options.scenarios.map(({ name }) => meansOf(recovery, name)) };
});
writeFileSync(
  fileURLToPath(new URL("recovery.json", import.meta.url)),
  `${JSON.stringify({ kind: "recovery-benchmark", results }, null, 2)}\n`,
);
for (const recovery of recoveries) process.stdout.write(`${render(recoveryTable(recovery), "markdown")}\n\n`);

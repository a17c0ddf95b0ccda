import { count } from "../errors/words";
import { recoveryOf } from "../study/recovery";
import { replicationTasks, resolveRecovery } from "../study/recovery-options";
import type { Recovery, RecoveryOptions, Replication, ReplicationTask } from "../study/recovery-types";
import { openRecoveryLog, type RecoveryLog } from "./recovery-log";
import { shareOut } from "./workers";

export interface RecoveryThreads {
  /** Worker threads; default as many as there are cores. */
  readonly threads?: number;
  /**
   * A file to keep finished replications in, and to go on from where it exists: a line of JSON each. The number of
   * replications may differ from last time, nothing else.
   */
  readonly resume?: string | URL;
}

/**
 * `recoverTruth` on worker threads: the same numbers, whatever their number, and whether in one go or resumed.
 *
 * With `resume` each replication is written as soon as it is done; after an abort, an error or a power cut the next call with the
 * same options runs only those that are missing. A line that broke off is dropped, and a diagnostic says so. One
 * process at a time may write to the file.
 *
 * @param options - as for `recoverTruth`; `onProgress` is called on this thread, in the order in which replications are done, and counts those
 *   read from the file as done.
 * @param threads - `threads` and `resume`.
 * @throws what `recoverTruth` throws, `stopped` within a tenth of a second; `invalid-argument` for `threads`, and for a file of other options or another version; `file` where it
 *   cannot be read or written or holds something else, or the script of the workers is not beside this one.
 * @example
 * ```ts
 * import { recoverTruthInWorkers } from "likewise/node";
 * const recovery = await recoverTruthInWorkers(
 *   { replications: 2, scale: 0.15, scenarios: ["weak selection"], schoolCovariates: ["intake"] },
 *   { threads: 2 }, // and resume: "recovery.jsonl"
 * );
 * recovery.rows.length; // 5
 * ```
 */
export async function recoverTruthInWorkers(
  options: RecoveryOptions = {},
  { threads, resume }: RecoveryThreads = {},
): Promise<Recovery> {
  const resolved = resolveRecovery(options);
  const tasks = replicationTasks(resolved);
  const log: RecoveryLog =
    resume === undefined
      ? { path: null, records: [], diagnostics: [], append: () => {} }
      : openRecoveryLog(resume, resolved);
  const known = new Map(log.records.map((record) => [nameOf(record.scenario, record.replication), record]));
  const missing = tasks.filter(({ scenario, replication }) => !known.has(nameOf(scenario.name, replication)));
  let done = tasks.length - missing.length;
  await shareOut<null, ReplicationTask, Replication>({
    job: "replicate",
    setup: null,
    tasks: missing,
    threads,
    signal: options.signal,
    stopped: () =>
      `The recovery was stopped before it was done, after ${done} of ${count(tasks.length, "study", "studies")}${
        log.path === null ? "" : `, which "${log.path}" keeps: the same again goes on from there`
      }.`,
    onResult: (record) => {
      log.append(record);
      known.set(nameOf(record.scenario, record.replication), record);
      options.onProgress?.(++done, tasks.length, record);
    },
  });
  const records = tasks.map(({ scenario, replication }) => known.get(nameOf(scenario.name, replication))!);
  return recoveryOf(resolved, records, log.diagnostics);
}

function nameOf(scenario: string, replication: number): string {
  return JSON.stringify([scenario, replication]);
}

/** What worker threads run: a job by name, set up once, then task after task. */
import { parentPort, workerData } from "node:worker_threads";
import { replicate } from "../study/recovery-replicate";
import { plainError } from "./plain-error";
import { studyJob } from "./study-job";
import type { Answer } from "./workers";

type Job = (task: never) => Iterable<unknown>;

const JOBS: Readonly<Record<string, (setup: never) => Job>> = {
  study: studyJob,
  replicate: () => (task) => [replicate(task)],
};

const { job, setup } = workerData as { readonly job: string; readonly setup: never };
let run: Job | undefined;

parentPort?.on("message", ({ index, task }: { readonly index: number; readonly task: never }) => {
  for (const answer of answers(index, task)) parentPort?.postMessage(answer);
});

function* answers(index: number, task: never): Generator<Answer> {
  try {
    run ??= JOBS[job](setup);
    for (const result of run(task)) yield { index, result };
    yield { index, isDone: true };
  } catch (error) {
    yield { index, error: plainError(error) };
  }
}

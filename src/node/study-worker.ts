/** What worker threads run: a job by name, set up once, then task after task. */
import { parentPort, workerData } from "node:worker_threads";
import { replicate } from "../study/recovery-replicate";
import { plainError } from "./plain-error";
import { studyJob } from "./study-job";
import type { Answer } from "./workers";

const JOBS: Readonly<Record<string, (setup: never) => (task: never) => unknown>> = {
  study: studyJob,
  replicate: () => replicate,
};

const { job, setup } = workerData as { readonly job: string; readonly setup: never };
let run: ((task: never) => unknown) | undefined;

parentPort?.on("message", ({ index, task }: { readonly index: number; readonly task: never }) => {
  parentPort?.postMessage(answer(index, task));
});

function answer(index: number, task: never): Answer {
  try {
    run ??= JOBS[job](setup);
    return { index, result: run(task) };
  } catch (error) {
    return { index, error: plainError(error) };
  }
}

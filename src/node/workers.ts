import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { fail } from "../errors/error";
import { describeValue } from "../errors/words";
import { type PlainError, raise } from "./plain-error";

/** Work to be shared out. */
export interface SharedWork<Setup, Task, Result> {
  /** Of the jobs in study-worker.ts. */
  readonly job: string;
  /** Sent once to every worker. */
  readonly setup: Setup;
  /** Taken one after another by whichever worker is free. */
  readonly tasks: readonly Task[];
  /** Default as many as there are cores; never more than tasks. */
  readonly threads: number | undefined;
  /** Looked at ten times a second; an `AbortSignal` will do. */
  readonly signal: { readonly aborted: boolean } | undefined;
  /** The sentence of the error when it aborts. */
  readonly stopped: () => string;
  /** Called on the calling thread as results come in: those of one task in their order, tasks in any. */
  readonly onResult: (result: Result, task: Task) => void;
}

/** What a worker says of a task: each of its results, then that it is done; or an error. */
export type Answer = { readonly index: number } & (
  | { readonly result: unknown }
  | { readonly isDone: true }
  | { readonly error: PlainError }
);

const WATCH_MS = 100;

/**
 * Does all tasks on worker threads.
 *
 * The first error, an abort, or an error of `onResult` ends all workers before it is raised.
 */
export async function shareOut<Setup, Task, Result>(work: SharedWork<Setup, Task, Result>): Promise<void> {
  const threads = Math.min(threadCount(work.threads), work.tasks.length);
  requireRunning(work);
  const workers: Worker[] = [];
  let watch: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      watch = setInterval(() => attempt(() => requireRunning(work), reject), WATCH_MS);
      const desk = deskOf(work, resolve);
      for (let t = 0; t < threads; t++) {
        const worker = startWorker(work);
        workers.push(worker);
        worker.on("message", (answer: Answer) => attempt(() => desk.receive(worker, answer), reject));
        worker.on("error", reject);
        worker.on("exit", () => reject(new Error("A worker thread of Likewise ended before its work was done.")));
        desk.give(worker);
      }
      if (threads === 0) resolve();
    });
  } finally {
    clearInterval(watch);
    for (const worker of workers) worker.removeAllListeners("message");
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Gives tasks to workers and passes their results on. */
function deskOf<Setup, Task, Result>(
  { tasks, onResult }: SharedWork<Setup, Task, Result>,
  done: () => void,
): { give: (worker: Worker) => void; receive: (worker: Worker, answer: Answer) => void } {
  let next = 0;
  let open = tasks.length;
  const give = (worker: Worker): void => {
    if (next < tasks.length) worker.postMessage({ index: next, task: tasks[next++] });
  };
  return {
    give,
    receive(worker, answer) {
      if ("error" in answer) raise(answer.error);
      if ("result" in answer) {
        onResult(answer.result as Result, tasks[answer.index]);
        return;
      }
      give(worker);
      if (--open === 0) done();
    },
  };
}

function requireRunning({ signal, stopped }: Pick<SharedWork<unknown, unknown, unknown>, "signal" | "stopped">): void {
  if (signal?.aborted) fail("stopped", stopped());
}

function attempt(make: () => void, reject: (error: unknown) => void): void {
  try {
    make();
  } catch (error) {
    reject(error);
  }
}

/** As many threads as asked for, else as there are cores. */
function threadCount(asked: number | undefined): number {
  if (asked === undefined) return availableParallelism();
  if (Number.isInteger(asked) && asked >= 1) return asked;
  return fail("invalid-argument", `threads is a whole number of 1 or more, not ${describeValue(asked)}.`, {
    option: "threads",
  });
}

/** Where the script of the workers may stand: built beside this file, or below it where this one went into a shared chunk; or in the source. */
const PLACES = ["./study-worker.js", "./node/study-worker.js", "./study-worker-source.mjs"];

function startWorker({ job, setup }: { readonly job: string; readonly setup: unknown }): Worker {
  const here = import.meta.url;
  const script = PLACES.map((place) => new URL(place, here)).find((place) => existsSync(place));
  // Flags of the process, such as those of a loader, are not for the workers.
  if (script !== undefined) return new Worker(script, { execArgv: [], workerData: { job, setup } });
  return fail(
    "file",
    `The script of the worker threads, study-worker.js, is not beside "${here}". A bundler must leave likewise/node out of the bundle.`,
    { path: here },
  );
}

import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import type { PupilFile } from "./pupil-file";
import type { Workload } from "./workload";

/** What a process says when it has read its data. */
interface Ready {
  readonly readMs: number;
  /** Ours only: peak memory before reading, and the size of the columns read. */
  readonly bareMb?: number;
  readonly columnsMb?: number;
}

export interface Run {
  readonly ms: number;
  /** Processor time of all threads, which a busy machine disturbs less. */
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly answer: readonly (number | null)[];
}

/** Milliseconds of processor time of a mixed model's pass over rows, and of everything after it. */
export interface Split {
  readonly passMs: number;
  readonly estimateMs: number;
}

/** A process that has read its data and runs its workload when asked, so that two can take turns. */
export interface Runner {
  readonly ready: Ready;
  run(): Promise<Run>;
  floor(): Promise<{ readonly ms: number }>;
  split(): Promise<Split>;
  stop(): void;
}

/** Python with statsmodels; set `PYTHON` where it is another. */
const PYTHON = process.env.PYTHON ?? "python3";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Bundles the measuring process once, so that no loader of TypeScript runs along with what is measured. */
export async function bundleMeasure(directory: string): Promise<string> {
  await build({
    entry: { measure: here("measure.ts") },
    outDir: directory,
    tsconfig: here("../tsconfig.json"),
    format: "esm",
    outExtension: () => ({ js: ".mjs" }),
    platform: "node",
    target: "node20",
    noExternal: [/.*/],
    config: false,
    silent: true,
    clean: false,
    dts: false,
  });
  return join(directory, "measure.mjs");
}

export function startOurs(bundle: string, workload: Workload, path: string): Promise<Runner> {
  return startRunner(process.execPath, [bundle, workload.name, path]);
}

/** Null for a workload without a peer. */
export function startPeer(workload: Workload, path: string, file: PupilFile): Promise<Runner> | null {
  if (!workload.peer) return null;
  const { name, formula } = workload.peer;
  const [command, script] = name === "statsmodels" ? [PYTHON, "peers/peer.py"] : ["Rscript", "peers/peer.R"];
  return startRunner(command, [here(script), name, path, `${file.n}`, file.columns.join(","), formula]);
}

/** Why a workload's peer cannot run here, or null where it can. */
export function whyNoPeer(workload: Workload): string | null {
  if (!workload.peer) return null;
  if (workload.peer.name === "statsmodels") {
    const python = spawnSync(PYTHON, ["-c", "import statsmodels"]);
    return python.error || python.status !== 0 ? "Python has no statsmodels, so one workload has no peer." : null;
  }
  const library = workload.peer.name === "glm" ? "stats" : workload.peer.name;
  const test = spawnSync("Rscript", ["-e", `quit(status = !requireNamespace("${library}", quietly = TRUE))`]);
  if (test.error) return "R is not installed (no Rscript), so there is no peer to compare with.";
  return test.status === 0 ? null : `R has no package ${library}, so ${workload.name} has no peer to compare with.`;
}

async function startRunner(command: string, args: readonly string[]): Promise<Runner> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.on("data", (text) => {
    complaints += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The process ended early: ${complaints.trim().split("\n").slice(-6).join("\n")}`);
    return JSON.parse(value) as T;
  };
  const ask = <T>(line: string): Promise<T> => {
    child.stdin.write(`${line}\n`);
    return next<T>();
  };
  return {
    ready: await next<Ready>(),
    run: () => ask<Run>("run"),
    floor: () => ask<{ ms: number }>("floor"),
    split: () => ask<Split>("split"),
    stop: () => child.stdin.end(),
  };
}

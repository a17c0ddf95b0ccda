import { type Run, type Runner, type Split, startOurs, startPeer } from "./process";
import type { PupilFile } from "./pupil-file";
import type { Workload } from "./workload";

/** Times in milliseconds. */
interface Times {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median of the processor time of all threads, which a busy machine disturbs less. */
  readonly cpu: number;
  readonly runs: readonly number[];
}

export interface Outcome {
  readonly workload: string;
  /** Compared with a peer, beside being part of the growth. */
  readonly compared: boolean;
  readonly n: number;
  readonly schools: number;
  readonly readMs: number;
  /** The first run of a fresh process, and the repetitions after a warm-up. */
  readonly coldMs: number;
  readonly warm: Times;
  /** Peak memory after the first run and after all, in MB; what reading and running added to a bare process. */
  readonly memory: {
    readonly bareMb: number;
    readonly columnsMb: number;
    readonly firstMb: number;
    readonly allMb: number;
  };
  readonly floorMs: number;
  /** Of mixed models: medians of the two halves, in processor time. */
  readonly split: Split | null;
  readonly peer: PeerOutcome | null;
}

interface PeerOutcome {
  readonly name: string;
  readonly readMs: number;
  readonly times: Times;
  readonly peakMb: number;
  /** Peer ÷ ours, medians. */
  readonly ratio: number;
  /** Largest difference of an answer, relative to its size or to 1 where it is smaller. */
  readonly difference: number;
}

export interface Task {
  readonly workload: Workload;
  readonly bundle: string;
  readonly path: string;
  readonly file: PupilFile;
  readonly repeat: number;
  /** Whether it is one of the comparisons; at other sizes it only shows growth. */
  readonly compared: boolean;
  /** 0 leaves the peer out. */
  readonly peerRepeat: number;
}

/** Runs a workload and its peer in turns: a cold run and a warm-up of ours, then ours, peer, ours, peer … */
export async function compare(task: Task): Promise<Outcome> {
  const { workload, file, path, repeat, peerRepeat } = task;
  const ours = await startOurs(task.bundle, workload, path);
  let theirs: Runner | null = null;
  try {
    const cold = await ours.run();
    await warmUp(ours);
    if (peerRepeat > 0) theirs = await startPeer(workload, path, file);
    const runs: Run[] = [];
    const peerRuns: Run[] = [];
    for (let i = 0; i < Math.max(repeat, peerRepeat); i++) {
      if (i < repeat) runs.push(await ours.run());
      if (theirs && i < peerRepeat) peerRuns.push(await theirs.run());
    }
    const floor = await ours.floor();
    const split = workload.split ? await medianSplit(ours, repeat) : null;
    const warm = timesOf(runs);
    return {
      workload: workload.name,
      compared: task.compared,
      n: file.n,
      schools: file.schools,
      readMs: ours.ready.readMs,
      coldMs: cold.ms,
      warm,
      memory: {
        bareMb: ours.ready.bareMb ?? 0,
        columnsMb: ours.ready.columnsMb ?? 0,
        firstMb: cold.peakMb,
        allMb: runs.at(-1)!.peakMb,
      },
      floorMs: floor.ms,
      split,
      peer: theirs && peerOutcome(workload.peer!.name, theirs, peerRuns, warm, cold),
    };
  } finally {
    ours.stop();
    theirs?.stop();
  }
}

async function medianSplit(runner: Runner, repeat: number): Promise<Split> {
  const splits: Split[] = [];
  for (let i = 0; i <= repeat; i++) splits.push(await runner.split());
  const warm = splits.slice(1);
  return { passMs: median(warm.map((s) => s.passMs)), estimateMs: median(warm.map((s) => s.estimateMs)) };
}

/** Runs until the compiler has seen enough: twice at least, and for half a second. */
async function warmUp(runner: Runner): Promise<void> {
  let spent = 0;
  for (let i = 0; i < 2 || (spent < 500 && i < 100); i++) spent += (await runner.run()).ms;
}

function peerOutcome(name: string, runner: Runner, runs: readonly Run[], warm: Times, ours: Run): PeerOutcome {
  const times = timesOf(runs);
  return {
    name,
    readMs: runner.ready.readMs,
    times,
    peakMb: runs.at(-1)!.peakMb,
    ratio: times.median / warm.median,
    difference: largestDifference(ours.answer, runs[0].answer),
  };
}

function timesOf(runs: readonly Run[]): Times {
  const times = runs.map((run) => run.ms);
  return {
    median: median(times),
    min: Math.min(...times),
    max: Math.max(...times),
    cpu: median(runs.map((run) => run.cpuMs)),
    runs: times,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function largestDifference(ours: Run["answer"], theirs: Run["answer"]): number {
  if (ours.length !== theirs.length) return Number.NaN;
  return ours.reduce((largest: number, value, i) => {
    const [a, b] = [value ?? Number.NaN, theirs[i] ?? Number.NaN];
    return Math.max(largest, Math.abs(a - b) / Math.max(1, Math.abs(b)));
  }, 0);
}

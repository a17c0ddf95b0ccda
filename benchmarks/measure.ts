/**
 * The process in which one workload runs, so that its peak memory is its own: reads the data, then answers each line
 * `run` or `floor` with a line of JSON. peers/peer.R speaks the same way. No garbage collection is forced between runs:
 * it would throw compiled code away, which made the next run up to three times slower.
 */
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { onePass, scalarRate } from "./floor";
import { bytesOf, readPupils } from "./pupil-file";
import { WORKLOADS } from "./workloads/all";

const say = (answer: object): boolean => process.stdout.write(`${JSON.stringify(answer)}\n`);

/** Megabytes that this process has held at most. On Linux `maxRSS` would count the process that started this one. */
function peak(): number {
  const status = "/proc/self/status";
  if (!existsSync(status)) return process.resourceUsage().maxRSS / 1024;
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(status, "utf8"))![1]) / 1024;
}

const [name, path] = process.argv.slice(2);
const workload = WORKLOADS.find((candidate) => candidate.name === name);
if (!workload) throw new Error(`There is no workload "${name}".`);

const bare = peak();
const start = performance.now();
const data = readPupils(path, workload.columns);
const readMs = performance.now() - start;
const run = workload.prepare(data);
say({ readMs, bareMb: bare, columnsMb: bytesOf(data) / 2 ** 20 });

/** Milliseconds of processor time of the two halves of a mixed model. */
function split(): { passMs: number; estimateMs: number } {
  const halves = workload!.split!(data);
  const start = cpuMs();
  const summary = halves.pass();
  const middle = cpuMs();
  halves.estimate(summary);
  return { passMs: middle - start, estimateMs: cpuMs() - middle };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === "floor") say({ ms: onePass(data) + (workload.multiplyAdds * data.rows) / scalarRate() });
  else if (line === "split") say(split());
  else {
    const cpu = cpuMs();
    const from = performance.now();
    const answer = run();
    const ms = performance.now() - from;
    say({ ms, cpuMs: cpuMs() - cpu, peakMb: peak(), answer });
  }
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { render, type Table } from "likewise";
import { toSvg } from "likewise/plots";
import { compare, type Outcome } from "./compare";
import { growthPlot } from "./growth-plot";
import { bundleMeasure, whyNoPeer } from "./process";
import { type PupilFile, writePupils } from "./pupil-file";
import { comparisonTable, growthTable, splitTable } from "./tables";
import type { Workload } from "./workload";
import { WORKLOADS } from "./workloads/all";

const HELP = `Time Likewise on a million pupils, beside R where R is installed.

  npm run benchmark                      everything, a few minutes
  npm run benchmark -- --only mixed --no-peers

Options (defaults in brackets)
  --n N           pupils [1000000]
  --schools J     schools [one for every 200 pupils]
  --only NAMES    some of ${WORKLOADS.map((workload) => workload.name).join(", ")}
  --no-peers      without R
  --repeat K      timed repetitions after the warm-up; ten times as many below n = 1e4, at most 3 of peers from n = 1e6, 1 from 1e7 [5]
  --no-growth     without the smaller sizes
  --large         1:1 matching and the random intercept on ten million pupils as well
  --json FILE     all figures as JSON
  --write         into benchmarks/RESULTS.md and results.json
  --help          this text
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      n: { type: "string", default: "1000000" },
      schools: { type: "string" },
      only: { type: "string" },
      "no-peers": { type: "boolean" },
      repeat: { type: "string", default: "5" },
      "no-growth": { type: "boolean" },
      large: { type: "boolean" },
      json: { type: "string" },
      write: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const n = wholeNumber("n", values.n, 100);
  const only = values.only?.split(",") ?? WORKLOADS.map((workload) => workload.name);
  const unknown = only.find((name) => !WORKLOADS.some((workload) => workload.name === name));
  if (unknown) stop(`There is no workload "${unknown}"; choose among ${WORKLOADS.map(({ name }) => name).join(", ")}.`);
  return {
    ...values,
    n,
    schools: wholeNumber("schools", values.schools ?? `${schoolsFor(n)}`, 2),
    workloads: WORKLOADS.filter((workload) => only.includes(workload.name)),
    repeat: wholeNumber("repeat", values.repeat, 1),
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= least
    ? value
    : stop(`--${name} must be a whole number from ${least}, not "${text}".`);
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

type Options = ReturnType<typeof readOptions>;

const schoolsFor = (n: number): number => Math.max(2, Math.round(n / 200));
const say = (line: string): boolean => process.stderr.write(`${line}\n`);

interface Job {
  readonly workload: Workload;
  readonly n: number;
  readonly schools: number;
  readonly compared: boolean;
}

/** The workload whose peer runs at every size, not at the one asked for alone. */
const HEADLINE = "mixed";

/** Each workload at the size asked for and at its second one, compared with its peer; other sizes show growth. */
function jobsOf({ n, schools, workloads, large, ...options }: Options): Job[] {
  const compared = workloads.flatMap((workload): Job[] =>
    [...(workload.sizes ?? [{ n, schools }]), ...(workload.also ? [workload.also] : [])].map((size) => ({
      workload,
      n: size.n,
      schools: size.schools,
      compared: true,
    })),
  );
  const sizes = options["no-growth"] ? [] : [1e4, 1e5, 1e6].filter((size) => size < n);
  const growth = workloads.flatMap((workload) => {
    if (workload.sizes !== undefined) return [];
    const own = large && ["nearest-easy", "nearest-hard", HEADLINE].includes(workload.name) ? [...sizes, 1e7] : sizes;
    return own.map((size) => ({ workload, n: size, schools: schoolsFor(size), compared: workload.name === HEADLINE }));
  });
  return [...compared, ...growth.filter((job) => !compared.some((c) => c.workload === job.workload && c.n === job.n))];
}

/** Runs the jobs, those on the same data together, from small to large. */
async function measureAll(options: Options, directory: string): Promise<{ outcomes: Outcome[]; notes: string[] }> {
  const bundle = await bundleMeasure(directory);
  const whyNot = new Map(
    options.workloads.map((workload) => [workload, options["no-peers"] ? "" : whyNoPeer(workload)]),
  );
  const jobs = jobsOf(options).sort((a, b) => a.n - b.n);
  const outcomes: Outcome[] = [];
  let path = "";
  let file: PupilFile = { n: 0, schools: 0, seed: "", columns: [] };
  for (const { workload, n, schools, compared } of jobs) {
    if (file.n !== n || file.schools !== schools) {
      if (path) rmSync(path);
      path = join(directory, `pupils-${n}-${schools}.bin`);
      file = timedWrite(path, n, schools);
    }
    const withPeer =
      compared &&
      workload.peer !== undefined &&
      whyNot.get(workload) === null &&
      n < (workload.peerBelow ?? Number.POSITIVE_INFINITY);
    // Milliseconds scatter more than seconds do.
    const repeat = n < 1e4 ? 10 * options.repeat : options.repeat;
    const peerRepeat = withPeer ? Math.min(repeat, n >= 1e7 ? 1 : n >= 1e6 ? 3 : repeat) : 0;
    say(`${workload.name}, n = ${n.toLocaleString("en-GB")}${withPeer ? `, with ${workload.peer?.name}` : ""} …`);
    outcomes.push(await compare({ workload, bundle, path, file, repeat, compared, peerRepeat }));
  }
  return {
    outcomes,
    notes: [...new Set([...whyNot.values()].filter((why) => why !== null && why !== ""))] as string[],
  };
}

function timedWrite(path: string, n: number, schools: number): PupilFile {
  const start = performance.now();
  const file = writePupils(path, n, schools);
  say(
    `generated ${n.toLocaleString("en-GB")} pupils in ${schools} schools in ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  return file;
}

function machineState() {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return {
    likewise: version,
    node: process.version,
    cores: cpus().length,
    platform: `${process.platform} ${process.arch}`,
    loadAtStart: Number(loadavg()[0].toFixed(2)),
    date: new Date().toISOString().slice(0, 10),
  };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const state = machineState();
  const directory = mkdtempSync(join(tmpdir(), "likewise-benchmark-"));
  try {
    const { outcomes, notes } = await measureAll(options, directory);
    const compared = options.workloads.flatMap(({ name }) => outcomes.filter((o) => o.compared && o.workload === name));
    const grown = outcomes.filter(({ n, schools }) => n === options.n || schools === schoolsFor(n));
    const tables: Table[] = [
      comparisonTable(compared, WORKLOADS),
      splitTable(outcomes, WORKLOADS),
      growthTable(
        grown,
        options.workloads.filter(({ sizes }) => sizes === undefined),
      ),
    ].filter((table) => table.rows.length > 0);
    const about = `Likewise ${state.likewise}, Node ${state.node}, ${state.cores} cores, ${state.platform}, load ${state.loadAtStart}, ${state.date}.`;
    process.stdout.write(`${[...tables.map((table) => render(table)), about, ...notes].join("\n\n")}\n`);
    const json = `${JSON.stringify({ state, notes, outcomes }, null, 2)}\n`;
    if (options.json) writeFileSync(options.json, json);
    if (options.write) {
      const title =
        "# Benchmarks\n\nWritten by `npm run benchmark -- --write`. Only ratios taken side by side in one run count.";
      const markdown = [title, about, ...notes, ...tables.map((table) => render(table, "markdown"))].join("\n\n");
      writeFileSync(fileURLToPath(new URL("RESULTS.md", import.meta.url)), `${markdown}\n\n![Growth](growth.svg)\n`);
      writeFileSync(
        fileURLToPath(new URL("growth.svg", import.meta.url)),
        await toSvg(growthPlot(outcomes, options.workloads)),
      );
      writeFileSync(fileURLToPath(new URL("results.json", import.meta.url)), json);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

await main();

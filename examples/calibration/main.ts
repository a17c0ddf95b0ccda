import { parseArgs } from "node:util";
import { render, type TableFormat } from "../../src/display/render";
import { fixed, type Table, text } from "../../src/display/table";
import { isLikewiseError } from "../../src/errors/error";
import { KEY_STAGES } from "../../src/synthetic/calibration/schools";
import { checkModels } from "./checks";
import { type Comparison, compareWithPublished } from "./compare";
import { timeNational } from "./national";

const HELP = `Hold the simulated schools and pupils against the figures they are calibrated to.

  npx tsx examples/calibration/main.ts [--seed 1] [--scale 1] [--format text|markdown|csv]
  npx tsx examples/calibration/main.ts --speed      how fast the whole country is drawn
`;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    scale: { type: "string", default: "1" },
    format: { type: "string", default: "text" },
    speed: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});

/** What is beyond rounding, in standard errors of the simulation. */
function deviation(row: Comparison): number {
  return Math.max(0, Math.abs(row.simulated - row.published) - row.rounding) / row.standardError;
}

function comparisonTable(rows: readonly Comparison[]): Table {
  return {
    kind: "table",
    title: "Simulated against published or assumed figures",
    columns: [
      { name: "group", format: text },
      { name: "figure", format: text },
      { name: "source", format: text },
      { name: "published", format: fixed(3) },
      { name: "simulated", format: fixed(3) },
      { name: "standard error", format: fixed(4) },
      { name: "deviation", format: fixed(1) },
      { name: "", format: text },
    ],
    rows: rows.map((row) => [
      row.group,
      row.what,
      row.source,
      row.published,
      row.simulated,
      row.standardError,
      deviation(row),
      row.calibrated ? "" : "check",
    ]),
    notes: [
      "S: read in a published source. D: computed from published data. A: assumed.",
      "Deviation: in standard errors, beyond the rounding of the published figure.",
      'Rows marked "check" are not calibrated to: they show how far the rest of the model carries.',
    ],
  };
}

function checkTables(seed: number, scale: number): Table[] {
  const { checks, partition } = checkModels(seed, scale);
  return [
    {
      kind: "table",
      title: "Models of the simulated pupils beside figures from outside",
      columns: [
        { name: "figure", format: text },
        { name: "published", format: text },
        { name: "simulated", format: fixed(3) },
      ],
      rows: checks.map((check) => [check.what, check.published, check.simulated]),
    },
    {
      kind: "table",
      title: "How the national variance of 1 divides",
      columns: [{ name: "part", format: text }, ...KEY_STAGES.map((name) => ({ name, format: fixed(4) }))],
      rows: (Object.keys(partition[0]) as (keyof (typeof partition)[0])[]).map((part) => [
        part,
        partition[0][part],
        partition[1][part],
      ]),
    },
  ];
}

function main(): void {
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const [seed, scale] = [Number(values.seed), Number(values.scale)];
  const tables = values.speed
    ? [timeNational()]
    : [comparisonTable(compareWithPublished(seed, scale)), ...checkTables(seed, scale)];
  const format = values.format as TableFormat;
  process.stdout.write(`${tables.map((table) => render(table, format)).join("\n\n")}\n`);
}

try {
  main();
} catch (error) {
  if (!isLikewiseError(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

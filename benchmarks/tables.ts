import type { Cell, FormattedCell, Table } from "likewise";
import type { Outcome } from "./compare";
import type { Workload } from "./workload";

const text = { type: "text" } as const;
const whole = { type: "count" } as const;
const fixed = (digits: number) => ({ type: "fixed", digits }) as const;

/** Targets are set for a million pupils, but where a workload has sizes of its own. */
const TARGET_SIZE = 1e6;

/** Three significant digits below a thousand, whole numbers above. */
function milliseconds(ms: number): string {
  return ms >= 1000 ? Math.round(ms).toLocaleString("en-GB") : ms.toPrecision(3);
}

/** Every workload with its floor and its peer. */
export function comparisonTable(outcomes: readonly Outcome[], workloads: readonly Workload[]): Table {
  const rows = outcomes.map((outcome) => comparisonRow(outcome, workloads.find((w) => w.name === outcome.workload)!));
  const pending = rows.some((row) => String(row[7]).endsWith("*"));
  return {
    kind: "table",
    title: "Likewise and its peers",
    columns: [
      { name: "Workload", format: text },
      { name: "n", format: whole },
      { name: "Cold ms", format: text },
      { name: "Warm ms [min, max]", format: text },
      { name: "Peak MB", format: whole },
      { name: "× columns", format: fixed(1) },
      { name: "Floor ms", format: text },
      { name: "Peer", format: text },
      { name: "Peer ms [min, max]", format: text },
      { name: "Peer MB", format: whole },
      { name: "Ratio", format: fixed(1) },
      { name: "Target", format: text },
      { name: "Difference", format: text },
    ],
    rows,
    notes: [
      "Cold: the first run of a fresh process; warm: median of the repetitions after a warm-up. Reading the data is not included.",
      "Peak MB: the whole process after its first run, data included. × columns: what reading and running added to a bare process, over the size of the columns used (target: under 3; empty where they are too small to tell); balance includes the match before it.",
      "Floor: one plain sum over the columns used and, where cross-products are needed, n·p²/2 multiply-adds at this machine's rate for plain code.",
      "Ratio: the peer's median over ours. Difference: the largest between our answers and the peer's, relative to their size.",
      ...(pending ? ["* Published, another machine: not run here, so the ratio is a rough one."] : []),
    ],
  };
}

function comparisonRow(outcome: Outcome, workload: Workload): (Cell | FormattedCell)[] {
  const { warm, memory, peer } = outcome;
  const published = workload.published?.n === outcome.n ? workload.published : undefined;
  const isOfTarget = workload.sizes !== undefined || outcome.n === TARGET_SIZE;
  const target = workload.also?.n === outcome.n ? workload.also.target : isOfTarget ? workload.target : undefined;
  const [fast, slow] = published?.seconds.map((seconds) => seconds * 1000) ?? [Number.NaN, Number.NaN];
  const range = ({ median, min, max }: Outcome["warm"]): string =>
    `${milliseconds(median)} [${milliseconds(min)}, ${milliseconds(max)}]`;
  return [
    workload.title,
    outcome.n,
    milliseconds(outcome.coldMs),
    range(warm),
    memory.firstMb,
    memory.columnsMb < 8 ? null : (memory.firstMb - memory.bareMb) / memory.columnsMb,
    milliseconds(outcome.floorMs),
    peer ? peer.name : published ? `${published.name} *` : "",
    peer ? range(peer.times) : published ? [...new Set([fast, slow])].map(milliseconds).join(" to ") : "",
    peer ? peer.peakMb : null,
    peer ? peer.ratio : published ? fast / warm.median : null,
    target && (peer || published) ? `≥ ${target}` : "",
    peer ? peer.difference.toExponential(0) : "",
  ];
}

/** README's extract: what ran beside a peer in the same run. */
export function speedTable(outcomes: readonly Outcome[], workloads: readonly Workload[]): Table {
  return {
    kind: "table",
    columns: [
      { name: "what", format: text },
      { name: "rows", format: whole },
      { name: "Likewise ms", format: text },
      { name: "MB", format: whole },
      { name: "peer", format: text },
      { name: "its ms", format: text },
      { name: "its MB", format: whole },
      { name: "times faster", format: fixed(0) },
    ],
    rows: workloads.flatMap(({ name, title }) =>
      outcomes.flatMap(({ workload, n, warm, memory, peer }) =>
        workload !== name || peer === null
          ? []
          : [
              [
                title,
                n,
                milliseconds(warm.median),
                Math.round(memory.firstMb),
                peer.name,
                milliseconds(peer.times.median),
                Math.round(peer.peakMb),
                peer.ratio,
              ],
            ],
      ),
    ),
  };
}

/** Of mixed models: the pass over rows beside its floor, and what the estimation takes. */
export function splitTable(outcomes: readonly Outcome[], workloads: readonly Workload[]): Table {
  const rows = outcomes.flatMap(({ workload, n, schools, floorMs, split }) =>
    split === null
      ? []
      : [
          [
            workloads.find(({ name }) => name === workload)!.title,
            n,
            schools,
            milliseconds(split.passMs),
            milliseconds(floorMs),
            split.passMs / floorMs,
            milliseconds(split.estimateMs),
            (100 * split.estimateMs) / (split.passMs + split.estimateMs),
          ],
        ],
  );
  return {
    kind: "table",
    title: "Mixed models: the pass over rows, and the estimation from its summary",
    columns: [
      { name: "Workload", format: text },
      { name: "n", format: whole },
      { name: "Schools", format: whole },
      { name: "Pass ms", format: text },
      { name: "Floor ms", format: text },
      { name: "Pass ÷ floor", format: fixed(1) },
      { name: "Estimation ms", format: text },
      { name: "Estimation %", format: fixed(1) },
    ],
    rows,
    notes: [
      "Medians of processor time, warm. The pass ends in the group summary; the estimation is everything after it, tests included where there are any.",
    ],
  };
}

/** How time grows with n: the exponent b of time ∝ n^b between neighbouring sizes. */
export function growthTable(outcomes: readonly Outcome[], workloads: readonly Workload[]): Table {
  const shown = outcomes.filter((outcome) => workloads.some(({ name }) => name === outcome.workload));
  const sizes = [...new Set(shown.map((outcome) => outcome.n))].sort((a, b) => a - b);
  const rows = workloads.flatMap((workload) => {
    const own = sizes.map((n) => outcomes.find((o) => o.workload === workload.name && o.n === n));
    if (own.filter(Boolean).length < 2) return [];
    const times = own.map((outcome) => (outcome ? milliseconds(outcome.warm.median) : ""));
    const exponents = own.slice(1).map((outcome, i) => {
      const before = own[i];
      return outcome && before
        ? Math.log(outcome.warm.median / before.warm.median) / Math.log(outcome.n / before.n)
        : null;
    });
    return [[workload.title, ...times, ...exponents]];
  });
  const short = (n: number): string => n.toExponential(0).replace("+", "");
  return {
    kind: "table",
    title: "Growth: warm milliseconds by n, and the exponent between sizes",
    columns: [
      { name: "Workload", format: text },
      ...sizes.map((n) => ({ name: short(n), format: text })),
      ...sizes.slice(1).map((n, i) => ({ name: `${short(sizes[i])}–${short(n)}`, format: fixed(2) })),
    ],
    rows,
    notes: ["n log n has an exponent of 1.09 between 1e4 and 1e5 and of 1.07 above. School sizes stay as they are."],
  };
}

import { assessBalance } from "../../balance/assess";
import type { Balance, BalanceMeasures, BalanceOptions, BalanceUnits } from "../../balance/types";
import { frame } from "../../data/frame";
import type { Frame } from "../../data/types";
import { render } from "../../display/render";
import { toJson } from "../../json";
import { summary } from "../../summary";
import type { Command, CommandIo, Given } from "../command";
import { requireRoomFor, writeOut } from "../files";
import { above, anyText, choice, flag } from "../kinds";
import { common, data, encoding, force, missing, out, treatedLevel, types, YOUR_TABLES } from "../shared-options";
import { dataOf, sidesOf, treatedOf } from "../tables";

export const balance: Command = {
  name: "balance",
  summary: "Show how alike two groups are, before and after weights or a match.",
  description:
    "Compares every covariate of the formula between the groups. With --weights (and --subclass, for distances within pairs) " +
    "also after weighting: likewise match --all writes such columns.",
  argument: { name: "FORMULA", help: 'treatment ~ covariates, such as "programme ~ intake + size"' },
  groups: [
    {
      title: "Data",
      options: [
        data,
        types,
        missing,
        encoding,
        treatedLevel,
        {
          name: "weights",
          kind: anyText,
          value: "COLUMN",
          help: "Weights that should make the groups alike; 0 is left out.",
        },
        { name: "subclass", kind: anyText, value: "COLUMN", help: "The pair or set of each unit." },
        { name: "score", kind: anyText, value: "COLUMN", help: "A score to show first." },
      ],
    },
    {
      title: "Comparison",
      options: [
        {
          name: "estimand",
          kind: choice("ATT", "ATC", "ATE"),
          value: "ESTIMAND",
          help: "Whose spread standardises: ATT, ATC or ATE.",
          otherwise: "ATT",
        },
        {
          name: "style",
          kind: choice("matchit", "cobalt"),
          value: "STYLE",
          help: "Whose table: matchit or cobalt.",
          otherwise: "matchit",
        },
        {
          name: "threshold",
          kind: above(0),
          value: "SD",
          help: "From which standardised difference a covariate counts as unbalanced.",
          otherwise: "0.1",
        },
        { name: "interactions", kind: flag, help: "Squares and products too." },
      ],
    },
    { title: "Files", options: [out("a row per covariate"), force] },
    common(),
  ],
  examples: [
    ['likewise balance "programme ~ intake + size" --data schools.csv', "before matching"],
    [
      'likewise balance "programme ~ intake + size" --data weighted.csv --weights weights --subclass subclass',
      "after the second example of likewise match",
    ],
  ],
  notes: [YOUR_TABLES],
  run,
};

async function run(given: Given, io: CommandIo, formula: string): Promise<void> {
  await requireRoomFor(given, ["out"]);
  const table = await dataOf(given);
  const { name, covariates } = sidesOf(formula);
  const { weights, subclass, score, estimand } = given as Pick<
    BalanceUnits,
    "weights" | "subclass" | "score" | "estimand"
  >;
  const { style, interactions } = given as Pick<BalanceOptions, "style" | "interactions">;
  const treatedLevelGiven = treatedOf(given, formula, table);
  const units = {
    treated: name,
    treatedLevel: treatedLevelGiven,
    covariates,
    weights,
    subclass,
    score,
    estimand,
    data: table,
  };
  const thresholds = given.threshold === undefined ? undefined : { smd: given.threshold as number };
  const result = assessBalance(without(units), without({ style, interactions, thresholds }));
  const paths = await writeOut(given, io, { out: () => balanceFrame(result) });
  if (given.json === true) io.out(`${toJson(result)}\n`);
  else if (given.quiet !== true) {
    io.out(`${render(summary(result))}\n${paths.map((path) => `\nWritten: ${path}`).join("")}\n`);
  }
}

/** Options without those that were not given. */
function without<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

const MEASURES = [
  "meanTreated",
  "meanControl",
  "difference",
  "smd",
  "varianceRatio",
  "ecdfMean",
  "ecdfMax",
  "pairDistance",
] as const satisfies readonly (keyof BalanceMeasures)[];

/** A row per covariate, `smdBefore` and `smdAfter` side by side. */
function balanceFrame({ rows }: Balance): Frame {
  const sides = [
    ["Before", rows.map((row) => row.before)],
    ["After", rows.map((row) => row.after)],
  ] as const;
  return frame({
    name: rows.map(({ name }) => name),
    kind: rows.map(({ kind }) => kind),
    ...Object.fromEntries(
      MEASURES.flatMap((measure) =>
        sides.map(([when, list]) => [
          `${measure}${when}`,
          Float64Array.from(list, (row) => row?.[measure] ?? Number.NaN),
        ]),
      ),
    ),
  });
}

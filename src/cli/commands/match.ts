import { columnNames } from "../../data/column";
import { withColumn } from "../../data/select";
import type { Frame } from "../../data/types";
import { render } from "../../display/render";
import { toJson } from "../../json";
import { match as matchUnits } from "../../matching/match";
import { matchedData, matchedPairs } from "../../matching/matched-data";
import type { MatchOptions } from "../../matching/types/options";
import type { MatchResult } from "../../matching/types/result";
import type { MatchSubject } from "../../matching/types/subject";
import { fitPropensity, type PropensityOptions } from "../../propensity/fit";
import { summary } from "../../summary";
import { type Command, type CommandIo, failUsage, type Given } from "../command";
import { requireRoomFor, writeOut } from "../files";
import { above, anyText, choice, either, flag, list, names, number, path, whole } from "../kinds";
import { common, data, encoding, force, missing, out, seed, treatedLevel, types, YOUR_TABLES } from "../shared-options";
import { dataOf, sidesOf, treatedOf } from "../tables";

/** Options of `match` that go to the library as they are. */
const MATCH_NAMES = [
  "ratio",
  "replace",
  "reuseMax",
  "order",
  "ties",
  "distance",
  "caliper",
  "caliperUnits",
  "exact",
  "antiexact",
  "within",
  "estimand",
  "discard",
  "minControls",
  "maxControls",
  "subclasses",
  "k2k",
  "seed",
] as const;

const words = list(anyText);

export const match: Command = {
  name: "match",
  summary: "Match treated units with comparable ones, on a propensity score or on covariates.",
  description:
    "Fits the propensity model that the formula names, matches, and prints how well it went. --out writes the matched rows with " +
    "their weights and sets; with --all all rows, those left out with weight 0, as likewise balance wants them.",
  argument: { name: "FORMULA", help: 'treatment ~ covariates, such as "programme ~ intake + size"' },
  groups: [
    {
      title: "Data and score",
      options: [
        data,
        types,
        missing,
        encoding,
        treatedLevel,
        {
          name: "link",
          kind: choice("logit", "probit", "cloglog"),
          value: "LINK",
          help: "Of the propensity model: logit, probit or cloglog.",
          otherwise: "logit",
        },
        {
          name: "penalty",
          kind: choice("none", "firth"),
          value: "PENALTY",
          help: "none, or firth: finite estimates under separation.",
          otherwise: "none",
        },
      ],
    },
    {
      title: "Match",
      options: [
        {
          name: "method",
          kind: choice("nearest", "optimal", "full", "exact", "cem", "subclass"),
          value: "METHOD",
          help: "nearest, optimal, full, exact, cem or subclass.",
          otherwise: "nearest",
        },
        {
          name: "distance",
          kind: choice("score", "linear", "mahalanobis", "robust-mahalanobis", "scaled-euclidean", "euclidean"),
          value: "DISTANCE",
          help: "score, linear (predictor), mahalanobis, robust-mahalanobis, scaled-euclidean or euclidean.",
          otherwise: "score",
        },
        {
          name: "caliper",
          kind: either(number(), names(number())),
          value: "WIDTH|JSON",
          help: 'Widest difference in a pair; by column as JSON: {"size":0.5}.',
        },
        {
          name: "caliperUnits",
          kind: choice("sd", "raw"),
          value: "UNITS",
          help: "Of the calipers: sd or raw.",
          otherwise: "sd",
        },
        { name: "ratio", kind: above(0), value: "K", help: "Comparators per treated unit.", otherwise: "1" },
        { name: "minControls", kind: number(0), value: "N", help: "Fewest comparators of a unit." },
        { name: "maxControls", kind: above(0), value: "N", help: "Most comparators of a unit." },
        { name: "replace", kind: flag, help: "Comparators may be used more than once." },
        { name: "reuseMax", kind: whole(1), value: "N", help: "How often at most; with --replace." },
        {
          name: "order",
          kind: choice("largest", "smallest", "closest", "farthest", "random", "data"),
          value: "ORDER",
          help: "Who chooses first: largest, smallest, closest, farthest, random or data.",
          otherwise: "largest",
        },
        {
          name: "ties",
          kind: choice("data", "random"),
          value: "TIES",
          help: "Who wins between equals: the first in the data, or random.",
          otherwise: "data",
        },
        { ...seed, help: "Of random orders and ties.", otherwise: undefined },
        { name: "exact", kind: words, value: "COLUMNS", help: "Columns on which partners are equal." },
        { name: "antiexact", kind: words, value: "COLUMNS", help: "Columns on which partners differ." },
        { name: "within", kind: anyText, value: "COLUMN", help: "Groups that partners share where they can." },
        {
          name: "estimand",
          kind: choice("ATT", "ATC", "ATE"),
          value: "ESTIMAND",
          help: "Whose effect: ATT, ATC or, with full and subclass, ATE.",
          otherwise: "ATT",
        },
        {
          name: "discard",
          kind: choice("none", "both", "treated", "control"),
          value: "WHOM",
          help: "Whose units are left out beyond the other group's scores: none, treated, control or both.",
          otherwise: "none",
        },
        { name: "subclasses", kind: whole(2), value: "N", help: "How many, with the method subclass.", otherwise: "6" },
        { name: "k2k", kind: flag, help: "With cem: pairs within cells." },
      ],
    },
    {
      title: "Files",
      options: [
        out("matched rows"),
        { name: "all", kind: flag, help: "With --out: write all rows, those left out with weight 0." },
        {
          name: "pairs",
          kind: path,
          value: "FILE",
          help: "Where to write one row per unit and pair or set, as CSV.",
        },
        force,
      ],
    },
    common(),
  ],
  examples: [
    [
      'likewise match "programme ~ intake + size" --data schools.csv --distance linear --caliper 0.2 --out matched.csv',
      "pairs within a fifth of a standard deviation",
    ],
    [
      'likewise match "programme ~ intake + size" --data schools.csv --method full --exact region --out weighted.csv --all',
      "full matching within regions",
    ],
  ],
  notes: [YOUR_TABLES],
  run,
};

async function run(given: Given, io: CommandIo, formula: string): Promise<void> {
  await requireRoomFor(given, ["out", "pairs"]);
  if (given.all === true && given.out === undefined) failUsage("--all is of --out, which is not given.");
  const table = await dataOf(given);
  const method = (given.method as string | undefined) ?? "nearest";
  const named = MATCH_NAMES.filter((name) => name in given).map((name) => [name, given[name]]);
  const result = matchUnits(subjectOf(given, formula, table, method), {
    method,
    ...Object.fromEntries(named),
  } as MatchOptions);
  const paths = await writeOut(given, io, {
    out: () => (given.all === true ? everyRow(result, table) : matchedData(result)),
    pairs: () => matchedPairs(result),
  });
  if (given.json === true) io.out(`${toJson(result)}\n`);
  else if (given.quiet !== true) {
    io.out(`${render(summary(result))}\n${paths.map((path) => `\nWritten: ${path}`).join("")}\n`);
  }
}

/** Cells of equal values need no score, and a model of it might not even converge. */
function subjectOf(given: Given, formula: string, table: Frame, method: string): MatchSubject {
  const treated = treatedOf(given, formula, table);
  if (method === "exact" || method === "cem") {
    const { name, covariates } = sidesOf(formula);
    return { treated: name, ...(treated === undefined ? {} : { treatedLevel: treated }), covariates, data: table };
  }
  const { link, penalty } = given as Pick<PropensityOptions, "link" | "penalty">;
  return fitPropensity(formula, table, { treated, link, penalty });
}

/** The table with weights, sets and scores; units left out have the weight 0 and no set. */
function everyRow(result: MatchResult, table: Frame): Frame {
  const { weights, subclass, score } = result;
  const sets = subclass === null ? null : Float64Array.from(subclass, (set) => (set < 0 ? Number.NaN : set));
  let all = table;
  for (const [name, values] of [
    ["distance", score],
    ["weights", weights],
    ["subclass", sets],
  ] as const) {
    if (values === null) continue;
    if (columnNames(table).includes(name)) {
      failUsage(`The table has a column "${name}" already, which --all would add. Rename it.`);
    }
    all = withColumn(all, name, values);
  }
  return all;
}

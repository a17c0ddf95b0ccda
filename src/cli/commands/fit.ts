import { frame } from "../../data/frame";
import { join } from "../../data/join";
import type { Frame } from "../../data/types";
import { render } from "../../display/render";
import { toJson } from "../../json";
import { type FitMixedOptions, fitMixed } from "../../multilevel/fit";
import { randomEffects } from "../../multilevel/random-effects";
import type { SummariseOptions } from "../../multilevel/summarise";
import { summary } from "../../summary";
import { type Command, type CommandIo, failUsage, type Given } from "../command";
import { readTable, requireRoomFor, type TableOptions, withTextKeys, writeOut } from "../files";
import { anyText, choice, path } from "../kinds";
import { refuseTogether } from "../read-options";
import { common, data, encoding, force, missing, out, types, YOUR_TABLES } from "../shared-options";
import { dataOf } from "../tables";

export const fit: Command = {
  name: "fit",
  summary: "Fit a multilevel model of pupils in schools.",
  description:
    "Fits a linear multilevel model: random intercepts, nested groups as in (1 | authority/school), slopes as in (1 + prior | school). " +
    "--schools joins the columns of a second table, such as the one that likewise match wrote; pupils whose school is not in it " +
    "are left out, and a column that the pupils have too, with other values, gets _school at its end.",
  argument: { name: "FORMULA", help: 'outcome ~ covariates + (1 | school), such as "score ~ prior + (1 | school)"' },
  groups: [
    {
      title: "Data",
      options: [
        data,
        types,
        missing,
        encoding,
        { name: "schools", kind: path, value: "FILE", help: "A table of schools, joined to the pupils." },
        {
          name: "key",
          kind: anyText,
          value: "COLUMN",
          help: "The column that names the school in both tables.",
          otherwise: "school",
        },
      ],
    },
    {
      title: "Model",
      options: [
        { name: "method", kind: choice("REML", "ML"), value: "METHOD", help: "REML or ML.", otherwise: "REML" },
        {
          name: "df",
          kind: choice("satterthwaite", "kenward-roger", "between-within", "z", "none"),
          value: "METHOD",
          help: "Degrees of freedom: satterthwaite, kenward-roger, between-within, z or none.",
          otherwise: "satterthwaite",
        },
        { name: "pupilWeights", kind: anyText, value: "COLUMN", help: "Weights of pupils." },
        {
          name: "weightsKind",
          kind: choice("precision", "frequency", "sampling"),
          value: "KIND",
          help: "What they stand for: precision, frequency or sampling.",
          otherwise: "precision",
        },
        {
          name: "schoolWeights",
          kind: anyText,
          value: "COLUMN",
          help: "Weights of schools, such as those of a match.",
        },
      ],
    },
    {
      title: "Files",
      options: [
        out("the coefficients"),
        { name: "random", kind: path, value: "FILE", help: "Where to write the schools' effects, as CSV." },
        force,
      ],
    },
    common(),
  ],
  examples: [
    ['likewise fit "score ~ prior + (1 | school)" --data pupils.csv', "one model"],
    [
      'likewise fit "score ~ programme + prior + (1 | school)" --data pupils.csv --schools matched.csv --out effect.csv',
      "pupils of matched schools",
    ],
  ],
  notes: [YOUR_TABLES],
  run,
};

async function run(given: Given, io: CommandIo, formula: string): Promise<void> {
  await requireRoomFor(given, ["out", "random"]);
  if (given.weightsKind !== undefined && given.pupilWeights === undefined)
    failUsage("--weights-kind is of --pupil-weights, which is not given.");
  if (given.schools === undefined) refuseTogether(given, "it joins --schools, which is not given", ["key"]);
  const model = fitMixed(formula, await pupilsOf(given), modelOptions(given));
  const paths = await writeOut(given, io, { out: () => frame(model.fixed), random: () => frame(randomEffects(model)) });
  if (given.json === true) io.out(`${toJson(model)}\n`);
  else if (given.quiet !== true) {
    io.out(`${render(summary(model))}\n${paths.map((written) => `\nWritten: ${written}`).join("")}\n`);
  }
}

async function pupilsOf(given: Given): Promise<Frame> {
  const pupils = await dataOf(given);
  const file = given.schools as string | undefined;
  if (file === undefined) return pupils;
  const key = (given.key as string | undefined) ?? "school";
  const { missing, encoding } = given as Pick<TableOptions, "missing" | "encoding">;
  const schools = withTextKeys(await readTable(file, { missing, encoding }), [key]);
  return join(withTextKeys(pupils, [key]), schools, { on: key, unmatched: "drop", suffix: "_school" });
}

function modelOptions(given: Given): FitMixedOptions & SummariseOptions {
  const { method, df } = given as FitMixedOptions;
  const {
    pupilWeights: pupils,
    weightsKind: kind,
    schoolWeights: schools,
  } = given as Record<string, string | undefined>;
  const weights = { ...(pupils && { pupils }), ...(kind && { kind }), ...(schools && { schools }) };
  return {
    ...(method && { method }),
    ...(df && { df }),
    ...(Object.keys(weights).length > 0 && { weights: weights as SummariseOptions["weights"] }),
  };
}

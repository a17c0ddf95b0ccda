import type { Option, OptionGroup } from "./command";
import { above, anyText, choice, either, flag, list, names, none, number, path, record, whole } from "./kinds";

export const seed: Option = {
  name: "seed",
  kind: either({ type: "number" }, anyText),
  value: "SEED",
  help: "A number or a word; the same seed gives the same data.",
  otherwise: "1",
};

const byKeyStage = (least: number, most: number) => record({ KS2: number(least, most), KS4: number(least, most) });

/** Of simulateSchools, under its names. */
export const world: readonly Option[] = [
  {
    name: "world",
    kind: choice("causal", "selection"),
    value: "WORLD",
    help: "Whether designation has effects (causal), or only picks schools of an unmeasured quality (selection).",
    otherwise: "causal",
  },
  {
    name: "truth",
    kind: either(
      choice("engagement"),
      record({
        teaching: byKeyStage(-1, 1),
        strategicPartner: number(-1, 1),
        allianceMember: number(-1, 1),
        engagement: number(0, 1),
        growth: number(0, 1),
      }),
    ),
    value: "engagement|JSON",
    help: 'Effects in national standard deviations, such as {"teaching":{"KS2":0.2}}; "engagement": .2 in the quarter of partners and members that are engaged.',
    otherwise: "teaching schools .45 at KS2, .40 at KS4; others none",
  },
  {
    name: "hidden",
    kind: either(number(0, 1), record({ designation: number(0, 3), outcome: number(0, 0.3), earlier: number(0, 1) })),
    value: "STRENGTH",
    help: "Strength of an unmeasured quality that designation favours, from 0 to 1.",
    otherwise: "0, in the selection world 1",
  },
  {
    name: "selection",
    kind: either(
      choice("none", "weak", "strong"),
      record({ outcomes: number(-3, 3), academy: number(-3, 3), urban: number(-3, 3) }),
    ),
    value: "STRENGTH",
    help: "How much designation depends on earlier outcomes, type and place: none, weak or strong.",
    otherwise: "weak",
  },
  {
    name: "icc",
    kind: byKeyStage(0.06, 0.3),
    value: "JSON",
    help: "School variance as a share of all, by key stage.",
    otherwise: '{"KS2":0.15,"KS4":0.12}',
  },
  {
    name: "authorityShare",
    kind: number(0, 0.5),
    value: "SHARE",
    help: "Share of school variance between local authorities.",
    otherwise: ".1",
  },
  {
    name: "yearCorrelation",
    kind: number(0, 1),
    value: "R",
    help: "Correlation of a school's effects in two years.",
    otherwise: ".8",
  },
  {
    name: "ofstedCorrelation",
    kind: number(0, 0.9),
    value: "R",
    help: "Correlation of the Ofsted grade with earlier outcomes.",
    otherwise: ".5",
  },
  {
    name: "alliances",
    kind: record({ primary: whole(1, 60), secondary: whole(1, 60), strategicPartners: whole(0, 20) }),
    value: "JSON",
    help: "Schools in an alliance led by a primary and by a secondary school, and its strategic partners.",
    otherwise: '{"primary":8,"secondary":5,"strategicPartners":2}',
  },
  {
    name: "teachingSchools",
    kind: list(whole(1, 1000), 3),
    value: "N,N,N",
    help: "Teaching schools of the three cohorts at national scale.",
    otherwise: "100,86,126",
  },
  {
    name: "missingPrior",
    kind: number(0, 0.3),
    value: "SHARE",
    help: "Share of pupils without prior attainment.",
    otherwise: ".04",
  },
];

export const scale: Option = {
  name: "scale",
  kind: number(0.01, 1),
  value: "SHARE",
  help: "Part of the national scale of some 18,400 schools, from .01 to 1.",
  otherwise: "1",
};

export const WORLD_NAMES = world.map(({ name }) => name);

export const role = choice("teaching", "strategic partner", "alliance member");
export const keyStage = choice("KS2", "KS4");

export const caliper: Option = {
  name: "caliper",
  kind: either(above(0), none),
  value: "SD|none",
  help: "Widest difference in a pair, in standard deviations of the linear predictor.",
  otherwise: "0.2",
};
export const earlierYears: Option = {
  name: "earlierYears",
  kind: whole(1, 10),
  value: "N",
  help: "Years before designation whose mean outcomes are matched on.",
  otherwise: "3",
};
export const studyDf: Option = {
  name: "df",
  kind: choice("satterthwaite", "kenward-roger"),
  value: "METHOD",
  help: "Degrees of freedom of the tests: satterthwaite or kenward-roger.",
  otherwise: "satterthwaite",
};
export const threads: Option = {
  name: "threads",
  kind: whole(1, 256),
  value: "N",
  help: "Worker threads.",
  otherwise: "one for each core",
};

export const force: Option = { name: "force", kind: flag, help: "Replace files that exist.", isLineOnly: true };
const quiet: Option = { name: "quiet", kind: flag, help: "No progress bar and no summary.", isLineOnly: true };
const json: Option = {
  name: "json",
  kind: flag,
  help: "Print the result as JSON instead of tables.",
  isLineOnly: true,
};
const help: Option = { name: "help", kind: flag, help: "This text.", isLineOnly: true };

/** What every command has. */
export const common = (...before: Option[]): OptionGroup => ({
  title: "Output",
  options: [...before, json, quiet, help],
});

export const data: Option = {
  name: "data",
  kind: path,
  value: "FILE",
  help: "The table: CSV, or Parquet where hyparquet is installed. Needed.",
};
export const treatedLevel: Option = {
  name: "treated",
  kind: anyText,
  value: "LEVEL",
  help: "The value that counts as treated, where it is not 0/1 or TRUE/FALSE.",
};
export const types: Option = {
  name: "types",
  kind: names(choice("number", "text", "factor", "logical")),
  value: "JSON",
  help: 'Types of columns where they should not be guessed: {"school":"text"}.',
};
export const missing: Option = {
  name: "missing",
  kind: list(anyText),
  value: "WORDS",
  help: "Cells of CSV files that mean missing, besides blank ones: SUPP,NE,-99.",
  otherwise: "NA,NaN",
};
/** A note below examples. */
export const YOUR_TABLES =
  "The files of the examples stand for tables of your own, and the formulas for columns of theirs.";

export const encoding: Option = {
  name: "encoding",
  kind: anyText,
  value: "NAME",
  help: "Encoding of CSV files, such as windows-1252.",
  otherwise: "utf-8",
};

export const out = (what: string): Option => ({
  name: "out",
  kind: path,
  value: "FILE",
  help: `Where to write ${what}, as CSV.`,
});

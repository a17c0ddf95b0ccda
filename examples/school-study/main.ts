import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isLikewiseError } from "likewise";
import { readCsv } from "likewise/node";
import { account } from "./account";
import { studySchools } from "./study";

const data = (file: string): string => fileURLToPath(new URL(`../data/${file}`, import.meta.url));

const HELP = `Compare the pupils of treated schools with those of matched schools.

  npm run study -- --example hsb         High School & Beyond: Catholic against public schools
  npm run study -- --example hsb --schools schools.csv --pupils pupils.csv --key school_id --outcome score \\
    --propensity "programme ~ size + intake" --pupil-covariates "ses + prior" --treated yes

Options (defaults in brackets)
  --schools FILE           one row per school, CSV with a header [High School & Beyond]
  --pupils FILE            one row per pupil, CSV with a header [High School & Beyond]
  --key COLUMN             the column that names the school in both files [school]
  --propensity FORMULA     treatment ~ school covariates [catholic ~ size + himinty + meanses]
  --treated VALUE          the value of the treatment that counts as treated, unless it is 0/1
  --outcome COLUMN         what pupils achieved [mathach]
  --pupil-covariates TERMS pupil covariates, as in a formula [ses + minority + female]
  --caliper SD             widest difference in a pair, in sd of the linear predictor [0.2]
  --ratio K                comparators per treated school [1]
  --help                   this text

Formulas are R's: a + b, a * b, log(a), I(a > 0), poly(a, 2). Keys stay text: 0012 is not 12.
`;

/** Cautions about the example's own data. */
const HSB_NOTES = [
  "High School & Beyond: the academic track (pracad) and discipline (disclim) stay out of the match because they are products " +
    "of the schooling under study; with them only 16 of 70 Catholic schools find a comparator. Mean SES is not beyond doubt " +
    "either, for families choose schools. There is no measure of earlier attainment, and the survey is of 1982.",
];

function readOptions() {
  const text = (value?: string) => ({ type: "string" as const, default: value });
  return parseArgs({
    options: {
      schools: text(data("hsb-schools.csv")),
      pupils: text(data("hsb-pupils.csv")),
      key: text("school"),
      propensity: text("catholic ~ size + himinty + meanses"),
      treated: { type: "string" },
      outcome: text("mathach"),
      "pupil-covariates": text("ses + minority + female"),
      caliper: text("0.2"),
      ratio: text("1"),
      help: { type: "boolean", short: "h" },
    },
  }).values;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const key = options.key as string;
  const types = { [key]: "text" } as const;
  const schools = await readCsv(options.schools as string, { types });
  const pupils = await readCsv(options.pupils as string, { types });
  const study = studySchools(schools, pupils, {
    key,
    propensity: options.propensity as string,
    treated: options.treated,
    outcome: options.outcome as string,
    pupilCovariates: options["pupil-covariates"] as string,
    caliper: positive("caliper", options.caliper as string),
    ratio: positive("ratio", options.ratio as string),
  });
  const isExample = options.schools === data("hsb-schools.csv");
  process.stdout.write(account(study, isExample ? HSB_NOTES : []));
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new UsageError(`--${name} must be a positive number, not "${text}".`);
}

class UsageError extends Error {}

main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError || String((error as { code?: string }).code).startsWith("ERR_PARSE_ARGS");
  if (!isUsage && !isLikewiseError(error)) throw error;
  process.stderr.write(`${(error as Error).message}\n${isUsage ? "Try npm run study -- --example hsb --help.\n" : ""}`);
  process.exitCode = 1;
});

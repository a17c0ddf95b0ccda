import { describeMatch, modelTable, render, selectColumns, summary, toRows } from "likewise";
import type { SchoolStudy } from "./study";

/** The study as one readable account for a terminal; `notes` are cautions about these very data. */
export function account(study: SchoolStudy, notes: readonly string[]): string {
  const { design, match, models, balance } = study;
  return [
    heading("1. Which schools are alike?"),
    render(summary(study.propensity)),
    heading("2. The match"),
    describeMatch(match).join("\n"),
    schoolsLost(study),
    heading("3. Are the matched schools alike?"),
    render(summary(balance)),
    balanceInWords(study),
    heading("4. Their pupils"),
    `${number(study.pupils.rows)} pupils in ${models.M3.ngroups} matched schools; ` +
      `${study.incomplete === 0 ? "none" : number(study.incomplete)} left out as incomplete. Models of ${design.outcome} by REML,\n` +
      `random intercept for ${design.key}, on the same rows: M0 empty; M1 pupil covariates; M2 + the school covariates of the\n` +
      "propensity model; M3 + the treatment.",
    render(modelTable(models)),
    ...[...new Set(models.M3.diagnostics.map((entry) => entry.message))],
    heading("5. The effect"),
    render(summary(study.effect)),
    effectInWords(study),
    heading("6. Caution"),
    [...cautions(study), ...notes].map((text) => wrap(`- ${text}`)).join("\n"),
    "",
  ].join("\n\n");
}

const heading = (text: string): string => `${text}\n${"═".repeat(text.length)}`;
const number = (value: number): string => value.toLocaleString("en-GB");
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

function schoolsLost({ schools, design, match }: SchoolStudy): string {
  const keys = toRows(selectColumns(schools, [design.key])).map((row) => String(row[design.key]));
  const lost = keys.filter((_, row) => match.treated[row] === 1 && match.weights[row] === 0);
  if (lost.length === 0) return "Every treated school found a comparator.";
  return wrap(`Treated schools without a comparator (${lost.length}): ${lost.join(", ")}.`);
}

function balanceInWords({ balance }: SchoolStudy): string {
  const worst = balance.rows
    .filter((row) => row.kind !== "distance" && row.after !== null)
    .toSorted((a, b) => Math.abs(b.after?.smd ?? 0) - Math.abs(a.after?.smd ?? 0))[0];
  const { before, after } = balance.maxAbsSmd;
  const verdict =
    (after ?? 0) <= 0.1
      ? "all within the usual .1"
      : (after ?? 0) <= 0.25
        ? "beyond .1, so the models below adjust for the covariates again (WWC-style reading: .05 to .25)"
        : "beyond .25, more than adjustment is usually trusted with (WWC-style reading)";
  return wrap(
    `The largest standardised difference of a covariate fell from ${before.toFixed(2)} to ${(after ?? 0).toFixed(2)} (${worst?.name}): ${verdict}.`,
  );
}

function effectInWords({ effect, design }: SchoolStudy): string {
  const { estimate, lower, upper, p } = effect.effect;
  const clear = p < 0.05 ? "an interval that leaves out 0" : "an interval that takes in 0: nothing clear";
  return wrap(
    `Pupils of treated schools scored ${Math.abs(estimate).toFixed(2)} ${estimate < 0 ? "lower" : "higher"} on ${design.outcome} than pupils of ` +
      `comparators with the same covariates (95 % interval ${lower.toFixed(2)} to ${upper.toFixed(2)}, p ${p < 0.001 ? "< .001" : `= ${p.toFixed(3)}`}), ${clear}. ` +
      `Adding the treatment takes ${percent(effect.dropShare.ofGroupVariance)} of the variance between schools and ` +
      `${percent(effect.dropShare.ofTotalEmpty)} of all variance, with ${percent(effect.treatedShare.groups)} of the schools and ` +
      `${percent(effect.treatedShare.pupils)} of the pupils treated.`,
  );
}

function cautions({ match, propensity, design }: SchoolStudy): string[] {
  const { all, matched } = match.counts;
  return [
    "Schools were not assigned at random. Matching makes them alike in what was measured; what was not measured (earlier " +
      "attainment, motivation, who chooses such a school) can still differ, and the effect above would carry that difference.",
    matched.treated < all.treated
      ? `The answer is about the ${matched.treated} treated schools that found a comparator, not about all ${all.treated}.`
      : `All ${all.treated} treated schools found a comparator, so the answer is about them; not about schools in general.`,
    `The school covariates are ${propensity.covariates.join(", ")}. Any of them that the treatment itself changes would hide part of its effect.`,
    design.ratio === 1
      ? "The models know the schools but not the pairs; where pairs are alike, their standard errors are too wide rather than too narrow."
      : "Schools enter the models with their matching weights, and standard errors come from the sandwich over schools.",
  ];
}

/** Lines of at most 118 characters, so that a terminal does not break words. */
function wrap(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > 118) {
      lines.push(line);
      line = text.startsWith("- ") ? `  ${word}` : word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

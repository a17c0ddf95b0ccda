import { getColumn, numericColumn, valueAt } from "../data/column";
import type { Frame } from "../data/types";
import { fail, isLikewiseError } from "../errors/error";
import { shortNumber } from "../errors/words";
import { match } from "../matching/match";
import type { ByArm } from "../matching/types/result";
import { tested } from "../multilevel/fixed-effects";
import type { FixedEffect } from "../multilevel/types";
import { type MatchChoice, matchNearest, schoolsOf } from "./design";
import { EARLIER } from "./pool";
import { pupilsOf, schoolsByArm } from "./pupils";
import { effectIn, fitterOf, recommendedEffect } from "./recommended";
import { average, setDifferences } from "./sets";
import type {
  CellAnalysis,
  CellDesign,
  CellKey,
  MatchedSchools,
  Specification,
  StudySettings,
  StudySource,
} from "./types";

/** Comparators that a school has at most in full matching; without a limit all schools within reach of someone would be in. */
const MOST_COMPARATORS = 5;

interface Estimated {
  readonly effect: Pick<FixedEffect, "estimate" | "lower" | "upper">;
  readonly schools: ByArm;
}

/**
 * The effect of one cell under other defensible choices, each changing one thing: the distance, the number of comparators, the
 * caliper, the random part, the model. All start from the same pool and propensity model; none stops the others.
 *
 * Difference-in-differences: the school's mean outcome of the year less its earlier mean, and the difference of that between
 * the schools of a pair (comparators of a set share a weight), its mean with sd/√pairs on pairs − 1 degrees of freedom.
 * Hidden confounder: β − γδ and the same of its limits, γ the arms' difference in it and δ what it is worth
 * (Cochran's omitted-variable formula; VanderWeele & Arah 2011, Epidemiology 22:42-52).
 */
export function specificationCurve(
  source: StudySource,
  settings: StudySettings,
  key: CellKey,
  design: CellDesign,
  analysis: CellAnalysis,
): Specification[] {
  const { propensity, covariates } = design;
  const { caliper, ratio, hidden } = settings;
  const usual = { distance: "linear", caliper, ratio } as const;
  const own = { effect: analysis.effect, schools: analysis.schools };
  const matching = matchingWords(settings);
  const model = modelWords(analysis.effectFrom);
  const rematched = (choice: Partial<MatchChoice>): Estimated => {
    const matched = schoolsOf(source, matchNearest(source, key, propensity, { ...usual, ...choice }), covariates);
    return isSameMatch(matched, design) ? own : estimatedFrom(source, settings, key, matched);
  };
  const otherRatio = ratio === 1 ? 2 : 1;
  const otherCaliper = caliper === null ? 0.2 : null;
  return [
    specified("recommended", matching, model, () => own),
    specified("Mahalanobis distance", "on all covariates, within the caliper of the score", model, () =>
      rematched({ distance: "mahalanobis" }),
    ),
    specified(
      `${otherRatio}:1`,
      matchingWords({ caliper, ratio: otherRatio }),
      modelWords(otherRatio === 1 ? "pair/school" : "clustered by pair"),
      () => rematched({ ratio: otherRatio }),
    ),
    specified("full matching", `sets of up to ${MOST_COMPARATORS} comparators`, modelWords("clustered by pair"), () =>
      estimatedFrom(source, settings, key, fullMatching(source, settings, key, design)),
    ),
    specified(
      otherCaliper === null ? "no caliper" : `caliper ${otherCaliper}`,
      matchingWords({ caliper: otherCaliper, ratio }),
      model,
      () => rematched({ caliper: otherCaliper }),
    ),
    specified("(1 | school)", matching, modelWords("school"), () => ({ ...own, effect: effectIn(analysis.models.M3) })),
    specified("difference-in-differences", matching, "change of school means, by pair", () =>
      differenceInDifferences(source, key, design),
    ),
    specified("hidden confounder", matching, hiddenWords(settings), () => {
      const bias = hidden.difference * hidden.outcome;
      const { estimate, lower, upper } = own.effect;
      return { ...own, effect: { estimate: estimate - bias, lower: lower - bias, upper: upper - bias } };
    }),
  ].map((specification, i) => ({ ...specification, recommended: i === 0 }));
}

function specified(
  name: string,
  matching: string,
  model: string,
  make: () => Estimated,
): Omit<Specification, "recommended"> {
  try {
    const { effect, schools } = make();
    const { estimate, lower, upper } = effect;
    return { name, matching, model, schools, estimate, lower, upper, reason: null };
  } catch (error) {
    if (!isLikewiseError(error)) throw error;
    const none = { estimate: Number.NaN, lower: Number.NaN, upper: Number.NaN };
    return { name, matching, model, schools: null, ...none, reason: error.message };
  }
}

function matchingWords({ caliper, ratio }: Pick<StudySettings, "caliper" | "ratio">): string {
  return `${ratio}:1 on the score, ${caliper === null ? "no caliper" : `caliper ${shortNumber(caliper)} sd`}`;
}

function modelWords(from: CellAnalysis["effectFrom"]): string {
  if (from === "clustered by pair") return "M3, school weights, errors clustered by set";
  return `M3 with (1 | ${from})`;
}

function hiddenWords({ hidden: { difference, outcome } }: StudySettings): string {
  return `β − ${shortNumber(difference)} × ${shortNumber(outcome)}: arms ${shortNumber(difference)} sd apart in something worth ${shortNumber(outcome)} sd of outcome`;
}

/** A caliper that nobody needed gives the same sets again. */
function isSameMatch(one: MatchedSchools, other: MatchedSchools): boolean {
  const sets = [one, other].map(({ schools }) => numericColumn(schools, "pair"));
  return (
    one.schoolRows.length === other.schoolRows.length &&
    one.schoolRows.every((row, i) => row === other.schoolRows[i] && sets[0][i] === sets[1][i])
  );
}

/** The recommended effect of other matched schools. */
function estimatedFrom(source: StudySource, settings: StudySettings, key: CellKey, matched: MatchedSchools): Estimated {
  const { table } = pupilsOf(source, key, matched);
  const fitter = fitterOf(source, settings, table);
  const fixed = `${source.columns.pupilCovariates} + ${matched.covariates} + treated`;
  const { effect } = recommendedEffect(fitter, fixed);
  return { effect, schools: schoolsByArm(table, source.columns.school) };
}

function fullMatching(
  source: StudySource,
  { caliper }: StudySettings,
  { role }: CellKey,
  { propensity, covariates }: CellDesign,
): MatchedSchools {
  const matched = match(propensity, {
    method: "full",
    distance: "linear",
    maxControls: MOST_COMPARATORS,
    ...(caliper === null ? {} : { caliper }),
    ...(role === "teaching" ? {} : { exact: [source.columns.ofsted] }),
  });
  return schoolsOf(source, matched, covariates);
}

/** Changes of school means since the earlier years, between the schools of each set. */
function differenceInDifferences({ columns, pupils }: StudySource, { year }: CellKey, design: CellDesign): Estimated {
  const means = meansBySchool(pupils(design.schoolRows, year), columns.school, columns.outcome);
  const name = getColumn(design.schools, columns.school);
  const earlier = numericColumn(design.schools, EARLIER);
  const { differences, schools } = setDifferences(design, (row) => {
    const mean = means.get(String(valueAt(name, row)));
    return mean === undefined ? undefined : mean - earlier[row];
  });
  const count = differences.length;
  if (count < 2) fail("too-few-rows", "Fewer than two pairs of schools have pupils on both sides.");
  const mean = average(differences);
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { effect: tested("treated", mean, Math.sqrt(squares / (count - 1) / count), count - 1), schools };
}

/** Mean outcome of each school's pupils that have one. */
function meansBySchool(pupils: Frame, school: string, outcome: string): Map<string, number> {
  const name = getColumn(pupils, school);
  const values = numericColumn(pupils, outcome);
  const sums = new Map<string, [sum: number, n: number]>();
  values.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    const key = String(valueAt(name, row));
    const [sum, n] = sums.get(key) ?? [0, 0];
    sums.set(key, [sum + value, n + 1]);
  });
  return new Map([...sums].map(([key, [sum, n]]) => [key, sum / n]));
}

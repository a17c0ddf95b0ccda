import { requireFinite } from "../data/column";
import { sourceOf } from "../data/source";
import type { Frame } from "../data/types";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { nameList, numbersOf, requireKnownOptions, tableOf, treatmentOf } from "./arguments";
import type { MatchResult } from "./types/result";
import type { MatchSubject, ScoredModel, ScoredUnits } from "./types/subject";

/** A subject in one shape, whatever it was given as. */
export interface Units {
  readonly treated: Uint8Array;
  /** `NaN` for units left out; null without a score. */
  readonly score: Float64Array | null;
  readonly data: Frame | undefined;
  /** How messages speak of the treatment. */
  readonly treatmentName: string;
  readonly scale: MatchResult["scale"];
  readonly link: MatchResult["link"];
  readonly covariates: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Units with a score to match on. */
export interface ScoredRows extends Units {
  readonly score: Float64Array;
}

/** Reads treatment and score, and refuses what no method could match. */
export function resolveScored(subject: MatchSubject, distance: "score" | "linear"): ScoredRows {
  const units = resolveUnits(subject, distance);
  const { score } = units;
  if (score !== null) return { ...units, score };
  return fail("invalid-argument", 'The subject needs a "score" to match on: a column name or one number per unit.');
}

/** The same where the score may be missing altogether. */
export function resolveUnits(subject: MatchSubject, distance: "score" | "linear"): Units {
  if (typeof subject !== "object" || subject === null) {
    fail("invalid-argument", "match needs a propensity model or { treated, score, data } as its subject.");
  }
  const units = "kind" in subject ? unitsOfModel(subject, distance) : unitsGiven(subject, distance);
  requireBothArms(units);
  const { score } = units;
  const dropped = score === null ? 0 : score.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0);
  if (score === null || dropped === 0) return units;
  const message = `Left out ${count(dropped, "row")} of ${score.length} without a score (a missing value in what it is made from).`;
  return { ...units, diagnostics: [diagnostic("rows-dropped", "warning", message, { count: dropped })] };
}

/** 1 = could take part: has a score, where there is one. */
export function presentUnits({ treated, score }: Units): Uint8Array {
  return treated.map((_, row) => (score !== null && Number.isNaN(score[row]) ? 0 : 1));
}

function unitsOfModel(model: ScoredModel, distance: "score" | "linear"): Units {
  if (model.kind !== "propensity-model") {
    fail("wrong-type", `match needs a propensity model or { treated, score, data }, not a ${String(model.kind)}.`);
  }
  const score = distance === "linear" ? model.linearPredictor : model.scores;
  requireFinite(score, distance === "linear" ? "linear predictor" : "score");
  return {
    treated: model.treated,
    score,
    data: sourceOf(model)?.data,
    treatmentName: `"${model.treatment.name}"`,
    scale: distance === "linear" ? "linear" : "probability",
    link: model.link,
    covariates: model.covariates,
    diagnostics: [],
  };
}

const SUBJECT: readonly (keyof ScoredUnits)[] = ["treated", "treatedLevel", "score", "covariates", "data"];

function unitsGiven(subject: ScoredUnits, distance: "score" | "linear"): Units {
  requireKnownOptions(subject, SUBJECT, "A subject to match");
  if (distance === "linear") {
    fail(
      "invalid-argument",
      'distance: "linear" needs a propensity model. To match on a linear predictor of your own, give it as the score.',
    );
  }
  const data = tableOf(subject.data);
  if (subject.treated === undefined) {
    fail("invalid-argument", 'The subject needs "treated": a column name or one value per unit, 1 for treated.');
  }
  const { treated, name } = treatmentOf(subject.treated, subject.treatedLevel, data);
  const { score } = subject;
  return {
    treated,
    score: score === undefined ? null : numbersOf(score, data, "the score", treated.length),
    data,
    treatmentName: name,
    scale: score === undefined ? null : "given",
    link: null,
    covariates: nameList("covariates", subject.covariates),
    diagnostics: [],
  };
}

function requireBothArms({ treated, score, treatmentName }: Units): void {
  let ones = 0;
  let zeros = 0;
  for (let row = 0; row < treated.length; row++) {
    if (score !== null && Number.isNaN(score[row])) continue;
    if (treated[row] === 1) ones++;
    else zeros++;
  }
  const scored = score === null ? "" : " with a score";
  if (ones + zeros < 2) {
    fail(
      "too-few-rows",
      `Matching needs at least two units${scored}; there ${ones + zeros === 1 ? "is 1" : "are none"}.`,
    );
  }
  if (ones > 0 && zeros > 0) return;
  const [missing, value] = ones === 0 ? ["treated", 1] : ["control", 0];
  fail(
    "empty-group",
    `There are no ${missing} units: among the ${ones + zeros}${scored} no one has the value ${value} in ${treatmentName}. ` +
      "Check the data, or which level counts as treated.",
    { arm: missing },
  );
}

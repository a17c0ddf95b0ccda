import { requireFinite } from "../data/column";
import { sourceOf } from "../data/source";
import type { Frame } from "../data/types";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { count } from "../errors/words";
import { nameList, numbersOf, tableOf, treatmentOf } from "./arguments";
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
  const dropped = units.treated.length - requireBothArms(units);
  if (dropped === 0) return units;
  const message = `Left out ${count(dropped, "row")} of ${units.treated.length} without a score (a missing value in what it is made from).`;
  return { ...units, diagnostics: [diagnostic("rows-dropped", "warning", message, { count: dropped })] };
}

/** 1 = could take part: has a score, where there is one. */
export function presentUnits({ treated, score }: Units): Uint8Array {
  const present = new Uint8Array(treated.length).fill(1);
  if (score !== null) for (let row = 0; row < present.length; row++) if (Number.isNaN(score[row])) present[row] = 0;
  return present;
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
      "A linear predictor needs a propensity model. To use one of your own, give it as the score.",
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

/** Refuses a subject without both groups; returns how many units could take part. */
function requireBothArms({ treated, score, treatmentName }: Units): number {
  let ones = 0;
  let present = 0;
  for (let row = 0; row < treated.length; row++) {
    if (score !== null && Number.isNaN(score[row])) continue;
    present++;
    ones += treated[row];
  }
  const zeros = present - ones;
  const scored = score === null ? "" : " with a score";
  if (ones + zeros < 2) {
    fail(
      "too-few-rows",
      `Matching needs at least two units${scored}; there ${ones + zeros === 1 ? "is 1" : "are none"}.`,
    );
  }
  if (ones > 0 && zeros > 0) return present;
  const [missing, value] = ones === 0 ? ["treated", 1] : ["control", 0];
  return fail(
    "empty-group",
    `There are no ${missing} units: among the ${ones + zeros}${scored} no one has the value ${value} in ${treatmentName}. ` +
      "Check the data, or which level counts as treated.",
    { arm: missing },
  );
}

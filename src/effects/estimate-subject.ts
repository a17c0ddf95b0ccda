import { toCategorical } from "../data/column";
import { sourceOf } from "../data/source";
import type { Column, DataLike, Frame } from "../data/types";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { count } from "../errors/words";
import { columnOf, numbersOf, tableOf, treatmentOf } from "../matching/arguments";
import type { MatchResult } from "../matching/types/result";
import { type MatchMatrix, partnersOf } from "../matching/weights";
import type { EffectEstimand, EffectOptions, EffectSubject, WeightedUnits, WeightsResult } from "./estimate-types";

/** Sets of units, `codes` from 0 by row, −1 = in none. */
export interface UnitSets {
  readonly codes: Int32Array;
  readonly size: number;
}

/** A subject in one shape, whatever it was given as. */
export interface EffectUnits {
  readonly data: Frame;
  /** By row, those of the subject times the sampling weights; 0 = left out. */
  readonly weights: Float64Array;
  /** 1 treated, 0 control; null where only the formula says it. */
  readonly treated: Uint8Array | null;
  /** The treatment's column, where the subject names it. */
  readonly treatment: string | null;
  /** The column the weights were given as, if they were. */
  readonly weightsName: string | null;
  readonly estimand: EffectEstimand;
  /** Whether the weights come from a propensity model that was itself fitted with weights. */
  readonly hasWeightedModel: boolean;
  readonly sets: UnitSets | null;
  /** Whether units stand in pairs or small sets that should be the clusters. */
  readonly paired: boolean;
  /** The match, where the subject is one. */
  readonly match: MatchResult | null;
  /** That of the other group, where both make an ATE. */
  readonly otherMatch: MatchResult | null;
}

const ESTIMANDS: readonly EffectEstimand[] = ["ATT", "ATC", "ATE", "overlap", "matching"];

/** Methods whose subclasses, where they are not pairs, are strata: few and large, so no clusters. */
const STRATA: readonly string[] = ["subclass", "exact", "cem"];

/** Reads weights, treatment and sets of a subject. */
export function resolveEffectUnits(subject: EffectSubject, options: EffectOptions): EffectUnits {
  if (typeof subject !== "object" || subject === null) {
    return fail(
      "invalid-argument",
      "estimateEffect needs a match or { treated, weights, data } as its second argument.",
    );
  }
  const units = unitsOf(subject, options);
  const { weights, data } = units;
  if (weights.length !== data.rows) {
    fail(
      "length-mismatch",
      `The data have ${count(data.rows, "row")} where there are ${count(weights.length, "unit")}.`,
      {
        rows: data.rows,
        expected: weights.length,
      },
    );
  }
  requireWeights(weights, "weight");
  const sampling = options.samplingWeights;
  const combined =
    sampling === undefined
      ? weights
      : withSampling(weights, numbersOf(sampling, data, "the sampling weights", data.rows));
  if (!combined.some((weight) => weight > 0)) {
    fail("empty-match", "No row has a positive weight, so there is nothing to estimate from. Look at the match first.");
  }
  return { ...units, weights: combined };
}

function unitsOf(subject: EffectSubject, options: EffectOptions): EffectUnits {
  if (options.otherMatch !== undefined) return unitsOfBoth(subject, options.otherMatch, options);
  if (!("kind" in subject)) return unitsGiven(subject, options);
  if (subject.kind === "match-result") return unitsOfMatch(subject, options);
  if (subject.kind === "weights") return unitsOfWeights(subject, options);
  return fail(
    "wrong-type",
    `estimateEffect needs a match or weights as its second argument, not a ${String((subject as { kind: unknown }).kind)}.`,
  );
}

function unitsOfMatch(match: MatchResult, options: EffectOptions): EffectUnits {
  const { treated, weights, subclass } = match;
  const sets =
    subclass === null ? null : { codes: subclass.map((set) => (set < 0 ? -1 : set - 1)), size: largest(subclass) };
  return {
    data: dataOf(match, options, treated.length),
    weights,
    treated,
    treatment: null,
    weightsName: null,
    estimand: estimandOf(match.estimand, options, "match"),
    hasWeightedModel: false,
    sets,
    paired: sets !== null && !(match.focal === null && STRATA.includes(match.method)),
    match,
    otherMatch: null,
  };
}

/** A match of each group: a unit weighs 1 for itself, if it has partners, and its share in all those it is a partner of. */
function unitsOfBoth(subject: EffectSubject, otherMatch: MatchResult, options: EffectOptions): EffectUnits {
  const matches = [subject, otherMatch] as MatchResult[];
  const [match] = matches;
  const isPair =
    matches.every((one) => one?.kind === "match-result" && one.focal !== null && one.subclass === null) &&
    matches
      .map(({ estimand }) => estimand)
      .sort()
      .join() === "ATC,ATT";
  if (!isPair) {
    fail(
      "invalid-argument",
      'The option "otherMatch" makes an ATE of two matches with replacement, one for the ATT and one for the ATC (method "nearest", replace: true).',
      { option: "otherMatch" },
    );
  }
  const { treated } = match;
  if (otherMatch.treated.length !== treated.length || treated.some((arm, row) => arm !== otherMatch.treated[row])) {
    fail(
      "invalid-argument",
      'The "otherMatch" has other units or other treated than the match: make both from the same rows.',
      {
        option: "otherMatch",
      },
    );
  }
  const weights = new Float64Array(treated.length);
  for (const one of matches) addUses(one as MatchMatrix, weights);
  return {
    data: dataOf(match, options, treated.length),
    weights,
    treated,
    treatment: null,
    weightsName: null,
    estimand: estimandOf("ATE", options, "match"),
    hasWeightedModel: false,
    sets: null,
    paired: false,
    match,
    otherMatch,
  };
}

function addUses(matrix: MatchMatrix, weights: Float64Array): void {
  const { focal, width, matches } = matrix;
  for (let t = 0; t < focal.length; t++) {
    const partners = partnersOf(matrix, t);
    if (partners === 0) continue;
    weights[focal[t]] += 1;
    for (let r = 0; r < width; r++) {
      const row = matches[t * width + r];
      if (row >= 0) weights[row] += 1 / partners;
    }
  }
}

function unitsOfWeights(subject: WeightsResult, options: EffectOptions): EffectUnits {
  return {
    data: dataOf(subject, options, subject.treated.length),
    weights: subject.weights,
    treated: subject.treated,
    treatment: subject.treatment?.name ?? null,
    weightsName: null,
    estimand: estimandOf(subject.estimand, options, "weights"),
    hasWeightedModel: isWeighted(sourceOf(subject)?.model),
    sets: null,
    paired: false,
    match: null,
    otherMatch: null,
  };
}

/** A model fitted with weights has no AIC. */
function isWeighted(model: unknown): boolean {
  return typeof model === "object" && model !== null && "aic" in model && Number.isNaN(model.aic);
}

const UNITS: readonly (keyof WeightedUnits)[] = ["weights", "treated", "treatedLevel", "subclass", "estimand", "data"];

function unitsGiven(units: WeightedUnits, options: EffectOptions): EffectUnits {
  requireKnownOptions(units, UNITS, "A subject of estimateEffect");
  if (units.weights === undefined) {
    fail("invalid-argument", 'The subject needs "weights": the name of a column of the data or one number per row.');
  }
  const data = requireTable(tableOf(options.data ?? units.data));
  const given = units.treated;
  if (given === undefined && units.treatedLevel !== undefined) {
    fail("invalid-argument", 'The subject\'s "treatedLevel" needs "treated": the name of the treatment\'s column.');
  }
  const treatment = given === undefined ? null : treatmentOf(given, units.treatedLevel, data);
  const sets = units.subclass === undefined ? null : readSets(columnOf(units.subclass, data, "subclass"));
  return {
    data,
    weights: numbersOf(units.weights, data, "the weights", data.rows),
    treated: treatment?.treated ?? null,
    treatment: typeof given === "string" ? given : null,
    weightsName: typeof units.weights === "string" ? units.weights : null,
    estimand: estimandOf(units.estimand, options, "weights"),
    hasWeightedModel: false,
    sets,
    paired: sets !== null,
    match: null,
    otherMatch: null,
  };
}

/** The estimand the subject was made for; options may name it, not change it. */
function estimandOf(own: EffectEstimand | undefined, { estimand }: EffectOptions, what: string): EffectEstimand {
  const chosen = estimand ?? own;
  if (chosen === undefined) {
    return fail("invalid-argument", 'Say whose effect the weights estimate, for instance estimand: "ATT".');
  }
  if (!ESTIMANDS.includes(chosen)) {
    const words = ESTIMANDS.map((word) => JSON.stringify(word)).join(", ");
    fail("invalid-argument", `There is no estimand ${JSON.stringify(chosen)}; choose one of ${words}.`, {
      estimand: chosen,
    });
  }
  if (own !== undefined && chosen !== own) {
    const [made, there] = what === "match" ? ["match was", "match"] : ["weights were", "weights"];
    fail(
      "invalid-argument",
      `The ${made} made for the ${own}, so no ${chosen} follows. Make the ${there} for the ${chosen}.`,
      {
        estimand: chosen,
        own,
      },
    );
  }
  return chosen;
}

function dataOf(subject: object, options: EffectOptions, rows: number): Frame {
  return requireTable(tableOf(options.data as DataLike | undefined, rows) ?? sourceOf(subject)?.data);
}

function requireTable(data: Frame | undefined): Frame {
  if (data) return data;
  return fail("invalid-argument", "estimateEffect needs the table with the outcome: give it as the option data.");
}

function readSets(column: Column): UnitSets {
  const { codes, levels } = toCategorical(column);
  const none = column.kind === "numeric" ? levels.indexOf("-1") : -2;
  return { codes: codes.map((code) => (code === none ? -1 : code)), size: levels.length };
}

function largest(values: Int32Array): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}

function requireWeights(weights: Float64Array, what: string): void {
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad < 0) return;
  if (Number.isNaN(weights[bad])) {
    fail("missing-values", `The ${what} in row ${bad + 1} is missing; give 0 to rows that are left out.`, { row: bad });
  }
  fail("invalid-argument", `The ${what} in row ${bad + 1} is ${weights[bad]}; it must be a finite number from 0.`, {
    row: bad,
  });
}

/** A sampling weight counts only where the subject keeps the row. */
function withSampling(weights: Float64Array, sampling: Float64Array): Float64Array {
  requireWeights(
    sampling.map((value, row) => (weights[row] > 0 ? value : 0)),
    "sampling weight",
  );
  return weights.map((weight, row) => (weight > 0 ? weight * sampling[row] : 0));
}

import { takeRows } from "../data/select";
import type { Frame } from "../data/types";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { buildDesign } from "../formula/design";
import type { BoundFormula } from "../formula/types";
import type { MatchResult } from "../matching/types/result";
import type { MatchMatrix } from "../matching/weights";
import { matchingVariance } from "./estimate-abadie-imbens";
import { outcomeOf } from "./estimate-outcome";
import type { EffectUnits } from "./estimate-subject";
import type { EffectOptions } from "./estimate-types";

const VARIANCE_MATCHES = 2;

/** Distances on which a unit's neighbours in its own group can be looked up. */
const ON_SCORE: readonly string[] = ["score", "linear"];

/** The matching estimator's standard error, after refusing every design it is not made for. */
export function abadieImbensError(
  bound: BoundFormula,
  units: EffectUnits,
  rows: Int32Array,
  options: EffectOptions,
): number {
  const { match, matrix } = requireReuse(units, options);
  if (bound.terms.length !== 1 || bound.terms[0].columns.length !== 1 || !bound.intercept) {
    fail(
      "invalid-argument",
      'se: "abadie-imbens" is the error of the mean difference in matched sets, without covariates. Write outcome ~ treatment, or use se: "HC3".',
      { formula: bound.formula },
    );
  }
  const varianceMatches = options.varianceMatches ?? VARIANCE_MATCHES;
  if (!(Number.isInteger(varianceMatches) && varianceMatches >= 0)) {
    fail("invalid-argument", `The option "varianceMatches" must be a whole number from 0, not ${varianceMatches}.`);
  }
  const outcome = outcomeByRow(bound, units.data, varianceMatches > 0 ? null : rows);
  const missing = units.weights.findIndex((weight, row) => weight > 0 && Number.isNaN(outcome[row]));
  if (missing >= 0) {
    fail(
      "missing-values",
      `Row ${missing + 1} is matched but has no outcome; se: "abadie-imbens" needs those of all matched units. Match among complete rows.`,
      { row: missing },
    );
  }
  const pool = varianceMatches > 0 ? poolOf(match, outcome, varianceMatches) : new Int32Array(0);
  const score = match.score ?? new Float64Array(0);
  const { variance } = matchingVariance({ matrix, outcome, score, pool, varianceMatches });
  return Math.sqrt(variance);
}

interface Reuse {
  readonly match: MatchResult;
  readonly matrix: MatchMatrix;
}

function requireReuse({ match, estimand }: EffectUnits, options: EffectOptions): Reuse {
  if (match === null || match.focal === null || match.matches === null || (estimand !== "ATT" && estimand !== "ATC")) {
    return fail(
      "invalid-argument",
      'se: "abadie-imbens" needs a match of focal units with their partners (method "nearest", replace: true).',
    );
  }
  if (match.subclass !== null) {
    fail(
      "invalid-argument",
      'se: "abadie-imbens" is for matching with replacement; this match uses no unit twice. Use se: "cluster".',
    );
  }
  if (options.samplingWeights !== undefined) {
    fail("invalid-argument", 'se: "abadie-imbens" does not take samplingWeights; use se: "HC3".');
  }
  return { match, matrix: { focal: match.focal, width: match.width, matches: match.matches } };
}

/** The outcome of complete rows, `NaN` elsewhere; only of matched ones where those are given. */
function outcomeByRow(bound: BoundFormula, data: Frame, rows: Int32Array | null): Float64Array {
  const design = buildDesign(bound, rows === null ? data : takeRows(data, rows));
  const y = outcomeOf(design);
  const outcome = new Float64Array(data.rows).fill(Number.NaN);
  for (let r = 0; r < y.length; r++) {
    const place = design.rows ? design.rows[r] : r;
    outcome[rows === null ? place : rows[place]] = y[r];
  }
  return outcome;
}

/** Units of the partners' group that can tell the spread of outcomes at a score. */
function poolOf(match: MatchResult, outcome: Float64Array, varianceMatches: number): Int32Array {
  const { treated, score, weights, discarded } = match;
  if (match.method === "nearest" && !ON_SCORE.includes(match.options.distance)) failScoreless();
  const partnerArm = match.estimand === "ATT" ? 0 : 1;
  const rows: number[] = [];
  for (let row = 0; row < treated.length; row++) {
    if (treated[row] !== partnerArm) continue;
    if (weights[row] > 0 && !Number.isFinite(score?.[row])) {
      failScoreless();
    }
    if (discarded[row] === 0 && Number.isFinite(score?.[row]) && !Number.isNaN(outcome[row])) rows.push(row);
  }
  if (rows.length <= varianceMatches) {
    fail(
      "too-few-rows",
      `${count(rows.length, "unit")} of the partners' group cannot give each ${count(varianceMatches, "neighbour")}. Use fewer varianceMatches.`,
      { units: rows.length, varianceMatches },
    );
  }
  return Int32Array.from(rows);
}

function failScoreless(): never {
  return fail(
    "invalid-argument",
    "This match was not made on a score, so neighbours of its units are not known. Use varianceMatches: 0, one variance for all.",
  );
}

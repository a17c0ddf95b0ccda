import { takeRows } from "../data/select";
import type { Frame } from "../data/types";
import { fail } from "../errors/error";
import { count, describeValue } from "../errors/words";
import { buildDesign } from "../formula/design";
import type { BoundFormula } from "../formula/types";
import { fitLeastSquares } from "../linalg/least-squares";
import type { MatchResult } from "../matching/types/result";
import { type MatchMatrix, partnersOf } from "../matching/weights";
import { type MatchingSide, matchingEstimate } from "./estimate-abadie-imbens";
import { outcomeOf } from "./estimate-outcome";
import type { EffectUnits } from "./estimate-subject";
import { type TreatmentColumn, withTreatment } from "./estimate-treatment";
import type { EffectOptions } from "./estimate-types";

const VARIANCE_MATCHES = 2;

/** Distances on which a unit's neighbours in its own group can be looked up. */
const ON_SCORE: readonly string[] = ["score", "linear"];

/** What the matching estimator is made from. */
interface MatchingRequest {
  readonly bound: BoundFormula;
  readonly units: EffectUnits;
  readonly treatment: TreatmentColumn;
  /** Rows with a weight. */
  readonly rows: Int32Array;
  readonly options: EffectOptions;
}

/** The matching estimator and its standard error, after refusing every design they are not made for. */
export function abadieImbens(request: MatchingRequest): { readonly estimate: number; readonly standardError: number } {
  const { bound, units, rows, options } = request;
  const matches = requireReuse(units, options);
  const isAdjusted = readBiasAdjustment(options.biasAdjustment);
  if (!bound.intercept) failFormula(bound, "Leave the intercept in the formula.");
  const hasCovariates = bound.terms.length !== 1 || bound.terms[0].columns.length !== 1;
  if (hasCovariates && !isAdjusted) {
    failFormula(
      bound,
      'Without covariates write outcome ~ treatment; with them ask for biasAdjustment: true, or use se: "HC3".',
    );
  }
  if (!hasCovariates && isAdjusted) {
    failFormula(
      bound,
      "The option biasAdjustment needs covariates to adjust for: write outcome ~ treatment + covariates.",
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
      `Row ${missing + 1} is matched but lacks a value in the formula; se: "abadie-imbens" needs those of all matched units. Match among complete rows.`,
      { row: missing },
    );
  }
  const sides = matches.map(
    (match): MatchingSide => ({
      matrix: match,
      sign: match.estimand === "ATT" ? 1 : -1,
      pool: varianceMatches > 0 ? poolOf(match, outcome, varianceMatches) : new Int32Array(0),
      score: match.score ?? new Float64Array(0),
      predicted: isAdjusted ? predictedOutcome(request, match, outcome) : null,
    }),
  );
  const { effect, variance } = matchingEstimate({ sides, outcome, varianceMatches });
  return { estimate: effect, standardError: Math.sqrt(variance) };
}

function readBiasAdjustment(value: boolean | undefined): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  return fail("invalid-argument", `The option "biasAdjustment" must be true or false, not ${describeValue(value)}.`);
}

function failFormula({ formula }: BoundFormula, remedy: string): never {
  return fail(
    "invalid-argument",
    `se: "abadie-imbens" is the error of the mean difference in matched sets, which "${formula}" does not ask for. ${remedy}`,
    { formula },
  );
}

type MatchWithReuse = MatchResult & MatchMatrix;

/** One match, or two for both groups. */
function requireReuse({ match, otherMatch }: EffectUnits, options: EffectOptions): MatchWithReuse[] {
  const matches = [match, otherMatch].filter((one) => one !== null);
  if (matches.length === 0 || !matches.every(hasPartners)) {
    return fail(
      "invalid-argument",
      'se: "abadie-imbens" needs a match of focal units with their partners (method "nearest", replace: true).',
    );
  }
  if (matches.some(({ subclass }) => subclass !== null)) {
    fail(
      "invalid-argument",
      'se: "abadie-imbens" is for matching with replacement; this match uses no unit twice. Use se: "cluster".',
    );
  }
  if (options.samplingWeights !== undefined) {
    fail("invalid-argument", 'se: "abadie-imbens" does not take samplingWeights; use se: "HC3".');
  }
  return matches;
}

function hasPartners(match: MatchResult): match is MatchWithReuse {
  return match.focal !== null && match.matches !== null && match.estimand !== "ATE";
}

/**
 * μ: the outcome by row that the formula predicts in the partners' group, from a regression among the partners in which
 * each counts as often as it is used.
 */
function predictedOutcome(
  { bound, units, treatment, rows }: MatchingRequest,
  match: MatchWithReuse,
  outcome: Float64Array,
): Float64Array {
  const value = match.estimand === "ATT" ? treatment.controlValue : treatment.treatedValue;
  // With everyone in one group the treatment is constant and drops out, with its interactions.
  const table = withTreatment(takeRows(units.data, rows), treatment.name, value);
  const { x, rows: complete } = buildDesign(bound, table, { response: false });
  const uses = new Float64Array(units.data.rows);
  match.focal.forEach((_, t) => {
    const partners = partnersOf(match, t);
    for (let r = 0; r < match.width; r++) {
      const row = match.matches[t * match.width + r];
      if (row >= 0) uses[row] += 1 / partners;
    }
  });
  const used: number[] = [];
  const rowOf = (i: number): number => rows[complete === null ? i : complete[i]];
  for (let i = 0; i < x[0].length; i++) if (uses[rowOf(i)] > 0) used.push(i);
  const { kept, coefficients } = fitLeastSquares({
    x: x.map((column) => Float64Array.from(used, (i) => column[i])),
    y: Float64Array.from(used, (i) => outcome[rowOf(i)]),
    weights: Float64Array.from(used, (i) => uses[rowOf(i)]),
    n: used.length,
    intercept: true,
  });
  if (used.length <= kept.length) {
    fail(
      "too-few-rows",
      `${count(used.length, "partner")} cannot tell how the outcome depends on ${count(kept.length, "coefficient")}. Adjust for fewer covariates.`,
      { rows: used.length, coefficients: kept.length },
    );
  }
  const predicted = new Float64Array(units.data.rows).fill(Number.NaN);
  for (let i = 0; i < x[0].length; i++) {
    predicted[rowOf(i)] = kept.reduce((sum, column, k) => sum + coefficients[k] * x[column][i], 0);
  }
  return predicted;
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

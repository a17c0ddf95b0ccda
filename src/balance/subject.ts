import { getColumn, toCategorical } from "../data/column";
import { frame } from "../data/frame";
import { sourceOf } from "../data/source";
import type { Column, DataLike, Frame } from "../data/types";
import { fail } from "../errors/error";
import {
  columnOf,
  nameList,
  numbersOf,
  oneOf,
  requireData,
  requireKnownOptions,
  tableOf,
  treatmentOf,
} from "../matching/arguments";
import { sampleSizes } from "../matching/sample-sizes";
import { countSets } from "../matching/sets/sets";
import type { MatchResult, SampleSizes } from "../matching/types/result";
import { scaleToMeanOne, setWeights } from "../matching/weights";
import type { Comparison } from "./classes";
import { type CovariateColumn, covariateColumns } from "./covariates";
import { listPairs, type Pairs } from "./pairs";
import type { BalanceEstimand, BalanceOptions, BalanceUnits } from "./types";

/** A subject of `assessBalance` in one shape. */
export interface BalanceProblem extends Comparison {
  readonly estimand: BalanceEstimand;
  readonly score: Float64Array | null;
  readonly covariates: readonly CovariateColumn[];
  readonly pairs: Pairs | null;
  readonly sizes: SampleSizes;
}

export function problemOfMatch(result: MatchResult, options: BalanceOptions): BalanceProblem {
  requireKnownOptions(options, ["covariates", "data"], "assessBalance");
  const { treated, score, weights } = result;
  const names = options.covariates === undefined ? result.covariates : nameList("covariates", options.covariates);
  const data = tableOf(options.data, treated.length) ?? sourceOf(result)?.data;
  return {
    treated,
    before: Float64Array.from(treated, (_, row) => (couldTakePart(result, row) ? 1 : 0)),
    after: weights,
    estimand: result.estimand,
    score,
    covariates: names.length === 0 ? [] : covariateColumns(requireData(data, `The covariate "${names[0]}"`), names),
    pairs: pairsOfMatch(result),
    sizes: result.counts,
  };
}

/** Whether a row had what the match needs of it. */
function couldTakePart(result: MatchResult, row: number): boolean {
  if ("incomplete" in result && result.incomplete[row] === 1) return false;
  return result.score === null || !Number.isNaN(result.score[row]);
}

/** Pairs as listed, or all within cells; none for subclasses, which are too wide to call their members pairs. */
function pairsOfMatch({ method, focal, width, matches, subclass }: MatchResult): Pairs | null {
  if (focal !== null && matches !== null) return listPairs(focal, width, matches);
  if (method === "subclass" || subclass === null) return null;
  return { kind: "sets", set: subclass.map((set) => (set < 0 ? -1 : set - 1)), sets: countSets(subclass) };
}

const UNITS: readonly (keyof BalanceUnits)[] = [
  "treated",
  "treatedLevel",
  "covariates",
  "weights",
  "subclass",
  "score",
  "estimand",
  "data",
];

export function problemOfUnits(units: BalanceUnits, options: BalanceOptions): BalanceProblem {
  requireKnownOptions(units, UNITS, "A subject of assessBalance");
  for (const name of ["covariates", "data"] as const) {
    if (options[name] !== undefined) {
      fail("invalid-argument", `Give "${name}" in the subject, beside "treated", not in the options.`, {
        option: name,
      });
    }
  }
  requireKnownOptions(options, ["covariates", "data"], "assessBalance");
  const data = tableOf(units.data);
  const { treated, name } = treatmentOf(units.treated, units.treatedLevel, data);
  const n = treated.length;
  const estimand = oneOf("estimand", units.estimand, ["ATT", "ATC", "ATE"], "ATT");
  const before = new Float64Array(n).fill(1);
  requireArms(treated, before, `in ${name}`);
  const sets = units.subclass === undefined ? null : readSets(columnOf(units.subclass, data, "subclass"), n);
  const after =
    readWeights(units, data, n) ??
    (sets && scaleToMeanOne(setWeights(sets.set, sets.sets, treated, estimand), treated));
  if (after) requireArms(treated, after, "with a weight");
  return {
    treated,
    before,
    after,
    estimand,
    score: units.score === undefined ? null : numbersOf(units.score, data, "the score", n),
    covariates: readCovariates(units.covariates, data, n),
    pairs: sets,
    sizes: sampleSizes(treated, () => true, after ?? before, null),
  };
}

function readWeights({ weights }: BalanceUnits, data: Frame | undefined, n: number): Float64Array | null {
  if (weights === undefined) return null;
  const values = numbersOf(weights, data, "the weights", n);
  const bad = values.findIndex((value) => !(value >= 0));
  if (bad < 0) return values;
  return Number.isNaN(values[bad])
    ? fail("missing-values", `The weight in row ${bad + 1} is missing; give 0 to units that are left out.`, {
        row: bad,
      })
    : fail("invalid-argument", `The weight in row ${bad + 1} is ${values[bad]}; weights cannot be negative.`, {
        row: bad,
      });
}

function readSets(column: Column, n: number): Extract<Pairs, { kind: "sets" }> {
  const { codes, levels } = toCategorical(column);
  if (codes.length !== n) {
    fail("length-mismatch", `There are ${codes.length} values of subclass for ${n} units.`, {
      length: codes.length,
      n,
    });
  }
  const none = column.kind === "numeric" ? levels.indexOf("-1") : -2;
  return { kind: "sets", set: codes.map((code) => (code === none ? -1 : code)), sets: levels.length };
}

function readCovariates(given: BalanceUnits["covariates"], data: Frame | undefined, n: number): CovariateColumn[] {
  if (given === undefined) {
    return fail(
      "invalid-argument",
      'assessBalance needs "covariates": names of columns of "data", or a table of them.',
    );
  }
  if (Array.isArray(given) && given.every((name) => typeof name === "string")) {
    if (given.length === 0) fail("invalid-argument", 'The list of "covariates" is empty: name at least one column.');
    const table = requireData(data, `The covariate "${given[0]}"`);
    for (const name of given) getColumn(table, name, "a covariate");
    return covariateColumns(table, given);
  }
  const table = frame(given as DataLike);
  if (table.rows !== n) {
    fail("length-mismatch", `The covariates have ${table.rows} rows for ${n} units.`, { rows: table.rows, n });
  }
  return covariateColumns(
    table,
    table.columns.map((column) => column.name),
  );
}

function requireArms(treated: Uint8Array, weights: Float64Array, where: string): void {
  for (const [arm, word] of [
    [1, "treated"],
    [0, "control"],
  ] as const) {
    if (weights.some((weight, row) => weight > 0 && treated[row] === arm)) continue;
    fail("empty-group", `There is no ${word} unit ${where}, so there is nothing to compare.`, { arm: word });
  }
}

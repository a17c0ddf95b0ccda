import { getColumn, toCategorical } from "../data/column";
import { frame } from "../data/frame";
import { sourceOf } from "../data/source";
import type { ColumnLike, DataLike, Frame } from "../data/types";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { columnOf, nameList, numbersOf, oneOf, requireData, tableOf, treatmentOf } from "../matching/arguments";
import { sampleSizes } from "../matching/sample-sizes";
import { countSets } from "../matching/sets/sets";
import type { ByArm, MatchResult, SampleSizes } from "../matching/types/result";
import { scaleToMeanOne, setWeights } from "../matching/weights";
import type { Weights } from "../weighting/types";
import type { Comparison } from "./classes";
import { type CovariateColumn, covariateColumns } from "./covariates";
import { listPairs, type Pairs, pairsWithin } from "./pairs";
import type { UnitSets } from "./sets";
import type { BalanceEstimand, BalanceOptions, BalanceUnits } from "./types";

/** A subject of `assessBalance` in one shape. */
export interface BalanceProblem extends Comparison {
  readonly estimand: BalanceEstimand;
  readonly score: Float64Array | null;
  readonly covariates: readonly CovariateColumn[];
  readonly pairs: Pairs | null;
  /** Null without. */
  readonly subclasses: (() => UnitSets) | null;
  readonly sizes: SampleSizes;
  /** Where named columns stand. */
  readonly data: Frame | undefined;
}

export function problemOf(subject: MatchResult | Weights | BalanceUnits, options: BalanceOptions): BalanceProblem {
  if (typeof subject !== "object" || subject === null) failSubject();
  if (!("kind" in subject)) return problemOfUnits(subject, options);
  if (subject.kind === "match-result") return problemOfMatch(subject, options);
  if (subject.kind === "weights") return problemOfWeights(subject, options);
  return failSubject();
}

function failSubject(): never {
  return fail(
    "invalid-argument",
    "assessBalance needs a match, weights or { treated, covariates, … } as its subject: match, weigh and balanceEntropy make the first two.",
  );
}

function problemOfMatch(result: MatchResult, options: BalanceOptions): BalanceProblem {
  const { treated, score, weights, subclass } = result;
  const data = tableOf(options.data, treated.length) ?? sourceOf(result)?.data;
  return {
    treated,
    present: rowsThatCouldTakePart(result),
    after: weights,
    estimand: result.estimand,
    score,
    covariates: chosenCovariates(result, options, data),
    pairs: pairsOfMatch(result),
    subclasses: subclass && (() => numberedSets(subclass)),
    sizes: result.counts,
    data,
  };
}

/** The sets of a match, which are numbered from 1. */
function numberedSets(subclass: Int32Array): UnitSets {
  const levels = Array.from({ length: countSets(subclass) }, (_, set) => String(set + 1));
  return { codes: subclass.map((set) => (set < 0 ? -1 : set - 1)), levels };
}

/** Those the subject was made from, or others on request. */
function chosenCovariates(
  subject: MatchResult | Weights,
  options: BalanceOptions,
  data: Frame | undefined,
): CovariateColumn[] {
  const names = options.covariates === undefined ? subject.covariates : nameList("covariates", options.covariates);
  return names.length === 0 ? [] : covariateColumns(requireData(data, `The covariate "${names[0]}"`), names);
}

/** Complete rows before, their weights after; those trimmed count as discarded. */
function problemOfWeights(subject: Weights, options: BalanceOptions): BalanceProblem {
  const { treated, weights, complete, counts } = subject;
  const data = tableOf(options.data, treated.length) ?? sourceOf(subject)?.data;
  const { all, weighted: matched, effective, trimmed: discarded } = counts;
  const without = (arm: keyof ByArm): number => all[arm] - matched[arm] - discarded[arm];
  return {
    treated,
    present: complete,
    after: weights,
    estimand: subject.estimand,
    score: subject.scores,
    covariates: chosenCovariates(subject, options, data),
    pairs: null,
    subclasses: null,
    sizes: {
      all,
      matched,
      effective,
      unmatched: { treated: without("treated"), control: without("control") },
      discarded,
    },
    data,
  };
}

/** Rows that had what the match needs of them. */
function rowsThatCouldTakePart(result: MatchResult): Uint8Array {
  const present = new Uint8Array(result.treated.length).fill(1);
  const { score } = result;
  const incomplete = "incomplete" in result ? result.incomplete : null;
  for (let row = 0; row < present.length; row++) {
    if (incomplete?.[row] === 1 || (score !== null && Number.isNaN(score[row]))) present[row] = 0;
  }
  return present;
}

/** Pairs as listed, or all within cells; none for subclasses, which are too wide to call their members pairs. */
function pairsOfMatch({ method, focal, width, matches, subclass, treated }: MatchResult): Pairs | null {
  if (focal !== null && matches !== null) return listPairs(focal, width, matches);
  if (method === "subclass" || subclass === null) return null;
  const { codes, levels } = numberedSets(subclass);
  return pairsWithin(codes, levels.length, treated);
}

const ESTIMANDS: readonly BalanceEstimand[] = ["ATT", "ATC", "ATE", "overlap", "matching"];

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

function problemOfUnits(units: BalanceUnits, options: BalanceOptions): BalanceProblem {
  requireKnownOptions(units, UNITS, "A subject of assessBalance");
  for (const name of ["covariates", "data"] as const) {
    if (options[name] !== undefined) {
      fail("invalid-argument", `Give "${name}" in the subject, beside "treated", not in the options.`, {
        option: name,
      });
    }
  }
  const data = tableOf(units.data);
  const { treated, name } = treatmentOf(units.treated, units.treatedLevel, data);
  const n = treated.length;
  const estimand = oneOf("estimand", units.estimand, ESTIMANDS, "ATT");
  requireArms(treated, null, `in ${name}`);
  const subclasses = units.subclass === undefined ? null : readSets(units.subclass, data, n, "subclass");
  const after = readWeights(units, data, n) ?? (subclasses && weightsOfSubclasses(subclasses, treated, estimand));
  if (after) requireArms(treated, after, "with a weight");
  return {
    treated,
    present: new Uint8Array(n).fill(1),
    after,
    estimand,
    score: units.score === undefined ? null : numbersOf(units.score, data, "the score", n),
    covariates: readCovariates(units.covariates, data, n),
    pairs: subclasses && pairsWithin(subclasses.codes, subclasses.levels.length, treated),
    subclasses: subclasses && (() => subclasses),
    sizes: sampleSizes(treated, null, after ?? new Float64Array(n).fill(1), null),
    data,
  };
}

function weightsOfSubclasses(
  { codes, levels }: UnitSets,
  treated: Uint8Array,
  estimand: BalanceEstimand,
): Float64Array {
  if (estimand === "overlap" || estimand === "matching") {
    return fail("invalid-argument", `Subclasses give no weights for the estimand "${estimand}": give "weights" too.`);
  }
  return scaleToMeanOne(setWeights(codes, levels.length, treated, estimand), treated);
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

/** Sets by a column's name or as values; missing ones and −1 are none. */
export function readSets(given: string | ColumnLike, data: Frame | undefined, n: number, role: string): UnitSets {
  const column = columnOf(given, data, role);
  const { codes, levels } = toCategorical(column);
  if (codes.length !== n) {
    fail("length-mismatch", `There are ${codes.length} values of ${role} for ${n} units.`, { length: codes.length, n });
  }
  const none = column.kind === "numeric" ? levels.indexOf("-1") : -2;
  return { codes: codes.map((code) => (code === none ? -1 : code)), levels };
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

function requireArms(treated: Uint8Array, weights: Float64Array | null, where: string): void {
  for (const [arm, word] of [
    [1, "treated"],
    [0, "control"],
  ] as const) {
    if (treated.some((own, row) => own === arm && (weights === null || weights[row] > 0))) continue;
    fail("empty-group", `There is no ${word} unit ${where}, so there is nothing to compare.`, { arm: word });
  }
}

import { fail } from "../errors/error";
import { suggest } from "../errors/words";
import { refuseSamplingWeights } from "./checks";
import { groupEstimates } from "./group-estimates";
import type { JointErrors } from "./joint-errors";
import { nestedErrors } from "./nested/joint-errors";
import { slopeErrors } from "./slopes/joint-errors";
import type { MixedModel, NestedModel, RandomTermEstimate } from "./types";

/** Which of a model's random effects are compared. */
export interface EffectChoice {
  /** Of nested groups the level, by its column's name or lme4's (`school` or `school:alliance`); default: the outermost. */
  readonly group?: string;
  /** With random slopes the random column; default: the intercept, or the first column where there is none. */
  readonly column?: string;
  /** Of nested groups: add the effects of the groups around each (a school's own and its alliance's); default false. */
  readonly total?: boolean;
}

/** The effects chosen, with the joint distribution of their errors. */
export interface ChosenEffects {
  /** As in the model's `randomTerms`. */
  readonly group: string;
  readonly column: string;
  readonly total: boolean;
  readonly levels: readonly string[];
  readonly errors: JointErrors;
}

/**
 * @param what - what was asked for, in the plural: `Ranks`.
 * @param verb - what there is to do with the groups: `rank`.
 * @throws `not-identified` where the effects' variance is estimated as 0.
 */
export function chosenEffects(model: MixedModel, choice: EffectChoice, what: string, verb: string): ChosenEffects {
  const { total = false } = choice;
  if (total && model.structure !== "nested") {
    fail("invalid-argument", `"${model.formula}" has no groups within groups, so there are no totals over levels.`);
  }
  refuseSamplingWeights(model, what);
  const k = termOf(model, choice.group, choice.column);
  const term = model.randomTerms[k];
  const at = columnOf(term, choice.column);
  requireVariance(term, at, verb);
  const { group, columns, levels } = term;
  return { group, column: columns[at], total, levels, errors: errorsOf(model, k, at, total) };
}

function errorsOf(model: MixedModel, term: number, column: number, total: boolean): JointErrors {
  if (model.structure === "nested") return nestedErrors(model, term, total);
  if (model.structure === "intercept") return { ...groupEstimates(model), around: [] };
  const before = model.randomTerms.slice(0, term).reduce((sum, { columns }) => sum + columns.length, 0);
  return slopeErrors(model, before + column);
}

/** The position among the random terms of a nested level (default the outermost), or of the first term of the groups there are. */
export function levelPosition(model: MixedModel, group: string | undefined): number {
  const { randomTerms } = model;
  if (model.structure === "nested") return group === undefined ? randomTerms.length - 1 : levelOf(model, group);
  if (group !== undefined && group !== randomTerms[0].group) failUnknownGroup(model, group, [randomTerms[0].group]);
  return 0;
}

/** The position of the random term among the model's. */
function termOf(model: MixedModel, group: string | undefined, column: string | undefined): number {
  const { randomTerms } = model;
  const level = levelPosition(model, group);
  if (model.structure === "nested") return level;
  const wanted = column ?? "(Intercept)";
  const term = randomTerms.findIndex(({ columns }) => columns.includes(wanted));
  if (term >= 0 || column === undefined) return Math.max(0, term);
  const known = randomTerms.flatMap(({ columns }) => columns);
  return failUnknownColumn(randomTerms[0].group, column, known);
}

/** The nested level of a grouping column's name, or lme4's. */
function levelOf(model: NestedModel, group: string): number {
  const names = model.summary.inner.bound.randomTerms[0].groups.toReversed();
  const level = names.indexOf(group);
  const exact = model.randomTerms.findIndex((term) => term.group === group);
  if (exact >= 0 || level >= 0) return exact >= 0 ? exact : level;
  return failUnknownGroup(model, group, names);
}

/** The position of the column in its term; the intercept, or the first, by default. */
function columnOf({ columns, group }: RandomTermEstimate, column: string | undefined): number {
  const at = columns.indexOf(column ?? "(Intercept)");
  if (at >= 0 || column === undefined) return Math.max(0, at);
  return failUnknownColumn(group, column, columns);
}

function failUnknownGroup(model: MixedModel, group: string, known: readonly string[]): never {
  return fail(
    "invalid-argument",
    `"${model.formula}" has no groups "${group}".${suggest(group, known, "grouping columns")}`,
    { group },
  );
}

function failUnknownColumn(group: string, column: string, known: readonly string[]): never {
  return fail(
    "unknown-column",
    `The model has no random effects of "${column}" for ${group}.${suggest(column, known, "random columns")}`,
    { column },
  );
}

/** Refuses to compare groups of a boundary fit: all estimates are 0. */
function requireVariance({ group, columns, covariance }: RandomTermEstimate, at: number, verb: string): void {
  if (covariance[at][at] > 0) return;
  const what = columns[at] === "(Intercept)" ? group : `${group} ${columns[at]}`;
  fail(
    "not-identified",
    `The ${what} variance is estimated as 0, so all estimates of ${what} are 0 and there is nothing to ${verb}.`,
    { group, column: columns[at] },
  );
}

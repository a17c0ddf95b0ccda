import { frame } from "../../data/frame";
import type { DataLike, Frame } from "../../data/types";
import { fail } from "../../errors/error";
import { bindFormula } from "../../formula/bind";
import type { BoundFormula } from "../../formula/types";
import { createNestedMerger } from "../merge";
import { structureOf } from "../structure";
import { readChunk, type SummariseOptions, summariseRows } from "../summarise";
import type { NestedSummary } from "../types";
import { namedWeights } from "../weights";
import { nestRows } from "./nesting";

/**
 * Reduces rows to what a model with nested intercepts needs of them: one small value per innermost group, and the nesting.
 *
 * Summaries of parts of the data merge with {@link mergeSummaries}, and {@link fitMixed} fits what comes of it.
 *
 * @param formula - a formula with nested intercepts, `score ~ ses + (1 | alliance/school)`, or one bound before.
 * @param data - a frame, rows or columns; rows with missing values in used columns are dropped with a diagnostic.
 * @param options - pupil weights of kind precision or frequency; `blocks`, for `clusterRobust`.
 * @throws what {@link fitMixed} throws for formulas and data; `invalid-argument` for school or sampling weights.
 * @example
 * ```ts
 * import { bindFormula, fitMixed, mergeSummaries, summariseNested } from "likewise";
 * const north = { alliance: ["N", "N", "N", "N"], school: ["a", "a", "b", "b"], score: [5, 6, 8, 9] };
 * const south = { alliance: ["S", "S", "S", "S"], school: ["a", "a", "b", "b"], score: [3, 4, 7, 6] };
 * const bound = bindFormula("score ~ 1 + (1 | alliance/school)", north);
 * const all = mergeSummaries(summariseNested(bound, north), summariseNested(bound, south));
 * all.nesting[0].levels; // ["a:N", "a:S", "b:N", "b:S"]
 * ```
 */
export function summariseNested(
  formula: string | BoundFormula,
  data: DataLike,
  options: SummariseOptions = {},
): NestedSummary {
  const table = frame(data);
  const bound = typeof formula === "string" ? bindFormula(formula, table, { reference: options.reference }) : formula;
  requireNested(bound, options);
  const merger = createNestedMerger();
  merger.add(summariseChunk(bound, table, options, false));
  // Merging one part alone puts its groups in the order of all.
  return merger.finish();
}

/** Takes data chunk by chunk and ends in one {@link NestedSummary}. */
export interface NestedSummariser {
  add(data: DataLike): void;
  finish(): NestedSummary;
}

/**
 * A summary of nested groups that grows chunk by chunk, as {@link groupSummariser} does for one random intercept.
 *
 * A label counts within its outer group in whatever chunk it stands: `Oak` in `North` and `Oak` in `South` are two schools,
 * and `Oak` in `North` is one, however many chunks it is cut into.
 *
 * @param bound - the formula bound once, so that levels, bases and the common shift are the same for all chunks.
 * @example
 * ```ts
 * import { bindFormula, nestedSummariser } from "likewise";
 * const first = { alliance: ["N", "N", "S", "S"], school: ["a", "b", "c", "c"], score: [5, 6, 8, 9] };
 * const summariser = nestedSummariser(bindFormula("score ~ 1 + (1 | alliance/school)", first));
 * summariser.add(first);
 * summariser.add({ alliance: ["N", "S"], school: ["a", "d"], score: [4, 7] });
 * summariser.finish().nesting[0].levels; // ["a:N", "b:N", "c:S", "d:S"]
 * ```
 */
export function nestedSummariser(bound: BoundFormula, options: SummariseOptions = {}): NestedSummariser {
  requireNested(bound, options);
  const merger = createNestedMerger();
  return {
    add: (data) => merger.add(summariseChunk(bound, frame(data), options, true)),
    finish: () => merger.finish(),
  };
}

function requireNested(bound: BoundFormula, options: SummariseOptions): void {
  const { schools, kind } = namedWeights(options.weights);
  if (structureOf(bound) !== "nested") {
    fail("invalid-argument", `"${bound.formula}" has no nested groups, such as (1 | alliance/school).`);
  }
  if (schools !== undefined || kind === "sampling") {
    fail(
      "invalid-argument",
      "School weights and sampling weights are for a single random intercept, such as (1 | school), so far. Fit that, or leave the weights out.",
    );
  }
}

function summariseChunk(
  bound: BoundFormula,
  table: Frame,
  options: SummariseOptions,
  allowEmpty: boolean,
): NestedSummary {
  const chunk = readChunk(bound, table, options, allowEmpty);
  const { inner, nesting } = nestRows(bound.randomTerms[0].groups, chunk.design.groups);
  return { kind: "nested-summary", version: 1, inner: summariseRows(chunk, inner), nesting };
}

import { frame } from "../../data/frame";
import type { DataLike } from "../../data/types";
import { fail } from "../../errors/error";
import { bindFormula } from "../../formula/bind";
import type { BoundFormula } from "../../formula/types";
import { mergeSummaries } from "../merge";
import { structureOf } from "../structure";
import { readChunk, type SummariseOptions, summariseRows } from "../summarise";
import type { NestedSummary } from "../types";
import { nestGroups } from "./nesting";

/**
 * Reduces rows to what a model with nested intercepts needs of them: one small value per innermost group, and the nesting.
 *
 * Summaries of parts of the data merge with {@link mergeSummaries}, and {@link fitMixed} fits what comes of it.
 *
 * @param formula - a formula with nested intercepts, `score ~ ses + (1 | alliance/school)`, or one bound before.
 * @param data - a frame, rows or columns; rows with missing values in used columns are dropped with a diagnostic.
 * @param options - pupil weights of kind precision or frequency; `blocks` is of no use here.
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
  if (structureOf(bound) !== "nested") {
    fail("invalid-argument", `"${bound.formula}" has no nested groups, such as (1 | alliance/school).`);
  }
  if (options.weights?.schools !== undefined || options.weights?.kind === "sampling") {
    fail(
      "invalid-argument",
      "School weights and sampling weights are for a single random intercept, such as (1 | school), so far. Fit that, or leave the weights out.",
    );
  }
  const chunk = readChunk(bound, table, options);
  const { inner, nesting } = nestGroups(bound.randomTerms[0].groups, chunk.design.groups);
  // Merging one part alone puts its groups in the order of all.
  return mergeSummaries({ kind: "nested-summary", version: 1, inner: summariseRows(chunk, inner), nesting });
}

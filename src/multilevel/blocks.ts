import { sourceOf } from "../data/source";
import type { Frame } from "../data/types";
import { fail } from "../errors/error";
import { summariseNested } from "./nested/summarise";
import { summariseSlopes } from "./slopes/summarise";
import type { SlopesSummary } from "./slopes/types";
import { type SummariseOptions, summariseGroups } from "./summarise";
import type { GroupSummary, InterceptModel, MixedModel, NestedModel, NestedSummary, SlopesModel } from "./types";

/** A summary with each group's own cross-products. */
export type BlockSummary = GroupSummary & { readonly blocks: Float64Array };

/**
 * The model's summary with each group's own cross-products, from the remembered rows where it has none.
 *
 * @param what - what needs them, in the plural: `Cluster-robust standard errors`.
 */
export function withBlocks(model: InterceptModel, what: string): BlockSummary {
  if (model.summary.blocks) return model.summary as BlockSummary;
  const { data, options } = rowsFor(model, what);
  return summariseGroups(model.summary.bound, data, options) as BlockSummary;
}

/** The same of the innermost groups of nested ones. */
export function nestedWithBlocks(model: NestedModel, what: string): NestedSummary {
  if (model.summary.inner.blocks) return model.summary;
  const { data, options } = rowsFor(model, what);
  return summariseNested(model.summary.inner.bound, data, options);
}

/** With slopes, what of each group lies outside its random columns' span. */
export function slopesWithBlocks(model: SlopesModel, what: string): SlopesSummary & { readonly blocks: Float64Array } {
  if (model.summary.blocks) return model.summary as SlopesSummary & { readonly blocks: Float64Array };
  const { data, options } = rowsFor(model, what);
  return summariseSlopes(model.summary.bound, data, options) as SlopesSummary & { readonly blocks: Float64Array };
}

/** The rows that the model remembers, and how to summarise them with blocks. */
function rowsFor(model: MixedModel, what: string): { data: Frame; options: SummariseOptions } {
  const source = sourceOf(model);
  if (source?.data) return { data: source.data, options: { ...(source.summarise as SummariseOptions), blocks: true } };
  return fail(
    "invalid-argument",
    `${what} need each group's own cross-products, and the model remembers no rows. Summarise with blocks: true, or fit from rows.`,
  );
}

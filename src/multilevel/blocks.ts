import { sourceOf } from "../data/source";
import { fail } from "../errors/error";
import { type SummariseOptions, summariseGroups } from "./summarise";
import type { GroupSummary, InterceptModel } from "./types";

/** A summary with each group's own cross-products. */
export type BlockSummary = GroupSummary & { readonly blocks: Float64Array };

/**
 * The model's summary with each group's own cross-products, from the remembered rows where it has none.
 *
 * @param what - what needs them, in the plural: `Cluster-robust standard errors`.
 */
export function withBlocks(model: InterceptModel, what: string): BlockSummary {
  if (model.summary.blocks) return model.summary as BlockSummary;
  const source = sourceOf(model);
  if (source?.data) {
    return summariseGroups(model.summary.bound, source.data, {
      ...(source.summarise as SummariseOptions),
      blocks: true,
    }) as BlockSummary;
  }
  return fail(
    "invalid-argument",
    `${what} need each group's own cross-products, and the model remembers no rows. Summarise with blocks: true, or fit from rows.`,
  );
}

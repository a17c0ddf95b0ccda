import { sourceOf } from "../../data/source";
import { fail } from "../../errors/error";
import type { BlockSummary } from "../blocks";
import { failPerfect, requireFittable } from "../fittable";
import { fittedOrNull } from "../fitted-or-null";
import { withoutLowParts } from "../low-parts";
import type { SummariseOptions } from "../summarise";
import type { NestedLevel, NestedModel, NestedSummary } from "../types";
import { assembleNested, requireStationary } from "./fit";
import { requireNesting } from "./identified";
import { optimiseNestedNear } from "./optimise";
import { scaleNested } from "./state";
import { summariseNested } from "./summarise";

/**
 * Refits without each group of one level in turn, with all groups inside it, from where the full fit stands.
 *
 * @returns for a group's position its refit, or null where the other groups cannot be fitted.
 */
export function nestedRefitsWithout(
  model: NestedModel,
  level: number,
  what: string,
): (group: number) => NestedModel | null {
  const { nesting } = model.summary;
  const inner = withInnerBlocks(model, what);
  const ancestors = ancestorsOf(nesting);
  const products = productsByGroup(inner, ancestors[level], nesting[level].levels.length);
  const guess = model.theta.map((theta) => theta * theta);
  const settings = { method: model.method, df: "none", information: "expected" } as const;
  return (group) =>
    fittedOrNull(() => {
      const rest = summaryWithout({ ...model.summary, inner }, ancestors, level, group, products);
      requireNesting(rest);
      const scaled = scaleNested(rest, model.method === "REML");
      requireFittable(rest.inner, scaled.scaled, nesting.length + 1);
      const optimum = optimiseNestedNear(scaled.problem, guess) ?? failPerfect(rest.inner);
      requireStationary(optimum, rest);
      return assembleNested(rest, scaled, optimum, settings);
    });
}

function withInnerBlocks(model: NestedModel, what: string): BlockSummary {
  const { inner } = model.summary;
  if (inner.blocks) return withoutLowParts(inner) as BlockSummary;
  const source = sourceOf(model);
  if (source?.data) {
    const options = { ...(source.summarise as SummariseOptions), blocks: true };
    return withoutLowParts(summariseNested(inner.bound, source.data, options).inner) as BlockSummary;
  }
  return fail(
    "invalid-argument",
    `${what} need each group's own cross-products, and the model remembers no rows. Summarise with blocks: true, or fit from rows.`,
  );
}

/** By level, for each innermost group the group around it. */
function ancestorsOf(nesting: readonly NestedLevel[]): Int32Array[] {
  let own = Int32Array.from(nesting[0].levels, (_, a) => a);
  return nesting.map((_, k) => {
    if (k > 0) own = own.map((a) => nesting[k - 1].parents[a]);
    return own;
  });
}

/** Σ C of the innermost groups in each group, one q × q matrix after the other. */
function productsByGroup({ blocks, shift }: BlockSummary, ancestors: Int32Array, groups: number): Float64Array {
  const size = shift.length ** 2;
  const sums = new Float64Array(groups * size);
  for (let a = 0; a < ancestors.length; a++) {
    for (let i = 0; i < size; i++) sums[ancestors[a] * size + i] += blocks[a * size + i];
  }
  return sums;
}

/** The summary of the rows of all groups but one: sums of the others' products, nothing is subtracted. */
function summaryWithout(
  { inner, nesting, ...rest }: NestedSummary,
  ancestors: readonly Int32Array[],
  level: number,
  group: number,
  products: Float64Array,
): NestedSummary {
  const q = inner.shift.length;
  const kept = keptGroups(nesting, ancestors, level, group);
  const take = (values: Float64Array, width: number): Float64Array => {
    const result = new Float64Array(kept[0].length * width);
    kept[0].forEach((a, to) => {
      result.set(values.subarray(a * width, (a + 1) * width), to * width);
    });
    return result;
  };
  const within = new Float64Array(q * q);
  for (let from = 0; from < products.length; from += q * q) {
    if (from === group * q * q) continue;
    for (let i = 0; i < q * q; i++) within[i] += products[from + i];
  }
  const rows = inner.sizes.reduce((sum, size, a) => sum + (ancestors[level][a] === group ? size : 0), 0);
  const { blocks, ...summary } = inner;
  return {
    ...rest,
    // Σ log w stays that of all rows: it moves the criterion by a constant and no estimate.
    inner: {
      ...summary,
      levels: kept[0].map((a) => inner.levels[a]),
      sizes: take(inner.sizes, 1),
      weights: take(inner.weights, 1),
      means: take(inner.means, q),
      within,
      nobs: inner.nobs - rows,
    },
    nesting: nesting.map(({ levels, parents, ...own }, k) => {
      const position = new Map(kept[k + 1]?.map((a, to) => [a, to]));
      return {
        ...own,
        levels: kept[k].map((a) => levels[a]),
        parents: Int32Array.from(kept[k], (a) => position.get(parents[a]) ?? 0),
      };
    }),
  };
}

/** By level the groups that are left: not the group, none inside it, and none that held it alone. */
function keptGroups(
  nesting: readonly NestedLevel[],
  ancestors: readonly Int32Array[],
  level: number,
  group: number,
): number[][] {
  return nesting.map(({ levels }, k) => {
    const left = new Uint8Array(levels.length);
    ancestors[k].forEach((own, a) => {
      if (ancestors[level][a] !== group) left[own] = 1;
    });
    return [...left.keys()].filter((a) => left[a] === 1);
  });
}

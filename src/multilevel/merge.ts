import { fail } from "../errors/error";
import { grown } from "./grown";
import { addPrecisely, joinPrecisely, needsLowParts, withoutLowParts } from "./low-parts";
import { failEmpty, mergeDiagnostics } from "./merge-diagnostics";
import { sortedLevels } from "./natural-order";
import { createNestingMerger } from "./nested/merge-nesting";
import { requireSame } from "./same-summary";
import { createSlopesMerger } from "./slopes/merge";
import type { SlopesSummary } from "./slopes/types";
import type { GroupSummary, MixedModel, NestedSummary } from "./types";

/**
 * One summary of all the rows that several summaries were made of, whichever rows each saw.
 *
 * Summaries of one kind merge: of groups, of nested groups, of slopes. For a group present in two parts, with δ = z̄_b − z̄_a: z̄ = z̄_a + δ S_b/(S_a + S_b) and W gains δδ' S_a S_b/(S_a + S_b)
 * (Chan, Golub & LeVeque 1983); for slopes the triangular factors of the parts are stacked and decomposed again. The order
 * and the cut of the parts change the fit by rounding only: below 1e-12, for slopes 1e-10, where the search over several
 * variances ends less sharply.
 *
 * Bind the formula once, to all data or to a frame with every level, and send it along: parts bound to data of their own
 * are refused where it matters.
 *
 * @throws `empty-data` without summaries; `summary-mismatch` where kinds, formulas, columns, levels, bases, groups, contents
 *   or weights differ, saying which.
 * @example
 * ```ts
 * import { bindFormula, fitMixed, mergeSummaries, summariseGroups } from "likewise";
 * const north = { school: ["a", "a", "b", "b"], score: [5, 6, 8, 9] };
 * const south = { school: ["c", "c", "d", "d", "a"], score: [3, 4, 7, 6, 5] };
 * const bound = bindFormula("score ~ 1 + (1 | school)", north);
 * const model = fitMixed(mergeSummaries(summariseGroups(bound, north), summariseGroups(bound, south)));
 * model.nobs; // 9
 * ```
 */
export function mergeSummaries(...summaries: readonly GroupSummary[]): GroupSummary;
export function mergeSummaries(...summaries: readonly NestedSummary[]): NestedSummary;
export function mergeSummaries(...summaries: readonly SlopesSummary[]): SlopesSummary;
export function mergeSummaries(...summaries: readonly MixedModel["summary"][]): MixedModel["summary"] {
  const [first] = summaries;
  if (first === undefined) return fail("empty-data", "mergeSummaries needs at least one summary.");
  const other = summaries.find(({ kind }) => kind !== first.kind);
  if (other !== undefined) {
    fail(
      "summary-mismatch",
      `A ${first.kind.replace("-", " ")} and a ${other.kind.replace("-", " ")} cannot be merged. Merge summaries of one formula.`,
      { what: "structures" },
    );
  }
  const merger = mergerFor(first);
  for (const summary of summaries) merger.add(summary);
  return merger.finish();
}

/** An empty merger for summaries of this one's kind. */
function mergerFor(summary: MixedModel["summary"]): SummaryMerger<MixedModel["summary"]> {
  const merger = {
    "group-summary": createMerger,
    "nested-summary": createNestedMerger,
    "slopes-summary": createSlopesMerger,
  }[summary.kind];
  return merger() as SummaryMerger<MixedModel["summary"]>;
}

/** A summary under construction: parts come in, groups are found by name. */
export interface SummaryMerger<Summary> {
  add(part: Summary): void;
  finish(): Summary;
}

/** The same for nested groups: a group is known by the labels of all levels that it is in. */
export function createNestedMerger(): SummaryMerger<NestedSummary> {
  const inner = createMerger();
  const nesting = createNestingMerger();
  return {
    add(part) {
      inner.add(part.inner);
      nesting.add(part.nesting);
    },
    finish: () => ({ kind: "nested-summary", version: 1, inner: inner.finish(), nesting: nesting.finish() }),
  };
}

export function createMerger(): SummaryMerger<GroupSummary> {
  let base: GroupSummary | null = null;
  const index = new Map<string, number>();
  let sizes: Float64Array = new Float64Array(0);
  let rows: Float64Array = new Float64Array(0);
  let weights: Float64Array = new Float64Array(0);
  let means: Float64Array = new Float64Array(0);
  let within: Float64Array = new Float64Array(0);
  /** Of `means` and `within`, once a part has them. */
  let low: { means: Float64Array; within: Float64Array } | null = null;
  let blocks: Float64Array = new Float64Array(0);
  let groupWeights: Float64Array = new Float64Array(0);
  let squaredWeights: Float64Array = new Float64Array(0);
  let nobs = 0;
  let sumLogWeights = 0;
  const diagnostics: GroupSummary["diagnostics"][number][] = [];

  function room(groups: number, q: number): void {
    if (groups <= sizes.length) return;
    const capacity = Math.max(64, groups, 2 * sizes.length);
    sizes = grown(sizes, capacity);
    if (base?.rows) rows = grown(rows, capacity);
    weights = grown(weights, capacity);
    means = grown(means, capacity * q);
    if (low !== null) low.means = grown(low.means, capacity * q);
    if (base?.groupWeights) groupWeights = grown(groupWeights, capacity);
    if (base?.squaredWeights) squaredWeights = grown(squaredWeights, capacity);
    if (base?.blocks) blocks = grown(blocks, capacity * q * q);
  }

  function mergeGroup(part: GroupSummary, from: number, to: number, move: Float64Array): void {
    const q = move.length;
    const share = part.weights[from] / (weights[to] + part.weights[from]);
    const scale = weights[to] * share;
    const delta = new Float64Array(q);
    const omega = part.groupWeights ? mergeWeight(part, from, to) : 1;
    for (let k = 0; k < q; k++) delta[k] = part.means[from * q + k] + move[k] - means[to * q + k];
    if (low === null) for (let k = 0; k < q; k++) means[to * q + k] += delta[k] * share;
    else {
      const whole = { means: { high: means, low: low.means }, within: { high: within, low: low.within } };
      joinPrecisely(whole, to, part, from, (base as GroupSummary).shift, weights[to], omega);
    }
    const size = q * q;
    if (scale === 0) {
      // The group is new: nothing lies between its parts.
      if (part.blocks) blocks.set(part.blocks.subarray(from * size, (from + 1) * size), to * size);
    } else {
      for (let k = 0; k < q; k++) {
        for (let l = 0; l < q; l++) {
          const between = scale * (delta[k] * delta[l]);
          if (low === null) within[k * q + l] += omega * between;
          if (part.blocks) blocks[to * size + k * q + l] += part.blocks[from * size + k * q + l] + between;
        }
      }
    }
    weights[to] += part.weights[from];
    if (part.squaredWeights) squaredWeights[to] += part.squaredWeights[from];
    sizes[to] += part.sizes[from];
    if (part.rows) rows[to] += part.rows[from];
  }

  /** A group's weight, the same in every part that has the group. */
  function mergeWeight(part: GroupSummary, from: number, to: number): number {
    const omega = (part.groupWeights as Float64Array)[from];
    if (groupWeights[to] !== 0 && groupWeights[to] !== omega) {
      fail(
        "summary-mismatch",
        `The parts weigh the group "${part.levels[from]}" differently: ${groupWeights[to]} and ${omega}.`,
        { level: part.levels[from] },
      );
    }
    groupWeights[to] = omega;
    return omega;
  }

  return {
    add(part) {
      if (part.scaling && !part.squaredWeights) {
        fail(
          "summary-mismatch",
          "This summary's sampling weights were scaled by a fit. Merge what summariseGroups gave, not a model's own summary.",
        );
      }
      diagnostics.push(...part.diagnostics);
      if (part.nobs === 0) return;
      const q = part.shift.length;
      if (base === null) {
        base = withoutLowParts(part);
        within = new Float64Array(q * q);
      } else requireSame(base, part);
      const first = base;
      const move = part.shift.map((value, k) => value - first.shift[k]);
      if (part.lowParts && low === null) {
        low = { means: new Float64Array(means.length), within: new Float64Array(q * q) };
      }
      if (low === null) for (let i = 0; i < within.length; i++) within[i] += part.within[i];
      else addPrecisely(part, { high: within, low: low.within });
      room(index.size + part.levels.length, q);
      part.levels.forEach((level, from) => {
        let to = index.get(level);
        if (to === undefined) {
          to = index.size;
          index.set(level, to);
        }
        mergeGroup(part, from, to, move);
      });
      nobs += part.nobs;
      sumLogWeights += part.sumLogWeights;
    },
    finish() {
      if (base === null) return failEmpty(diagnostics);
      const q = base.shift.length;
      const kept = (base.rows ? rows : sizes).reduce((sum, size) => sum + size, 0);
      const { levels, order, inOrder } = sortedLevels(index);
      return {
        ...base,
        levels,
        sizes: Float64Array.from(order, (j) => sizes[j]),
        ...(base.rows && { rows: inOrder(rows, 1) }),
        weights: Float64Array.from(order, (j) => weights[j]),
        means: inOrder(means, q),
        within: within.slice(),
        ...(low !== null &&
          needsLowParts(within, q, kept, levels.length) && {
            lowParts: { means: inOrder(low.means, q), within: low.within.slice() },
          }),
        ...(base.blocks && { blocks: inOrder(blocks, q * q) }),
        ...(base.groupWeights && { groupWeights: inOrder(groupWeights, 1) }),
        ...(base.squaredWeights && { squaredWeights: inOrder(squaredWeights, 1) }),
        nobs,
        sumLogWeights,
        diagnostics: mergeDiagnostics(diagnostics, kept),
      };
    },
  };
}

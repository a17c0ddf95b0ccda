import { fail } from "../errors/error";
import { listSome } from "../errors/words";
import { naturalOrder } from "./natural-order";
import { mergeNesting } from "./nested/merge-nesting";
import type { GroupSummary, NestedSummary } from "./types";

/**
 * One summary of all the rows that several summaries were made of, whichever rows each saw.
 *
 * For a group present in two parts, with δ = z̄_b − z̄_a: z̄ = z̄_a + δ S_b/(S_a + S_b) and W gains δδ' S_a S_b/(S_a + S_b)
 * (Chan, Golub & LeVeque 1983). The order and the cut of the parts change the fit by rounding only (below 1e-12).
 *
 * @throws `empty-data` without summaries; `summary-mismatch` where formulas, columns, levels or groups differ, saying which.
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
export function mergeSummaries(...summaries: readonly (GroupSummary | NestedSummary)[]): GroupSummary | NestedSummary {
  if (summaries.length === 0) fail("empty-data", "mergeSummaries needs at least one summary.");
  const nested = summaries.filter((summary) => summary.kind === "nested-summary");
  if (nested.length === 0) return mergeGroups(summaries as readonly GroupSummary[]);
  if (nested.length < summaries.length) {
    fail("summary-mismatch", "Summaries of nested groups and of single ones cannot be merged.", { what: "structures" });
  }
  const inner = mergeGroups(nested.map((summary) => summary.inner));
  return { ...nested[0], inner, nesting: mergeNesting(nested.map((summary) => summary.nesting)) };
}

function mergeGroups(summaries: readonly GroupSummary[]): GroupSummary {
  const merger = createMerger();
  for (const summary of summaries) merger.add(summary);
  return merger.finish();
}

/** A summary under construction: parts come in, groups are found by name. */
export interface SummaryMerger {
  add(part: GroupSummary): void;
  finish(): GroupSummary;
}

export function createMerger(): SummaryMerger {
  let base: GroupSummary | null = null;
  const index = new Map<string, number>();
  let sizes: Float64Array = new Float64Array(0);
  let weights: Float64Array = new Float64Array(0);
  let means: Float64Array = new Float64Array(0);
  let within: Float64Array = new Float64Array(0);
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
    weights = grown(weights, capacity);
    means = grown(means, capacity * q);
    if (base?.groupWeights) groupWeights = grown(groupWeights, capacity);
    if (base?.squaredWeights) squaredWeights = grown(squaredWeights, capacity);
    if (base?.blocks) blocks = grown(blocks, capacity * q * q);
  }

  function mergeGroup(part: GroupSummary, from: number, to: number, move: Float64Array): void {
    const q = move.length;
    const share = part.weights[from] / (weights[to] + part.weights[from]);
    const scale = weights[to] * share;
    const delta = new Float64Array(q);
    for (let k = 0; k < q; k++) {
      delta[k] = part.means[from * q + k] + move[k] - means[to * q + k];
      means[to * q + k] += delta[k] * share;
    }
    const omega = part.groupWeights ? mergeWeight(part, from, to) : 1;
    for (let k = 0; k < q; k++) {
      for (let l = 0; l < q; l++) {
        const between = scale * (delta[k] * delta[l]);
        within[k * q + l] += omega * between;
        if (part.blocks) blocks[(to * q + k) * q + l] += part.blocks[(from * q + k) * q + l] + between;
      }
    }
    weights[to] += part.weights[from];
    if (part.squaredWeights) squaredWeights[to] += part.squaredWeights[from];
    sizes[to] += part.sizes[from];
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
      const q = part.shift.length;
      if (base === null) {
        base = part;
        within = new Float64Array(q * q);
      } else requireSame(base, part);
      const first = base;
      const move = part.shift.map((value, k) => value - first.shift[k]);
      for (let i = 0; i < within.length; i++) within[i] += part.within[i];
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
      diagnostics.push(...part.diagnostics);
    },
    finish() {
      if (base === null) return fail("empty-data", "No data were added to the summary.");
      const q = base.shift.length;
      const levels = [...index.keys()].sort(naturalOrder);
      const order = levels.map((level) => index.get(level)!);
      const inOrder = (values: Float64Array, size: number): Float64Array => {
        const sorted = new Float64Array(levels.length * size);
        order.forEach((from, to) => {
          sorted.set(values.subarray(from * size, (from + 1) * size), to * size);
        });
        return sorted;
      };
      return {
        ...base,
        levels,
        sizes: Float64Array.from(order, (j) => sizes[j]),
        weights: Float64Array.from(order, (j) => weights[j]),
        means: inOrder(means, q),
        within: within.slice(),
        ...(base.blocks && { blocks: inOrder(blocks, q * q) }),
        ...(base.groupWeights && { groupWeights: inOrder(groupWeights, 1) }),
        ...(base.squaredWeights && { squaredWeights: inOrder(squaredWeights, 1) }),
        nobs,
        sumLogWeights,
        diagnostics,
      };
    },
  };
}

function grown(values: Float64Array, length: number): Float64Array {
  const result = new Float64Array(length);
  result.set(values);
  return result;
}

function requireSame(a: GroupSummary, b: GroupSummary): void {
  const differ = (what: string, left: string, right: string): never =>
    fail(
      "summary-mismatch",
      `Summaries of different ${what} cannot be merged: ${left} and ${right}. Bind the formula once with bindFormula and summarise every part with it.`,
      { what },
    );
  if (b.kind !== "group-summary" || b.version !== a.version) differ("versions", `${a.version}`, `${b.version}`);
  if (a.bound.formula !== b.bound.formula) differ("formulas", `"${a.bound.formula}"`, `"${b.bound.formula}"`);
  if (a.group !== b.group) differ("groups", `"${a.group}"`, `"${b.group}"`);
  if (a.columns.join("\n") !== b.columns.join("\n")) {
    const only = (x: GroupSummary, y: GroupSummary): string =>
      listSome(x.columns.filter((name) => !y.columns.includes(name))) || "the same in another order";
    differ("columns", only(a, b), only(b, a));
  }
  if (a.bound !== b.bound) requireSameVariables(a, b, differ);
  if ((a.blocks === undefined) !== (b.blocks === undefined)) {
    differ("contents", a.blocks ? "with blocks" : "without blocks", b.blocks ? "with blocks" : "without blocks");
  }
  const weightsOf = (x: GroupSummary): string =>
    `${x.pupilWeights} of pupils${x.scaling ? ` (scaling "${x.scaling}")` : ""}, ${x.groupWeights ? "some" : "none"} of groups`;
  if (weightsOf(a) !== weightsOf(b)) differ("weights", weightsOf(a), weightsOf(b));
}

/** Refuses variables bound to other data: other levels of a factor, another basis, other centres. */
function requireSameVariables(
  a: GroupSummary,
  b: GroupSummary,
  differ: (what: string, left: string, right: string) => never,
): void {
  a.bound.variables.forEach((variable, k) => {
    const other = b.bound.variables[k];
    if (JSON.stringify(variable) === JSON.stringify(other)) return;
    const levelsOf = ({ label, levels }: typeof variable): string => `${label} with the levels ${listSome(levels, 8)}`;
    if (variable.levels.join("\n") !== other.levels.join("\n")) differ("levels", levelsOf(variable), levelsOf(other));
    differ("bases or centres", `${variable.label} of one part`, "of another, bound to other data");
  });
}

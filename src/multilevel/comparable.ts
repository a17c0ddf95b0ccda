import { fail } from "../errors/error";
import { requireSameModelRows, requireSameRows } from "./same-rows";
import { interceptSummary } from "./slopes/group-summary";
import type { GroupSummary, MixedModel } from "./types";

/** Refuses variances that differ in more than the columns of their models: in rows, groups, weights or method. */
export function requireComparable(a: MixedModel, b: MixedModel): void {
  requireSameData(a, b);
  if (!sameWeights(summaryOf(a), summaryOf(b))) {
    fail(
      "summary-mismatch",
      `"${a.formula}" and "${b.formula}" were fitted with different weights. Fit both with the same.`,
    );
  }
  if (a.method !== b.method) {
    fail(
      "invalid-argument",
      `"${a.formula}" was fitted by ${a.method} and "${b.formula}" by ${b.method}; their variances compare only when both are fitted by one method.`,
    );
  }
}

/** Refuses models of different rows, or of other groups of them. */
export function requireSameData(a: MixedModel, b: MixedModel): void {
  requireSameGroups(a, b);
  const [first, second] = [summaryOf(a), summaryOf(b)];
  if (first && second) requireSameRows(first, second);
  else requireSameModelRows(a, b);
}

/** Refuses models whose variances are of different random effects. */
export function requireSameRandomPart(a: MixedModel, b: MixedModel): void {
  const names = ({ randomTerms }: MixedModel): string =>
    JSON.stringify(randomTerms.map(({ group, columns }) => [group, columns]));
  if (names(a) === names(b)) return;
  fail(
    "invalid-argument",
    `"${a.formula}" and "${b.formula}" have different random parts, and a variance is compared with itself. Give both models the same random terms.`,
  );
}

function requireSameGroups(a: MixedModel, b: MixedModel): void {
  const names = ({ randomTerms }: MixedModel): string[] => [...new Set(randomTerms.map(({ group }) => group))];
  const [first, second] = [names(a).join(" and "), names(b).join(" and ")];
  if (first === second) return;
  fail(
    "summary-mismatch",
    `"${a.formula}" has groups of ${first}, "${b.formula}" of ${second}. Give both the same grouping columns.`,
    { groups: [first, second] },
  );
}

function summaryOf(model: MixedModel): GroupSummary | null {
  if (model.structure === "slopes") return interceptSummary(model.summary);
  return model.structure === "nested" ? model.summary.inner : model.summary;
}

function sameWeights(a: GroupSummary | null, b: GroupSummary | null): boolean {
  if (a === null || b === null) return true;
  const same = (x: Float64Array | undefined, y: Float64Array | undefined): boolean =>
    x === y || (x !== undefined && y !== undefined && x.every((value, j) => Math.abs(value - y[j]) <= 1e-9 * value));
  return same(a.weights, b.weights) && same(a.groupWeights, b.groupWeights);
}

import { fail } from "../errors/error";
import type { GroupSummary, MixedModel } from "./types";

/**
 * Refuses summaries of different rows. They cannot show their rows, but rows are taken as the same where the groups agree in
 * name, size and mean outcome.
 */
export function requireSameRows(a: GroupSummary, b: GroupSummary): void {
  const means = outcomeMeans(b);
  const same =
    a.levels.length === b.levels.length &&
    a.levels.every((level, j) => level === b.levels[j] && a.sizes[j] === b.sizes[j]) &&
    outcomeMeans(a).every((mean, j) => Math.abs(mean - means[j]) <= 1e-9 * (1 + Math.abs(mean)));
  if (same) return;
  fail(
    "summary-mismatch",
    `"${a.bound.formula}" has ${a.nobs} rows in ${a.levels.length} groups, "${b.bound.formula}" ${b.nobs} in ${b.levels.length}, ` +
      "or their outcomes differ. Fit all models to the same rows: those complete for the largest one (see dropIncomplete).",
    { rows: [a.nobs, b.nobs] },
  );
}

function outcomeMeans({ shift, levels, means }: GroupSummary): Float64Array {
  const q = shift.length;
  return Float64Array.from(levels, (_, j) => means[j * q + q - 1] + shift[q - 1]);
}

/**
 * Refuses models of different rows. Models with one random intercept show their groups; across structures rows are taken as
 * the same where their number and the outcome's mean and variance agree.
 */
export function requireSameModelRows(a: MixedModel, b: MixedModel): void {
  if (a.structure === "intercept" && b.structure === "intercept") {
    requireSameRows(a.summary, b.summary);
    return;
  }
  const [first, second] = [outcomeOf(a), outcomeOf(b)];
  const same =
    a.nobs === b.nobs &&
    first.response === second.response &&
    !(Math.abs(first.mean - second.mean) > 1e-9 * (Math.abs(first.mean) + Math.sqrt(first.variance))) &&
    !(Math.abs(first.variance - second.variance) > 1e-9 * first.variance);
  if (same) return;
  fail(
    "summary-mismatch",
    `"${a.formula}" was fitted to ${a.nobs} rows, "${b.formula}" to ${b.nobs}, or their outcomes differ. ` +
      "Fit all models to the same rows: those complete for the largest one (see dropIncomplete).",
    { rows: [a.nobs, b.nobs] },
  );
}

/** The outcome's mean and variance over rows; NaN where a summary of slopes cannot tell. */
function outcomeOf(model: MixedModel): { response: string; mean: number; variance: number } {
  if (model.structure === "slopes") {
    const { response, shift, scale, bound, pupilWeights } = model.summary;
    const known = bound.intercept && pupilWeights === "none";
    const at = shift.length - 1;
    return { response, mean: known ? shift[at] : Number.NaN, variance: known ? scale[at] ** 2 : Number.NaN };
  }
  const summary = model.structure === "nested" ? model.summary.inner : model.summary;
  const { response, weights, within } = summary;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const means = outcomeMeans(summary);
  const mean = means.reduce((sum, value, j) => sum + weights[j] * value, 0) / total;
  const between = means.reduce((sum, value, j) => sum + weights[j] * (value - mean) ** 2, 0);
  return { response, mean, variance: (within[within.length - 1] + between) / total };
}

import { fail } from "../errors/error";
import { summaryOfRows } from "./rows";
import type { SlopesSummary } from "./slopes/types";
import type { GroupSummary, MixedModel } from "./types";

/** What a caller gave as the rows of a fit. */
export interface GivenRows {
  /** n groups, innermost ones; −1 for one that the model does not know. */
  readonly codes: Int32Array;
  /** n outcomes. */
  readonly response: Float64Array;
  readonly weights: Float64Array | null;
  /** Random columns as the summary shifts and scales them, of a model with slopes. */
  readonly columns: readonly Float64Array[] | null;
}

/** Rows are taken as the model's where every group has its weight and its mean outcome, seen along the first random column. */
export function requireRowsOfFit(model: MixedModel, given: GivenRows): void {
  const summary = summaryOfRows(model);
  const { levels, group } = summary;
  const { codes, weights, columns } = given;
  const expected = summary.kind === "group-summary" ? ofGroups(summary) : ofSlopes(summary);
  const total = new Float64Array(levels.length);
  const sum = new Float64Array(levels.length);
  let unknown = 0;
  for (let r = 0; r < codes.length; r++) {
    const j = codes[r];
    // A row known by its alliance alone is in the place of that, after all schools.
    if (j < 0 || j >= levels.length) {
      unknown++;
      continue;
    }
    const z = columns?.[0][r] ?? 1;
    const w = (weights?.[r] ?? 1) * z;
    total[j] += w * z;
    sum[j] += w * (given.response[r] - expected.shift);
  }
  const differs = levels.findIndex((_, j) => {
    const mean = total[j] === 0 ? 0 : sum[j] / total[j];
    const sameTotal = Math.abs(total[j] - expected.totals[j]) <= 1e-9 * total[j];
    const gap = Math.abs(mean - expected.means[j]);
    return !(sameTotal && gap <= 1e-8 * (expected.scale + Math.abs(expected.means[j])));
  });
  if (differs < 0 && unknown === 0) return;
  fail(
    "summary-mismatch",
    `Residuals belong to the rows that "${model.formula}" was fitted to, and these differ from them` +
      `${differs < 0 ? ` in groups of ${group} that the model does not know` : ` in the ${group} "${levels[differs]}"`}. ` +
      "Give the same rows and weights; for other rows take predict.",
    { group: differs < 0 ? null : levels[differs] },
  );
}

/** By group: Σ wz² and Σ wz(y − shift)/Σ wz², z the first random column. */
interface ExpectedRows {
  readonly totals: Float64Array;
  readonly means: Float64Array;
  readonly shift: number;
  /** The size of the outcome's variation, for what is a difference. */
  readonly scale: number;
}

function ofGroups({ weights, means, shift, within, nobs }: GroupSummary): ExpectedRows {
  const q = shift.length;
  return {
    totals: weights,
    means: weights.map((_, j) => means[(j + 1) * q - 1]),
    shift: shift[q - 1],
    scale: Math.sqrt(within[q * q - 1] / nobs),
  };
}

/** R_00² = Σ wz² and B_0y/R_00 of each group, in the summary's units of y. */
function ofSlopes({ factors, projections, shift, scale, randomShift, levels }: SlopesSummary): ExpectedRows {
  const q = randomShift.length;
  const r = shift.length;
  const first = Float64Array.from(levels, (_, j) => factors[j * q * q]);
  return {
    totals: first.map((value) => value * value),
    means: first.map((value, j) => (value === 0 ? 0 : (projections[j * q * r + r - 1] * scale[r - 1]) / value)),
    shift: shift[r - 1],
    scale: scale[r - 1],
  };
}

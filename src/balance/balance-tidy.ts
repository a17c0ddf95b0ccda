import { frame } from "../data/frame";
import type { Frame } from "../data/types";
import type { Balance, BalanceMeasures } from "./types";

const measured = (m: BalanceMeasures) => ({
  "mean.treated": m.meanTreated,
  "mean.control": m.meanControl,
  difference: m.difference,
  smd: m.smd,
  "variance.ratio": m.varianceRatio ?? Number.NaN,
  "ecdf.mean": m.ecdfMean,
  "ecdf.max": m.ecdfMax,
  "pair.distance": m.pairDistance ?? Number.NaN,
});

/** A row per covariate and sample: `before`, and `after` where there is a match or weights. */
export function tidyBalance({ rows }: Balance): Frame {
  return frame(
    rows.flatMap(({ name, variable, level, kind, before, after }) => {
      const row = { term: name, variable, level, type: kind };
      return [
        { ...row, sample: "before", ...measured(before) },
        ...(after === null ? [] : [{ ...row, sample: "after", ...measured(after) }]),
      ];
    }),
    { types: { level: "text" } },
  );
}

/** One line: the largest standardised differences, how many covariates are beyond a threshold, and sizes. */
export function glanceBalance({ estimand, rows, maxAbsSmd, sampleSizes }: Balance): Frame {
  const covariates = rows.filter(({ kind }) => kind !== "distance");
  const { all, effective } = sampleSizes;
  const unbalanced = (when: "before" | "after"): number =>
    covariates.filter(({ beyond }) => (beyond[when] ?? []).length > 0).length;
  return frame([
    {
      estimand,
      covariates: covariates.length,
      "max.smd.before": maxAbsSmd.before,
      "max.smd.after": maxAbsSmd.after ?? Number.NaN,
      "unbalanced.before": unbalanced("before"),
      "unbalanced.after": maxAbsSmd.after === null ? Number.NaN : unbalanced("after"),
      "n.treated": all.treated,
      "n.control": all.control,
      "ess.treated": effective.treated,
      "ess.control": effective.control,
    },
  ]);
}

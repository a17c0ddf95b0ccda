import type {
  BalanceCount,
  BalanceImprovement,
  BalanceMeasures,
  BalanceRow,
  BalanceTally,
  ResolvedBalance,
  ThresholdMeasure,
} from "./types";

type Judged = Pick<ResolvedBalance, "binary" | "thresholds">;

/** How far a measure is from balance, as its threshold counts it; null where the covariate does not have it. */
function distanceFromBalance(
  measures: BalanceMeasures,
  kind: BalanceRow["kind"],
  measure: ThresholdMeasure,
  binary: Judged["binary"],
): number | null {
  if (measure === "smd") return Math.abs(shownDifference(measures, kind, binary));
  const value = measures[measure];
  if (measure !== "varianceRatio" || value === null) return value;
  return Math.max(value, 1 / value);
}

/** The difference that the conventions show: raw for binary covariates, if they are so. */
export function shownDifference(measures: BalanceMeasures, kind: BalanceRow["kind"], binary: Judged["binary"]): number {
  return kind === "binary" && binary === "raw" ? measures.difference : measures.smd;
}

function limits({ thresholds }: Judged): [ThresholdMeasure, number][] {
  return Object.entries(thresholds).map(([measure, limit]) => [measure as ThresholdMeasure, limit]);
}

/** The measures that are beyond their thresholds; one that cannot be computed is. */
export function beyondThresholds(
  measures: BalanceMeasures,
  kind: BalanceRow["kind"],
  options: Judged,
): ThresholdMeasure[] {
  return limits(options).flatMap(([measure, limit]) => {
    const distance = distanceFromBalance(measures, kind, measure, options.binary);
    return distance === null || distance <= limit ? [] : [measure];
  });
}

/** Counts the rows that keep to each threshold. */
export function tallyThresholds(rows: readonly BalanceRow[], options: Judged): BalanceTally[] {
  const isWeighted = rows.some((row) => row.after !== null);
  return limits(options).map(([measure, threshold]) => {
    const countOf = (when: "before" | "after"): BalanceCount => {
      let balanced = 0;
      let unbalanced = 0;
      let worst: { name: string; value: number; distance: number } | null = null;
      for (const row of rows) {
        const measures = row[when];
        const distance = measures && distanceFromBalance(measures, row.kind, measure, options.binary);
        if (measures === null || distance === null) continue;
        if (distance <= threshold) balanced++;
        else unbalanced++;
        if (worst !== null && !(distance > worst.distance || Number.isNaN(worst.distance))) continue;
        const value =
          measure === "smd" ? shownDifference(measures, row.kind, options.binary) : (measures[measure] as number);
        worst = { name: row.name, value, distance };
      }
      return { balanced, unbalanced, worst: worst && { name: worst.name, value: worst.value } };
    };
    return { measure, threshold, before: countOf("before"), after: isWeighted ? countOf("after") : null };
  });
}

/** Percent improvements as MatchIt has them: of |smd|, |log variance ratio| and the eCDF's mean and maximum. */
export function improvementOf(before: BalanceMeasures, after: BalanceMeasures): BalanceImprovement {
  const logRatio = ({ varianceRatio }: BalanceMeasures): number => Math.abs(Math.log(varianceRatio as number));
  return {
    smd: percentLess(Math.abs(before.difference), Math.abs(after.difference)),
    varianceRatio: before.varianceRatio === null ? null : percentLess(logRatio(before), logRatio(after)),
    ecdfMean: percentLess(before.ecdfMean, after.ecdfMean),
    ecdfMax: percentLess(before.ecdfMax, after.ecdfMax),
  };
}

/** 0 where there was nothing to improve and still is not, −∞ where there was nothing and now is. */
function percentLess(before: number, after: number): number {
  if (before === 0) return after === 0 ? 0 : after > 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  return (100 * (before - after)) / before;
}

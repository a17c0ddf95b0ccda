import type { Table } from "../display/table";
import { count } from "../errors/words";
import type { ComparisonIntervals, GroupComparison } from "./compare-groups";
import type { Influence } from "./influence";
import type { GroupRanks } from "./ranks";
import { asPercent, number, probability, share, whole, words } from "./table-columns";
import type { RandomEffect } from "./types";

/** The groups, and what of them is compared where that is not their own intercept. */
function effectName({ group, column, total }: Pick<GroupRanks, "group" | "column" | "total">): string {
  const what = column === "(Intercept)" ? group : `${group}, slopes of ${column}`;
  return total ? `${what}, with the groups around` : what;
}

/** Groups by expected rank, the highest first. */
export function ranksTable({ ranks, level, draws, ...effects }: GroupRanks): Table {
  return {
    kind: "table",
    title: `Ranks of ${count(ranks.length, "group")} of ${effectName(effects)}`,
    columns: [
      words(effects.group),
      number("estimate"),
      whole("rank"),
      number("expected rank", 1),
      whole("from"),
      whole("to"),
      share("highest of all"),
      share("in top quarter"),
    ],
    rows: [...ranks]
      .sort((a, b) => a.expectedRank - b.expectedRank)
      .map((r) => [
        r.level,
        r.estimate,
        r.rank,
        r.expectedRank,
        r.lower,
        r.upper,
        r.probabilityBest,
        r.probabilityTopQuarter,
      ]),
    notes: [
      `Rank 1 is the highest. From and to: ${asPercent(level)} intervals of the rank, from ${count(draws, "simulated ranking")}.`,
    ],
  };
}

/** Intervals by estimate, the highest first. */
export function comparisonIntervalsTable({ level, factor, intervals, ...effects }: ComparisonIntervals): Table {
  return {
    kind: "table",
    title: `Intervals for comparing groups of ${effectName(effects)}`,
    columns: [words(effects.group), number("estimate"), number("comparative SE"), number("lower"), number("upper")],
    rows: [...intervals]
      .sort((a, b) => b.estimate - a.estimate)
      .map((i) => [i.level, i.estimate, i.comparativeSe, i.lower, i.upper]),
    notes: [
      `Estimate \u00b1 ${factor.toFixed(3)} comparative standard errors: of two groups that do not differ, ${asPercent(1 - level)} have intervals that do not overlap, on average over all pairs. For one pair chosen beforehand.`,
    ],
  };
}

/** One pair of groups. */
export function groupComparisonTable(comparison: GroupComparison): Table {
  const { first, second, difference, standardError, z, p, lower, upper, level } = comparison;
  return {
    kind: "table",
    title: `Difference between two groups of ${effectName(comparison)}`,
    columns: [
      words(""),
      number("difference"),
      number("Std. Error"),
      number("z", 3),
      probability("p"),
      number("lower"),
      number("upper"),
    ],
    rows: [[`${first} \u2212 ${second}`, difference, standardError, z, p, lower, upper]],
    notes: [`${asPercent(level)} interval.`],
  };
}

/** How many groups an influence table shows. */
const MOST_INFLUENTIAL = 10;

/** The ten groups with the largest Cook's distance, the largest first. */
export function influenceTable({ group, terms, groups, diagnostics }: Influence): Table {
  const isUndetermined = (value: number): number => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
  const worst = [...groups].sort(
    (a, b) => isUndetermined(b.cooksDistance) - isUndetermined(a.cooksDistance) || a.level.localeCompare(b.level),
  );
  const shown = worst.slice(0, MOST_INFLUENTIAL);
  const undetermined = shown.some(({ cooksDistance }) => Number.isNaN(cooksDistance));
  return {
    kind: "table",
    title: `What leaving out a ${group} changes`,
    columns: [
      words(group),
      number("Cook's distance"),
      number("covariance ratio"),
      number("largest |DFBETAS|", 3),
      words("of"),
      number("group variance without"),
      number("residual variance without"),
    ],
    rows: shown.map(({ level, cooksDistance, covarianceRatio, dfbetas, variances }) => {
      const sizes = dfbetas.map((value) => (Number.isNaN(value) ? 0 : Math.abs(value)));
      const largest = dfbetas.every(Number.isNaN) ? Number.NaN : Math.max(...sizes);
      const term = terms[sizes.indexOf(largest)] ?? null;
      return [level, cooksDistance, covarianceRatio, largest, term, variances.group, variances.residual];
    }),
    notes: [
      ...(groups.length > shown.length
        ? [`The ${shown.length} with the largest Cook's distance of ${count(groups.length, "group")}; tidy(x) has all.`]
        : []),
      ...(undetermined ? ["Without a Cook's distance: a coefficient cannot be estimated without the group."] : []),
      ...diagnostics.map(({ message }) => message),
    ],
  };
}

/** Effects of the groups, in their order. */
export function randomEffectsTable(effects: readonly RandomEffect[]): Table {
  return {
    kind: "table",
    title: "Random effects of groups",
    columns: [
      words("group"),
      words("level"),
      words("column"),
      number("estimate"),
      number("conditional SD"),
      number("comparative SE"),
      number("diagnostic SE"),
      number("reliability", 3),
    ],
    rows: effects.map((e) => [
      e.group,
      e.level,
      e.column,
      e.estimate,
      e.conditionalSd,
      e.comparativeSe,
      e.diagnosticSe,
      e.reliability,
    ]),
  };
}

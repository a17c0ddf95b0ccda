import { fixed, percent, pValue, type Table, type TableColumn, text, wholeNumber } from "../display/table";
import { count, listSome } from "../errors/words";
import { quantileOf } from "../linalg/quantile";
import type { Bootstrap } from "./bootstrap";
import type { GroupVarianceTest, ModelComparison } from "./compare";
import type { ComparisonIntervals, GroupComparison } from "./compare-groups";
import type { ConfidenceInterval } from "./confint";
import type { DesignEffect } from "./design-effect";
import type { FTest } from "./f-test";
import type { Influence } from "./influence";
import type { Predictions } from "./predict";
import type { RSquared } from "./r-squared";
import type { GroupRanks } from "./ranks";
import type { ClusterRobust, RandomEffect } from "./types";
import type { LevelRSquared, VariancePart, VarianceReduction } from "./variance-explained";

const words = (name: string): TableColumn => ({ name, format: text });
const number = (name: string, digits = 4): TableColumn => ({ name, format: fixed(digits) });
const whole = (name: string): TableColumn => ({ name, format: wholeNumber });
const share = (name: string): TableColumn => ({ name, format: percent(1) });
const probability = (name: string): TableColumn => ({ name, format: pValue });

/** `95 %` */
const asPercent = (level: number): string => `${Math.round(level * 1000) / 10} %`;

const FIVE = [
  ["Min", 0],
  ["1Q", 0.25],
  ["Median", 0.5],
  ["3Q", 0.75],
  ["Max", 1],
] as const;

function spreadOf(values: Float64Array): { cells: number[]; missing: number } {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return {
    cells: FIVE.map(([, at]) => (sorted.length === 0 ? Number.NaN : quantileOf(sorted, at))),
    missing: values.length - sorted.length,
  };
}

const missingNote = (missing: number): string[] =>
  missing > 0 ? [`${count(missing, "row")} without a value.`] : [];

/** Least, quartiles (R's) and largest of numbers, missing ones counted below. */
export function fiveNumbers(title: string, values: Float64Array): Table {
  const { cells, missing } = spreadOf(values);
  return { kind: "table", title, columns: FIVE.map(([name]) => number(name)), rows: [cells], notes: missingNote(missing) };
}

/** Residuals, or any numbers: the five with mean and standard deviation. */
export function numbersTable(values: Float64Array): Table {
  const { cells, missing } = spreadOf(values);
  const present = values.filter((value) => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const sd = Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (present.length - 1));
  return {
    kind: "table",
    title: count(values.length, "value"),
    columns: [...FIVE.map(([name]) => number(name)), number("Mean"), number("Std.Dev.")],
    rows: [[...cells, mean, sd]],
    notes: missingNote(missing),
  };
}

/** Predictions and their standard errors in five numbers each. */
export function predictionsTable(predictions: Predictions): Table {
  const { values, standardErrors, randomEffects, interval, level, newGroups, diagnostics } = predictions;
  const limits = interval === "none" ? "" : `, with ${asPercent(level)} ${interval} intervals`;
  return {
    kind: "table",
    title: `${count(values.length, "prediction")}, groups ${randomEffects === "include" ? "included" : "left out"}${limits}`,
    columns: [words(""), ...FIVE.map(([name]) => number(name))],
    rows: [
      ["prediction", ...spreadOf(values).cells],
      ["standard error", ...spreadOf(standardErrors).cells],
    ],
    notes: [
      ...(newGroups.length > 0 ? [`Groups that the model does not know: ${listSome(newGroups)}.`] : []),
      ...diagnostics.map(({ message }) => message),
    ],
  };
}

/** Groups by expected rank, the highest first. */
export function ranksTable({ group, ranks, level, draws }: GroupRanks): Table {
  return {
    kind: "table",
    title: `Ranks of ${count(ranks.length, "group")} of ${group}`,
    columns: [
      words(group),
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
export function comparisonIntervalsTable({ group, level, factor, intervals }: ComparisonIntervals): Table {
  return {
    kind: "table",
    title: `Intervals for comparing groups of ${group}`,
    columns: [words(group), number("estimate"), number("comparative SE"), number("lower"), number("upper")],
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
  const { first, second, difference, standardError, z, p, lower, upper, level, group } = comparison;
  return {
    kind: "table",
    title: `Difference between two groups of ${group}`,
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
export function influenceTable({ group, terms, groups }: Influence): Table {
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
      const largest = Math.max(...sizes);
      const term = terms[sizes.indexOf(largest)];
      return [level, cooksDistance, covarianceRatio, largest, term, variances.group, variances.residual];
    }),
    notes: [
      ...(groups.length > shown.length
        ? [`The ${shown.length} with the largest Cook's distance of ${count(groups.length, "group")}; tidy(x) has all.`]
        : []),
      ...(undetermined ? ["Without a Cook's distance: a coefficient cannot be estimated without the group."] : []),
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

/** Intervals by name. */
export function confidenceIntervalsTable(intervals: readonly ConfidenceInterval[]): Table {
  return {
    kind: "table",
    title: "Confidence intervals",
    columns: [words(""), number("Estimate"), number("lower"), number("upper")],
    rows: intervals.map(({ name, estimate, lower, upper }) => [name, estimate, lower, upper]),
  };
}

/** Coefficients with their robust errors. */
export function clusterRobustTable({ type, fixed: effects }: ClusterRobust): Table {
  return {
    kind: "table",
    title: `Fixed effects with cluster-robust standard errors (${type})`,
    columns: [
      words(""),
      number("Estimate"),
      number("Std. Error"),
      number("df", 1),
      number("t value", 3),
      probability("Pr(>|t|)"),
      number("2.5 %"),
      number("97.5 %"),
    ],
    rows: effects.map((f) => [f.term, f.estimate, f.standardError, f.df, f.t, f.p, f.lower, f.upper]),
  };
}

/** An F test in one line. */
export function fTestTable({ terms, method, f, numeratorDf, denominatorDf, p }: FTest): Table {
  return {
    kind: "table",
    title: `F test (${method === "satterthwaite" ? "Satterthwaite" : "Kenward-Roger"})`,
    columns: [words(""), whole("NumDF"), number("DenDF", 1), number("F value", 3), probability("Pr(>F)")],
    rows: [[terms.join(", "), numeratorDf, denominatorDf, f, p]],
  };
}

/** Two models and the likelihood ratio between them. */
export function modelComparisonTable(comparison: ModelComparison): Table {
  const { smaller, larger, aic, bic, chiSquared, df, p, refitted, conservative } = comparison;
  return {
    kind: "table",
    title: "Likelihood ratio test",
    columns: [words(""), number("AIC", 1), number("BIC", 1), number("Chisq", 3), whole("Df"), probability("Pr(>Chisq)")],
    rows: [
      [smaller, aic.smaller, bic.smaller, null, null, null],
      [larger, aic.larger, bic.larger, chiSquared, df, p],
    ],
    notes: [
      ...(refitted ? ["REML models were refitted by maximum likelihood for the comparison."] : []),
      ...(conservative ? ["A variance is tested on the boundary of its range: the p-value is an upper bound."] : []),
    ],
  };
}

/** The test of the variance between groups. */
export function groupVarianceTestTable({ group, chiSquared, p }: GroupVarianceTest): Table {
  return {
    kind: "table",
    title: `Test that the ${group} variance is 0`,
    columns: [words(""), number("Chisq", 3), probability("p")],
    rows: [[group, chiSquared, p]],
    notes: ["p from half \u03c7\u00b2 with 0 and half with 1 degree of freedom, for a variance on the boundary."],
  };
}

/** Nakagawa and Schielzeth's R² with the variances it is made of. */
export function rSquaredTable({ marginal, conditional, variances, iccUnadjusted }: RSquared): Table {
  return {
    kind: "table",
    title: "R\u00b2 (Nakagawa and Schielzeth)",
    columns: [words(""), number("value")],
    rows: [
      ["R\u00b2 marginal (fixed effects)", marginal],
      ["R\u00b2 conditional (fixed and random effects)", conditional],
      ["variance of the fixed effects", variances.fixed],
      ["variance of the random effects", variances.group],
      ["residual variance", variances.residual],
      ["unadjusted ICC", iccUnadjusted],
    ],
  };
}

/** Snijders and Bosker's R² by level. */
export function levelRSquaredTable({ pupil, group, groupSize, variances, baseline }: LevelRSquared): Table {
  return {
    kind: "table",
    title: "R\u00b2 by level (Snijders and Bosker)",
    columns: [words(""), number("R\u00b2"), number("variance"), number("of the baseline")],
    rows: [
      ["pupils (residual variance)", pupil, variances.residual, baseline.residual],
      ["groups (group variance)", group, variances.group, baseline.group],
    ],
    notes: [`Against ${baseline.formula}, for groups of ${groupSize.toFixed(1)}.`],
  };
}

/** Variances by level. */
export function variancePartsTable(parts: readonly VariancePart[]): Table {
  return {
    kind: "table",
    title: "Variance by level",
    columns: [words(""), number("Variance"), number("Std.Dev."), share("share")],
    rows: parts.map(({ level, variance, sd, share: own }) => [level, variance, sd, own]),
  };
}

/** Variances of two models, level by level. */
export function varianceReductionTable(result: VarianceReduction): Table {
  return {
    kind: "table",
    title: "Reduction in variance",
    columns: [
      words(""),
      number("smaller"),
      number("larger"),
      number("reduction"),
      share("of its own"),
      share("of the total"),
    ],
    rows: (["group", "residual", "total"] as const).map((level) => {
      const part = result[level];
      return [level, part.smaller, part.larger, part.reduction, part.share, part.shareOfTotal];
    }),
    notes: [`From ${result.smaller} to ${result.larger}.`],
  };
}

/** The design effect with what it is made of. */
export function designEffectTable({ icc, groupSize, designEffect, nobs, effectiveSampleSize }: DesignEffect): Table {
  return {
    kind: "table",
    title: "Design effect",
    columns: [words(""), number("value", 3)],
    rows: [
      ["design effect", designEffect],
      ["intraclass correlation", icc],
      ["group size of a pupil", { value: groupSize, format: fixed(1) }],
      ["rows", { value: nobs, format: wholeNumber }],
      ["effective rows", { value: effectiveSampleSize, format: fixed(1) }],
    ],
  };
}

/** Means, standard errors and percentile intervals of the replicates. */
export function bootstrapTable(result: Bootstrap): Table {
  return {
    kind: "table",
    title: `Parametric bootstrap, ${count(result.replicates, "replicate")}`,
    columns: [words(""), number("Mean"), number("Std. Error"), number("2.5 %"), number("97.5 %")],
    rows: bootstrapRows(result).map(({ name, mean, sd, lower, upper }) => [name, mean, sd, lower, upper]),
    notes: [
      `Seed ${result.seed}.` +
        (result.boundaryFits > 0
          ? ` The group variance was estimated as 0 in ${count(result.boundaryFits, "replicate")}.`
          : ""),
    ],
  };
}

/** One quantity over the replicates of a bootstrap. */
export interface BootstrapRow {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  /** 95 % percentile interval. */
  readonly lower: number;
  readonly upper: number;
}

export function bootstrapRows({ terms, coefficients, groupSd, residualSd, replicates }: Bootstrap): BootstrapRow[] {
  const row = (name: string, values: Float64Array): BootstrapRow => {
    const sorted = values.toSorted();
    const mean = values.reduce((sum, value) => sum + value, 0) / replicates;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      name,
      mean,
      sd: Math.sqrt(squares / (replicates - 1)),
      lower: quantileOf(sorted, 0.025),
      upper: quantileOf(sorted, 0.975),
    };
  };
  const p = terms.length;
  return [
    ...terms.map((term, k) =>
      row(
        term,
        Float64Array.from({ length: replicates }, (_, b) => coefficients[b * p + k]),
      ),
    ),
    row("sd(group)", groupSd),
    row("sd(residual)", residualSd),
  ];
}

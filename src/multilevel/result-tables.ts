import { fixed, type Table, wholeNumber } from "../display/table";
import { count } from "../errors/words";
import { quantileOf } from "../linalg/quantile";
import type { Bootstrap } from "./bootstrap";
import type { ModelComparison } from "./compare";
import type { ConfidenceInterval } from "./confint";
import type { DesignEffect } from "./design-effect";
import type { FTest } from "./f-test";
import type { RSquared } from "./r-squared";
import { number, probability, share, whole, words } from "./table-columns";
import type { ClusterRobust } from "./types";
import type { LevelRSquared, Reduction, VariancePart, VarianceReduction } from "./variance-explained";
import type { GroupVarianceTest } from "./variance-test";

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
    columns: [
      words(""),
      number("AIC", 1),
      number("BIC", 1),
      number("Chisq", 3),
      whole("Df"),
      probability("Pr(>Chisq)"),
    ],
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

/** The test of a variance between groups. */
export function groupVarianceTestTable({ group, column, chiSquared, mixture, p }: GroupVarianceTest): Table {
  const isIntercept = column === "(Intercept)";
  const [low, high] = mixture;
  return {
    kind: "table",
    title: isIntercept
      ? `Test that the ${group} variance is 0`
      : `Test that ${column} varies no more between ${group} than by chance`,
    columns: [words(""), number("Chisq", 3), probability("p")],
    rows: [[isIntercept ? group : `${column} | ${group}`, chiSquared, p]],
    notes: [
      `p from half \u03c7\u00b2 with ${low} and half with ${high} ${high === 1 ? "degree" : "degrees"} of freedom, for a variance on the boundary.`,
    ],
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
export function levelRSquaredTable({ pupil, levels, variances, baseline }: LevelRSquared): Table {
  const deeper = levels.length > 1;
  const sizes = levels.map(({ group, groupSize }) =>
    deeper ? `${group} ${groupSize.toFixed(1)}` : groupSize.toFixed(1),
  );
  return {
    kind: "table",
    title: "R\u00b2 by level (Snijders and Bosker)",
    columns: [words(""), number("R\u00b2"), number("variance"), number("of the baseline")],
    rows: [
      ["pupils (residual variance)", pupil, variances.residual, baseline.residual],
      ...(deeper
        ? levels.map(({ group, rSquared }) => [group, rSquared, null, null])
        : [["groups (group variance)", levels[0].rSquared, variances.group, baseline.group]]),
    ],
    notes: [`Against ${baseline.formula}, for groups of ${sizes.join(", ")}.`],
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
    rows: reductionRows(result).map(({ name, ...part }) => [
      name,
      part.smaller,
      part.larger,
      part.reduction,
      part.share,
      part.shareOfTotal,
    ]),
    notes: [`From ${result.smaller} to ${result.larger}.`],
  };
}

/** Between groups (and, where there are several random effects, each of them), within groups and in total. */
export function reductionRows(result: VarianceReduction): (Reduction & { readonly name: string })[] {
  const { parts, group, residual, total } = result;
  const each = parts.map(({ group: of, column, ...part }) => ({
    ...part,
    name: column === "(Intercept)" ? of : `${of} ${column}`,
  }));
  return [
    { ...group, name: "group" },
    ...(each.length > 1 ? each : []),
    { ...residual, name: "residual" },
    { ...total, name: "total" },
  ];
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
        (result.boundaryFits > 0 ? ` ${boundaryWords(result)} in ${count(result.boundaryFits, "replicate")}.` : ""),
    ],
  };
}

/** What a boundary fit is, for the random part at hand. */
function boundaryWords({ parameters }: Bootstrap): string {
  if (parameters.length === 1) return "The group variance was estimated as 0";
  const covaries = parameters.some((name) => name.startsWith("cor("));
  return covaries ? "A covariance matrix was estimated as singular" : "A variance was estimated as 0";
}

/** One quantity over the replicates of a bootstrap. */
interface BootstrapRow {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  /** 95 % percentile interval. */
  readonly lower: number;
  readonly upper: number;
}

export function bootstrapRows(result: Bootstrap): BootstrapRow[] {
  const { terms, coefficients, parameters, random, residualSd, replicates } = result;
  const row = (name: string, all: Float64Array): BootstrapRow => {
    // A correlation is not defined where a variance was estimated as 0.
    const values = all.filter((value) => !Number.isNaN(value));
    const sorted = values.toSorted();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      name,
      mean,
      sd: Math.sqrt(squares / (values.length - 1)),
      lower: quantileOf(sorted, 0.025),
      upper: quantileOf(sorted, 0.975),
    };
  };
  const columns = (names: readonly string[], values: Float64Array): BootstrapRow[] =>
    names.map((name, k) =>
      row(
        name,
        Float64Array.from({ length: replicates }, (_, b) => values[b * names.length + k]),
      ),
    );
  return [...columns(terms, coefficients), ...columns(parameters, random), row("sd(residual)", residualSd)];
}

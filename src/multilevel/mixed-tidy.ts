import { rowsOfResult, withAdded } from "../data/augmented";
import { frame } from "../data/frame";
import type { DataLike, Frame } from "../data/types";
import { normalQuantile } from "../distributions/normal";
import { correlationsOf, residualDf } from "./mixed-table";
import { predict } from "./predict";
import { randomEffects } from "./random-effects";
import { residuals } from "./residuals";
import { summaryOfRows } from "./rows";
import type { ClusterRobust, FixedEffect, MixedModel, RandomEffect } from "./types";

/** Parts of a mixed model, in broom.mixed's words. */
export type MixedPart = "fixed" | "ran_pars" | "ran_vals";

const NO_TEST = { statistic: Number.NaN, df: Number.NaN, "p.value": Number.NaN };
const NO_INTERVAL = { "conf.low": Number.NaN, "conf.high": Number.NaN };

const coefficient = (f: FixedEffect) => ({
  term: f.term,
  estimate: f.estimate,
  "std.error": f.standardError,
  statistic: f.t,
  df: f.df,
  "p.value": f.p,
  "conf.low": f.lower,
  "conf.high": f.upper,
});

/**
 * broom.mixed's rows: coefficients (`fixed`), standard deviations and correlations of random effects (`ran_pars`), and
 * estimates of single groups (`ran_vals`), which have a `level`.
 */
export function tidyMixed(model: MixedModel, parts: readonly MixedPart[]): Frame {
  const rows = [
    ...(parts.includes("fixed") ? model.fixed.map((f) => ({ effect: "fixed", group: null, ...coefficient(f) })) : []),
    ...(parts.includes("ran_pars") ? randomParameters(model) : []),
    ...(parts.includes("ran_vals") ? randomEffects(model).map(randomValue) : []),
  ];
  const withLevels = parts.includes("ran_vals");
  const ordered = rows.map((row) => {
    const { effect, group, ...rest } = row;
    const level = "level" in row ? row.level : null;
    return withLevels ? { effect, group, level, ...rest } : { effect, group, ...rest };
  });
  return frame(ordered, { types: { group: "text", ...(withLevels ? { level: "text" as const } : {}) } });
}

/** `sd__(Intercept)`, `cor__(Intercept).days`, `sd__days`: each term's lower triangle column by column; the residual last. */
function randomParameters({ randomTerms, variances }: MixedModel) {
  const row = (group: string, term: string, estimate: number) => ({
    effect: "ran_pars",
    group,
    term,
    estimate,
    "std.error": Number.NaN,
    ...NO_TEST,
    ...NO_INTERVAL,
  });
  return [
    ...randomTerms.flatMap((each) => {
      const { group, columns, covariance } = each;
      const correlations = correlationsOf(each);
      return columns.flatMap((column, k) => [
        row(group, `sd__${column}`, Math.sqrt(covariance[k][k])),
        ...correlations
          .slice(k + 1)
          .flatMap((ofLater, i) =>
            ofLater.length === 0 ? [] : [row(group, `cor__${column}.${columns[k + 1 + i]}`, ofLater[k])],
          ),
      ]);
    }),
    row("Residual", "sd__Observation", Math.sqrt(variances.residual)),
  ];
}

function randomValue({ group, level, column, estimate, conditionalSd }: RandomEffect) {
  const half = normalQuantile(0.975) * conditionalSd;
  return {
    effect: "ran_vals",
    group,
    level,
    term: column,
    estimate,
    "std.error": conditionalSd,
    ...NO_TEST,
    "conf.low": estimate - half,
    "conf.high": estimate + half,
  };
}

/** Groups' estimates with all their standard errors; `std.error` is lme4's conditional one. */
export function tidyRandomEffects(effects: readonly RandomEffect[]): Frame {
  return frame(
    effects.map((e) => ({
      group: e.group,
      level: e.level,
      term: e.column,
      estimate: e.estimate,
      "std.error": e.conditionalSd,
      "comparative.se": e.comparativeSe,
      "diagnostic.se": e.diagnosticSe,
      reliability: e.reliability,
    })),
  );
}

export function tidyClusterRobust({ fixed }: ClusterRobust): Frame {
  return frame(fixed.map(coefficient));
}

/** broom.mixed's one line; `REMLcrit` for REML, `deviance` for maximum likelihood. */
export function glanceMixed(model: MixedModel): Frame {
  const { nobs, variances, logLik, aic, bic, method, criterion } = model;
  return frame([
    {
      nobs,
      sigma: Math.sqrt(variances.residual),
      logLik,
      AIC: aic,
      BIC: bic,
      [method === "REML" ? "REMLcrit" : "deviance"]: criterion,
      "df.residual": residualDf(model),
    },
  ]);
}

/**
 * `.fitted` with the groups, `.resid`, `.hat` (how far a row's own outcome pulls its fitted value, the variances taken as
 * known; not where rows or groups have weights of their own), `.fixed` without the groups.
 */
export function augmentMixed(model: MixedModel, data: DataLike | undefined): Frame {
  const resid = residuals(model, { data });
  const table = rowsOfResult(model, data, resid.length);
  // A group may have lost all its rows to missing outcomes.
  const conditional = predict(model, table, { newGroups: "zero" });
  const marginal = predict(model, table, { randomEffects: "exclude" });
  const ofFit = (values: Float64Array): Float64Array =>
    values.map((value, row) => (Number.isNaN(resid[row]) ? Number.NaN : value));
  const { residual } = model.variances;
  const hat = conditional.standardErrors.map((error) => error ** 2 / residual);
  return withAdded(table, [
    [".fitted", ofFit(conditional.values)],
    [".resid", resid],
    ...(rowsCountAlike(model) ? [[".hat", ofFit(hat)] as const] : []),
    [".fixed", ofFit(marginal.values)],
  ]);
}

function rowsCountAlike(model: MixedModel): boolean {
  const summary = summaryOfRows(model);
  return summary.pupilWeights !== "precision" && !("groupWeights" in summary && summary.groupWeights);
}

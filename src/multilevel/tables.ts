import {
  type CellFormat,
  type FormattedCell,
  fixed,
  type Table,
  type TableColumn,
  text,
  wholeNumber,
} from "../display/table";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { listSome } from "../errors/words";
import { correlationsOf } from "./mixed-table";
import type { MixedModel } from "./types";

export interface ModelTableOptions {
  /** Whether stars mark p < .05, .01 and .001, in a column of their own (default false). */
  readonly stars?: boolean;
  /** Decimals of estimates and variances; default 3. */
  readonly digits?: number;
}

/**
 * Several models side by side, as a paper prints them: estimates with standard errors below the names of the models, then
 * variances and correlations of random effects, intraclass correlation, numbers of rows and groups, log-likelihood, AIC
 * and BIC. Models may have different random parts; what a model does not have stays empty.
 *
 * @param models - by the name that heads their column, in the order of the object's keys.
 * @param options - `stars`, `digits`.
 * @throws `invalid-argument` without models, for one that is no mixed model, or digits that are no whole number up to 10.
 * @example
 * ```ts
 * import { fitMixed, modelTable, render } from "likewise";
 * const pupils = { school: ["a", "a", "b", "b", "c", "c"], ses: [0, 1, 1, 3, 2, 2], score: [8, 10, 13, 15, 5, 6] };
 * const table = modelTable({
 *   M0: fitMixed("score ~ 1 + (1 | school)", pupils),
 *   M1: fitMixed("score ~ ses + (1 | school)", pupils),
 * });
 * render(table, "csv");
 * ```
 */
export function modelTable(models: Readonly<Record<string, MixedModel>>, options: ModelTableOptions = {}): Table {
  requireKnownOptions(options, ["stars", "digits"], "modelTable");
  const { stars = false, digits = 3 } = options;
  if (!Number.isInteger(digits) || digits < 0 || digits > 10) {
    fail("invalid-argument", `digits must be a whole number from 0 to 10, not ${digits}.`);
  }
  const named = Object.entries(models);
  if (named.length === 0) fail("invalid-argument", "modelTable needs at least one model.");
  for (const [name, model] of named) {
    if (model?.kind !== "mixed-model") fail("invalid-argument", `"${name}" is no mixed model: fitMixed makes them.`);
  }
  const all = named.map(([, model]) => model);
  const labels = (of: (model: MixedModel) => Iterable<string>): string[] => [
    ...new Set(all.flatMap((model) => [...of(model)])),
  ];
  const decimals = fixed(digits);
  const blank = stars ? [null, null] : [null];
  const line = (label: string, of: (model: MixedModel) => number | undefined, format: CellFormat) => [
    label,
    ...all.flatMap((model): (FormattedCell | null)[] => {
      const value = of(model);
      return [value === undefined ? null : { value, format }, ...blank];
    }),
  ];
  return {
    kind: "table",
    columns: [
      { name: "", format: text },
      ...named.flatMap(([name]): TableColumn[] => [
        { name, format: decimals },
        { name: "(SE)", format: decimals },
        ...(stars ? [{ name: "", format: text }] : []),
      ]),
    ],
    rows: [
      ...labels((model) => model.terms).map((term) => [
        term,
        ...all.flatMap((model) => {
          const effect = model.fixed.find((entry) => entry.term === term);
          if (effect === undefined) return [null, ...blank];
          return [effect.estimate, effect.standardError, ...(stars ? [starsOf(effect.p)] : [])];
        }),
      ]),
      ...labels((model) => randomPart(model).keys()).map((label) =>
        line(label, (model) => randomPart(model).get(label), decimals),
      ),
      line("residual variance", (model) => model.variances.residual, decimals),
      line("ICC", (model) => model.icc, decimals),
      line("rows", (model) => model.nobs, wholeNumber),
      ...labels((model) => groupSizes(model).keys()).map((group) =>
        line(`groups (${group})`, (model) => groupSizes(model).get(group), wholeNumber),
      ),
      line("log-likelihood", (model) => model.logLik, fixed(1)),
      line("AIC", (model) => model.aic, fixed(1)),
      line("BIC", (model) => model.bic, fixed(1)),
    ],
    notes: [fittedBy(named), ...(stars ? ["* p < .05, ** p < .01, *** p < .001."] : [])],
  };
}

const starsOf = (p: number): string => (p < 0.001 ? "***" : p < 0.01 ? "**" : p < 0.05 ? "*" : "");

/** How the models were fitted, and what that means for comparing them. */
function fittedBy(named: readonly (readonly [string, MixedModel])[]): string {
  const reml = named.filter(([, model]) => model.method === "REML").map(([name]) => name);
  if (reml.length === 0) return "Fitted by maximum likelihood.";
  if (reml.length === named.length) {
    return "Fitted by REML: log-likelihood, AIC and BIC compare only between models with the same fixed effects.";
  }
  return `${listSome(reml)} fitted by REML, the rest by maximum likelihood: log-likelihood, AIC and BIC do not compare between the two.`;
}

/** Numbers of groups by name. */
function groupSizes({ randomTerms }: MixedModel): Map<string, number> {
  return new Map(randomTerms.map(({ group, levels }) => [group, levels.length]));
}

/** Variances and correlations by the label of their row: `school variance`, `school ses variance`, `school (Intercept), ses correlation`. */
function randomPart({ randomTerms }: MixedModel): Map<string, number> {
  const entries = randomTerms.flatMap((term) => {
    const { group, columns, covariance } = term;
    const correlations = correlationsOf(term);
    return columns.flatMap((column, k): [string, number][] => [
      [column === "(Intercept)" ? `${group} variance` : `${group} ${column} variance`, covariance[k][k]],
      ...correlations[k].map((value, l): [string, number] => [`${group} ${columns[l]}, ${column} correlation`, value]),
    ]);
  });
  return new Map(entries);
}

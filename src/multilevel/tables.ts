import { formatValue } from "../display/format";
import { type FormattedCell, fixed, pValue, type Table, text, wholeNumber } from "../display/table";
import { fail } from "../errors/error";
import type { MixedModel } from "./types";

const DF_NAMES = {
  satterthwaite: "Satterthwaite",
  "kenward-roger": "Kenward-Roger",
  "between-within": "between-within",
  z: "normal",
  none: "",
} as const;

/** The fixed effects of a model with its variances in the notes, in lme4's order. */
export function mixedTable(model: MixedModel): Table {
  const { variances } = model;
  const group = model.randomTerms[0].group;
  const fitName = model.method === "REML" ? "REML" : "maximum likelihood";
  return {
    kind: "table",
    title: `Linear mixed model fit by ${fitName}: ${model.formula}`,
    columns: [
      { name: "", format: text },
      { name: "Estimate", format: fixed(4) },
      { name: "Std. Error", format: fixed(4) },
      { name: "df", format: fixed(1) },
      { name: "t", format: fixed(2) },
      { name: "p", format: pValue },
      { name: "2.5 %", format: fixed(4) },
      { name: "97.5 %", format: fixed(4) },
    ],
    rows: model.fixed.map((f) => [f.term, f.estimate, f.standardError, f.df, f.t, f.p, f.lower, f.upper]),
    notes: [
      `Random effects: ${group} (Intercept) variance ${show(variances.group)}, sd ${show(Math.sqrt(variances.group))}; ` +
        `residual variance ${show(variances.residual)}, sd ${show(Math.sqrt(variances.residual))}; ICC ${show(model.icc)}.`,
      `${formatValue(model.nobs, wholeNumber)} rows in ${formatValue(model.ngroups, wholeNumber)} groups of ${group}; ` +
        `${model.method === "REML" ? "REML criterion" : "deviance"} ${model.criterion.toFixed(2)}, AIC ${model.aic.toFixed(2)}, BIC ${model.bic.toFixed(2)}.` +
        (DF_NAMES[model.df] ? ` Tests and intervals: ${DF_NAMES[model.df]}.` : ""),
      ...model.diagnostics.map((entry) => entry.message),
    ],
  };
}

const show = (value: number): string => formatValue(value, fixed(4));

/**
 * Several models side by side, as a paper prints them: estimates with standard errors below the names of the models,
 * then variances, intraclass correlation, criterion and numbers of rows and groups.
 *
 * @param models - by the name that heads their column.
 * @throws `invalid-argument` without models.
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
export function modelTable(models: Readonly<Record<string, MixedModel>>): Table {
  const names = Object.keys(models);
  if (names.length === 0) fail("invalid-argument", "modelTable needs at least one model.");
  const all = names.map((name) => models[name]);
  const terms = [...new Set(all.flatMap((model) => model.terms))];
  const group = all[0].randomTerms[0].group;
  const cells = (label: string, of: (model: MixedModel) => number, format: FormattedCell["format"]) => [
    label,
    ...all.flatMap((model): (FormattedCell | null)[] => [{ value: of(model), format }, null]),
  ];
  return {
    kind: "table",
    columns: [
      { name: "", format: text },
      ...names.flatMap((name) => [
        { name, format: fixed(3) },
        { name: "(SE)", format: fixed(3) },
      ]),
    ],
    rows: [
      ...terms.map((term) => [
        term,
        ...all.flatMap((model) => {
          const effect = model.fixed.find((entry) => entry.term === term);
          return effect ? [effect.estimate, effect.standardError] : [null, null];
        }),
      ]),
      cells(`${group} variance`, (model) => model.variances.group, fixed(3)),
      cells("residual variance", (model) => model.variances.residual, fixed(3)),
      cells("ICC", (model) => model.icc, fixed(3)),
      cells("criterion", (model) => model.criterion, fixed(1)),
      cells("rows", (model) => model.nobs, wholeNumber),
      cells(`groups (${group})`, (model) => model.ngroups, wholeNumber),
    ],
  };
}

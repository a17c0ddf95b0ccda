import { sourceOf } from "../data/source";
import { formatValue } from "../display/format";
import { fixed, pValue, type Table, type TableColumn, text, wholeNumber } from "../display/table";
import { fiveNumbers } from "./number-tables";
import { residuals } from "./residuals";
import { summaryOfRows } from "./rows";
import type { DfMethod, FixedEffect, MixedModel, RandomTermEstimate } from "./types";

/**
 * A model in the order and the words of lme4's and lmerTest's `summary`: how it was fitted, scaled residuals where the
 * model remembers its rows, random effects, fixed effects, on request their correlations. Decimals are fixed, and intervals
 * stand beside the tests.
 */
export function mixedTable(model: MixedModel, options: { readonly correlation?: boolean } = {}): Table {
  const { columns, cells } = fixedColumns(model.df);
  return {
    kind: "table",
    title: titleOf(model),
    before: [...fitTables(model), ...scaledResiduals(model), randomTable(model)],
    heading: "Fixed effects:",
    columns,
    rows: model.fixed.map(cells),
    notes: model.diagnostics.map((entry) => entry.message),
    after: options.correlation && model.terms.length > 1 ? [correlationTable(model)] : [],
  };
}

const TESTS: Readonly<Record<DfMethod, string>> = {
  satterthwaite: ". t-tests use Satterthwaite's method",
  "kenward-roger": ". t-tests use Kenward-Roger's method",
  "between-within": ". t-tests use between-within degrees of freedom",
  z: ". Tests use the normal distribution",
  none: "",
};

function titleOf({ method, df }: MixedModel): string {
  return `Linear mixed model fit by ${method === "REML" ? "REML" : "maximum likelihood"}${TESTS[df]}`;
}

/** The formula and the REML criterion, or lme4's line of maximum likelihood. */
function fitTables(model: MixedModel): Table[] {
  const { formula, method, criterion, aic, bic, logLik } = model;
  const one = { value: criterion, format: fixed(1) };
  const columns = [
    { name: "", format: text },
    { name: "", format: text },
  ];
  const formulaRow = ["Formula:", formula];
  if (method === "REML") {
    return [{ kind: "table", columns, rows: [formulaRow, ["REML criterion at convergence:", one]] }];
  }
  return [
    { kind: "table", columns, rows: [formulaRow] },
    {
      kind: "table",
      columns: [
        ...["AIC", "BIC", "logLik", "deviance"].map((name): TableColumn => ({ name, format: fixed(1) })),
        { name: "df.resid", format: wholeNumber },
      ],
      rows: [[aic, bic, logLik, criterion, residualDf(model)]],
    },
  ];
}

/** Rows less coefficients and variance parameters, as lme4 counts. */
export function residualDf({ nobs, terms, theta }: MixedModel): number {
  return nobs - terms.length - (typeof theta === "number" ? 1 : theta.length) - 1;
}

/** lme4's scaled residuals: Pearson's, conditional on the groups; none where the rows are not remembered. */
function scaledResiduals(model: MixedModel): Table[] {
  if (sourceOf(model)?.data === undefined || summaryOfRows(model).pupilWeights === "sampling") return [];
  return [fiveNumbers("Scaled residuals:", residuals(model, { type: "pearson" }))];
}

/** Variances, standard deviations and correlations by group, the residual last; a group's name stands on the first line of what covaries. */
function randomTable(model: MixedModel): Table {
  const { randomTerms, variances, nobs, icc } = model;
  const shown = randomTerms.map((term) => ({ term, correlations: correlationsOf(term) }));
  const width = Math.max(...shown.map(({ correlations }) => Math.max(...correlations.map((row) => row.length))));
  const blank = (length: number): null[] => new Array<null>(length).fill(null);
  const groups = randomTerms.filter(({ group }, i) => randomTerms.findIndex((term) => term.group === group) === i);
  return {
    kind: "table",
    title: "Random effects:",
    columns: [
      { name: "Groups", format: text },
      { name: "Name", format: text },
      { name: "Variance", format: fixed(4) },
      { name: "Std.Dev.", format: fixed(4) },
      ...Array.from({ length: width }, (_, k): TableColumn => ({ name: k === 0 ? "Corr" : "", format: fixed(2) })),
    ],
    rows: [
      ...shown.flatMap(({ term: { group, columns, covariance }, correlations }) =>
        columns.map((column, k) => [
          k === 0 || correlations[k].length === 0 ? group : null,
          column,
          covariance[k][k],
          Math.sqrt(covariance[k][k]),
          ...correlations[k],
          ...blank(width - correlations[k].length),
        ]),
      ),
      ["Residual", null, variances.residual, Math.sqrt(variances.residual), ...blank(width)],
    ],
    notes: [
      `Number of obs: ${whole(nobs)}, groups: ${groups.map(({ group, levels }) => `${group}, ${whole(levels.length)}`).join("; ")}`,
      `Intraclass correlation: ${formatValue(icc, fixed(4))}`,
    ],
  };
}

const whole = (value: number): string => formatValue(value, wholeNumber);

/** Row k: correlations of column k with those before it; empty rows where no two columns covary. */
export function correlationsOf({ columns, covariance }: RandomTermEstimate): number[][] {
  const covary = covariance.some((row, k) => row.some((value, l) => l !== k && value !== 0));
  return columns.map((_, k) =>
    covary ? columns.slice(0, k).map((__, l) => covariance[k][l] / Math.sqrt(covariance[k][k] * covariance[l][l])) : [],
  );
}

/** lmerTest's columns; without tests lme4's. */
function fixedColumns(df: DfMethod): {
  columns: readonly TableColumn[];
  cells: (effect: FixedEffect) => Table["rows"][number];
} {
  const columns: TableColumn[] = [
    { name: "", format: text },
    { name: "Estimate", format: fixed(4) },
    { name: "Std. Error", format: fixed(4) },
  ];
  const statistic = (name: string): TableColumn => ({ name, format: fixed(3) });
  const limits: TableColumn[] = [
    { name: "2.5 %", format: fixed(4) },
    { name: "97.5 %", format: fixed(4) },
  ];
  if (df === "none") {
    return {
      columns: [...columns, statistic("t value")],
      cells: (f) => [f.term, f.estimate, f.standardError, f.t],
    };
  }
  if (df === "z") {
    return {
      columns: [...columns, statistic("z value"), { name: "Pr(>|z|)", format: pValue }, ...limits],
      cells: (f) => [f.term, f.estimate, f.standardError, f.t, f.p, f.lower, f.upper],
    };
  }
  return {
    columns: [
      ...columns,
      { name: "df", format: fixed(1) },
      statistic("t value"),
      { name: "Pr(>|t|)", format: pValue },
      ...limits,
    ],
    cells: (f) => [f.term, f.estimate, f.standardError, f.df, f.t, f.p, f.lower, f.upper],
  };
}

/** The lower triangle, as lme4 prints it. */
function correlationTable({ terms, vcov }: MixedModel): Table {
  const p = terms.length;
  return {
    kind: "table",
    title: "Correlation of Fixed Effects:",
    columns: [
      { name: "", format: text },
      ...terms.slice(0, -1).map((name): TableColumn => ({ name, format: fixed(3) })),
    ],
    rows: terms
      .slice(1)
      .map((term, i) => [
        term,
        ...terms
          .slice(0, -1)
          .map((_, l) =>
            l > i ? null : vcov[(i + 1) * p + l] / Math.sqrt(vcov[(i + 1) * (p + 1)] * vcov[l * (p + 1)]),
          ),
      ]),
  };
}

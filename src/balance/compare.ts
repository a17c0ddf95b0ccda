import { requireFinite } from "../data/column";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { listSome } from "../errors/words";
import { TREATED_AFTER, TREATED_BEFORE, type WeightClasses } from "./classes";
import { type ComparedColumn, compareColumn, settingOf } from "./column";
import type { CovariateColumn } from "./covariates";
import { workspace } from "./ecdf";
import { interactionsOf } from "./interactions";
import { beyondThresholds, improvementOf } from "./judge";
import { denominatorOf, measuresOf, standardised } from "./measures";
import { meanPairDistance } from "./pairs";
import type { Part } from "./parts";
import type { BalanceProblem } from "./subject";
import type { BalanceMeasures, BalanceRow, ResolvedBalance, SdDenominator } from "./types";

/** What to say about columns in the end. */
interface ColumnNotes {
  readonly fallback: string[];
  readonly missing: { readonly column: string; readonly count: number }[];
}

/** All columns in the whole and in its parts, one column after the other. */
export function compareColumns(
  problem: BalanceProblem,
  classes: WeightClasses,
  options: ResolvedBalance,
  parts: readonly Part[],
): { readonly rows: BalanceRow[]; readonly partRows: BalanceRow[][]; readonly diagnostics: Diagnostic[] } {
  const { treated, present, after, pairs } = problem;
  const isWeighted = after !== null;
  const whole = settingOf(classes, rowsThatCount(present));
  const space = workspace(treated.length);
  const notes: ColumnNotes = { fallback: [], missing: [] };
  const rows: BalanceRow[] = [];
  const partRows = parts.map((): BalanceRow[] => []);
  for (const { column, isScore } of columnsOf(problem, options)) {
    const { name, variable, level } = column;
    const values = column.values();
    const compared = compareColumn(values, whole, space, isScore ? false : undefined);
    if (compared.isInfinite) requireFinite(values, name);
    requireValues(name, compared, isWeighted);
    const { sd, isFallback } = denominatorOf(compared, options.sdDenominator, isWeighted);
    if (isFallback) notes.fallback.push(name);
    if (compared.missing > 0) notes.missing.push({ column: name, count: compared.missing });
    const kind = isScore ? "distance" : compared.isBinary ? "binary" : "numeric";
    const row = rowOf({ name, variable, level, kind }, options);
    const pairDistance = pairs && isWeighted ? standardised(meanPairDistance(values, pairs), sd) : null;
    rows.push(
      row(
        measuresOf(compared, "before", sd, null),
        isWeighted ? measuresOf(compared, "after", sd, pairDistance) : null,
      ),
    );
    parts.forEach((part, k) => {
      const here = compareColumn(values, part.setting, space, compared.isBinary);
      const weighted = part.isWeighted ? measuresOf(here, "after", sd, null) : null;
      partRows[k].push(row(measuresOf(here, "before", sd, null), weighted));
    });
  }
  return { rows, partRows, diagnostics: diagnose(notes, options.sdDenominator) };
}

/** The score first, then the covariates, then their squares and products. */
function columnsOf(
  { score, covariates, treated }: BalanceProblem,
  { interactions }: ResolvedBalance,
): { readonly column: CovariateColumn; readonly isScore: boolean }[] {
  const more = interactions ? interactionsOf(covariates, treated.length) : [];
  const columns = [...covariates, ...more].map((column) => ({ column, isScore: false }));
  if (score === null) return columns;
  const distance = { name: "distance", variable: "distance", level: null, values: () => score };
  return [{ column: distance, isScore: true }, ...columns];
}

/** Rows that take part; null when that is all. */
function rowsThatCount(present: Uint8Array): Int32Array | null {
  if (!present.includes(0)) return null;
  const rows = new Int32Array(present.length);
  let found = 0;
  for (let row = 0; row < rows.length; row++) if (present[row] === 1) rows[found++] = row;
  return rows.slice(0, found);
}

function rowOf(
  label: Pick<BalanceRow, "name" | "variable" | "level" | "kind">,
  options: ResolvedBalance,
): (before: BalanceMeasures, after: BalanceMeasures | null) => BalanceRow {
  return (before, after) => ({
    ...label,
    before,
    after,
    improvement: after && improvementOf(before, after),
    beyond: {
      before: beyondThresholds(before, label.kind, options),
      after: after && beyondThresholds(after, label.kind, options),
    },
  });
}

function requireValues(name: string, { totals }: ComparedColumn, isWeighted: boolean): void {
  const empty = totals.rows.indexOf(0);
  if (empty < 0 || (empty >= TREATED_AFTER && !isWeighted)) return;
  const arm = empty === TREATED_BEFORE || empty === TREATED_AFTER ? "treated" : "control";
  const which = empty < TREATED_AFTER ? `${arm} units` : `${arm} units with a weight`;
  fail("missing-values", `The covariate "${name}" is missing in all ${which}. Leave it out of the comparison.`, {
    column: name,
    arm,
  });
}

const WHOSE: Readonly<Record<SdDenominator, string>> = {
  treated: "among the treated",
  control: "among the controls",
  pooled: "in both groups",
  all: "among all units",
  weighted: "among all weighted units",
};

function diagnose({ fallback, missing }: ColumnNotes, denominator: SdDenominator): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (fallback.length > 0) {
    found.push(
      diagnostic(
        "zero-variance",
        "warning",
        `Without variance ${WHOSE[denominator]}, standardised by the pooled within-group standard deviation instead: ${listSome(fallback)}.`,
        { columns: fallback },
      ),
    );
  }
  if (missing.length > 0) {
    const words = missing.map(({ column, count }) => `${column} (${count})`);
    found.push(
      diagnostic(
        "rows-dropped",
        "warning",
        `Rows in which a covariate is missing are left out of its comparison: ${listSome(words)}.`,
        { missing },
      ),
    );
  }
  return found;
}

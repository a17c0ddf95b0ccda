import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { listSome } from "../errors/words";
import type { MatchResult } from "../matching/types/result";
import { type ColumnNotes, compareColumn, settingOf } from "./column";
import { problemOfMatch, problemOfUnits } from "./subject";
import type { Balance, BalanceEstimand, BalanceOptions, BalanceRow, BalanceUnits } from "./types";

/**
 * How alike treated and control units are, before and after matching or weighting.
 *
 * For each covariate: means, the standardised difference (m₁ − m₀)/s with s the standard deviation of the *unmatched*
 * treated (ATT), controls (ATC) or √((v₁ + v₀)/2) (ATE), the same before and after; the raw difference, which for binary
 * covariates is that of proportions; v₁/v₀; mean and largest distance of the cumulative distributions; the mean
 * difference within pairs over s. Factors have one row per level. Agrees with MatchIt's `summary`. Where s is zero, the
 * pooled within-group standard deviation takes its place, and a diagnostic says so. Rows in which a covariate is missing
 * are left out of that covariate only. O(n log n) per covariate, one sort for before and after.
 *
 * As rules of thumb |smd| ≤ 0.1 (0.05 for strong predictors of the outcome) and variance ratios between 0.5 and 2.
 *
 * @param subject - a match, or `{ treated, covariates, weights, subclass, estimand, data }` from anywhere.
 * @param options - for a match: `covariates` (default: those of its propensity model) and `data`.
 * @throws `unknown-column`, `length-mismatch`, `missing-values` where a covariate has no value in one group, `non-finite`,
 *   `empty-group`, `not-binary`, `invalid-argument`.
 * @example
 * ```ts
 * import { assessBalance } from "likewise";
 * const balance = assessBalance({
 *   treated: [1, 1, 0, 0, 0],
 *   covariates: { age: [30, 40, 30, 40, 60] },
 *   weights: [1, 1, 1, 1, 0],
 * });
 * balance.rows[0].after?.smd; // 0
 * ```
 * @see Austin (2009), Statistics in Medicine 28:3083-3107; the MatchIt manual, `summary.matchit`.
 */
export function assessBalance(subject: MatchResult | BalanceUnits, options: BalanceOptions = {}): Balance {
  if (typeof subject !== "object" || subject === null) {
    fail("invalid-argument", "assessBalance needs a match or { treated, covariates, … } as its subject.");
  }
  const problem =
    "kind" in subject && subject.kind === "match-result"
      ? problemOfMatch(subject, options)
      : problemOfUnits(subject as BalanceUnits, options);
  const rows: BalanceRow[] = [];
  const notes: ColumnNotes = { pooled: [], missing: [] };
  const setting = settingOf(problem);
  if (problem.score) {
    const { score } = problem;
    rows.push(
      compareColumn({ name: "distance", variable: "distance", level: null, values: () => score }, setting, notes, true),
    );
  }
  for (const covariate of problem.covariates) rows.push(compareColumn(covariate, setting, notes, false));
  return {
    kind: "balance",
    estimand: problem.estimand,
    rows,
    sampleSizes: problem.sizes,
    maxAbsSmd: largest(rows),
    diagnostics: diagnose(notes, problem.estimand),
  };
}

function largest(rows: readonly BalanceRow[]): Balance["maxAbsSmd"] {
  const covariates = rows.filter(({ kind }) => kind !== "distance");
  const compared = covariates.length > 0 ? covariates : rows;
  const max = (smds: readonly number[]): number => smds.reduce((most, smd) => Math.max(most, Math.abs(smd)), 0);
  const after = compared.flatMap((row) => (row.after ? [row.after.smd] : []));
  return { before: max(compared.map((row) => row.before.smd)), after: after.length > 0 ? max(after) : null };
}

function diagnose({ pooled, missing }: ColumnNotes, estimand: BalanceEstimand): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (pooled.length > 0) {
    const group = estimand === "ATT" ? "the treated" : estimand === "ATC" ? "the controls" : "both groups";
    found.push(
      diagnostic(
        "zero-variance",
        "warning",
        `Without variance among ${group}, standardised by the pooled within-group standard deviation instead: ${listSome(pooled)}.`,
        { columns: pooled },
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

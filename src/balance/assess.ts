import type { Diagnostic } from "../errors/diagnostic";
import type { MatchResult, SampleSizes } from "../matching/types/result";
import type { Weights } from "../weighting/types";
import { weightClasses } from "./classes";
import { compareColumns } from "./compare";
import { tallyThresholds } from "./judge";
import { resolveOptions } from "./options";
import { acrossParts, clusterParts, subclassParts } from "./parts";
import { problemOf } from "./subject";
import type {
  Balance,
  BalanceEstimand,
  BalanceOptions,
  BalancePart,
  BalanceRow,
  BalanceUnits,
  ResolvedBalance,
} from "./types";

/**
 * How alike treated and control units are, before and after matching or weighting: the table of MatchIt's `summary`, or of
 * cobalt's `bal.tab` with `style: "cobalt"`.
 *
 * For each covariate: means, the standardised difference (m₁ − m₀)/s, the raw difference (of proportions where the
 * covariate is 0/1), v₁/v₀, mean and largest distance of the cumulative distributions, and the mean difference within
 * pairs over s. s is a standard deviation before matching, the same before and after: of the treated for the ATT, of the
 * controls for the ATC, else √((v₁ + v₀)/2), unless `sdDenominator` says otherwise. Where it is zero, the pooled
 * within-group standard deviation takes its place, and a diagnostic says so. Factors have one row per level; rows in which
 * a covariate is missing are left out of that covariate only.
 *
 * A match and weights compare the rows that could take part (before) with the same rows as weighted (after), their score
 * first. With `interactions` squares and products follow. Each row says which `thresholds` it is beyond and by how many
 * per cent it improved; `tallies` count. `bySubclass` and `cluster` add a balance of each part, standardised as the whole
 * is and without pair distances, with least, mean and largest over clusters. `summary(balance)` prints in the words of the
 * `style`. O(n log n) per covariate at most, one sort for before and after.
 *
 * As rules of thumb |smd| ≤ 0.1 (0.05 for strong predictors of the outcome) and variance ratios between 0.5 and 2.
 *
 * @param subject - a match, weights from `weigh` or `balanceEntropy`, or
 *   `{ treated, covariates, weights?, subclass?, score?, estimand?, data? }` from anywhere.
 * @param options - see {@link BalanceOptions} for each and its default.
 * @throws `unknown-column`, `length-mismatch`, `missing-values` where a covariate has no value in one group, `non-finite`
 *   (also where a product of covariates overflows), `empty-group`, `not-binary`, `wrong-type`, `invalid-argument`.
 * @example
 * ```ts
 * import { assessBalance } from "likewise";
 * const balance = assessBalance(
 *   {
 *     treated: [1, 1, 0, 0, 0],
 *     covariates: { age: [30, 40, 30, 40, 60] },
 *     weights: [1, 1, 1, 1, 0],
 *   },
 *   { thresholds: { smd: 0.05, varianceRatio: 2 } },
 * );
 * balance.rows[0].after?.smd; // 0
 * balance.rows[0].improvement?.smd; // 100
 * balance.tallies[0].after?.unbalanced; // 0
 * ```
 * @see Austin (2009), Statistics in Medicine 28:3083-3107; the manuals of MatchIt (`summary.matchit`) and cobalt (`bal.tab`,
 *   `col_w_smd`; `bal.tab.weightit` on the denominator of weights for other populations).
 */
export function assessBalance(subject: MatchResult | Weights | BalanceUnits, options: BalanceOptions = {}): Balance {
  const problem = problemOf(subject, options);
  const resolved = resolveOptions(options, problem.estimand);
  const classes = weightClasses(problem);
  const subclasses = subclassParts(problem, options);
  const clusters = clusterParts(problem, classes, options);
  const parts = [...(subclasses?.parts ?? []), ...(clusters?.parts ?? [])];
  const { rows, partRows, diagnostics } = compareColumns(problem, classes, resolved, parts);
  const made = { estimand: problem.estimand, options: resolved };
  const balances = parts.map(
    ({ level, sizes }, k): BalancePart => ({ level, balance: balanceOf(made, partRows[k], sizes, []) }),
  );
  const ofClusters = clusters && balances.slice(parts.length - clusters.parts.length);
  return {
    ...balanceOf(made, rows, problem.sizes, [
      ...diagnostics,
      ...(subclasses?.diagnostics ?? []),
      ...(clusters?.diagnostics ?? []),
    ]),
    subclasses: subclasses && balances.slice(0, subclasses.parts.length),
    clusters: clusters && ofClusters && { name: clusters.name, parts: ofClusters, across: acrossParts(ofClusters) },
  };
}

function balanceOf(
  { estimand, options }: { readonly estimand: BalanceEstimand; readonly options: ResolvedBalance },
  rows: readonly BalanceRow[],
  sampleSizes: SampleSizes,
  diagnostics: readonly Diagnostic[],
): Balance {
  const covariates = rows.filter(({ kind }) => kind !== "distance");
  const judged = covariates.length > 0 ? covariates : rows;
  return {
    kind: "balance",
    estimand,
    options,
    rows,
    sampleSizes,
    maxAbsSmd: largest(judged),
    tallies: tallyThresholds(judged, options),
    subclasses: null,
    clusters: null,
    diagnostics,
  };
}

function largest(rows: readonly BalanceRow[]): Balance["maxAbsSmd"] {
  const max = (smds: readonly number[]): number => smds.reduce((most, smd) => Math.max(most, Math.abs(smd)), 0);
  const after = rows.flatMap((row) => (row.after ? [row.after.smd] : []));
  return { before: max(rows.map((row) => row.before.smd)), after: after.length > 0 ? max(after) : null };
}

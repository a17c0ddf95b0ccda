import { takeRows } from "../data/select";
import type { Frame } from "../data/types";
import { tQuantile, tSurvival } from "../distributions/student-t";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { bindFormula } from "../formula/bind";
import { buildDesign } from "../formula/design";
import type { BoundFormula, Design } from "../formula/types";
import { sandwich } from "../linalg/symmetric";
import { type Clusters, readClusters, resolveStandardError } from "./estimate-clusters";
import { diagnoseEffect } from "./estimate-diagnose";
import { abadieImbens } from "./estimate-matching";
import { outcomeOf } from "./estimate-outcome";
import {
  contrastError,
  effectContrast,
  type OutcomeRegression,
  regressOutcome,
  standardisedVcov,
} from "./estimate-regression";
import { type EffectUnits, resolveEffectUnits } from "./estimate-subject";
import { findTreatment, type TreatmentColumn, withTreatment } from "./estimate-treatment";
import type { Effect, EffectOptions, EffectSubject, StandardErrorType } from "./estimate-types";

const OPTIONS: readonly (keyof EffectOptions)[] = [
  "data",
  "estimand",
  "se",
  "cluster",
  "treatment",
  "samplingWeights",
  "varianceMatches",
  "biasAdjustment",
  "otherMatch",
  "level",
];

/**
 * The average effect of a treatment after matching or weighting, by weighted regression and g-computation.
 *
 * The outcome is regressed on the formula with the subject's weights. Everyone in the estimand's population (the treated
 * for the ATT, the controls for the ATC, else all) is then predicted as treated and as control; the effect is the weighted
 * mean of the differences, its standard error that of this contrast of the coefficients (delta method). Without
 * interactions it is the treatment's coefficient; with `treat * (age + educ)` the marginal effect.
 *
 * Standard errors: `"cluster"` (CR1: CR0 · G/(G − 1) · (N − 1)/(N − k)), the default on the matched sets where a match
 * reuses no unit (Abadie & Spiess 2022); `"two-way"` (CR1 each way, less that of the crossing); `"HC0"` to `"HC3"` with
 * weighted hat values, `"HC3"` being the default with replacement, for strata and for weights without sets;
 * `"abadie-imbens"` for nearest-neighbour matching with replacement and `outcome ~ treatment`, or with covariates and
 * `biasAdjustment: true`, which moves each partner's outcome to its focal unit's covariates (Abadie & Imbens 2011). Degrees of
 * freedom are G − 1 (the fewer clusters of two ways), infinite for Abadie–Imbens, else n − k. All take weights and score as
 * known. A bootstrap is not offered: it is wrong for matching with replacement (Abadie & Imbens 2008).
 *
 * An ATE after matching with replacement takes two matches: the subject and, as `otherMatch`, that of the other group.
 *
 * @param formula - `outcome ~ treatment`, with covariates and interactions as wished; no random terms.
 * @param subject - a match, weights, or `{ weights, treated?, subclass?, estimand, data }`; rows of weight 0 are left out, and
 *   rows with a missing value in the formula with a diagnostic.
 * @param options - `se`, `cluster`, `data` and so on; see {@link EffectOptions} for each and its default.
 * @returns the effect in units of the outcome; `coefficients` (k) and `vcov` (k × k) of the columns in `terms`.
 * @throws `invalid-argument` (treatment not in the formula, a random term, options that do not fit); `constant` outcome;
 *   `missing-values`; `wrong-type`; `unknown-column`; `formula-syntax`; `empty-match`; `empty-group`; `too-few-groups` (one
 *   cluster); `too-few-rows`; `perfect-fit`; `not-identified` (the treatment is aliased, a hat value of 1); `length-mismatch`;
 *   `non-finite`; `not-binary`.
 * @example
 * ```ts
 * import { estimateEffect, match } from "likewise";
 * const pupils = {
 *   treat: [1, 1, 1, 0, 0, 0, 0],
 *   score: [0.7, 0.6, 0.4, 0.65, 0.55, 0.35, 0.1],
 *   marks: [12, 15, 11, 10, 11, 9, 4],
 * };
 * const matched = match({ treated: "treat", score: "score", data: pupils }, { method: "nearest" });
 * const effect = estimateEffect("marks ~ treat", matched);
 * effect.se; // "cluster"
 * effect.df; // 2
 * ```
 * @see Abadie & Imbens (2006), Econometrica 74:235-267; Abadie & Imbens (2008), Econometrica 76:1537-1557; Abadie & Imbens
 *   (2011), JBES 29:1-11; Abadie & Spiess (2022), JASA 117:983-995; Cameron, Gelbach & Miller (2011), JBES 29:238-249; MacKinnon & White (1985), Journal of
 *   Econometrics 29:305-325.
 */
export function estimateEffect(formula: string, subject: EffectSubject, options: EffectOptions = {}): Effect {
  requireKnownOptions(options, OPTIONS, "estimateEffect");
  const level = requireLevel(options.level);
  const resolved = resolveEffectUnits(subject, options);
  const bound = bindOutcome(formula, resolved.data);
  const treatment = findTreatment(formula, resolved, options.treatment);
  const units: EffectUnits = { ...resolved, treated: treatment.treated };
  const { se, names } = resolveStandardError(units, options);
  const weighted = rowsWithWeight(units.weights);
  const table = takeRows(units.data, weighted);
  const design = buildDesign(bound, table);
  const rows = design.rows ? Int32Array.from(design.rows, (row) => weighted[row]) : weighted;
  requireBothGroups(rows, treatment);
  const weights = Float64Array.from(rows, (row) => units.weights[row]);
  const outcome = bound.response?.label ?? "";
  const regression = regressOutcome(design, outcomeOf(design), weights, rows, { intercept: bound.intercept, outcome });
  const change = meanChange(bound, units, rows, treatment);
  const contrast = effectContrast(regression, change, treatment.name);
  const clusters = names.map((name) => readClusters(name, units, rows));
  const k = regression.fit.kept.length;
  const coefficients = regression.fit.coefficients;
  const marginal = regression.fit.kept.reduce((sum, column, j) => sum + change[column] * coefficients[j], 0);
  const estimated =
    se === "abadie-imbens"
      ? { ...abadieImbens({ bound, units, treatment, rows: weighted, options }), vcov: null }
      : { estimate: marginal, ...regressionErrors({ options, regression, clusters, contrast, se }) };
  const df = degreesOfFreedom(se, clusters, rows.length - k);
  return {
    kind: "effect",
    ...interval(estimated.estimate, estimated.standardError, df, level),
    estimand: units.estimand,
    se,
    n: rows.length,
    clusters: clusters.length === 0 ? null : clusters.map(({ name, count }) => ({ name, count })),
    formula,
    outcome,
    treatment: treatment.name,
    terms: regression.fit.kept.map((column) => regression.columns[column]),
    coefficients,
    vcov: estimated.vcov,
    diagnostics: [...design.diagnostics, ...diagnoseEffect({ units, options, se, rows, clusters, regression })],
  };
}

function requireLevel(level = 0.95): number {
  if (level > 0 && level < 1) return level;
  return fail("invalid-argument", `The option "level" must lie between 0 and 1, not be ${level}.`);
}

function bindOutcome(formula: string, data: Frame): BoundFormula {
  const bound = bindFormula(formula, data);
  if (bound.response === null) {
    fail("invalid-argument", `The formula "${formula}" has no outcome: write it before "~", as in outcome${formula}.`, {
      formula,
    });
  }
  if (bound.randomTerms.length > 0) {
    fail(
      "invalid-argument",
      `estimateEffect takes no random term, but the formula has ${bound.randomTerms[0].label}. Cluster on "${bound.randomTerms[0].groups[0]}" ` +
        "instead, or give the matched data with their weights to fitMixed.",
      { formula },
    );
  }
  return bound;
}

function rowsWithWeight(weights: Float64Array): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < weights.length; row++) if (weights[row] > 0) rows.push(row);
  return Int32Array.from(rows);
}

function requireBothGroups(rows: Int32Array, { name, treated }: TreatmentColumn): void {
  for (const [arm, word] of ["control", "treated"].entries()) {
    if (rows.some((row) => treated[row] === arm)) continue;
    fail(
      "empty-group",
      `No ${word} unit of "${name}" has a weight and complete values, so there is nothing to compare.`,
      {
        arm: word,
      },
    );
  }
}

/** Weighted mean, over the estimand's units, of how the design's columns change from control to treated. */
function meanChange(
  bound: BoundFormula,
  units: EffectUnits,
  rows: Int32Array,
  treatment: TreatmentColumn,
): Float64Array {
  const arm = units.estimand === "ATT" ? 1 : units.estimand === "ATC" ? 0 : null;
  const target = arm === null ? rows : rows.filter((row) => treatment.treated[row] === arm);
  const table = takeRows(units.data, target);
  const predicted = (value: number): Design =>
    buildDesign(bound, withTreatment(table, treatment.name, value), { response: false });
  const asTreated = predicted(treatment.treatedValue);
  const asControl = predicted(treatment.controlValue);
  let total = 0;
  for (const row of target) total += units.weights[row];
  return Float64Array.from(asTreated.x, (column, j) => {
    const other = asControl.x[j];
    let sum = 0;
    for (let r = 0; r < target.length; r++) sum += units.weights[target[r]] * (column[r] - other[r]);
    return sum / total;
  });
}

interface ErrorProblem {
  readonly options: EffectOptions;
  readonly regression: OutcomeRegression;
  readonly clusters: readonly Clusters[];
  readonly contrast: Float64Array;
  readonly se: Exclude<StandardErrorType, "abadie-imbens">;
}

function regressionErrors(problem: ErrorProblem): { readonly standardError: number; readonly vcov: Float64Array } {
  const { regression, clusters, contrast, se } = problem;
  for (const name of ["varianceMatches", "biasAdjustment"] as const) {
    if (problem.options[name] === undefined) continue;
    fail("invalid-argument", `The option "${name}" belongs to se: "abadie-imbens".`, { option: name });
  }
  const k = regression.fit.kept.length;
  const vcov = standardisedVcov(regression, se, clusters);
  return { standardError: contrastError(vcov, contrast), vcov: sandwich(regression.fit.back, vcov, k, k) };
}

function degreesOfFreedom(se: StandardErrorType, clusters: readonly Clusters[], residual: number): number {
  if (se === "abadie-imbens") return Number.POSITIVE_INFINITY;
  return clusters.length === 0 ? residual : Math.min(...clusters.map(({ count }) => count)) - 1;
}

function interval(
  estimate: number,
  standardError: number,
  df: number,
  level: number,
): Pick<Effect, "estimate" | "standardError" | "df" | "t" | "p" | "lower" | "upper" | "level"> {
  const t = estimate / standardError;
  const half = tQuantile((1 + level) / 2, df) * standardError;
  const p = 2 * tSurvival(Math.abs(t), df);
  return { estimate, standardError, df, t, p, lower: estimate - half, upper: estimate + half, level };
}

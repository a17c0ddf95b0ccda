import { balanceTable } from "./balance/table";
import type { Table } from "./display/table";
import { effectTable } from "./effects/effect-sizes";
import { estimateTable } from "./effects/estimate-table";
import { hedgesTable } from "./effects/hedges";
import { eValueTable, minimumDetectableTable, rosenbaumTable } from "./effects/sensitivity-tables";
import { standardisedTable } from "./effects/standardise";
import { frameTable } from "./frame-table";
import { methodFor, type ResultByKind } from "./kinds";
import { matchTable } from "./matching/table";
import {
  comparisonIntervalsTable,
  groupComparisonTable,
  influenceTable,
  randomEffectsTable,
  ranksTable,
} from "./multilevel/group-tables";
import { mixedTable } from "./multilevel/mixed-table";
import { numbersTable, predictionsTable } from "./multilevel/number-tables";
import {
  bootstrapTable,
  clusterRobustTable,
  confidenceIntervalsTable,
  designEffectTable,
  fTestTable,
  groupVarianceTestTable,
  levelRSquaredTable,
  modelComparisonTable,
  rSquaredTable,
  variancePartsTable,
  varianceReductionTable,
} from "./multilevel/result-tables";
import { propensityTable } from "./propensity/table";
import { recoveryTable } from "./study/recovery-table";
import { cellTable, studyTable } from "./study/table";
import { weightsTable } from "./weighting/table";

/** Results that {@link summary} can lay out: those with a `kind`, lists of estimates, residuals, and frames. */
export type Summarisable = ResultByKind[keyof ResultByKind];

export interface SummaryOptions {
  /** Of mixed models: whether the correlations of the fixed effects stand below (default false). */
  readonly correlation?: boolean;
}

const TABLES: {
  readonly [Kind in keyof ResultByKind]: (result: ResultByKind[Kind], options: SummaryOptions) => Table;
} = {
  "propensity-model": propensityTable,
  "match-result": matchTable,
  weights: weightsTable,
  balance: balanceTable,
  effect: estimateTable,
  "effect-sizes": effectTable,
  "hedges-g": hedgesTable,
  "standardised-coefficients": standardisedTable,
  "rosenbaum-bounds": rosenbaumTable,
  "e-value": eValueTable,
  "minimum-detectable-effect": minimumDetectableTable,
  "mixed-model": mixedTable,
  "cluster-robust": clusterRobustTable,
  "f-test": fTestTable,
  "model-comparison": modelComparisonTable,
  "group-variance-test": groupVarianceTestTable,
  "group-ranks": ranksTable,
  "group-comparison": groupComparisonTable,
  "comparison-intervals": comparisonIntervalsTable,
  influence: influenceTable,
  predictions: predictionsTable,
  bootstrap: bootstrapTable,
  "r-squared": rSquaredTable,
  "level-r-squared": levelRSquaredTable,
  "variance-reduction": varianceReductionTable,
  "design-effect": designEffectTable,
  study: studyTable,
  "study-cell": cellTable,
  recovery: recoveryTable,
  "random-effects": randomEffectsTable,
  "confidence-intervals": confidenceIntervalsTable,
  "variance-parts": variancePartsTable,
  numbers: numbersTable,
  frame: frameTable,
};

/**
 * A result as a table to read: numbers with formats, and what to worry about in the notes.
 *
 * A mixed model stands in the order and the words of lme4's and lmerTest's `summary`: title, formula and criterion, scaled
 * residuals (where the model remembers its rows; a pass over them), random effects, fixed effects. On purpose it differs in its decimals, which are
 * fixed, in having intervals beside the tests and the ICC below the variances, and in having no stars.
 *
 * @param result - a result, or what `randomEffects`, `confint`, `variancePartition` or `residuals` give; of a frame all rows,
 *   so that `render(summary(tidy(x)), "csv")` writes them.
 * @param options - `correlation`: of a mixed model's fixed effects, below them.
 * @returns a table for `render`; its own rows are the main ones (a model's fixed effects), others stand in `before` and
 *   `after`.
 * @throws `invalid-argument` for anything that is not a result.
 * @example
 * ```ts
 * import { fitMixed, render, summary } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * render(summary(model)); // the table as text
 * ```
 */
export function summary(result: Summarisable, options: SummaryOptions = {}): Table {
  const table = methodFor<(result: never, options: SummaryOptions) => Table>("summary", TABLES, result);
  return table(result as never, options);
}

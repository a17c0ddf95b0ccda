import type { DataLike, Frame } from "./data/types";
import { methodFor, type ResultByKind } from "./kinds";
import { augmentMatch } from "./matching/match-tidy";
import { augmentMixed } from "./multilevel/mixed-tidy";
import { augmentPropensity } from "./propensity/propensity-tidy";
import { augmentWeights } from "./weighting/weights-tidy";

type AugmentKind = "propensity-model" | "mixed-model" | "match-result" | "weights";

/** Results that {@link augment} knows: those that say something of every row. */
export type Augmentable = ResultByKind[AugmentKind];

const AUGMENTS: {
  readonly [Kind in AugmentKind]: (result: ResultByKind[Kind], data: DataLike | undefined) => Frame;
} = {
  "propensity-model": augmentPropensity,
  "mixed-model": augmentMixed,
  "match-result": augmentMatch,
  weights: augmentWeights,
};

/**
 * The data with what a result says of each row, in columns that begin with a dot, as R's broom has them.
 *
 * All rows of the caller stay, in their order; those that were left out of the fit hold `NaN`.
 *
 * - A propensity model adds `.pscore` (the probability), `.fitted` (the same on the scale of the link) and `.resid` (deviance
 *   residuals).
 * - A mixed model adds `.fitted` (with the groups' effects), `.resid`, `.hat` (the leverage, variances taken as known; not for
 *   models with precision or school weights) and `.fixed` (without the groups' effects).
 * - A match adds `.pscore` (`.distance` where it was made on another score), `.weights` (0: unmatched) and, where no unit is
 *   reused, `.subclass`, the number of the set.
 * - Weights add `.pscore`, where they come from one, and `.weights`.
 *
 * @param data - the rows that the result was made from; by default those that it remembers. For other rows: `predict`.
 * @throws `invalid-argument` for another result, or where it remembers no rows and none are given; `length-mismatch`;
 *   `summary-mismatch` for a mixed model of other rows; `column-conflict` where the data have such a column already.
 * @example
 * ```ts
 * import { augment, columnNames, fitPropensity } from "likewise";
 * const model = fitPropensity("t ~ x", { t: [0, 1, 0, 1, 0, 1], x: [1, 2, 3, 3, 2, 4] });
 * columnNames(augment(model)); // ["t", "x", ".pscore", ".fitted", ".resid"]
 * ```
 */
export function augment(result: Augmentable, data?: DataLike): Frame {
  const method = methodFor<(result: never, data: DataLike | undefined) => Frame>(
    "augment",
    AUGMENTS,
    result,
    () => "it says nothing of single rows",
  );
  return method(result as never, data);
}

import { balanceTable } from "./balance/table";
import type { Balance } from "./balance/types";
import type { Table } from "./display/table";
import type { EValue } from "./effects/e-value";
import { type EffectSizes, effectTable } from "./effects/effect-sizes";
import { estimateTable } from "./effects/estimate-table";
import type { Effect } from "./effects/estimate-types";
import { type HedgesG, hedgesTable } from "./effects/hedges";
import type { MinimumDetectableEffect } from "./effects/minimum-detectable-effect";
import type { RosenbaumBounds } from "./effects/rosenbaum-bounds";
import { eValueTable, minimumDetectableTable, rosenbaumTable } from "./effects/sensitivity-tables";
import { type StandardisedCoefficients, standardisedTable } from "./effects/standardise";
import { fail } from "./errors/error";
import { matchTable } from "./matching/table";
import type { MatchResult } from "./matching/types/result";
import { mixedTable } from "./multilevel/tables";
import type { MixedModel } from "./multilevel/types";
import { propensityTable } from "./propensity/table";
import type { PropensityModel } from "./propensity/types";
import { weightsTable } from "./weighting/table";
import type { Weights } from "./weighting/types";

/** Results that {@link summary} can lay out. */
export type Summarisable =
  | PropensityModel
  | MatchResult
  | Balance
  | MixedModel
  | EffectSizes
  | Effect
  | Weights
  | RosenbaumBounds
  | EValue
  | MinimumDetectableEffect
  | HedgesG
  | StandardisedCoefficients;

/**
 * A result as a table to read: numbers with formats, and what to worry about in the notes.
 *
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
export function summary(result: Summarisable): Table {
  switch (result?.kind) {
    case "propensity-model":
      return propensityTable(result);
    case "match-result":
      return matchTable(result);
    case "balance":
      return balanceTable(result);
    case "mixed-model":
      return mixedTable(result);
    case "effect-sizes":
      return effectTable(result);
    case "effect":
      return estimateTable(result);
    case "weights":
      return weightsTable(result);
    case "rosenbaum-bounds":
      return rosenbaumTable(result);
    case "e-value":
      return eValueTable(result);
    case "minimum-detectable-effect":
      return minimumDetectableTable(result);
    case "hedges-g":
      return hedgesTable(result);
    case "standardised-coefficients":
      return standardisedTable(result);
    default:
      return fail("invalid-argument", "summary needs a result, such as a model, a match, a balance or effect sizes.");
  }
}

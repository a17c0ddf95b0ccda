import type { Balance } from "./balance/types";
import type { Frame } from "./data/types";
import type { EValue } from "./effects/e-value";
import type { EffectSizes } from "./effects/effect-sizes";
import type { Effect } from "./effects/estimate-types";
import type { HedgesG } from "./effects/hedges";
import type { MinimumDetectableEffect } from "./effects/minimum-detectable-effect";
import type { RosenbaumBounds } from "./effects/rosenbaum-bounds";
import type { StandardisedCoefficients } from "./effects/standardise";
import { fail } from "./errors/error";
import { describeValue } from "./errors/words";
import type { MatchResult } from "./matching/types/result";
import type { Bootstrap } from "./multilevel/bootstrap";
import type { ModelComparison } from "./multilevel/compare";
import type { ComparisonIntervals, GroupComparison } from "./multilevel/compare-groups";
import type { ConfidenceInterval } from "./multilevel/confint";
import type { DesignEffect } from "./multilevel/design-effect";
import type { FTest } from "./multilevel/f-test";
import type { Influence } from "./multilevel/influence";
import type { Predictions } from "./multilevel/predict";
import type { RSquared } from "./multilevel/r-squared";
import type { GroupRanks } from "./multilevel/ranks";
import type { ClusterRobust, MixedModel, RandomEffect } from "./multilevel/types";
import type { LevelRSquared, VariancePart, VarianceReduction } from "./multilevel/variance-explained";
import type { GroupVarianceTest } from "./multilevel/variance-test";
import type { PropensityModel } from "./propensity/types";
import type { Recovery } from "./study/recovery-types";
import type { Study, StudyCell } from "./study/types";
import type { Weights } from "./weighting/types";

/** What the verbs over all results know, by kind: a new result gets its line here, and the verbs' tables ask for theirs. */
export interface ResultByKind {
  readonly "propensity-model": PropensityModel;
  readonly "match-result": MatchResult;
  readonly weights: Weights;
  readonly balance: Balance;
  readonly effect: Effect;
  readonly "effect-sizes": EffectSizes;
  readonly "hedges-g": HedgesG;
  readonly "standardised-coefficients": StandardisedCoefficients;
  readonly "rosenbaum-bounds": RosenbaumBounds;
  readonly "e-value": EValue;
  readonly "minimum-detectable-effect": MinimumDetectableEffect;
  readonly "mixed-model": MixedModel;
  readonly "cluster-robust": ClusterRobust;
  readonly "f-test": FTest;
  readonly "model-comparison": ModelComparison;
  readonly "group-variance-test": GroupVarianceTest;
  readonly "group-ranks": GroupRanks;
  readonly "group-comparison": GroupComparison;
  readonly "comparison-intervals": ComparisonIntervals;
  readonly influence: Influence;
  readonly predictions: Predictions;
  readonly bootstrap: Bootstrap;
  readonly "r-squared": RSquared;
  readonly "level-r-squared": LevelRSquared;
  readonly "variance-reduction": VarianceReduction;
  readonly "design-effect": DesignEffect;
  readonly study: Study;
  readonly "study-cell": StudyCell;
  readonly recovery: Recovery;
  /** What `randomEffects` gives. */
  readonly "random-effects": readonly RandomEffect[];
  /** What `confint` gives. */
  readonly "confidence-intervals": readonly ConfidenceInterval[];
  /** What `variancePartition` gives. */
  readonly "variance-parts": readonly VariancePart[];
  /** What `residuals` gives. */
  readonly numbers: Float64Array;
  /** A table of the caller's, or what `tidy`, `glance` and `augment` give. */
  readonly frame: Frame;
}

/** Lists have no kind of their own: a field that only their entries have tells them apart. */
const LISTS: readonly (readonly [keyof ResultByKind, string])[] = [
  ["random-effects", "reliability"],
  ["confidence-intervals", "name"],
  ["variance-parts", "share"],
];

function kindOf(result: unknown): string | undefined {
  if (Object.prototype.toString.call(result) === "[object Float64Array]") return "numbers";
  if (!Array.isArray(result)) return (result as { readonly kind?: string } | null | undefined)?.kind;
  const entry: unknown = result[0];
  if (typeof entry !== "object" || entry === null) return undefined;
  return LISTS.find(([, field]) => field in entry)?.[0];
}

/**
 * The function that a verb's table has for a result.
 *
 * @param verb - `tidy`, for the error.
 * @param instead - what to take for a kind that the verb does not know, as the end of a sentence.
 */
export function methodFor<Method>(
  verb: string,
  methods: Readonly<Record<string, Method>>,
  result: unknown,
  instead: (kind: string) => string | undefined = () => undefined,
): Method {
  const kind = kindOf(result);
  if (kind !== undefined && Object.hasOwn(methods, kind)) return methods[kind];
  if (kind === undefined) {
    return fail(
      "invalid-argument",
      `${verb} needs a result, such as a model, a match, a balance or an effect, not ${describeValue(result)}.`,
    );
  }
  const hint = instead(kind);
  return fail(
    "invalid-argument",
    `${verb} does not know results of kind "${kind}"${hint === undefined ? "" : `: ${hint}`}.`,
    { kind },
  );
}

import { type FormattedCell, fixed, percent, type Table, text } from "../display/table";
import { requireIntercept } from "../multilevel/require-intercept";
import { requireSameRows } from "../multilevel/same-rows";
import type { FixedEffect, InterceptModel, MixedModel } from "../multilevel/types";
import { treatedGroups, treatmentEffect } from "./arms";

/** Three nested models of the same rows: empty, adjusted, and adjusted with the treatment. */
export interface EffectModels {
  /** M0: no covariates. */
  readonly empty: MixedModel;
  /** M2: all covariates, without the treatment. */
  readonly adjusted: MixedModel;
  /** M3: the adjusted model with the treatment. */
  readonly treated: MixedModel;
}

/** An effect in units that answer different questions, side by side. */
export interface EffectSizes {
  readonly kind: "effect-sizes";
  readonly treatment: string;
  /** β with its interval, in the units of the outcome. */
  readonly effect: FixedEffect;
  /** Δ = β/σ_e: in standard deviations of pupils within schools. */
  readonly delta: number;
  /** β/√(total variance of the empty model): in standard deviations of all pupils. */
  readonly standardised: number;
  /** Treated shares; a share of variance means nothing without them. */
  readonly treatedShare: { readonly pupils: number; readonly groups: number };
  /** Fall in the group variance from the adjusted model to that with the treatment; negative where it rises. */
  readonly groupVarianceDrop: number;
  /** The drop as a share of the adjusted model's group variance, and of the total variances of two models. */
  readonly dropShare: {
    readonly ofGroupVariance: number;
    readonly ofTotalEmpty: number;
    readonly ofTotalAdjusted: number;
  };
  /** β²p(1 − p), exactly the variance of the treatment's part over pupils (p their treated share). */
  readonly effectVariance: number;
  /** β²p(1 − p) with the treated share of groups: what the drop estimates where M3 adds only a dummy. */
  readonly expectedDrop: number;
}

/**
 * The size of a group-level treatment's effect, as a coefficient and as shares of variance. Effect sizes for reports, with
 * standard errors that know of the groups: {@link hedgesG}.
 *
 * @param models - `empty` (M0), `adjusted` (M2) and `treated` (M3), fitted to the same rows.
 * @param options - `treatment`: the term of a 0/1 column that is constant within groups.
 * @throws `summary-mismatch` where the models are of different rows; `unknown-column`; `not-binary` where the column is not
 *   0/1 or varies within groups.
 * @example
 * ```ts
 * import { effectSizes, fitMixed } from "likewise";
 * const pupils = {
 *   school: ["a", "a", "b", "b", "c", "c", "d", "d"],
 *   treated: [0, 0, 0, 0, 1, 1, 1, 1],
 *   score: [8, 10, 7, 11, 13, 15, 12, 13],
 * };
 * const empty = fitMixed("score ~ 1 + (1 | school)", pupils);
 * const treated = fitMixed("score ~ treated + (1 | school)", pupils);
 * effectSizes({ empty, adjusted: empty, treated }, { treatment: "treated" }).treatedShare.groups; // 0.5
 * ```
 * @see Tymms (2004) in Schagen & Elliot (eds), But what does it mean? The use of effect sizes in educational research.
 */
export function effectSizes(models: EffectModels, options: { readonly treatment: string }): EffectSizes {
  const [empty, adjusted, treated] = [models.empty, models.adjusted, models.treated].map((model) =>
    requireIntercept(model, "Effect sizes"),
  );
  requireSameRows(treated.summary, empty.summary);
  requireSameRows(treated.summary, adjusted.summary);
  const effect = treatmentEffect(treated, options.treatment);
  const share = treatedShares(treated, options.treatment);
  const total = (model: MixedModel): number => model.variances.group + model.variances.residual;
  const drop = adjusted.variances.group - treated.variances.group;
  const beta = effect.estimate;
  return {
    kind: "effect-sizes",
    treatment: options.treatment,
    effect,
    delta: beta / Math.sqrt(treated.variances.residual),
    standardised: beta / Math.sqrt(total(empty)),
    treatedShare: share,
    groupVarianceDrop: drop,
    dropShare: {
      ofGroupVariance: drop / adjusted.variances.group,
      ofTotalEmpty: drop / total(empty),
      ofTotalAdjusted: drop / total(adjusted),
    },
    effectVariance: beta ** 2 * share.pupils * (1 - share.pupils),
    expectedDrop: beta ** 2 * share.groups * (1 - share.groups),
  };
}

function treatedShares(model: InterceptModel, term: string): { pupils: number; groups: number } {
  const { sizes, groupWeights } = model.summary;
  let pupils = 0;
  let groups = 0;
  let allPupils = 0;
  let allGroups = 0;
  treatedGroups(model, term, "shares of variance need").forEach((isTreated, j) => {
    const weight = groupWeights?.[j] ?? 1;
    allPupils += weight * sizes[j];
    allGroups += weight;
    if (isTreated) {
      pupils += weight * sizes[j];
      groups += weight;
    }
  });
  return { pupils: pupils / allPupils, groups: groups / allGroups };
}

/** The effect sizes as a table of name, value and what it means. */
export function effectTable(sizes: EffectSizes): Table {
  const { effect, treatedShare, dropShare } = sizes;
  const number = (value: number): FormattedCell => ({ value, format: fixed(3) });
  const share = (value: number): FormattedCell => ({ value, format: percent(1) });
  return {
    kind: "table",
    title: `Effect of ${sizes.treatment}`,
    columns: [
      { name: "", format: text },
      { name: "value", format: fixed(3) },
      { name: "", format: text },
    ],
    rows: [
      ["\u03b2", number(effect.estimate), `95 % interval ${effect.lower.toFixed(3)} to ${effect.upper.toFixed(3)}`],
      ["\u0394 = \u03b2/\u03c3e", number(sizes.delta), "in sd of pupils within groups"],
      ["\u03b2/sd of all pupils", number(sizes.standardised), "total sd of the empty model"],
      ["share of group variance", share(dropShare.ofGroupVariance), "fall from the adjusted model"],
      ["share of total variance", share(dropShare.ofTotalEmpty), "the same fall, of the empty model's total"],
      ["share of total variance", share(dropShare.ofTotalAdjusted), "the same fall, of the adjusted model's total"],
      ["treated groups", share(treatedShare.groups), "shares of variance depend on it"],
      ["treated pupils", share(treatedShare.pupils), ""],
    ],
  };
}

import { type FormattedCell, fixed, percent, type Table, text } from "../display/table";
import { requireKnownOptions } from "../errors/options";
import { requireSameData, requireSameRandomPart } from "../multilevel/comparable";
import { groupSummaryOf } from "../multilevel/empty-model";
import type { FixedEffect, MixedModel } from "../multilevel/types";
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

/** A fall in a variance as a share of that variance, and of the total variances of two models. */
export interface DropShare {
  readonly ofGroupVariance: number;
  readonly ofTotalEmpty: number;
  readonly ofTotalAdjusted: number;
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
  readonly treatedShare: {
    readonly pupils: number;
    readonly groups: number;
    /** The groups counted: of nested ones the largest within which the treatment is constant. */
    readonly of: string;
  };
  /** Fall in the group variance from the adjusted model to that with the treatment; negative where it rises. */
  readonly groupVarianceDrop: number;
  /** The drop as a share of the adjusted model's group variance, and of the total variances of two models. */
  readonly dropShare: DropShare;
  /** The drop in the variance of every level of nested groups, the innermost first; otherwise the one there is. */
  readonly levels: readonly ({ readonly group: string; readonly drop: number } & DropShare)[];
  /** β²p(1 − p), exactly the variance of the treatment's part over pupils (p their treated share). */
  readonly effectVariance: number;
  /** β²p(1 − p) with the treated share of groups: what the drop estimates where M3 adds only a dummy. */
  readonly expectedDrop: number;
}

/**
 * The size of a group-level treatment's effect, as a coefficient and as shares of variance. Effect sizes for reports, with
 * standard errors that know of the groups: {@link hedgesG}.
 *
 * Nested groups: totals are over all levels, and `levels` has each level's share, so that a treatment of alliances shows where
 * its variance was. Random slopes: the group variance is the mean of z'Σz over rows, and the empty model may have a random
 * intercept alone.
 *
 * @param models - `empty` (M0), `adjusted` (M2) and `treated` (M3), fitted to the same rows.
 * @param options - `treatment`: the term of a 0/1 column that is constant within groups.
 * @throws `summary-mismatch` where the models are of different rows or groups; `unknown-column`; `not-binary` where the column
 *   is not 0/1 or varies within groups; `invalid-argument` where the adjusted model has another random part than that with the
 *   treatment, or one without an intercept.
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
  requireKnownOptions(options, ["treatment"], "effectSizes");
  const { empty, adjusted, treated } = models;
  requireSameData(treated, empty);
  requireSameData(treated, adjusted);
  requireSameRandomPart(adjusted, treated);
  const effect = treatmentEffect(treated, options.treatment);
  const share = treatedShares(treated, options.treatment);
  const total = (model: MixedModel): number => model.variances.group + model.variances.residual;
  const dropOf = (before: number, after: number): DropShare & { drop: number } => ({
    drop: before - after,
    ofGroupVariance: (before - after) / before,
    ofTotalEmpty: (before - after) / total(empty),
    ofTotalAdjusted: (before - after) / total(adjusted),
  });
  const { drop, ...dropShare } = dropOf(adjusted.variances.group, treated.variances.group);
  const beta = effect.estimate;
  return {
    kind: "effect-sizes",
    treatment: options.treatment,
    effect,
    delta: beta / Math.sqrt(treated.variances.residual),
    standardised: beta / Math.sqrt(total(empty)),
    treatedShare: share,
    groupVarianceDrop: drop,
    dropShare,
    levels: groupVariances(adjusted).map(({ group, variance }, k) => ({
      group,
      ...dropOf(variance, groupVariances(treated)[k].variance),
    })),
    effectVariance: beta ** 2 * share.pupils * (1 - share.pupils),
    expectedDrop: beta ** 2 * share.groups * (1 - share.groups),
  };
}

/** The variance of every level of nested groups; with slopes the mean over rows. */
function groupVariances({ structure, randomTerms, variances }: MixedModel): { group: string; variance: number }[] {
  if (structure === "slopes") return [{ group: randomTerms[0].group, variance: variances.group }];
  return randomTerms.map(({ group, covariance }) => ({ group, variance: covariance[0][0] }));
}

function treatedShares(model: MixedModel, term: string): EffectSizes["treatedShare"] {
  const summary = groupSummaryOf(model, "Effect sizes");
  const { sizes, groupWeights } = summary;
  const inner = treatedGroups(summary, term, "shares of variance need");
  const { of, treated } = assignedGroups(model, inner);
  const omega = (j: number): number => groupWeights?.[j] ?? 1;
  return {
    pupils: shareOf(inner, (j) => omega(j) * sizes[j]),
    groups: shareOf(treated, of === summary.group ? omega : () => 1),
    of,
  };
}

function shareOf(treated: readonly boolean[], weight: (group: number) => number): number {
  let [sum, all] = [0, 0];
  treated.forEach((isTreated, j) => {
    all += weight(j);
    if (isTreated) sum += weight(j);
  });
  return sum / all;
}

/** The largest groups within which all are treated or none, from the innermost ones. */
function assignedGroups(model: MixedModel, inner: readonly boolean[]): { of: string; treated: readonly boolean[] } {
  if (model.structure !== "nested") return { of: model.summary.group, treated: inner };
  const { nesting } = model.summary;
  let treated = inner;
  for (let k = 0; k + 1 < nesting.length; k++) {
    const outer: boolean[] = [];
    treated.forEach((own, a) => {
      outer[nesting[k].parents[a]] = own;
    });
    if (treated.some((own, a) => own !== outer[nesting[k].parents[a]])) return { of: nesting[k].group, treated };
    treated = outer;
  }
  return { of: nesting[nesting.length - 1].group, treated };
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
      ...(sizes.levels.length > 1
        ? sizes.levels.map((level) => [
            `share of ${level.group} variance`,
            share(level.ofGroupVariance),
            "fall from the adjusted model",
          ])
        : []),
      ["treated groups", share(treatedShare.groups), treatedGroupsNote(sizes)],
      ["treated pupils", share(treatedShare.pupils), ""],
    ],
  };
}

function treatedGroupsNote({ levels, treatedShare }: EffectSizes): string {
  return `${levels.length > 1 ? `of ${treatedShare.of}; ` : ""}shares of variance depend on it`;
}

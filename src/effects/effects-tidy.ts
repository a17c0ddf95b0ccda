import { frame } from "../data/frame";
import type { Frame } from "../data/types";
import type { EValue } from "./e-value";
import type { EffectSizes } from "./effect-sizes";
import type { Effect } from "./estimate-types";
import type { HedgesG } from "./hedges";
import type { MinimumDetectableEffect } from "./minimum-detectable-effect";
import type { RosenbaumBounds } from "./rosenbaum-bounds";
import type { StandardisedCoefficients } from "./standardise";

export function tidyEffect(effect: Effect): Frame {
  return frame([
    {
      term: effect.treatment,
      estimand: effect.estimand,
      estimate: effect.estimate,
      "std.error": effect.standardError,
      statistic: effect.t,
      df: effect.df,
      "p.value": effect.p,
      "conf.low": effect.lower,
      "conf.high": effect.upper,
    },
  ]);
}

export function glanceEffect({ formula, estimand, se, n, df, clusters, level }: Effect): Frame {
  const fewest = clusters === null ? Number.NaN : Math.min(...clusters.map(({ count }) => count));
  return frame([
    { formula, estimand, "se.type": se, nobs: n, "df.residual": df, nclusters: fewest, "conf.level": level },
  ]);
}

/** A row per quantity; only the effect itself has an error. */
export function tidyEffectSizes(sizes: EffectSizes): Frame {
  const { effect, dropShare, treatedShare } = sizes;
  const none = Number.NaN;
  const row = (term: string, estimate: number) => ({
    term,
    estimate,
    "std.error": none,
    "conf.low": none,
    "conf.high": none,
  });
  return frame([
    {
      term: "effect",
      estimate: effect.estimate,
      "std.error": effect.standardError,
      "conf.low": effect.lower,
      "conf.high": effect.upper,
    },
    row("delta", sizes.delta),
    row("standardised", sizes.standardised),
    row("group.variance.drop", sizes.groupVarianceDrop),
    row("drop.of.group.variance", dropShare.ofGroupVariance),
    row("drop.of.total.empty", dropShare.ofTotalEmpty),
    row("drop.of.total.adjusted", dropShare.ofTotalAdjusted),
    ...(sizes.levels.length > 1
      ? sizes.levels.flatMap(({ group, drop, ofGroupVariance }) => [
          row(`${group}.variance.drop`, drop),
          row(`drop.of.${group}.variance`, ofGroupVariance),
        ])
      : []),
    row("treated.share.pupils", treatedShare.pupils),
    row("treated.share.groups", treatedShare.groups),
    row("effect.variance", sizes.effectVariance),
    row("expected.drop", sizes.expectedDrop),
  ]);
}

/** Four rows: by the variances of the model and of the empty model, within groups and in total. */
export function tidyHedges(result: HedgesG): Frame {
  return frame(
    (["conditional", "unconditional"] as const).flatMap((variances) =>
      (["within", "total"] as const).map((sd) => {
        const { estimate, standardError, lower, upper } = result[variances][sd];
        return {
          term: result.treatment,
          variances,
          sd,
          estimate,
          "std.error": standardError,
          "conf.low": lower,
          "conf.high": upper,
        };
      }),
    ),
  );
}

export function tidyStandardised({ coefficients }: StandardisedCoefficients): Frame {
  return frame(
    coefficients.map((c) => ({
      term: c.term,
      level: c.level,
      estimate: c.estimate,
      "std.error": c.standardError,
      "conf.low": c.lower,
      "conf.high": c.upper,
    })),
    { types: { level: "text" } },
  );
}

export function tidyRosenbaum({ bounds }: RosenbaumBounds): Frame {
  return frame(
    bounds.map(({ gamma, lower, upper, estimate }) => ({
      gamma,
      "p.value.low": lower,
      "p.value.high": upper,
      "estimate.low": estimate.lower,
      "estimate.high": estimate.upper,
    })),
  );
}

export function glanceRosenbaum(result: RosenbaumBounds): Frame {
  const { alternative, alpha, pairs, zeroDifferences, statistic, criticalGamma } = result;
  return frame([
    { statistic, pairs, "zero.differences": zeroDifferences, alternative, alpha, "critical.gamma": criticalGamma },
  ]);
}

/** The estimate and the nearer limit, as risk ratios and E-values. */
export function tidyEValue({ riskRatio, estimate, interval }: EValue): Frame {
  return frame([
    { term: "estimate", "risk.ratio": riskRatio.estimate, "e.value": estimate },
    {
      term: "nearer.limit",
      "risk.ratio": riskRatio.estimate >= 1 ? riskRatio.lower : riskRatio.upper,
      "e.value": interval,
    },
  ]);
}

export function glanceMinimumDetectable({
  effect,
  standardError,
  multiplier,
  df,
  design,
}: MinimumDetectableEffect): Frame {
  return frame([
    {
      estimate: effect,
      "std.error": standardError,
      multiplier,
      "df.residual": df,
      "treated.schools": design.treatedSchools,
      "control.schools": design.controlSchools,
      "pupils.per.school": design.pupilsPerSchool,
      icc: design.icc,
      power: design.power,
      alpha: design.alpha,
    },
  ]);
}

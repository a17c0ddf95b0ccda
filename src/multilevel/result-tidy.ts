import { frame, frameOfColumns } from "../data/frame";
import type { Frame } from "../data/types";
import type { Bootstrap } from "./bootstrap";
import type { ModelComparison } from "./compare";
import type { ComparisonIntervals, GroupComparison } from "./compare-groups";
import type { ConfidenceInterval } from "./confint";
import type { DesignEffect } from "./design-effect";
import type { FTest } from "./f-test";
import type { Influence } from "./influence";
import type { Predictions } from "./predict";
import type { RSquared } from "./r-squared";
import type { GroupRanks } from "./ranks";
import { bootstrapRows, reductionRows } from "./result-tables";
import type { LevelRSquared, VariancePart, VarianceReduction } from "./variance-explained";
import type { GroupVarianceTest } from "./variance-test";

export function tidyIntervals(intervals: readonly ConfidenceInterval[]): Frame {
  return frame(
    intervals.map(({ name, estimate, lower, upper }) => ({
      term: name,
      estimate,
      "conf.low": lower,
      "conf.high": upper,
    })),
  );
}

export function tidyVarianceParts(parts: readonly VariancePart[]): Frame {
  return frame(parts.map(({ level, variance, sd, share }) => ({ group: level, variance, sd, share })));
}

export function tidyFTest({ terms, f, numeratorDf, denominatorDf, p, method }: FTest): Frame {
  return frame([
    {
      term: terms.join(", "),
      statistic: f,
      "num.df": numeratorDf,
      "den.df": denominatorDf,
      "p.value": p,
      method,
    },
  ]);
}

/** A row per model, the test on the larger one's, as broom has it of `anova`. */
export function tidyComparison({ smaller, larger, aic, bic, chiSquared, df, p }: ModelComparison): Frame {
  const none = Number.NaN;
  return frame([
    { term: smaller, AIC: aic.smaller, BIC: bic.smaller, statistic: none, df: none, "p.value": none },
    { term: larger, AIC: aic.larger, BIC: bic.larger, statistic: chiSquared, df, "p.value": p },
  ]);
}

export function tidyGroupVarianceTest({ group, column, chiSquared, p }: GroupVarianceTest): Frame {
  return frame([{ group, term: column, statistic: chiSquared, "p.value": p }]);
}

export function tidyRanks({ group, ranks }: GroupRanks): Frame {
  return frame(
    ranks.map((r) => ({
      group,
      level: r.level,
      estimate: r.estimate,
      rank: r.rank,
      "expected.rank": r.expectedRank,
      "rank.low": r.lower,
      "rank.high": r.upper,
      "probability.best": r.probabilityBest,
      "probability.top.quarter": r.probabilityTopQuarter,
    })),
  );
}

export function tidyComparisonIntervals({ group, intervals }: ComparisonIntervals): Frame {
  return frame(
    intervals.map((i) => ({
      group,
      level: i.level,
      estimate: i.estimate,
      "std.error": i.comparativeSe,
      "conf.low": i.lower,
      "conf.high": i.upper,
    })),
  );
}

export function tidyGroupComparison(comparison: GroupComparison): Frame {
  const { group, first, second, difference, standardError, z, p, lower, upper } = comparison;
  return frame([
    {
      group,
      contrast: `${first}-${second}`,
      estimate: difference,
      "std.error": standardError,
      statistic: z,
      "p.value": p,
      "conf.low": lower,
      "conf.high": upper,
    },
  ]);
}

/** A row per group left out and term; what belongs to the group alone recurs on each of its rows. */
export function tidyInfluence({ group, terms, groups }: Influence): Frame {
  return frame(
    groups.flatMap((each) =>
      terms.map((term, k) => ({
        group,
        level: each.level,
        term,
        estimate: each.coefficients[k],
        change: each.change[k],
        dfbetas: each.dfbetas[k],
        cooksd: each.cooksDistance,
        "cov.ratio": each.covarianceRatio,
        "group.variance": each.variances.group,
        "residual.variance": each.variances.residual,
      })),
    ),
  );
}

export function tidyPredictions({ values, standardErrors, lower, upper }: Predictions): Frame {
  return frameOfColumns([
    [".fitted", values],
    [".se.fit", standardErrors],
    ...(lower && upper ? [[".lower", lower] as const, [".upper", upper] as const] : []),
  ]);
}

export function tidyBootstrap(result: Bootstrap): Frame {
  return frame(
    bootstrapRows(result).map(({ name, mean, sd, lower, upper }) => ({
      term: name,
      mean,
      "std.error": sd,
      "conf.low": lower,
      "conf.high": upper,
    })),
  );
}

export function tidyVarianceReduction(result: VarianceReduction): Frame {
  return frame(
    reductionRows(result).map((row) => ({
      group: row.name,
      smaller: row.smaller,
      larger: row.larger,
      reduction: row.reduction,
      share: row.share,
      "share.of.total": row.shareOfTotal,
    })),
  );
}

export function tidyLevelRSquared({ pupil, group, levels }: LevelRSquared): Frame {
  return frame([
    { level: "pupil", "r.squared": pupil },
    ...(levels.length > 1
      ? levels.map((level) => ({ level: level.group, "r.squared": level.rSquared }))
      : [{ level: "group", "r.squared": group }]),
  ]);
}

export function glanceRSquared({ marginal, conditional, variances, iccUnadjusted }: RSquared): Frame {
  return frame([
    {
      "r.squared.marginal": marginal,
      "r.squared.conditional": conditional,
      "icc.unadjusted": iccUnadjusted,
      "variance.fixed": variances.fixed,
      "variance.group": variances.group,
      "variance.residual": variances.residual,
    },
  ]);
}

export function glanceDesignEffect({ designEffect, icc, groupSize, nobs, effectiveSampleSize }: DesignEffect): Frame {
  return frame([
    {
      "design.effect": designEffect,
      icc,
      "group.size": groupSize,
      nobs,
      "nobs.effective": effectiveSampleSize,
    },
  ]);
}

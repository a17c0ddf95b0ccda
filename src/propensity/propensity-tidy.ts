import { rowsOfResult, withAdded } from "../data/augmented";
import { frame } from "../data/frame";
import type { DataLike, Frame } from "../data/types";
import { normalQuantile, normalSurvival } from "../distributions/normal";
import type { PropensityModel } from "./types";

/** broom's rows of a glm, with Wald intervals (broom's own, on request, are profile intervals). */
export function tidyPropensity({ terms, coefficients, standardErrors }: PropensityModel): Frame {
  const z95 = normalQuantile(0.975);
  return frame(
    terms.map((term, k) => {
      const z = coefficients[k] / standardErrors[k];
      return {
        term,
        estimate: coefficients[k],
        "std.error": standardErrors[k],
        statistic: z,
        "p.value": 2 * normalSurvival(Math.abs(z)),
        "conf.low": coefficients[k] - z95 * standardErrors[k],
        "conf.high": coefficients[k] + z95 * standardErrors[k],
      };
    }),
  );
}

/** broom's one line of a glm; likelihoods are `NaN` with weights, as the model's AIC is. */
export function glancePropensity(model: PropensityModel): Frame {
  const { nobs, deviance, nullDeviance, aic, bound } = model;
  const p = model.terms.length;
  const logLik = p - aic / 2;
  return frame([
    {
      "null.deviance": nullDeviance,
      "df.null": nobs - (bound.intercept ? 1 : 0),
      logLik,
      AIC: aic,
      BIC: p * Math.log(nobs) - 2 * logLik,
      deviance,
      "df.residual": nobs - p,
      nobs,
    },
  ]);
}

/** `.pscore`, the probability of being treated; `.fitted`, the same on the scale of the link; `.resid`, deviance residuals. */
export function augmentPropensity(model: PropensityModel, data: DataLike | undefined): Frame {
  const { scores, linearPredictor, treated } = model;
  const residuals = scores.map((score, row) =>
    treated[row] === 1 ? Math.sqrt(-2 * Math.log(score)) : -Math.sqrt(-2 * Math.log1p(-score)),
  );
  return withAdded(rowsOfResult(model, data, scores.length), [
    [".pscore", scores],
    [".fitted", linearPredictor],
    [".resid", residuals],
  ]);
}

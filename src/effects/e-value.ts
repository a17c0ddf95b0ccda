import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { describeValue } from "../errors/words";

/** What the estimate is: a ratio, or a difference in standard deviations of the outcome. */
export type EffectScale = "risk-ratio" | "odds-ratio" | "standardised";

export interface EstimateWithInterval {
  readonly estimate: number;
  readonly lower?: number;
  readonly upper?: number;
}

export interface EValueOptions {
  /** Default `"standardised"`. `"odds-ratio"` is of a common outcome (√OR); give that of a rare one as a risk ratio. */
  readonly scale?: EffectScale;
}

export interface EValue {
  readonly kind: "e-value";
  readonly scale: EffectScale;
  /** The estimate and its interval on the scale of a risk ratio, as far as they were given. */
  readonly riskRatio: { readonly estimate: number; readonly lower: number; readonly upper: number };
  /** How strongly something unmeasured would have to be tied to treatment and to outcome to explain the estimate. */
  readonly estimate: number;
  /** The same for the limit of the interval nearer to no effect; 1 where the interval holds it, `NaN` without an interval. */
  readonly interval: number;
}

/**
 * The E-value: the risk ratio that an unmeasured confounder would need with both treatment and outcome, beyond the measured
 * covariates, to explain an estimate away.
 *
 * E = RR + √(RR(RR − 1)) for RR ≥ 1, of 1/RR below 1. A standardised difference d counts as RR ≈ exp(.91 d), its limits
 * likewise; the odds ratio of a common outcome as √OR.
 *
 * @param effect - a number, or `{ estimate, lower, upper }`.
 * @throws `invalid-argument` for a ratio that is not positive, or limits that do not hold the estimate.
 * @example
 * ```ts
 * import { eValue } from "likewise";
 * eValue({ estimate: 3.9, lower: 1.8, upper: 8.7 }, { scale: "risk-ratio" }).estimate.toFixed(2); // "7.26"
 * eValue(0.45).estimate.toFixed(2); // "2.38"
 * ```
 * @see VanderWeele & Ding (2017), Annals of Internal Medicine 167:268-274; Chinn (2000), Statistics in Medicine 19:3127.
 */
export function eValue(effect: number | EstimateWithInterval, options: EValueOptions = {}): EValue {
  requireKnownOptions(options, ["scale"], "eValue");
  const { scale = "standardised" } = options;
  if (!["risk-ratio", "odds-ratio", "standardised"].includes(scale)) {
    fail("invalid-argument", `There is no scale "${scale}"; choose "risk-ratio", "odds-ratio" or "standardised".`);
  }
  const given = typeof effect === "number" ? { estimate: effect } : effect;
  const { estimate, lower = Number.NaN, upper = Number.NaN } = given;
  if (lower > estimate || upper < estimate) {
    fail("invalid-argument", `The interval from ${lower} to ${upper} does not hold the estimate ${estimate}.`);
  }
  const riskRatio = {
    estimate: toRiskRatio(estimate, scale),
    lower: Number.isNaN(lower) ? lower : toRiskRatio(lower, scale),
    upper: Number.isNaN(upper) ? upper : toRiskRatio(upper, scale),
  };
  return {
    kind: "e-value",
    scale,
    riskRatio,
    estimate: needed(riskRatio.estimate),
    interval: riskRatio.estimate >= 1 ? nearLimit(riskRatio.lower) : nearLimit(1 / riskRatio.upper),
  };
}

function toRiskRatio(value: number, scale: EffectScale): number {
  if (!Number.isFinite(value) || (scale !== "standardised" && value <= 0)) {
    fail(
      "invalid-argument",
      `An E-value needs ${scale === "standardised" ? "a finite difference" : "a ratio above 0"}, not ${describeValue(value)}.`,
    );
  }
  if (scale === "standardised") return Math.exp(0.91 * value);
  return scale === "odds-ratio" ? Math.sqrt(value) : value;
}

function needed(ratio: number): number {
  const above = Math.max(ratio, 1 / ratio);
  return above + Math.sqrt(above * (above - 1));
}

function nearLimit(limit: number): number {
  return limit <= 1 ? 1 : needed(limit);
}

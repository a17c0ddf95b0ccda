import { fixed, percent, pValue, type Table, text, wholeNumber } from "../display/table";
import type { EValue } from "./e-value";
import type { MinimumDetectableEffect } from "./minimum-detectable-effect";
import type { RosenbaumBounds } from "./rosenbaum-bounds";

/** One row per Γ: the range of the p-value and of the estimate. */
export function rosenbaumTable(result: RosenbaumBounds): Table {
  const { bounds, pairs, zeroDifferences, alpha, criticalGamma, alternative } = result;
  const without = zeroDifferences > 0 ? ` (${zeroDifferences} more without a difference)` : "";
  const conclusion =
    criticalGamma === 1
      ? `Even without hidden bias the p-value is not below ${alpha}.`
      : `Something unmeasured would have to change the odds of treatment within a pair by a factor of ${criticalGamma.toFixed(2)} to lift the p-value to ${alpha}.`;
  return {
    kind: "table",
    title: `Rosenbaum bounds, ${pairs} pairs${without}, one-sided (treated ${alternative === "greater" ? "more" : "less"})`,
    columns: [
      { name: "Γ", format: fixed(2) },
      { name: "p, at least", format: pValue },
      { name: "p, at most", format: pValue },
      { name: "estimate from", format: fixed(3) },
      { name: "to", format: fixed(3) },
    ],
    rows: bounds.map(({ gamma, lower, upper, estimate }) => [gamma, lower, upper, estimate.lower, estimate.upper]),
    notes: [conclusion],
  };
}

/** Estimate and nearer limit, as risk ratios and as E-values. */
export function eValueTable({ riskRatio, estimate, interval }: EValue): Table {
  const limit = riskRatio.estimate >= 1 ? riskRatio.lower : riskRatio.upper;
  return {
    kind: "table",
    title: "E-value",
    columns: [
      { name: "", format: text },
      { name: "risk ratio", format: fixed(2) },
      { name: "E-value", format: fixed(2) },
    ],
    rows: [
      ["estimate", riskRatio.estimate, estimate],
      ...(Number.isNaN(interval) ? [] : [["nearer limit", limit, interval]]),
    ],
    notes: [
      `A confounder tied to treatment and to outcome by risk ratios of ${estimate.toFixed(2)} each, beyond the covariates, could explain the estimate; a weaker one could not.`,
    ],
  };
}

/** The effect a design would find, with what it was asked for. */
export function minimumDetectableTable(result: MinimumDetectableEffect): Table {
  const { design, effect, standardError, df } = result;
  const share = (value: number) => ({ value, format: percent(1) });
  const whole = (value: number) => ({ value, format: wholeNumber });
  return {
    kind: "table",
    title: "Minimum detectable effect, in standard deviations of all pupils",
    columns: [
      { name: "", format: text },
      { name: "value", format: fixed(3) },
    ],
    rows: [
      ["minimum detectable effect", effect],
      ["standard error", standardError],
      ["degrees of freedom", whole(df)],
      ["treated schools", whole(design.treatedSchools)],
      ["control schools", whole(design.controlSchools)],
      ["pupils per school", whole(design.pupilsPerSchool)],
      ["intraclass correlation", design.icc],
      ["explained between schools", share(design.rSquaredSchools)],
      ["explained within schools", share(design.rSquaredPupils)],
      ["power", share(design.power)],
      [`level (${design.sides === 2 ? "two" : "one"}-sided)`, design.alpha],
    ],
  };
}

import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { describeValue } from "../errors/words";
import { oneOf } from "../matching/arguments";
import type {
  BalanceEstimand,
  BalanceOptions,
  BalanceThresholds,
  ResolvedBalance,
  SdDenominator,
  ThresholdMeasure,
} from "./types";

const OPTIONS: readonly (keyof BalanceOptions)[] = [
  "covariates",
  "data",
  "style",
  "binary",
  "sdDenominator",
  "interactions",
  "thresholds",
  "improvement",
  "bySubclass",
  "cluster",
];

const DENOMINATORS: readonly SdDenominator[] = ["treated", "control", "pooled", "all", "weighted"];
const MEASURES: readonly ThresholdMeasure[] = ["smd", "varianceRatio", "ecdfMean", "ecdfMax", "pairDistance"];

/** The denominators of MatchIt's `summary` and cobalt's `bal.tab`, which agree. */
const BY_ESTIMAND: Readonly<Record<BalanceEstimand, SdDenominator>> = {
  ATT: "treated",
  ATC: "control",
  ATE: "pooled",
  overlap: "pooled",
  matching: "pooled",
};

export function resolveOptions(options: BalanceOptions, estimand: BalanceEstimand): ResolvedBalance {
  requireKnownOptions(options, OPTIONS, "assessBalance");
  const style = oneOf("style", options.style, ["matchit", "cobalt"], "matchit");
  return {
    style,
    binary: oneOf("binary", options.binary, ["standardised", "raw"], style === "cobalt" ? "raw" : "standardised"),
    sdDenominator: oneOf("sdDenominator", options.sdDenominator, DENOMINATORS, BY_ESTIMAND[estimand]),
    interactions: trueOrFalse("interactions", options.interactions),
    thresholds: readThresholds(options.thresholds),
    improvement: trueOrFalse("improvement", options.improvement),
  };
}

export function trueOrFalse(name: keyof BalanceOptions, value: boolean | undefined): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  return fail("invalid-argument", `The option "${name}" must be true or false, not ${describeValue(value)}.`, {
    option: name,
  });
}

function readThresholds(given: BalanceThresholds = { smd: 0.1 }): BalanceThresholds {
  if (typeof given !== "object" || given === null) {
    fail(
      "invalid-argument",
      'The option "thresholds" takes limits by measure, such as { smd: 0.1, varianceRatio: 2 }.',
    );
  }
  requireKnownOptions(given, MEASURES, 'The option "thresholds"');
  for (const measure of MEASURES) {
    const limit = given[measure];
    const least = measure === "varianceRatio" ? 1 : 0;
    if (limit === undefined || (typeof limit === "number" && limit >= least)) continue;
    fail(
      "invalid-argument",
      `The threshold for ${measure} must be a number from ${least}, not ${describeValue(limit)}.`,
      { option: "thresholds", measure },
    );
  }
  const set = MEASURES.filter((measure) => given[measure] !== undefined);
  return Object.fromEntries(set.map((measure) => [measure, given[measure]]));
}

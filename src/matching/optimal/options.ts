import { fail } from "../../errors/error";
import { requireKnownOptions } from "../../errors/options";
import { focalEstimand, nameList, oneOf, wholeNumber } from "../arguments";
import { isCovariateDistance, resolveDistance } from "../options";
import type { Units } from "../subject";
import type { FullOptions, OptimalCovariateOptions, OptimalScoreOptions } from "../types/options";
import type { ResolvedFull, ResolvedOptimalCovariates, ResolvedOptimalScore } from "../types/resolved";
import type { Calipers } from "../types/subject";

const SHARED = [
  "method",
  "minControls",
  "maxControls",
  "distance",
  "caliper",
  "caliperUnits",
  "exact",
  "estimand",
  "discard",
];

/** Checks the options of optimal pair matching on the score and fills in what was left open. */
export function resolveOptimal(options: OptimalScoreOptions): ResolvedOptimalScore {
  for (const name of ["covariates", "scale", "antiexact"] as const) {
    if (options[name] !== undefined) {
      fail(
        "invalid-argument",
        `Optimal matching on the score takes no "${name}"; it goes with a distance on covariates, such as distance: "mahalanobis".`,
        { option: name },
      );
    }
  }
  requireKnownOptions(options, [...SHARED, "ratio", "covariates", "scale", "antiexact"], "Optimal matching");
  requirePlainCaliper(options.caliper);
  const { ratio, minControls, maxControls } = options;
  const estimand = focalEstimand(options.estimand);
  if (maxControls === undefined) {
    if (minControls !== undefined) {
      fail("invalid-argument", "minControls goes with maxControls: together they make a variable ratio. Give both.");
    }
    return {
      ...shared(options),
      method: "optimal",
      estimand,
      ratio: wholeNumber("ratio", ratio, 1, 1),
      minControls: null,
      maxControls: null,
    };
  }
  if (options.caliper !== undefined) {
    fail(
      "invalid-argument",
      "A variable ratio (maxControls) cannot be matched optimally within a caliper; leave one of them out.",
    );
  }
  const least = wholeNumber("minControls", minControls, 1, 1);
  const most = wholeNumber("maxControls", maxControls, 2, 2);
  const mean = ratio ?? 1;
  if (!(mean >= least && mean <= most)) {
    fail(
      "invalid-argument",
      `A variable ratio needs minControls \u2264 ratio \u2264 maxControls; they are ${least}, ${mean} and ${most}.`,
    );
  }
  return { ...shared(options), method: "optimal", estimand, ratio: mean, minControls: least, maxControls: most };
}

const ON_COVARIATES = [
  "method",
  "distance",
  "covariates",
  "scale",
  "ratio",
  "caliper",
  "caliperUnits",
  "exact",
  "antiexact",
  "estimand",
  "discard",
];

/** The same on covariates, or on distances that are given. */
export function resolveOptimalCovariates(options: OptimalCovariateOptions, units: Units): ResolvedOptimalCovariates {
  if ("minControls" in options || "maxControls" in options) {
    fail(
      "invalid-argument",
      "A variable ratio (minControls, maxControls) is matched optimally on the score only; give one ratio, or leave out the distance.",
    );
  }
  requireKnownOptions(options, ON_COVARIATES, "Optimal matching on covariates");
  oneOf("scale", options.scale, ["probability", "linear"], "probability");
  requireNoNegative(options.caliper);
  const discard = oneOf("discard", options.discard, ["none", "both", "treated", "control"], "none");
  if (discard !== "none" && units.score === null) {
    fail("invalid-argument", `discard: "${discard}" compares scores, and the subject has none. Give it a "score".`, {
      option: "discard",
    });
  }
  return {
    method: "optimal",
    ...resolveDistance(options, units),
    ratio: wholeNumber("ratio", options.ratio, 1, 1),
    minControls: null,
    maxControls: null,
    exact: nameList("exact", options.exact),
    antiexact: nameList("antiexact", options.antiexact),
    estimand: focalEstimand(options.estimand),
    discard,
  };
}

function requireNoNegative(caliper: Calipers | undefined): void {
  const given =
    typeof caliper === "object" && caliper !== null ? Object.entries(caliper) : [["score", caliper] as const];
  for (const [name, value] of given) {
    const width = typeof value === "object" && value !== null ? value.width : value;
    if (typeof width !== "number" || width >= 0) continue;
    fail(
      "invalid-argument",
      `The caliper on "${name}" is ${width}; optimal matching takes calipers from 0. For negative ones use method: "nearest".`,
      { caliper: name },
    );
  }
}

/** Checks the options of full matching and fills in what was left open. */
export function resolveFull(options: FullOptions): ResolvedFull {
  if (isCovariateDistance(options.distance)) {
    fail(
      "invalid-argument",
      'Full matching is on the score: distance must be "score" or "linear". ' +
        'For a distance on covariates or one of your own use method: "optimal" or "nearest".',
      { option: "distance" },
    );
  }
  requireKnownOptions(options, [...SHARED, "omit"], "Full matching");
  requirePlainCaliper(options.caliper);
  const { minControls = 0, maxControls = Number.POSITIVE_INFINITY } = options;
  const isLimit = (limit: number): boolean =>
    limit >= 0 && (limit >= 1 ? Number.isInteger(limit) || limit === Infinity : true);
  if (!isLimit(minControls) || !isLimit(maxControls) || maxControls === 0 || minControls > maxControls) {
    fail(
      "invalid-argument",
      `Full matching needs 0 \u2264 minControls \u2264 maxControls, whole from 1 on (0.5 is two focal units per control); they are ${minControls} and ${maxControls}.`,
    );
  }
  const estimand = oneOf("estimand", options.estimand, ["ATT", "ATC", "ATE"], "ATT");
  return { ...shared(options), method: "full", estimand, minControls, maxControls, omit: resolveOmit(options) };
}

function resolveOmit({ omit }: FullOptions): ResolvedFull["omit"] {
  if (typeof omit !== "number")
    return oneOf<"none" | "fewest" | "recover">("omit", omit, ["none", "fewest", "recover"], "none");
  if (omit >= 0 && omit < 1) return omit;
  return fail("invalid-argument", `The option "omit" must be a share from 0 to below 1, or a word, not ${omit}.`, {
    option: "omit",
  });
}

function shared(options: OptimalScoreOptions | FullOptions): Pick<ResolvedFull, "distance" | "exact" | "discard"> {
  return {
    distance: oneOf("distance", options.distance, ["score", "linear"], "score"),
    exact: nameList("exact", options.exact),
    discard: oneOf("discard", options.discard, ["none", "both", "treated", "control"], "none"),
  };
}

function requirePlainCaliper(caliper: number | undefined): void {
  if (caliper === undefined || (typeof caliper === "number" && caliper >= 0)) return;
  fail(
    "invalid-argument",
    'Optimal and full matching take a caliper on the score only, a number from 0. For calipers on columns, or negative ones, use method: "nearest".',
    { option: "caliper" },
  );
}

import { fail } from "../../errors/error";
import { nameList, oneOf, requireKnownOptions, wholeNumber } from "../arguments";
import type { FullOptions, OptimalOptions } from "../types/options";
import type { ResolvedFull, ResolvedOptimal } from "../types/resolved";

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

/** Checks the options of optimal pair matching and fills in what was left open. */
export function resolveOptimal(options: OptimalOptions): ResolvedOptimal {
  requireKnownOptions(options, [...SHARED, "ratio"], "Optimal matching");
  requirePlainCaliper(options.caliper);
  const { ratio, minControls, maxControls } = options;
  const estimand = oneOf("estimand", options.estimand, ["ATT", "ATC"], "ATT");
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

/** Checks the options of full matching and fills in what was left open. */
export function resolveFull(options: FullOptions): ResolvedFull {
  requireKnownOptions(options, SHARED, "Full matching");
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
  return { ...shared(options), method: "full", estimand, minControls, maxControls };
}

function shared(options: OptimalOptions | FullOptions): Pick<ResolvedFull, "distance" | "exact" | "discard"> {
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

import { fail } from "../../errors/error";
import { requireKnownOptions } from "../../errors/options";
import { nameList, oneOf, wholeNumber } from "../arguments";
import type { Units } from "../subject";
import type { CemOptions, ExactOptions, SubclassOptions } from "../types/options";
import type { ResolvedExact, ResolvedSubclass } from "../types/resolved";
import type { MatchEstimand } from "../types/subject";

const ESTIMANDS: readonly MatchEstimand[] = ["ATT", "ATC", "ATE"];

/** Checks the options of exact matching; the covariates are the subject's where none are named. */
export function resolveExact(options: ExactOptions, units: Units): ResolvedExact {
  requireKnownOptions(options, ["method", "covariates", "estimand"], "Exact matching");
  const estimand = oneOf("estimand", options.estimand, ESTIMANDS, "ATT");
  return { method: "exact", covariates: cellCovariates(options, units), estimand };
}

/** The same for coarsened exact matching, but for how it coarsens. */
export function resolveCells(
  options: CemOptions,
  units: Units,
): { readonly covariates: readonly string[]; readonly k2k: boolean; readonly estimand: MatchEstimand } {
  requireKnownOptions(
    options,
    ["method", "covariates", "cutPoints", "grouping", "k2k", "estimand"],
    "Coarsened exact matching",
  );
  const { k2k = false } = options;
  if (typeof k2k !== "boolean") {
    fail("invalid-argument", `The option "k2k" must be true or false, not ${JSON.stringify(k2k)}.`, { option: "k2k" });
  }
  const estimand = oneOf<MatchEstimand>("estimand", options.estimand, ESTIMANDS, "ATT");
  if (k2k && estimand === "ATE") {
    fail(
      "invalid-argument",
      'k2k pairs units around one group and cannot estimate the ATE. Choose estimand "ATT" or "ATC", or leave out k2k.',
      { option: "estimand" },
    );
  }
  return { covariates: cellCovariates(options, units), k2k, estimand };
}

function cellCovariates({ covariates }: ExactOptions | CemOptions, units: Units): readonly string[] {
  const names = covariates === undefined ? units.covariates : nameList("covariates", covariates);
  if (names.length > 0) return names;
  return fail(
    "invalid-argument",
    'There is nothing to be equal on: name columns of the data, such as covariates: ["age", "sex"].',
    { option: "covariates" },
  );
}

/** Checks the options of subclassification. */
export function resolveSubclass(options: SubclassOptions): ResolvedSubclass {
  requireKnownOptions(
    options,
    ["method", "subclasses", "minPerSubclass", "distance", "estimand", "discard"],
    "Subclassification",
  );
  return {
    method: "subclass",
    subclasses: wholeNumber("subclasses", options.subclasses, 2, 6),
    minPerSubclass: wholeNumber("minPerSubclass", options.minPerSubclass, 0, 1),
    distance: oneOf("distance", options.distance, ["score", "linear"], "score"),
    estimand: oneOf("estimand", options.estimand, ESTIMANDS, "ATT"),
    discard: oneOf("discard", options.discard, ["none", "both", "treated", "control"], "none"),
  };
}

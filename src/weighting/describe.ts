import { listSome, shortNumber } from "../errors/words";
import type { ArmValues, ResolvedEntropy, ResolvedTrim, WeightEstimand, Weights } from "./types";
import { armWords } from "./words";

const FOR_WHOM: Readonly<Record<WeightEstimand, string>> = {
  ATE: "ATE, for all units",
  ATT: "ATT, for the treated",
  ATC: "ATC, for the controls",
  overlap: "overlap (ATO), for units that could well have been in either group",
  matching: "matching weights (ATM), for units that 1:1 matching would keep",
};

/**
 * Weights in a few lines (method, trimming, units, what they are worth, estimand, covariates), then a line for each
 * diagnostic: what to worry about.
 *
 * @example
 * ```ts
 * import { describeWeights, fitPropensity, weigh } from "likewise";
 * const schools = { treated: [1, 1, 1, 0, 1, 0, 0, 0], urban: [1, 1, 1, 1, 0, 0, 0, 0] };
 * const weights = weigh(fitPropensity("treated ~ urban", schools), { estimand: "overlap" });
 * describeWeights(weights)[0]; // "Method: overlap weights from a propensity score (logit)"
 * ```
 */
export function describeWeights(weights: Weights): string[] {
  const { counts, largestShare, covariates, diagnostics, options } = weights;
  const total = counts.all.treated + counts.all.control;
  const shares = `${shortNumber(100 * largestShare.treated)} % of the treated, ${shortNumber(100 * largestShare.control)} % of the controls`;
  return [
    `Method: ${methodWords(weights)}`,
    options.method === "entropy" ? solutionWords(weights, options) : `Trimming: ${trimWords(options.trim)}`,
    `Units: ${total.toLocaleString("en-GB")} (${armWords(counts.all)})${weightedWords(weights)}`,
    `Worth: ${effectiveWords(counts.effective)} effective; the largest weight is ${shares}`,
    `Estimand: ${estimandWords(weights)}`,
    `Covariates: ${listSome(covariates, 12)}`,
    ...diagnostics.map(({ message }) => message),
  ];
}

function methodWords({ estimand, options }: Weights): string {
  if (options.method === "entropy") {
    const moments = ["means", "means and squares", "means, squares and cubes"][options.moments - 1];
    return `entropy balancing of ${moments}${options.hasBaseWeights ? " from base weights" : ""}`;
  }
  const kind =
    estimand === "overlap" || estimand === "matching"
      ? `${estimand} weights`
      : `${options.stabilise ? "stabilised " : ""}inverse probability weights`;
  return `${kind} from a propensity score (${options.link})`;
}

function trimWords(trim: ResolvedTrim): string {
  if (trim.type === "none") return "none";
  if (trim.type === "truncate") {
    return `weights truncated at the ${trim.quantile} quantile, ${shortNumber(trim.limit)}`;
  }
  const [low, high] = trim.bounds.map(shortNumber);
  return `scores from ${low} to ${high} kept${trim.rule === "crump" ? " (Crump's rule)" : ""}`;
}

function solutionWords({ solutions }: Weights, { tolerance }: ResolvedEntropy): string {
  const parts = solutions.map(
    ({ arm, terms, iterations, imbalance }) =>
      `${arm === "control" ? "controls" : "treated"} on ${terms.length} constraints in ${iterations} iterations, means within ${imbalance.toExponential(0)} sd`,
  );
  return `Balanced: ${parts.join("; ")} (tolerance ${tolerance})`;
}

function weightedWords({ counts }: Weights): string {
  const same = counts.weighted.treated === counts.all.treated && counts.weighted.control === counts.all.control;
  return same ? "" : `; ${armWords(counts.weighted)} with a weight`;
}

function effectiveWords({ treated, control }: ArmValues): string {
  return `${treated.toFixed(1)} treated and ${control.toFixed(1)} control`;
}

function estimandWords({ estimand, counts }: Weights): string {
  const lost = counts.trimmed.treated + counts.trimmed.control > 0;
  return `${FOR_WHOM[estimand]}${lost ? ", among those within the bounds only" : ""}`;
}

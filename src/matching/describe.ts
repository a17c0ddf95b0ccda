import { count, listSome, shortNumber } from "../errors/words";
import { covariateWords, methodWords } from "./method-words";
import { countSets } from "./sets/sets";
import type { ByArm, MatchResult, ResolvedCaliper, SampleSizes } from "./types/result";
import type { Discard } from "./types/subject";

/**
 * A match in six lines (method, distance and calipers, units, matched and lost, estimand, covariates), then a line for
 * each diagnostic: what to worry about.
 *
 * @example
 * ```ts
 * import { describeMatch, match } from "likewise";
 * const result = match({ treated: [1, 0, 0], score: [0.7, 0.6, 0.1] }, { method: "nearest" });
 * describeMatch(result)[0]; // "Method: 1:1 nearest neighbour without replacement, largest score first"
 * ```
 */
export function describeMatch(result: MatchResult): string[] {
  const { counts, estimand, covariates, diagnostics } = result;
  return [
    `Method: ${methodWords(result)}`,
    `Distance: ${distanceWords(result)}`,
    `Units: ${counts.all.treated + counts.all.control} (${counts.all.treated} treated, ${counts.all.control} control)`,
    `Matched: ${matchedWords(result)}; ${lostWords(result)}`,
    `Estimand: ${estimand}, for ${wholeWords(result)}`,
    `Covariates: ${covariates.length > 0 ? listSome(covariates, 12) : `not known (${givenWords(result)})`}`,
    ...diagnostics.map(({ message }) => message),
  ];
}

/** `185 treated with 173 control (worth 52.1) in 6 sets`. */
function matchedWords({ counts, estimand, subclass, matches }: MatchResult): string {
  const focal = estimand === "ATC" ? "control" : "treated";
  const other = estimand === "ATC" ? "treated" : "control";
  const ofFocal = estimand === "ATE" ? effectiveWords(counts, focal) : "";
  const sets = matches === null && subclass !== null ? ` in ${count(countSets(subclass), "set")}` : "";
  return `${counts.matched[focal]} ${focal}${ofFocal} with ${counts.matched[other]} ${other}${effectiveWords(counts, other)}${sets}`;
}

function givenWords({ options }: MatchResult): string {
  return (options.method === "nearest" || options.method === "optimal") && "covariates" in options
    ? "the distances were given"
    : "the score was given";
}

/** Whether the estimand is still that of everyone. */
function wholeWords({ counts, estimand }: MatchResult): string {
  const arms: readonly ("treated" | "control")[] =
    estimand === "ATT" ? ["treated"] : estimand === "ATC" ? ["control"] : ["treated", "control"];
  const total = (sizes: ByArm): number => arms.reduce((sum, arm) => sum + sizes[arm], 0);
  const unit = arms.length === 1 ? `${arms[0]} unit` : "unit";
  const all = total(counts.all);
  return total(counts.unmatched) + total(counts.discarded) === 0
    ? `${all === 1 ? "the" : "all"} ${count(all, unit)}`
    : `the ${count(total(counts.matched), `matched ${unit}`)} only`;
}

function distanceWords(result: MatchResult): string {
  const { options } = result;
  switch (options.method) {
    case "exact":
      return "none; units of a cell have equal values";
    case "cem":
      return options.k2k ? "Mahalanobis, within cells of alike values" : "none; units of a cell have alike values";
    case "nearest":
    case "optimal":
      return "covariates" in options
        ? `${covariateWords(options)}; ${limitWords(result, options)}`
        : scoreWords(result, options);
    default:
      return scoreWords(result, options);
  }
}

function scoreWords(result: MatchResult, options: { readonly discard: Discard }): string {
  const { scale, link } = result;
  const score =
    scale === "given"
      ? "a score that was given"
      : `propensity score (${link}), ${scale === "linear" ? "linear predictor" : "probability"}`;
  return `${score}; ${limitWords(result, options)}`;
}

function limitWords(result: MatchResult, { discard }: { readonly discard: Discard }): string {
  const { calipers } = result;
  const words = calipers.length === 0 ? ["no caliper"] : calipers.map((caliper) => caliperWords(caliper, result));
  if (discard !== "none") words.push(`units outside common support discarded (${discard})`);
  return words.join("; ");
}

/** `caliper 0.2 sd = 0.058 (about 0.24 logits where p = 0.58)`. */
function caliperWords({ name, width, widthInSd }: ResolvedCaliper, result: MatchResult): string {
  const onScore = name === "score";
  const unit = onScore && result.scale === "linear" && result.link === "logit" ? " logits" : "";
  // Equal values have no standard deviation to measure by.
  const inSd = Number.isFinite(widthInSd) ? `${shortNumber(Math.abs(widthInSd))} sd = ` : "";
  const words = `${onScore ? "caliper" : `caliper on ${name}`}${width < 0 ? " more than" : ""} ${inSd}${shortNumber(Math.abs(width))}${unit}`;
  if (!onScore || result.scale !== "probability") return words;
  const centre = meanFocalScore(result);
  // A step on the probability is a step of its size over p(1 − p) on the logit, to first order.
  const logits = Math.abs(width) / (centre * (1 - centre));
  return `${words} (about ${shortNumber(logits)} logits where p = ${shortNumber(centre)})`;
}

/** The mean score of the matched units whose effect it is. */
function meanFocalScore({ treated, score, weights, estimand }: MatchResult): number {
  if (score === null) return Number.NaN;
  const arm = estimand === "ATC" ? 0 : 1;
  let sum = 0;
  let matched = 0;
  for (let row = 0; row < treated.length; row++) {
    if (weights[row] === 0 || (treated[row] !== arm && estimand !== "ATE")) continue;
    sum += score[row];
    matched++;
  }
  return sum / matched;
}

function effectiveWords(counts: SampleSizes, arm: "treated" | "control"): string {
  const effective = counts.effective[arm];
  return effective < counts.matched[arm] - 0.005 ? ` (worth ${effective.toFixed(1)})` : "";
}

function lostWords({ counts }: MatchResult): string {
  const arms = (["treated", "control"] as const).map((arm) => {
    const { unmatched, discarded } = counts;
    return `${unmatched[arm]} ${arm} unmatched${discarded[arm] > 0 ? ` and ${discarded[arm]} discarded` : ""}`;
  });
  return `lost: ${arms.join(", ")}`;
}

import { listSome } from "../errors/words";
import type { FocalOrder, MatchResult, ResolvedCaliper, ResolvedNearest } from "./types";
import { shortNumber } from "./words";

const ORDER_WORDS: Readonly<Record<FocalOrder, string>> = {
  largest: "largest score first",
  smallest: "smallest score first",
  closest: "closest pairs first",
  farthest: "farthest pairs first",
  random: "in random order",
  data: "in data order",
};

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
  const focal = estimand === "ATT" ? "treated" : "control";
  const other = estimand === "ATT" ? "control" : "treated";
  const lost = counts.unmatched[focal] + counts.discarded[focal];
  const whole =
    lost === 0 ? `all ${counts.all[focal]} ${focal} units` : `the ${counts.matched[focal]} matched ${focal} units only`;
  return [
    `Method: ${methodWords(result.options)}`,
    `Distance: ${distanceWords(result)}`,
    `Units: ${counts.all.treated + counts.all.control} (${counts.all.treated} treated, ${counts.all.control} control)`,
    `Matched: ${counts.matched[focal]} ${focal} with ${counts.matched[other]} ${other}${effectiveWords(result, other)}; ${lostWords(result)}`,
    `Estimand: ${estimand}, for ${whole}`,
    `Covariates: ${covariates.length > 0 ? listSome(covariates, 12) : "not known (the score was given)"}`,
    ...diagnostics.map(({ message }) => message),
  ];
}

function methodWords(options: ResolvedNearest): string {
  const { ratio, reuseMax, order, exact, antiexact, minControls, maxControls } = options;
  const partners = maxControls === null ? `${ratio}:1` : `${minControls} to ${maxControls}:1 (mean ${ratio})`;
  const reuse =
    reuseMax === 1
      ? "without replacement"
      : reuseMax === Number.POSITIVE_INFINITY
        ? "with replacement"
        : `with replacement, at most ${reuseMax} uses`;
  const parts = [
    `${partners} nearest neighbour ${reuse}`,
    ...(reuseMax === Number.POSITIVE_INFINITY ? [] : [ORDER_WORDS[order]]),
    ...(exact.length > 0 ? [`equal in ${exact.join(", ")}`] : []),
    ...(antiexact.length > 0 ? [`different in ${antiexact.join(", ")}`] : []),
  ];
  return parts.join(", ");
}

function distanceWords(result: MatchResult): string {
  const { scale, link, calipers, options } = result;
  const score =
    scale === "given"
      ? "a score that was given"
      : `propensity score (${link}), ${scale === "linear" ? "linear predictor" : "probability"}`;
  const support = options.discard === "none" ? "" : `; units outside common support discarded (${options.discard})`;
  if (calipers.length === 0) return `${score}; no caliper${support}`;
  return `${score}; ${calipers.map((caliper) => caliperWords(caliper, result)).join("; ")}${support}`;
}

/** `caliper 0.2 sd = 0.058 (about 0.24 logits where p = 0.58)`. */
function caliperWords(caliper: ResolvedCaliper, result: MatchResult): string {
  const name = caliper.name === "score" ? "caliper" : `caliper on ${caliper.name}`;
  const more = caliper.width < 0 ? " more than" : "";
  const words = `${name}${more} ${shortNumber(Math.abs(caliper.widthInSd))} sd = ${shortNumber(Math.abs(caliper.width))}`;
  if (caliper.name !== "score" || result.scale !== "probability") return words;
  const centre = meanFocalScore(result);
  // A step on the probability is a step of its size over p(1 − p) on the logit, to first order.
  const logits = Math.abs(caliper.width) / (centre * (1 - centre));
  return `${words} (about ${shortNumber(logits)} logits where p = ${shortNumber(centre)})`;
}

/** The mean score of the matched focal units. */
function meanFocalScore({ focal, score, weights }: MatchResult): number {
  let sum = 0;
  let matched = 0;
  for (const row of focal) {
    if (weights[row] === 0) continue;
    sum += score[row];
    matched++;
  }
  return sum / matched;
}

function effectiveWords({ counts }: MatchResult, other: "treated" | "control"): string {
  const effective = counts.effective[other];
  return effective < counts.matched[other] - 0.005 ? ` (worth ${effective.toFixed(1)})` : "";
}

function lostWords({ counts }: MatchResult): string {
  const arms = (["treated", "control"] as const).map((arm) => {
    const { unmatched, discarded } = counts;
    return `${unmatched[arm]} ${arm} unmatched${discarded[arm] > 0 ? ` and ${discarded[arm]} discarded` : ""}`;
  });
  return `lost: ${arms.join(", ")}`;
}

import type { ColumnLike } from "../data/types";
import { normalSurvival } from "../distributions/normal";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { count, describeValue } from "../errors/words";

/** Pair differences (treated − control), or the two outcomes of each pair. */
export type MatchedOutcomes = ColumnLike | { readonly treated: ColumnLike; readonly control: ColumnLike };

export interface RosenbaumOptions {
  /** Values of Γ to bound at, each ≥ 1 (default 1, 1.1, … 3). */
  readonly gamma?: readonly number[];
  /** Whether the treated are suspected to have more (default) or less. */
  readonly alternative?: "greater" | "less";
  /** The level whose critical Γ is sought (default 0.05). */
  readonly alpha?: number;
}

export interface RosenbaumBound {
  /** The odds of treatment within a pair may differ by up to this factor through something unmeasured. */
  readonly gamma: number;
  /** The one-sided p-value is at least this … */
  readonly lower: number;
  /** … and at most this. */
  readonly upper: number;
  /** The range of Hodges–Lehmann estimates of a constant effect. */
  readonly estimate: { readonly lower: number; readonly upper: number };
}

export interface RosenbaumBounds {
  readonly kind: "rosenbaum-bounds";
  readonly alternative: "greater" | "less";
  readonly alpha: number;
  /** Pairs with a difference other than 0, which alone count in the p-values. */
  readonly pairs: number;
  readonly zeroDifferences: number;
  /** Sum of the ranks of positive differences. */
  readonly statistic: number;
  readonly bounds: readonly RosenbaumBound[];
  /** The largest Γ at which the upper bound stays below `alpha`; 1 where it does not even without hidden bias. */
  readonly criticalGamma: number;
}

/**
 * Rosenbaum bounds: how strong an unmeasured cause of treatment would have to be before it could explain a matched result.
 *
 * Signed ranks: under Γ each pair's difference is positive with probability between 1/(1+Γ) and Γ/(1+Γ), so that the sum
 * W⁺ of positive ranks q has at most mean p⁺Σq and variance p⁺(1−p⁺)Σq², p⁺ = Γ/(1+Γ). Zero differences are left out, ties
 * share their mean rank, no continuity correction; the normal approximation wants some twenty pairs.
 *
 * @param pairs - differences treated − control, one per pair, or `{ treated, control }`; for schools, residuals of the
 *   model without the treatment.
 * @throws `missing-values`, `non-finite`, `length-mismatch`; `too-few-rows` with fewer than two differing pairs;
 *   `invalid-argument`.
 * @example
 * ```ts
 * import { rosenbaumBounds } from "likewise";
 * const { criticalGamma, bounds } = rosenbaumBounds([3, 1, 4, -1, 5, 9, 2, 6, 5, 3, 5, 8], { gamma: [1, 2, 3] });
 * bounds.length; // 3
 * criticalGamma > 2; // true
 * ```
 * @see Rosenbaum (2002), Observational Studies, 2nd ed., chapter 4.
 */
export function rosenbaumBounds(pairs: MatchedOutcomes, options: RosenbaumOptions = {}): RosenbaumBounds {
  requireKnownOptions(options, ["gamma", "alternative", "alpha"], "rosenbaumBounds");
  const { alternative = "greater", alpha = 0.05 } = options;
  const gammas = options.gamma ?? Array.from({ length: 21 }, (_, i) => (10 + i) / 10);
  requireOptions(gammas, alternative, alpha);
  const sign = alternative === "greater" ? 1 : -1;
  const given = differencesOf(pairs);
  const differences = given.map((value) => sign * value).sort();
  const ranked = signedRanks(differences);
  if (ranked.pairs < 2) {
    fail(
      "too-few-rows",
      `Rosenbaum bounds need at least two pairs whose outcomes differ; there ${ranked.pairs === 1 ? "is" : "are"} ${ranked.pairs} among ${count(given.length, "pair")}.`,
      { pairs: ranked.pairs },
    );
  }
  return {
    kind: "rosenbaum-bounds",
    alternative,
    alpha,
    pairs: ranked.pairs,
    zeroDifferences: given.length - ranked.pairs,
    statistic: ranked.positive,
    bounds: gammas.map((gamma) => {
      const low = shiftAtOdds(differences, gamma, 1);
      const high = shiftAtOdds(differences, 1, gamma);
      return {
        gamma,
        lower: tail(ranked, 1 / gamma),
        upper: tail(ranked, gamma),
        estimate: sign === 1 ? { lower: low, upper: high } : { lower: -high, upper: -low },
      };
    }),
    criticalGamma: criticalGamma(ranked, alpha),
  };
}

function requireOptions(gammas: readonly number[], alternative: string, alpha: number): void {
  const wrong = gammas.findIndex((gamma) => !(gamma >= 1 && gamma < Number.POSITIVE_INFINITY));
  if (wrong >= 0 || gammas.length === 0) {
    const found = gammas.length === 0 ? "an empty list" : `${describeValue(gammas[wrong])} at position ${wrong}`;
    fail("invalid-argument", `gamma takes numbers from 1 (no hidden bias), not ${found}.`, { gamma: gammas[wrong] });
  }
  if (alternative !== "greater" && alternative !== "less") {
    fail("invalid-argument", `There is no alternative "${alternative}"; choose "greater" or "less".`);
  }
  if (!(alpha > 0 && alpha < 0.5)) {
    fail("invalid-argument", `alpha is a level between 0 and 0.5, not ${describeValue(alpha)}.`);
  }
}

function differencesOf(pairs: MatchedOutcomes): Float64Array {
  if (!("treated" in pairs)) return numbersOf(pairs, "pairs");
  const treated = numbersOf(pairs.treated, "treated");
  const control = numbersOf(pairs.control, "control");
  if (treated.length !== control.length) {
    fail(
      "length-mismatch",
      `Each pair needs both outcomes, but there are ${treated.length} of treated and ${control.length} of control units.`,
    );
  }
  return treated.map((value, i) => value - control[i]);
}

function numbersOf(column: ColumnLike, name: string): Float64Array {
  return Float64Array.from({ length: column.length }, (_, i) => {
    const value = column.at(i);
    if (typeof value === "number" && Number.isFinite(value)) return value;
    const missing = value === null || value === undefined || Number.isNaN(value);
    return fail(
      missing ? "missing-values" : "non-finite",
      `Position ${i} of ${name} holds ${describeValue(value)}; bounds need the outcome of every pair. Leave the pair out.`,
      { position: i },
    );
  });
}

interface SignedRanks {
  readonly pairs: number;
  readonly positive: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** Mid-ranks of the absolute differences other than 0. */
function signedRanks(differences: Float64Array): SignedRanks {
  const nonZero = differences.filter((value) => value !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  let positive = 0;
  let sum = 0;
  let sumOfSquares = 0;
  for (let start = 0, end = 0; start < nonZero.length; start = end) {
    while (end < nonZero.length && Math.abs(nonZero[end]) === Math.abs(nonZero[start])) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) if (nonZero[i] > 0) positive += rank;
    sum += rank * (end - start);
    sumOfSquares += rank * rank * (end - start);
  }
  return { pairs: nonZero.length, positive, sum, sumOfSquares };
}

/** P(W⁺ ≥ observed) where each difference is positive with odds γ. */
function tail({ positive, sum, sumOfSquares }: SignedRanks, gamma: number): number {
  const p = gamma / (1 + gamma);
  return normalSurvival((positive - p * sum) / Math.sqrt(p * (1 - p) * sumOfSquares));
}

/** Where the upper bound reaches the level, by bisection in log Γ. */
function criticalGamma(ranked: SignedRanks, alpha: number): number {
  if (tail(ranked, 1) >= alpha) return 1;
  let low = 0;
  let high = 1;
  while (tail(ranked, Math.exp(high)) < alpha && high < 700) {
    low = high;
    high *= 2;
  }
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (tail(ranked, Math.exp(middle)) < alpha) low = middle;
    else high = middle;
  }
  return Math.exp(low);
}

/**
 * The shift τ at which W⁺ of the differences less τ stands to the rest of its maximum n(n+1)/2 as `above` to `below`: W⁺
 * counts the Walsh averages (dᵢ + dⱼ)/2, i ≤ j, above 0, and half of those at 0. The mean of infimum and supremum, as
 * Hodges and Lehmann take it; whole numbers are compared as such, for a quotient would round them.
 */
function shiftAtOdds(sorted: Float64Array, above: number, below: number): number {
  const target = (above * sorted.length * (sorted.length + 1)) / 2;
  const supremum = lastSumWhere(sorted, (count) => count * (above + below) > target);
  const infimum = lastSumWhere(sorted, (count) => count * (above + below) >= target);
  return (supremum + infimum) / 4;
}

/** The largest sum of two differences at which the condition on W⁺ still holds, to the last bit. */
function lastSumWhere(sorted: Float64Array, holds: (count: number) => boolean): number {
  let low = 2 * sorted[0] - 1;
  let high = 2 * sorted[sorted.length - 1] + 1;
  for (let step = 0; step < 1100; step++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (holds(sumsAbove(sorted, middle))) low = middle;
    else high = middle;
  }
  return isSum(sorted, low) ? low : high;
}

function isSum(sorted: Float64Array, sum: number): boolean {
  let other = sorted.length - 1;
  for (const value of sorted) {
    while (other >= 0 && value + sorted[other] > sum) other--;
    if (other >= 0 && value + sorted[other] === sum) return true;
  }
  return false;
}

/** How many sums dᵢ + dⱼ, i ≤ j, lie above a number; those equal to it count half. */
function sumsAbove(sorted: Float64Array, sum: number): number {
  const n = sorted.length;
  let total = 0;
  let above = n;
  let atOrAbove = n;
  for (let i = 0; i < n; i++) {
    while (above > 0 && sorted[i] + sorted[above - 1] > sum) above--;
    while (atOrAbove > 0 && sorted[i] + sorted[atOrAbove - 1] >= sum) atOrAbove--;
    total += n - (Math.max(above, i) + Math.max(atOrAbove, i)) / 2;
  }
  return total;
}

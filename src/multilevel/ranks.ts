import { normalCdf } from "../distributions/normal";
import { requireKnownOptions } from "../errors/options";
import { sortedOrder } from "../linalg/sort";
import { createRng } from "../random/rng";
import { requireLevel, requireWhole } from "./checks";
import { chosenEffects, type EffectChoice } from "./effect-choice";
import { differenceVariance, effectDraws, type JointErrors } from "./joint-errors";
import type { MixedModel } from "./types";

export interface RankOptions extends EffectChoice {
  /** Simulated rankings behind intervals and probabilities; default 2,000. */
  readonly draws?: number;
  /** Of the simulation; default 1, so that the same model gives the same table. */
  readonly seed?: number | string;
  /** Of the intervals; default 0.95. */
  readonly level?: number;
}

/** One group's place among the groups; rank 1 is the highest effect. */
export interface GroupRank {
  readonly level: string;
  /** û_j */
  readonly estimate: number;
  /** The place of û_j among the estimates, as a naive league table has it. */
  readonly rank: number;
  /** The expected place of u_j, from 1 to J. */
  readonly expectedRank: number;
  /** Of the place of u_j: whole numbers. */
  readonly lower: number;
  readonly upper: number;
  /** That u_j is the highest of all. */
  readonly probabilityBest: number;
  /** That u_j is among the ⌈J/4⌉ highest. */
  readonly probabilityTopQuarter: number;
}

/** A league table that shows how little it knows. */
export interface GroupRanks {
  readonly kind: "group-ranks";
  /** The groups, by the name that they have in the model's `randomTerms`. */
  readonly group: string;
  /** The random column whose effects are ranked. */
  readonly column: string;
  /** Whether the effects of the groups around are added. */
  readonly total: boolean;
  readonly draws: number;
  readonly seed: number | string;
  readonly level: number;
  /** In the order of the model's levels. */
  readonly ranks: readonly GroupRank[];
}

/**
 * Ranks of the groups with their uncertainty.
 *
 * Given the data the effects are jointly normal about û with the covariance of û − u, the uncertainty of the fixed effects
 * included. Expected ranks are exact: 1 + Σ_k P(u_k > u_j) = 1 + Σ_k Φ((û_k − û_j)/sd(û_k − u_k − û_j + u_j)). Intervals and
 * probabilities come from simulated rankings; a probability p has a standard error of √(p(1 − p)/draws). The variances are
 * taken as known. Time grows with J² for the first and with J log J × draws for the second.
 *
 * Of nested groups those of one level are ranked (`group`; default the outermost), by their own effects or, with `total`,
 * by the sums with the groups around them: a school's place among all schools. With random slopes the effects are those of
 * one column: the intercept's are at 0 of the others, so centre those where that is far from the data.
 *
 * @returns one entry per group, in the order of the model's levels; rank 1 is the highest effect.
 * @throws `not-identified` where the variance is estimated as 0; `unknown-column` for a column without random effects;
 *   `invalid-argument` for groups that the model does not have, draws below 100 or a level outside (0, 1).
 * @example
 * ```ts
 * import { fitMixed, rankGroups } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * rankGroups(model).ranks.map((school) => school.rank); // [2, 1, 3]
 *
 * const nested = fitMixed("score ~ 1 + (1 | alliance/school)", {
 *   alliance: ["N", "N", "N", "N", "S", "S", "S", "S"],
 *   school: ["a", "a", "b", "b", "a", "a", "b", "b"],
 *   score: [5, 7, 9, 8, 2, 4, 7, 6],
 * });
 * const { group, ranks } = rankGroups(nested, { group: "school", total: true });
 * group; // "school:alliance"
 * ranks.map((school) => school.level); // ["a:N", "a:S", "b:N", "b:S"]
 * ```
 * @see Goldstein & Spiegelhalter (1996), JRSS A 159:385-443; Goldstein (2011), Multilevel Statistical Models, ch. 2.
 */
export function rankGroups(model: MixedModel, options: RankOptions = {}): GroupRanks {
  requireKnownOptions(options, ["group", "column", "total", "draws", "seed", "level"], "rankGroups");
  const { draws = 2000, seed = 1, level = 0.95 } = options;
  requireWhole("draws", draws, 100);
  requireLevel(level);
  const { group, column, total, levels, errors } = chosenEffects(model, options, "Ranks", "rank");
  const { estimate } = errors;
  const groups = estimate.length;
  const expected = expectedRanks(errors);
  const places = simulatedPlaces(errors, draws, seed);
  const naive = Float64Array.from({ length: groups });
  placesOf(estimate, (j, place) => {
    naive[j] = place;
  });
  const quarter = Math.ceil(groups / 4);
  const ranks = levels.map((name, j): GroupRank => {
    const own = places.subarray(j * draws, (j + 1) * draws).sort();
    return {
      level: name,
      estimate: estimate[j],
      rank: naive[j],
      expectedRank: expected[j],
      lower: own[Math.floor(((1 - level) / 2) * (draws - 1))],
      upper: own[Math.ceil(((1 + level) / 2) * (draws - 1))],
      probabilityBest: countUpTo(own, 1) / draws,
      probabilityTopQuarter: countUpTo(own, quarter) / draws,
    };
  });
  return { kind: "group-ranks", group, column, total, draws, seed, level, ranks };
}

/** 1 + Σ_k P(u_k > u_j) */
function expectedRanks(errors: JointErrors): Float64Array {
  const { estimate } = errors;
  const expected = new Float64Array(estimate.length).fill(1);
  for (let j = 0; j < estimate.length; j++) {
    for (let k = 0; k < j; k++) {
      const above = normalCdf((estimate[k] - estimate[j]) / Math.sqrt(differenceVariance(errors, j, k)));
      expected[j] += above;
      expected[k] += 1 - above;
    }
  }
  return expected;
}

/** J × draws places. */
function simulatedPlaces(errors: JointErrors, draws: number, seed: number | string): Uint32Array {
  const effects = new Float64Array(errors.estimate.length);
  const places = new Uint32Array(effects.length * draws);
  const next = effectDraws(errors, createRng(seed), effects);
  for (let draw = 0; draw < draws; draw++) {
    next();
    placesOf(effects, (j, place) => {
      places[j * draws + draw] = place;
    });
  }
  return places;
}

/** Calls back with every group's place, 1 for the highest value. */
function placesOf(values: Float64Array, set: (group: number, place: number) => void): void {
  const order = sortedOrder(values);
  for (let i = 0; i < order.length; i++) set(order[i], order.length - i);
}

function countUpTo(sorted: Uint32Array, place: number): number {
  let count = 0;
  while (count < sorted.length && sorted[count] <= place) count++;
  return count;
}

import { pairDegrees } from "../optimal/degrees";
import { type OptimalUnits, prepareUnits, stratumLine, takePlaces, type UnitLine } from "../optimal/line";
import { type Links, linkDistance, linkInOrder } from "../optimal/links";
import type { OutOfRange } from "../optimal/pairs";
import { placesWhere } from "../optimal/parts";
import { nearestOthers } from "../optimal/windows";
import { cappedLinks, fixedLimitDegrees } from "./caliper";
import { clipLimits, type DegreeLimits, degreeLimits, limitedDegrees, limitsConflict } from "./limits";
import { omittingDegrees } from "./omission";
import { markStars, numberSets, pruneToStars } from "./stars";
import { unlimitedLinks } from "./unlimited";

export interface FullProblem extends OptimalUnits {
  /** Largest distance of a link, from 0; `Infinity`: any. Units with nobody within it are left out. */
  readonly caliper: number;
  /** Fewest and most pool units per focal unit in a set; 1/2 is two focal units per pool unit (defaults 0 and `Infinity`). */
  readonly minControls?: number;
  readonly maxControls?: number;
  /**
   * Pool units that may be left out where there is no caliper: `none` (default); `fewest`: as many as the limits cannot
   * place; `recover`: where the limits cannot place all, those beyond the most in the sets of a match without that limit,
   * which is what optmatch does; a number: this share of them at most, in each stratum.
   */
  readonly omit?: "none" | "fewest" | "recover" | number;
}

export interface FullSets {
  readonly kind: "matched";
  /** Number of each row's set, from 0 in the order of `focal`, −1 = none. */
  readonly set: Int32Array;
  readonly sets: number;
  /** Σ |difference in score| between the centre of each set and its other members. */
  readonly totalDistance: number;
}

/** A stratum whose units cannot all be placed. */
export interface FullInfeasible {
  readonly kind: "infeasible";
  /**
   * The limits ask for more pool units than there are, leave some of them over, or cannot be kept within the caliper; or,
   * as `not-offered`, no exact method is known for these options together.
   */
  readonly reason: "pool-too-small" | "pool-too-large" | "caliper" | "not-offered";
  readonly stratum: number;
  readonly focal: number;
  readonly pool: number;
}

/**
 * Full matching on a score: sets of one focal unit with pool units or one pool unit with focal units, with the least sum
 * of distances. O(n log n) and deterministic.
 *
 * With a caliper and `maxControls` alone the fewest pool units are left out, then the sum is least. With a caliper and a
 * limit on either side of 1 no exact method is offered.
 *
 * @see Rosenbaum (1991), JRSS B 53:597-610; Hansen & Klopfer (2006), JCGS 15:609-627.
 */
export function fullMatching(problem: FullProblem): FullSets | FullInfeasible | OutOfRange {
  const prepared = prepareUnits(problem);
  const set = new Int32Array(problem.score.length).fill(-1);
  let totalDistance = 0;
  for (let stratum = 0; stratum < prepared.start.length - 1; stratum++) {
    const whole = stratumLine(prepared, stratum);
    if (whole === null) continue;
    if (whole === "range") return { kind: "out-of-range", stratum };
    const solved = problem.caliper === UNLIMITED ? solveFree(whole, problem) : solveWithin(whole, problem);
    if ("reason" in solved) {
      return { kind: "infeasible", reason: solved.reason, stratum, focal: whole.focalCount, pool: whole.poolCount };
    }
    const { line, links } = solved;
    const stars = pruneToStars(links, line.row.length);
    markStars(line, stars, set);
    totalDistance += linkDistance(line, stars);
  }
  return { kind: "matched", set, sets: numberSets(set, problem.focal), totalDistance };
}

/** The links of a stratum and the line they are on, before pruning; or why there are none. */
type Solution = { readonly line: UnitLine; readonly links: Links } | { readonly reason: FullInfeasible["reason"] };

const UNLIMITED = Number.POSITIVE_INFINITY;

/** Without a caliper: all units are placed, but for pool units where `omit` says so. */
function solveFree(line: UnitLine, problem: FullProblem): Solution {
  const { minControls = 0, maxControls = UNLIMITED, omit = "none" } = problem;
  const limits = clipLimits(degreeLimits(minControls, maxControls), line);
  const conflict = limitsConflict(limits, line);
  if (conflict === "pool-too-small") return { reason: conflict };
  const omits = typeof omit === "number" || (omit !== "none" && conflict === "pool-too-large");
  if (!omits) return conflict === null ? { line, links: placeAll(line, limits) } : { reason: conflict };
  if (limits.poolLeast > 1) return { reason: "not-offered" };
  if (omit === "fewest") return { line, links: linkInOrder(line, pairDegrees(line, limits.focalMost)) };
  const kept = typeof omit === "number" ? Math.round((1 - omit) * line.poolCount) : recoveredCount(line, limits);
  if (kept > limits.focalMost * line.focalCount) return { reason: "pool-too-large" };
  return { line, links: linkInOrder(line, omittingDegrees(line, limits, kept)) };
}

/** The links of a full match of all units, for limits that allow it. */
function placeAll(line: UnitLine, limits: DegreeLimits): Links {
  if (!isUnlimited(limits, line)) return linkInOrder(line, limitedDegrees(line, limits));
  return unlimitedLinks(line, nearestOthers(line, UNLIMITED), UNLIMITED);
}

/** How many pool units optmatch keeps: those that the limit allows in the sets of a match without it. */
function recoveredCount(line: UnitLine, limits: DegreeLimits): number {
  const n = line.row.length;
  const { focal, pool, size } = pruneToStars(placeAll(line, { ...limits, focalMost: line.poolCount }), n);
  const placed = new Int32Array(n);
  let kept = 0;
  for (let i = 0; i < size; i++) {
    if (placed[pool[i]]++ === 0 && ++placed[focal[i]] <= limits.focalMost) kept++;
  }
  return kept;
}

/** Within a caliper: units with nobody within it are left out first. */
function solveWithin(whole: UnitLine, problem: FullProblem): Solution {
  const { caliper, minControls = 0, maxControls = UNLIMITED, omit = "none" } = problem;
  const { line, nearest } = withPartners(whole, caliper);
  const limits = clipLimits(degreeLimits(minControls, maxControls), line);
  if (typeof omit === "number" || omit === "recover") return { reason: "not-offered" };
  if (isUnlimited(limits, line)) return { line, links: unlimitedLinks(line, nearest, caliper) };
  if (minControls === 0 && maxControls >= 1) {
    return { line, links: cappedLinks(line, nearest, caliper, limits.focalMost) };
  }
  if (minControls < 1 && maxControls > 1) return { reason: "not-offered" };
  const degree = line.focalCount === 0 ? new Int32Array(0) : fixedLimitDegrees(line, limits, caliper);
  return degree === null ? { reason: "caliper" } : { line, links: linkInOrder(line, degree) };
}

/** The units that have somebody of the other group within the caliper, and who is nearest to each. */
function withPartners(whole: UnitLine, caliper: number): { readonly line: UnitLine; readonly nearest: Int32Array } {
  const nearest = nearestOthers(whole, caliper);
  const hasPartner = Uint8Array.from(nearest, (other) => (other >= 0 ? 1 : 0));
  const line = takePlaces(whole, placesWhere(hasPartner, 1));
  // A unit's nearest has a partner too, so nothing nearest is lost.
  return { line, nearest: nearestOthers(line, caliper) };
}

function isUnlimited({ focalLeast, focalMost, poolLeast, poolMost }: DegreeLimits, line: UnitLine): boolean {
  return focalLeast === 1 && poolLeast === 1 && focalMost >= line.poolCount && poolMost >= line.focalCount;
}

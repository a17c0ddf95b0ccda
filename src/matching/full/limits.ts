import { freeDegrees } from "../optimal/degrees";
import type { UnitLine } from "../optimal/line";
import { FOCAL } from "../optimal/parts";
import { slots } from "../optimal/sweep";

/** How many partners a unit of each group may have in a full match. */
export interface DegreeLimits {
  readonly focalLeast: number;
  readonly focalMost: number;
  readonly poolLeast: number;
  readonly poolMost: number;
}

/**
 * The limits on partners that limits on controls per focal unit stand for: 2 is two controls with one focal unit, 1/2 two
 * focal units with one control. Both are taken to the nearest whole number within them.
 *
 * @see Hansen & Klopfer (2006), Journal of Computational and Graphical Statistics 15:609-627.
 */
export function degreeLimits(minControls: number, maxControls: number): DegreeLimits {
  if (minControls >= 1) {
    return { focalLeast: wholeUp(minControls), focalMost: wholeDown(maxControls), poolLeast: 1, poolMost: 1 };
  }
  const poolMost = wholeDown(1 / minControls);
  if (maxControls <= 1) return { focalLeast: 1, focalMost: 1, poolLeast: wholeUp(1 / maxControls), poolMost };
  return { focalLeast: 1, focalMost: wholeDown(maxControls), poolLeast: 1, poolMost };
}

/** 1 / (1/49) is a little less than 49. */
const ROUNDING = 1e-9;

function wholeDown(value: number): number {
  return Math.floor(value * (1 + ROUNDING));
}

function wholeUp(value: number): number {
  return Math.ceil(value * (1 - ROUNDING));
}

/** The limits, none above the size of the other group. */
export function clipLimits(limits: DegreeLimits, { focalCount, poolCount }: UnitLine): DegreeLimits {
  const { focalMost, poolMost } = limits;
  return { ...limits, focalMost: Math.min(focalMost, poolCount), poolMost: Math.min(poolMost, focalCount) };
}

/** Which group cannot be placed: the pool is too small for the focal units, or too large for them; null = feasible. */
export function limitsConflict(
  { focalLeast, focalMost, poolLeast, poolMost }: DegreeLimits,
  { focalCount, poolCount }: UnitLine,
): "pool-too-small" | "pool-too-large" | null {
  if (focalCount * focalLeast > poolCount * poolMost) return "pool-too-small";
  if (poolCount * poolLeast > focalCount * focalMost) return "pool-too-large";
  return null;
}

/** Partners per place in a full match with limits and no caliper, least sum of distances. The limits must be feasible. */
export function limitedDegrees(line: UnitLine, limits: DegreeLimits): Int32Array {
  const { focalLeast, focalMost, poolLeast, poolMost } = limits;
  return freeDegrees(line, FOCAL, slots(focalLeast, focalMost - focalLeast), slots(poolLeast, poolMost - poolLeast));
}

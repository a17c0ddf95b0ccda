import type { Diagnostic } from "../../errors/diagnostic";
import type { Finder } from "../nearest/finder";
import type { NearestCovariateOptions } from "../types/options";
import type { DistanceColumns } from "./columns";
import { checkedDistance, createGivenFinder, readDistanceMatrix } from "./given";
import { covariatePoints } from "./points";
import type { DistanceFunction, PartnerProblem } from "./problem";
import { createPointFinder, squaredDistance } from "./search";

/** Where distances come from. */
export interface DistanceSource {
  readonly finder: Finder;
  /** The distance of two rows, not squared. */
  readonly distance: DistanceFunction;
  readonly diagnostics: readonly Diagnostic[];
}

interface Measured {
  readonly problem: PartnerProblem;
  readonly treated: Uint8Array;
  /** 1 = takes part. */
  readonly kept: Uint8Array;
  /** Null where the distances are given. */
  readonly columns: DistanceColumns | null;
  readonly distance: NearestCovariateOptions["distance"];
  readonly focalArm: 0 | 1;
  /** Partners of a focal unit at most. */
  readonly width: number;
}

/** A finder for distances that are given, or measured on columns. */
export function distanceSource({
  problem,
  treated,
  kept,
  columns,
  distance,
  focalArm,
  width,
}: Measured): DistanceSource {
  if (typeof distance === "string") {
    const covariates = columns ?? { columns: [], names: [], factors: new Set<string>(), complete: kept };
    const { z, diagnostics } = covariatePoints(distance, covariates, treated, kept);
    return {
      finder: createPointFinder(problem, z, width),
      distance: (a, b) => Math.sqrt(squaredDistance(z, a, b)),
      diagnostics,
    };
  }
  const isFocal = treated.map((arm) => (arm === focalArm ? 1 : 0));
  const given =
    typeof distance === "function" ? checkedDistance(distance) : readDistanceMatrix(distance, isFocal, problem);
  return { finder: createGivenFinder(problem, given, width), distance: given, diagnostics: [] };
}

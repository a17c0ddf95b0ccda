import type { Diagnostic } from "../../errors/diagnostic";
import type { Rng } from "../../random/rng";
import type { Finder } from "../nearest/finder";
import type { NearestCovariateOptions } from "../types/options";
import type { DistanceColumns } from "./columns";
import { checkedDistance, createGivenFinder, readDistanceMatrix } from "./given";
import { covariatePoints } from "./points";
import type { DistanceFunction, PartnerProblem } from "./problem";
import { createPointFinder, squaredDistance } from "./search";

/** Where distances come from. */
export interface DistanceSource {
  /**
   * A finder among those who take part in the problem.
   *
   * @param width - partners of a focal unit at most.
   */
  readonly finder: (problem: PartnerProblem, width: number, chance: Rng | null) => Finder;
  /** The distance of two rows, not squared. */
  readonly distance: DistanceFunction;
  /** The points whose Euclidean distance it is, one array of n values per dimension; null where distances are given. */
  readonly points: readonly Float64Array[] | null;
  readonly diagnostics: readonly Diagnostic[];
}

interface Measured {
  readonly treated: Uint8Array;
  /** 1 = takes part. */
  readonly kept: Uint8Array;
  /** Null where the distances are given. */
  readonly columns: DistanceColumns | null;
  readonly distance: NearestCovariateOptions["distance"];
  readonly focalArm: number;
  readonly problem: Pick<PartnerProblem, "focal" | "pool">;
}

/** Distances that are given, or measured on columns. */
export function distanceSource({ treated, kept, columns, distance, focalArm, problem }: Measured): DistanceSource {
  if (typeof distance === "string") {
    const covariates = columns ?? { columns: [], names: [], factors: new Set<string>(), complete: kept, missing: {} };
    const { z, diagnostics } = covariatePoints(distance, covariates, treated, kept);
    return {
      finder: (some, width, chance) => createPointFinder(some, z, width, chance),
      distance: (a, b) => Math.sqrt(squaredDistance(z, a, b)),
      points: z,
      diagnostics,
    };
  }
  const isFocal = treated.map((arm) => (arm === focalArm ? 1 : 0));
  const given =
    typeof distance === "function" ? checkedDistance(distance) : readDistanceMatrix(distance, isFocal, problem);
  return {
    finder: (some, width, chance) => createGivenFinder(some, given, width, chance),
    distance: given,
    points: null,
    diagnostics: [],
  };
}

import type { Diagnostic } from "../../errors/diagnostic";
import { fail } from "../../errors/error";
import type { CaliperSet } from "../calipers";
import { pairConditions } from "../conditions";
import type { DistanceColumns } from "../covariates/columns";
import type { DistanceFunction } from "../covariates/problem";
import { distanceSource } from "../covariates/source";
import { failEmpty, failEmptyDistance } from "../empty";
import { type FocalByScore, tieStream } from "../sequence";
import type { NearestCovariateOptions } from "../types/options";
import type { ResolvedNearestShared } from "../types/resolved";
import { type LineProblem, layLine } from "./line";
import { unitsByScore } from "./problem";
import { walkOutward } from "./replacement";
import { matchInRounds, type Rounds } from "./rounds";
import { createLineFinder } from "./search";
import type { Stage } from "./stages";
import { createTiedFinder } from "./ties";

/** Those who take part in a stage, laid out for the search. */
interface Layout {
  /** Focal units by score, where the search needed them so. */
  readonly ascending: FocalByScore | null;
  readonly choose: (rounds: Rounds) => Int32Array;
}

/** How near units are: all that differs between matching on a score and on covariates. */
export interface Nearness {
  /** @param pool - 1 = may be a partner. */
  readonly layOut: (stage: Stage, pool: Uint8Array) => Layout;
  readonly distance: DistanceFunction;
  /** Units by score where partners are close on it. */
  readonly line: Pick<LineProblem, "order" | "sorted"> | null;
  /** Says why no pair is allowed under the conditions. */
  readonly failEmpty: (everyone: Stage) => never;
  readonly diagnostics: readonly Diagnostic[];
}

export function nearnessOnScore(
  score: Float64Array,
  { focal, pool }: Pick<LineProblem, "focal" | "pool">,
  calipers: CaliperSet,
  options: ResolvedNearestShared,
  width: number,
): Nearness {
  const byScore = unitsByScore(score, focal);
  requireRange(byScore);
  const chance = tieStream(options, "partners");
  const problemOf = (stage: Stage, partners: Uint8Array): LineProblem => ({
    focal,
    pool: partners,
    stratum: stage.stratum,
    strata: stage.strata,
    ...byScore,
    score,
    caliper: calipers.score,
    admissible: pairConditions(stage.differing, calipers.columns),
  });
  return {
    layOut(stage, partners) {
      const problem = problemOf(stage, partners);
      const line = layLine(problem);
      return {
        ascending: line,
        choose(rounds) {
          if (chance !== null) return matchInRounds(createTiedFinder(problem, line, width, chance), rounds);
          return rounds.reuseMax === Number.POSITIVE_INFINITY
            ? walkOutward(problem, line, rounds.wanted, width)
            : matchInRounds(createLineFinder(problem, line), rounds);
        },
      };
    },
    distance: (a, b) => Math.abs(score[a] - score[b]),
    line: byScore,
    failEmpty: (everyone) => failEmpty(problemOf(everyone, pool), calipers, options),
    diagnostics: [],
  };
}

function requireRange({ sorted }: Pick<LineProblem, "sorted">): void {
  if (Number.isFinite(sorted[sorted.length - 1] - sorted[0])) return;
  fail("non-finite", "The scores lie so far apart that their differences overflow. Rescale the score.");
}

interface Measured {
  readonly treated: Uint8Array;
  readonly score: Float64Array | null;
  readonly kept: Uint8Array;
  /** Null where the distances are given. */
  readonly columns: DistanceColumns | null;
  readonly distance: NearestCovariateOptions["distance"];
}

export function nearnessOnCovariates(
  { treated, score, kept, columns, distance }: Measured,
  { focal, pool }: Pick<LineProblem, "focal" | "pool">,
  calipers: CaliperSet,
  options: ResolvedNearestShared,
  width: number,
): Nearness {
  const source = distanceSource({
    treated,
    kept,
    columns,
    distance,
    focalArm: treated[focal[0]],
    problem: { focal, pool },
  });
  const chance = tieStream(options, "partners");
  const ofScore =
    score === null || calipers.score === Number.POSITIVE_INFINITY ? [] : [{ values: score, width: calipers.score }];
  const limits = [...ofScore, ...calipers.columns];
  return {
    layOut({ stratum, strata, differing }, partners) {
      const problem = { focal, pool: partners, stratum, strata, limits, admissible: pairConditions(differing, []) };
      return {
        ascending: null,
        choose: (rounds) => matchInRounds(source.finder(problem, width, chance), rounds),
      };
    },
    distance: source.distance,
    line: null,
    failEmpty: () => failEmptyDistance(calipers, options),
    diagnostics: source.diagnostics,
  };
}

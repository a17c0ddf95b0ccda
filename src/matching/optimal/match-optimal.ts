import { remember } from "../../data/source";
import { fail } from "../../errors/error";
import { count } from "../../errors/words";
import { resolveCalipers } from "../calipers";
import { diagnoseMatch } from "../diagnose";
import { failEmpty } from "../empty";
import { lineProblem, withDiscarded } from "../nearest/problem";
import { isCovariateDistance } from "../options";
import { diagnoseLeftOut } from "../sets/left-out";
import { scoredUnitsKept } from "../sets/scored-units";
import { sharedFields } from "../sets/sets";
import { rowsWhere } from "../support";
import type { OptimalCovariateOptions, OptimalOptions, OptimalScoreOptions } from "../types/options";
import type { ResolvedOptimalScore } from "../types/resolved";
import type { OptimalMatch, OptimalScoreMatch, Undiagnosed } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { matchSubclasses, matchWeights } from "../weights";
import { reachOnScore, reasonInPairs } from "./in-reach";
import type { OptimalUnits } from "./line";
import { matchOptimalDistance } from "./match-distance";
import { resolveOptimal } from "./options";
import { type OptimalPairs, type OutOfRange, optimalPairs } from "./pairs";
import { variableRatioPairs } from "./ratio";

/** Pairs with the least sum of differences in score, or of distances on covariates. */
export function matchByOptimal(subject: MatchSubject, options: OptimalOptions): OptimalMatch {
  return isOnCovariates(options) ? matchOptimalDistance(subject, options) : matchOptimalScore(subject, options);
}

function isOnCovariates(options: OptimalOptions): options is OptimalCovariateOptions {
  return isCovariateDistance(options.distance);
}

/**
 * Pairs with the least sum of differences in score; within a caliper, as many pairs as possible first.
 *
 * @see Rosenbaum (1989), Journal of the American Statistical Association 84:1024-1032.
 */
function matchOptimalScore(subject: MatchSubject, options: OptimalScoreOptions): OptimalScoreMatch {
  const resolved = resolveOptimal(options);
  const { units, discarded, kept } = scoredUnitsKept(subject, resolved);
  const { treated, score, data } = units;
  const calipers = resolveCalipers(options, score, kept, data);
  const conditions = { ...resolved, antiexact: [] };
  const problem = lineProblem(units, conditions, kept, calipers);
  const pairing = { ...problem, pool: rowsWhere(problem.pool) };
  const found = solve(pairing, resolved, calipers.score);
  if (found.pairs === 0) failEmpty(problem, calipers, conditions);
  const sought = new Int32Array(problem.focal.length).fill(resolved.minControls ?? resolved.ratio);
  const matrix = withDiscarded(units, problem.focal, discarded, { width: found.width, matches: found.matches, sought });
  const result: Undiagnosed<OptimalScoreMatch> = {
    ...sharedFields(units, matchWeights(matrix, treated), discarded),
    method: "optimal",
    options: resolved,
    estimand: resolved.estimand,
    score,
    focal: matrix.focal,
    width: matrix.width,
    matches: matrix.matches,
    subclass: matchSubclasses(matrix, score.length),
    calipers: calipers.resolved,
    totalDistance: found.totalDistance,
    covariates: units.covariates,
  };
  const diagnostics = [
    ...units.diagnostics,
    ...diagnoseMatch({ result, problem, line: problem, kept, sought: matrix.sought }),
    ...diagnoseLeftOut(result, kept, reasonInPairs(reachOnScore(pairing, calipers.score), problem.focal)),
  ];
  return remember({ ...result, diagnostics }, { data });
}

function solve(units: OptimalUnits, options: ResolvedOptimalScore, caliper: number): OptimalPairs {
  const { ratio, minControls, maxControls } = options;
  if (minControls === null || maxControls === null) return inRange(optimalPairs({ ...units, ratio, caliper }));
  const found = inRange(variableRatioPairs({ ...units, least: minControls, most: maxControls, mean: ratio }));
  if (found.kind === "matched") return found;
  return fail(
    "too-few-rows",
    `A mean of ${count(ratio, "partner")} for ${count(found.focal, "focal unit")} asks for ${found.wanted} of the other group, which ` +
      `${options.exact.length > 0 ? "in one exact stratum " : ""}has ${found.pool}. Lower the ratio, or leave out maxControls.`,
    { ...found },
  );
}

/** Refuses scores whose differences no double can hold. */
export function inRange<T extends { readonly kind: string }>(found: T | OutOfRange): T {
  if (found.kind !== "out-of-range") return found as T;
  return fail("non-finite", "The scores lie so far apart that their differences overflow. Rescale the score.");
}

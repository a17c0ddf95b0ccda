import { remember } from "../../data/source";
import { fail } from "../../errors/error";
import { count } from "../../errors/words";
import { type CaliperSet, resolveCalipers } from "../calipers";
import { antiexactCodes, exactStrata, pairConditions } from "../conditions";
import { completeUnits } from "../covariates/complete";
import type { PartnerProblem } from "../covariates/problem";
import { type DistanceSource, distanceSource } from "../covariates/source";
import { diagnoseMatch } from "../diagnose";
import { failEmptyDistance, requireKept } from "../empty";
import { unitsTakingPart, withDiscarded } from "../nearest/problem";
import { sampleSizes } from "../sample-sizes";
import { diagnoseLeftOut } from "../sets/left-out";
import { resolveUnits, type Units } from "../subject";
import { discardOutside } from "../support";
import type { OptimalCovariateOptions } from "../types/options";
import type { ResolvedOptimalCovariates } from "../types/resolved";
import type { OptimalCovariateMatch, Undiagnosed } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { matchSubclasses, matchWeights, totalDistance } from "../weights";
import { type DistancePairs, distancePairs, MOST_PAIRS } from "./distance-pairs";
import { reachByConditions, reasonInPairs } from "./in-reach";
import { resolveOptimalCovariates } from "./options";

/**
 * Pairs with the least sum of distances on covariates, or of those given; as many pairs as possible first.
 *
 * @see Rosenbaum (1989), Journal of the American Statistical Association 84:1024-1032.
 */
export function matchOptimalDistance(subject: MatchSubject, options: OptimalCovariateOptions): OptimalCovariateMatch {
  const given = resolveUnits(subject, options.scale === "linear" ? "linear" : "score");
  const resolved = resolveOptimalCovariates(options, given);
  const { units, complete, columns, dropped } = completeUnits(given, resolved);
  const { treated, score, data } = units;
  const discarded = score === null ? new Uint8Array(treated.length) : discardOutside(treated, score, resolved.discard);
  const kept = complete.map((one, row) => (discarded[row] === 1 ? 0 : one));
  requireKept(treated, kept, resolved.discard);
  const calipers = resolveCalipers(options, score, kept, data);
  const problem = pairProblem(units, resolved, kept, calipers);
  const focalArm = resolved.estimand === "ATT" ? 1 : 0;
  const source = distanceSource({ treated, kept, columns, distance: options.distance, focalArm, problem });
  const { matches, pairs } = solve(problem, source, resolved);
  if (pairs === 0) failEmptyDistance(calipers, resolved);
  const sought = new Int32Array(problem.focal.length).fill(resolved.ratio);
  const matrix = withDiscarded(units, problem.focal, discarded, { width: resolved.ratio, matches, sought });
  const weights = matchWeights(matrix, treated);
  const result: Undiagnosed<OptimalCovariateMatch> = {
    kind: "match-result",
    method: "optimal",
    options: resolved,
    estimand: resolved.estimand,
    scale: units.scale,
    link: units.link,
    treated,
    score,
    focal: matrix.focal,
    width: matrix.width,
    matches: matrix.matches,
    weights,
    subclass: matchSubclasses(matrix, treated.length),
    discarded,
    incomplete: complete.map((one) => 1 - one),
    calipers: calipers.resolved,
    totalDistance: totalDistance(matrix, source.distance),
    counts: sampleSizes(treated, complete, weights, discarded),
    covariates: [...new Set([...units.covariates, ...resolved.covariates])],
  };
  const found = diagnoseMatch({ result, problem, line: null, kept, sought: matrix.sought });
  const left = diagnoseLeftOut(result, kept, reasonInPairs(reachByConditions(problem), problem.focal));
  const diagnostics = [...units.diagnostics, ...dropped, ...source.diagnostics, ...found, ...left];
  return remember({ ...result, diagnostics }, { data });
}

/** Who may pair with whom. */
function pairProblem(
  { treated, score, data }: Units,
  { estimand, exact, antiexact }: ResolvedOptimalCovariates,
  kept: Uint8Array,
  calipers: CaliperSet,
): PartnerProblem {
  const strata = exactStrata(data, exact, kept) ?? { stratum: null, strata: 1 };
  const onScore =
    score === null || calipers.score === Number.POSITIVE_INFINITY ? [] : [{ values: score, width: calipers.score }];
  return {
    ...unitsTakingPart(treated, estimand, kept),
    ...strata,
    limits: [...onScore, ...calipers.columns],
    admissible: pairConditions(antiexactCodes(data, antiexact, kept), []),
  };
}

function solve(
  problem: PartnerProblem,
  source: DistanceSource,
  { ratio, exact, estimand }: ResolvedOptimalCovariates,
): DistancePairs {
  const found = distancePairs(problem, source, ratio);
  if (found.kind === "matched") return found;
  const [focalName, otherName] = estimand === "ATT" ? ["treated", "control"] : ["control", "treated"];
  const focal = problem.focal.length;
  const pool = problem.pool.reduce((sum, one) => sum + one, 0);
  return fail(
    "invalid-argument",
    `${count(focal, `${focalName} unit`)} and ${count(pool, `${otherName} unit`)} make ${count(found.pairs, "pair")} to choose from` +
      `${exact.length > 0 ? " inside the exact strata" : ""}; optimal matching by this distance takes up to ${count(MOST_PAIRS, "pair")}. ` +
      'Name a caliper on the score or (more) columns in exact, match on the score, or use method: "nearest".',
    { focal, others: pool, pairs: found.pairs, most: MOST_PAIRS },
  );
}

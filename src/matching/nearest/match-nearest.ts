import { remember } from "../../data/source";
import { resolveCalipers } from "../calipers";
import { completeUnits } from "../covariates/complete";
import { diagnoseMatch } from "../diagnose";
import { requireKept } from "../empty";
import { isOnCovariates, resolveNearest, scoreAsked } from "../options";
import { reestimate } from "../reestimate";
import { sampleSizes } from "../sample-sizes";
import { presentUnits, resolveUnits } from "../subject";
import { discardOutside } from "../support";
import type { NearestOptions } from "../types/options";
import type { NearestMatch, Undiagnosed } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { matchSubclasses, matchWeights, totalDistance } from "../weights";
import { choosePartners } from "./choose";
import { nearnessOnCovariates, nearnessOnScore } from "./nearness";
import { unitsTakingPart, withDiscarded } from "./problem";
import { stagesOf } from "./stages";

/** Lets each focal unit in turn take the nearest partner, on the score or on covariates, that is still free. */
export function matchByNearest(subject: MatchSubject, options: NearestOptions): NearestMatch {
  const scale = scoreAsked(options);
  const given = resolveUnits(subject, scale);
  const resolved = resolveNearest(options, given);
  const onCovariates = "covariates" in resolved ? completeUnits(given, resolved) : null;
  const units = onCovariates?.units ?? given;
  const complete = onCovariates?.complete ?? presentUnits(given);
  const { treated, data } = units;
  const n = treated.length;
  const discarded = units.score === null ? new Uint8Array(n) : discardOutside(treated, units.score, resolved.discard);
  const kept = resolved.discard === "none" ? complete : complete.map((one, row) => (discarded[row] === 1 ? 0 : one));
  if (resolved.discard !== "none") requireKept(treated, kept, resolved.discard);
  const refitted = resolved.reestimate && units.score !== null ? reestimate(subject, units.score, kept, scale) : null;
  const score = refitted?.score ?? units.score;
  const calipers = resolveCalipers(options, score, kept, data);
  const problem = unitsTakingPart(treated, resolved.estimand, kept);
  const stages = stagesOf(data, resolved, kept);
  const width = resolved.maxControls ?? resolved.ratio;
  const columns = onCovariates?.columns ?? null;
  const nearness = isOnCovariates(options)
    ? nearnessOnCovariates({ ...options, treated, score, kept, columns }, problem, calipers, resolved, width)
    : nearnessOnScore(score as Float64Array, problem, calipers, resolved, width);
  const { matches, sought, pairsByGroup } = choosePartners(problem, score, nearness, stages, resolved, width);
  if (matches.every((row) => row < 0)) nearness.failEmpty(stages.everyone);
  const matrix = withDiscarded(units, problem.focal, discarded, { width, matches, sought });
  const weights = matchWeights(matrix, treated);
  const shared = {
    kind: "match-result",
    method: "nearest",
    estimand: resolved.estimand,
    scale: units.scale,
    link: units.link,
    treated,
    focal: matrix.focal,
    width,
    matches: matrix.matches,
    weights,
    subclass: resolved.reuseMax === 1 ? matchSubclasses(matrix, n) : null,
    discarded,
    calipers: calipers.resolved,
    totalDistance: totalDistance(matrix, nearness.distance),
    pairsByGroup,
    counts: sampleSizes(treated, complete, weights, discarded),
  } as const;
  const result: Undiagnosed<NearestMatch> =
    "covariates" in resolved
      ? {
          ...shared,
          options: resolved,
          score,
          incomplete: complete.map((one) => 1 - one),
          covariates: [...new Set([...units.covariates, ...resolved.covariates])],
        }
      : // Without a score its options are refused.
        { ...shared, options: resolved, score: score as Float64Array, covariates: units.covariates };
  const found = diagnoseMatch({ result, problem, line: nearness.line, kept, sought: matrix.sought });
  const diagnostics = [
    ...units.diagnostics,
    ...(onCovariates?.dropped ?? []),
    ...(refitted?.diagnostics ?? []),
    ...nearness.diagnostics,
    ...found,
  ];
  return remember({ ...result, diagnostics }, { data });
}

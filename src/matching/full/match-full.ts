import { remember } from "../../data/source";
import { fail } from "../../errors/error";
import { resolveCalipers } from "../calipers";
import { noOverlap } from "../diagnose";
import { failEmpty } from "../empty";
import { lineProblem } from "../nearest/problem";
import { reachOnScore, reasonInSets } from "../optimal/in-reach";
import { inRange } from "../optimal/match-optimal";
import { resolveFull } from "../optimal/options";
import { diagnoseSets } from "../sets/diagnose-sets";
import { diagnoseLeftOut } from "../sets/left-out";
import { scoredUnitsKept } from "../sets/scored-units";
import { sharedFields, weightsOfSets } from "../sets/sets";
import { presentUnits } from "../subject";
import { rowsWhere } from "../support";
import type { FullOptions } from "../types/options";
import type { ResolvedFull } from "../types/resolved";
import type { FullMatch } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { type FullInfeasible, type FullSets, fullMatching } from "./matching";

/**
 * Sets of one focal unit with others, or one other with focal units, at the least sum of differences from their centres.
 *
 * @see Rosenbaum (1991), JRSS B 53:597-610; Hansen (2004), Journal of the American Statistical Association 99:609-618.
 */
export function matchByFull(subject: MatchSubject, options: FullOptions): FullMatch {
  const resolved = resolveFull(options);
  const { units, discarded, kept } = scoredUnitsKept(subject, resolved);
  const { treated, score, data } = units;
  const calipers = resolveCalipers(options, score, kept, data);
  const focalEstimand = resolved.estimand === "ATC" ? "ATC" : "ATT";
  const conditions = { estimand: focalEstimand, exact: resolved.exact, antiexact: [] } as const;
  const problem = lineProblem(units, conditions, kept, calipers);
  const { focal, stratum, strata } = problem;
  const { minControls, maxControls } = resolved;
  const sides = { score, focal, pool: rowsWhere(problem.pool), stratum, strata };
  const found = inRange<FullSets | FullInfeasible>(
    fullMatching({ ...sides, caliper: calipers.score, minControls, maxControls }),
  );
  if (found.kind === "infeasible") return failLimits(found, resolved);
  if (found.sets === 0) failEmpty(problem, calipers, conditions);
  const subclass = found.set.map((set) => (set < 0 ? -1 : set + 1));
  const result: Omit<FullMatch, "diagnostics"> = {
    ...sharedFields(units, weightsOfSets(subclass, treated, resolved.estimand), discarded),
    method: "full",
    options: resolved,
    estimand: resolved.estimand,
    score,
    focal: null,
    width: 0,
    matches: null,
    subclass,
    calipers: calipers.resolved,
    totalDistance: found.totalDistance,
    covariates: units.covariates,
  };
  const diagnostics = [
    ...units.diagnostics,
    ...diagnoseSets(result, kept),
    ...diagnoseLeftOut(result, presentUnits(units), reasonInSets(reachOnScore(sides, calipers.score))),
    ...noOverlap(result),
  ];
  return remember({ ...result, diagnostics }, { data });
}

function failLimits({ reason, focal, pool }: FullInfeasible, { minControls, maxControls }: ResolvedFull): never {
  const limits = `minControls ${minControls} and maxControls ${maxControls}`;
  const sizes = `${focal} focal units and ${pool} of the other group`;
  const words = {
    "pool-too-small": `${sizes} are too few others for ${limits}. Lower minControls.`,
    "pool-too-large": `${sizes} leave some over under ${limits}. Raise maxControls.`,
    caliper: `${sizes} cannot keep ${limits} within the caliper. Widen it, or relax the limits.`,
    "not-offered": `No exact method is known for a caliper together with ${limits}. Leave out the caliper, or limit maxControls alone.`,
  }[reason];
  return fail("invalid-argument", `Full matching: ${words}`, { reason, focal, pool, minControls, maxControls });
}

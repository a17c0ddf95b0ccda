import { remember } from "../../data/source";
import { fail } from "../../errors/error";
import { count } from "../../errors/words";
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
import { fieldsOfSets } from "../sets/sets";
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
  const { score, data } = units;
  const calipers = resolveCalipers(options, score, kept, data);
  const focalEstimand = resolved.estimand === "ATC" ? "ATC" : "ATT";
  const conditions = { estimand: focalEstimand, exact: resolved.exact, antiexact: [] } as const;
  const problem = lineProblem(units, conditions, kept, calipers);
  const { focal, stratum, strata } = problem;
  const { minControls, maxControls, omit } = resolved;
  const sides = { score, focal, pool: rowsWhere(problem.pool), stratum, strata };
  const found = inRange<FullSets | FullInfeasible>(
    fullMatching({ ...sides, caliper: calipers.score, minControls, maxControls, omit }),
  );
  if (found.kind === "infeasible") return failLimits(found, resolved);
  if (found.sets === 0) failEmpty(problem, calipers, conditions);
  const subclass = found.set.map((set) => (set < 0 ? -1 : set + 1));
  const result: Omit<FullMatch, "diagnostics"> = {
    ...fieldsOfSets(units, subclass, resolved.estimand, discarded),
    method: "full",
    options: resolved,
    score,
    calipers: calipers.resolved,
    totalDistance: found.totalDistance,
  };
  const diagnostics = [
    ...units.diagnostics,
    ...diagnoseSets(result, kept),
    ...diagnoseLeftOut(result, kept, reasonInSets(reachOnScore(sides, calipers.score))),
    ...noOverlap(result),
  ];
  return remember({ ...result, diagnostics }, { data });
}

function failLimits(
  { reason, focal, pool }: FullInfeasible,
  { minControls, maxControls, omit, estimand }: ResolvedFull,
): never {
  const [focalName, otherName] = estimand === "ATC" ? ["control", "treated"] : ["treated", "control"];
  const limits = `minControls ${minControls} and maxControls ${maxControls}`;
  const sizes = `${count(focal, `${focalName} unit`)} and ${count(pool, `${otherName} unit`)}`;
  const words = {
    "pool-too-small": `${sizes} are too few ${otherName} units for ${limits}. Lower minControls.`,
    "pool-too-large": `${sizes} leave some over under ${limits}. Raise maxControls, or leave ${omit === "none" ? 'some out with omit: "fewest"' : "more out with omit"}.`,
    caliper: `${sizes} cannot keep ${limits} within the caliper. Widen it, or relax the limits.`,
    "not-offered":
      omit === "none"
        ? `No exact method is known for a caliper together with ${limits}. Leave out the caliper, or limit maxControls alone.`
        : `omit goes neither with a caliper, within which maxControls leaves out the fewest by itself, nor with a maxControls below 1.`,
  }[reason];
  return fail("invalid-argument", `Full matching: ${words}`, { reason, focal, pool, minControls, maxControls, omit });
}

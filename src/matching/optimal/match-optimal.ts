import { remember } from "../../data/source";
import { fail } from "../../errors/error";
import { resolveCalipers } from "../calipers";
import { diagnoseMatch } from "../diagnose";
import { failEmpty, requireKept } from "../empty";
import type { LineProblem } from "../nearest/line";
import { lineProblem, withDiscarded } from "../nearest/match-nearest";
import { sharedFields } from "../sets/sets";
import { resolveScored } from "../subject";
import { discardOutside, keptUnits, rowsWhere } from "../support";
import type { OptimalOptions } from "../types/options";
import type { ResolvedOptimal } from "../types/resolved";
import type { OptimalMatch } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { matchSubclasses, matchWeights } from "../weights";
import { resolveOptimal } from "./options";
import { type OptimalPairs, type OutOfRange, optimalPairs } from "./pairs";
import { variableRatioPairs } from "./ratio";

/**
 * Pairs with the least sum of differences in score; within a caliper, as many pairs as possible first.
 *
 * @see Rosenbaum (1989), Journal of the American Statistical Association 84:1024-1032.
 */
export function matchByOptimal(subject: MatchSubject, options: OptimalOptions): OptimalMatch {
  const resolved = resolveOptimal(options);
  const units = resolveScored(subject, resolved.distance);
  const { treated, score, data } = units;
  const discarded = discardOutside(treated, score, resolved.discard);
  const kept = keptUnits(score, discarded);
  requireKept(treated, kept, resolved.discard);
  const calipers = resolveCalipers(options, score, kept, data);
  const conditions = { ...resolved, antiexact: [] };
  const problem = lineProblem(units, conditions, kept, calipers);
  const found = solve(problem, resolved, calipers.score);
  if (found.pairs === 0) failEmpty(problem, calipers, conditions);
  const sought = new Int32Array(problem.focal.length).fill(resolved.minControls ?? resolved.ratio);
  const matrix = withDiscarded(units, problem.focal, discarded, { width: found.width, matches: found.matches, sought });
  const result: Omit<OptimalMatch, "diagnostics"> = {
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
  ];
  return remember({ ...result, diagnostics }, { data });
}

function solve(problem: LineProblem, options: ResolvedOptimal, caliper: number): OptimalPairs {
  const { score, focal, stratum, strata } = problem;
  const units = { score, focal, pool: rowsWhere(problem.pool), stratum, strata };
  const { ratio, minControls, maxControls } = options;
  if (minControls === null || maxControls === null) return inRange(optimalPairs({ ...units, ratio, caliper }));
  const found = inRange(variableRatioPairs({ ...units, least: minControls, most: maxControls, mean: ratio }));
  if (found.kind === "matched") return found;
  return fail(
    "too-few-rows",
    `A mean of ${ratio} partners for ${found.focal} focal units asks for ${found.wanted} of the other group, which ` +
      `${options.exact.length > 0 ? "in one exact stratum " : ""}has ${found.pool}. Lower the ratio, or leave out maxControls.`,
    { ...found },
  );
}

/** Refuses scores whose differences no double can hold. */
export function inRange<T extends { readonly kind: string }>(found: T | OutOfRange): T {
  if (found.kind !== "out-of-range") return found as T;
  return fail("non-finite", "The scores lie so far apart that their differences overflow. Rescale the score.");
}

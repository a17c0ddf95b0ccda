import { mayPair, type PartnerProblem } from "../covariates/problem";
import { poolByStratum } from "../covariates/tree";
import type { LeftOutReason } from "../sets/left-out";
import { type OptimalUnits, prepareUnits, stratumLine } from "./line";
import { nearestOthers } from "./windows";

/** Who is there for a unit: nobody of the other group in its stratum, nobody within the caliper, or somebody. */
const OUT_OF_REACH = 1;
const IN_REACH = 2;
const REACHES = ["alone", "unreachable", "reachable"] as const;

/** By row of the data. */
type Reach = (row: number) => (typeof REACHES)[number];

/** Reach of units on a score. */
export function reachOnScore(units: OptimalUnits, caliper: number): Reach {
  const reach = new Uint8Array(units.score.length);
  const prepared = prepareUnits(units);
  for (let stratum = 0; stratum < prepared.start.length - 1; stratum++) {
    const line = stratumLine(prepared, stratum);
    if (line === null || line === "range") continue;
    const nearest = nearestOthers(line, caliper);
    for (let place = 0; place < nearest.length; place++) {
      reach[line.row[place]] = nearest[place] < 0 ? OUT_OF_REACH : IN_REACH;
    }
  }
  return (row) => REACHES[reach[row]];
}

/** Reach of units by conditions on pairs; looks at everyone of the other group for each row asked about. */
export function reachByConditions(problem: PartnerProblem): Reach {
  const isFocal = new Uint8Array(problem.pool.length);
  for (const row of problem.focal) isFocal[row] = 1;
  const groups = [poolByStratum({ ...problem, pool: isFocal }), poolByStratum(problem)];
  return (row) => {
    const { row: rows, starts } = groups[isFocal[row]];
    const s = problem.stratum === null ? 0 : problem.stratum[row];
    const others = rows.subarray(starts[s], starts[s + 1]);
    if (others.length === 0) return "alone";
    const isReached = others.some((other) =>
      isFocal[row] === 1 ? mayPair(problem, row, other) : mayPair(problem, other, row),
    );
    return isReached ? "reachable" : "unreachable";
  };
}

/** Why pairs leave out a focal unit: nobody is there, or others have them. Of the other group only as many as needed matter. */
export function reasonInPairs(reach: Reach, focal: Int32Array): (row: number) => LeftOutReason | null {
  const isFocal = new Set(focal);
  return (row) => {
    if (!isFocal.has(row)) return null;
    const found = reach(row);
    return found === "reachable" ? "taken" : found;
  };
}

/** Why full matching leaves out a unit: nobody is there, or a limit on the sets; it places everyone else. */
export function reasonInSets(reach: Reach): (row: number) => LeftOutReason {
  return (row) => {
    const found = reach(row);
    return found === "reachable" ? "limit" : found;
  };
}

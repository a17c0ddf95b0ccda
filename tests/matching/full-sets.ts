import { type FullProblem, type FullSets, fullMatching } from "../../src/matching/full/matching";
import type { Units } from "./optimal-instances";

export function solveFull(problem: FullProblem): FullSets {
  const result = fullMatching(problem);
  if (result.kind !== "matched") throw new Error(JSON.stringify(result));
  return result;
}

export interface MatchedSet {
  readonly focal: number[];
  readonly pool: number[];
}

/** The members of each set, by its number. */
export function membersOf({ focal, pool }: Units, { set, sets }: FullSets): MatchedSet[] {
  const members = Array.from({ length: sets }, (): MatchedSet => ({ focal: [], pool: [] }));
  for (const row of focal) if (set[row] >= 0) members[set[row]].focal.push(row);
  for (const row of pool) if (set[row] >= 0) members[set[row]].pool.push(row);
  return members;
}

/** What is wrong with sets as sets: their numbers, their shape, their distances and the sum of these. */
export function setViolations(units: Units, result: FullSets, caliper: number): string[] {
  const members = membersOf(units, result);
  const takingPart = new Set([...units.focal, ...units.pool]);
  const strangers = [...result.set.keys()].filter((row) => result.set[row] >= 0 && !takingPart.has(row));
  const firsts = [...new Set([...units.focal].map((row) => result.set[row]).filter((set) => set >= 0))];
  const links = members.flatMap(({ focal, pool }) =>
    focal.flatMap((t) => pool.map((c) => Math.abs(units.score[t] - units.score[c]))),
  );
  const sum = links.reduce((total, one) => total + one, 0);
  return [
    ...strangers.map((row) => `row ${row} has a set and no group`),
    ...(firsts.some((set, i) => set !== i) ? [`sets are numbered ${firsts.join()}`] : []),
    ...(firsts.length === result.sets ? [] : [`${result.sets} sets, ${firsts.length} with focal units`]),
    ...members
      .filter(({ focal, pool }) => Math.min(focal.length, pool.length) !== 1)
      .map(({ focal, pool }) => `a set of ${focal.length} and ${pool.length}`),
    ...links.filter((link) => link > caliper).map((link) => `a link of ${link}`),
    ...(Math.abs(sum - result.totalDistance) <= 1e-12 * sum ? [] : [`total ${result.totalDistance}, links ${sum}`]),
  ];
}

/** How many pool units have a set. */
export const placedPool = ({ pool }: Units, { set }: FullSets): number => pool.filter((row) => set[row] >= 0).length;

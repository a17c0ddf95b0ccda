import { createRng } from "../random/rng";
import type { Line, LineProblem } from "./nearest/line";
import type { ResolvedNearest } from "./types/resolved";

/** The order in which focal units choose, as positions in `focal`; the name where it depends on the choices. */
export function choiceSequence(
  { order, seed }: Pick<ResolvedNearest, "order" | "seed">,
  problem: LineProblem,
  line: Line,
): Int32Array | "closest" | "farthest" {
  switch (order) {
    case "smallest":
      return line.ascending;
    case "largest":
      return fromLargest(problem, line);
    default:
      return sequenceWithoutScore({ order, seed }, problem.focal);
  }
}

/** The orders for which no score is needed. */
export function sequenceWithoutScore(
  { order, seed }: Pick<ResolvedNearest, "order" | "seed">,
  focal: Int32Array,
): Int32Array | "closest" | "farthest" {
  if (order === "closest" || order === "farthest") return order;
  const inData = focal.map((_, t) => t);
  if (order !== "random") return inData;
  return createRng(seed ?? 0)
    .fork("matching order")
    .shuffle(inData);
}

/** Positions in `focal` from the largest score down, equal scores in data order. */
export function fromLargest({ sorted }: LineProblem, { ascending, focalRank }: Line): Int32Array {
  const sequence = new Int32Array(ascending.length);
  let next = 0;
  let end = ascending.length;
  while (end > 0) {
    const score = sorted[focalRank[ascending[end - 1]]];
    let start = end - 1;
    while (start > 0 && sorted[focalRank[ascending[start - 1]]] === score) start--;
    for (let i = start; i < end; i++) sequence[next++] = ascending[i];
    end = start;
  }
  return sequence;
}

import { mirror } from "../../linalg/gram";
import { semidefiniteFactor } from "../../linalg/symmetric";
import { WITHIN_TOLERANCE } from "../scale";
import { addAbout, type NestedProblem } from "./profile";
import { sumUp } from "./recursion";

/** The problem without the groups of one level: those within them belong to the groups around them. */
export function withoutLevel(problem: NestedProblem, level: number): NestedProblem {
  const { base, parents, counts } = problem;
  const others = <T>(values: readonly T[]): T[] => values.filter((_, k) => k !== level);
  if (level > 0) {
    const around = (own: Int32Array): Int32Array => own.map((group) => parents[level][group]);
    const joined = parents.map((own, k) => (k === level - 1 ? around(own) : own));
    return { base, parents: others(joined), counts: others(counts) };
  }
  // Rows of an innermost group now belong to the next one out: what its mean differs from that one's joins W.
  const q = base.p + 1;
  const { total, means } = sumUp(base.means, base.weights, parents[0], counts[1], q);
  const within = base.within.slice();
  addAbout(base.means, base.weights, means, parents[0], q, within);
  mirror(within, q);
  return {
    base: {
      ...base,
      weights: total,
      means,
      within,
      withinFactor: semidefiniteFactor(within, q, WITHIN_TOLERANCE).r,
    },
    parents: others(parents),
    counts: others(counts),
  };
}

import { partnersSought } from "../ratio";
import { choiceSequence } from "../sequence";
import type { ResolvedNearestShared } from "../types/resolved";
import type { LineProblem } from "./line";
import type { Nearness } from "./nearness";
import type { Stages } from "./stages";

/** Rows of the partners, and how many each focal unit sought. */
interface Chosen {
  /** Focal units × width, row-major, −1 = none. */
  readonly matches: Int32Array;
  readonly sought: Int32Array;
  readonly pairsByGroup: { readonly within: number; readonly across: number } | null;
}

/** Lets the focal units choose: everyone at once, or first inside groups and then across. */
export function choosePartners(
  { focal, pool }: Pick<LineProblem, "focal" | "pool">,
  score: Float64Array | null,
  nearness: Nearness,
  { first, second }: Stages,
  options: ResolvedNearestShared,
  width: number,
): Chosen {
  const layout = nearness.layOut(first, pool);
  const units = { focal, score, ascending: layout.ascending };
  const sought = partnersSought(options, units);
  const turns = choiceSequence(options, units);
  const { reuseMax } = options;
  const matches = layout.choose({ wanted: sought, width, reuseMax, ...turns, used: null });
  if (second === null) return { matches, sought, pairsByGroup: null };
  const { short, used, within } = whatIsLeft(matches, sought, width, pool.length);
  const free = pool.map((one, row) => (used[row] < reuseMax ? one : 0));
  const more = nearness.layOut(second, free).choose({ wanted: short, width, reuseMax, ...turns, used });
  const across = append(matches, more, width);
  return { matches, sought, pairsByGroup: { within, across } };
}

/** Partners still sought by each focal unit, the uses of each row, and the pairs there are. */
function whatIsLeft(
  matches: Int32Array,
  sought: Int32Array,
  width: number,
  n: number,
): { short: Int32Array; used: Int32Array; within: number } {
  const short = sought.slice();
  const used = new Int32Array(n);
  let within = 0;
  for (let t = 0; t < short.length; t++) {
    for (let r = 0; r < width && matches[t * width + r] >= 0; r++) {
      used[matches[t * width + r]]++;
      short[t]--;
      within++;
    }
  }
  return { short, used, within };
}

/** Puts each unit's further partners after those it has, in place; returns how many. */
function append(matches: Int32Array, more: Int32Array, width: number): number {
  let added = 0;
  for (let t = 0; t * width < matches.length; t++) {
    let end = 0;
    while (end < width && matches[t * width + end] >= 0) end++;
    for (let r = 0; r < width && more[t * width + r] >= 0; r++) {
      matches[t * width + end++] = more[t * width + r];
      added++;
    }
  }
  return added;
}

import { sortedWith } from "../linalg/sort";
import { createRng, type Rng } from "../random/rng";
import type { ResolvedNearestShared } from "./types/resolved";

/** Focal units by what decides who chooses first. */
export interface FocalUnits {
  readonly focal: Int32Array;
  /** Per row; null without a score. */
  readonly score: Float64Array | null;
  /** Where somebody has sorted them already. */
  readonly ascending: FocalByScore | null;
}

/** Positions among the focal units by ascending score, equal ones in data order, and those scores. */
export interface FocalByScore {
  readonly ascending: Int32Array;
  readonly ascendingScore: Float64Array;
}

/** Who chooses when. */
interface Sequence {
  /** Positions in `focal`; the name where the order depends on the choices. */
  readonly sequence: Int32Array | "closest" | "farthest";
  /** Which of the units that are equally near to their best partners goes first; null = by the order of the rows. */
  readonly turns: Int32Array | null;
}

/** The order in which focal units choose. */
export function choiceSequence(
  options: Pick<ResolvedNearestShared, "order" | "seed" | "ties">,
  units: FocalUnits,
): Sequence {
  const { order, seed } = options;
  const inData = units.focal.map((_, t) => t);
  const chance = tieStream(options, "focal units");
  switch (order) {
    case "smallest":
    case "largest":
      return { sequence: byScore(order, units, chance), turns: null };
    case "closest":
    case "farthest":
      return { sequence: order, turns: chance === null ? null : chance.shuffle(inData) };
    case "random":
      return {
        sequence: createRng(seed ?? 0)
          .fork("matching order")
          .shuffle(inData),
        turns: null,
      };
    case "data":
      return { sequence: inData, turns: null };
  }
}

/** Random numbers that break ties; null where the order of the rows does. */
export function tieStream({ ties, seed }: Pick<ResolvedNearestShared, "ties" | "seed">, what: string): Rng | null {
  return ties === "random"
    ? createRng(seed ?? 0)
        .fork("ties")
        .fork(what)
    : null;
}

/** Positions in `focal` by score, equal scores in data order or, with random numbers, shuffled. */
export function byScore(order: "largest" | "smallest", units: FocalUnits, chance: Rng | null): Int32Array {
  const { ascending, ascendingScore } = units.ascending ?? sortFocal(units);
  const m = ascending.length;
  const sequence = new Int32Array(m);
  for (let start = 0, end = 0; start < m; start = end) {
    for (end = start + 1; end < m && ascendingScore[end] === ascendingScore[start]; ) end++;
    const to = order === "smallest" ? start : m - end;
    for (let i = start; i < end; i++) sequence[to + i - start] = ascending[i];
    if (chance !== null && end - start > 1) chance.shuffle(sequence.subarray(to, to + end - start));
  }
  return sequence;
}

function sortFocal({ focal, score }: FocalUnits): FocalByScore {
  const values = Float64Array.from(focal, (row) => (score === null ? 0 : score[row]));
  const sorted = sortedWith(values, Uint32Array.from(focal.keys()));
  return { ascending: Int32Array.from(sorted.carried), ascendingScore: sorted.values };
}

import type { Finder } from "../../src/matching/nearest/finder";
import type { FocalOrder } from "../../src/matching/types/subject";

/** Greedy matching in rounds, whatever decides who is nearest. */
export interface Rounds {
  /** Rows that look for partners, in data order. */
  readonly focal: readonly number[];
  readonly width: number;
  readonly reuseMax: number;
  /** Positions in `focal`, in the order of choice. */
  readonly sequence: readonly number[];
  readonly order: FocalOrder;
  /** The best partner of focal unit t among those for whom `isOffered` holds, with its distance. */
  readonly nearest: (t: number, isOffered: (row: number) => boolean) => { row: number; distance: number } | undefined;
  /** Partners sought by each focal unit, where not all seek `width`. */
  readonly wanted?: readonly number[];
  /** How often each row is a partner, before and after. */
  readonly uses?: Map<number, number>;
  readonly onTake?: (t: number, row: number, isUsedUp: boolean) => void;
}

/** Rows of the partners of each focal unit, by the rules as they are stated: a sorted list for the queue. */
export function matchByHand(rounds: Rounds): number[][] {
  const { focal, width, reuseMax, sequence, order, nearest } = rounds;
  const { wanted = focal.map(() => width), uses = new Map<number, number>() } = rounds;
  const held = focal.map(() => [] as number[]);
  const isFree = (row: number): boolean => (uses.get(row) ?? 0) < reuseMax;
  const find = (t: number): { row: number; distance: number } | undefined =>
    nearest(t, (row) => isFree(row) && !held[t].includes(row));
  const take = (t: number, row: number): void => {
    held[t].push(row);
    uses.set(row, (uses.get(row) ?? 0) + 1);
    rounds.onTake?.(t, row, !isFree(row));
  };
  for (let round = 0; round < width; round++) {
    const active = sequence.filter((t) => held[t].length === round && wanted[t] > round);
    if (order !== "closest" && order !== "farthest") {
      for (const t of active) {
        const best = find(t);
        if (best !== undefined) take(t, best.row);
      }
      continue;
    }
    const isClosest = order === "closest";
    const queue = [...active]
      .sort((a, b) => a - b)
      .flatMap((t) => {
        const best = find(t);
        return best === undefined ? [] : [{ t, ...best }];
      })
      .sort((a, b) => (isClosest ? a.distance - b.distance : b.distance - a.distance));
    for (let head = queue.shift(); head !== undefined; head = queue.shift()) {
      if (isFree(head.row)) {
        take(head.t, head.row);
        continue;
      }
      const best = find(head.t);
      if (best === undefined) continue;
      const entry = { t: head.t, ...best };
      const place = queue.findIndex(({ distance }) =>
        isClosest ? distance >= entry.distance : distance < entry.distance,
      );
      queue.splice(place < 0 ? queue.length : place, 0, entry);
    }
  }
  return held;
}

/** A column that partners must be close (or, with a negative width, far) on. */
export interface PlainLimit {
  readonly values: ArrayLike<number>;
  readonly width: number;
}

/** Who may be a partner of whom, and how far apart they are. */
export interface PlainProblem {
  readonly treated: ArrayLike<number>;
  readonly z: readonly ArrayLike<number>[];
  readonly stratum?: readonly number[];
  readonly limits?: readonly PlainLimit[];
  readonly differ?: readonly number[];
}

export function squared(z: readonly ArrayLike<number>[], a: number, b: number): number {
  let sum = 0;
  for (const column of z) sum += (column[a] - column[b]) ** 2;
  return sum;
}

/** Nearest partner by looking at every one of them. */
export function nearestByHand(problem: PlainProblem, focal: readonly number[]): Rounds["nearest"] {
  const { treated, z, stratum, limits = [], differ } = problem;
  const rows = Array.from(treated, (_, row) => row);
  const sameStratum = (a: number, b: number): boolean => stratum === undefined || stratum[a] === stratum[b];
  const rankIn = (row: number): number =>
    rows
      .filter((other) => sameStratum(row, other))
      .filter((other) => z[0][other] < z[0][row] || (z[0][other] === z[0][row] && other < row)).length;
  const rank = rows.map(rankIn);
  const allowed = (a: number, b: number): boolean =>
    sameStratum(a, b) &&
    (differ === undefined || differ[a] !== differ[b]) &&
    limits.every(({ values, width }) => {
      const difference = Math.abs(values[a] - values[b]);
      return width < 0 ? difference > -width : difference <= width;
    });
  return (t, isOffered) => {
    const own = focal[t];
    const candidates = rows
      .filter((row) => treated[row] === 0 && isOffered(row) && allowed(own, row))
      .map((row) => ({ row, distance: squared(z, own, row), away: rank[row] - rank[own] }));
    candidates.sort((a, b) => a.distance - b.distance || Math.abs(b.away) - Math.abs(a.away) || b.away - a.away);
    return candidates[0];
  };
}

/** The same decisions by a finder; complains where it offers what it must not. */
export function nearestByFinder(finder: Finder): Pick<Rounds, "nearest" | "onTake"> {
  const placeOf = new Map([...finder.row].map((row, place) => [row, place]));
  return {
    nearest: (t, isOffered) => {
      const place = finder.search(t, -1);
      if (place < 0) return undefined;
      if (!isOffered(finder.row[place])) throw new Error(`Row ${finder.row[place]} is not on offer.`);
      return { row: finder.row[place], distance: finder.distance(t, place) };
    },
    onTake: (t, row, isUsedUp) => {
      const place = placeOf.get(row) as number;
      finder.hold(t, place);
      if (isUsedUp) finder.remove(place);
    },
  };
}

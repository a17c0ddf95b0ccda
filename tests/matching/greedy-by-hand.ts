import type { Instance } from "./instances";

/**
 * Nearest-neighbour matching as the rules state it, by looking at every pair: the reference for small instances.
 *
 * @param sequence - positions of the focal units that take part in the order of choice, for the order `random`.
 * @returns for each focal row that takes part its partners; rows of the data.
 */
export function greedyByHand(instance: Instance, sequence: readonly number[] = []): Map<number, number[]> {
  const { village, options } = instance;
  const unused = new Map<number, number>();
  if (options.within === undefined) return goByHand(instance, sequence, () => true, unused, new Map());
  const uses = new Map<number, number>();
  const inside = goByHand(instance, sequence, (a, b) => village[a] === village[b], uses, new Map());
  const across = goByHand(instance, sequence, (a, b) => village[a] !== village[b], uses, inside);
  return new Map([...inside].map(([t, partners]) => [t, [...partners, ...(across.get(t) as number[])]]));
}

/** One go of all focal units among pairs for which `mayPair` holds; adds to `uses`; `before` they have partners already. */
function goByHand(
  instance: Instance,
  sequence: readonly number[],
  mayPair: (a: number, b: number) => boolean,
  uses: Map<number, number>,
  before: Map<number, number[]>,
): Map<number, number[]> {
  const { treated, score, options } = instance;
  const focalArm = options.estimand === "ATC" ? 0 : 1;
  const rows = treated.map((_, row) => row);
  const kept = rows.filter((row) => !outside(instance, row));
  const rank = new Map([...rows].sort((a, b) => score[a] - score[b] || a - b).map((row, r) => [row, r]));
  const rankOf = (row: number): number => rank.get(row) as number;
  const focal = kept.filter((row) => treated[row] === focalArm);
  const pool = kept.filter((row) => treated[row] !== focalArm);
  const distance = (a: number, b: number): number => Math.abs(score[a] - score[b]);
  const reuseMax = options.reuseMax ?? 1;
  const isFree = (row: number): boolean => (uses.get(row) ?? 0) < reuseMax;
  const result = new Map(focal.map((row) => [row, [] as number[]]));
  const wanted = new Map([...sought(instance, focal)].map(([t, k]) => [t, k - (before.get(t) ?? []).length]));

  if (reuseMax === Number.POSITIVE_INFINITY) {
    for (const t of focal) {
      const displacement = (c: number): number => Math.abs(rankOf(c) - rankOf(t));
      const isRight = (c: number): number => (rankOf(c) > rankOf(t) ? 1 : 0);
      const nearest = pool
        .filter((c) => mayPair(t, c) && admissible(instance, t, c))
        .sort(
          (a, b) => distance(t, a) - distance(t, b) || displacement(a) - displacement(b) || isRight(a) - isRight(b),
        );
      result.set(t, nearest.slice(0, wanted.get(t)));
    }
    return result;
  }

  const nearest = (t: number, gone: number[]): number | undefined => {
    const span = [t, ...(result.get(t) as number[]), ...gone].map(rankOf);
    const [leftOrigin, rightOrigin] = [Math.min(...span), Math.max(...span)];
    const candidates = pool.filter(
      (c) =>
        isFree(c) && mayPair(t, c) && admissible(instance, t, c) && (rankOf(c) < leftOrigin || rankOf(c) > rightOrigin),
    );
    const left = candidates.filter((c) => rankOf(c) < leftOrigin).sort((a, b) => rankOf(b) - rankOf(a))[0];
    const right = candidates.filter((c) => rankOf(c) > rightOrigin).sort((a, b) => rankOf(a) - rankOf(b))[0];
    if (left === undefined || right === undefined) return left ?? right;
    if (distance(t, left) !== distance(t, right)) return distance(t, left) < distance(t, right) ? left : right;
    return leftOrigin - rankOf(left) <= rankOf(right) - rightOrigin ? left : right;
  };
  const take = (t: number, c: number): void => {
    (result.get(t) as number[]).push(c);
    uses.set(c, (uses.get(c) ?? 0) + 1);
  };

  let active = focal;
  for (let round = 0; active.length > 0; round++) {
    active = active.filter((t) => (wanted.get(t) as number) > round);
    if (options.order === "closest" || options.order === "farthest") {
      const isClosest = options.order === "closest";
      const before = (a: number, b: number): boolean => (isClosest ? a < b : a > b);
      const queue = active
        .flatMap((t) => {
          const best = nearest(t, []);
          return best === undefined ? [] : [{ t, best, key: distance(t, best) }];
        })
        .sort((a, b) => (isClosest ? a.key - b.key : b.key - a.key));
      const found = new Set<number>();
      for (let head = queue.shift(); head !== undefined; head = queue.shift()) {
        if (isFree(head.best)) {
          take(head.t, head.best);
          found.add(head.t);
          continue;
        }
        const best = nearest(head.t, [head.best]);
        if (best === undefined) continue;
        const entry = { t: head.t, best, key: distance(head.t, best) };
        const position = queue.findIndex(({ key }) => (isClosest ? !before(key, entry.key) : before(entry.key, key)));
        queue.splice(position < 0 ? queue.length : position, 0, entry);
      }
      active = active.filter((t) => found.has(t));
    } else {
      const inOrder = ordered(instance, focal, sequence).filter((t) => active.includes(t));
      const found = new Set<number>();
      for (const t of inOrder) {
        const best = nearest(t, []);
        if (best === undefined) continue;
        take(t, best);
        found.add(t);
      }
      active = active.filter((t) => found.has(t));
    }
  }
  return result;
}

function ordered({ score, options }: Instance, focal: number[], sequence: readonly number[]): number[] {
  const order = options.order ?? (options.estimand === "ATC" ? "smallest" : "largest");
  if (order === "random") return sequence.map((t) => focal[t]);
  if (order === "data") return focal;
  return [...focal].sort((a, b) => (order === "largest" ? score[b] - score[a] : score[a] - score[b]) || a - b);
}

function outside({ treated, score, options }: Instance, row: number): boolean {
  const range = (arm: number): [number, number] => {
    const own = score.filter((_, r) => treated[r] === arm);
    return [Math.min(...own), Math.max(...own)];
  };
  const [low1, high1] = range(1);
  const [low0, high0] = range(0);
  const s = score[row];
  if (options.discard === "both") return s < Math.max(low0, low1) || s > Math.min(high0, high1);
  if (options.discard === "treated") return treated[row] === 1 && (s < low0 || s > high0);
  if (options.discard === "control") return treated[row] === 0 && (s < low1 || s > high1);
  return false;
}

function admissible(instance: Instance, a: number, b: number): boolean {
  const { options, score, age, region, school } = instance;
  if (options.exact?.includes("region") && region[a] !== region[b]) return false;
  if (options.antiexact?.includes("school") && school[a] === school[b]) return false;
  const calipers = (options.caliper ?? {}) as Record<string, number>;
  return Object.entries(calipers).every(([name, width]) => {
    const values = name === "score" ? score : age;
    const difference = Math.abs(values[a] - values[b]);
    return width < 0 ? difference > -width : difference <= width;
  });
}

/** Ming and Rosenbaum's numbers of partners, by descending score. */
function sought({ score, options }: Instance, focal: number[]): Map<number, number> {
  const ratio = options.ratio ?? 1;
  if (options.maxControls === undefined) return new Map(focal.map((t) => [t, ratio]));
  const [min, max, m] = [options.minControls ?? 1, options.maxControls, focal.length];
  const most = Math.floor((m * (ratio - min)) / (max - min));
  const numbers = [
    ...new Array<number>(Math.max(0, m - most - 1)).fill(min),
    m * ratio - most * max - (m - most - 1) * min,
    ...new Array<number>(most).fill(max),
  ];
  return new Map([...focal].sort((a, b) => score[b] - score[a] || a - b).map((t, i) => [t, numbers[i]]));
}

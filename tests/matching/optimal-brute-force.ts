import type { Units } from "./optimal-instances";

/** What sets of pairs are compared by, most important first; larger is better. */
export type Merit = readonly number[];

export interface PairRules {
  readonly least: number;
  readonly most: number;
  readonly caliper: number;
  /** Merit that one focal unit's partners add; sums over focal units are compared from the first entry on. */
  readonly merit: (chosen: { focal: number; partners: number; distance: number; poolSet: number }) => Merit;
  /** Pairs in all, if that is given. */
  readonly pairs?: number;
}

/** The best merit of all ways to give each focal unit from `least` to `most` partners of its own; null = there is none. */
export function bestPairs({ score, focal, pool }: Units, rules: PairRules): Merit | null {
  let states = new Map<number, Merit>([[0, []]]);
  for (const t of focal.keys()) {
    const next = new Map<number, Merit>();
    const choices: { set: number; added: Merit }[] = [];
    for (let set = 0; set < 1 << pool.length; set++) {
      const distances = membersOf(set, pool.length).map((c) => Math.abs(score[focal[t]] - score[pool[c]]));
      if (distances.length < rules.least || distances.length > rules.most) continue;
      if (distances.some((distance) => distance > rules.caliper)) continue;
      const distance = distances.reduce((sum, one) => sum + one, 0);
      choices.push({ set, added: rules.merit({ focal: t, partners: distances.length, distance, poolSet: set }) });
    }
    for (const [used, merit] of states) {
      for (const { set, added } of choices) {
        if ((set & used) !== 0) continue;
        const sum = added.map((value, i) => value + (merit[i] ?? 0));
        const known = next.get(used | set);
        if (known === undefined || isBetter(sum, known)) next.set(used | set, sum);
      }
    }
    states = next;
  }
  const ends = [...states].filter(([used]) => rules.pairs === undefined || bits(used) === rules.pairs);
  return ends.reduce<Merit | null>((best, [, merit]) => (best === null || isBetter(merit, best) ? merit : best), null);
}

export interface StarRules {
  readonly caliper: number;
  readonly focalLeast: number;
  readonly focalMost: number;
  readonly poolLeast: number;
  readonly poolMost: number;
}

/** A pool unit that belongs to a focal unit with several. */
const OWNED = -1;

/**
 * The least sum of distances over all ways to place every focal unit in a star, by the number of pool units placed: one
 * focal unit with several pool units, or one pool unit with one or more focal units, within the limits.
 */
export function bestStars({ score, focal, pool }: Units, rules: StarRules): Map<number, number> {
  const { caliper, focalLeast, focalMost, poolLeast, poolMost } = rules;
  const m = pool.length;
  // What each pool unit is: the number of its focal units, or OWNED.
  let states = new Map<string, { roles: number[]; cost: number }>();
  states.set("", { roles: new Array<number>(m).fill(0), cost: 0 });
  for (const t of focal) {
    const next = new Map<string, { roles: number[]; cost: number }>();
    const offer = (roles: number[], cost: number): void => {
      const key = roles.join();
      const known = next.get(key);
      if (known === undefined || cost < known.cost) next.set(key, { roles, cost });
    };
    const choices: { members: number[]; distance: number }[] = [];
    for (let set = 1; set < 1 << m; set++) {
      const members = membersOf(set, m);
      const distances = members.map((c) => Math.abs(score[t] - score[pool[c]]));
      if (members.length < focalLeast || members.length > focalMost) continue;
      if (distances.some((distance) => distance > caliper)) continue;
      choices.push({ members, distance: distances.reduce((total, one) => total + one, 0) });
    }
    for (const { roles, cost } of states.values()) {
      for (const { members, distance } of choices) {
        const sum = cost + distance;
        const [only] = members;
        if (members.length === 1) {
          if (roles[only] === OWNED || roles[only] >= poolMost) continue;
          offer(roles.with(only, roles[only] + 1), sum);
        } else if (poolLeast <= 1 && members.every((c) => roles[c] === 0)) {
          offer(
            roles.map((role, c) => (members.includes(c) ? OWNED : role)),
            sum,
          );
        }
      }
    }
    states = next;
  }
  const best = new Map<number, number>();
  for (const { roles, cost } of states.values()) {
    if (roles.some((role) => role > 0 && role < poolLeast)) continue;
    const placed = roles.filter((role) => role !== 0).length;
    best.set(placed, Math.min(cost, best.get(placed) ?? Number.POSITIVE_INFINITY));
  }
  return best;
}

/** The units that have somebody of the other group within the caliper. */
export function withPartners({ score, focal, pool }: Units, caliper: number): Units {
  const has = (others: Int32Array) => (row: number) =>
    others.some((other) => Math.abs(score[row] - score[other]) <= caliper);
  return { score, focal: focal.filter(has(pool)), pool: pool.filter(has(focal)) };
}

function isBetter(a: Merit, b: Merit): boolean {
  const differs = a.findIndex((value, i) => value !== b[i]);
  return differs >= 0 && a[differs] > b[differs];
}

function membersOf(set: number, size: number): number[] {
  const members: number[] = [];
  for (let c = 0; c < size; c++) if ((set >> c) & 1) members.push(c);
  return members;
}

function bits(set: number): number {
  return membersOf(set, 31).length;
}

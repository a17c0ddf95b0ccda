import { createRng, type Rng } from "../random/rng";
import type { World } from "./state";

const SHARES = ["fsm", "eal", "sen", "minority"] as const;

/**
 * Counts among the pupils on roll, drawn around the school's expected shares: two schools of one expected intake differ on the
 * register, and columns that expectations tie together come apart as they do in real tables.
 */
export function registerShares({ schools }: World): Readonly<Record<(typeof SHARES)[number], Float64Array>> {
  const rng = createRng(schools.options.seed).fork("register");
  const result = {
    fsm: new Float64Array(schools.count),
    eal: new Float64Array(schools.count),
    sen: new Float64Array(schools.count),
    minority: new Float64Array(schools.count),
  };
  for (let j = 0; j < schools.count; j++) {
    const own = rng.fork(schools.ids[j]);
    const roll = Math.max(1, Math.round(schools.roll[j]));
    for (const name of SHARES) result[name][j] = binomial(own, roll, schools[name][j]) / roll;
  }
  return result;
}

/** How many of n succeed: by inversion from 0 on, in halves where the chance of none would vanish. */
function binomial(rng: Rng, n: number, p: number): number {
  if (p > 0.5) return n - binomial(rng, n, 1 - p);
  if (n * p > 300) {
    const half = Math.floor(n / 2);
    return binomial(rng, half, p) + binomial(rng, n - half, p);
  }
  let left = rng.uniform();
  let chance = (1 - p) ** n;
  let count = 0;
  while (left > chance && count < n) {
    left -= chance;
    count++;
    chance *= ((n - count + 1) / count) * (p / (1 - p));
  }
  return count;
}

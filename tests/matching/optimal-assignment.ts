import type { Assignment } from "../../src/matching/optimal/assignment-state";

/** A table of distances, `Infinity` where a pair is not allowed; with how many partners are sought. */
export interface Table {
  readonly distances: readonly (readonly number[])[];
  readonly slots: number;
  /** Partners that count first where not all can be had. */
  readonly firm: number;
}

/** The kernel's view of a table. */
export function problemOf({ distances, slots, firm }: Table) {
  const units = distances.length;
  const others = distances[0].length;
  return {
    units,
    others,
    slots,
    firm,
    from: new Int32Array(units),
    to: new Int32Array(units).fill(others),
    fill(unit: number, out: Float64Array): void {
      out.set(distances[unit]);
    },
  };
}

/**
 * Checks partners and prices against every pair of the table: what fails to prove that no better ones exist, in words.
 *
 * By duality: where no reduced distance is below 0, partners' are 0, others left over have no price and slots that go
 * without have the price of that, every choice of partners costs at least as much, ranks first.
 *
 * @param tolerance - of reduced distances: rounding of sums along paths.
 */
export function flaws({ distances, slots, firm }: Table, found: Assignment, tolerance: number): string[] {
  const { partner, slotRank, slotPrice, otherRank, otherPrice } = found;
  const said: string[] = [];
  const uses = new Map<number, number>();
  for (const [slot, other] of partner.entries()) {
    const row = distances[Math.floor(slot / slots)];
    const without = slot % slots < firm ? 2 : 1;
    for (const [c, distance] of row.entries()) {
      if (distance === Number.POSITIVE_INFINITY) continue;
      const rank = otherRank[c] - slotRank[slot];
      const reduced = distance - slotPrice[slot] - otherPrice[c];
      if (rank < 0 || (rank === 0 && reduced < -tolerance))
        said.push(`slot ${slot} would rather have ${c}: ${reduced}`);
      if (other === c && (rank !== 0 || Math.abs(reduced) > tolerance))
        said.push(`slot ${slot} pays too much for ${c}`);
    }
    if (slotRank[slot] > without || (slotRank[slot] === without && slotPrice[slot] > tolerance)) {
      said.push(`slot ${slot} would rather go without`);
    }
    if (other < 0) {
      if (slotRank[slot] !== without || slotPrice[slot] !== 0) said.push(`slot ${slot} goes without in vain`);
      continue;
    }
    if (row[other] === Number.POSITIVE_INFINITY) said.push(`slot ${slot} has ${other}, which is not allowed`);
    uses.set(other, (uses.get(other) ?? 0) + 1);
  }
  for (let c = 0; c < distances[0].length; c++) {
    if ((uses.get(c) ?? 0) > 1) said.push(`${c} is taken twice`);
    if (otherRank[c] === 0 && otherPrice[c] > tolerance) said.push(`${c} is paid for being taken`);
    if (!uses.has(c) && (otherRank[c] !== 0 || otherPrice[c] !== 0)) said.push(`${c} has a price and is left over`);
  }
  return said;
}

/** Pairs, firm slots filled and the sum of distances, more and less better in turn. */
export type Merit = readonly [pairs: number, filled: number, distance: number];

export function meritOf({ distances, slots, firm }: Table, { partner }: Pick<Assignment, "partner">): Merit {
  let [pairs, filled, total] = [0, 0, 0];
  for (const [unit, row] of distances.entries()) {
    const own = [...partner.subarray(unit * slots, (unit + 1) * slots)].filter((c) => c >= 0);
    pairs += own.length;
    filled += Math.min(own.length, firm);
    total += own.reduce((sum, c) => sum + row[c], 0);
  }
  return [pairs, filled, total];
}

/** The best merit of all choices of partners, by trying them all; whole distances. */
export function bestMerit({ distances, slots, firm }: Table): Merit {
  let states = new Map<number, Merit>([[0, [0, 0, 0]]]);
  for (const row of distances) {
    const next = new Map<number, Merit>();
    for (let set = 0; set < 1 << row.length; set++) {
      const members = row.map((_, c) => c).filter((c) => ((set >> c) & 1) === 1);
      if (members.length > slots || members.some((c) => row[c] === Number.POSITIVE_INFINITY)) continue;
      const distance = members.reduce((sum, c) => sum + row[c], 0);
      for (const [used, [pairs, filled, total]] of states) {
        if ((used & set) !== 0) continue;
        const merit: Merit = [pairs + members.length, filled + Math.min(members.length, firm), total + distance];
        const known = next.get(used | set);
        if (known === undefined || isBetter(merit, known)) next.set(used | set, merit);
      }
    }
    states = next;
  }
  return [...states.values()].reduce((best, merit) => (isBetter(merit, best) ? merit : best));
}

function isBetter(a: Merit, b: Merit): boolean {
  if (a[0] !== b[0]) return a[0] > b[0];
  if (a[1] !== b[1]) return a[1] > b[1];
  return a[2] < b[2];
}

import type { Candidates } from "./candidates";

/**
 * Partners and the prices that prove them best.
 *
 * Slot s of a unit stands at unit × slots + s. Prices are pairs of a rank and a number, and so is the reduced distance of
 * slot and other: (rank of the other − rank of the slot, distance − price of the slot − price of the other). Ranked first,
 * it is nowhere below 0, up to rounding, and 0 for partners. An other that is left over has rank and price 0, a slot that
 * goes without has its own cost of doing so: rank 2 if it is firm, 1 if not, and price 0.
 */
export interface Assignment {
  /** By slot, −1 = none. */
  readonly partner: Int32Array;
  readonly slotRank: Uint8Array;
  readonly slotPrice: Float64Array;
  readonly otherRank: Uint8Array;
  readonly otherPrice: Float64Array;
}

/** What the work is done on. */
export interface AssignmentState extends Assignment {
  readonly candidates: Candidates;
  readonly slots: number;
  readonly firm: number;
  /** The slot that each of the others is with, −1 = none. */
  readonly owner: Int32Array;
}

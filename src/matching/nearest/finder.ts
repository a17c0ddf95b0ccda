/**
 * How focal units find partners, whatever they are close on. A place stands for a possible partner; t is a position
 * among the focal units.
 */
export interface Finder {
  /** The row of the data at each place. */
  readonly row: Int32Array;
  /**
   * The best place for t that is free and that t does not hold yet, or −1. `gone` is a place that t chose before and
   * that another has taken meanwhile, or −1. At random ties every best place has the same chance.
   */
  readonly search: (t: number, gone: number) => number;
  /** What the orders `closest` and `farthest` compare. */
  readonly distance: (t: number, place: number) => number;
  /** Notes that t holds the place: it is not offered to t again. */
  readonly hold: (t: number, place: number) => void;
  /** Takes the place out for everyone. */
  readonly remove: (place: number) => void;
}

/** What a round of choices works on. */
export interface RoundState {
  readonly finder: Finder;
  /** 1 = found no partner in an earlier round. */
  readonly dropped: Uint8Array;
  /** Whether the place is used up. */
  readonly isGone: (place: number) => boolean;
  /** Gives the partner at that place to focal unit t in the current round. */
  readonly assign: (t: number, place: number) => void;
}

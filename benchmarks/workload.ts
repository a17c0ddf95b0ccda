import type { Frame, GroupSummary } from "likewise";
import type { ColumnName } from "./generate";

/** Something worth timing: what it reads, how it runs, and whom it is compared with. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly ColumnName[];
  /** Everything before the clock starts; the result is what is timed. It returns numbers to check against the peer's. */
  prepare(data: Frame): () => readonly number[];
  /** A mixed model's two halves, to be timed apart: the pass over rows, and everything after it. */
  readonly split?: (data: Frame) => Halves;
  /** Multiply-adds of one row that no method can avoid, for the floor. */
  readonly multiplyAdds: number;
  /** The least ratio of the peer's time to ours that we promise, where we do. */
  readonly target?: number;
  /** A function in peers/peer.R and the formula it is given. */
  readonly peer?: { readonly name: string; readonly formula: string };
  /** A peer that is not run here. */
  readonly published?: Published;
  /** Another size at which it is compared, with the target there. */
  readonly also?: Size & { readonly target?: number };
  /** The only sizes at which it runs, where not the one asked for. */
  readonly sizes?: readonly Size[];
  /** From how many rows on the peer takes too long to be waited for. */
  readonly peerBelow?: number;
}

export interface Halves {
  readonly pass: () => GroupSummary;
  readonly estimate: (summary: GroupSummary) => unknown;
}

interface Size {
  readonly n: number;
  readonly schools: number;
}

/** A figure from methods/performance.md, measured on another machine: a ratio to it is only a rough one. */
export interface Published {
  readonly name: string;
  readonly n: number;
  readonly seconds: readonly [number, number];
}

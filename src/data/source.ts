import type { Frame } from "./types";

/** What a result remembers of its making, so that later verbs need no second argument. */
export interface Source {
  readonly data?: Frame;
  readonly [extra: string]: unknown;
}

// A registered symbol, so that a result made by one entry point is understood by another.
const SOURCE = Symbol.for("likewise.source");

/** Attaches a source that is neither enumerated nor serialised. */
export function remember<T extends object>(result: T, source: Source): T {
  return Object.defineProperty(result, SOURCE, { value: source });
}

/** What a result remembers, or undefined: it may have come through JSON or a worker. */
export function sourceOf(result: object): Source | undefined {
  return (result as { readonly [SOURCE]?: Source })[SOURCE];
}

const collator = new Intl.Collator("en", { numeric: true });

/** `2` before `10`, `class 2` before `class 10`; ties by code units, so that the order is total. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Levels that were met in some order, in theirs, with the position that each was met at, and rows of values put likewise. */
export function sortedLevels(met: ReadonlyMap<string, number>): {
  readonly levels: readonly string[];
  readonly order: readonly number[];
  readonly inOrder: (values: Float64Array, size: number) => Float64Array;
} {
  const levels = [...met.keys()].sort(naturalOrder);
  const order = levels.map((level) => met.get(level)!);
  const inOrder = (values: Float64Array, size: number): Float64Array => {
    const sorted = new Float64Array(levels.length * size);
    order.forEach((from, to) => {
      sorted.set(values.subarray(from * size, (from + 1) * size), to * size);
    });
    return sorted;
  };
  return { levels, order, inOrder };
}

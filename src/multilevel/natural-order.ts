const collator = new Intl.Collator("en", { numeric: true });

/** `2` before `10`, `class 2` before `class 10`; ties by code units, so that the order is total. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

import type { CategoricalColumn } from "../../data/types";
import { type Grouping, usedLevels } from "../summarise";
import type { NestedLevel } from "../types";
import { createNestingMerger, failAmbiguous } from "./merge-nesting";

/** Each row's innermost group, and how groups nest. */
export interface Nesting {
  readonly inner: Grouping;
  readonly nesting: readonly NestedLevel[];
}

/** {@link nestRows} with the groups of every level in natural order. */
export function nestGroups(names: readonly string[], columns: readonly CategoricalColumn[]): Nesting {
  const { inner, nesting } = nestRows(names, columns);
  const inOrder = createNestingMerger();
  inOrder.add(nesting);
  return { inner, nesting: inOrder.finish() };
}

/**
 * Nested groups of the rows from grouping columns, the outermost first, as they come. A label counts within its outer group: `Oak` in
 * `North` and `Oak` in `South` are two. Levels have lme4's names, `school:alliance`, `school:(alliance:region)`.
 */
export function nestRows(names: readonly string[], columns: readonly CategoricalColumn[]): Nesting {
  const outermost = usedLevels(columns[0]);
  let codes = outermost.codes;
  let level: NestedLevel = {
    kind: "nested-level",
    group: names[0],
    levels: outermost.levels,
    parents: new Int32Array(outermost.levels.length),
  };
  const nesting = [level];
  for (let k = 1; k < columns.length; k++) {
    const own = columns[k];
    const pairs = pairCodes(codes, own.codes, own.levels.length);
    const outer: NestedLevel = level;
    level = {
      kind: "nested-level",
      group: `${names[k]}:${k > 1 ? `(${outer.group})` : outer.group}`,
      levels: Array.from(pairs.firsts, (parent, a) => `${own.levels[pairs.seconds[a]]}:${outer.levels[parent]}`),
      parents: pairs.firsts,
    };
    requireDistinct(level);
    codes = pairs.codes;
    nesting.unshift(level);
  }
  return { inner: { group: level.group, codes, levels: level.levels }, nesting };
}

/** A code for every pair of codes that occurs, in the order of the rows. */
function pairCodes(
  first: Int32Array,
  second: Int32Array,
  width: number,
): { codes: Int32Array; firsts: Int32Array; seconds: Int32Array } {
  const found = new Map<number, number>();
  const codes = new Int32Array(first.length);
  for (let r = 0; r < first.length; r++) {
    const key = first[r] * width + second[r];
    let code = found.get(key);
    if (code === undefined) {
      code = found.size;
      found.set(key, code);
    }
    codes[r] = code;
  }
  const keys = Float64Array.from(found.keys());
  return {
    codes,
    firsts: Int32Array.from(keys, (key) => Math.floor(key / width)),
    seconds: Int32Array.from(keys, (key) => key % width),
  };
}

function requireDistinct({ group, levels }: NestedLevel): void {
  const seen = new Set<string>();
  for (const level of levels) {
    if (seen.has(level)) failAmbiguous(group, level);
    seen.add(level);
  }
}

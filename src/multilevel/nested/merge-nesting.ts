import { fail } from "../../errors/error";
import { naturalOrder } from "../natural-order";
import type { NestedLevel } from "../types";

/** A nesting under construction: parts come in, groups are found by name. */
export interface NestingMerger {
  add(part: readonly NestedLevel[]): void;
  /** The nesting of all groups that some part knows, each level in natural order. */
  finish(): NestedLevel[];
}

export function createNestingMerger(): NestingMerger {
  const merged: { readonly group: string; readonly parentOf: Map<string, string> }[] = [];
  return {
    add(part) {
      part.forEach(({ group, levels, parents }, k) => {
        if (merged.length === k) merged.push({ group, parentOf: new Map() });
        const { parentOf } = merged[k];
        levels.forEach((name, a) => {
          const parent = part[k + 1]?.levels[parents[a]] ?? "";
          if ((parentOf.get(name) ?? parent) !== parent) failAmbiguous(group, name);
          parentOf.set(name, parent);
        });
      });
    },
    finish() {
      const names = merged.map(({ parentOf }) => [...parentOf.keys()].sort(naturalOrder));
      return merged.map(({ group, parentOf }, k) => {
        const position = new Map(names[k + 1]?.map((name, j) => [name, j]));
        const parents = Int32Array.from(names[k], (name) => position.get(parentOf.get(name) as string) ?? 0);
        return { kind: "nested-level", group, levels: names[k], parents };
      });
    },
  };
}

/** The error where joined labels do not say which group is meant. */
export function failAmbiguous(group: string, level: string): never {
  return fail(
    "invalid-argument",
    `Two different groups of ${group} are both called "${level}", since their labels hold colons. Rename the labels without ":".`,
    { group, level },
  );
}

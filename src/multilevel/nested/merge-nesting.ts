import { fail } from "../../errors/error";
import { naturalOrder } from "../natural-order";
import type { NestedLevel } from "../types";

/** The nesting of all groups that several parts know, each level in natural order. */
export function mergeNesting(parts: readonly (readonly NestedLevel[])[]): NestedLevel[] {
  const merged = parts[0].map((level, k) => {
    const parentOf = new Map<string, string>();
    for (const part of parts) {
      part[k].levels.forEach((name, a) => {
        const parent = part[k + 1]?.levels[part[k].parents[a]] ?? "";
        if ((parentOf.get(name) ?? parent) !== parent) failAmbiguous(level.group, name);
        parentOf.set(name, parent);
      });
    }
    return { group: level.group, levels: [...parentOf.keys()].sort(naturalOrder), parentOf };
  });
  return merged.map(({ group, levels, parentOf }, k) => {
    const position = new Map(merged[k + 1]?.levels.map((name, j) => [name, j]));
    const parents = Int32Array.from(levels, (name) => position.get(parentOf.get(name) as string) ?? 0);
    return { kind: "nested-level", group, levels, parents };
  });
}

/** The error where joined labels do not say which group is meant. */
export function failAmbiguous(group: string, level: string): never {
  return fail(
    "invalid-argument",
    `Two different groups of ${group} are both called "${level}", since their labels hold colons. Rename the labels without ":".`,
    { group, level },
  );
}

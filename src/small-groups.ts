import { fail } from "./errors/error";
import { count, listSome } from "./errors/words";
import type { BoundVariable } from "./formula/types";
import type { SlopesSummary } from "./multilevel/slopes/types";
import type { GroupSummary } from "./multilevel/types";

/** Groups with their numbers of rows, and where in a result they were found. */
interface SizedGroups {
  readonly group: string;
  readonly levels: readonly string[];
  readonly sizes: ArrayLike<number>;
}

/**
 * Refuses a result in which, however deep, groups of fewer rows are summarised: group, nested and slopes summaries (of
 * models, and of a study's models) and the group means that a bound formula carries for `within()` and `between()`.
 */
export function refuseSmallGroups(result: object, minimum: number): void {
  const small = new Map<string, Set<string>>();
  for (const { group, levels, sizes } of sizedGroupsIn(result)) {
    levels.forEach((level, j) => {
      if (sizes[j] >= minimum) return;
      if (!small.has(group)) small.set(group, new Set());
      small.get(group)?.add(level);
    });
  }
  if (small.size === 0) return;
  const found = Array.from(small, ([group, levels]) => {
    const names = [...levels];
    return `${count(names.length, "group")} of ${group} with fewer than ${minimum} rows: ${listSome(names)}`;
  });
  fail(
    "small-groups",
    `${found.join("; ")}. Their means say too much about single rows; leave them out or merge them before.`,
    { groups: [...small.values()].flatMap((levels) => [...levels]), minimum },
  );
}

function* sizedGroupsIn(value: unknown): Generator<SizedGroups> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  if (Array.isArray(value)) {
    for (const item of value) yield* sizedGroupsIn(item);
    return;
  }
  const { kind } = value as { readonly kind?: unknown };
  // Of nested groups the innermost are the smallest.
  if (kind === "group-summary" || kind === "slopes-summary") {
    const { group, levels, rows, sizes } = value as GroupSummary | SlopesSummary;
    yield { group, levels, sizes: rows ?? sizes };
  }
  const { groupMeans } = value as Partial<BoundVariable>;
  if (groupMeans) yield groupMeans;
  for (const field of Object.values(value)) yield* sizedGroupsIn(field);
}

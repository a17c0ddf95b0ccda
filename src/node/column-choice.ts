import { fail } from "../errors/error";
import { suggest } from "../errors/words";

/** Columns by name, or a function that chooses them from the names that a file has. */
export type ColumnChoice = readonly string[] | ((names: readonly string[]) => readonly string[]);

/** The names chosen, all of them names of the file; all names where there is no choice. */
export function chosenNames(choice: ColumnChoice | undefined, names: readonly string[], file: string): string[] {
  const wanted = typeof choice === "function" ? choice(names) : (choice ?? names);
  const stranger = wanted.find((name) => !names.includes(name));
  if (stranger === undefined) return [...wanted];
  return fail("unknown-column", `"${file}" has no column "${stranger}".${suggest(stranger, names)}`, {
    column: stranger,
    path: file,
  });
}

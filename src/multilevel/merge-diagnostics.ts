import type { Diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { rowsDropped } from "../formula/design";

/**
 * What the parts of a summary had to confess, said once: rows left out are added up, repetitions go.
 *
 * @param kept - rows of all parts that were kept.
 */
export function mergeDiagnostics(all: readonly Diagnostic[], kept: number): Diagnostic[] {
  const said = new Set<string>();
  const others = all.filter(({ code, message }) => {
    if (code === "rows-dropped" || said.has(message)) return false;
    said.add(message);
    return true;
  });
  const drops = all.filter(({ code }) => code === "rows-dropped");
  if (drops.length === 0) return others;
  let dropped = 0;
  const counts = new Map<string, number>();
  for (const { details } of drops) {
    dropped += details.dropped as number;
    for (const [column, count] of Object.entries(details.byColumn as Record<string, number>)) {
      counts.set(column, (counts.get(column) ?? 0) + count);
    }
  }
  const missing = Array.from(counts, ([column, count]) => ({ column, count }));
  return [rowsDropped(missing, kept, kept + dropped), ...others];
}

/** The error where no part brought a row. */
export function failEmpty(diagnostics: readonly Diagnostic[]): never {
  const missing = diagnostics.map(({ message }) => message);
  return fail(
    "empty-data",
    missing.length === 0 ? "No data were added to the summary." : `No row of any part is complete. ${missing[0]}`,
  );
}

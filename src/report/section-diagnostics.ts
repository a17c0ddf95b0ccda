import { type Table, text, wholeNumber } from "../display/table";
import { listSome } from "../errors/words";
import type { Study } from "../study/types";
import { paragraph, type Section, tableBlock } from "./document";

/** What designs and models had to confess, each thing once. */
export function diagnosticsSection(study: Study): Section | null {
  const found = new Map<string, { severity: string; message: string; cells: string[] }>();
  for (const { name, diagnostics } of study.cells) {
    for (const { code, severity, message } of diagnostics) {
      // Pools are told in full under schools and pupils.
      if (code === "rows-dropped" && message.startsWith("Left out of the pool")) continue;
      // The same sentence with other numbers is the same thing.
      const same = `${code} ${message.replaceAll(/[\d.,:]+/g, "#").replaceAll(/(# ?)+/g, "#")}`;
      const entry = found.get(same) ?? { severity, message, cells: [] };
      if (!entry.cells.includes(name)) entry.cells.push(name);
      found.set(same, entry);
    }
  }
  if (found.size === 0) return null;
  const table: Table = {
    kind: "table",
    title: "Diagnostics",
    columns: [
      { name: "kind", format: text },
      { name: "what (in the first of them)", format: text },
      { name: "comparisons", format: wholeNumber },
      { name: "which", format: text },
    ],
    rows: [...found.values()]
      .sort((a, b) => Number(b.severity === "warning") - Number(a.severity === "warning"))
      .map(({ severity, message, cells }) => [
        severity === "warning" ? "warning" : "note",
        message,
        cells.length,
        listSome(cells, 3),
      ]),
  };
  return {
    id: "diagnostics",
    title: "What matching and models had to confess",
    blocks: [
      paragraph("A warning can change what the numbers mean; a note is worth knowing."),
      tableBlock("diagnostics", table),
    ],
  };
}

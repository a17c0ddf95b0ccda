import { type Table, text, wholeNumber } from "./table";

/** A table of units by group: rows of a label with a number for the treated and one for the controls. */
export function unitsTable(title: string, rows: Table["rows"], notes: readonly string[]): Table {
  return {
    kind: "table",
    title,
    columns: [
      { name: "Units", format: text },
      { name: "Treated", format: wholeNumber },
      { name: "Control", format: wholeNumber },
    ],
    rows,
    notes,
  };
}

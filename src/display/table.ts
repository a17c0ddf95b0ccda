/** How a column's numbers are written; text cells are written as they are. */
export type CellFormat =
  | { readonly type: "text" }
  /** A fixed number of decimals. */
  | { readonly type: "fixed"; readonly digits: number }
  /** Whole numbers with separators. */
  | { readonly type: "count" }
  /** A share as a percentage. */
  | { readonly type: "percent"; readonly digits: number }
  /** A p-value: three decimals, `<.001` below. */
  | { readonly type: "p" };

export type Cell = number | string | null;

export interface TableColumn {
  readonly name: string;
  readonly format: CellFormat;
}

/** A table of raw values with formats: numbers stay whole until a renderer writes them. */
export interface Table {
  readonly kind: "table";
  readonly title?: string;
  readonly columns: readonly TableColumn[];
  /** A cell may carry its own format, for tables whose rows differ in kind. */
  readonly rows: readonly (readonly (Cell | FormattedCell)[])[];
  /** Sentences below the table. */
  readonly notes?: readonly string[];
}

export interface FormattedCell {
  readonly value: Cell;
  readonly format: CellFormat;
}

export const text: CellFormat = { type: "text" };
export const wholeNumber: CellFormat = { type: "count" };
export const pValue: CellFormat = { type: "p" };
export const fixed = (digits: number): CellFormat => ({ type: "fixed", digits });
export const percent = (digits: number): CellFormat => ({ type: "percent", digits });

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
  /** Tables between the title and the table's own rows, as a model's variances stand above its coefficients. */
  readonly before?: readonly Table[];
  /** What heads the table's own rows where others come before them. */
  readonly heading?: string;
  /** Without a single name the columns have no header. */
  readonly columns: readonly TableColumn[];
  /** A cell may carry its own format, for tables whose rows differ in kind. */
  readonly rows: readonly (readonly (Cell | FormattedCell)[])[];
  /** Sentences below the table. */
  readonly notes?: readonly string[];
  /** Tables below the notes. */
  readonly after?: readonly Table[];
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

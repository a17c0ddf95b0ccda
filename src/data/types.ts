/** Numbers; a missing value is `NaN`. */
export interface NumericColumn {
  readonly kind: "numeric";
  readonly name: string;
  readonly values: Float64Array;
  /** Set by `matchedData` on the match's weights; it goes where the column goes (joins, selections, other names). */
  readonly role?: "match-weights";
}

/** True and false as 1 and 0; a missing value is `NaN`. In a formula `x` becomes the column `xTRUE`, as in R. */
export interface LogicalColumn {
  readonly kind: "logical";
  readonly name: string;
  readonly values: Float64Array;
}

/**
 * Strings kept as codes into a list of distinct values; a missing value is −1.
 *
 * A `factor` has levels in a chosen order, the first being the reference level of a formula.
 * A `text` column lists its values by first appearance; a formula sorts them.
 */
export interface CategoricalColumn {
  readonly kind: "factor" | "text";
  readonly name: string;
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

export type Column = NumericColumn | LogicalColumn | CategoricalColumn;

/** A table of typed columns of equal length, in order. */
export interface Frame {
  readonly kind: "frame";
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** A single value as people write it. */
export type Value = number | string | boolean | null | undefined;

/** Anything with `length` and `at`: arrays, typed arrays, Arrow vectors. */
export interface ColumnLike {
  readonly length: number;
  at(index: number): unknown;
}

/** What every function that takes `data` accepts: a frame, an array of row objects, or a record of columns. */
export type DataLike = Frame | readonly object[] | Readonly<Record<string, ColumnLike>>;

/** The type a column can be given. */
export type ColumnType = "number" | "text" | "factor" | "logical";

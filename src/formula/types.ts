import type { CategoricalColumn, Column } from "../data/types";
import type { Diagnostic } from "../errors/diagnostic";

/** Where a token stands in the formula's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Arithmetic inside a variable: `log(re75 + 1)`, `I(re74 > 0)`. */
export type Expression =
  | { readonly type: "number"; readonly value: number; readonly span: Span }
  | { readonly type: "text"; readonly value: string; readonly span: Span }
  | { readonly type: "logical"; readonly value: boolean; readonly span: Span }
  | { readonly type: "name"; readonly name: string; readonly span: Span }
  | { readonly type: "parens"; readonly argument: Expression; readonly span: Span }
  | { readonly type: "unary"; readonly operator: string; readonly argument: Expression; readonly span: Span }
  | {
      readonly type: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | { readonly type: "call"; readonly name: string; readonly arguments: readonly Expression[]; readonly span: Span }
  | { readonly type: "named"; readonly name: string; readonly value: Expression; readonly span: Span };

/** A random term as written: `(1 | school)`, `(1 + ses || school)`, `(1 | alliance/school)`. */
export interface RandomTerm {
  /** What varies, as written: `1`, `1 + ses`. */
  readonly effects: string;
  /** Grouping columns from the outermost in: `["school"]`, `["alliance", "school"]`. */
  readonly groups: readonly string[];
  /** Whether written with `||` (no correlations). */
  readonly uncorrelated: boolean;
  /** The whole term as written, without blanks at its ends. */
  readonly label: string;
  /**
   * In a bound formula: the effects as a formula of their own, `~ 1 + ses`, with everything fixed that their columns depend
   * on. Absent for `1`.
   */
  readonly bound?: BoundFormula;
}

/** A variable of the formula with everything fixed that its columns depend on. */
export interface BoundVariable {
  /** As R labels it: `age`, `log(re75 + 1)`, `I(re74 > 0)`, `factor(year)`. */
  readonly label: string;
  readonly kind: "numeric" | "logical" | "factor" | "matrix";
  readonly expression: Expression;
  /** Levels of a factor, the reference first; `["FALSE", "TRUE"]` of a logical; empty otherwise. */
  readonly levels: readonly string[];
  /** Recurrence of an orthogonal polynomial basis, for `poly()`: R's `coefs`. */
  readonly basis: { readonly alpha: readonly number[]; readonly norm2: readonly number[] } | null;
  /** Mean and standard deviation of `scale()`; of `centre()` the mean, and 1. */
  readonly scaling: { readonly mean: number; readonly sd: number } | null;
  /** The means that `within()` and `between()` centre by: one per group seen at binding. */
  readonly groupMeans: {
    readonly group: string;
    readonly levels: readonly string[];
    readonly means: readonly number[];
    /** Rows that each mean is of. */
    readonly sizes: readonly number[];
  } | null;
}

/** A term of the fixed part: the variables it multiplies and how each is coded. */
export interface BoundTerm {
  /** R's label: `age`, `age:race`. */
  readonly label: string;
  /** Indices into `variables`. */
  readonly variables: readonly number[];
  /** For each variable: all dummies (`full`) or all but the reference (`treatment`); `treatment` for numeric ones. */
  readonly coding: readonly ("treatment" | "full")[];
  /** The names of its columns in the design matrix. */
  readonly columns: readonly string[];
}

/** A formula with levels, contrasts, bases and centres fixed: the same columns for every later chunk of data. */
export interface BoundFormula {
  readonly kind: "bound-formula";
  readonly formula: string;
  readonly response: BoundVariable | null;
  readonly intercept: boolean;
  readonly variables: readonly BoundVariable[];
  readonly terms: readonly BoundTerm[];
  readonly randomTerms: readonly RandomTerm[];
  /** Names of all columns of the design matrix, R's `colnames(model.matrix(...))`. */
  readonly columns: readonly string[];
  /**
   * A common shift near the middle of each design column (0 for the intercept) and, last, of the response: group
   * summaries are computed relative to it. Null when bound to a schema without data.
   */
  readonly centres: readonly number[] | null;
}

/** The numbers of a formula for one table. */
export interface Design {
  readonly columns: readonly string[];
  /** One array of `n` numbers per column; columns of the caller's table are shared, not copied, where possible. */
  readonly x: readonly Float64Array[];
  readonly response: Column | null;
  /** The grouping columns of the random terms, in the order of first mention. */
  readonly groups: readonly CategoricalColumn[];
  /** The caller's rows that were kept, ascending; null when all were. */
  readonly rows: Int32Array | null;
  readonly n: number;
  readonly diagnostics: readonly Diagnostic[];
}

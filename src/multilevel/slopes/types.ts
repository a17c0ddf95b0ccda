import type { Diagnostic } from "../../errors/diagnostic";
import type { BoundFormula } from "../../formula/types";

/** A random term `(1 + ses | school)` with everything fixed that its columns depend on. */
export interface SlopeTerm {
  /** As written. */
  readonly label: string;
  /** Its effects bound as a formula without a response, `~ 1 + ses`: the random columns of any data. */
  readonly bound: BoundFormula;
  /** Names of its columns: `(Intercept)`, `ses`. */
  readonly columns: readonly string[];
  /** Where they stand among the columns of `bound`: a dummy of a level that no row has is left out. */
  readonly positions: readonly number[];
  /** Whether its columns may covary: `|`, not `||`. */
  readonly correlated: boolean;
}

/**
 * All that a random-slopes model needs of its rows: for each group the triangular factor of its random columns and what
 * they span of the others, and one pooled cross-product matrix of the rest. Plain data without a single pupil's row.
 *
 * With q random columns Z, p fixed columns X and the outcome y, r = p + 1; all shifted and scaled as said here.
 */
export interface SlopesSummary {
  readonly kind: "slopes-summary";
  readonly version: 1;
  readonly bound: BoundFormula;
  /** The grouping column: `school`. */
  readonly group: string;
  /** Random terms in the formula's order; their columns in this order are the q of Z. */
  readonly random: readonly SlopeTerm[];
  /** p names of the design's columns; aliased ones are dropped when a model is fitted. */
  readonly columns: readonly string[];
  readonly response: string;
  /** r numbers taken from X and y: their means, 0 for the constant and without one. */
  readonly shift: Float64Array;
  /** r numbers X and y are then divided by: their root mean squares. */
  readonly scale: Float64Array;
  /** q numbers taken from Z: means where a constant covaries with the column and can take them back, otherwise 0. */
  readonly randomShift: Float64Array;
  /** q numbers Z is then divided by. */
  readonly randomScale: Float64Array;
  /** J group names. */
  readonly levels: readonly string[];
  /** J numbers of rows; with frequency weights the sums of them. */
  readonly sizes: Float64Array;
  /** J numbers of rows of data, with frequency weights. */
  readonly rows?: Float64Array;
  /** J × q × q, row-major: upper triangular R_j of Z_j = Q_j R_j. */
  readonly factors: Float64Array;
  /** J × q × r, row-major: Q_j'[X_j y_j]. */
  readonly projections: Float64Array;
  /** r × r, row-major: Σ_j [X_j y_j]'(I − Q_j Q_j')[X_j y_j]. */
  readonly within: Float64Array;
  /** r × r: what `within` lost to rounding, where its columns are nearly dependent. */
  readonly withinLow?: Float64Array;
  /** J × r × r: each group's own part of `within`, where the summary was made with `blocks: true`. */
  readonly blocks?: Float64Array;
  /** q × q, row-major: the mean of zz' over rows. */
  readonly meanSquares: Float64Array;
  /** Rows. */
  readonly nobs: number;
  /** Σ log w over the rows, 0 without precision weights. */
  readonly sumLogWeights: number;
  /** What the pupils' weights stand for. */
  readonly pupilWeights: "none" | "precision" | "frequency";
  readonly diagnostics: readonly Diagnostic[];
}

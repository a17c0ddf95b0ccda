/**
 * A random-slopes problem as numbers: q random columns, p fixed ones, J groups, everything scaled to order one.
 *
 * y_j = X_j β + Z_j b_j + e_j, b_j ~ N(0, σ²ΛΛ'), Λ lower triangular in blocks: Z_j = Q_j R_j, B_j = Q_j'[X_j y_j].
 */
export interface SlopeProblem {
  readonly q: number;
  readonly p: number;
  readonly groups: number;
  /** Row and column of each entry of Λ that is estimated, block by block, column by column: lme4's order of θ. */
  readonly entries: readonly LambdaEntry[];
  /** J × q × q: R_j. */
  readonly factors: Float64Array;
  /** J × q × (p + 1): B_j. */
  readonly projections: Float64Array;
  /** (p + 1) × (p + 1): W, the cross-products of X and y outside the random columns' span. */
  readonly within: Float64Array;
  /** T with T'T = W; a column without a part outside that span has a zero row. */
  readonly withinFactor: Float64Array;
  /** n for ML, n − p for REML. */
  readonly m: number;
  readonly reml: boolean;
  readonly sumLogWeights: number;
}

export interface LambdaEntry {
  readonly row: number;
  readonly column: number;
}

/** The entries of Λ for blocks of correlated columns, of the given sizes. */
export function lambdaEntries(blocks: readonly number[]): LambdaEntry[] {
  const entries: LambdaEntry[] = [];
  let start = 0;
  for (const size of blocks) {
    for (let column = start; column < start + size; column++) {
      for (let row = column; row < start + size; row++) entries.push({ row, column });
    }
    start += size;
  }
  return entries;
}

/** Λ, q × q row-major, from its estimated entries. */
export function lambdaOf(theta: ArrayLike<number>, entries: readonly LambdaEntry[], q: number): Float64Array {
  const lambda = new Float64Array(q * q);
  entries.forEach(({ row, column }, a) => {
    lambda[row * q + column] = theta[a];
  });
  return lambda;
}

/** Where the pair (k, l) of q columns stands in a packed symmetric matrix. */
export function packed(k: number, l: number): number {
  return k >= l ? (k * (k + 1)) / 2 + l : (l * (l + 1)) / 2 + k;
}

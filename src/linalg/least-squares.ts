import { withBlockKernel } from "./block-kernel";
import { BLOCK, mirror } from "./gram";
import { factorise, principal, semidefiniteFactor } from "./symmetric";

/** A column counts as dependent where it adds less than this share of its own variance. */
const ALIAS_TOLERANCE = 1e-11;

/** A weighted regression of y on columns; every weight is positive. */
export interface LeastSquaresProblem {
  readonly x: readonly Float64Array[];
  readonly y: Float64Array;
  readonly weights: Float64Array;
  readonly n: number;
  /** Whether the first column is the constant; the others are then centred. */
  readonly intercept: boolean;
}

/** Columns z = (x − mean)/scale that were never written out. */
export interface StandardisedColumns {
  readonly x: readonly Float64Array[];
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  readonly n: number;
}

/** A column that was dropped, and what determines it: z = Σ dependence × z of the columns kept. */
interface AliasedColumn {
  readonly column: number;
  readonly mean: number;
  /** 0 for a column without variation, which is `mean` throughout. */
  readonly scale: number;
  readonly dependence: Float64Array;
}

export interface LeastSquaresFit {
  /** Positions of the k columns kept, ascending. */
  readonly kept: readonly number[];
  /** k coefficients in the units given. */
  readonly coefficients: Float64Array;
  readonly columns: StandardisedColumns;
  /** (Z'WZ)⁻¹ of the standardised columns, k × k. */
  readonly inverse: Float64Array;
  /** T of β = Tγ, from the coefficients of the standardised columns to those of the given, k × k. */
  readonly back: Float64Array;
  readonly residuals: Float64Array;
  /** Σ w e². */
  readonly residualSum: number;
  /** Σ w y², about the weighted mean where there is an intercept. */
  readonly totalSum: number;
  readonly aliased: readonly AliasedColumn[];
}

/**
 * Weighted least squares through the Cholesky factor of the cross-products of centred, scaled columns, with one step of
 * iterative refinement: coefficients as good as those of a QR decomposition, in three passes over the rows.
 *
 * A column that earlier ones determine is dropped.
 */
export function fitLeastSquares(problem: LeastSquaresProblem): LeastSquaresFit {
  const { x, n } = problem;
  const { mean, scale } = standardisation(problem);
  const varying = x.flatMap((_, j) => (scale[j] > 0 ? [j] : []));
  const q = varying.length + 1;
  const gram = crossProducts(problem, varying, mean, scale);
  const candidates = principal(gram, q, [...Array(q - 1).keys()]);
  const { independent } = semidefiniteFactor(candidates, q - 1, ALIAS_TOLERANCE);
  const kept = independent.map((i) => varying[i]);
  const k = kept.length;
  const factor = factorise(principal(gram, q, independent), k);
  const inverse = factor ? factor.inverse() : new Float64Array(k * k).fill(Number.NaN);
  const against = (i: number): Float64Array => Float64Array.from(independent, (row) => gram[row * q + i]);
  const solve = (b: Float64Array): Float64Array => (factor ? factor.solve(b) : new Float64Array(k).fill(Number.NaN));
  const columns: StandardisedColumns = {
    x: kept.map((j) => x[j]),
    mean: Float64Array.from(kept, (j) => mean[j]),
    scale: Float64Array.from(kept, (j) => scale[j]),
    n,
  };
  const gamma = solve(against(q - 1)).map((value) => value * scale[x.length]);
  const residuals = new Float64Array(n);
  setResiduals(problem, columns, gamma, mean[x.length], residuals);
  const correction = solve(weightedProducts(columns, problem.weights, residuals));
  for (let j = 0; j < k; j++) gamma[j] += correction[j];
  setResiduals(problem, columns, gamma, mean[x.length], residuals);
  const back = backTransform(columns, problem.intercept);
  const coefficients = new Float64Array(k);
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) coefficients[i] += back[i * k + j] * gamma[j];
  if (problem.intercept) coefficients[0] += mean[x.length];
  const aliased = x.flatMap((_, column): AliasedColumn[] => {
    if (kept.includes(column)) return [];
    const place = varying.indexOf(column);
    const dependence = place < 0 ? new Float64Array(k) : solve(against(place));
    return [{ column, mean: mean[column], scale: scale[column], dependence }];
  });
  return {
    kept,
    coefficients,
    columns,
    inverse,
    back,
    residuals,
    residualSum: weightedSquares(residuals, problem.weights),
    totalSum: gram[q * q - 1] * scale[x.length] ** 2,
    aliased,
  };
}

/** Weighted mean and root-mean-square deviation of each column and, last, of y; without intercept the means are 0. */
function standardisation(problem: LeastSquaresProblem): { mean: Float64Array; scale: Float64Array } {
  const { x, y, weights, n, intercept } = problem;
  const mean = new Float64Array(x.length + 1);
  const scale = new Float64Array(x.length + 1);
  let total = 0;
  for (let r = 0; r < n; r++) total += weights[r];
  [...x, y].forEach((column, j) => {
    if (intercept && j === 0) {
      scale[0] = 1;
      return;
    }
    // About the first value, so that a constant column has a deviation of exactly 0 and an offset costs no digits.
    const first = intercept ? column[0] : 0;
    let sum = 0;
    if (intercept) for (let r = 0; r < n; r++) sum += weights[r] * (column[r] - first);
    mean[j] = intercept ? first + sum / total : 0;
    let squares = 0;
    for (let r = 0; r < n; r++) squares += weights[r] * (column[r] - mean[j]) ** 2;
    scale[j] = Math.sqrt(squares / total);
  });
  return { mean, scale };
}

/** Z'WZ of the varying columns and, last, y, all standardised: q × q. */
function crossProducts(
  { x, y, weights, n }: LeastSquaresProblem,
  varying: readonly number[],
  mean: Float64Array,
  scale: Float64Array,
): Float64Array {
  const columns = [...varying.map((j) => x[j]), y];
  const places = [...varying, x.length];
  const q = columns.length;
  const gram = new Float64Array(q * q);
  const root = new Float64Array(BLOCK);
  withBlockKernel(q, ({ block, addGram }) => {
    for (let from = 0; from < n; from += BLOCK) {
      const rows = Math.min(BLOCK, n - from);
      for (let r = 0; r < rows; r++) root[r] = Math.sqrt(weights[from + r]);
      for (let i = 0; i < q; i++) {
        const shift = mean[places[i]];
        // A constant outcome has no scale.
        const factor = scale[places[i]] > 0 ? 1 / scale[places[i]] : 0;
        const column = columns[i];
        for (let r = 0; r < rows; r++) block[i * BLOCK + r] = root[r] * (column[from + r] - shift) * factor;
      }
      addGram(rows, gram);
    }
  });
  return mirror(gram, q);
}

/** e = y − centre − Zγ. */
function setResiduals(
  { y, n }: LeastSquaresProblem,
  { x, mean, scale }: StandardisedColumns,
  gamma: Float64Array,
  centre: number,
  residuals: Float64Array,
): void {
  for (let r = 0; r < n; r++) residuals[r] = y[r] - centre;
  x.forEach((column, j) => {
    const slope = gamma[j] / scale[j];
    const shift = mean[j];
    for (let r = 0; r < n; r++) residuals[r] -= slope * (column[r] - shift);
  });
}

/** Z'W v. */
function weightedProducts(
  { x, mean, scale, n }: StandardisedColumns,
  weights: Float64Array,
  v: Float64Array,
): Float64Array {
  return Float64Array.from(x, (column, j) => {
    let sum = 0;
    for (let r = 0; r < n; r++) sum += weights[r] * (column[r] - mean[j]) * v[r];
    return sum / scale[j];
  });
}

function weightedSquares(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < values.length; r++) sum += weights[r] * values[r] * values[r];
  return sum;
}

/** The intercept, where there is one, takes up the means of the other columns. */
function backTransform({ mean, scale }: StandardisedColumns, intercept: boolean): Float64Array {
  const k = scale.length;
  const back = new Float64Array(k * k);
  for (let j = 0; j < k; j++) back[j * k + j] = 1 / scale[j];
  if (intercept) for (let j = 1; j < k; j++) back[j] = -mean[j] / scale[j];
  return back;
}

/** What a linear functional of the given columns (`values[j]` for column j) is on the standardised columns kept. */
export function onStandardised(fit: LeastSquaresFit, values: Float64Array, intercept: boolean): Float64Array {
  const { mean, scale } = fit.columns;
  const constant = intercept ? values[0] : 0;
  return Float64Array.from(fit.kept, (column, j) => (values[column] - mean[j] * constant) / scale[j]);
}

/**
 * The aliased columns for which a linear functional contradicts the dependence that the rows show: the regression says
 * nothing about it then. Empty where the functional is estimable.
 */
export function contradictions(fit: LeastSquaresFit, values: Float64Array, intercept: boolean): number[] {
  const known = onStandardised(fit, values, intercept);
  const constant = intercept ? values[0] : 0;
  const size = known.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return fit.aliased
    .filter(({ column, mean, scale, dependence }) => {
      const excess = values[column] - mean * constant;
      if (scale === 0) return Math.abs(excess) > 1e-12;
      const implied = dependence.reduce((sum, share, j) => sum + share * known[j], 0);
      return Math.abs(excess / scale - implied) > 1e-6 * size;
    })
    .map(({ column }) => column);
}

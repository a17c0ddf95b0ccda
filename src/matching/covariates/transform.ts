import { inverseMetric, type Metric } from "./metric";
import type { CovariateDistance } from "./problem";
import { crossProductsWithin, type Grouped, groupSizes, isConstantWithin, midranks, pooledDeviations } from "./spread";

/** Points whose plain Euclidean distance is the distance asked for. */
export interface Points {
  /** Coordinates, one array of n values per dimension; `NaN` where a covariate is missing. */
  readonly z: readonly Float64Array[];
  /** Dimensions in which the covariates vary; for the Mahalanobis distances the rank of their covariance. */
  readonly rank: number;
  /** Per column of the covariates: whether it is constant (overall; within both groups where it is scaled by its
   * spread in them). */
  readonly constant: readonly boolean[];
  /** The covariance that was inverted (p × p, on the scale of unit variances), or null. */
  readonly correlation: Float64Array | null;
}

/**
 * Turns covariates into points Z for a distance.
 *
 * - `euclidean`: as given.
 * - `scaled-euclidean`: each column divided by its pooled within-group standard deviation.
 * - `mahalanobis`: (x − y)'A(x − y), A the generalised inverse of the pooled within-group covariance of the rows kept
 *   (divisor n − 2), of columns divided by their standard deviations; Z = XR', R'R = A.
 * - `robust-mahalanobis`: midranks for values, and their total covariance rescaled to the variance n(n + 1)/12 of ranks
 *   without ties.
 *
 * Columns are not centred: distances do not need it.
 *
 * @see Rubin (1980), Biometrics 36:293-298; Rosenbaum (2010), Design of Observational Studies, section 8.3.
 */
export function transformCovariates(
  distance: CovariateDistance,
  columns: readonly Float64Array[],
  treated: Uint8Array,
  kept: Uint8Array,
): Points {
  const within: Grouped = { group: treated, kept };
  const overall: Grouped = { group: null, kept };
  const n = groupSizes(overall)[0];
  switch (distance) {
    case "euclidean":
      return apart(columns, constantColumns(columns, overall));
    case "scaled-euclidean": {
      const constant = constantColumns(columns, within);
      const deviations = pooledDeviations(columns, within);
      const scaled = columns.map((column, j) => (constant[j] ? column : column.map((value) => value / deviations[j])));
      return apart(scaled, constant);
    }
    case "mahalanobis": {
      const covariance = crossProductsWithin(columns, within).map((sum) => sum / (n - 2));
      return inMetric(columns, covariance, constantColumns(columns, within), (deviation) => 1 / deviation);
    }
    case "robust-mahalanobis": {
      const ranks = columns.map((column) => midranks(column, kept));
      const covariance = crossProductsWithin(ranks, overall).map((sum) => sum / (n - 1));
      const ofUntied = Math.sqrt((n * (n + 1)) / 12);
      return inMetric(ranks, covariance, constantColumns(ranks, overall), () => 1 / ofUntied);
    }
  }
}

function constantColumns(columns: readonly Float64Array[], rows: Grouped): boolean[] {
  return columns.map((column) => isConstantWithin(column, rows));
}

/** Columns that count each by itself. */
function apart(z: readonly Float64Array[], constant: readonly boolean[]): Points {
  return { z, rank: constant.filter((isConstant) => !isConstant).length, constant, correlation: null };
}

/** Points in the metric of a correlation matrix, after each column is multiplied by what `multiplier` makes of its sd. */
function inMetric(
  columns: readonly Float64Array[],
  covariance: Float64Array,
  constant: readonly boolean[],
  multiplier: (deviation: number) => number,
): Points {
  const p = columns.length;
  const deviations = Float64Array.from(columns, (_, j) => Math.sqrt(covariance[j * p + j]));
  const correlation = new Float64Array(p * p);
  for (let j = 0; j < p; j++) {
    for (let k = 0; k < p; k++) {
      if (constant[j] || constant[k]) continue;
      correlation[j * p + k] = j === k ? 1 : covariance[j * p + k] / (deviations[j] * deviations[k]);
    }
  }
  const metric = inverseMetric(correlation, p);
  const multipliers = deviations.map((deviation, j) => (constant[j] ? 0 : multiplier(deviation)));
  return { z: project(columns, multipliers, metric), rank: metric.rank, constant, correlation };
}

/** Z = XDR', each sum in the order of the columns, so that equal rows give the same bits. */
function project(
  columns: readonly Float64Array[],
  multipliers: Float64Array,
  { factor, rank }: Metric,
): readonly Float64Array[] {
  const p = columns.length;
  const scaledColumns = columns.map((column, j) => column.map((value) => value * multipliers[j]));
  return Array.from({ length: rank }, (_, k) => {
    const z = new Float64Array(columns[0].length);
    for (let j = 0; j < p; j++) {
      const loading = factor[k * p + j];
      const column = scaledColumns[j];
      for (let row = 0; row < z.length; row++) z[row] += column[row] * loading;
    }
    return z;
  });
}

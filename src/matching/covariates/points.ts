import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { fail } from "../../errors/error";
import { count, listSome } from "../../errors/words";
import { semidefiniteFactor } from "../../linalg/symmetric";
import type { DistanceColumns } from "./columns";
import type { CovariateDistance } from "./problem";
import { type Points, transformCovariates } from "./transform";

/** A column of which less than this share of variance is left after those before it depends on them. */
const DEPENDENT = 1e-9;

/** Points to match on, and what their reader should know. */
export interface CovariatePoints {
  /** Coordinates, one array of n values per dimension; `NaN` for units with a missing covariate. */
  readonly z: readonly Float64Array[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The points in which plain Euclidean distance is the distance asked for; see {@link transformCovariates}.
 *
 * @param kept - 1 = takes part: spreads and covariances come from these.
 * @throws `invalid-argument` without covariates, `too-few-rows`, `non-finite` where distances overflow, `constant` where no covariate varies.
 */
export function covariatePoints(
  distance: CovariateDistance,
  covariates: DistanceColumns,
  treated: Uint8Array,
  kept: Uint8Array,
): CovariatePoints {
  const { columns, names } = covariates;
  if (columns.length === 0) {
    fail(
      "invalid-argument",
      `distance: "${distance}" needs the columns to measure it on, such as covariates: ["age"].`,
    );
  }
  const units = kept.reduce((sum, one) => sum + one, 0);
  const isScaled = distance === "mahalanobis" || distance === "scaled-euclidean";
  if (isScaled && units < 3) {
    fail(
      "too-few-rows",
      `distance: "${distance}" divides by spreads within the two groups and needs at least three units; there are ${units}. ` +
        'distance: "euclidean" does without.',
    );
  }
  requireRange(covariates, kept);
  const points = transformCovariates(distance, columns, treated, kept);
  if (points.rank === 0) {
    const unique = [...new Set(names)];
    fail(
      "constant",
      `No covariate of the distance varies${isScaled ? " within the groups" : ""}: ${listSome(unique)}. ` +
        "Every pair would be equally near; choose others.",
      { covariates: unique },
    );
  }
  return {
    z: points.z,
    diagnostics: [...constantColumns(distance, covariates, points), ...singular(covariates, points)],
  };
}

/** Refuses values so large that sums of their squares are infinite. */
function requireRange({ columns, names }: DistanceColumns, kept: Uint8Array): void {
  for (let j = 0; j < columns.length; j++) {
    let largest = 0;
    for (let row = 0; row < kept.length; row++) {
      if (kept[row] === 1) largest = Math.max(largest, Math.abs(columns[j][row]));
    }
    if (Number.isFinite(4 * largest * largest * (kept.length + columns.length))) continue;
    fail("non-finite", `Column "${names[j]}" reaches ${largest}: squared distances on it overflow. Rescale it.`, {
      column: names[j],
    });
  }
}

/** Covariates of which no column varies. */
function constantColumns(distance: CovariateDistance, { names }: DistanceColumns, { constant }: Points): Diagnostic[] {
  const varying = new Set(names.filter((_, j) => !constant[j]));
  const still = [...new Set(names)].filter((name) => !varying.has(name));
  if (still.length === 0) return [];
  const isWithin = distance === "mahalanobis" || distance === "scaled-euclidean";
  return [
    diagnostic(
      "constant-column",
      "info",
      `${listSome(still.map((name) => `"${name}"`))} ${still.length === 1 ? "does" : "do"} not vary` +
        `${isWithin ? " within the groups" : ""} and ${still.length === 1 ? "says" : "say"} nothing about who is near to whom.`,
      { columns: still },
    ),
  ];
}

/** Covariates that others determine. The levels of a factor, of which any one follows from the rest, are no news. */
function singular({ names, factors }: DistanceColumns, { rank, constant, correlation }: Points): Diagnostic[] {
  if (correlation === null) return [];
  const p = names.length;
  const varying = names.filter((_, j) => !constant[j]);
  const expected = varying.length - [...factors].filter((name) => varying.includes(name)).length;
  if (rank >= expected) return [];
  const { independent } = semidefiniteFactor(correlation, p, DEPENDENT);
  const surplus = names.filter((_, j) => !constant[j] && !independent.includes(j));
  const dependent = [...new Set(surplus)].filter(
    (name) => surplus.filter((other) => other === name).length > (factors.has(name) ? 1 : 0),
  );
  const who =
    dependent.length > 0
      ? `${listSome(dependent.map((name) => `"${name}"`))} ${dependent.length === 1 ? "follows" : "follow"} from the covariates before`
      : `${count(expected - rank, "dimension")} of the covariates ${expected - rank === 1 ? "follows" : "follow"} from the others`;
  return [
    diagnostic(
      "aliased-columns",
      "info",
      `The covariance of the covariates is singular: ${who}. The distance uses its generalised inverse, in which they add nothing.`,
      { columns: dependent, rank, expected },
    ),
  ];
}

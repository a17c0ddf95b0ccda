import { type BinaryProblem, project } from "./irls";

export interface Separation {
  /** Columns that take part in the separating combination. */
  readonly columns: readonly number[];
  /** Rows strictly on their own side of it. */
  readonly separated: number;
  readonly complete: boolean;
}

/** Relative to the largest value along the direction; the last steps of a diverging fit are purer than this. */
const TOLERANCE = 1e-6;

/**
 * Whether a direction separates treated from control: x'δ ≥ 0 for every treated row and ≤ 0 for every control row,
 * not all zero. Then, and only then, the likelihood has no maximum (Albert & Anderson 1984).
 *
 * The last Fisher-scoring step of a diverging fit is such a direction; the check over all rows is the certificate.
 */
export function findSeparation(
  problem: BinaryProblem,
  direction: Float64Array,
  hasIntercept: boolean,
): Separation | null {
  const along = project(problem, direction);
  let largest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let r = 0; r < problem.n; r++) {
    if (problem.weights?.[r] === 0) continue;
    const side = problem.treated[r] === 1 ? along[r] : -along[r];
    largest = Math.max(largest, Math.abs(side));
    smallest = Math.min(smallest, side);
  }
  if (!(largest > 0) || smallest < -TOLERANCE * largest) return null;
  let separated = 0;
  for (let r = 0; r < problem.n; r++) if (Math.abs(along[r]) > 1e-3 * largest) separated++;
  const complete = smallest > TOLERANCE * largest;
  const alone = problem.x.flatMap((_, k) => (hasIntercept && k > 0 && separatesAlone(problem, k) ? [k] : []));
  if (alone.length > 0) return { columns: alone, separated, complete };
  const slopes = Array.from(direction, (value, k) => (hasIntercept && k === 0 ? 0 : Math.abs(value)));
  const steepest = Math.max(...slopes);
  const columns = slopes.flatMap((slope, k) => (slope > 1e-3 * steepest ? [k] : []));
  return { columns, separated, complete };
}

/** Whether no treated row lies below a control row in this column, or none above, and not all are level. */
function separatesAlone({ x, treated, weights, n }: BinaryProblem, k: number): boolean {
  const column = x[k];
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let r = 0; r < n; r++) {
    if (weights?.[r] === 0) continue;
    const group = treated[r];
    if (column[r] < low[group]) low[group] = column[r];
    if (column[r] > high[group]) high[group] = column[r];
  }
  return high[0] <= low[1] || high[1] <= low[0];
}

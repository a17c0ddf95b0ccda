import {
  add,
  at,
  inverseOfUpper,
  multiply,
  type Precise,
  type PreciseArray,
  preciseFactor,
  preciseZeros,
  setAt,
} from "../linalg/double-double";
import { principal, semidefiniteFactor } from "../linalg/symmetric";
import type { ProfileProblem } from "./profile-design";
import { scaledClasses, sizeClasses } from "./size-classes";

/** Columns x̃ = U'x and an outcome ỹ = (y − x'b)/s, and the way back: β = b + s U β̃. */
export interface WorkingColumns {
  /** U, p × p upper triangular, row-major, and its inverse R. */
  readonly root: Float64Array;
  readonly inverseRoot: Float64Array;
  /** b */
  readonly offset: PreciseArray;
  /** s */
  readonly residual: number;
}

/** A problem in such columns. */
export interface OrthogonalColumns extends WorkingColumns {
  readonly problem: ProfileProblem;
  /** Where the columns are orthogonal, and β̃ is 0. */
  readonly phi: number;
}

/** What a problem is made of, in twice the digits. */
export interface PreciseProducts {
  /** J × q */
  readonly means: PreciseArray;
  /** q × q */
  readonly within: PreciseArray;
}

/**
 * A problem of nearly dependent columns in columns that are not: z̃ = U'z with U = R⁻¹, R'R = W + Σ g z̄z̄' at some φ.
 *
 * The new columns are orthonormal there and the new outcome is what they leave of the old one, so that the criterion loses no
 * digits to the columns' condition nor to a good fit. All that can cancel is computed in twice the digits and rounded once.
 *
 * @returns null where the columns are dependent or the outcome has no residual.
 */
export function orthogonalColumns(
  problem: ProfileProblem,
  { means, within }: PreciseProducts,
  phi: number,
): OrthogonalColumns | null {
  const { p, weights, groupWeights } = problem;
  const q = p + 1;
  const g = weights.map((weight, j) => ((groupWeights?.[j] ?? 1) * weight) / (1 + phi * weight));
  const turned = turnedVariables(means, g, within, q);
  if (turned === null) return null;
  const { rows: newMeans, within: newWithin, columns } = turned;
  const kept = Array.from({ length: q }, (_, k) => k);
  const classes = sizeClasses(weights, groupWeights, newMeans, q);
  return {
    ...columns,
    problem: {
      ...problem,
      means: newMeans,
      within: newWithin,
      withinFactor: semidefiniteFactor(newWithin, q, 0).r,
      ...scaledClasses(classes, q, kept, new Float64Array(q).fill(1)),
    },
    phi,
  };
}

/** Variables z = (x, y) in columns orthonormal in W + Σ g zz'. */
interface TurnedVariables {
  readonly columns: WorkingColumns;
  /** U'z of every row. */
  readonly rows: Float64Array;
  /** U'WU */
  readonly within: Float64Array;
}

/**
 * @param rows - n × q.
 * @param g - n weights.
 * @param within - W, q × q.
 * @returns null where the variables are dependent.
 */
export function turnedVariables(
  rows: PreciseArray,
  g: Float64Array,
  within: PreciseArray,
  q: number,
): TurnedVariables | null {
  const p = q - 1;
  const whole = { high: within.high.slice(), low: within.low.slice() };
  for (let j = 0; j < g.length; j++) {
    for (let k = 0; k < q; k++) {
      const scaled = multiply(at(rows, j * q + k), [g[j], 0]);
      for (let l = k; l < q; l++) {
        setAt(whole, k * q + l, add(at(whole, k * q + l), multiply(scaled, at(rows, j * q + l))));
      }
    }
  }
  const { r, independent } = preciseFactor(whole, q, 0);
  if (independent.length < q) return null;
  const u = inverseOfUpper(r, q);
  const turned = new Float64Array(rows.high.length);
  for (let j = 0; j < g.length; j++) {
    for (let k = 0; k < q; k++) turned[j * q + k] = along(u, k, q, (i) => at(rows, j * q + i))[0];
  }
  const last = at(r, q * q - 1);
  const offset = preciseZeros(p);
  for (let k = 0; k < p; k++) {
    const [high, low] = multiply(at(u, k * q + p), last);
    setAt(offset, k, [-high, -low]);
  }
  const columns = Array.from({ length: p }, (_, k) => k);
  return {
    columns: {
      root: principal(u.high, q, columns),
      inverseRoot: principal(r.high, q, columns),
      offset,
      residual: last[0],
    },
    rows: turned,
    within: roundedSandwich(u, within, q),
  };
}

/** Σ_i u_ik z_i: entry k of U'z, U upper triangular. */
function along(u: PreciseArray, k: number, q: number, z: (i: number) => Precise): Precise {
  let sum: Precise = [0, 0];
  for (let i = 0; i <= k; i++) sum = add(sum, multiply(at(u, i * q + k), z(i)));
  return sum;
}

/** Of columns that do not vary within groups only rounding is left, in shares of the unit variation of all. */
const NO_VARIATION = 1e-26;

/** U'WU, rounded to doubles. */
function roundedSandwich(u: PreciseArray, w: PreciseArray, q: number): Float64Array {
  const half = preciseZeros(q * q);
  for (let j = 0; j < q; j++) {
    for (let k = 0; k < q; k++)
      setAt(
        half,
        j * q + k,
        along(u, k, q, (i) => at(w, j * q + i)),
      );
  }
  const result = new Float64Array(q * q);
  for (let j = 0; j < q; j++) {
    for (let k = j; k < q; k++) {
      result[j * q + k] = along(u, j, q, (i) => at(half, i * q + k))[0];
      result[k * q + j] = result[j * q + k];
    }
  }
  for (let k = 0; k < q; k++) {
    if (result[k * q + k] > NO_VARIATION) continue;
    for (let l = 0; l < q; l++) {
      result[k * q + l] = 0;
      result[l * q + k] = 0;
    }
  }
  return result;
}

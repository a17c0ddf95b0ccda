import { EVD, Matrix } from "ml-matrix";

/** A function's value with first and second derivatives in d variables. */
export interface Smooth {
  readonly value: number;
  readonly gradient: Float64Array;
  /** d × d */
  readonly hessian: Float64Array;
}

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
}

/**
 * A local minimum by Newton steps with the Hessian's eigenvalues made positive, halved until the value falls. Null where the
 * function is not defined at the start.
 *
 * @param bounded - variables that may not fall below 0: there they rest while the function rises from 0.
 */
export function minimise(
  at: (x: Float64Array) => Smooth | null,
  start: Float64Array,
  bounded: readonly boolean[] = [],
): Minimum | null {
  let x = start;
  let point = at(x);
  for (let i = 0; point?.hessian.every(Number.isFinite) && i < 200; i++) {
    const { gradient, value } = point;
    const free = Array.from(x, (_, k) => k).filter((k) => !(bounded[k] && x[k] <= 0 && gradient[k] >= 0));
    const { step, decrement } = newtonStep(point, x, free);
    const size = Math.max(1, Math.abs(value));
    const moved = descend(at, x, value, step, decrement, bounded);
    if (moved === null) break;
    ({ x, point } = moved);
    if (decrement <= 1e-15 * size) break;
  }
  return point && { at: x, value: point.value };
}

/** −|H|⁻¹g over the free variables, no longer than twice the size of x and 1, and the fall it promises. */
function newtonStep(
  { gradient, hessian }: Smooth,
  x: Float64Array,
  free: readonly number[],
): { step: Float64Array; decrement: number } {
  const step = new Float64Array(x.length);
  if (free.length === 0) return { step, decrement: 0 };
  const rows = free.map((k) => free.map((l) => hessian[k * x.length + l]));
  const { realEigenvalues, eigenvectorMatrix } = new EVD(new Matrix(rows), { assumeSymmetric: true });
  const floor = 1e-10 * Math.max(...realEigenvalues.map(Math.abs));
  let decrement = 0;
  realEigenvalues.forEach((value, m) => {
    const along = free.reduce((sum, k, i) => sum + gradient[k] * eigenvectorMatrix.get(i, m), 0);
    const length = along / Math.max(Math.abs(value), floor, Number.MIN_VALUE);
    decrement += along * length;
    free.forEach((k, i) => {
      step[k] -= length * eigenvectorMatrix.get(i, m);
    });
  });
  const limit = 2 * Math.max(1, Math.hypot(...x));
  const length = Math.hypot(...step);
  return { step: length > limit ? step.map((value) => (value * limit) / length) : step, decrement };
}

/** The point after the step, halved until the value falls; null where it never does. */
function descend(
  at: (x: Float64Array) => Smooth | null,
  x: Float64Array,
  value: number,
  step: Float64Array,
  decrement: number,
  bounded: readonly boolean[],
): { x: Float64Array; point: Smooth } | null {
  const rounding = 1e-14 * Math.abs(value);
  for (let t = 1; t > 1e-10; t /= 2) {
    const next = x.map((each, k) => (bounded[k] ? Math.max(0, each + t * step[k]) : each + t * step[k]));
    const point = at(next);
    if (point !== null && point.value <= value - 1e-4 * t * Math.min(decrement, 1) + rounding)
      return { x: next, point };
  }
  return null;
}
